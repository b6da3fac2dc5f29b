"""What a goal's KPI ends at in each future: what is known of it already, and what is still to come."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from pipelines.okr.definition.question import Question
from pipelines.okr.forecast.recalibration import Curve
from pipelines.okr.forecast.training_series import Exact, Floats
from pipelines.okr.kpi.kpi import PERCENT
from pipelines.okr.odds.open_goals import OpenGoal
from pipelines.okr.odds.training_data import TrainingData

_ONE_FUTURE = np.ones(1)


@dataclass(frozen=True, eq=False, slots=True)
class GoalForecast:
    """A goal's KPI in each of a number of futures; arrays have the shape (paths,).

    The KPI ends at `final` ÷ `denominator`: a ratio's two sides, or its final value over 1. `to_come` and
    `denominator_to_come` are the parts of them that the remaining `days` still bring. `is_share` says that it is a
    percentage whose numerator never exceeds its denominator. `curves` correct the odds: the shipped one, and that
    of one's own record; None without odds.
    """

    goal: OpenGoal
    final: Exact
    to_come: Exact
    denominator: Exact
    denominator_to_come: Exact
    days: int
    is_share: bool = False
    curves: tuple[Curve, Curve] | None = None

    @property
    def question(self) -> Question:
        return self.goal.question

    @property
    def shortfall(self) -> Exact:
        """What has to be added to `final` for the goal to be met; below 0: what may be taken away."""
        low, _ = self.question.met_range
        return np.full_like(self.final, -np.inf) if low is None else self._gap(low)

    @property
    def headroom(self) -> Exact:
        """What may be added to `final` at most; infinite for a goal without an upper end."""
        _, high = self.question.met_range
        return np.full_like(self.final, np.inf) if high is None else self._gap(high)

    def _gap(self, level: Decimal) -> Exact:
        gap: Exact = float(level) * self.denominator - self.final
        # over a denominator of 0 there is no value, and no goal is met
        return np.where(self.denominator > 0, gap, np.nan)

    def median_with(
        self, added: Exact | float, to_denominator: Exact | float = 0.0
    ) -> float | None:
        """The median of the KPI's final value after an addition; None over a denominator of 0."""
        denominator = self.denominator + to_denominator
        known = denominator > 0
        if not known.any():
            return None
        return float(np.median((self.final + added)[known] / denominator[known]))


def simulated_forecast(
    goal: OpenGoal, data: TrainingData, futures: tuple[Floats, ...], curves: tuple[Curve, Curve]
) -> GoalForecast:
    """The goal in the simulated futures of its KPI: (paths, steps) for each side."""
    behaviour = goal.question.view.kpi.behaviour
    if behaviour.is_quotient:
        to_come = goal.to_come(futures, data)
        over = goal.averaged_over(data)
        known = goal.known_in(data)
        return _ratio(goal, known, to_come, over, is_share=data.is_share, curves=curves)
    final = goal.final_values(futures, data)
    undivided = np.broadcast_to(1.0, final.shape), np.broadcast_to(0.0, final.shape)
    if behaviour.reported_by_period:
        return GoalForecast(goal, final, final, *undivided, days=1, curves=curves)
    first, last = goal.still_open
    if behaviour.is_level:
        growth = final - goal.latest_level
        return GoalForecast(goal, final, growth, *undivided, days=last, curves=curves)
    growth = final - goal.known_in(data)[0]
    return GoalForecast(goal, final, growth, *undivided, days=last - first, curves=curves)


def run_rate_forecast(goal: OpenGoal) -> GoalForecast | None:
    """The goal in the one future that continues at the rate so far; None where too little is known for that."""
    behaviour, (first, last) = goal.question.view.kpi.behaviour, goal.still_open
    undivided = _ONE_FUTURE, 0 * _ONE_FUTURE
    if behaviour.reported_by_period:
        return None  # who comes again is not counted again, so there is no rate to go on with
    if behaviour.is_level:
        change = goal.question.growth(goal.start, goal.cut)
        if change is None:
            return None
        growth = float(change[0]) / change[1] * last if change[1] else 0.0
        final = _ONE_FUTURE * (goal.latest_level + growth)
        return GoalForecast(goal, final, _ONE_FUTURE * growth, *undivided, days=last)
    if goal.delivered_days == 0:
        return None
    per_day = (last - first) / goal.delivered_days
    to_come = [_ONE_FUTURE * known * per_day for known in goal.known]
    if behaviour.is_quotient:
        top, bottom = goal.known
        over = goal.delivered_days + last - first
        return _ratio(goal, goal.known, to_come, over, is_share=0 <= top <= bottom)
    final = goal.known[0] + to_come[0]
    return GoalForecast(goal, final, to_come[0], *undivided, days=last - first)


def _ratio(
    goal: OpenGoal,
    known: Sequence[float | Exact],
    to_come: Sequence[Exact],
    averaged_over: int,
    *,
    is_share: bool,
    curves: tuple[Curve, Curve] | None = None,
) -> GoalForecast:
    first, last = goal.still_open
    # a denominator that is a level counts as its average over the days
    over = averaged_over if goal.question.view.kpi.accumulates else 1
    (top, bottom), (top_to_come, bottom_to_come) = known, to_come
    return GoalForecast(
        goal,
        final=top + top_to_come,
        to_come=top_to_come,
        denominator=(bottom + bottom_to_come) / over,
        denominator_to_come=bottom_to_come,
        days=last - first,
        is_share=is_share and goal.question.view.kpi.unit == PERCENT,
        curves=curves,
    )
