"""The status of a goal from its score and its pace (docs/okr-semantics.md, Pace and status)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, get_args

from pipelines.okr.kpi.numbers import ONE

_TOLERANCE = Decimal("1e-12")
"""Shares such as a third are rounded: a score that is behind by less than this is not behind."""

_ROUNDING = Decimal("1e-40")
"""How far the rounding of thirds at 60 digits may take a share below a bar that it meets."""

Commitment = Literal["committed", "aspirational"]
"""Whether all of the target is expected, or a share of it is enough."""
Status = Literal["achieved", "on_track", "at_risk", "off_track", "missed", "no_data", "not_started"]
STATUSES: tuple[Status, ...] = get_args(Status)
"""The best first; the last two are of goals that could not be judged."""
SETTLED_STATUSES = ("achieved", "missed")
PACE_STATUSES = ("on_track", "at_risk", "off_track")
GOOD_STATUSES = ("achieved", "on_track")


@dataclass(frozen=True, slots=True)
class Policy:
    """The thresholds, all of them shares.

    `likely`: the probability from which a goal is on track; `unlikely`: the one below which it is off track.
    `at_risk_from`: the share of the expected score below which a goal is off track.
    `aspirational_bar`: the share of its target with which an aspirational goal is achieved, and the score with which
    an aspirational objective is. `committed_bar`: the score with which a committed objective is achieved.
    `committed_met_in` and `aspirational_met_in`: the share of its windows in which a goal per window has to be met
    where its file does not say it.
    """

    likely: Decimal = Decimal("0.7")
    unlikely: Decimal = Decimal("0.3")
    at_risk_from: Decimal = Decimal("0.7")
    aspirational_bar: Decimal = Decimal("0.7")
    committed_bar: Decimal = Decimal("0.9")
    committed_met_in: Decimal = Decimal("0.9")
    aspirational_met_in: Decimal = Decimal("0.7")

    def bar(self, commitment: Commitment) -> Decimal:
        """The share of the target that is enough for a key result."""
        return self.aspirational_bar if commitment == "aspirational" else ONE

    def objective_bar(self, commitment: Commitment) -> Decimal:
        """The score that is enough for an objective."""
        return self.aspirational_bar if commitment == "aspirational" else self.committed_bar

    def met_in(self, commitment: Commitment) -> Decimal:
        """The share of its windows in which a goal per window has to be met."""
        return self.aspirational_met_in if commitment == "aspirational" else self.committed_met_in


def by_odds(pace: Status, probability: Decimal | None, policy: Policy) -> Status:
    """The status before the deadline from the probability; that of the pace without one.

    A probability of exactly 0 or 1 says that nothing to come can change it.
    """
    if probability is None or pace not in PACE_STATUSES:
        return pace
    if probability in (0, 1):
        return "achieved" if probability else "missed"
    if probability >= policy.likely:
        return "on_track"
    return "at_risk" if probability >= policy.unlikely else "off_track"


def by_pace(score: Decimal, expected: Decimal, bar: Decimal, policy: Policy) -> Status:
    """The status before the deadline, from the score against the expected share of what is enough.

    An aspirational goal that ends at its bar is achieved. So it is on track as long as it is heading for its bar.
    """
    enough = expected * bar - _TOLERANCE
    if score >= enough:
        return "on_track"
    return "at_risk" if score >= enough * policy.at_risk_from else "off_track"


def within(status: Status, worst: Status, best: Status) -> Status:
    """The status, or the nearest one that is no better than `best` and no worse than `worst`."""
    rank = min(max(STATUSES.index(status), STATUSES.index(best)), STATUSES.index(worst))
    return STATUSES[rank]


def so_far(status: Status) -> Status:
    """The status that a decided part gives to a whole that is still open."""
    return {"achieved": "on_track", "missed": "off_track"}.get(status, status)  # type: ignore[return-value]


def meets(attained: Decimal, bar: Decimal) -> bool:
    """Whether a share of a goal is at the bar or above it."""
    return attained >= bar - _ROUNDING


def at_deadline(attained: Decimal, bar: Decimal) -> Status:
    """The status after the deadline."""
    return "achieved" if meets(attained, bar) else "missed"
