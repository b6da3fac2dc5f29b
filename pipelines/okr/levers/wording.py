"""A lever in one plain sentence: what it takes, or how far it can go."""

from dataclasses import dataclass
from decimal import Decimal

from pipelines.okr.kpi.facts import TOTAL
from pipelines.okr.kpi.kpi import PERCENT, Kpi
from pipelines.okr.kpi.numbers import ZERO, figure, percentage
from pipelines.okr.odds.open_goals import OpenGoal


@dataclass(frozen=True, slots=True)
class Figures:
    """A change of a driver as it is published: where it stands, where it has to stand, and the difference.

    `share` is the change over what the driver brings anyway, None where it brings nothing.
    """

    now: Decimal
    needed: Decimal
    change: Decimal
    share: Decimal | None


def rate_change(goal: OpenGoal, member: str, unit: str, figures: Figures) -> str:
    """How much more a KPI or its member has to bring, and what that is a day."""
    kpi = goal.question.view.kpi
    who = "" if member == TOTAL else f"{member}: "
    relative = _relative(figures.share)
    present = _rate(figures.now, kpi, PERCENT if kpi.unit == PERCENT else "")
    if kpi.behaviour.is_quotient:
        when = "a head and day" if kpi.accumulates else "from here on"
        return f"{who}{_rate(figures.needed, kpi, unit)} {when} instead of {present}{relative}"
    amount = _amount(figures.change, unit)
    if kpi.behaviour.is_level:
        # what a level gains or loses a day is nothing that a person can be asked for
        return f"{who}{amount} than forecast by {goal.end}"
    at = _rate(figures.needed, kpi, "")
    if kpi.behaviour.reported_by_period and goal.window is not None:
        return f"{who}{amount} in {goal.window.label}, {at} instead of {present}{relative}"
    return f"{who}{amount} by {goal.end}, {at} a day instead of {present}{relative}"


def mix_change(worst: str, best: str, figures: Figures) -> str:
    left = f"{figure(figures.needed, PERCENT)} of {figure(figures.now, PERCENT)}"
    moved = figure(abs(figures.change), PERCENT)
    return f"{moved} moved from {worst}, which keeps {left}, to {best}"


def denominator_change(goal: OpenGoal, unit: str, figures: Figures) -> str:
    amount, relative = _amount(figures.change, unit), _relative(figures.share)
    return f"{amount} in the denominator by {goal.end}, the same above it{relative}"


def rate_at_limit(kpi: Kpi, member: str, rate: Decimal) -> str:
    if kpi.behaviour.is_level:
        return f"Even with nothing left{_of(member)}"
    if rate == ZERO:
        return f"Even with nothing more{_of(member)}"
    return f"Even with {_rate(rate, kpi, kpi.unit)}{_of(member)} from here on"


def mix_at_limit(worst: str, best: str) -> str:
    return f"Even with all of {worst} moved to {best}"


def denominator_at_limit() -> str:
    return "Even with nothing more to divide by"


def with_outcome(sentence: str, outcome: Decimal | None, unit: str) -> str:
    """The sentence, and what the KPI would come to."""
    return sentence if outcome is None else f"{sentence} it would come to {figure(outcome, unit)}"


def without_limit(member: str) -> str:
    """No change is enough, however large: the odds have too poor a record, or a band is too narrow."""
    return f"No change{_of(member)} alone is enough"


def with_odds(sentence: str, odds: Decimal | None) -> str:
    return f"{sentence}." if odds is None else f"{sentence}: then the odds are {percentage(odds)}."


def _amount(change: Decimal, unit: str) -> str:
    return f"{figure(abs(change), unit)} {'more' if change > 0 else 'less'}"


def _relative(share: Decimal | None) -> str:
    return "" if share is None else f" ({'+' if share > 0 else '-'}{percentage(abs(share))})"


def _of(member: str) -> str:
    return "" if member == TOTAL else f" of {member}"


def _rate(rate: Decimal, kpi: Kpi, unit: str) -> str:
    places = None if kpi.behaviour.is_amount else kpi.precision
    return figure(rate if places is not None else rate.normalize(), unit, places)
