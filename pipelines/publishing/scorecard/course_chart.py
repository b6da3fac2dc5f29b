"""The chart of a course: what was, what the pace asks for, where the futures lead, and the target."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pipelines.publishing.published import Row
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
from pipelines.publishing.scorecard.language import Amounts, Language
from pipelines.publishing.scorecard.page_rows import Rows

Point = tuple[date, Decimal]


@dataclass(frozen=True, kw_only=True)
class CourseChart(Chart):
    """Places on a drawing; the paths are SVG's, empty where nothing is known, or where there is no goal.

    `ends` are the places of the range in which eight in ten futures end, the higher figure first.
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


def course_chart(points: Rows, row: Row, amounts: Amounts) -> CourseChart | None:
    """The chart of one key result; None where its course has nothing to draw."""
    actual, pace = _known(points, "actual"), _known(points, "pace")
    low, middle, high = (_known(points, f"forecast_p{tenth}") for tenth in (10, 50, 90))
    if not actual and not middle:
        return None
    goals = [row["target"], row.get("low"), row.get("high")]
    figures = [value for _, value in (*actual, *pace, *low, *high)]
    target, language = row["target"], amounts.language
    up, heights = vertical_axis([*figures, *goals], amounts, from_zero=_from_zero(figures))
    across, days = _horizontal_axis(points[0]["day"], points[-1]["day"], language)
    place = _placer(across, up)
    joined = actual[-1:]
    low_end, high_end = row.get("low"), row.get("high")
    return CourseChart(
        actual=_line(actual, place),
        pace=_line(pace, place),
        fan=_area([*joined, *low], [*joined, *high], place) if low else "",
        middle=_line([*joined, *middle], place) if middle else "",
        target=None if target is None else up.at(target),
        target_label=""
        if target is None
        else language.text("chart.target_label", target=amounts.axis(target)),
        ends=(up.at(high[-1][1]), up.at(low[-1][1])) if low else None,
        band=None
        if target is not None or low_end is None or high_end is None
        else (up.at(low_end), up.at(high_end)),
        now=place(actual[-1]) if actual else None,
        across=days,
        up=heights,
    )


def level_chart(history: Rows, amounts: Amounts) -> CourseChart | None:
    """The line of a level by its periods; None where there are fewer than two to join."""
    known = [(row["period_end"], row["value"]) for row in history if row["value"] is not None]
    if len(known) < 2:
        return None
    figures = [value for _, value in known]
    up, heights = vertical_axis(figures, amounts, from_zero=_from_zero(figures))
    across, days = _horizontal_axis(known[0][0], known[-1][0], amounts.language)
    place = _placer(across, up)
    return CourseChart(
        actual=_line(known, place),
        now=place(known[-1]),
        across=days,
        up=heights,
    )


def _known(points: Rows, column: str) -> list[Point]:
    return [(point["day"], point[column]) for point in points if point[column] is not None]


def _from_zero(figures: Sequence[Decimal]) -> bool:
    """A total starts at nothing; a level would lose its shape if it were drawn from there."""
    return bool(figures) and min(figures) <= max(figures) / 4


def _horizontal_axis(first: date, last: date, language: Language) -> tuple[Scale, list[Tick]]:
    """The scale of the days, two at the least, and its ticks."""
    start, end = first.toordinal(), max(last.toordinal(), first.toordinal() + 1)
    scale = Scale(start, end, LEFT, WIDTH - RIGHT)
    named, form = day_ticks(first, last)
    return scale, [Tick(scale.at(day.toordinal()), language.day(day, form)) for day in named]


def _placer(across: Scale, up: Scale) -> Callable[[Point], tuple[float, float]]:
    def place(point: Point) -> tuple[float, float]:
        return across.at(point[0].toordinal()), up.at(point[1])

    return place


def _line(points: Sequence[Point], place: Callable[[Point], tuple[float, float]]) -> str:
    return "M" + " ".join(f"{x:g} {y:g}" for x, y in map(place, points)) if points else ""


def _area(
    lower: Sequence[Point],
    upper: Sequence[Point],
    place: Callable[[Point], tuple[float, float]],
) -> str:
    return f"{_line([*lower, *reversed(upper)], place)}Z"
