"""The days on which a company works: all but weekends, public holidays and days on which it is closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

_SATURDAY, _SUNDAY = 5, 6


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """`closed` are the public holidays and the company's own closed days; `weekend` the weekdays, 0 is Monday."""

    closed: frozenset[date] = frozenset()
    weekend: frozenset[int] = frozenset({_SATURDAY, _SUNDAY})

    def are_closed(self, ordinals: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of the days (days,), by their numbers, are closed; weekends are not among them."""
        numbers = np.array([day.toordinal() for day in self.closed], dtype=np.int64)
        return np.isin(ordinals, numbers)

    def share(self, start: date, end: date, elapsed: Sequence[int]) -> list[Decimal] | None:
        """The share of the working days from `start` to `end` that are over after each of so many days.

        None where there is no working day.
        """
        days = [start + timedelta(days=number) for number in range((end - start).days + 1)]
        passed = [0]
        for day in days:
            works = day.weekday() not in self.weekend and day not in self.closed
            passed.append(passed[-1] + works)
        if not passed[-1]:
            return None
        return [Decimal(passed[min(max(count, 0), len(days))]) / passed[-1] for count in elapsed]
