"""The published file, read back: what a command shows is what everyone else reads."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import duckdb

from pipelines.errors import OkraError

Row = dict[str, Any]
Courses = Mapping[str, Sequence[Decimal | None]]
"""By key result what its goal was held against, up to the last figure: by day, or in the last windows that are over."""

_HEADLINE = """"window" = 'total' and member = 'total'"""
_OBJECTIVES = "select * from objective_scores where as_of = $1 order by objective_id"
_KEY_RESULTS = f"""
    select * from key_result_scores where as_of = $1 and {_HEADLINE} order by objective_id, key_result_id
"""
WINDOWS = 12
"""Windows of a course at most."""
_COURSES = f"""
    with windows as (
        select key_result_id, period_start as day, actual from key_result_scores
        where as_of = $1 and "window" <> 'total' and member = 'total' and deadline < $1
        qualify row_number() over (partition by key_result_id order by period_start desc) <= {WINDOWS}
    ),

    days as (
        select key_result_id, day, actual from key_result_courses where as_of = $1
    )

    select key_result_id, list(actual order by day) as actuals
    from (from windows union all from days)
    group by key_result_id
"""
_KNOWN = "known_from < $before and (known_to is null or known_to >= $before)"
_OBJECTIVES_KNOWN = f"""
    select * exclude (known_from, known_to) from objective_score_history
    where as_of = $as_of and {_KNOWN} order by objective_id
"""
_KEY_RESULTS_KNOWN = f"""
    select * exclude (known_from, known_to) from key_result_score_history
    where as_of = $as_of and {_KNOWN} and {_HEADLINE} order by objective_id, key_result_id
"""
_LATEST_KNOWN = (
    f"select max(as_of) from objective_score_history where as_of <= $known_on and {_KNOWN}"
)
_RESTATEMENTS = """
    select * from restatements
    where ($kpi = '' or kpi = $kpi) and restated_at >= $since and ($members or dimension = 'total')
    order by restated_at desc, kpi, period, period_start, dimension, member
    limit $most
"""


class NothingPublishedError(OkraError):
    """There is no published file, or it holds no score of the day."""


@dataclass(frozen=True)
class PublishedScorecard:
    """The headlines of one day: a row an objective, a row a key result, by the columns' names.

    `courses` are there for a day that is shown as it is believed now, and by day only for the day played last.
    """

    as_of: date
    objectives: Sequence[Row]
    key_results: Sequence[Row]
    courses: Courses = field(default_factory=dict)


def read_scorecard(path: Path, as_of: date) -> PublishedScorecard:
    """The scorecard of `as_of`, as it is believed now. Raises `NothingPublishedError`."""
    with opened(path) as connection:
        objectives = rows(connection, _OBJECTIVES, [as_of])
        key_results = rows(connection, _KEY_RESULTS, [as_of])
        courses = connection.execute(_COURSES, [as_of]).fetchall()
    if not objectives:
        raise NothingPublishedError(
            f"no score of {as_of} is published; run `okra score --as-of {as_of}`"
        )
    return PublishedScorecard(
        as_of, objectives, key_results, {name: until_known(actuals) for name, actuals in courses}
    )


def until_known(actuals: Sequence[Decimal | None]) -> Sequence[Decimal | None]:
    """The figures up to the last one that is known: the days to come have none."""
    known = [place for place, actual in enumerate(actuals) if actual is not None]
    return actuals[: known[-1] + 1] if known else []


def read_scorecard_before(path: Path, day: date) -> PublishedScorecard | None:
    """The latest scorecard of a day before `day`; None when there is none."""
    with opened(path) as connection:
        [(earlier,)] = connection.execute(
            "select max(as_of) from objective_scores where as_of < $1", [day]
        ).fetchall()
    return read_scorecard(path, earlier) if earlier else None


def latest_day(path: Path) -> date:
    """The latest day that is scored. Raises `NothingPublishedError`."""
    with opened(path) as connection:
        [(day,)] = connection.execute("select max(as_of) from objective_scores").fetchall()
    if day is None:
        raise NothingPublishedError("nothing is scored yet; run `okra run` first")
    return cast(date, day)


def read_scorecard_known(
    path: Path, known_on: date, zone: ZoneInfo, as_of: date | None = None
) -> PublishedScorecard:
    """The scorecard as it was at the end of the day `known_on` in the business `zone`.

    It is that of the day `as_of`, or of the latest day that was scored by then, with the figures and the
    definitions of that time. Raises `NothingPublishedError`.
    """
    before = datetime.combine(known_on + timedelta(days=1), time(), tzinfo=zone)
    with opened(path) as connection:
        if as_of is None:
            latest = {"known_on": known_on, "before": before}
            [(as_of,)] = connection.execute(_LATEST_KNOWN, latest).fetchall()
        values = {"as_of": as_of, "before": before}
        objectives = rows(connection, _OBJECTIVES_KNOWN, values) if as_of else []
        key_results = rows(connection, _KEY_RESULTS_KNOWN, values) if as_of else []
        [(first,)] = connection.execute(
            "select min(known_from) from objective_score_history"
        ).fetchall()
    if as_of is None or not objectives:
        since = (
            f"the first score was written on {first.astimezone(zone):%Y-%m-%d}"
            if first
            else "nothing is scored"
        )
        day = f"of {as_of} " if as_of else ""
        raise NothingPublishedError(f"no score {day}was known on {known_on}; {since}")
    return PublishedScorecard(as_of, objectives, key_results)


def read_restatements(
    path: Path, kpi: str, since: datetime, most: int, *, members: bool
) -> list[Row]:
    """The latest restatements of `kpi` (of all when empty); without `members`, of the wholes alone."""
    values = {"kpi": kpi, "since": since, "most": most, "members": members}
    with opened(path) as connection:
        return rows(connection, _RESTATEMENTS, values)


@contextmanager
def opened(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published file, for reading. Raises `NothingPublishedError`, also for tables that it lacks."""
    if not path.exists():
        raise NothingPublishedError("nothing is published yet; run `okra run` first")
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            yield connection
    except duckdb.CatalogException:
        raise NothingPublishedError(
            "the published file is of an earlier version; run `okra score` first"
        ) from None


def rows(
    connection: duckdb.DuckDBPyConnection, query: str, values: Sequence[Any] | Mapping[str, Any]
) -> list[Row]:
    """The rows of `query` by column."""
    found = connection.execute(query, values)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
