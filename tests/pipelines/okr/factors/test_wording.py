"""A change and its largest parts in one sentence."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from pipelines.okr.factors.decomposition import ComparedAmounts, decompose
from pipelines.okr.factors.wording import (
    days_text,
    period_text,
    sentence,
    signed,
    target_text,
)
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.periods import cut_alike, parse_period, previous, year_before

UNITS = Kpi("units_sold", "flow", "pieces", dimensions=("product",))
REVENUE = Kpi("revenue", "flow", "USD", precision=2, dimensions=("product",))
RATE = Kpi("engagement_rate", "ratio", "percent", precision=4, dimensions=("channel",))
LIKES = Kpi("likes", "stock", "people")
VISITORS = Kpi("visitors", "distinct", "visitors")


def said(kpi, now, before, *, values=None, called="October", rates=({}, {}), **more):
    value, previous_value = values or (
        sum(amount.numerator for amount in now.values()),
        sum(amount.numerator for amount in before.values()),
    )
    dimension = kpi.dimensions[0] if kpi.dimensions else "d"
    compared = ComparedAmounts(value, previous_value, {(dimension,): (now, before)}, **more)
    return sentence(kpi, kpi.precision, decompose(compared, kpi.precision), called, rates)


def test_the_change_and_its_members(plain):
    now = plain(widget=19_100, thingamajig=13_300)
    before = plain(widget=10_000, thingamajig=10_000)
    assert said(UNITS, now, before) == (
        "+12,400 pieces on October: widget +9,100, thingamajig +3,300."
    )


def test_members_beyond_the_third_are_told_together_and_the_figures_add_up(plain):
    before = plain(a=0, b=0, c=0, d=0, e=0)
    now = plain(a=50, b=-40, c=30, d=20, e=-15)
    assert said(UNITS, now, before) == "+45 pieces on October: a +50, b -40, c +30, 2 others +5."
    del now[("e",)]
    assert said(UNITS, now, before) == "+60 pieces on October: a +50, b -40, c +30, d +20."


def test_a_fall_in_money(plain):
    assert said(REVENUE, plain(a="10.50", b=3), plain(a="1510.75", b=2)) == (
        "-1,499.25 USD on October: a -1,500.25, b +1."
    )


def test_a_share_changes_by_points(ratios):
    """−2.5 points, as worked out in test_member_changes."""
    now, before = ratios(a=(15, 150), b=(20, 50)), ratios(a=(10, 100), b=(30, 100))
    values = Fraction("0.175"), Fraction("0.2")
    assert said(RATE, now, before, values=values) == (
        "-2.50 points on October: b (weight) -4.06, b (own rate) +3.75, a (weight) -2.19."
    )


def test_no_change(plain):
    assert said(UNITS, plain(a=1, b=2), plain(a=2, b=1)) == ("No change on October: a -1, b +1.")
    assert said(UNITS, plain(a=1, b=2), plain(a=1, b=2)) == "No change on October."


def test_one_member_that_is_all_of_it_is_not_named(plain):
    assert said(UNITS, plain(a=3), plain(a=1)) == "+2 pieces on October."


def test_a_gap_tells_what_is_not_due_yet(plain):
    now, due = plain(green=500, red=100), plain(green=480, red=160)
    called = target_text(Decimal(800), UNITS)
    text = said(
        UNITS,
        now,
        due,
        values=(Fraction(600), Fraction(800)),
        called=called,
        remaining=Fraction(160),
    )
    assert text == (
        "-200 pieces on the target of 800 pieces: not due yet -160, red -60, green +20."
    )


MRR = Kpi("mrr", "stock", "USD", dimensions=("currency",))
BY_PLAN = Kpi("mrr", "stock", "USD", dimensions=("plan", "currency"))


def at_mean(now, before, *, dimension="currency", **rates):
    """The rest of the case: the amounts at mean rates, and what each currency was worth now and before."""
    both = [{name: Fraction(pair[n]) for name, pair in rates.items()} for n in (0, 1)]
    return {"at_mean_rates": {(dimension,): (now, before)}, "rates": tuple(both)}


def test_what_exchange_rates_did_is_told_apart_by_currency(plain):
    """Yen worth 90 fell to 85: 10 more of them at the mean rate, and 15 less by it; dinars the other way."""
    now, before = plain(USD=50, JPY=85, KWD=44), plain(USD=40, JPY=90, KWD=40)
    mean_now, mean_before = plain(USD=50, JPY=95, KWD=41), plain(USD=40, JPY=85, KWD=40)
    rates = at_mean(mean_now, mean_before, USD=(1, 1), JPY=("0.006", "0.007"), KWD=("3.3", "3.2"))
    assert said(MRR, now, before, **rates) == (
        "+9 USD on October: JPY +10, USD +10, KWD +1; "
        "a weaker JPY took 15 USD and a stronger KWD added 3 USD."
    )


def test_by_another_dimension_it_is_one_figure_and_the_sentence_adds_up(plain):
    now, before = plain(yearly=50, monthly=80), plain(yearly=40, monthly=90)
    at_mean_rates = plain(yearly=53, monthly=86), plain(yearly=40, monthly=90)
    by_plan = at_mean(*at_mean_rates, dimension="plan", USD=(1, 1), EUR=("1.0", "1.1"))
    # 3 and 6 less than at the mean rates, to which the members came to 13 more and 4 less
    assert said(BY_PLAN, now, before, **by_plan) == (
        "No change on October: yearly +13, monthly -4; a weaker EUR took 9 USD."
    )
    two = at_mean(*at_mean_rates, dimension="plan", EUR=("1.0", "1.1"), GBP=("1.2", "1.3"))
    assert said(BY_PLAN, now, before, **two).endswith("monthly -4; exchange rates took 9 USD.")


@pytest.mark.parametrize("jpy", [("0.006", "0.006"), (None, "0.007"), ("0.006", None)])
def test_a_rate_that_stayed_or_is_not_known_twice_has_no_direction(plain, jpy):
    now, before = plain(USD=50, JPY=85), plain(USD=40, JPY=90)
    rates = at_mean(plain(USD=50, JPY=95), plain(USD=40, JPY=85), USD=(1, 1))
    for side, rate in zip(rates["rates"], jpy, strict=True):
        if rate is not None:
            side["JPY"] = Fraction(rate)
    assert said(MRR, now, before, **rates).endswith("; the exchange rate of JPY took 15 USD.")


def test_a_business_in_one_other_currency(plain):
    now, before = plain(EUR=102), plain(EUR=120)
    rates = at_mean(plain(EUR=112), plain(EUR=110), EUR=("1.0", "1.2"))
    assert said(MRR, now, before, **rates) == (
        "-18 USD on October: EUR +2; a weaker EUR took 20 USD."
    )


def test_a_distinct_count_says_why_it_has_none():
    parts = decompose(ComparedAmounts(Fraction(1_200), Fraction(1_000), {}), 0)
    assert sentence(VISITORS, 0, parts, "October") == (
        "+200 visitors on October; who is counted once is no part of a sum, so it has no factors."
    )


@pytest.mark.parametrize(
    ("units", "places", "unit", "text"),
    [(0, 2, "USD", "0 USD"), (-5, 2, "USD", "-0.05 USD"), (1_234_500, 2, "USD", "+12,345 USD"),
     (120, 4, "percent", "+1.20 points"), (-1, 2, "percent", "-1 points")],
)  # fmt: skip
def test_a_change_has_its_sign(units, places, unit, text):
    assert signed(units, places, unit) == text


@pytest.mark.parametrize(
    ("period", "before", "name"),
    [("2026-11", "2026-10", "October"), ("2026-01", "2025-12", "December 2025"),
     ("2026-Q4", "2026-Q3", "Q3"), ("2026-Q1", "2025-Q4", "Q4 2025"),
     ("2026-H2", "2025-H2", "H2 2025"), ("2026", "2025", "2025")],
)  # fmt: skip
def test_a_period_is_called_by_its_name(period, before, name):
    assert period_text(parse_period(before), parse_period(period)) == name


def test_of_a_part_the_days_are_told_and_of_a_stock_the_day():
    november = parse_period("2026-11")
    last_year = year_before(november)

    def called(kpi, before, through):
        return days_text(kpi, before, cut_alike(before, november, through), november)

    assert called(UNITS, previous(november), date(2026, 11, 24)) == "the first 24 days of October"
    assert called(UNITS, previous(november), date(2026, 11, 1)) == "the first day of October"
    assert called(UNITS, last_year, date(2026, 11, 30)) == "November 2025"
    assert called(LIKES, previous(november), date(2026, 11, 30)) == "the end of October"
    assert called(LIKES, previous(november), date(2026, 11, 24)) == "24 October"
    assert called(LIKES, last_year, date(2026, 11, 24)) == "24 November 2025"
