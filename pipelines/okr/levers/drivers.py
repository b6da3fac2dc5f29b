"""What can be changed for a goal: the rate of the KPI or of a member of it, the mix of a ratio, its denominator.

A driver knows how a change of it reaches the goal, how far it can go, and how both are published.
"""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import numpy as np

from pipelines.okr.definition.goals import Comparison
from pipelines.okr.forecast.training_series import Exact
from pipelines.okr.kpi.facts import TOTAL
from pipelines.okr.kpi.numbers import rounded
from pipelines.okr.levers import wording
from pipelines.okr.levers.lever import DriverKind
from pipelines.okr.levers.smallest_change import ChangeRanges, change_ranges
from pipelines.okr.levers.wording import Figures
from pipelines.okr.odds.goal_forecast import GoalForecast

_SHARE_PLACES = 6
_DAILY_PLACES = 2
"""Decimals of what a day brings, at least: of a few in a month it is less than a tenth."""
_LARGEST_SHARE = 1_000_000
"""A change of more than so many times what comes anyway has no share of it."""
_BEYOND_ANY_LIMIT = Decimal(10) ** 30


@dataclass(frozen=True, eq=False, kw_only=True)
class Driver:
    """The rate of the KPI as a whole or of one member, and the base of the other drivers; arrays are (paths,).

    A change of 1 adds `effect` to each future's final value, of a denominator to that; what it adds lies between
    `least` and `most`. The driver stands at `now`, in `unit`; a change of 1 moves it by `step`, and it stays
    between the `limits`. `base` is what a change is published as a share of. A rate is `per_day` unless it is a ratio.
    """

    unit: str
    places: int
    now: float
    base: float
    effect: Exact | float = 1.0
    least: Exact | float = -np.inf
    most: Exact | float = np.inf
    step: float = 1.0
    limits: tuple[float, float] = (-np.inf, np.inf)
    per_day: bool = False
    dimension: str = TOTAL
    member: str = TOTAL

    @property
    def kind(self) -> DriverKind:
        return "rate" if self.member == TOTAL else "member"

    def ranges(self, forecast: GoalForecast) -> ChangeRanges:
        """The changes with which each future meets the goal."""
        return self._ranges(forecast.shortfall, forecast.headroom)

    def _ranges(self, shortfall: Exact, headroom: Exact) -> ChangeRanges:
        return change_ranges(
            shortfall,
            headroom,
            effect=self.effect,
            least=self.least,
            most=self.most,
            places=self.places,
        )

    def decreases(self, comparison: Comparison) -> bool:
        """Whether less of it leads toward the goal."""
        return comparison == "at_most"

    def limit(self, forecast: GoalForecast) -> Exact | None:
        """The most that it can add toward the goal in each future; None where that has no end or direction."""
        comparison = forecast.question.goal.comparison
        if comparison == "between":
            return None
        furthest = self.least if self.decreases(comparison) else self.most
        limit = np.broadcast_to(furthest, forecast.final.shape)
        return limit if np.isfinite(limit).all() else None

    def met_at_limit(self, forecast: GoalForecast, ranges: ChangeRanges) -> int:
        """The futures that meet the goal when it goes as far as it can."""
        falls = self.decreases(forecast.question.goal.comparison)
        return ranges.met(-_BEYOND_ANY_LIMIT if falls else _BEYOND_ANY_LIMIT)

    def median_at(self, limit: Exact, forecast: GoalForecast) -> float | None:
        """The median of the KPI's final value at the limit."""
        return forecast.median_with(limit)

    def mean_change(self, limit: Exact) -> Decimal:
        """The change that brings it to its limit, as a mean over all futures."""
        return rounded(Decimal(repr(float(limit.mean() / np.mean(self.effect)))), self.places)

    def figures(self, change: Decimal) -> Figures:
        """What is published of a change."""
        places = max(_DAILY_PLACES, self.places) if self.per_day else self.places
        now, base = Decimal(repr(self.now)), Decimal(repr(self.base))
        moved = now + change * Decimal(repr(self.step))
        rounding = ROUND_CEILING if moved > now else ROUND_FLOOR  # to the side that is enough
        low, high = (Decimal(repr(end)) for end in self.limits)
        exact = rounded(moved, places + _SHARE_PLACES)
        needed = min(max(rounded(exact, places, rounding), low), high)
        signed = -change if self.step < 0 else change
        has_share = base > 0 and abs(change) <= _LARGEST_SHARE * base
        share = rounded(signed / base, _SHARE_PLACES) if has_share else None
        return Figures(rounded(now, places), needed, signed, share)

    def sentence(self, forecast: GoalForecast, figures: Figures) -> str:
        """What has to change, in words."""
        return wording.rate_change(forecast.goal, self.member, self.unit, figures)

    def sentence_at_limit(self, forecast: GoalForecast, needed: Decimal) -> str:
        """How far it can go, in words."""
        return wording.rate_at_limit(forecast.question.view.kpi, self.member, needed)


@dataclass(frozen=True, eq=False, kw_only=True)
class MixDriver(Driver):
    """The share of a ratio's denominators that is moved from the `worst` member to the `best`."""

    worst: str
    best: str

    @property
    def kind(self) -> DriverKind:
        return "mix"

    def ranges(self, forecast: GoalForecast) -> ChangeRanges:
        """Of a goal that asks for less, what is moved is taken away: both ends change place and sign."""
        if forecast.question.goal.comparison == "at_most":
            return self._ranges(-forecast.headroom, -forecast.shortfall)
        return super().ranges(forecast)

    def decreases(self, comparison: Comparison) -> bool:
        return False

    def median_at(self, limit: Exact, forecast: GoalForecast) -> float | None:
        falls = forecast.question.goal.comparison == "at_most"
        return forecast.median_with(-limit if falls else limit)

    def sentence(self, forecast: GoalForecast, figures: Figures) -> str:
        return wording.mix_change(self.worst, self.best, figures)

    def sentence_at_limit(self, forecast: GoalForecast, needed: Decimal) -> str:
        return wording.mix_at_limit(self.worst, self.best)


class DenominatorDriver(Driver):
    """What a ratio is divided by, with the same numerator."""

    @property
    def kind(self) -> DriverKind:
        return "denominator"

    def ranges(self, forecast: GoalForecast) -> ChangeRanges:
        """What has to be added to the denominator, and what may be.

        N ÷ (D + v) is at least T where v is at most N ÷ T − D, for N and T above 0.
        """
        final, denominator = forecast.final, forecast.denominator
        low = (forecast.shortfall + final) / denominator
        high = (forecast.headroom + final) / denominator
        with np.errstate(divide="ignore", invalid="ignore"):
            least = np.where(np.isposinf(high), -np.inf, final / high - denominator)
            most = np.where(np.isneginf(low), np.inf, final / low - denominator)
        return self._ranges(least, most)

    def decreases(self, comparison: Comparison) -> bool:
        return comparison != "at_most"

    def median_at(self, limit: Exact, forecast: GoalForecast) -> float | None:
        return forecast.median_with(0.0, to_denominator=limit)

    def sentence(self, forecast: GoalForecast, figures: Figures) -> str:
        return wording.denominator_change(forecast.goal, self.unit, figures)

    def sentence_at_limit(self, forecast: GoalForecast, needed: Decimal) -> str:
        return wording.denominator_at_limit()
