"""What is possible for a KPI: its targets by their odds, as a picture and as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from pipelines.okr.kpi.periods import containing
from pipelines.publishing.language.language import Amounts, Language
from pipelines.publishing.language.targets import BESIDE, against
from pipelines.publishing.published import Row, Rows
from pipelines.publishing.scorecard.axes import (
    LEFT,
    RIGHT,
    WIDTH,
    Chart,
    Scale,
    Tick,
    slot_at,
    vertical_axis,
)

_SLOTS_OF_LABELS = 2
"""Beside the rungs there is room for the names of what they stand beside."""
_LINE = 12.0
"""The height of a label: two that are nearer to each other are moved apart."""


@dataclass(frozen=True)
class ChartRung:
    """A target as a rung: where it begins, its height, its width, and the title that a pointer shows."""

    x: float
    y: float
    width: float
    title: str


@dataclass(frozen=True)
class ReferenceLine:
    """What the targets stand beside: its name, its height, and that of its label. `kind` is its class."""

    kind: str
    y: float
    label: str
    label_y: float


@dataclass(frozen=True, kw_only=True)
class LadderChart(Chart):
    """The rungs from the easiest to the hardest, and the lines that they stand beside."""

    rungs: Sequence[ChartRung]
    references: Sequence[ReferenceLine]


@dataclass(frozen=True)
class Ladder:
    """The targets of one period. `rows` and `beside` are lines of the table: a name, an amount, and the change.

    The change is that on the year before. `described` is for who cannot see the picture, `caption` says what it shows.
    """

    id: str
    caption: str
    title: str
    described: str
    asks: str
    chart: LadderChart
    rows: Sequence[tuple[str, str, str]]
    beside: Sequence[tuple[str, str, str]]


def ladders_of(targets: Rows, label: str, amounts: Amounts) -> list[Ladder]:
    """One for each period of a KPI's targets; none where nothing has odds."""

    def start(row: Row) -> date:
        day: date = row["period_start"]
        return day

    periods = [list(rows) for _, rows in groupby(sorted(targets, key=start), key=start)]
    return [
        _ladder(rows, f"ladder-{number}", label, amounts)
        for number, rows in enumerate(periods, 1)
        if any(row["target"] is not None for row in rows)
    ]


def _ladder(targets: Rows, chart_id: str, label: str, amounts: Amounts) -> Ladder:
    language, rungs = amounts.language, sorted(targets, key=lambda row: -row["odds"])
    first = rungs[0]
    period = language.span(first["period_start"], first["period_end"])
    before = first["year_before"]
    rows = [
        (
            language.share(row["odds"]),
            _target(row["target"], amounts),
            against(row["target"], before, language),
        )
        for row in rungs
    ]
    beside = [
        (
            _named(name, first, language),
            (amounts.estimate if name == "present_rate" else amounts.text)(first[name]),
            "" if name == "year_before" else against(first[name], before, language),
        )
        for name in BESIDE
        if first[name] is not None
    ]
    pairs = [(odds, target) for odds, target, _ in rows] + [(name, it) for name, it, _ in beside]
    return Ladder(
        id=chart_id,
        caption=language.text(
            "target.caption", period=period, day=language.day(first["data_through"])
        ),
        title=language.text("target.chart", label=label, period=period),
        described=". ".join(f"{name}: {amount}" for name, amount in pairs),
        asks=language.text(f"target.{first['comparison']}"),
        chart=_chart(rungs, amounts),
        rows=rows,
        beside=beside,
    )


def _target(target: Decimal | None, amounts: Amounts) -> str:
    return amounts.language.text("target.none") if target is None else amounts.text(target)


def _named(name: str, row: Row, language: Language) -> str:
    """What a line is called; of the best period with its name."""
    text = language.text(f"target.{name}")
    if name != "best" or row["best_start"] is None:
        return text
    best = containing(row["best_start"], row["period"], language.fiscal_year)
    return f"{text} ({language.span(best.start, best.end)})"


def _chart(rungs: Rows, amounts: Amounts) -> LadderChart:
    language, first = amounts.language, rungs[0]
    beside = {name: first[name] for name in BESIDE if first[name] is not None}
    figures = [*(row["target"] for row in rungs if row["target"] is not None), *beside.values()]
    # a rung is no bar: where the smallest is far from zero, nothing has to begin there
    up, heights = vertical_axis(figures, amounts, from_zero=min(figures) <= max(figures) / 4)
    slots = len(rungs) + _SLOTS_OF_LABELS
    width = round((WIDTH - RIGHT - LEFT) / slots * 0.8, 1)
    return LadderChart(
        rungs=[
            ChartRung(
                round(slot_at(place, slots) - width / 2, 1),
                up.at(row["target"]),
                width,
                f"{language.share(row['odds'])}: {amounts.text(row['target'])}",
            )
            for place, row in enumerate(rungs)
            if row["target"] is not None
        ],
        references=_lines(beside, up, language),
        across=[
            Tick(slot_at(place, slots), language.share(row["odds"]))
            for place, row in enumerate(rungs)
        ],
        up=heights,
    )


def _lines(beside: dict[str, Decimal], up: Scale, language: Language) -> list[ReferenceLine]:
    """The lines from the lowest to the highest, with labels that do not cover each other."""
    lines: list[ReferenceLine] = []
    for name, value in sorted(beside.items(), key=lambda pair: pair[1]):
        y = up.at(value)
        highest = lines[-1].label_y - _LINE if lines else y
        label_y = round(min(y - 4, highest), 1)
        lines.append(
            ReferenceLine(name.replace("_", "-"), y, language.text(f"target.{name}"), label_y)
        )
    return lines
