"""The odds of every goal, from futures that all of them share.

Goals on one KPI are held against the same futures of it, and what happened to two KPIs on one day happens to
both in a future: so a goal for each month, for each member, and an objective of several key results have odds
of their own, counted and not multiplied.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from pipelines.okr.forecast.recalibration import Curve, Graded, curve_for, own_curve
from pipelines.okr.forecast.training_series import Exact, Floats
from pipelines.okr.kpi.numbers import ONE, ZERO, rounded
from pipelines.okr.odds.changed_futures import FuturesChange
from pipelines.okr.odds.forecast_bands import ForecastBands, Quantiles, quantiles_of
from pipelines.okr.odds.goal_forecast import GoalForecast, run_rate_forecast, simulated_forecast
from pipelines.okr.odds.open_goals import NoOdds, OpenGoal, Outcome, Settled, open_goals_of
from pipelines.okr.odds.results import GoalResult, SimulatedGoal, share_met
from pipelines.okr.odds.simulated_kpis import simulated
from pipelines.okr.odds.training_data import TrainingData

_PLACES = 3
"""Decimals of odds: a path more or less of two thousand is half of the last one."""
_NO_SCORES = np.empty(0, np.float32)


@dataclass(frozen=True, slots=True)
class Odds:
    """How likely a goal is met, 0 and 1 only where that is settled; None for the reason in `why`.

    `uncorrected` are the odds before the organisation's own record corrects them. `low`, `middle`
    and `high` are what one, five and nine in ten futures do not exceed, in the KPI's unit.
    """

    probability: Decimal | None = None
    uncorrected: Decimal | None = None
    low: Decimal | None = None
    middle: Decimal | None = None
    high: Decimal | None = None
    why: str = ""


class GoalSimulation:
    """Simulates each KPI once for all goals on it: add every goal, `run`, then ask.

    `graded` are earlier predictions whose goals have come due: they correct the odds. `changes` are made to futures.
    """

    def __init__(
        self, graded: Sequence[Graded] = (), changes: Sequence[FuturesChange] = ()
    ) -> None:
        self._own_curve = own_curve(graded)
        self._changes = changes
        self._keeps_scores: dict[OpenGoal, bool] = {}
        self._band_days: dict[OpenGoal, Sequence[date]] = {}
        self._likely_enough: dict[OpenGoal, Decimal] = {}
        self._results: dict[OpenGoal, GoalResult] = {}
        self._bands: dict[Outcome, Mapping[date, Quantiles]] = {}
        self._forecasts: dict[OpenGoal, GoalForecast] = {}

    def add(self, outcome: Outcome, *, headline: bool, days: Sequence[date] = ()) -> None:
        """Add the open goals of an outcome. Scores are kept of headlines only: objectives need them.

        `days`: those, after the cut, for which to keep the bands of a headline's forecast.
        """
        if isinstance(outcome, OpenGoal) and days:
            self._band_days[outcome] = days
        for goal in open_goals_of(outcome):
            self._keeps_scores.setdefault(goal, headline and goal is outcome)

    def keep_forecast(self, goal: OpenGoal, enough: Decimal) -> None:
        """Keep where the futures of a goal end, unless its odds are `enough`."""
        self._likely_enough[goal] = enough

    def run(self) -> None:
        """Simulate the KPIs of all goals that were added."""
        for goals, data, futures in simulated(self._keeps_scores):
            for change in self._changes if futures else ():
                futures = change(goals[0].question.view, goals[0].cut, data, futures)
            bands = ForecastBands(data, futures)
            for goal in goals:
                if data.no_odds_because:
                    self._results[goal] = _without_odds(goal, data.no_odds_because)
                else:
                    self._results[goal] = self._simulated(goal, data, futures)
                    if goal in self._band_days:
                        self._bands[goal] = bands.of(goal, self._band_days[goal])
                if goal in self._likely_enough:
                    self._keep_forecast(goal, data, futures)

    def _simulated(
        self, goal: OpenGoal, data: TrainingData, futures: tuple[Floats, ...]
    ) -> GoalResult:
        final = goal.final_values(futures, data)
        defined = final[~np.isnan(final)]
        if not len(defined):
            return _without_odds(goal, "nothing is left to divide by")
        keeps = self._keeps_scores[goal]
        lost = goal.lost_at is not None
        most = goal.lost_at if goal.lost_at is not None else ONE
        kept = np.clip(goal.scores(final), 0, float(most)) if keeps else _NO_SCORES
        return SimulatedGoal(
            goal.met(final) & (not lost),
            kept.astype(np.float32),
            curve_of(data),
            quantiles_of(goal, defined, curve_of(data)),
            settled=False if lost else None,
            most=most,
        )

    def _keep_forecast(
        self, goal: OpenGoal, data: TrainingData, futures: tuple[Floats, ...]
    ) -> None:
        odds = self.odds(goal).probability
        if odds is not None and odds >= self._likely_enough[goal]:
            return
        forecast = (
            run_rate_forecast(goal)
            if data.no_odds_because
            else simulated_forecast(goal, data, futures, (curve_of(data), self._own_curve))
        )
        if forecast is not None:
            self._forecasts[goal] = forecast

    def result(self, outcome: Outcome) -> GoalResult:
        """What becomes of it in each future."""
        if isinstance(outcome, Settled | NoOdds):
            return outcome
        if isinstance(outcome, OpenGoal):
            return self._results[outcome]
        return share_met([self.result(part) for part in outcome.parts], outcome.needed)

    def odds(self, outcome: Outcome) -> Odds:
        return self.odds_of(self.result(outcome))

    def odds_of(self, result: GoalResult) -> Odds:
        """The odds of a result, of a goal or of several together."""
        if isinstance(result, NoOdds):
            return Odds(why=result.why)
        settled = result.met if isinstance(result, Settled) else result.settled
        if settled is not None:
            sure = ONE if settled else ZERO
            return Odds(sure, sure)
        assert isinstance(result, SimulatedGoal), "what is settled has no futures to count"
        corrected, uncorrected = published(result.share, result.curve, self._own_curve)
        return Odds(corrected, uncorrected, *(result.quantiles or (None, None, None)))

    def bands(self, outcome: Outcome) -> Mapping[date, Quantiles]:
        """The bands of its forecast on the days for which they were to be kept."""
        return self._bands.get(outcome, {})

    def forecast(self, goal: OpenGoal) -> GoalForecast | None:
        """Where the futures of a goal end that were to be kept; None of one that is likely enough.

        Without odds it is the one future that continues at the rate so far, None where that is not known.
        """
        return self._forecasts.get(goal)


def _without_odds(goal: OpenGoal, why: str) -> GoalResult:
    return NoOdds(why) if goal.lost_at is None else Settled(False, goal.lost_at, ZERO, why)


def curve_of(data: TrainingData) -> Curve:
    """The shipped curve for odds that were learnt from such data."""
    return curve_for(data.sides[0])


def published(share: float, shipped: Curve, own: Curve) -> tuple[Decimal, Decimal]:
    """The odds of a goal that such a share of futures meets, with and without one's own record."""
    [odds] = published_each(np.array([share]), shipped, own)
    return odds


def published_each(shares: Exact, shipped: Curve, own: Curve) -> list[tuple[Decimal, Decimal]]:
    """The same of several goals (goals,)."""
    first = shipped.corrected(shares)
    pairs = zip(own.corrected(first).tolist(), first.tolist(), strict=True)
    return [(_unsettled(corrected), _unsettled(uncorrected)) for corrected, uncorrected in pairs]


def _unsettled(odds: float) -> Decimal:
    """Odds with three decimals; 0 and 1 are for what is settled."""
    step = ONE.scaleb(-_PLACES)
    return min(max(rounded(Decimal(odds), _PLACES), step), ONE - step)
