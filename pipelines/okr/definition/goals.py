"""The number a key result asks for, apart from what it is asked of."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from pipelines.okr.definition.definitions import KeyResult
from pipelines.okr.definition.field_types import KpiTarget, MemberTargets
from pipelines.okr.kpi.filters import in_words
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.numbers import figure, rounded, shown

Comparison = Literal["at_least", "at_most", "between"]
MOST_NAMED = 6
"""How many members with targets of their own a sentence names."""


@dataclass(frozen=True, slots=True)
class Goal:
    """At least `low`, at most `high`, or between both; in the KPI's unit, ends included.

    An end that another KPI gives has that KPI's name in `low_from` or `high_from`. It is None while it is not known.
    """

    comparison: Comparison
    low: Decimal | None = None
    high: Decimal | None = None
    low_from: str = ""
    high_from: str = ""

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
        """Such as `at least 2,000,000 USD`, or `at least 2,000,000 USD (budget)` where a KPI says so."""
        low, high = (
            _end_in_words(*end, unit)
            for end in ((self.low, self.low_from), (self.high, self.high_from))
        )
        if self.comparison == "between":
            return f"between {low} and {high}"
        return f"{self.comparison.replace('_', ' ')} {low or high}"


def _end_in_words(end: Decimal | None, source: str, unit: str) -> str:
    if end is None:
        return source
    return f"{figure(end, unit)} ({source})" if source else figure(end, unit)


def goal_of(result: KeyResult, member: str | None = None) -> Goal:
    """The goal of a key result that is no milestone, as far as its file says it; of one member where each has its own.

    What another KPI gives is not known here.
    """
    if result.at_least is not None:
        return Goal(
            "at_least",
            low=_written(result.at_least, member),
            low_from=_source(result.at_least, member),
        )
    if result.at_most is not None:
        return Goal(
            "at_most",
            high=_written(result.at_most, member),
            high_from=_source(result.at_most, member),
        )
    assert result.between is not None, "the model requires one goal"
    low, high = result.between
    return Goal("between", _written(low), _written(high), _source(low), _source(high))


def _written(end: Decimal | KpiTarget | MemberTargets, member: str | None = None) -> Decimal | None:
    if isinstance(end, MemberTargets):
        return None if member is None else end.of(member)
    return end if isinstance(end, Decimal) else None


def _source(end: Decimal | KpiTarget | MemberTargets, member: str | None = None) -> str:
    if isinstance(end, MemberTargets):
        return "" if member is not None else "a target of its own"
    return str(end) if isinstance(end, KpiTarget) else ""


def targets_in_words(result: KeyResult, unit: str) -> str:
    """The targets of the members, where each has its own and may be named: `north 7 deals, south 5 deals`."""
    targets = result.member_targets
    if targets is None or not result.name_members:
        return ""
    named = [f"{name} {figure(target, unit)}" for name, target in targets.pairs[:MOST_NAMED]]
    more = len(targets.pairs) - MOST_NAMED
    return ", ".join([*named, f"and {more} more"] if more > 0 else named)


def goal_in_words(result: KeyResult, unit: str, goal: Goal | None = None) -> str:
    """The whole goal: number, filter, window and members; `done` for a milestone.

    `goal` has the numbers that another KPI gives, where they are known.
    """
    if result.milestone is not None:
        return "done"
    words = [(goal or goal_of(result)).text(unit)]
    if own := targets_in_words(result, unit):
        words.append(f"({own})")
    if result.where:
        words.append(f"({', '.join(in_words(result.where))})")
    if result.per:
        words.append(f"per {result.per}")
    if result.over:
        words.append(f"over the latest {result.over}")
    if result.for_each:
        words.append(f"for {each_in_words(result)}")
    return " ".join(words)


def each_in_words(result: KeyResult) -> str:
    """Who is asked by `for_each`: `each sales_rep`, with the names where the file lists them and may name them."""
    who = f"each {result.for_each}"
    if result.members is None:
        return who
    listed = ", ".join(result.members) if result.name_members else f"{len(result.members)} of them"
    return f"{who} ({listed})"
