"""The days a goal runs over, and how far into them there are data."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Timeline:
    """The days a goal runs over, and how far into them there are data.

    `start` and `deadline` are both included. `cut` is the last day whose data may be used:
    min(yesterday, data_through, deadline); it is before `start` while there is nothing yet.
    """

    start: date
    deadline: date
    cut: date
    yesterday: date

    @property
    def days(self) -> int:
        return (self.deadline - self.start).days + 1

    @property
    def elapsed(self) -> int:
        """The days of the course that lie behind the cut."""
        return max(0, min(self.days, (self.cut - self.start).days + 1))

    @property
    def remaining(self) -> int:
        return self.days - self.elapsed

    @property
    def begun(self) -> bool:
        return self.yesterday >= self.start

    @property
    def past_due(self) -> bool:
        return self.yesterday >= self.deadline

    @property
    def covered(self) -> bool:
        """Whether the data reach the deadline."""
        return self.cut >= self.deadline

    @property
    def last_due(self) -> date:
        """The last day of the course that should have data by now."""
        return min(self.yesterday, self.deadline)
