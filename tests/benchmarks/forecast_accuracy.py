"""Measures the odds on public series, and compares them with those of other libraries.

    pip download --no-deps -d WHEELS $(python -m tests.benchmarks.public_series)
    pip install -e .[rivals]
    python -m tests.benchmarks.forecast_accuracy WHEELS [--rivals CASES] [--write-page] [--write-curves]

Every series is cut at a quarter, a half and three quarters of its latest twelve periods (quarters; for monthly
series years), with five targets at each cut. The recalibration is fitted on the earlier half of each collection's
cuts; all figures are measured on the later half.

--rivals        also run statsmodels and statsforecast on CASES later cases of each frequency, drawn with a fixed
                seed, and compare all methods on those
--answers       cache the rivals' answers in this folder
--write-page    write the tables into docs/odds.md
--write-curves  fit the shipped curves to all cuts (pipelines/okr/forecast/recalibration.json)
"""

import argparse
import json
import pickle
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np

from pipelines.backtest.cases import Case, cases
from pipelines.backtest.methods import METHODS
from pipelines.backtest.replay import Replay, as_table, graded, replay
from pipelines.okr.forecast import recalibration
from pipelines.okr.forecast.recalibration import Curve, curve_from_replay, curve_name
from tests.benchmarks.accuracy_page import Figures, write_page
from tests.benchmarks.public_series.catalogue import collections
from tests.benchmarks.public_series.collection import Collection
from tests.benchmarks.public_series.rows import rows_of
from tests.benchmarks.rivals import rivals

LATEST_PERIODS = 12
FREQUENCIES = ("daily", "weekly", "monthly")
SHORT_HISTORIES = (8, 12, 16, 20)
CORES = 2


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    arguments.add_argument("wheels", type=Path)
    arguments.add_argument("--rivals", type=int, default=0, metavar="CASES")
    arguments.add_argument("--answers", type=Path, metavar="FOLDER")
    arguments.add_argument("--write-page", action="store_true")
    arguments.add_argument("--write-curves", action="store_true")
    chosen = arguments.parse_args()
    every: list[tuple[Collection, Replay]] = []
    started = time.process_time()
    for collection in collections(chosen.wheels):
        found = cases(
            rows_of(collection), collection.source.kind, collection.source.period, LATEST_PERIODS
        )
        every.append((collection, replay(found)))
    seconds = time.process_time() - started
    whole = {name: joined(of_frequency(every, name)) for name in FREQUENCIES}
    whole["all"] = joined([replayed for _, replayed in every])
    if chosen.write_curves:
        daily = of_frequency(every, "daily")
        short = [replay_okra(cut_short(replayed.cases)) for replayed in daily]
        write_curves([*(replayed for _, replayed in every), *short])
    beside = compare(every, chosen.rivals, chosen.answers) if chosen.rivals else {}
    figures = Figures(whole, beside, by_history(whole["all"]))
    for title, replayed in (whole | beside).items():
        print(f"\n{title}: {replayed.later.sum()} cases, {replayed.met[replayed.later].size} odds")
        print(as_table(graded(replayed, own=figures.curves)))
    print(f"{seconds:.0f} s of one core without the rivals")
    if chosen.write_page:
        write_page(figures, chosen.rivals)


def of_frequency(every: Sequence[tuple[Collection, Replay]], frequency: str) -> list[Replay]:
    return [replayed for collection, replayed in every if collection.source.frequency == frequency]


def joined(replays: Sequence[Replay]) -> Replay:
    """Several replays as one. Each case stays in its earlier or later half."""

    def over(of: Iterable[Mapping[str, np.ndarray]]) -> dict[str, np.ndarray]:
        maps = list(of)
        return {name: np.concatenate([arrays[name] for arrays in maps]) for name in maps[0]}

    return Replay(
        [case for replayed in replays for case in replayed.cases],
        np.concatenate([replayed.goals for replayed in replays]),
        np.concatenate([replayed.met for replayed in replays]),
        over(replayed.odds for replayed in replays),
        over(replayed.quantiles for replayed in replays),
        over(replayed.crps for replayed in replays),
        np.concatenate([replayed.later for replayed in replays]),
    )


def by_history(whole: Replay, *, earlier_only: bool = True) -> dict[str, Curve]:
    """The curves fitted on the earlier half (or on all cases), one for each kind of history."""
    names = np.array([curve_name(case.sides[0]) for case in whole.cases])
    curves = {}
    for name in np.unique(names):
        rows = (names == name) & ~whole.later if earlier_only else names == name
        curves[str(name)] = curve_from_replay(
            whole.odds["okra"][rows].ravel(), whole.met[rows].ravel()
        )
    return curves


def compare(
    every: Sequence[tuple[Collection, Replay]], count: int, kept: Path | None
) -> dict[str, Replay]:
    """All methods and the rivals on the same later cases, by frequency."""
    total = {
        name: sum(int(replayed.later.sum()) for replayed in of_frequency(every, name))
        for name in FREQUENCIES
    }
    full: list[tuple[str, Replay]] = []
    for collection, replayed in every:
        later = np.flatnonzero(replayed.later)
        wanted = max(1, round(count * len(later) / total[collection.source.frequency]))
        drawn = np.sort(np.random.default_rng(0).permutation(later)[:wanted])
        asked = part(replayed, drawn)
        own = part(replayed, np.sort(np.append(np.flatnonzero(~replayed.later), drawn)))
        file = kept / f"{collection.source.name}.pickle" if kept else None
        full.append((collection.source.frequency, with_others(own, answered(asked, file))))
    return {
        f"{frequency}, beside other libraries": joined(
            [replayed for name, replayed in full if name == frequency]
        )
        for frequency in FREQUENCIES
    }


def answered(asked: Replay, kept: Path | None) -> list[Replay]:
    """The answers of each rival, computed in parallel or read from the cache."""
    if kept is not None and kept.exists():
        return list(pickle.loads(kept.read_bytes()))
    with ProcessPoolExecutor(CORES) as pool:
        waiting = [pool.submit(ask, name, asked.cases, asked.goals) for name in rivals()]
        answers = [future.result() for future in waiting]
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(pickle.dumps(answers))
    return answers


def ask(name: str, found: Sequence[Case], goals: np.ndarray) -> Replay:
    """Run one rival, in a separate process."""
    return replay(found, {name: rivals()[name]}, goals)


def part(whole: Replay, kept: np.ndarray) -> Replay:
    """The selected cases, each in its earlier or later half as before."""
    return Replay(
        [whole.cases[place] for place in kept.tolist()],
        whole.goals[kept],
        whole.met[kept],
        {name: odds[kept] for name, odds in whole.odds.items()},
        {name: ends[kept] for name, ends in whole.quantiles.items()},
        {name: errors[kept] for name, errors in whole.crps.items()},
        whole.later[kept],
    )


def with_others(own: Replay, others: Sequence[Replay]) -> Replay:
    """The same cases, with other methods' answers for the later ones."""
    odds, quantiles, errors = dict(own.odds), dict(own.quantiles), dict(own.crps)
    for other in others:
        for name in other.quantiles:
            for mine, its in (
                (odds, other.odds),
                (quantiles, other.quantiles),
                (errors, other.crps),
            ):
                unasked = np.full((len(own.cases), *its[name].shape[1:]), np.nan)
                unasked[own.later] = its[name]
                mine[name] = unasked
    return replace(own, odds=odds, quantiles=quantiles, crps=errors)


def cut_short(found: Sequence[Case]) -> list[Case]:
    """A third of the cases, with only a few days of history."""
    return [
        case.seen_from(SHORT_HISTORIES[n % len(SHORT_HISTORIES)])
        for n, case in enumerate(found)
        if n % 3 == 0
    ]


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
    recalibration.shipped_curves.cache_clear()


if __name__ == "__main__":
    main()
