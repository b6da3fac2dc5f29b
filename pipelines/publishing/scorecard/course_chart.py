"""The chart of a course: what was, what the pace asks for, where the futures lead, and the target."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pipelines.publishing.scorecard.axes import Scale, day_ticks, padded, ticks
from pipelines.publishing.scorecard.drawing import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Drawing,
    Tick,
)
from pipelines.publishing.scorecard.language import Language
from pipelines.publishing.scorecard.reading import Row, Rows

Point = tuple[date, Decimal]


@dataclass(frozen=True, kw_only=True)
class CourseChart(Drawing):
    """Places on a drawing; the paths are SVG's, empty where nothing is known.

    `ends` are the places of the range in which eight in ten futures end, the higher figure first.
    """

    actual: str
    pace: str
    fan: str
    middle: str
    target: float | None
    target_label: str
    ends: tuple[float, float] | None
    band: tuple[float, float] | None
    now: tuple[float, float] | None


def course_chart(points: Rows, row: Row, language: Language) -> CourseChart | None:
    """The chart of one key result; None where its course has nothing to draw."""
    actual, pace = _known(points, "actual"), _known(points, "pace")
    low, middle, high = (_known(points, f"forecast_p{tenth}") for tenth in (10, 50, 90))
    if not actual and not middle:
        return None
    goals = [row["target"], row.get("low"), row.get("high")]
    figures = [value for _, value in (*actual, *pace, *low, *high)]
    lowest, highest = padded([*figures, *goals], from_zero=_from_zero(figures))
    first, last = points[0]["day"], points[-1]["day"]
    across = Scale(first.toordinal(), max(last, _next(first)).toordinal(), LEFT, WIDTH - RIGHT)
    up = Scale(lowest, highest, HEIGHT - BOTTOM, TOP)
    place = _placer(across, up)
    joined = actual[-1:] if actual else []
    named, form = day_ticks(first, last)
    target, unit = row["target"], row["unit"]
    low_end, high_end = row.get("low"), row.get("high")
    return CourseChart(
        actual=_line(actual, place),
        pace=_line(pace, place),
        fan=_area([*joined, *low], [*joined, *high], place) if low else "",
        middle=_line([*joined, *middle], place) if middle else "",
        target=None if target is None else up.at(target),
        target_label=""
        if target is None
        else language.text("chart.target_label", target=language.axis(target, unit)),
        ends=(up.at(high[-1][1]), up.at(low[-1][1])) if low else None,
        band=None
        if target is not None or low_end is None or high_end is None
        else (up.at(low_end), up.at(high_end)),
        now=place(actual[-1]) if actual else None,
        across=[Tick(across.at(day.toordinal()), language.day(day, form)) for day in named],
        up=[Tick(up.at(value), language.axis(value, unit)) for value in ticks(lowest, highest)],
    )


def level_chart(history: Rows, unit: str | None, language: Language) -> CourseChart | None:
    """The line of a level by its periods; None where there are fewer than two to join."""
    known = [(row["period_end"], row["value"]) for row in history if row["value"] is not None]
    if len(known) < 2:
        return None
    figures = [value for _, value in known]
    lowest, highest = padded(figures, from_zero=_from_zero(figures))
    first, last = known[0][0], known[-1][0]
    across = Scale(first.toordinal(), last.toordinal(), LEFT, WIDTH - RIGHT)
    up = Scale(lowest, highest, HEIGHT - BOTTOM, TOP)
    place = _placer(across, up)
    named, form = day_ticks(first, last)
    return CourseChart(
        actual=_line(known, place),
        pace="",
        fan="",
        middle="",
        target=None,
        target_label="",
        ends=None,
        band=None,
        now=place(known[-1]),
        across=[Tick(across.at(day.toordinal()), language.day(day, form)) for day in named],
        up=[Tick(up.at(value), language.axis(value, unit)) for value in ticks(lowest, highest)],
    )


def _known(points: Rows, column: str) -> list[Point]:
    return [(point["day"], point[column]) for point in points if point[column] is not None]


def _from_zero(figures: Sequence[Decimal]) -> bool:
    """A total starts at nothing; a level would lose its shape if it were drawn from there."""
    return bool(figures) and min(figures) <= max(figures) / 4


def _next(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


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
