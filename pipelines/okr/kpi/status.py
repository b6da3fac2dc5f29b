"""The status of a goal from its score and its pace (docs/okr-semantics.md, Pace and status)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pipelines.okr.kpi.numbers import ONE

_HAIR = Decimal("1e-12")
"""A third of a goal has endless decimals: what is in step is not behind by the last of them."""

Commitment = Literal["committed", "aspirational"]
"""Whether all of the target is expected, or a share of it is enough."""
Status = Literal["not_started", "no_data", "on_track", "at_risk", "off_track", "achieved", "missed"]


@dataclass(frozen=True, slots=True)
class Policy:
    """The thresholds, all shares but the last.

    `likely`, `unlikely`: the probability from which a goal is on track, and below which off track.
    `at_risk_from`: the share of the expected score below which a goal is off track.
    `aspirational_bar`: the share of the target that counts as achieved for an aspirational one.
    `absent_after_days`: after so many days without data a member is taken to have left.
    """

    likely: Decimal = Decimal("0.7")
    unlikely: Decimal = Decimal("0.3")
    at_risk_from: Decimal = Decimal("0.7")
    aspirational_bar: Decimal = Decimal("0.7")
    absent_after_days: int = 31

    def bar(self, commitment: Commitment) -> Decimal:
        """The share of the target that is enough."""
        return self.aspirational_bar if commitment == "aspirational" else ONE


def by_odds(pace: Status, probability: Decimal | None, policy: Policy) -> Status:
    """The status before the deadline from the probability; that of the pace without one."""
    if probability is None or pace not in ("on_track", "at_risk", "off_track"):
        return pace
    if probability >= policy.likely:
        return "on_track"
    return "at_risk" if probability >= policy.unlikely else "off_track"


def by_pace(score: Decimal, expected: Decimal, bar: Decimal, policy: Policy) -> Status:
    """The status before the deadline, from the score against the expected share of what is enough.

    An aspirational goal that ends at its bar is achieved, so it is on track along the way there.
    """
    enough = expected * bar - _HAIR
    if score >= enough:
        return "on_track"
    return "at_risk" if score >= enough * policy.at_risk_from else "off_track"


def at_deadline(attained: Decimal, bar: Decimal) -> Status:
    """The status after the deadline: hitting the bar exactly is achieving it."""
    return "achieved" if attained >= bar else "missed"
