"""Days on which a company is closed: they are not learnt from as usual ones, and to come they bring what such days did.

Of a KPI with `working_days: true`. Its weekends are not among them: they come every week, and a season learns them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.okr.forecast.draws import uniform_draws
from pipelines.okr.forecast.training_series import Exact, Floats, Ints, Truth
from pipelines.okr.kpi.working_days import WorkingDays

MIN_SEEN = 3
"""Closed days that have to be known before it is said what such days bring."""
_DRAWS = 20_000_000
"""Where the draws of closed days begin: no other draws have these numbers."""


@dataclass(frozen=True, eq=False, slots=True)
class ClosedDays:
    """What the closed days that are known brought to each column (days,), all columns from the same days."""

    working: WorkingDays
    amounts: tuple[Exact, ...]

    def put_into(self, futures: Sequence[Floats], days: Ints) -> tuple[Floats, ...]:
        """Futures (paths, steps), one array a column, whose closed days bring what some closed day did.

        `days` (steps,) are the numbers of the steps' days. All columns of a future draw the same day.
        """
        paths = futures[0].shape[0]
        changed = [column.copy() for column in futures]
        for step in np.flatnonzero(self.working.are_closed(days)).tolist():
            drawn = uniform_draws(_DRAWS + int(days[step]), paths)
            chosen = (drawn * len(self.amounts[0])).astype(np.int64)
            for column, amounts in zip(changed, self.amounts, strict=True):
                column[:, step] = amounts[chosen]
        return tuple(changed)


def closed_days(
    working: WorkingDays | None, days: Ints, seen: Truth, columns: Sequence[Exact]
) -> tuple[ClosedDays, Truth] | None:
    """What closed days bring, and which of `days` (steps,) they are; None where too few are known."""
    if working is None:
        return None
    are_closed = working.are_closed(days)
    known = are_closed & seen
    if known.sum() < MIN_SEEN:
        return None
    return ClosedDays(working, tuple(column[known] for column in columns)), are_closed
