"""Which measures are at work on the same rows at once: then nobody can tell which of them it was."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.okr.definition.definitions import Objective
from pipelines.okr.definition.measures import Measure
from pipelines.okr.kpi.filters import Where, have_none_in_common

SETTLES_AFTER = timedelta(days=91)
"""So long after all of it can be seen, a measure is part of what the history says."""


@dataclass(frozen=True, slots=True)
class Change:
    """Days in which something else moves the same rows."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Taken:
    """A measure of an objective."""

    objective_id: str
    measure: Measure


def measures_of(objectives: Sequence[Objective]) -> list[Taken]:
    """All measures, by the day on which they start."""
    every = [
        Taken(objective.id, measure) for objective in objectives for measure in objective.measures
    ]
    return sorted(every, key=lambda x: (x.measure.start, x.objective_id, x.measure.what))


def changes_beside(own: Taken, every: Sequence[Taken], where: Where) -> Iterator[Change]:
    """The changes by the other measures on rows of `where`.

    A measure is a change from its start until it has settled, and again for as long after it has ended.
    """
    for other in every:
        measure = other.measure
        if other is own or measure.kpi != own.measure.kpi:
            continue
        if have_none_in_common(measure.where, where):
            continue
        settled = measure.visible_from + SETTLES_AFTER
        if measure.ends is None:
            yield Change(measure.start, settled)
        elif measure.ends < settled:
            yield Change(measure.start, measure.ends + SETTLES_AFTER)
        else:
            yield Change(measure.start, settled)
            yield Change(measure.ends + timedelta(days=1), measure.ends + SETTLES_AFTER)
