"""Measures the odds of goals before their period starts, when targets are set, on public series.

    pip download --no-deps -d WHEELS $(python -m tests.benchmarks.public_series)
    pip install -e .[rivals]
    python -m tests.benchmarks.targets_ahead FOLDER --wheels WHEELS [--write-page]

Every series of the half that was not tuned to is cut on the day before each of its latest periods, and a quarter of
a period earlier. Nine targets are set at each cut: five as forecast_accuracy sets them, by which the odds
are judged, and four that are easier or harder. Those with odds of at least 95 % are what `okra check` warns of as
trivial, those with at most 5 % as hopeless. The odds are the published ones: nothing was fitted for these cuts.

FOLDER            keeps the series
--half HALF       "looked at once", or "tuning" to choose by
--periods NUMBER  the latest periods of each series that are asked for (12)
--cases CASES     cuts of each collection, so that none of them decides (100)
--frequency       only the series of this one; may be given more than once
--write-page      write the tables into docs/targets.md
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from pipelines.backtest.cases import CUTS_AHEAD, Case, cases, targets
from pipelines.backtest.grading import brier, calibration_error, coverage
from pipelines.backtest.methods import METHODS
from pipelines.backtest.replay import replay
from pipelines.okr.forecast.recalibration import shipped_curves
from tests.benchmarks.public_series import HELD_OUT, TUNING
from tests.benchmarks.replayed import LATEST_PERIODS, SEED, Asked, kept_collections
from tests.benchmarks.report import markdown

PAGE = Path(__file__).parents[2] / "docs" / "targets.md"
RANKS = (0.02, 0.06, 0.16, 0.31, 0.5, 0.69, 0.84, 0.94, 0.98)
JUDGED = slice(2, 7)
"""The targets by which the odds are judged; the others are there to be warned of."""
MOST_CASES = 100
FREQUENCIES = ("daily", "weekly", "monthly")
DRAWS = 200
"""How often outcomes are drawn from the odds, to tell what their ECE would be by chance alone."""
TRIVIAL, HOPELESS = 0.95, 0.05


@dataclass(frozen=True, eq=False)
class Told:
    """What was said of the cases of one collection: odds and outcomes (cases, targets), intervals (cases, 2).

    Cases of one `period` of a series have the same outcome.
    """

    frequency: str
    kind: str
    odds: np.ndarray
    met: np.ndarray
    intervals: np.ndarray
    outcome: np.ndarray
    period: np.ndarray


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--wheels", type=Path)
    arguments.add_argument("--half", choices=(TUNING, HELD_OUT), default=HELD_OUT)
    arguments.add_argument("--periods", type=int, default=LATEST_PERIODS)
    arguments.add_argument("--cases", type=int, default=MOST_CASES)
    arguments.add_argument("--frequency", action="append", choices=FREQUENCIES)
    arguments.add_argument("--write-page", action="store_true")
    chosen = arguments.parse_args()
    tables = tables_of(told(chosen))
    text = "\n".join(tables)
    print(text)
    if chosen.write_page:
        begin, end = "<!-- figures: begin -->", "<!-- figures: end -->"
        page = PAGE.read_text("utf-8")
        before, after = page.partition(begin)[0], page.partition(end)[2]
        PAGE.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", "utf-8")


def told(chosen: argparse.Namespace) -> list[Told]:
    """What was said of at most so many cuts of each collection, drawn with a fixed seed."""
    every = []
    for collection in kept_collections(chosen.folder, chosen.half, chosen.wheels):
        if collection.frequency not in (chosen.frequency or FREQUENCIES):
            continue
        cut_cases = cases(
            dict(collection.rows), collection.kind, collection.period, chosen.periods, CUTS_AHEAD
        )
        if not cut_cases:
            continue
        asked = Asked(collection, cut_cases, targets(cut_cases, RANKS)).drawn(chosen.cases)
        print(f"{collection.name}: {len(asked.cases)} cuts", file=sys.stderr, flush=True)
        replayed = replay(asked.cases, {"okra": METHODS["okra"]}, asked.goals)
        curves = shipped_curves()
        every.append(
            Told(
                collection.frequency,
                collection.kind,
                replayed.corrected(curves),
                replayed.met,
                replayed.interval("okra", curves),
                np.array([case.outcome for case in asked.cases]),
                periods_of(asked.cases),
            )
        )
    return every


def periods_of(cut_cases: Sequence[Case]) -> np.ndarray:
    """A number for each period of a series, for each case (cases,)."""
    numbers: dict[tuple[str, float], int] = {}
    return np.array(
        [numbers.setdefault((case.series, case.outcome), len(numbers)) for case in cut_cases]
    )


def chance_error(group: Sequence[Told]) -> float:
    """The ECE that odds without a fault would have in every other such sample.

    A period is met or not as one draw for it says, so that targets and cuts of one period come true together.
    """
    draw = np.random.default_rng(SEED)
    odds = np.concatenate([said.odds[:, JUDGED] for said in group])
    starts = np.cumsum([0, *(said.period.max() + 1 for said in group)])
    period = np.concatenate(
        [said.period + start for said, start in zip(group, starts, strict=False)]
    )
    drawn = draw.random((DRAWS, starts[-1]))
    errors = [
        calibration_error(odds.ravel(), (of_draw[period][:, None] < odds).ravel())
        for of_draw in drawn
    ]
    return float(np.median(errors))


def tables_of(every: Sequence[Told]) -> list[str]:
    groups = [("all", list(every))]
    for frequency in FREQUENCIES:
        of_frequency = [said for said in every if said.frequency == frequency]
        groups.append((frequency, of_frequency))
        groups += [
            (f"{frequency} {kind}", [said for said in of_frequency if said.kind == kind])
            for kind in sorted({said.kind for said in of_frequency})
        ]
    lines = [
        f"Measured on {date.today()}: {len(every)} collections, {sum(len(said.odds) for said in every)} cuts.",
        "",
    ]
    lines += markdown(
        ["series", "cuts", "Brier", "ECE", "by chance", "80 % interval holds"],
        [_odds_row(name, group) for name, group in groups if group],
    )
    lines += ["", "What `okra check` would have warned of:", ""]
    lines += markdown(
        ["series", "goals", "trivial", "of these met", "hopeless", "of these met"],
        [_warned_row(name, group) for name, group in groups if group],
    )
    return lines


def _odds_row(name: str, group: Sequence[Told]) -> list[str]:
    odds = np.concatenate([said.odds[:, JUDGED] for said in group])
    met = np.concatenate([said.met[:, JUDGED] for said in group])
    low, high = np.concatenate([said.intervals for said in group]).T
    outcome = np.concatenate([said.outcome for said in group])
    return [
        name,
        f"{len(outcome):,}",
        f"{brier(odds, met):.4f}",
        f"{calibration_error(odds.ravel(), met.ravel()):.3f}",
        f"{chance_error(group):.3f}",
        f"{coverage(low, high, outcome):.1%}",
    ]


def _warned_row(name: str, group: Sequence[Told]) -> list[str]:
    odds = np.concatenate([said.odds.ravel() for said in group])
    met = np.concatenate([said.met.ravel() for said in group])
    trivial, hopeless = odds >= TRIVIAL, odds <= HOPELESS
    return [
        name,
        f"{len(odds):,}",
        f"{trivial.sum():,}",
        f"{met[trivial].mean():.1%}" if trivial.any() else "–",
        f"{hopeless.sum():,}",
        f"{met[hopeless].mean():.1%}" if hopeless.any() else "–",
    ]


if __name__ == "__main__":
    main()
