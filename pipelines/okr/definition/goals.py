"""The number a key result asks for, apart from what it is asked of."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from pipelines.okr.definition.definitions import KeyResult
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.numbers import figure, rounded, shown

Comparison = Literal["at_least", "at_most", "between"]


@dataclass(frozen=True, slots=True)
class Goal:
    """At least `low`, at most `high`, or between both; in the KPI's unit, ends included."""

    comparison: Comparison
    low: Decimal | None = None
    high: Decimal | None = None

    @property
    def target(self) -> Decimal | None:
        """The one number to reach or not to exceed; a band has two and gives None."""
        if self.comparison == "between":
            return None
        return self.low if self.comparison == "at_least" else self.high

    @property
    def band(self) -> tuple[Decimal, Decimal]:
        """Both ends of a `between`."""
        assert self.low is not None, "a band has two ends"
        assert self.high is not None, "a band has two ends"
        return self.low, self.high

    @property
    def ends(self) -> tuple[Decimal, ...]:
        """The numbers it has: one, or both of a `between`."""
        return tuple(end for end in (self.low, self.high) if end is not None)

    def places(self, kpi: Kpi) -> int:
        return kpi.places_for(self.low, self.high)

    def shown(self, amount: Decimal, kpi: Kpi) -> Decimal:
        """An amount of the KPI as it is published: what misses the goal never looks as if it met it."""
        return shown(amount, self.places(kpi), at_least=self.low, at_most=self.high)

    def gap(self, amount: Decimal) -> Decimal:
        """How far an amount is from meeting the goal; below 0 is what it has to spare."""
        gaps = [] if self.low is None else [self.low - amount]
        return max(gaps if self.high is None else [*gaps, amount - self.high])

    def pro_rated(self, share: Decimal, places: int) -> "Goal":
        """The goal for a part of its days, to the nearest number with these decimals."""
        low = None if self.low is None else rounded(self.low * share, places)
        high = None if self.high is None else rounded(self.high * share, places)
        return replace(self, low=low, high=high)

    def text(self, unit: str) -> str:
        """Such as `at least 2,000,000 USD`."""
        if self.comparison == "between":
            low, high = self.band
            return f"between {figure(low, unit)} and {figure(high, unit)}"
        assert self.target is not None
        return f"{self.comparison.replace('_', ' ')} {figure(self.target, unit)}"


def goal_of(result: KeyResult) -> Goal:
    """The goal of a key result that is no milestone."""
    if result.at_least is not None:
        return Goal("at_least", low=result.at_least)
    if result.at_most is not None:
        return Goal("at_most", high=result.at_most)
    assert result.between is not None, "the model requires one goal"
    return Goal("between", low=result.between[0], high=result.between[1])


def goal_in_words(result: KeyResult, unit: str) -> str:
    """The whole goal: number, filter, window and members; `done` for a milestone."""
    if result.milestone is not None:
        return "done"
    words = [goal_of(result).text(unit)]
    if result.where:
        members = ", ".join(f"{name} {member}" for name, member in result.where.items())
        words.append(f"({members})")
    if result.per:
        words.append(f"per {result.per}")
    if result.over:
        words.append(f"over the latest {result.over}")
    if result.for_each:
        words.append(f"for {each_in_words(result)}")
    return " ".join(words)


def each_in_words(result: KeyResult) -> str:
    """Who is asked by `for_each`: `each sales_rep`, with the names where the file lists them and may name them."""
    each = f"each {result.for_each}"
    if result.members is None:
        return each
    listed = ", ".join(result.members) if result.name_members else f"{len(result.members)} of them"
    return f"{each} ({listed})"
