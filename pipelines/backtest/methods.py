"""What a backtest compares: the odds of Okra, and simpler ways to tell how a period will end.

Each method gives, for each case, a sample of outcomes that it holds for equally likely.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from pipelines.backtest.cases import Case, quotient
from pipelines.okr.forecast.simulation import PATHS, Task, simulate
from pipelines.okr.forecast.training_series import Exact

Method = Callable[[Sequence[Case]], Iterator[tuple[int, Exact]]]


def okra(cases: Sequence[Case]) -> Iterator[tuple[int, Exact]]:
    """The forecaster that scores key results."""
    tasks = [Task(side, case.steps) for case in cases for side in case.sides]
    owners = [place for place, case in enumerate(cases) for _ in case.sides]
    waiting: dict[int, dict[int, Exact]] = {}
    for number, futures in simulate(tasks):
        assert futures is not None, "cases have enough history"
        place = owners[number]
        of_case = waiting.setdefault(place, {})
        of_case[number] = futures.astype(np.float64)
        if len(of_case) == len(cases[place].sides):
            ordered = [of_case[key] for key in sorted(of_case)]
            yield place, cases[place].outcomes(ordered)
            del waiting[place]


def run_rate(cases: Sequence[Case]) -> Iterator[tuple[int, Exact]]:
    """What was brought so far in the period goes on, with a normal error of the days seen."""
    ranks = _normal_ranks(PATHS)
    for place, case in enumerate(cases):
        means, sds = [], []
        for side in case.sides:
            values = np.diff(side.values) if case.behaviour.is_level else side.values
            recent = values[-max(case.elapsed, 8) :]
            means.append(recent.mean() * case.steps)
            unsure = case.steps * (1 + case.steps / len(recent))
            sds.append(recent.std(ddof=1) * np.sqrt(unsure))
        start = case.sides[0].values[-1] if case.behaviour.is_level else case.known[0]
        top = start + means[0] + sds[0] * ranks
        if len(means) == 1:
            yield place, top
        else:
            bottom = np.full(len(ranks), max(case.known[1] + means[1], 1e-9))
            yield place, quotient(top, bottom)


def seasonal_naive(cases: Sequence[Case]) -> Iterator[tuple[int, Exact]]:
    """The last season goes on, moved by blocks of its own past errors."""
    draw = np.random.default_rng(0)
    for place, case in enumerate(cases):
        futures = []
        season = case.sides[0].season
        begins = draw.integers(0, 2**31, (PATHS, case.steps // season + 1))
        for side in case.sides:
            values = side.values
            errors = values[season:] - values[:-season]
            starts = begins % (len(errors) - season + 1)
            blocks = errors[(starts[:, :, None] + np.arange(season)).reshape(PATHS, -1)]
            last = np.tile(values[-season:], begins.shape[1])
            moved = np.cumsum(blocks.reshape(PATHS, -1, season), axis=1).reshape(PATHS, -1)
            futures.append((last + moved)[:, : case.steps])
        yield place, case.outcomes(futures)


def pace(cases: Sequence[Case], goals: Exact) -> Exact:
    """The rule of most goal trackers, as odds of 0 or 1: on pace by the days elapsed, or not."""
    odds = np.empty_like(goals)
    for place, case in enumerate(cases):
        share = case.elapsed / (case.elapsed + case.steps)
        if case.behaviour.is_sum:
            odds[place] = case.known[0] >= goals[place] * share
        else:
            odds[place] = case.naive >= goals[place]
    return odds


def _normal_ranks(count: int) -> Exact:
    """Evenly spread ranks of the standard normal distribution."""
    draws = np.sort(np.random.default_rng(0).standard_normal((64, count)), axis=1)
    return np.asarray(draws.mean(axis=0), dtype=np.float64)


METHODS: dict[str, Method] = {
    "okra": okra,
    "run-rate": run_rate,
    "seasonal naive": seasonal_naive,
}
