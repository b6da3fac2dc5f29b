"""What came after a day, beside what was foreseen on it: on the day of a measure, and on days without one.

An origin is the last step before something may have changed. The futures of the origin are those of the odds; no step
after it is looked at. What came less the median of the futures is the estimate of an effect. The same estimate at
earlier origins, where nothing was done, says how large such estimates are by chance alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipelines.okr.forecast.simulation import Task, simulate
from pipelines.okr.forecast.training_series import Exact, Floats, TrainingSeries
from pipelines.okr.kpi.kinds import KpiKind
from pipelines.okr.odds.simulated_kpis import part_of

PATHS = 500
"""Futures of an origin: their middle and their outer twentieths are asked for, no small odds."""
TAIL = 0.05
"""The share of futures beyond each end of an interval: 10 % on both sides together."""
_LEAST_WIDTH = 1e-9


@dataclass(frozen=True, eq=False, slots=True)
class Stretch:
    """A KPI through the last step that is judged, and the steps of it that are.

    `sides` are the columns of its kind, oldest step first. `skipped` steps after the origin are not judged, because the
    measure is not at work yet; the `steps` after them are. `control` has the same of members that the measure does not
    touch, with the same steps; empty without any.
    """

    sides: tuple[TrainingSeries, ...]
    behaviour: KpiKind
    skipped: int
    steps: int
    is_share: bool = False
    control: tuple[TrainingSeries, ...] = ()

    @property
    def horizon(self) -> int:
        return self.skipped + self.steps

    def value(self, sides: Sequence[Exact | Floats]) -> Exact:
        """What the judged steps come to in each future (paths, horizon)."""
        if self.is_share and len(sides) == 2:
            sides = [part_of(sides[0], sides[1]), sides[1]]
        floats = [np.asarray(side, dtype=np.float32) for side in sides]
        added = self.behaviour.added(floats, self.skipped, self.horizon)
        return self.behaviour.final_value([0.0] * len(added), added, self.steps)

    def actual(self, sides: Sequence[TrainingSeries], origin: int) -> float:
        """What they came to after an origin."""
        after = [side.values[None, origin : origin + self.horizon] for side in sides]
        added = [
            column[:, -1] if self.behaviour.is_level or self.behaviour.reported_by_period
            else column[:, self.skipped :].sum(axis=1)
            for column in after
        ]  # fmt: skip
        return float(self.behaviour.final_value([0.0] * len(added), added, self.steps)[0])


@dataclass(frozen=True, slots=True)
class Estimate:
    """What came, and what one in twenty, half and nineteen in twenty futures do not exceed."""

    actual: float
    low: float
    middle: float
    high: float

    @property
    def effect(self) -> float:
        return self.actual - self.middle

    @property
    def surprise(self) -> float:
        """The effect in half-widths of the interval: beyond 1 and −1 it lies outside."""
        width = self.high - self.middle if self.effect >= 0 else self.middle - self.low
        return self.effect / max(width, abs(self.middle) * _LEAST_WIDTH, _LEAST_WIDTH)


def estimates(stretch: Stretch, origins: Sequence[int]) -> Iterator[tuple[int, Estimate]]:
    """The estimate at each origin, by its place; one whose futures have no value is left out."""
    for place, [estimate] in estimates_by_look(stretch, origins, [stretch.steps]):
        if estimate is not None:
            yield place, estimate


def estimates_by_look(
    stretch: Stretch, origins: Sequence[int], looks: Sequence[int]
) -> Iterator[tuple[int, list[Estimate | None]]]:
    """The estimates at each origin, by its place, after each of so many judged steps.

    None where the futures have no value, or where so many steps are not known after the origin.
    """
    every = (*stretch.sides, *stretch.control)
    horizon = stretch.skipped + max(looks)
    tasks = [Task(_until(side, origin), horizon) for origin in origins for side in every]
    waiting: dict[int, dict[int, Floats]] = {}
    for number, futures in simulate(tasks, PATHS):
        place, side = divmod(number, len(every))
        if futures is None:
            continue
        sides = waiting.setdefault(place, {})
        sides[side] = futures
        if len(sides) == len(every):
            del waiting[place]
            of_sides = [sides[n] for n in range(len(every))]
            yield place, [_after(stretch, origins[place], of_sides, steps) for steps in looks]


def _after(stretch: Stretch, origin: int, futures: Sequence[Floats], steps: int) -> Estimate | None:
    """The estimate after so many judged steps."""
    judged = replace(stretch, steps=steps)
    if origin + judged.horizon > len(stretch.sides[0].values):
        return None
    return _estimate(judged, origin, [side[:, : judged.horizon] for side in futures])


def _until(side: TrainingSeries, origin: int) -> TrainingSeries:
    """The series as it was known at the origin."""
    length = len(side.values)
    seen = None if side.observed is None else max(side.observed - (length - origin), 0)
    return replace(
        side, values=side.values[:origin], end=side.end - (length - origin), observed=seen
    )


def _estimate(stretch: Stretch, origin: int, futures: Sequence[Floats]) -> Estimate | None:
    count = len(stretch.sides)
    values, actual = stretch.value(futures[:count]), stretch.actual(stretch.sides, origin)
    if stretch.control:
        control = stretch.value(futures[count:])
        came = stretch.actual(stretch.control, origin)
        values = _given(values, control, came, origin / stretch.horizon)
    values = values[~np.isnan(values)]
    if not len(values) or np.isnan(actual):
        return None
    low, middle, high = np.quantile(values, (TAIL, 0.5, 1 - TAIL))
    return Estimate(actual, float(low), float(middle), float(high))


def _given(values: Exact, control: Exact, came: float, stretches: float) -> Exact:
    """The futures (paths,) where the control came to what it did: as far as the two go together in the futures.

    How far they do is known from so many independent stretches of the past. So the futures are the wider the further
    the control is from what was foreseen of it: the prediction interval of a linear regression.
    """
    known = ~(np.isnan(values) | np.isnan(control))
    values, control = values[known], control[known]
    if np.isnan(came) or len(values) < 2:
        return values
    deviation = control - control.mean()
    squares = float(deviation @ deviation)
    if squares <= 0:
        return values
    slope = float(deviation @ values) / squares
    given = values + slope * (came - control)
    off = (came - control.mean()) ** 2 / (squares / len(control))
    middle = float(np.median(given))
    widened: Exact = middle + (given - middle) * np.sqrt(1 + off / max(stretches, 1.0))
    return widened
