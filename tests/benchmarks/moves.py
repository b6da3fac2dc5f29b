"""Measures whether the odds move as they should: `python -m tests.benchmarks.moves FOLDER`.

Odds that are right move as much, squared and summed, as they do from the first day to the verdict,
squared, when both are averaged over many goals. More means that they jump and come back; less, that they lag behind.
Every third day from the first quarter of a quarter on is cut on series of shops, with three targets. FOLDER is that of
tests/benchmarks/forecast_accuracy.
"""

import argparse
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from pipelines.backtest.cases import Case, cases
from pipelines.backtest.methods import okra
from pipelines.backtest.replay import replay
from pipelines.okr.forecast.recalibration import shipped_curves
from tests.benchmarks.public_series import TUNING
from tests.benchmarks.replayed import Kept, forecaster, kept_collections

SHOPS = ("store_sales", "pizzas")
SERIES, PERIODS = 4, 2
SHARES = tuple(n / 91 for n in range(23, 91, 3))
RANKS = (0.3, 0.5, 0.7)
RESAMPLES = 1000


@dataclass(frozen=True)
class Moves:
    """Squared moves over squared ends, and the interval of that when goals' series are resampled."""

    goals: int
    ratio: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.ratio:.2f} (95 % of resampled quarters: {self.low:.2f} to {self.high:.2f})"


def moves(collections: Sequence[Kept]) -> Moves:
    """How the odds of daily goals on these collections move."""
    squares = np.concatenate([_squares(collection) for collection in collections])
    drawn = np.random.default_rng(0).integers(0, len(squares), (RESAMPLES, len(squares)))
    sums = squares[drawn].sum(axis=1)
    low, high = np.quantile(sums[:, 0] / sums[:, 1], (0.025, 0.975)).tolist()
    total = squares.sum(axis=0)
    return Moves(len(squares) * len(RANKS), float(total[0] / total[1]), low, high)


def of_shops(folder: Path) -> Moves:
    """The same of two shops of the tuning half; kept in the folder while the forecaster stays as it is."""
    mark = hashlib.sha256(forecaster() + repr(shipped_curves()).encode()).hexdigest()[:12]
    file = folder / "answers" / f"moves-{mark}.json"
    if not file.exists():
        kept = kept_collections(folder, TUNING, None)
        measured = moves([collection for collection in kept if collection.name in SHOPS])
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(asdict(measured)), encoding="utf-8")
    return Moves(**json.loads(file.read_text(encoding="utf-8")))


def _squares(collection: Kept) -> np.ndarray:
    """The sums (quarters, 2) over its goals of squared moves, and of squared ends."""
    rows = {name: collection.rows[name] for name in list(collection.rows)[:SERIES]}
    asked = cases(rows, collection.kind, collection.period, PERIODS, SHARES)
    quarters = list(_by_quarter(asked))
    firsts = [asked[places[0]] for places in quarters]
    ratios = [case.outcome / case.naive for case in firsts if case.naive > 0]
    goals = np.empty((len(asked), len(RANKS)))
    for places in quarters:
        goals[places] = asked[places[0]].naive * np.quantile(ratios, RANKS)
    replayed = replay(asked, {"okra": okra}, goals)
    odds = replayed.corrected(shipped_curves())
    squares = []
    for places in quarters:
        path = np.concatenate([odds[places], replayed.met[places[:1]].astype(float)])
        squares.append(((np.diff(path, axis=0) ** 2).sum(), ((path[-1] - path[0]) ** 2).sum()))
    return np.array(squares)


def _by_quarter(asked: Sequence[Case]) -> Iterator[list[int]]:
    """The places of the cases of each quarter, in order of their cuts."""
    starts = [0]
    for place, (before, case) in enumerate(pairwise(asked), start=1):
        if case.series != before.series or case.share < before.share:
            starts.append(place)
    for start, end in pairwise([*starts, len(asked)]):
        yield list(range(start, end))


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    arguments.add_argument("folder", type=Path)
    chosen = arguments.parse_args()
    measured = of_shops(chosen.folder)
    print(f"squared moves over squared ends: {measured}, {measured.goals} goals")


if __name__ == "__main__":
    main()
