"""Measures the odds on a sample of the public series that may be tuned to, within two minutes of a core.

    python -m tests.benchmarks.forecast_tuning FOLDER [--wheels WHEELS] [--cases CASES]

FOLDER keeps the series and the answers of the other methods. It is filled from WHEELS (see
tests/benchmarks/public_series) where it is empty, which needs pandas and takes some minutes once; later runs need
neither. CASES of each frequency are drawn with a fixed seed, evenly over the kinds, and over the collections of a kind.
The curve of `okra, own curve` is fitted on the other half of the series.
"""

import argparse
import hashlib
import pickle
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pipelines.backtest.cases import Case, Row, cases, targets
from pipelines.backtest.grading import brier, calibration_error, coverage
from pipelines.backtest.methods import okra
from pipelines.backtest.replay import replay
from pipelines.okr.forecast.recalibration import (
    curve_for,
    curve_from_replay,
    curve_name,
)
from pipelines.okr.kpi.kinds import Kind
from pipelines.okr.kpi.periods import Cadence
from tests.benchmarks import textbook_methods as textbook

FREQUENCIES = ("daily", "weekly", "monthly")
LATEST_PERIODS = 12
MOST_SERIES = 40
SEED = 20


class Kept(NamedTuple):
    """A collection as it is kept: the rows of some of its series."""

    name: str
    frequency: str
    kind: Kind
    period: Cadence
    rows: Mapping[str, list[Row]]


class Sample(NamedTuple):
    """Cases of one frequency, their kinds, collections and goals (cases, targets)."""

    cases: list[Case]
    kinds: np.ndarray
    collections: np.ndarray
    goals: np.ndarray
    met: np.ndarray


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--wheels", type=Path)
    arguments.add_argument("--cases", type=int, default=900)
    arguments.add_argument("--frequency", choices=FREQUENCIES, action="append")
    arguments.add_argument("--by-collection", action="store_true")
    chosen = arguments.parse_args()
    kept = list(kept_collections(chosen.folder, chosen.wheels))
    for frequency in chosen.frequency or FREQUENCIES:
        drawn = sample([one for one in kept if one.frequency == frequency], chosen.cases)
        others = answers_of_others(drawn, chosen.folder)
        started = time.process_time()
        own = replay(drawn.cases, {"okra": okra}, drawn.goals)
        seconds = time.process_time() - started
        print(
            f"\n{frequency}: {len(drawn.cases)} cases, {drawn.met.size} odds, Okra {seconds:.0f} s"
        )
        odds, low_high = own.odds["okra"], own.intervals["okra"]
        shipped = np.array(
            [
                curve_for(case.sides[0]).corrected(row)
                for case, row in zip(drawn.cases, odds, strict=True)
            ]
        )
        issued = {
            "okra, own curve": corrected_by_the_other_half(drawn, odds),
            "okra, shipped": shipped,
            "okra": odds,
        }
        issued |= {name: odds for name, (odds, _) in others.items()}
        issued["mean of the others"] = np.mean([odds for odds, _ in others.values()], axis=0)
        intervals = {"okra": low_high} | {name: ends for name, (_, ends) in others.items()}
        present(drawn, issued, intervals, np.full(len(drawn.cases), True), frequency)
        for kind in np.unique(drawn.kinds):
            compare(drawn, issued, intervals, drawn.kinds == kind, f"{frequency} {kind}")
        if chosen.by_collection:
            for name in np.unique(drawn.collections):
                compare(drawn, issued, intervals, drawn.collections == name, name)


def kept_collections(folder: Path, wheels: Path | None) -> Iterator[Kept]:
    """The collections to tune on, from the folder, or from the wheels where the folder has none."""
    file = folder / "tuning.pickle"
    if not file.exists():
        # only here, because these need pandas and take long
        from tests.benchmarks.public_series import TUNING, collections
        from tests.benchmarks.public_series.rows import rows_of

        assert wheels is not None, "the folder has no series yet; pass --wheels"
        every = []
        for collection in collections(wheels, TUNING):
            rows = rows_of(collection)
            names = np.random.default_rng(SEED).permutation(sorted(rows))[:MOST_SERIES].tolist()
            source = collection.source
            some = {name: rows[name] for name in names}
            every.append(Kept(source.name, source.frequency, source.kind, source.period, some))
        folder.mkdir(parents=True, exist_ok=True)
        file.write_bytes(pickle.dumps(every))
    yield from pickle.loads(file.read_bytes())


def sample(kept: Sequence[Kept], count: int) -> Sample:
    """About `count` cases, evenly from the kinds, and from the collections of a kind."""
    kinds = sorted({one.kind for one in kept})
    drawn: list[Case] = []
    of_kinds: list[str] = []
    names: list[str] = []
    goals = []
    for kind in kinds:
        alike = [one for one in kept if one.kind == kind]
        left = count // len(kinds)
        found = [cases(dict(one.rows), one.kind, one.period, LATEST_PERIODS) for one in alike]
        order = np.argsort([len(of_one) for of_one in found])
        for number, place in enumerate(order.tolist()):
            wanted = left // (len(order) - number)
            chosen = np.sort(np.random.default_rng(SEED).permutation(len(found[place]))[:wanted])
            left -= len(chosen)
            goals.append(targets(found[place])[chosen])
            drawn += [found[place][n] for n in chosen.tolist()]
            of_kinds += [kind] * len(chosen)
            names += [alike[place].name] * len(chosen)
    levels = np.concatenate(goals)
    outcome = np.array([case.outcome for case in drawn])
    return Sample(
        drawn, np.array(of_kinds), np.array(names), levels, outcome[:, None] >= levels - 1e-9
    )


def answers_of_others(drawn: Sample, folder: Path) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The odds and the 80 % intervals of each other method, from the folder where they are kept."""
    mark = hashlib.sha256(Path(textbook.__file__).read_bytes())
    for case, goals in zip(drawn.cases, drawn.goals, strict=True):
        mark.update(
            repr(
                (case.series, case.cut, case.known, case.steps, case.outcome, goals.tolist())
            ).encode()
        )
    file = folder / f"others-{mark.hexdigest()[:12]}.pickle"
    if not file.exists():
        replayed = replay(drawn.cases, textbook.textbook_methods(), drawn.goals)
        answers = {name: (replayed.odds[name], ends) for name, ends in replayed.intervals.items()}
        file.write_bytes(pickle.dumps(answers))
    return dict(pickle.loads(file.read_bytes()))


def corrected_by_the_other_half(drawn: Sample, odds: np.ndarray) -> np.ndarray:
    """Odds corrected by curves fitted on the series of the other half."""
    folds = np.array([hashlib.sha256(case.series.encode()).digest()[0] % 2 for case in drawn.cases])
    names = np.array([curve_name(case.sides[0]) for case in drawn.cases])
    corrected = odds.copy()
    for fold in (0, 1):
        learnt = {
            str(name): curve_from_replay(odds[rows].ravel(), drawn.met[rows].ravel())
            for name in np.unique(names)
            if (rows := (folds != fold) & (names == name)).any()
        }
        for place in np.flatnonzero(folds == fold).tolist():
            corrected[place] = curve_for(drawn.cases[place].sides[0], learnt).corrected(odds[place])
    return corrected


def present(
    drawn: Sample,
    issued: Mapping[str, np.ndarray],
    intervals: Mapping[str, np.ndarray],
    rows: np.ndarray,
    title: str,
) -> None:
    outcome = np.array([case.outcome for case in drawn.cases])
    for name, odds in sorted(issued.items(), key=lambda item: brier(item[1], drawn.met)):
        line = f"  {name:24}{brier(odds, drawn.met):8.4f}  ECE {calibration_error(odds.ravel(), drawn.met.ravel()):.3f}"
        if name in intervals:
            line += f"  80 % holds {coverage(*intervals[name].T, outcome):.1%}"
        print(line)
    compare(drawn, issued, intervals, rows, f"{title}, all")


def compare(
    drawn: Sample,
    issued: Mapping[str, np.ndarray],
    intervals: Mapping[str, np.ndarray],
    rows: np.ndarray,
    title: str,
) -> None:
    """A line: Okra's Brier score beside that of the best other method and of the mean of all others."""
    scores = {name: brier(odds[rows], drawn.met[rows]) for name, odds in issued.items()}
    best = min(
        (name for name in scores if not name.startswith(("okra", "mean"))),
        key=lambda name: scores[name],
    )
    own = scores["okra, own curve"]
    outcome = np.array([case.outcome for case in drawn.cases])[rows]
    error = calibration_error(issued["okra, own curve"][rows].ravel(), drawn.met[rows].ravel())
    print(
        f"  > {title:28}{rows.sum():5} cases  Brier {own:.4f}  {own / scores[best] - 1:+.1%} {best}  "
        f"{own / scores['mean of the others'] - 1:+.1%} mean  ECE {error:.3f}  "
        f"80 % holds {coverage(*intervals['okra'][rows].T, outcome):.1%}"
    )


if __name__ == "__main__":
    main()
