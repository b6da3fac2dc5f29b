"""Members in several currencies: what they brought themselves, and what the exchange rates did.

A change in the reporting currency has two parts. Both periods are valued at the mean of both periods' rates;
what changes then is the members' own, and is split as any change is. The rest is the currency effect:

    V − V' = (W − W') + [(V − W) − (V' − W')]        V as converted, W at the mean rates, ' the other period

For an amount N that was converted at e and e', the effect is the mean of both amounts times the change of the
rate: (N + N')/2 · (e − e'). For a ratio, (V − W) is a change of the ratio from W to V, split over the members as
`member_changes` does it. Swapping the periods changes every sign.

The rate of a currency in a period is that at which its amounts were converted, weighted by their sizes:
Σ|V| ÷ Σ|N|. It lies between the lowest and the highest rate of the days, also where sales and refunds nearly
cancel out.
"""

from collections.abc import Mapping, Set
from fractions import Fraction

from pipelines.okr.factors.amounts import NOTHING, Amount, Amounts, added_up
from pipelines.okr.factors.apportion import Path
from pipelines.okr.factors.member_changes import member_changes
from pipelines.okr.kpi.kinds import Side

Rates = Mapping[str, Fraction]
"""What one unit of each currency was worth in a period."""

ONE = Fraction(1)


def mean_rates(now: Rates, before: Rates) -> dict[str, Fraction]:
    """The mean of both periods' rates; a rate that is known in one of them only counts for both."""
    return {
        currency: (now.get(currency, rate) + before.get(currency, rate)) / 2
        for currency, rate in {**before, **now}.items()
    }


def valued(own: Amounts, rates: Rates, sides: Set[Side]) -> dict[Path, Amount]:
    """Amounts in their own currencies, the last step of each path, as amounts of the members at `rates`.

    `sides` are those that are money. A currency without a rate has only amounts of 0.
    """

    def in_reporting_currency(amount: Amount, rate: Fraction) -> Amount:
        numerator = amount.numerator * (rate if sides - {"denominator"} else ONE)
        if amount.denominator is None or "denominator" not in sides:
            return Amount(numerator, amount.denominator)
        return Amount(numerator, amount.denominator * rate)

    return added_up(
        (tuple(member), in_reporting_currency(amount, rates.get(currency, ONE)))
        for (*member, currency), amount in own.items()
    )


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
