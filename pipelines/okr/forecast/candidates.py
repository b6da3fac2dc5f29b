"""The variants of exponential smoothing that are tried on every series."""

from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product
from typing import NamedTuple

import numpy as np

from pipelines.okr.forecast.training_series import Floats, Frequency, Truth

_LEVEL_GAINS: dict[Frequency, tuple[float, ...]] = {
    "day": (0.02, 0.1, 0.35),
    "week": (0.05, 0.2, 0.5, 1.0),
    "month": (0.05, 0.2, 0.5),
}
"""Few, as neighbours say nearly the same. No level takes all of a day's or a month's error for its own: it is noise."""


class _Movement(NamedTuple):
    """How a level goes on: `slope` is the slope's gain as a share of the level's."""

    slope: float = 0.0
    damping: float = 1.0
    keeps: float = 1.0


class _SeasonUse(NamedTuple):
    starts: float
    gain: float


_STAYS, _TRENDS = _Movement(), _Movement(0.2, 0.9)
_MOVEMENTS: dict[Frequency, tuple[_Movement, ...]] = {
    "day": (_STAYS, _TRENDS),
    "week": (_STAYS, _TRENDS),
    "month": (_STAYS, _TRENDS, _Movement(keeps=0.7)),
}
"""Levels of days and weeks that return to the mean of the past hold back what grows; the autoregression has those."""
_SEASONS: dict[Frequency, tuple[_SeasonUse, ...]] = {
    "day": (_SeasonUse(1, 0.0), _SeasonUse(1, 0.08), _SeasonUse(1, 0.25)),
    "week": (_SeasonUse(0, 0.0),),
    "month": (
        _SeasonUse(1, 0.0),
        _SeasonUse(1, 0.1),
        _SeasonUse(1, 0.3),
        _SeasonUse(0, 0.0),
    ),
}
_NONE = (_SeasonUse(0, 0.0),)


@dataclass(frozen=True, eq=False)
class Candidates:
    """c variants side by side; every array has the shape (c,).

    A step with forecast error e moves the level by `level` · e, the slope by `slope` · e and the
    season's own place by `season` · e. The slope fades by `damping` a step; the level's distance
    from the series' mean shrinks to `keeps` of itself, 1 for a level that never returns.
    `starts` is 1 where the season starts as that of the whole history, 0 where there is none.
    """

    level: Floats
    slope: Floats
    damping: Floats
    season: Floats
    keeps: Floats
    starts: Floats

    def __len__(self) -> int:
        return len(self.level)

    @cached_property
    def trending(self) -> slice:
        """Those that have a slope; the others need no time for it."""
        return _span(self.slope > 0)

    @cached_property
    def returning(self) -> slice:
        """Those whose level returns to the mean."""
        return _span(self.keeps < 1)


def _span(of_kind: Truth) -> slice:
    places = np.flatnonzero(of_kind)
    return slice(int(places[0]), int(places[-1]) + 1) if len(places) else slice(0, 0)


@cache
def candidates(frequency: Frequency, season: int) -> Candidates:
    """Every movement with each level gain and each use of the season, so that those of a movement are neighbours."""
    uses = _SEASONS[frequency] if season > 1 else _NONE
    rows = [
        # A level that follows every error leaves nothing for the season to learn from it.
        (
            gain,
            gain * movement.slope,
            movement.damping,
            use.gain * (1 - gain),
            movement.keeps,
            use.starts,
        )
        for movement, gain, use in product(_MOVEMENTS[frequency], _LEVEL_GAINS[frequency], uses)
    ]
    return Candidates(*np.array(rows, dtype=np.float32).T.copy())
