"""The one reader of the published file: commands, messages and pages show rows of this file alone."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from pipelines.connections import connect
from pipelines.errors import OkraError

Row = Mapping[str, Any]
"""A row by the columns' names, which the data dictionary explains."""
Rows = Sequence[Row]
Courses = Mapping[str, Sequence[Decimal | None]]
"""Figures by key result, up to the last known one: by window where windows have a goal, by day otherwise.

By day they are actual figures, of a total their distance to the pace.
"""

MAX_WINDOWS = 12
"""Windows of a course."""
_HEADLINE = """"window" = 'total' and member = 'total'"""
_OBJECTIVES = "select * from objective_scores where as_of = $as_of order by objective_id"
_KEY_RESULTS = f"""
    select * from key_result_scores where as_of = $as_of and {_HEADLINE} order by objective_id, key_result_id
"""
_RUNS_OF_DAY = "select count(*) from runs where as_of = $as_of"
_COURSES = f"""
    with windows as (
        select key_result_id, period_start as day, actual from key_result_scores
        where as_of = $as_of and "window" <> 'total' and member = 'total' and deadline < $as_of
        qualify row_number() over (partition by key_result_id order by period_start desc) <= {MAX_WINDOWS}
    ),

    days as (
        -- of a total the distance to its pace, as the total itself only ever rises
        select
            courses.key_result_id,
            courses.day,
            courses.actual - case when kpis.kind = 'flow' then coalesce(courses.pace, 0) else 0 end as actual
        from key_result_courses as courses
        inner join key_result_scores as scores
            on
                courses.key_result_id = scores.key_result_id and courses.as_of = scores.as_of
                and scores."window" = 'total' and scores.member = 'total'
        left join kpis on scores.kpi = kpis.kpi
        where courses.as_of = $as_of
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
    order by restated_at desc, kpi, period_end - period_start desc, period_start, dimension, member
    limit $most
"""
_HAS_TABLE = "select 1 from duckdb_tables() where table_name = $name"
_FINDINGS = """
    select * from findings
    order by
        is_fault desc,
        -- the first of each cause before all others, as readers list only some
        row_number() over (partition by is_fault, what, source, stream, kpis order by place, message) > 1,
        what, place, message
"""
_CHECK_INS = "select * from check_ins where day <= $as_of order by key_result_id, day desc, person"
_MEASURES = (
    "select * exclude (fingerprint) from measures order by start desc, objective_id, measure"
)
_LEADS = """
    select tested.* exclude (fingerprint), kpis.label as leads_label
    from leads as tested left join kpis on tested.leads = kpis.kpi
    order by key_result_id
"""
_TARGETS = "select * exclude (fingerprint) from targets order by kpi, period_start, odds desc"
INSTANCE = "source || coalesce('@' || nullif(account, 'main'), '')"
"""What an account is called: `stripe@eu`, or `stripe` where it has no name."""
WITH_ACCOUNT = "(from {} union all by name select cast(null as varchar) as account where false)"
"""A table that has no accounts in a file that was published before there were any."""
_STREAMS = f"""
    select
        {INSTANCE} || '.' || stream as stream,
        source || '.' || stream as feeds,
        count(*) as windows,
        sum(row_count)::bigint as rows,
        min(window_start) as first_window,
        max(data_through) as data_through,
        count(*) filter (where not is_settled) as open_windows,
        max(pulled_at) as pulled_at,
        max_by(checksum, window_start) as latest_checksum
    from {WITH_ACCOUNT.format("windows")}
    group by source, account, stream
    order by 1
"""


class NothingPublishedError(OkraError):
    """There is no published file, or it holds no score of the day."""


@dataclass(frozen=True)
class StreamWindows:
    """The windows of a stream of one account in the raw lake; `open_windows` of them may still change."""

    stream: str
    """With the account, as in `stripe@eu.balance_transactions`."""
    feeds: str
    """Without it, as KPIs name the streams that they stand on."""
    windows: int
    rows: int | None
    first_window: date
    data_through: date
    open_windows: int
    pulled_at: datetime
    latest_checksum: str


@dataclass(frozen=True)
class PublishedFile:
    """The published file while it is open; see `opened`."""

    connection: duckdb.DuckDBPyConnection

    def rows(self, query: str, **values: Any) -> list[Row]:
        """The rows of `query`, whose `$name` are `values`."""
        cursor = self.connection.execute(query, values)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def first(self, query: str, **values: Any) -> Row:
        """The first row of `query`; an empty one where there is none."""
        return next(iter(self.rows(query, **values)), {})

    def value(self, query: str, **values: Any) -> Any:
        """The one value that `query` asks for."""
        [(value,)] = self.connection.execute(query, values).fetchall()
        return value

    def objectives(self, as_of: date) -> list[Row]:
        """The scores of all objectives on a day, as they are believed now."""
        return self.rows(_OBJECTIVES, as_of=as_of)

    def key_results(self, as_of: date) -> list[Row]:
        """The headlines of all key results on a day, as they are believed now."""
        return self.rows(_KEY_RESULTS, as_of=as_of)

    def findings(self) -> list[Row]:
        """What the last run found wrong, faults first; none in a file of a version that did not publish it."""
        return self._rows_of("findings", _FINDINGS)

    def check_ins(self, as_of: date) -> list[Row]:
        """What people had said of the key results by a day, the latest first; none in a file without the table."""
        return self._rows_of("check_ins", _CHECK_INS, as_of=as_of)

    def measures(self) -> list[Row]:
        """What is done about the goals, the latest first; none in a file without the table."""
        return self._rows_of("measures", _MEASURES)

    def leads(self) -> dict[str, Row]:
        """Whether each KPI helps that is said to lead another, by key result; none in a file without the table."""
        return {row["key_result_id"]: row for row in self._rows_of("leads", _LEADS)}

    def targets(self) -> list[Row]:
        """What is possible for each KPI, the easiest target first; none in a file without the table."""
        return self._rows_of("targets", _TARGETS)

    def _rows_of(self, table: str, query: str, **values: Any) -> list[Row]:
        return self.rows(query, **values) if self.rows(_HAS_TABLE, name=table) else []

    def streams(self) -> dict[str, StreamWindows]:
        """What is in the raw lake, by `source.stream`."""
        return {row["stream"]: StreamWindows(**row) for row in self.rows(_STREAMS)}


@contextmanager
def opened(path: Path) -> Iterator[PublishedFile]:
    """The published file, for reading. Raises `NothingPublishedError`, also for tables that it lacks."""
    if not path.exists():
        raise NothingPublishedError("nothing is published yet; run `okra run` first")
    try:
        with connect(path, read_only=True) as connection:
            yield PublishedFile(connection)
    except duckdb.CatalogException:
        raise NothingPublishedError(
            "the published file is of an earlier version; run `okra score` first"
        ) from None


@dataclass(frozen=True)
class PublishedScorecard:
    """The headlines of one day: a row an objective, a row a key result.

    `courses` are empty for a scorecard as it was believed earlier. Those by day are published for the day played
    last only.
    """

    as_of: date
    objectives: Sequence[Row]
    key_results: Sequence[Row]
    courses: Courses = field(default_factory=dict)

    @property
    def distrusted(self) -> Sequence[Row]:
        """The key results whose figures have a flag in the column `trust`."""
        return [row for row in self.key_results if row["trust"] != "ok"]


def children_by_parent(objectives: Sequence[Row]) -> dict[str | None, list[Row]]:
    """Objectives by their parent's id; under None those that have no parent among them."""
    ids = {row["objective_id"] for row in objectives}
    children: dict[str | None, list[Row]] = {}
    for row in objectives:
        parent = row["parent_id"] if row["parent_id"] in ids else None
        children.setdefault(parent, []).append(row)
    return children


def in_tree_order(objectives: Sequence[Row]) -> Iterator[tuple[int, Row]]:
    """Each objective after its parent, with its depth."""
    children = children_by_parent(objectives)

    def below(parent: str | None, depth: int) -> Iterator[tuple[int, Row]]:
        for row in children.get(parent, ()):
            yield depth, row
            yield from below(row["objective_id"], depth + 1)

    return below(None, 0)


def read_scorecard(path: Path, as_of: date | None = None) -> PublishedScorecard:
    """The scorecard of `as_of` (the latest day), as it is believed now. Raises `NothingPublishedError`.

    It is empty on a day that was scored without an objective.
    """
    with opened(path) as file:
        day = as_of or file.value("select max(as_of) from runs")
        if day is None:
            raise NothingPublishedError("nothing is scored yet; run `okra run` first")
        objectives = file.objectives(day)
        if not objectives and not file.value(_RUNS_OF_DAY, as_of=day):
            raise NothingPublishedError(
                f"no score of {day} is published; run `okra score --as-of {day}`"
            )
        courses = {
            row["key_result_id"]: until_last_known(row["actuals"])
            for row in file.rows(_COURSES, as_of=day)
        }
        return PublishedScorecard(day, objectives, file.key_results(day), courses)


def until_last_known(actuals: Sequence[Decimal | None]) -> Sequence[Decimal | None]:
    """The figures up to the last one that is known: the days to come have none."""
    known = [place for place, actual in enumerate(actuals) if actual is not None]
    return actuals[: known[-1] + 1] if known else []


def read_scorecard_before(path: Path, day: date) -> PublishedScorecard | None:
    """The latest scorecard of a day before `day`; None when there is none."""
    with opened(path) as file:
        earlier = file.value("select max(as_of) from objective_scores where as_of < $day", day=day)
    return read_scorecard(path, earlier) if earlier else None


def read_scorecard_known(
    path: Path, known_on: date, zone: ZoneInfo, as_of: date | None = None
) -> PublishedScorecard:
    """The scorecard as it was believed at the end of the day `known_on` in the business `zone`.

    It is that of the day `as_of`, or of the latest day that was scored by then, with the figures and the
    definitions of that time. Raises `NothingPublishedError`.
    """
    before = datetime.combine(known_on + timedelta(days=1), time(), tzinfo=zone)
    with opened(path) as file:
        day = as_of or file.value(_LATEST_KNOWN, known_on=known_on, before=before)
        objectives = file.rows(_OBJECTIVES_KNOWN, as_of=day, before=before)
        if objectives:
            key_results = file.rows(_KEY_RESULTS_KNOWN, as_of=day, before=before)
            return PublishedScorecard(day, objectives, key_results)
        first = file.value("select min(known_from) from objective_score_history")
    since = "nothing is scored"
    if first:
        since = f"the first score was written on {first.astimezone(zone):%Y-%m-%d}"
    of_day = f"of {day} " if day else ""
    raise NothingPublishedError(f"no score {of_day}was known on {known_on}; {since}")


def read_findings(path: Path) -> list[Row]:
    """What the last run found wrong, faults first. Raises `NothingPublishedError`."""
    with opened(path) as file:
        return file.findings()


def read_restatements(
    path: Path, kpi: str, since: datetime, most: int, *, members: bool
) -> list[Row]:
    """The latest restatements of `kpi` (of all when empty); without `members`, of the totals alone."""
    with opened(path) as file:
        return file.rows(_RESTATEMENTS, kpi=kpi, since=since, most=most, members=members)
