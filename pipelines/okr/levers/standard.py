"""How many futures have to meet a goal for it to count as on track."""

from bisect import bisect_left
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from pipelines.okr.forecast.recalibration import Curve
from pipelines.okr.forecast.simulation import PATHS
from pipelines.okr.odds.odds import published, share_of


@dataclass(frozen=True, slots=True)
class Standard:
    """`enough` futures of all are on track by their published odds, None where not even all of them are.

    Without `curves` there are no odds, but one future, which has to meet the goal.
    """

    enough: int | None
    curves: tuple[Curve, Curve] | None = None

    def odds(self, met: int) -> Decimal | None:
        """The odds that are published of a goal which so many futures meet."""
        return None if self.curves is None else published(share_of(met, PATHS), *self.curves)[0]


@lru_cache
def standard_of(shipped: Curve, own: Curve, likely: Decimal) -> Standard:
    """The curves turned round: the least number of futures whose odds are published as `likely`."""

    def reached(met: int) -> bool:
        return published(share_of(met, PATHS), shipped, own)[0] >= likely

    enough = bisect_left(range(PATHS + 1), True, key=reached)
    return Standard(enough if enough <= PATHS else None, (shipped, own))


def without_odds() -> Standard:
    """Of the one future in which all goes on as so far."""
    return Standard(1)
