"""Writes the figures of tests/benchmarks/forecast_accuracy.py into the tables of docs/odds.md."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from pipelines.backtest.replay import Grade, Replay, graded
from pipelines.okr.forecast.recalibration import Curve
from tests.benchmarks.forecast_speed import rate
from tests.benchmarks.no_news import changes_by_drawing, odds_changes, summary
from tests.benchmarks.public_series.catalogue import SOURCES

PAGE = Path(__file__).parents[2] / "docs" / "odds.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
OURS = "okra, own curve"
NOT_RIVALS = ("okra", "base rate", "pace rule")
TUNED_RIVALS = ("statsmodels UC level+year", "statsmodels UC walk+AR")
"""Models that we composed after we had seen the series; no library offers them ready-made."""
RESAMPLES = 500
NO_NEWS_BARS = (
    "a day without news moves no odds by more than 0.01",
    "of that, the drawing of futures moves none by more than 0.01",
)


@dataclass(frozen=True)
class Figures:
    """What was measured: `whole` on all cases, `beside` on those that the other libraries were run on too.

    `curves` is the recalibration fitted on the earlier half of all cases.
    """

    whole: Mapping[str, Replay]
    beside: Mapping[str, Replay]
    curves: Mapping[str, Curve]


def write_page(figures: Figures, asked: int) -> None:
    """Write the tables between the marks of the page."""
    text = PAGE.read_text(encoding="utf-8")
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    content = "\n".join(lines(figures, asked))
    PAGE.write_text(f"{before}{BEGIN}\n\n{content}\n\n{END}{after}", encoding="utf-8")


def lines(figures: Figures, asked: int) -> Iterable[str]:
    yield f"Measured on {date.today()} by"
    yield ""
    yield "```sh"
    yield f"python -m tests.benchmarks.forecast_accuracy WHEELS --rivals {asked} --write-page"
    yield "```"
    yield ""
    yield "### The bars"
    yield ""
    yield from table(("bar", "measured", "met"), bars(figures))
    yield ""
    yield "### All series"
    yield ""
    yield from table(
        ("frequency", "odds", "Brier", "log loss", "ECE", "80 % interval holds", "CRPS ÷ naive",
         "Brier of the pace rule", "of the base rate"),
        (overall(name, replayed, figures) for name, replayed in figures.whole.items()),
    )  # fmt: skip
    for title, replayed in figures.beside.items():
        yield ""
        yield f"### {title.capitalize()}"
        yield ""
        odds, series = replayed.met[replayed.later].size, {case.series for case in replayed.cases}
        yield f"{odds} odds on {len(series)} series."
        yield ""
        yield from table(
            ("method", "Brier", "log loss", "ECE", "80 % interval holds", "CRPS ÷ naive"),
            (row(grade) for grade in graded(replayed, own=figures.curves)),
        )
    yield ""
    yield "### The series"
    yield ""
    yield from table(
        ("series", "frequency", "kind"),
        ((source.title, source.frequency, source.kind) for source in SOURCES),
    )


def bars(figures: Figures) -> Iterable[Sequence[str]]:
    """Each bar, the measured value, and whether it meets the bar."""
    for title, replayed in figures.beside.items():
        frequency = title.partition(",")[0]
        for how, excluded in (
            ("", NOT_RIVALS + TUNED_RIVALS),
            (" that was told where to look", NOT_RIVALS),
        ):
            name, ratio, (low, high) = compared_with_best(replayed, figures.curves, excluded)
            shown = (
                f"{ratio:+.1%} (95 % of resampled series: {low:+.1%} to {high:+.1%}), beside {name}"
            )
            bar = f"Brier, {frequency}: 5 % below the best other method{how}"
            yield bar, shown, yes_or_no(ratio <= -0.05)
    for frequency, replayed in figures.whole.items():
        bar = 0.02 if frequency == "all" else 0.05
        error = ours(replayed, figures.curves).calibration_error
        yield (
            f"ECE out of time, {frequency}: at most {bar}",
            f"{error:.3f}",
            yes_or_no(error <= bar),
        )
    speed = rate(400)
    yield (
        "300 daily series a second and core, 68 steps, 400 futures",
        f"{speed:.0f}",
        yes_or_no(speed >= 300),
    )
    changes = odds_changes(), changes_by_drawing()
    for bar, change in zip(NO_NEWS_BARS, changes, strict=True):
        yield bar, summary(change), yes_or_no(np.abs(change).max() <= 0.01)


def compared_with_best(
    replayed: Replay, curves: Mapping[str, Curve], excluded: tuple[str, ...]
) -> tuple[str, float, tuple[float, float]]:
    """The best method that is not excluded, and Okra's Brier score relative to it: ratio − 1 and its 95 % interval.

    The interval is a bootstrap over series.
    """
    grades = graded(replayed, own=curves)
    best = next(grade for grade in grades if not grade.method.startswith(excluded))
    later = replayed.later
    own = squares(replayed.corrected(curves), replayed.met)[later]
    other = squares(replayed.odds[best.method], replayed.met)[later]
    names = np.array([case.series for case in replayed.cases])[later]
    _, places = np.unique(names, return_inverse=True)
    sums = np.stack([np.bincount(places, weights=scores) for scores in (own, other)])
    drawn = np.random.default_rng(0).integers(0, sums.shape[1], (RESAMPLES, sums.shape[1]))
    ratios = sums[0][drawn].sum(axis=1) / sums[1][drawn].sum(axis=1) - 1
    low, high = np.quantile(ratios, (0.025, 0.975)).tolist()
    return best.method, float(own.sum() / other.sum() - 1), (low, high)


def squares(odds: np.ndarray, met: np.ndarray) -> np.ndarray:
    """The Brier score of each case."""
    return np.asarray(((odds - met) ** 2).mean(axis=1))


def ours(replayed: Replay, curves: Mapping[str, Curve]) -> Grade:
    return next(grade for grade in graded(replayed, own=curves) if grade.method == OURS)


def overall(name: str, replayed: Replay, figures: Figures) -> Sequence[str]:
    grades = {grade.method: grade for grade in graded(replayed, own=figures.curves)}
    own, plain = grades[OURS], grades["okra"]
    odds = replayed.met[replayed.later].size
    scores = (own.brier, own.log_loss, own.calibration_error)
    others = (grades[other].brier for other in ("pace rule", "base rate"))
    return (
        name, f"{odds:,}", *(f"{score:.4f}" for score in scores), f"{plain.coverage:.1%}",
        f"{plain.crps:.4f}", *(f"{score:.4f}" for score in others),
    )  # fmt: skip


def row(grade: Grade) -> Sequence[str]:
    scores = (f"{score:.4f}" for score in (grade.brier, grade.log_loss, grade.calibration_error))
    if grade.coverage is None or grade.crps is None:
        return (grade.method, *scores, "", "")
    return (grade.method, *scores, f"{grade.coverage:.1%}", f"{grade.crps:.4f}")


def yes_or_no(met: bool) -> str:
    return "yes" if met else "**no**"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    """A Markdown table."""
    yield f"| {' | '.join(columns)} |"
    yield "|---" * len(columns) + "|"
    for cells in rows:
        yield f"| {' | '.join(cells)} |"
