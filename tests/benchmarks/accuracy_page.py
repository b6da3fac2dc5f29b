"""Writes the figures of tests/benchmarks/forecast_accuracy.py into the tables of docs/odds.md."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np

from tests.benchmarks.forecast_speed import rate
from tests.benchmarks.judged import MEAN, OURS, UNCORRECTED, Judged
from tests.benchmarks.moves import Moves, of_shops
from tests.benchmarks.no_news import changes_by_drawing, odds_changes, summary
from tests.benchmarks.public_series import HELD_OUT, TUNING
from tests.benchmarks.public_series.catalogue import HALF_OF, SOURCES

PAGE = Path(__file__).parents[2] / "docs" / "odds.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
FREQUENCIES = ("daily", "weekly", "monthly")
COLUMNS = ("method", "Brier", "log loss", "ECE", "80 % interval holds")


def write_page(
    halves: Mapping[str, Judged], beside: Mapping[str, Judged] | None, asked: int, folder: Path
) -> None:
    """Write the tables between the marks of the page."""
    text = PAGE.read_text(encoding="utf-8")
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    content = "\n".join(lines(halves, beside or {}, asked, of_shops(folder)))
    PAGE.write_text(f"{before}{BEGIN}\n\n{content}\n\n{END}{after}", encoding="utf-8")


def lines(
    halves: Mapping[str, Judged],
    beside: Mapping[str, Judged],
    asked: int,
    moves: Moves,
) -> Iterable[str]:
    rivals = f" --rivals {asked}" if beside else ""
    yield f"Measured on {date.today()} by"
    yield ""
    yield "```sh"
    half = "" if TUNING in halves else f' --half "{HELD_OUT}"'
    yield f"python -m tests.benchmarks.forecast_accuracy FOLDER --wheels WHEELS{half}{rivals} --write-page"
    yield "```"
    yield ""
    yield "### The bars, on the half that was looked at once"
    yield ""
    yield from table(("bar", "measured", "met"), bars(halves[HELD_OUT], moves))
    for half, title in (
        (HELD_OUT, "looked at once"),
        (TUNING, "tuned on, each with curves of the others"),
    ):
        if half not in halves:
            continue
        yield ""
        yield f"### By frequency and kind, on the half that was {title}"
        yield ""
        yield from table(
            ("series", "odds", "Brier", "beside the best other method", "beside the mean of all others",
             "ECE", "80 % interval holds", "of these on an end"),
            (overall(name, part) for name, part in parts(halves[half])),
        )  # fmt: skip
    for frequency in FREQUENCIES:
        part = halves[HELD_OUT].frequency(frequency)
        yield ""
        yield f"### All methods, {frequency} series of the half that was looked at once"
        yield ""
        yield from table(COLUMNS, methods(part))
    for frequency, part in beside.items():
        yield ""
        yield f"### Beside other libraries, {frequency} series of the half that was looked at once"
        yield ""
        yield f"{part.met.size} odds on {len(np.unique(part.series))} series."
        yield ""
        yield from table(COLUMNS, methods(part))
    yield ""
    yield "### The series"
    yield ""
    yield from table(
        ("series", "frequency", "kind", "half", "from"),
        (
            (source.title, source.frequency, source.kind, HALF_OF[source.name], source.origin)
            for source in SOURCES
        ),
    )


def bars(whole: Judged, moves: Moves) -> Iterator[Sequence[str]]:
    """Each bar, the measured value, and whether it meets the bar."""
    for frequency in FREQUENCIES:
        part = whole.frequency(frequency)
        for method, least, what in (
            (part.best_other, 0.08, "the best other method"),
            (MEAN, 0.03, "the mean of all others"),
        ):
            versus = part.versus(method)
            beside = f", beside {method}" if method != MEAN else ""
            is_met = versus.change <= -least and versus.share_below >= 0.95
            yield (
                f"Brier, {frequency}: {100 * least:.0f} % below {what}, and below it in 95 % of resampled series",
                f"{versus}{beside}; below in {versus.share_below:.1%}",
                yes_or_no(is_met),
            )
    for name, most, part in (
        ("all", 0.015, whole),
        *((frequency, 0.03, whole.frequency(frequency)) for frequency in FREQUENCIES),
    ):
        error = part.calibration_error()
        yield f"ECE, {name}: at most {most}", f"{error:.3f}", yes_or_no(error <= most)
    for name, part in parts(whole):
        within = part.coverage() or 0.0
        bar = f"80 % interval, {name}: holds 77 to 83 %"
        yield bar, f"{within:.1%}", yes_or_no(0.77 <= within <= 0.83)
    yield (
        "squared moves over squared ends, on shops: 0.9 to 1.15",
        str(moves),
        yes_or_no(0.9 <= moves.ratio <= 1.15),
    )
    changes = odds_changes()
    yield (
        "a day without news moves no odds by more than 0.02 in 99 of 100",
        summary(changes),
        yes_or_no(float(np.quantile(np.abs(changes), 0.99)) <= 0.02),
    )
    drawing = changes_by_drawing()
    yield (
        "of that, the drawing of futures moves none by more than 0.01",
        summary(drawing),
        yes_or_no(float(np.abs(drawing).max()) <= 0.01),
    )
    speed = rate(400, unequal=True)
    yield (
        "1,000 series of unequal lengths a second and core, 68 steps, 400 futures",
        f"{speed:.0f}",
        yes_or_no(speed >= 1000),
    )


def parts(whole: Judged) -> Iterator[tuple[str, Judged]]:
    """All series, and those of each frequency and kind."""
    yield "all", whole
    for frequency in FREQUENCIES:
        part = whole.frequency(frequency)
        yield frequency, part
        for kind in np.unique(part.kinds).tolist():
            yield f"{frequency} {kind}s", part.kind(kind)


def overall(name: str, part: Judged) -> Sequence[str]:
    best = part.versus(part.best_other)
    return (
        name, f"{part.met.size:,}", f"{part.brier():.4f}", f"{best}, {best.method}",
        str(part.versus(MEAN)), f"{part.calibration_error():.3f}", f"{part.coverage():.1%}",
        f"{part.on_an_end():.1%}",
    )  # fmt: skip


def methods(part: Judged) -> Iterator[Sequence[str]]:
    """How each method did, the best first."""
    for name in sorted([*part.odds, MEAN], key=part.brier):
        scores = part.brier(name), part.log_loss(name), part.calibration_error(name)
        within = part.coverage(name)
        shown = f"**{name}**" if name in (OURS, UNCORRECTED) else name
        yield (shown, *(f"{score:.4f}" for score in scores), f"{within:.1%}" if within else "")


def yes_or_no(met: bool) -> str:
    return "yes" if met else "**no**"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    """A Markdown table."""
    yield f"| {' | '.join(columns)} |"
    yield "|---" * len(columns) + "|"
    for cells in rows:
        yield f"| {' | '.join(cells)} |"
