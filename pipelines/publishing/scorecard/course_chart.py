"""The chart of a course: what was, what the pace asks for, where the futures lead, and the target."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from pipelines.publishing.language.language import Amounts, Language
from pipelines.publishing.published import Row, Rows
from pipelines.publishing.scorecard.axes import (
    LEFT,
    RIGHT,
    WIDTH,
    Chart,
    Scale,
    Tick,
    day_ticks,
    vertical_axis,
)

Point = tuple[date, Decimal]


@dataclass(frozen=True, kw_only=True)
class CourseChart(Chart):
    """Places on a chart. The paths are SVG's, and empty where there is nothing to draw.

    `now` is the end of the actual line; `ends` is the range in which eight in ten futures end, the higher figure
    first; `band` is the range of a goal with two ends, the lower first.
    """

    actual: str
    now: tuple[float, float] | None
    pace: str = ""
    fan: str = ""
    middle: str = ""
    target: float | None = None
    target_label: str = ""
    ends: tuple[float, float] | None = None
    band: tuple[float, float] | None = None


@dataclass(frozen=True)
class _Plot:
    """Where days and figures are on a chart."""

    across: Scale
    up: Scale

    def at(self, point: Point) -> tuple[float, float]:
        return self.across.at(point[0].toordinal()), self.up.at(point[1])

    def line(self, points: Sequence[Point]) -> str:
        places = " ".join(f"{x:g} {y:g}" for x, y in map(self.at, points))
        # a path that goes nowhere is drawn as a dot
        return f"M{places}{'h0' if len(points) == 1 else ''}" if points else ""

    def area(self, lower: Sequence[Point], upper: Sequence[Point]) -> str:
        return f"{self.line([*lower, *reversed(upper)])}Z"


def course_chart(points: Rows, row: Row, amounts: Amounts) -> CourseChart | None:
    """The chart of one key result; None where its course has nothing to draw."""
    actual, pace = _known(points, "actual"), _known(points, "pace")
    low, middle, high = (_known(points, f"forecast_p{tenth}") for tenth in (10, 50, 90))
    if not actual and not middle:
        return None
    target, least, most = row["target"], row.get("low"), row.get("high")
    up, heights = _vertical_axis([*actual, *pace, *low, *high], amounts, [target, least, most])
    across, days = days_across(points[0]["day"], points[-1]["day"], amounts.language)
    plot, now = _Plot(across, up), actual[-1:]
    label = "" if target is None else amounts.axis(target)
    has_band = target is None and None not in (least, most)
    return CourseChart(
        actual=plot.line(actual),
        pace=plot.line(pace),
        fan=plot.area([*now, *low], [*now, *high]) if low else "",
        middle=plot.line([*now, *middle]) if middle else "",
        target=None if target is None else up.at(target),
        target_label=label and amounts.language.text("chart.target_label", target=label),
        ends=(up.at(high[-1][1]), up.at(low[-1][1])) if low else None,
        band=(up.at(row["low"]), up.at(row["high"])) if has_band else None,
        now=plot.at(actual[-1]) if actual else None,
        across=days,
        up=heights,
    )


def level_chart(
    periods: Rows,
    amounts: Amounts,
    year_before: Sequence[Decimal | None],
    target: Decimal | None,
    pace: Sequence[Point] = (),
) -> CourseChart | None:
    """The line of a level by its periods, with that of the year before or its pace.

    It breaks where a period is not known. None where fewer than two are.
    """
    known = [(row["period_end"], row["value"]) for row in periods if row["value"] is not None]
    if len(known) < 2:
        return None
    ends = [row["period_end"] for row in periods]
    before = [
        (end, value) for end, value in zip(ends, year_before, strict=True) if value is not None
    ]
    up, heights = _vertical_axis([*known, *before, *pace], amounts, [target])
    across, days = days_across(ends[0], ends[-1], amounts.language)
    plot = _Plot(across, up)
    label = "" if target is None else amounts.axis(target)
    return CourseChart(
        actual="".join(map(plot.line, _stretches(periods))),
        now=plot.at(known[-1]),
        pace=plot.line(pace or before) if len(pace or before) > 1 else "",
        target=None if target is None else up.at(target),
        target_label=label and amounts.language.text("chart.target_label", target=label),
        across=days,
        up=heights,
    )


def _stretches(periods: Rows) -> list[list[Point]]:
    """The known figures, a new list after each gap."""
    stretches: list[list[Point]] = []
    expected = None
    for row in periods:
        if row["value"] is None:
            continue
        if row["period_start"] != expected:
            stretches.append([])
        stretches[-1].append((row["period_end"], row["value"]))
        expected = row["period_end"] + timedelta(days=1)
    return stretches


def _known(points: Rows, column: str) -> list[Point]:
    return [(point["day"], point[column]) for point in points if point[column] is not None]


def _vertical_axis(
    points: Sequence[Point], amounts: Amounts, goals: Sequence[Decimal | None] = ()
) -> tuple[Scale, list[Tick]]:
    """The scale of the figures and its ticks. A total begins at zero; a level drawn from there would look flat."""
    figures = [figure for _, figure in points]
    from_zero = bool(figures) and min(figures) <= max(figures) / 4
    return vertical_axis([*figures, *goals], amounts, from_zero=from_zero)


def days_across(first: date, last: date, language: Language) -> tuple[Scale, list[Tick]]:
    """The scale of the days, two at the least, and its ticks."""
    start, end = first.toordinal(), max(last.toordinal(), first.toordinal() + 1)
    scale = Scale(start, end, LEFT, WIDTH - RIGHT)
    named, form = day_ticks(first, last)
    return scale, [Tick(scale.at(day.toordinal()), language.day(day, form)) for day in named]
