"""What came in each currency, and what its exchange rate did."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.okr.factors.amounts import Amount, total
from pipelines.okr.factors.currency import currency_effects, mean_rates, valued
from pipelines.okr.factors.decomposition import ComparedAmounts, decompose
from pipelines.okr.factors.member_changes import UndefinedRatioError

VALUE, NUMERATOR = frozenset({"value"}), frozenset({"numerator"})
BOTH = frozenset({"numerator", "denominator"})


def exact(rates):
    return {currency: Fraction(rate) for currency, rate in rates.items()}


def plain(own):
    return {path: Amount(Fraction(amount)) for path, amount in own.items()}


def ratio(own):
    return {path: Amount(Fraction(upper), Fraction(lower)) for path, (upper, lower) in own.items()}


def at(own, rates, before, sides=VALUE):
    """The amounts as they were converted, and at the mean of both periods' rates."""
    return valued(own, rates, sides), valued(own, mean_rates(rates, before), sides)


def test_a_flow_worked_out_by_hand():
    """EUR 100 at 1.10 becomes EUR 120 at 1.20: 110 to 144 USD.

    20 more at the mean rate of 1.15 are 23; the mean amount of 110 is worth 11 more at today's rate than
    at the previous one. USD stands still; GBP is new, and its rate is the only one that is known.
    """
    rates, earlier = exact({"EUR": "1.2", "USD": 1, "GBP": "1.3"}), exact({"EUR": "1.1", "USD": 1})
    now, now_at_mean = at(
        plain({("EUR", "EUR"): 120, ("USD", "USD"): 50, ("GBP", "GBP"): 10}), rates, earlier
    )
    before, before_at_mean = at(plain({("EUR", "EUR"): 100, ("USD", "USD"): 50}), earlier, rates)
    assert (now["EUR",].value, before["EUR",].value) == (144, 110)
    assert now_at_mean["EUR",].value - before_at_mean["EUR",].value == 23
    gbp = Amount(Fraction(0))
    effects = currency_effects(
        now, before | {("GBP",): gbp}, now_at_mean, before_at_mean | {("GBP",): gbp}
    )
    assert effects == {("EUR",): 11, ("USD",): 0, ("GBP",): 0}


def test_a_product_loses_its_currency_effect_too():
    """Widgets for EUR 100 and USD 100 in both months, gadgets for USD 50, while the euro falls from 1.2 to 1.0."""
    own = plain({("widget", "EUR"): 100, ("widget", "USD"): 100, ("gadget", "USD"): 50})
    rates, earlier = exact({"EUR": 1, "USD": 1}), exact({"EUR": "1.2", "USD": 1})
    now, now_at_mean = at(own, rates, earlier)
    before, before_at_mean = at(own, earlier, rates)
    compared = ComparedAmounts(
        total(now).value,
        total(before).value,
        {("product",): (now, before)},
        at_mean_rates={("product",): (now_at_mean, before_at_mean)},
    )
    parts = {(part.member, part.effect): part.units for part in decompose(compared, 0)}
    assert parts == {
        ("total", "change"): -20,
        ("widget", "change"): 0,
        ("widget", "currency"): -20,
        ("gadget", "change"): 0,
    }


def test_a_ratio_whose_numerator_is_money_worked_out_by_hand():
    """The value of 4 orders for EUR 100, then of 5 for EUR 150, while the euro goes from 1.0 to 1.2.

    Beside them 6 orders for 60 dollars, then 5 for 50. 160 / 10 = 16 becomes 230 / 10 = 23. At 1.1 the
    euros are 165 and 110, the ratios 21.5 and 17: the members did 4.5. Of the 2.5 that are left, 15 / 10
    is of now and 10 / 10 of then: halves of what the rate did to each period.
    """
    rates, earlier = exact({"EUR": "1.2", "USD": 1}), exact({"EUR": 1, "USD": 1})
    own_now = ratio({("EUR", "EUR"): (150, 5), ("USD", "USD"): (50, 5)})
    own_before = ratio({("EUR", "EUR"): (100, 4), ("USD", "USD"): (60, 6)})
    now, now_at_mean = at(own_now, rates, earlier, NUMERATOR)
    before, before_at_mean = at(own_before, earlier, rates, NUMERATOR)
    assert (total(now).value, total(before).value) == (23, 16)
    assert (total(now_at_mean).value, total(before_at_mean).value) == (Fraction("21.5"), 17)
    effects = currency_effects(now, before, now_at_mean, before_at_mean)
    assert effects == {("EUR",): Fraction("2.5"), ("USD",): 0}


def test_a_rate_does_nothing_to_a_ratio_of_one_currency_to_itself():
    """A return of 4 on ads in euros is 4 in dollars, whatever the euro is worth."""
    rates, earlier = exact({"EUR": "1.4"}), exact({"EUR": "0.7"})
    own = ratio({("search", "EUR"): (40, 10)})
    now, now_at_mean = at(own, rates, earlier, BOTH)
    before, before_at_mean = at(own, earlier, rates, BOTH)
    assert total(now).value == 4
    assert currency_effects(now, before, now_at_mean, before_at_mean) == {("search",): 0}


def test_the_mean_rate_of_a_currency_that_comes_or_goes_is_the_one_that_is_known():
    rates = mean_rates(exact({"EUR": 1, "GBP": 2}), exact({"EUR": 2, "ISK": 3}))
    assert rates == exact({"EUR": "1.5", "GBP": 2, "ISK": 3})


currencies = ["EUR", "GBP", "JPY", "USD"]
paths = st.tuples(st.sampled_from("abc"), st.sampled_from(currencies))
rates_of_all = st.fixed_dictionaries(
    {currency: st.fractions("0.01", 100, max_denominator=100) for currency in currencies}
)
numbers = st.fractions(-1_000, 1_000, max_denominator=100)
flows = st.dictionaries(paths, st.builds(Amount, numbers))
ratios = st.dictionaries(
    paths, st.builds(Amount, numbers, st.fractions(0, 1_000, max_denominator=100)), min_size=1
)


@given(flows, flows, rates_of_all, rates_of_all)
def test_of_a_currency_it_is_the_mean_amount_times_the_change_of_its_rate(
    own_now, own_before, rates, earlier
):
    by_currency = [
        {(currency, currency): Amount(sum((a.numerator for (_, c), a in own.items() if c == currency), Fraction()))
         for currency in currencies}
        for own in (own_now, own_before)
    ]  # fmt: skip
    now, now_at_mean = at(by_currency[0], rates, earlier)
    before, before_at_mean = at(by_currency[1], earlier, rates)
    effects = currency_effects(now, before, now_at_mean, before_at_mean)
    for currency in currencies:
        mean = sum(side[currency, currency].numerator for side in by_currency) / 2
        assert effects[currency,] == mean * (rates[currency] - earlier[currency])


@pytest.mark.parametrize(
    ("sides", "amounts"), [(VALUE, flows), (NUMERATOR, ratios), (BOTH, ratios)]
)
@settings(max_examples=20)
@given(st.data(), rates_of_all, rates_of_all, st.fractions("0.5", 2, max_denominator=10))
def test_they_are_the_change_less_that_at_the_mean_rates(
    sides, amounts, data, rates, earlier, noise
):
    """Also where amounts came at other rates than the period's, which is what `noise` stands for."""
    own_now, own_before = data.draw(amounts), data.draw(amounts)
    now, now_at_mean = at(own_now, rates, earlier, sides)
    before, before_at_mean = at(own_before, earlier, rates, sides)
    now = {path: amount.scaled(noise) for path, amount in now.items()}
    books = now, before, now_at_mean, before_at_mean
    values = [whole.value if (whole := total(book)) else Fraction() for book in books]
    if None in values:
        with pytest.raises(UndefinedRatioError):
            currency_effects(*books)
        return
    effects = currency_effects(*books)
    assert sum(effects.values()) == values[0] - values[1] - (values[2] - values[3])
    reversed_effects = currency_effects(before, now, before_at_mean, now_at_mean)
    assert reversed_effects == {member: -effect for member, effect in effects.items()}
