"""What each member brought between two states of one whole, whatever made the one of the other."""

from fractions import Fraction

from pipelines.okr.factors.additive import changes
from pipelines.okr.factors.amounts import Amounts, is_ratio
from pipelines.okr.factors.apportion import Path
from pipelines.okr.factors.mix_rate import mix_and_rate


def member_changes(now: Amounts, before: Amounts) -> dict[Path, Fraction]:
    """Each member's part, by its own amount, or of a ratio by what it has in the whole; they sum to all of it.

    Raises:
        UndefinedRatioError: if the denominators of a side sum to 0.
    """
    if is_ratio(now) or is_ratio(before):
        return {member: effect.both for member, effect in mix_and_rate(now, before).items()}
    return amount_changes(now, before)


def amount_changes(now: Amounts, before: Amounts) -> dict[Path, Fraction]:
    """Each member's change of its own amount."""
    upper, earlier = (
        {member: one.numerator for member, one in side.items()} for side in (now, before)
    )
    return changes(upper, earlier)
