"""What is known of a KPI's futures beside its past: an effect that is expected, a KPI that moves before it."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Protocol

from pipelines.okr.forecast.training_series import Floats
from pipelines.okr.kpi.readings import KpiView
from pipelines.okr.odds.coming_steps import ComingSteps
from pipelines.okr.odds.training_data import TrainingData

_DAY = timedelta(days=1)
_MOST_DAYS = 4 * 366


class FuturesChange(Protocol):
    """Futures (paths, steps), one array a column, as they are with what is known; those of other KPIs as they were."""

    def __call__(
        self, view: KpiView, cut: date, data: TrainingData, futures: tuple[Floats, ...]
    ) -> tuple[Floats, ...]: ...


def days_of_steps(coming: ComingSteps, cut: date, steps: int) -> Iterator[date]:
    """The day of each of the first steps after the cut."""
    day, past = cut, 0
    for _ in range(_MOST_DAYS):
        if past == steps:
            return
        day += _DAY
        through = min(coming.through(day), steps)
        yield from [day] * (through - past)
        past = through
