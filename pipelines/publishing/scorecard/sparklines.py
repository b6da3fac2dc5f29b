"""The small charts in the lines of the table: the course against its pace, windows, members, an objective's score."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pipelines.okr.kpi.status import SETTLED_STATUSES
from pipelines.publishing.language.sentences import is_met
from pipelines.publishing.published import Row, Rows
from pipelines.publishing.scorecard.axes import Scale, padded

WIDTH, HEIGHT = 104, 28
MAX_POINTS = 24
"""Points of a line: a chart of 104 pixels shows no more."""
MAX_BARS = 16
"""Windows, the latest, or members, those with the lowest figures."""
_MARGIN = 2
_UP = (HEIGHT - _MARGIN, _MARGIN)

_Point = tuple[date, Decimal]


@dataclass(frozen=True)
class SmallBar:
    """A rectangle of a window or a member; `look` is `full` where it met its goal, `hollow` or `open` otherwise."""

    x: float
    y: float
    width: float
    height: float
    look: str


@dataclass(frozen=True)
class Sparkline:
    """Places on a chart of WIDTH by HEIGHT. The paths are SVG's, and empty where there is nothing to draw.

    `goal` is the height of the target; `kind` says what it shows: `level`, `distance`, `windows`, `members` or `score`.
    """

    kind: str
    actual: str = ""
    pace: str = ""
    fan: str = ""
    goal: float | None = None
    now: tuple[float, float] | None = None
    bars: Sequence[SmallBar] = ()


def sparkline(row: Row, parts: Rows, points: Rows, *, is_total: bool) -> Sparkline | None:
    """The chart of a key result; None where nothing is known to draw.

    Of a total (`is_total`) it shows the distance to the pace: the totals themselves all look alike.
    """
    members = [part for part in parts if part["member"] != "total" and part["actual"] is not None]
    windows = [part for part in parts if part["member"] == "total"]
    if members:
        members.sort(key=lambda part: (part["actual"], part["member"]))
        return _bars("members", members[:MAX_BARS], row["target"])
    if row.get("per") and windows:
        return _bars("windows", windows[-MAX_BARS:], row["target"])
    return _course(points, row["target"], is_total=is_total)


def score_line(row: Row) -> Sparkline | None:
    """The score of an objective on a scale from 0 to 1, where it is likely to end, and its bar."""
    if row["score"] is None:
        return None
    across = Scale(0, 1, 0, WIDTH)
    low, high = row.get("forecast_score_p10"), row.get("forecast_score_p90")
    fan = ""
    if low is not None and high is not None:
        left, right = across.at(low), max(across.at(high), across.at(low) + 1)
        fan = f"M{left:g} 8H{right:g}V20H{left:g}z"
    return Sparkline(
        "score",
        actual=f"M0 12H{across.at(row['score']):g}V16H0z",
        fan=fan,
        pace="" if row["expected"] is None else _mark(across.at(row["expected"])),
        goal=None if row.get("bar") is None else across.at(row["bar"]),
    )


def _mark(place: float) -> str:
    return f"M{place:g} 9V19"


def _course(points: Rows, target: Decimal | None, *, is_total: bool) -> Sparkline | None:
    drawn = list(_thinned(points))
    if not drawn:
        return None
    aims = {point["day"]: point["pace"] for point in drawn}
    distance = is_total and None not in aims.values()

    def line(column: str) -> list[_Point]:
        known = [(point["day"], point[column]) for point in drawn if point[column] is not None]
        return [(day, value - aims[day]) for day, value in known] if distance else known

    actual, pace = line("actual"), line("pace")
    low, high = line("forecast_p10"), line("forecast_p90")
    if not actual and not low:
        return None
    goals = [] if distance else [target]
    figures = [value for _, value in (*actual, *pace, *low, *high)]
    lowest, highest = padded([*figures, *goals], from_zero=distance)
    up = Scale(lowest, highest, *_UP)
    first, last = drawn[0]["day"].toordinal(), drawn[-1]["day"].toordinal()
    across = Scale(first, max(last, first + 1), _MARGIN, WIDTH - _MARGIN)

    def path(places: Sequence[_Point]) -> str:
        if not places:
            return ""
        return "M" + " ".join(
            f"{across.at(day.toordinal()):g} {up.at(value):g}" for day, value in places
        )

    now = actual[-1:]
    return Sparkline(
        "distance" if distance else "level",
        actual=path(actual) if len(actual) > 1 else "",
        pace=f"M{_MARGIN} {up.at(0):g}H{WIDTH - _MARGIN}" if distance else path(pace),
        fan=path([*now, *low, *reversed(high)]) + "z" if low else "",
        goal=None if distance or target is None else up.at(target),
        now=(across.at(now[0][0].toordinal()), up.at(now[0][1])) if now else None,
    )


def _thinned(points: Rows) -> Iterator[Row]:
    """Every so manieth point, with the first, the last and the latest known one among them."""
    known = [place for place, point in enumerate(points) if point["actual"] is not None]
    kept = {0, len(points) - 1, *known[-1:]}
    every = -(-len(points) // MAX_POINTS)
    return (point for place, point in enumerate(points) if place in kept or place % every == 0)


def _bars(kind: str, parts: Rows, target: Decimal | None) -> Sparkline | None:
    """A bar for each part with a figure, from zero; a part without one leaves a gap."""
    known = [part["actual"] for part in parts if part["actual"] is not None]
    if not known:
        return None
    up = Scale(*padded([*known, target], from_zero=True), *_UP)
    slot = min(12.0, WIDTH / len(parts))
    wide, zero = round(slot * 0.7, 1), up.at(0)
    bars = []
    for place, part in enumerate(parts):
        if part["actual"] is not None:
            y = up.at(part["actual"])
            height = round(max(abs(zero - y), 1), 1)
            bars.append(SmallBar(round(slot * place, 1), min(y, zero), wide, height, _look(part)))
    return Sparkline(kind, bars=bars, goal=None if target is None else up.at(target))


def _look(part: Row) -> str:
    if part["member"] == "total" and part["status"] not in SETTLED_STATUSES:
        return "open"
    return "full" if is_met(part) else "hollow"
