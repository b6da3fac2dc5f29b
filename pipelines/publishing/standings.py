"""How every goal stands on a day, in rows: what the scorecard, the digest, the terminal and the MCP server share."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import get_args

from pipelines.okr.definition.goals import Comparison
from pipelines.okr.kpi.status import PACE_STATUSES, SETTLED_STATUSES, STATUSES
from pipelines.publishing.named_members import shown_levers
from pipelines.publishing.published import (
    NothingPublishedError,
    PublishedFile,
    Row,
    Rows,
    in_tree_order,
    opened,
)

COMPARED_AFTER = timedelta(days=7)
"""How much older the scores are, at least, that those of the day are compared with."""

_RUN = "select * from runs where as_of = $as_of order by scored_at desc limit 1"
_LATEST_DAY = "select max(as_of) from runs"
_COMPARED_DAY = """
    select coalesce(max(as_of) filter (where as_of <= $week_before), min(as_of))
    from key_result_scores where as_of < $as_of
"""
_OBJECTIVES = """
    select scores.* from objective_scores as scores where as_of = $as_of order by objective_id
"""
_KEY_RESULTS = """
    select
        scores.*, defined.comparison, defined.low, defined.high, defined.per, defined.over, defined.for_each,
        defined."where", objectives.owner, objectives.commitment, objectives.period_start as objective_start,
        objectives.deadline as objective_end,
        coalesce(json_extract_string(defined.definition, '$.name_members') <> 'false', true) as names_members,
        cast(json_extract(defined.definition, '$.where') as varchar) as where_stated,
        kpis.label as kpi_label, kpis.kind as kpi_kind, kpis.denominator as kpi_denominator, kpis.precision,
        kpis.direction, kpis.sources, kpis.every as kpi_every
    from key_result_scores as scores
    left join key_results as defined using (key_result_id)
    left join objective_scores as objectives
        on objectives.as_of = scores.as_of and objectives.objective_id = scores.objective_id
    left join kpis on kpis.kpi = scores.kpi
    where scores.as_of = $as_of and scores."window" = 'total' and scores.member = 'total'
    order by scores.objective_id, scores.key_result_id
"""
_HEADLINES = """
    select * from key_result_scores where as_of = $as_of and "window" = 'total' and member = 'total'
"""
_LEVERS = """
    select * from key_result_levers
    where as_of = $as_of and asked_member = 'total' and possible order by key_result_id, rank
"""


def gap_at_end(row: Row) -> Decimal | None:
    """How far a key result is likely to end from its target, in the KPI's unit; below 0 is what it has to spare.

    By the middle forecast; today's gap where there is no forecast. A goal per window is about its open window.
    """
    target, forecast = row.get("target"), row.get("forecast_p50")
    if is_of_open_window(row):
        forecast = row.get("window_forecast_p50")
        if forecast is None:
            return None  # today's gap is that of the latest window
    if forecast is not None and target is not None and comparison_of(row) != "between":
        missing: Decimal = target - forecast
        missing = -missing if comparison_of(row) == "at_most" else missing
        is_settled = row.get("status") in SETTLED_STATUSES
        return missing if not is_settled or _fits(missing, row) else None
    return gap_today(row)


def gap_today(row: Row) -> Decimal | None:
    """How far a key result is from its target now; None where that says nothing about its status.

    Of a goal per window it is that of the latest window, and of a goal for each member that of one of them: there is
    nothing to spare where too few others meet it, and nothing is short where enough of them do.
    """
    gap: Decimal | None = row.get("gap")
    return gap if gap is not None and _fits(gap, row) else None


def _fits(gap: Decimal, row: Row) -> bool:
    """Whether a gap says the same as the status."""
    if gap > 0:
        return row.get("status") != "achieved"
    return row.get("status") not in ("at_risk", "off_track", "missed")


def is_of_open_window(row: Row) -> bool:
    """Whether the figures to act on are those of the open window: of a goal per window that holds as a whole."""
    return bool(row.get("open_window")) and row.get("windows_in_all") is not None


def comparison_of(row: Row) -> str:
    """`at_least`, `at_most` or `between`; from the goal in words where the definition is not at hand."""
    words = str(row.get("goal") or "")
    said = (x for x in get_args(Comparison) if words.startswith(x.replace("_", " ")))
    return str(row.get("comparison") or next(said, ""))


@dataclass(frozen=True)
class Standing:
    """A key result or an objective on the day.

    `row` is its headline in `key_result_scores` (with its definition and its KPI) or in `objective_scores`; `earlier`
    the same on the day that is compared with; `lever` the smallest change that would bring it back.
    """

    row: Row
    earlier: Row | None = None
    lever: Row | None = None
    depth: int = 0
    failed_sources: Sequence[str] = ()
    """The sources of its KPI whose last pull failed."""
    check_in: Row | None = None
    """What a person said of it last."""
    measures: Sequence[Row] = ()
    """What is done about an objective, the latest first."""
    has_namesakes: bool = False
    """Whether other objectives have its name, as those of one quarter after the other do."""

    @property
    def is_objective(self) -> bool:
        return "key_result_id" not in self.row

    @property
    def id(self) -> str:
        return str(self.row["objective_id" if self.is_objective else "key_result_id"])

    @property
    def name(self) -> str:
        return str(self.row["name"])

    @property
    def owner(self) -> str:
        return str(self.row["owner"] or "")

    @property
    def status(self) -> str:
        return str(self.row["status"])

    @property
    def status_before(self) -> str | None:
        """The status on the day that is compared with; None without it."""
        return None if self.earlier is None else str(self.earlier["status"])

    @property
    def needs_attention(self) -> bool:
        """At risk, off track, or missed since the day that is compared with."""
        if self.status == "missed":
            return self.status_before in PACE_STATUSES
        return self.status in ("at_risk", "off_track")

    def change(self, column: str) -> Decimal | None:
        """The change of a figure since the day that is compared with; None where one of the two is not known."""
        before = None if self.earlier is None else self.earlier.get(column)
        now = self.row.get(column)
        return None if now is None or before is None else now - before


@dataclass(frozen=True)
class Standings:
    """Every objective and key result on a day, each objective before its key results and its children.

    `compared_with` is the nearest scored day at least a week back, else the earliest one; None where the day is the
    first. `run` is the run that scored the day.
    """

    as_of: date
    compared_with: date | None
    run: Row
    lines: Sequence[Standing]

    @cached_property
    def objectives(self) -> Sequence[Standing]:
        return [line for line in self.lines if line.is_objective]

    @cached_property
    def key_results(self) -> Sequence[Standing]:
        return [line for line in self.lines if not line.is_objective]

    def key_results_of(self, objective_id: str) -> Sequence[Standing]:
        return self._key_results_by_objective.get(objective_id, ())

    def children_of(self, objective_id: str) -> Sequence[Standing]:
        """The objectives whose parent it is."""
        return self._objectives_by_parent.get(objective_id, ())

    @cached_property
    def _key_results_by_objective(self) -> Mapping[str, Sequence[Standing]]:
        return _grouped(self.key_results, "objective_id")

    @cached_property
    def _objectives_by_parent(self) -> Mapping[str, Sequence[Standing]]:
        return _grouped(self.objectives, "parent_id")

    @cached_property
    def _lines_by_owner(self) -> Mapping[str, Sequence[Standing]]:
        return _grouped(self.lines, "owner")

    @cached_property
    def attention(self) -> Sequence[Standing]:
        """The key results that somebody has to do something about: the worst status first, then the least likely."""
        lines = [line for line in self.key_results if line.needs_attention]
        return sorted(lines, key=_urgency)

    @property
    def failed_sources(self) -> Sequence[str]:
        return list(self.run.get("failed_sources") or ())

    @cached_property
    def owners(self) -> Sequence[str]:
        """Everyone who owns an objective."""
        return sorted({line.owner for line in self.objectives if line.owner})

    def of_owner(self, owner: str) -> "Standings":
        """The same with the objectives of one owner alone, each as a root of its own."""
        lines = self._lines_by_owner.get(owner, ())
        return replace(self, lines=[replace(line, depth=0) for line in lines])


def _grouped(lines: Sequence[Standing], column: str) -> Mapping[str, Sequence[Standing]]:
    """The lines by what their rows have in `column`, in their order."""
    groups: dict[str, list[Standing]] = {}
    for line in lines:
        groups.setdefault(line.row[column] or "", []).append(line)
    return groups


def _urgency(line: Standing) -> tuple[int, Decimal, date, str]:
    probability = line.row["probability"]
    likely = Decimal(1) if probability is None else Decimal(probability)
    # what is already missed is not to be helped; what is off track comes before what is at risk
    order = len(STATUSES) if line.status == "missed" else -STATUSES.index(line.status)
    return order, likely, line.row["deadline"], line.name


def read_standings(path: Path, as_of: date | None = None) -> Standings:
    """How every goal stands on a day, the latest by default. Raises `NothingPublishedError`."""
    with opened(path) as file:
        return standings_in(file, as_of)


def standings_in(file: PublishedFile, as_of: date | None = None) -> Standings:
    """The same, of a file that is open."""
    day = as_of or file.value(_LATEST_DAY)
    run = file.first(_RUN, as_of=day)
    if not run:
        what = f"no score of {day} is published; run `okra score --as-of {day}`"
        raise NothingPublishedError(what if day else "nothing is scored yet; run `okra run` first")
    compared_with = compared_day(file, day)
    return Standings(day, compared_with, run, _lines(file, day, compared_with, run))


def compared_day(file: PublishedFile, as_of: date) -> date | None:
    """The nearest scored day at least a week before `as_of`, else the earliest; None where there is none before it."""
    day: date | None = file.value(_COMPARED_DAY, as_of=as_of, week_before=as_of - COMPARED_AFTER)
    return day


def _lines(
    file: PublishedFile, as_of: date, compared_with: date | None, run: Row
) -> list[Standing]:
    objectives = file.rows(_OBJECTIVES, as_of=as_of)
    by_objective: dict[str, list[Row]] = {}
    for row in file.rows(_KEY_RESULTS, as_of=as_of):
        by_objective.setdefault(row["objective_id"], []).append(row)
    earlier_objectives = _by(file.rows(_OBJECTIVES, as_of=compared_with), "objective_id")
    earlier = _by(file.rows(_HEADLINES, as_of=compared_with), "key_result_id")
    levers: dict[str, list[Row]] = {}
    for row in file.rows(_LEVERS, as_of=as_of):
        levers.setdefault(row["key_result_id"], []).append(row)
    said: dict[str, Row] = {}
    for row in file.check_ins(as_of):
        said.setdefault(row["key_result_id"], row)
    failed = set(run.get("failed_sources") or ())
    measures: dict[str, list[Row]] = {}
    for row in file.measures():
        measures.setdefault(row["objective_id"], []).append(row)
    lines: list[Standing] = []
    called = Counter(objective["name"] for objective in objectives)
    for depth, objective in in_tree_order(objectives):
        name = objective["objective_id"]
        lines.append(
            Standing(
                objective,
                earlier_objectives.get(name),
                depth=depth,
                measures=measures.get(name, ()),
                has_namesakes=called[objective["name"]] > 1,
            )
        )
        for row in by_objective.get(name, ()):
            key_result = row["key_result_id"]
            lines.append(
                Standing(
                    row,
                    earlier.get(key_result),
                    next(iter(shown_levers(row, levers.get(key_result, []))), None),
                    depth + 1,
                    _failed_sources(row, failed),
                    said.get(key_result),
                )
            )
    return lines


def _failed_sources(row: Row, failed: set[str]) -> list[str]:
    """The failed sources, or accounts of sources, that the row's KPI stands on."""
    streams = filter(None, map(str.strip, (row["sources"] or "").split(",")))
    sources = {stream.partition(".")[0] for stream in streams}
    return sorted(name for name in failed if name.partition("@")[0] in sources)


def _by(rows: Rows, column: str) -> Mapping[str, Row]:
    return {str(row[column]): row for row in rows}
