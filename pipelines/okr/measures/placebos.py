"""How wide an interval has to be: the same estimate on dates on which nothing began.

A measure is looked at several times. So that all looks together are wrong one time in ten at most, the errors of a
placebo date at all looks count as one: by the largest of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from pipelines.okr.forecast.training_series import Exact
from pipelines.okr.odds.estimates import TAIL, Estimate

MOST_PLACEBOS = 19
"""Of nineteen errors that are like the next one, nine in ten times the next is no larger than the second largest."""
LEAST_PLACEBOS = 9
"""With fewer, no bound holds nine times in ten."""
_LEAST_SCALE = 0.2
_Z = 1.6448536
"""The normal distribution's quantile of 0.95."""


@dataclass(frozen=True, slots=True)
class PlannedLooks:
    """The looks that can be judged: after how many `steps`, the fewest first, and the placebo dates of all of them."""

    steps: Sequence[int]
    origins: Sequence[int]

    @property
    def horizon(self) -> int:
        return self.steps[-1]


def planned_looks(
    steps: Sequence[int],
    origin: int,
    least: int,
    *,
    skipped: int = 0,
    changed: Sequence[tuple[int, int]] = (),
) -> PlannedLooks | None:
    """Those of the looks after so many `steps` that enough placebo dates lie before; None where it is none.

    `origin` is how many steps lie before the measure, `least` how many a forecast needs. `skipped` steps after an
    origin are not judged, and `changed` stretches (from and to a place) are no placebos.
    """
    for count in range(len(steps), 0, -1):
        judged = steps[count - 1]
        horizon = skipped + judged
        origins = placebo_origins(max(least, 2 * judged), origin - horizon, horizon, changed)
        if origin >= least and len(origins) >= LEAST_PLACEBOS:
            return PlannedLooks(steps[:count], origins)
    return None


def placebo_origins(
    first: int, last: int, horizon: int, changed: Sequence[tuple[int, int]] = ()
) -> list[int]:
    """Where the same is asked when nothing began: from `first` to `last`, at least a quarter of the horizon apart.

    Stretches that touch a change (from and to a place) are left out.
    """
    possible = [
        origin
        for origin in range(last, first - 1, -max(1, horizon // 4))
        if not any(origin <= until and origin + horizon > since for since, until in changed)
    ]
    if len(possible) <= MOST_PLACEBOS:
        return possible
    chosen = np.linspace(0, len(possible) - 1, MOST_PLACEBOS).round().astype(int)
    return [possible[place] for place in chosen.tolist()]


class PlaceboErrors:
    """The errors at the placebo dates, by their places, each at all looks; over stretches of so many steps."""

    def __init__(self, estimates: Mapping[int, Sequence[Estimate | None]], horizon: int) -> None:
        rows = dict(_known(estimates))
        self._surprises = np.array([[abs(x.surprise) for x in row] for row in rows.values()])
        stretches = (max(rows) - min(rows)) / horizon + 1 if rows else 0.0
        self._stretches = min(stretches, float(len(rows)))

    @property
    def dates(self) -> int:
        return len(self._surprises)

    def widening(self, look: int) -> float:
        """How many times as wide as the futures say the interval at a look (its place) has to be; at least 1.

        It is the larger of two. The bound of split conformal prediction: of n + 1 errors in any order, the last is
        among the smallest ⌈(n + 1) · 0.9⌉ nine times in ten; an error is here the largest of all looks, each in units
        of what is usual at it. And, because stretches overlap and few are independent, what normal errors of unknown
        size ask for that were seen in so many stretches: Student's t times their root mean square.
        """
        usual = np.maximum(np.median(self._surprises, axis=0), _LEAST_SCALE)
        largest = np.sort((self._surprises / usual).max(axis=1))
        place = ceil((len(largest) + 1) * (1 - 2 * TAIL) - 1e-9)
        bound = largest[min(place, len(largest)) - 1] * usual[look]
        size = float(np.sqrt(np.mean(self._surprises[:, look] ** 2)))
        return max(1.0, float(bound), student_t(self._stretches) * size)


def student_t(freedom: float) -> float:
    """The quantile of 0.95 of Student's t, to a hundredth from three degrees of freedom on.

    The expansion by Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5.
    """
    n = max(freedom, 1.0)
    terms: Exact = np.array([
        _Z,
        (_Z**3 + _Z) / 4,
        (5 * _Z**5 + 16 * _Z**3 + 3 * _Z) / 96,
        (3 * _Z**7 + 19 * _Z**5 + 17 * _Z**3 - 15 * _Z) / 384,
    ])  # fmt: skip
    return float((terms / n ** np.arange(4)).sum())


def _known(
    estimates: Mapping[int, Sequence[Estimate | None]],
) -> Iterator[tuple[int, list[Estimate]]]:
    """The dates that have an estimate at every look."""
    for place in sorted(estimates):
        row = [estimate for estimate in estimates[place] if estimate is not None]
        if len(row) == len(estimates[place]):
            yield place, row
