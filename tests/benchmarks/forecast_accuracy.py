"""Measures the odds on public series, and compares them with those of other methods.

    pip download --no-deps -d WHEELS $(python -m tests.benchmarks.public_series)
    pip install -e .[rivals]
    python -m tests.benchmarks.forecast_accuracy FOLDER --wheels WHEELS [--half tuning] [--write-curves] [--write-page]

Every series is cut at a quarter, a half and three quarters of its latest twelve periods (quarters or months; for
monthly series years), with five targets at each cut. One half of the collections is for tuning: the shipped curves are
fitted on it, and in its own tables each collection has the curves that the other collections teach. The other half is
looked at once, at the end: `--half "looked at once"`.

FOLDER          keeps the series, and the answers of all methods to the same questions
--rivals CASES  also run statsmodels and statsforecast on CASES cases of each frequency of the half
                that is looked at once, drawn with a fixed seed
--write-curves  fit the shipped curves on the tuning half (pipelines/okr/forecast/recalibration.json)
--write-page    write the tables of both halves into docs/odds.md
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pipelines.backtest.cases import Case
from pipelines.backtest.methods import METHODS
from pipelines.backtest.replay import replay
from pipelines.okr.forecast import recalibration
from pipelines.okr.forecast.recalibration import Curve
from tests.benchmarks.curves import curves_of
from tests.benchmarks.judged import as_lines, joined
from tests.benchmarks.public_series import HELD_OUT, TUNING
from tests.benchmarks.replayed import (
    Answered,
    answered,
    asked,
    cross_fitted,
    kept_collections,
)

HALVES = (TUNING, HELD_OUT)
MOST_CASES = {TUNING: 12, HELD_OUT: 30}
"""Cases of a collection, so that none of them decides."""
STEEPEST = {"daily": 0.8, "daily_young": 0.8}
"""Steeper odds jump from day to day, and move without news (tests.benchmarks.moves and no_news)."""
FLATTEST = {"run_rate": 0.8}
"""Days of a long series cut short are not how a new KPI begins: what they teach is not taken in full."""
SHORT_HISTORIES = (8, 12, 16, 20)


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--wheels", type=Path)
    arguments.add_argument("--half", choices=HALVES, action="append")
    arguments.add_argument("--rivals", type=int, default=0, metavar="CASES")
    arguments.add_argument("--write-curves", action="store_true")
    arguments.add_argument("--write-page", action="store_true")
    chosen = arguments.parse_args()
    halves = chosen.half or (HALVES if chosen.write_page else (TUNING,))
    every = {half: answers(half, chosen.folder, chosen.wheels) for half in halves}
    if chosen.write_curves:
        write_curves(every[TUNING])
    of_halves = {
        half: cross_fitted(of_half)
        if half == TUNING
        else joined([answer.judged() for answer in of_half])
        for half, of_half in every.items()
    }
    for half, whole in of_halves.items():
        print("\n".join((f"\n== {half}", *as_lines(whole))))
    if chosen.write_page:
        # only here, because the page needs pandas, and the rivals their libraries
        from tests.benchmarks.accuracy_page import write_page
        from tests.benchmarks.beside import beside

        compared = beside(every[HELD_OUT], chosen.rivals, chosen.folder) if chosen.rivals else None
        write_page(of_halves, compared, chosen.rivals, chosen.folder)


def answers(half: str, folder: Path, wheels: Path | None) -> list[Answered]:
    """The answers to the cases of a half."""
    return [
        answered(asked(collection).drawn(MOST_CASES[half]), folder / "answers")
        for collection in kept_collections(folder, half, wheels)
    ]


def write_curves(every: Sequence[Answered]) -> None:
    """Fit the shipped curves, that of a short history on the same days cut short."""
    daily = [answer.own for answer in every if answer.asked.collection.frequency == "daily"]
    short = [replay(cut_short(own.cases), {"okra": METHODS["okra"]}) for own in daily]
    fitted = curves_of([*(answer.own for answer in every), *short])
    curves = {
        name: Curve(
            0.0,
            float(
                np.clip(
                    round(curve.slope * 20) / 20,
                    FLATTEST.get(name, 0.0),
                    STEEPEST.get(name, np.inf),
                )
            ),
        )
        for name, curve in fitted.items()
    }
    content = {
        "made_by": "python -m tests.benchmarks.forecast_accuracy FOLDER --wheels WHEELS --write-curves",
        "curves": {
            name: {"intercept": curve.intercept, "slope": curve.slope}
            for name, curve in sorted(curves.items())
        },
    }
    path = Path(recalibration.__file__).with_name("recalibration.json")
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    recalibration.shipped_curves.cache_clear()


def cut_short(cases: Sequence[Case]) -> list[Case]:
    """A third of the cases, with only a few days of history."""
    return [
        case.seen_from(SHORT_HISTORIES[n % len(SHORT_HISTORIES)])
        for n, case in enumerate(cases)
        if n % 3 == 0
    ]


if __name__ == "__main__":
    main()
