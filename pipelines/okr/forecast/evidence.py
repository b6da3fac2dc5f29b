"""What a history says of each candidate: how much it may be trusted."""

import numpy as np

from pipelines.okr.forecast.candidates import Candidates
from pipelines.okr.forecast.training_series import Exact, Floats, Frequency, Ints

_LONG = 28
"""Steps of a stretch from which every second one is judged: it tells next to nothing that its neighbours do not."""
_EVIDENCE: dict[Frequency, float] = {"day": 5.0, "week": 1.0, "month": 1.0}
"""How often the likelihood of a stretch counts. Days are many within a stretch: with less, a level that follows each
day's noise keeps a share, and the futures of days that differ by chance alone are twice as wide as they should be
(decision 62)."""
_EPSILON = 1e-12


class StretchErrors:
    """Judges each candidate by its forecast of the mean of the next steps of each series."""

    def __init__(
        self,
        variants: Candidates,
        values: Floats,
        starts: Ints,
        burn_in: Ints,
        stretch: int,
        season: int,
    ) -> None:
        self._steps = values.shape[1]
        self._first = starts + burn_in
        left = self._steps - self._first
        lengths = np.minimum(stretch, np.maximum(left // 3, 1))
        if season > 1:
            lengths = np.where(lengths >= season, lengths // season * season, lengths)
        self.lengths = lengths
        totals = np.zeros((len(values), self._steps + 1))
        np.cumsum(
            np.where(np.arange(self._steps) >= starts[:, None], values, 0),
            axis=1,
            out=totals[:, 1:],
        )
        after = np.minimum(np.arange(self._steps + 1) + lengths[:, None], self._steps)
        means = (np.take_along_axis(totals, after, axis=1) - totals) / lengths[:, None]
        self._means = means.astype(np.float32)
        places = np.arange(self._steps + 1)
        self._judged = (places >= self._first[:, None]) & (places + lengths[:, None] <= self._steps)
        if stretch >= _LONG:
            self._judged &= (self._steps - places) % 2 == 0
        ahead = np.arange(1, int(lengths.max()) + 1)[:, None]
        per_step = 1 / np.arange(1, len(ahead) + 1)[:, None]
        damped = np.cumsum(variants.damping.astype(np.float64) ** ahead, axis=0)
        kept = variants.keeps.astype(np.float64) ** (ahead - 1)
        self._slope_reach, self._level_reach = (
            (np.cumsum(reach, axis=0) * per_step)[lengths - 1].astype(np.float32)
            for reach in (damped, kept)
        )
        self._squares = np.zeros((len(values), len(variants)), np.float32)
        self._misses = np.empty_like(self._squares)
        self._trending, self._season = variants.trending, season

    @property
    def independent(self) -> Exact:
        """How many judgements of each series do not overlap, less the one that fitting takes (n, 1)."""
        stretches: Exact = (self._steps - self._first) / self.lengths - 1
        return np.asarray(np.maximum(stretches, 0.5)[:, None], dtype=np.float64)

    @property
    def mean_squares(self) -> Exact:
        """The mean square of each candidate's errors (n, c)."""
        judged = np.maximum(self._judged.sum(axis=1), 1)[:, None]
        return np.asarray(self._squares / judged, dtype=np.float64)

    @property
    def surprise(self) -> Exact:
        """How unlikely the stretches were by each candidate (n, c), in logarithms."""
        return np.asarray(0.5 * self.independent * np.log(self.mean_squares + _EPSILON))

    def add(self, seen: int, k: int, level: Floats, slope: Floats, learnt: Floats) -> None:
        """The errors of the first k series after so many steps.

        `level`, `slope` and what the places of the season have learnt in all (n, c) are those of the candidates then.
        """
        judged = self._judged[:k, seen]
        if not judged.any():
            return
        miss = self._misses[:k]
        np.multiply(level, self._level_reach[:k], out=miss)
        miss -= self._means[:k, seen, None]
        trending = self._trending
        miss[:, trending] += slope[:k, trending] * self._slope_reach[:k, trending]
        if self._season > 1:
            # over whole seasons, each place counts once
            miss += learnt[:k] * np.float32(1 / self._season)
        miss *= miss
        if not judged.all():
            miss *= judged[:, None]
        self._squares[:k] += miss


def weights_of(stretches: StretchErrors, frequency: Frequency) -> Exact:
    """Each candidate's share of the futures (n, c), from the likelihood of stretches that do not overlap.

    Errors of one step are many, but say little of a quarter's total, so they do not count.
    """
    logs = -_EVIDENCE[frequency] * stretches.surprise
    weights = np.exp(logs - logs.max(axis=1, keepdims=True))
    shares: Exact = weights / weights.sum(axis=1, keepdims=True)
    return shares
