"""The charts of a KPI: its months or quarters, and its latest days, each with what it says in words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from pipelines.okr.kpi.kinds import KINDS
from pipelines.okr.kpi.periods import Cadence, a_year_before, containing
from pipelines.publishing.language.language import Amounts
from pipelines.publishing.published import Row, Rows
from pipelines.publishing.scorecard.annotations import (
    Annotation,
    Annotations,
    between,
    of_failed_pulls,
    of_measures,
    of_missing_days,
    of_restatements,
)
from pipelines.publishing.scorecard.axes import slot_at
from pipelines.publishing.scorecard.bar_chart import BarChart, Column, Look, bar_chart
from pipelines.publishing.scorecard.course_chart import (
    CourseChart,
    Point,
    days_across,
    level_chart,
)
from pipelines.publishing.scorecard.kpi_rows import MAX_DAYS, MAX_WEEKS
from pipelines.publishing.scorecard.page_rows import PageRows

MAX_PERIODS = 13
"""A year and the open period."""
MAX_TARGETS = 12
"""Targets that a chart has lines for."""
_DAY = timedelta(days=1)
_WEEKS_OF_A_YEAR = 52
_LATEST: dict[str, int] = {"day": MAX_DAYS, "week": MAX_WEEKS}


@dataclass(frozen=True)
class KpiChart:
    """A chart of a KPI, as bars or as a line. `described` is for who cannot see it, `caption` says how to read it."""

    id: str
    title: str
    described: str
    caption: str
    bars: BarChart | None
    line: CourseChart | None
    annotations: Annotations


@dataclass(frozen=True)
class Aims:
    """What the figures of a chart are held against: targets of one such period, and the pace of a goal by name."""

    targets: tuple[Decimal, ...] = ()
    goal: str = ""
    pace: tuple[Point, ...] = ()
    start: date | None = None


def aims_of(uses: Rows, kpi: Row, cadence: str, published: PageRows, since: date) -> Aims:
    """The targets that values of one period can be held against, and the pace of the goal that is due next.

    They are of goals that ask for the whole KPI; of more than `MAX_TARGETS`, none can be told apart. The pace is that
    of a total, or of a level, on days from `since` on.
    """
    kind = KINDS[kpi["kind"]]
    read_each_day = kind.is_level or kind.is_quotient
    whole = [row for row in uses if asks_for_whole(row)]
    targets = {
        row["target"]
        for row in whole
        if row["target"] is not None
        and (cadence in (row.get("per"), row.get("over")) or (read_each_day and not row.get("per")))
    }
    if len(targets) > MAX_TARGETS:
        targets = set()
    row = goal_with_pace(uses, kpi, published, since) if cadence in _LATEST else None
    if row is None:
        return Aims(tuple(sorted(targets)))
    course = published.courses.get(row["key_result_id"], ())
    pace = tuple((point["day"], point["pace"]) for point in course if point["pace"] is not None)
    return Aims(tuple(sorted(targets)), row["name"], pace, row["period_start"])


def asks_for_whole(goal: Row) -> bool:
    """Whether a goal is of the whole KPI: not of some members, nor of each of them."""
    return not goal.get("where") and not goal.get("for_each")


def goal_with_pace(uses: Rows, kpi: Row, published: PageRows, since: date) -> Row | None:
    """The goal whose pace the chart of a KPI's latest days has: the one that is due next."""
    kind = KINDS[kpi["kind"]]
    if not (kind.is_sum or kind.is_level) or kpi.get("every") not in _LATEST:
        return None
    paced = (
        row
        for row in uses
        if row["key_result_id"] in published.figures.paced
        and asks_for_whole(row)
        and not any(row.get(x) for x in ("per", "over"))
        and row["deadline"] >= since
    )
    return min(paced, key=lambda row: (row["deadline"], row["key_result_id"]), default=None)


def chart_of_periods(
    kpi: Row, periods: Rows, cadence: Cadence, aims: Aims, published: PageRows, amounts: Amounts
) -> KpiChart | None:
    """The chart of a KPI's months or quarters, with the year before. None where it has no figures."""
    has_weeks = amounts.language.fiscal_year.weeks is not None
    before = _year_before(periods, has_weeks=has_weeks)[-MAX_PERIODS:]
    words = ["kpi.year_before"] if any(value is not None for value in before) else []
    return _chart(kpi, periods[-MAX_PERIODS:], cadence, before, aims, published, amounts, words)


def chart_of_latest(kpi: Row, aims: Aims, published: PageRows, amounts: Amounts) -> KpiChart | None:
    """The chart of its latest days, or weeks where it is given by the week; one that is missing leaves a gap.

    None where it has no figures by the day or the week.
    """
    cadence = kpi.get("every")
    rows = published.figures.latest.get(kpi["kpi"], ())
    if cadence not in _LATEST or not rows:
        return None
    every: Literal["day", "week"] = cadence
    known = {row["period_start"]: row for row in rows}
    periods: list[Row] = []
    period = containing(published.as_of - _DAY, every)
    if period.end >= published.as_of and period.start not in known:
        period = containing(period.start - _DAY, every)  # a week that is not over is not missing
    for _ in range(_LATEST[every]):
        missing = {"period_start": period.start, "period_end": period.end, "value": None}
        periods.insert(0, known.get(period.start, {**missing, "status": "missing"}))
        period = containing(period.start - _DAY, every)
    words = ["kpi.paced"] if aims.pace else []
    return _chart(kpi, periods, every, [None] * len(periods), aims, published, amounts, words)


def _chart(
    kpi: Row,
    periods: Rows,
    cadence: Cadence,
    before: Sequence[Decimal | None],
    aims: Aims,
    published: PageRows,
    amounts: Amounts,
    words: Sequence[str],
) -> KpiChart | None:
    language, kind = amounts.language, KINDS[kpi["kind"]]
    known = [row for row in periods if row["value"] is not None]
    if not known:
        return None
    first, last = periods[0]["period_start"], periods[-1]["period_end"]
    notes = between(_annotations(kpi, cadence, published, amounts), first, last)
    bars = line = None
    if kind.is_sum or kind.reported_by_period:
        drawn = bar_chart(_columns(periods, before, aims, amounts), amounts, aims.targets)
        starts = [row["period_start"] for row in periods]

        def slot(day: date) -> float:
            return slot_at(sum(start <= day for start in starts) - 1, len(starts))

        bars = drawn and replace(drawn, marks=notes.marks(slot))
    else:
        pace = _stretch(aims.pace, first, last)
        target = next(iter(aims.targets), None)
        drawn_line = level_chart(periods, amounts, before, target, pace)
        across, _ = days_across(periods[0]["period_end"], last, language)
        line = drawn_line and replace(
            drawn_line, marks=notes.marks(lambda day: across.at(day.toordinal()))
        )
    if bars is None and line is None:
        return None
    if bars is not None and any(row["status"] == "partial" for row in known):
        words = [*words, "kpi.still_open"]
    title = language.text(
        "kpi.chart", label=kpi["label"] or kpi["kpi"], period=_name(cadence, amounts)
    )
    least = min(known, key=lambda row: (row["value"], row["period_start"]))
    most = max(known, key=lambda row: (row["value"], row["period_start"]))
    return KpiChart(
        id=f"chart-{cadence}",
        title=title,
        described=language.text(
            "kpi.described",
            latest=_figure(known[-1], amounts),
            lowest=_figure(least, amounts),
            highest=_figure(most, amounts),
        ),
        caption=" ".join([f"{title}.", *(language.text(word, goal=aims.goal) for word in words)]),
        bars=bars,
        line=line,
        annotations=notes,
    )


def _annotations(
    kpi: Row, cadence: Cadence, published: PageRows, amounts: Amounts
) -> list[Annotation]:
    """What is known of single days; whoever knows more of them adds it here."""
    name, language = kpi["kpi"], amounts.language
    sources = {stream.strip().partition(".")[0] for stream in (kpi.get("sources") or "").split(",")}
    failed = [x for x in published.standings.failed_sources if x.partition("@")[0] in sources]
    return [
        *of_restatements(published.figures.restated.get(name, ()), cadence, amounts),
        *of_missing_days(published.figures.missing.get(name, ()), cadence, language),
        *of_failed_pulls(kpi, failed, language),
        *of_measures(published.measures.get(name, ()), published.as_of, amounts),
    ]


def _name(cadence: str, amounts: Amounts) -> str:
    return amounts.language.text(f"kpi.{cadence}s")


def _figure(row: Row, amounts: Amounts) -> str:
    span = amounts.language.span(row["period_start"], row["period_end"])
    return f"{span}: {amounts.text(row['value'])}"


def _columns(
    periods: Rows, before: Sequence[Decimal | None], aims: Aims, amounts: Amounts
) -> list[Column]:
    return [
        Column(
            amounts.language.span(row["period_start"], row["period_end"]),
            row["value"],
            _look(row),
            _short(row, amounts),
            year_before,
            _share_of_pace(aims, row["period_start"], row["period_end"]),
        )
        for row, year_before in zip(periods, before, strict=True)
    ]


def _look(row: Row) -> Look:
    return "open" if row["status"] == "partial" else "full"


def _short(row: Row, amounts: Amounts) -> str:
    """The name of a period on an axis."""
    language, start = amounts.language, row["period_start"]
    if row["period_end"] - start < timedelta(days=7):
        return language.day(start, "axis-day")
    if row["period_end"] - start < timedelta(days=31):
        return language.day(start, "axis")
    return language.window(containing(start, "quarter", language.fiscal_year).label)


def _year_before(periods: Rows, *, has_weeks: bool) -> list[Decimal | None]:
    """Of each period the value a year before; None where that is not known, or this one is still open.

    A period of whole weeks is held against one of the same weeks, 52 weeks before.
    """
    days = {(row["period_start"], row["period_end"]): row["value"] for row in periods}
    starts = {row["period_start"]: row["value"] for row in periods}
    year = timedelta(weeks=_WEEKS_OF_A_YEAR)
    return [
        None
        if row["status"] == "partial"
        else days.get((row["period_start"] - year, row["period_end"] - year))
        if has_weeks
        else starts.get(a_year_before(row["period_start"]))
        for row in periods
    ]


def _share_of_pace(aims: Aims, start: date, end: date) -> Decimal | None:
    """What the pace of a total asks for in these days; None where it does not say so of all of them."""
    if not aims.pace or aims.start is None or start < aims.start:
        return None
    due = _pace_on(aims.pace, end)
    due_before = Decimal(0) if start == aims.start else _pace_on(aims.pace, start - _DAY)
    return None if due is None or due_before is None else due - due_before


def _stretch(pace: Sequence[Point], first: date, last: date) -> list[Point]:
    """The pace of a level on the days from `first` to `last`."""
    days = {first, last, *(day for day, _ in pace if first < day < last)}
    figures = [(day, _pace_on(pace, day)) for day in sorted(days)]
    return [(day, figure) for day, figure in figures if figure is not None]


def _pace_on(pace: Sequence[Point], day: date) -> Decimal | None:
    """The pace on a day. Between two published days it goes evenly; None before the first and after the last."""
    earlier = [point for point in pace if point[0] <= day]
    later = [point for point in pace if point[0] >= day]
    if not earlier or not later:
        return None
    (left, low), (right, high) = earlier[-1], later[0]
    if left == right:
        return low
    return low + (high - low) * (day - left).days / (right - left).days
