"""What came in each currency, and what its exchange rate did."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from pipelines.okr.factors.currency import Converted, currency_effects

converted = st.builds(
    Converted,
    st.fractions(-1_000, 1_000, max_denominator=100),
    st.fractions("0.01", 100, max_denominator=100),
)
books = st.dictionaries(st.sampled_from(["USD", "EUR", "GBP", "JPY"]), converted)


def of(amount, rate):
    return Converted(Fraction(amount), Fraction(rate))


def test_a_case_worked_out_by_hand():
    """EUR 100 at 1.10 becomes EUR 120 at 1.20: 110 to 144 USD.

    20 more at the mean rate of 1.15 are 23; the mean amount of 110 is worth 11 more at today's rate than
    at the previous one. USD stands still; GBP is new, and its rate is the only one that is known.
    """
    now = {"EUR": of(120, "1.2"), "USD": of(50, 1), "GBP": of(10, "1.3")}
    before = {"EUR": of(100, "1.1"), "USD": of(50, 1)}
    split = currency_effects(now, before)
    assert (split["EUR"].change, split["EUR"].currency) == (23, 11)
    assert (split["USD"].change, split["USD"].currency) == (0, 0)
    assert (split["GBP"].change, split["GBP"].currency) == (13, 0)


@given(books, books)
def test_they_sum_to_the_change_of_the_converted_total(now, before):
    split = currency_effects(now, before)
    value, previous = (
        sum(one.amount * one.rate for one in book.values()) for book in (now, before)
    )
    assert sum(one.change + one.currency for one in split.values()) == value - previous


@given(books, books)
def test_turning_the_periods_round_turns_every_sign(now, before):
    back = currency_effects(before, now)
    for name, one in currency_effects(now, before).items():
        assert (one.change, one.currency) == (-back[name].change, -back[name].currency)
