"""Okra beside models of other libraries, on a sample of the cases."""

import pickle
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from pipelines.backtest.replay import Replay, replay
from tests.benchmarks.judged import Judged, joined
from tests.benchmarks.replayed import SEED, Answered, Asked
from tests.benchmarks.rivals import rivals

FREQUENCIES = ("daily", "weekly", "monthly")
CORES = 2


def beside(every: Sequence[Answered], count: int, folder: Path) -> dict[str, Judged]:
    """About `count` cases of each frequency, evenly from its collections, with the rivals' odds."""
    compared = {}
    for frequency in FREQUENCIES:
        alike = [answered for answered in every if answered.asked.collection.frequency == frequency]
        cases_of_each = max(1, round(count / len(alike)))
        compared[frequency] = joined(
            [_with_rivals(answered, cases_of_each, folder) for answered in alike]
        )
    return compared


def _with_rivals(answered: Answered, count: int, folder: Path) -> Judged:
    of_all = answered.judged()
    chosen = np.sort(np.random.default_rng(SEED).permutation(len(of_all))[:count])
    asked = Asked(
        answered.asked.collection,
        [answered.asked.cases[place] for place in chosen.tolist()],
        answered.asked.goals[chosen],
    )
    part = of_all.of(chosen)
    for replayed in _answers(asked, folder / "answers"):
        for name in replayed.quantiles:
            part = part.beside(name, replayed.odds[name], replayed.interval(name))
    return part


def _answers(asked: Asked, folder: Path) -> list[Replay]:
    """The answers of each rival, computed in parallel or read from the folder."""
    file = folder / f"{asked.collection.name}-rivals-{len(asked.cases)}.pickle"
    if not file.exists():
        with ProcessPoolExecutor(CORES) as pool:
            waiting = [pool.submit(_ask, name, asked) for name in rivals()]
            answers = [future.result() for future in waiting]
        file.write_bytes(pickle.dumps(answers))
    return list(pickle.loads(file.read_bytes()))


def _ask(name: str, asked: Asked) -> Replay:
    """Run one rival, in a process of its own."""
    return replay(asked.cases, {name: rivals()[name]}, asked.goals)
