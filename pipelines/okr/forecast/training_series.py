"""The series that a forecast learns from."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Exact = NDArray[np.float64]
Ints = NDArray[np.int64]
Truth = NDArray[np.bool_]

Frequency = Literal["day", "week", "month"]

WEEK = 7
YEAR = 365.2425
_SEASONS_OF_MONTHS = (4, 12)
_MOST_STEPS_OF_WEEKS = 60
_MOST_STANDING_STILL = 0.6
MOST_EMPTY = 0.6
MIN_TO_SMOOTH = 24
"""Observations from which smoothing beats a run-rate, of days and weeks."""
MIN_MONTHS_TO_SMOOTH = 12
"""The same of months and quarters: a month says more than a day."""
MIN_TO_FORECAST = 8
"""Observations below which nothing is said."""


@dataclass(frozen=True, eq=False, slots=True)
class TrainingSeries:
    """One series, oldest value first, one value a step (a day, a week, a month), without holes.

    `end` is the number of the last step, counted the same way for every series that is simulated
    together: `date.toordinal()` for days. `observed` says how many of the values were seen and
    not filled in. `season` is its length in steps, 1 for none. `level` says that each value is
    where something stands (32,000 likes), not what a step brought (12 likes). `whole` says that
    the values are counts of things, which never come in fractions. `year` is the length of a
    year in steps where its shape is to be looked for, 0 where not. The step after the last is known
    to lie within `next_between`.
    """

    values: Exact
    end: int
    season: int = WEEK
    level: bool = False
    whole: bool = False
    year: float = 0.0
    observed: int | None = None
    next_between: tuple[float, float] = (-np.inf, np.inf)

    @property
    def frequency(self) -> Frequency:
        """How far apart its steps are: days (or working days), weeks, or longer."""
        if self.year > _MOST_STEPS_OF_WEEKS or self.season == WEEK:
            return "day"
        return "month" if self.season in _SEASONS_OF_MONTHS else "week"

    @property
    def seen(self) -> int:
        return len(self.values) if self.observed is None else self.observed

    @property
    def stands_still(self) -> bool:
        """Whether it is a level that most steps leave where it is: it moves seldom, and then by real amounts."""
        return self.level and bool(np.mean(np.diff(self.values) == 0) > _MOST_STANDING_STILL)

    @property
    def is_running_total(self) -> bool:
        """Whether it is a level that has never fallen: it has a past of changes, and no level to return to."""
        return self.level and bool(np.all(np.diff(self.values) >= 0))

    @property
    def is_sparse(self) -> bool:
        """Whether most steps bring nothing."""
        return not self.level and bool(np.mean(self.values == 0) > MOST_EMPTY)

    @property
    def is_long_enough(self) -> bool:
        """Whether there is enough of it to say anything about the future."""
        return self.seen >= MIN_TO_FORECAST

    @property
    def can_be_smoothed(self) -> bool:
        """Whether there is enough of it to learn level, trend and season."""
        least = MIN_MONTHS_TO_SMOOTH if self.frequency == "month" else MIN_TO_SMOOTH
        return self.seen >= least and len(self.values) >= least
