"""A bootstrap by blocks: which past days the days to come will resemble.

Futures are moved by the errors that were made on real days, a block of consecutive days at a time. The days
are drawn by their numbers, and without regard to the series: what happened to two KPIs on one day happens to
both of them in a simulated future, so that their odds can be put together.

The draw for a block of the calendar stays what it was when time goes on and the history grows: every possible
day gets a score from a hash of path, block and day, and the best score wins. A new day takes a block over
only where its own score is the best, one time in as many as there are days. So a day without news leaves the
odds where they were.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipelines.okr.forecast.training_series import WEEK, Floats, Ints

_Hashes = NDArray[np.uint64]
# so that a path, a stretch, a slot and a candidate of the same number have different hashes
_PATHS, _STRETCHES, _SLOTS, _CANDIDATES, _DOUBTS, _ORIGINS = (
    np.uint64(1 << place) for place in (40, 45, 50, 55, 60, 62)
)
_CHOICES_STEP = 64


def block_length(season: int, available: int) -> int:
    """Steps that are drawn together, so that what lasts for some days lasts in the futures too."""
    usual = season if 1 < season <= WEEK else 4 if season == 1 else 6
    return max(1, min(usual, available))


def drawn(first: int, end: int, block: int, horizon: int, paths: int, doubt: float = 1.0) -> Ints:
    """For each step to come and each path (horizon, paths), the past step it resembles.

    Args:
        first: the number of the first past step that can be drawn.
        end: the number of the last one, the step before those to come.
        block: the length of a block.
        horizon: how many steps to come.
        paths: how many futures.
        doubt: 1 where each stretch tells as much as it seems to; the more, the less sure is a
            path's own mean.
    """
    return drawn_for(range(end + 1, end + horizon + 1), first, end, block, paths, doubt)


def drawn_for(
    steps: Sequence[int], first: int, end: int, block: int, paths: int, doubt: float = 1.0
) -> Ints:
    """The same for any steps, by their numbers: those of the past that are not known, too."""
    newest = end - block + 1
    choices = newest - first + 1
    chosen = np.empty((len(steps), paths), dtype=np.int64)
    for t, step in enumerate(steps):
        ages = _slot(step // block, newest, block, paths, doubt).winning_ages(choices)
        chosen[t] = newest - ages[choices - 1].astype(np.int64) + step % block
    return chosen


class Draws:
    """The past steps that those to come resemble, of many series with the same last step.

    `firsts` (n,) are the numbers of the first step of each that can be drawn, `paths` is how many futures each has.
    """

    def __init__(self, firsts: Ints, end: int, block: int, paths: int) -> None:
        self._newest, self._end, self._block, self.paths = end - block + 1, end, block, paths
        self._rows = np.maximum(self._newest - firsts, 0)
        self._most = int(self._rows.max()) + 1

    def places(
        self, newest: Ints, width: int, horizon: int, series: Ints, paths: Ints
    ) -> Iterator[Ints]:
        """For each step to come, the place of each of k futures (k,) in a flat array of past steps.

        `newest` (k,) are the places of the last known step, `width` is how far apart steps are; `series` and `paths`
        say whose futures they are. The array that is yielded changes with the next step.
        """
        drawn_places = newest
        of_future = self._rows[series] * self.paths + paths
        for coming in range(self._end + 1, self._end + 1 + horizon):
            in_block = coming % self._block
            if in_block and coming > self._end + 1:
                drawn_places += width
            else:
                slot = _slot(coming // self._block, self._newest, self._block, self.paths, 1.0)
                ages = slot.winning_ages(self._most).reshape(-1).take(of_future).astype(np.int64)
                ages += self._end - self._newest - in_block
                ages *= width
                drawn_places = newest - ages
            yield drawn_places


class _Slot:
    """Who wins a block to come. The draws for a long history have those for all shorter ones in them."""

    def __init__(self, number: int, newest: int, block: int, paths: int, doubt: float) -> None:
        self._of = number, newest, block, paths, doubt
        self._ages = np.empty((0, paths), np.int16)

    def winning_ages(self, choices: int) -> NDArray[np.int16]:
        """How old the winner is among the first n choices, for each n and path; (choices, paths), or more rows."""
        if len(self._ages) < choices:
            rounded = -(-choices // _CHOICES_STEP) * _CHOICES_STEP
            self._ages = _winning_ages(*self._of, rounded)
        return self._ages


@lru_cache(maxsize=64)
def _slot(number: int, newest: int, block: int, paths: int, doubt: float) -> _Slot:
    return _Slot(number, newest, block, paths, doubt)


def _winning_ages(
    slot: int, newest: int, block: int, paths: int, doubt: float, choices: int
) -> NDArray[np.int16]:
    """For each number of choices and each path (choices, paths), how old the block is that wins a slot."""
    of_blocks, rates = _rivals(newest, block, paths, doubt, choices)
    of_slot = _hashed(np.array([slot], dtype=np.uint64) + _SLOTS).astype(np.uint32)
    # Of exponential waiting times, each is the shortest with a probability proportional to its rate.
    waits = _quick_waiting_times(of_blocks ^ of_slot)
    waits *= rates
    shortest = np.minimum.accumulate(waits, axis=0)
    ages = np.arange(choices, dtype=np.int16)[:, None]
    return np.maximum.accumulate(ages * (waits <= shortest), axis=0)


@lru_cache(maxsize=4)
def _rivals(
    newest: int, block: int, paths: int, doubt: float, choices: int
) -> tuple[NDArray[np.uint32], Floats]:
    """A hash of each block that can be drawn on each path (choices, paths), and how slow it is to win.

    Each path trusts some stretches of the past more than others, as in the Bayesian bootstrap.
    Blocks that are drawn evenly would make the mean of the past the sure mean of the future; this
    way a path's own mean is as unsure as that of so many blocks is.
    """
    starts = newest - np.arange(choices, dtype=np.int64)
    of_paths = _hashed(np.arange(paths, dtype=np.uint64) + _PATHS)
    of_starts = _hashed(starts.astype(np.uint64))[:, None] ^ of_paths
    # the blocks that start in one stretch share its trust
    stretches, stretch_of = np.unique(starts // block, return_inverse=True)
    of_stretches = _hashed(stretches.astype(np.uint64) + _STRETCHES)[:, None] ^ of_paths
    trust = _waiting_times(of_stretches) ** np.float32(doubt)
    slowness = (1 / trust).astype(np.float32)
    return (of_starts >> np.uint64(32)).astype(np.uint32), slowness[stretch_of]


def uniform_draws(number: int, paths: int) -> Floats:
    """Even draws from 0 to 1 that are a path's own (paths,)."""
    of_paths = _hashed(np.arange(paths, dtype=np.uint64) + _PATHS)
    hashes = _hashed(np.array([number], dtype=np.uint64) + _ORIGINS) ^ of_paths
    return np.exp(-_waiting_times(hashes))


def candidate_waiting_times(count: int, paths: int) -> Floats:
    """Exponential waiting times (paths, count) of candidates on each path, all at the rate of 1."""
    of_paths = _hashed(np.arange(paths, dtype=np.uint64) + _PATHS)[:, None]
    return _waiting_times(_hashed(np.arange(count, dtype=np.uint64) + _CANDIDATES) ^ of_paths)


@lru_cache(maxsize=4)
def normal_draws(count: int, paths: int) -> Floats:
    """Standard normal draws (count, paths) that are a path's own, whatever the series."""
    of_paths = _hashed(np.arange(paths, dtype=np.uint64) + _PATHS)
    pairs = _hashed(np.arange(2 * count, dtype=np.uint64) + _DOUBTS)[:, None] ^ of_paths
    # Box and Muller: a length whose square is exponential, in an even direction.
    lengths, turns = (
        np.sqrt(2 * _waiting_times(pairs[:count])),
        np.exp(-_waiting_times(pairs[count:])),
    )
    normal: Floats = lengths * np.cos(np.float32(2 * np.pi) * turns)
    return normal


def _waiting_times(hashes: _Hashes) -> Floats:
    """Exponential waiting times, one from each hash."""
    # 23 bits and a half: one bit more, and the largest would be rounded to 1, which never waits
    uniform = (_hashed(hashes) >> np.uint64(41)).astype(np.float32) + np.float32(0.5)
    times: Floats = -np.log(uniform * np.float32(2.0**-23))
    return times


def _quick_waiting_times(hashes: NDArray[np.uint32]) -> Floats:
    """The same of short hashes, in their own memory: there are a million of them for each slot."""
    shifted = hashes >> np.uint32(16)
    hashes ^= shifted
    hashes *= np.uint32(0x85EBCA6B)
    hashes ^= np.right_shift(hashes, np.uint32(13), out=shifted)
    hashes *= np.uint32(0xC2B2AE35)
    hashes ^= np.right_shift(hashes, np.uint32(16), out=shifted)
    hashes >>= np.uint32(9)
    times = hashes.astype(np.float32)
    times += np.float32(0.5)
    times *= np.float32(2.0**-23)
    np.log(times, out=times)
    return np.negative(times, out=times)


def _hashed(numbers: _Hashes) -> _Hashes:
    """A hash that spreads neighbouring numbers over all 64 bits (the finaliser of SplitMix64)."""
    mixed = numbers + np.uint64(0x9E3779B97F4A7C15)
    # in place: the arrays are large, and a new one for each step took most of the time
    shifted = mixed >> np.uint64(30)
    mixed ^= shifted
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= np.right_shift(mixed, np.uint64(27), out=shifted)
    mixed *= np.uint64(0x94D049BB133111EB)
    mixed ^= np.right_shift(mixed, np.uint64(31), out=shifted)
    return mixed
