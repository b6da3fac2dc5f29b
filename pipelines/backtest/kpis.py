"""The company's own KPIs as cases of a backtest, from the facts that scoring reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pipelines.backtest.cases import Case, Row, cases
from pipelines.okr.forecast.training_series import MIN_TO_SMOOTH
from pipelines.okr.kpi.facts import KpiFacts
from pipelines.okr.kpi.periods import Cadence
from pipelines.okr.kpi.series import KpiIndex

_MIN_SHARE_OF_DAYS = 0.5


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A KPI that is not replayed; `why` ends a sentence that begins with its name."""

    kpi: str
    why: str


def kpi_cases(
    facts: Mapping[str, KpiFacts], period: Cadence
) -> tuple[list[Case], tuple[LeftOut, ...]]:
    """Every KPI as a whole, cut in each of its latest periods, and those that cannot be."""
    replayed: list[Case] = []
    left_out: list[LeftOut] = []
    for name in sorted(facts):
        kpi, rows = facts[name].kpi, rows_of(facts[name])
        why = _obstacle(facts[name], rows)
        if not why:
            own = cases({name: list(rows)}, kpi.kind, period)
            replayed += own
            steps = f"{MIN_TO_SMOOTH} {kpi.every}s"
            why = "" if own else f"has no whole {period} after {steps} of history"
        if why:
            left_out.append(LeftOut(name, why))
    return replayed, tuple(left_out)


def rows_of(facts: KpiFacts) -> Sequence[Row]:
    """A row a day: a flow's delivered day without facts brought 0, a stock's says nothing.

    A KPI of weeks, months or quarters has the rows of its numbers alone: the days between them are none of its steps.
    """
    index = KpiIndex(facts)
    series, through = index.series({}), facts.data_through
    first = series.first_day
    if through is None or first is None:
        return []
    days, amounts = series.amounts(first, through)
    by_day = {
        date.fromordinal(day): figures
        for day, *figures in zip(days.tolist(), *(x.tolist() for x in amounts), strict=True)
    }
    behaviour = facts.kpi.behaviour
    if behaviour.absent_day_is_zero and facts.kpi.every == "day":
        nothing = [0.0] * len(behaviour.columns)
        by_day |= {
            day: nothing for day in facts.delivered if first <= day <= through and day not in by_day
        }
    return [(day, tuple(by_day[day])) for day in sorted(by_day)]


def _obstacle(facts: KpiFacts, rows: Sequence[Row]) -> str:
    """Why the KPI cannot be cut; empty when it can."""
    if facts.kpi.behaviour.reported_by_period:
        return "is counted anew for each period, which cannot be cut in the middle"
    if "denominator" in facts.kpi.behaviour.levels:
        return "is divided by a level, which a backtest does not replay"
    if not rows:
        return "has no data"
    days = (rows[-1][0] - rows[0][0]).days + 1
    if facts.kpi.every == "day" and len(rows) < _MIN_SHARE_OF_DAYS * days:
        return f"has data on {len(rows)} of {days} days only, which are too few to replay"
    return ""
