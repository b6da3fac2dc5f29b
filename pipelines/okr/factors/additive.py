"""KPIs that add up over their members (flows and stocks): a member's part is its own change."""

from collections.abc import Mapping
from fractions import Fraction

from pipelines.okr.factors.apportion import Path

NONE = Fraction()


def changes(now: Mapping[Path, Fraction], before: Mapping[Path, Fraction]) -> dict[Path, Fraction]:
    """Each member's change; who is in one of the periods only had nothing in the other."""
    return {
        member: now.get(member, NONE) - before.get(member, NONE) for member in {**now, **before}
    }
