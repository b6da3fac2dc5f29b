"""Who is meant by "each": the members of a dimension, and the days on which each of them is there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, order=True, slots=True)
class Stay:
    """A member of a roster from its first to its last day, both included; None where it has no such end."""

    member: str
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Presence:
    """The days on which a member is there: spans, in order, that do not overlap; both ends of each are included."""

    spans: tuple[tuple[date, date], ...]

    @property
    def start(self) -> date:
        return self.spans[0][0]

    @property
    def end(self) -> date:
        return self.spans[-1][1]

    @property
    def days(self) -> int:
        return sum((end - start).days + 1 for start, end in self.spans)

    def within(self, start: date, end: date) -> "Presence | None":
        """The part of it from `start` to `end`; None where there is none."""
        cut = [(max(start, first), min(end, last)) for first, last in self.spans]
        spans = tuple((first, last) for first, last in cut if first <= last)
        return Presence(spans) if spans else None


def presence_of(stays: Iterable[Stay], start: date, end: date) -> Presence | None:
    """When a member is there from `start` to `end`, by its stays; None where it never is."""
    spans: list[tuple[date, date]] = []
    for first, last in sorted(
        (max(start, stay.first_day or start), min(end, stay.last_day or end)) for stay in stays
    ):
        if last < first:
            continue
        if spans and first <= spans[-1][1]:  # two stays that overlap are one
            spans[-1] = spans[-1][0], max(last, spans[-1][1])
        else:
            spans.append((first, last))
    return Presence(tuple(spans)) if spans else None
