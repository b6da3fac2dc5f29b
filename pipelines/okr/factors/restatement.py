"""Restated history: what came from the business, and what from a past that is believed otherwise now.

Between what was published of the compared period and what is known of it today lies a change that no
day of this period brought. Told apart, the change against the old belief is

    now − then believed = (now − now known) + (now known − then believed)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from pipelines.okr.factors.additive import changes
from pipelines.okr.factors.apportion import Path


@dataclass(frozen=True, slots=True)
class RestatedChange:
    """A member's change against what is known today of the compared period, and how that was restated."""

    change: Fraction
    restatement: Fraction


def restated_changes(
    now: Mapping[Path, Fraction],
    known_today: Mapping[Path, Fraction],
    believed_then: Mapping[Path, Fraction],
) -> dict[Path, RestatedChange]:
    """Each member's part in the change of an additive KPI against what was believed at first.

    Args:
        now: the members' amounts in the period.
        known_today: their amounts in the compared period, as known today.
        believed_then: the same, as they were published at the earlier known time.
    """
    own, restated = changes(now, known_today), changes(known_today, believed_then)
    return {
        member: RestatedChange(own.get(member, Fraction()), restated.get(member, Fraction()))
        for member in {**own, **restated}
    }
