"""Members in currencies of their own: what they brought, and what only the exchange rates did.

A change in the reporting currency has two parts. Both periods are valued at the mean of both periods' rates,
so that what is left between them is the members' own, and is split as any change is. The rest is the currency
effect, member by member:

    V − V' = (W − W') + [(V − W) − (V' − W')]        V as converted, W at the mean rates, ' the other period

For an amount N that was converted at e and e', it is the mean of both amounts times the change of the rate:
(N + N')/2 · (e − e'). For a ratio, (V − W) is a change of the ratio from W to V, split over the members as
`member_changes` does it. Turning the periods round turns every sign.

A currency is worth in a period what its amounts were converted at, weighted by their sizes: Σ|V| ÷ Σ|N|. That
is between the lowest and the highest rate of its days, also where sales and refunds nearly cancel out.
"""

from collections.abc import Mapping, Set
from fractions import Fraction

from pipelines.okr.factors.amounts import NOTHING, Amount, Amounts
from pipelines.okr.factors.apportion import Path
from pipelines.okr.factors.member_changes import member_changes
from pipelines.okr.kpi.kinds import Side

Rates = Mapping[str, Fraction]
"""What one unit of each currency was worth in a period."""

ONE = Fraction(1)


def mean_rates(now: Rates, before: Rates) -> dict[str, Fraction]:
    """The mean of both periods' rates; one that is known in one of them only is taken for both."""
    return {
        currency: (both.get(currency, rate) + rate) / 2
        for one, both in ((before, now), (now, before))
        for currency, rate in one.items()
    }


def valued(own: Amounts, rates: Rates, sides: Set[Side]) -> dict[Path, Amount]:
    """Amounts in their own currencies, the last step of each path, as amounts of the members at `rates`.

    `sides` are those that are money. A currency without a rate has only amounts of 0.
    """
    found: dict[Path, Amount] = {}
    for (*members, currency), amount in own.items():
        member, rate = tuple(members), rates.get(currency, ONE)
        upper = amount.numerator * (rate if sides - {"denominator"} else ONE)
        lower = amount.denominator
        if lower is not None and "denominator" in sides:
            lower *= rate
        known = found.get(member)
        if known is not None:
            upper += known.numerator
            lower = None if lower is None else lower + (known.denominator or NOTHING)
        found[member] = Amount(upper, lower)
    return found


def currency_effects(
    now: Amounts, before: Amounts, now_at_mean: Amounts, before_at_mean: Amounts
) -> dict[Path, Fraction]:
    """What the exchange rates brought to each member; with the change at the mean rates it is the change.

    Raises:
        UndefinedRatioError: if the denominators of a side sum to 0.
    """
    # what each member has in the whole as it was converted, beyond the whole at the mean rates
    own, earlier = member_changes(now, now_at_mean), member_changes(before, before_at_mean)
    return {
        member: own.get(member, NOTHING) - earlier.get(member, NOTHING)
        for member in {**own, **earlier}
    }
