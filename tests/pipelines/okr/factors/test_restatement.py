"""What the business brought, apart from a past that is believed otherwise now."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.okr.factors.amounts import Amount, KpiAmounts
from pipelines.okr.factors.member_changes import member_changes
from pipelines.okr.factors.periods_compared import period_factors
from pipelines.okr.kpi.facts import DayFact, DistinctFact, KpiFacts
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.periods import CALENDAR_YEAR
from pipelines.okr.kpi.series import KpiIndex

OCTOBER, NOVEMBER, DECEMBER = date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)
SOLD = Kpi("units_sold", "flow", "pieces", dimensions=("product",))
PAID = Kpi("paid_share", "ratio", "percent", precision=4, dimensions=("channel",))
VISITORS = Kpi("visitors", "distinct", "visitors")

amounts = st.dictionaries(
    st.tuples(st.sampled_from("abc")),
    st.fractions(-100, 100, max_denominator=100).map(Amount),
)
weight = st.integers(0, 50).map(Fraction)
shares = st.dictionaries(
    st.tuples(st.sampled_from("abc")), st.builds(Amount, weight, weight), min_size=1
).filter(lambda side: any(amount.denominator for amount in side.values()))


def days(first, last):
    return frozenset(first + timedelta(n) for n in range((last - first).days + 1))


def facts_of(kpi, rows, through=DECEMBER - timedelta(1)):
    return KpiFacts(kpi, rows, days(OCTOBER, through), through)


def history(kpi, *rows):
    """A KPI as it was believed: all of October."""
    return KpiAmounts(KpiIndex(facts_of(kpi, rows, NOVEMBER - timedelta(1))))


def november(facts, believed, **asked):
    """The rows of November against October as it was first published, or against what is `asked`."""
    wanted = {"period": "month", "period_start": NOVEMBER, "compared_with": "published", **asked}
    restated = {("month", OCTOBER): believed}
    rows = period_factors(
        KpiAmounts(KpiIndex(facts)), lambda *_: frozenset(), DECEMBER, CALENDAR_YEAR, restated
    )
    return [row for row in rows if all(getattr(row, key) == want for key, want in wanted.items())]


def parts(rows, dimension):
    return {
        (row.member, row.effect): row.contribution for row in rows if row.dimension == dimension
    }


def sold(day, count, product):
    return DayFact(day, {"product": product}, Decimal(count))


@pytest.fixture
def corrected():
    """October was published as 9 widgets, and is 10 widgets and 1 gizmo today; November sold 12 widgets.

    Against what was believed then, November sold 3 more: 12 - 9. Of them widgets are 2 (12 - 10) and gizmos -1
    (0 - 1), and what October was restated by is 1 widget and 1 gizmo.
    """
    facts = facts_of(
        SOLD,
        [sold(OCTOBER, 10, "widget"), sold(OCTOBER, 1, "gizmo"), sold(NOVEMBER, 12, "widget")],
    )
    original = {
        "total": history(SOLD, DayFact(OCTOBER, {}, Decimal(9))),
        "product": history(SOLD, sold(OCTOBER, 9, "widget")),
    }
    return facts, original


def test_a_restated_past_is_told_apart_from_what_the_business_brought(corrected):
    rows = november(*corrected)
    [whole] = [row for row in rows if row.dimension == "total"]
    assert (whole.value, whole.previous_value, whole.contribution) == (12, 9, 3)
    assert parts(rows, "product") == {
        ("widget", "change"): 2,
        ("widget", "restatement"): 1,
        ("gizmo", "change"): -1,
        ("gizmo", "restatement"): 1,
    }
    # of a gizmo nothing was known in October then
    assert {
        (row.member, row.effect): (row.value, row.previous_value)
        for row in rows
        if row.dimension == "product"
    } == {
        ("widget", "change"): (12, 9),
        ("widget", "restatement"): (12, 9),
        ("gizmo", "change"): (0, 0),
        ("gizmo", "restatement"): (0, 0),
    }
    assert whole.why == (
        "+3 pieces on October as first published: widget +2, gizmo -1; "
        "+2 pieces of it is what was restated since."
    )


def test_the_comparison_with_what_is_known_today_stays_as_it_is(corrected):
    rows = november(*corrected, compared_with="previous")
    assert parts(rows, "product") == {("widget", "change"): 2, ("gizmo", "change"): -1}


def test_what_was_published_right_the_first_time_has_no_such_comparison(corrected):
    facts, _ = corrected
    same = {"total": history(SOLD, DayFact(OCTOBER, {}, Decimal(11)))}
    assert november(facts, same) == []


def test_dimensions_inside_each_other_have_no_original_version():
    kpi = replace(SOLD, dimensions=("product", "color"))

    def sold_red(day, count):
        return DayFact(day, {"product": "widget", "color": "red"}, Decimal(count))

    facts = facts_of(kpi, [sold_red(OCTOBER, 10), sold_red(NOVEMBER, 12)])
    original = {
        "total": history(SOLD, DayFact(OCTOBER, {}, Decimal(9))),
        "product": history(SOLD, sold(OCTOBER, 9, "widget")),
    }
    assert {row.dimension for row in november(facts, original)} == {"total", "product"}
    dimensions = {row.dimension for row in november(facts, original, compared_with="previous")}
    assert "product > color" in dimensions


def test_a_ratio_whose_past_was_restated():
    """2 of 10 paid in October by what was published, 4 of 10 as is known today, and 5 of 10 in November.

    So November is 0.3 better than was believed: 0.1 is the channel's own rate, and 0.2 October's restatement.
    """

    def paid(day, count, **members):
        return DayFact(day, members, numerator=Decimal(count), denominator=Decimal(10))

    facts = facts_of(PAID, [paid(OCTOBER, 4, channel="ads"), paid(NOVEMBER, 5, channel="ads")])
    original = {
        "total": history(PAID, paid(OCTOBER, 2)),
        "channel": history(PAID, paid(OCTOBER, 2, channel="ads")),
    }
    assert parts(november(facts, original), "channel") == {
        ("ads", "mix"): 0,
        ("ads", "rate"): Decimal("0.1"),
        ("ads", "restatement"): Decimal("0.2"),
    }


def test_a_count_of_people_has_no_members_and_yet_its_restatement_is_told_apart():
    """90 visitors were published for October, 100 are known today, and 120 came in November."""

    def counted(start, people, through):
        return DistinctFact("month", start, "total", "total", Decimal(people), through)

    end, through = NOVEMBER - timedelta(1), DECEMBER - timedelta(1)
    known = [counted(OCTOBER, 100, end), counted(NOVEMBER, 120, through)]
    facts = KpiFacts(VISITORS, (), days(OCTOBER, through), through, distinct_periods=known)
    old = KpiFacts(VISITORS, distinct_periods=[counted(OCTOBER, 90, end)])
    rows = november(facts, {"total": KpiAmounts(KpiIndex(old))})
    assert parts(rows, "whole") == {("whole", "change"): 20, ("whole", "restatement"): 10}


def test_a_member_that_history_took_back_is_all_restatement():
    ghost = {("ghost",): Amount(Fraction(4))}
    assert member_changes({}, ghost) == {("ghost",): -4}


@given(amounts, amounts)
def test_restatements_of_amounts_sum_to_that_of_the_whole(today, original):
    whole = sum(amount.numerator for amount in today.values()) - sum(
        amount.numerator for amount in original.values()
    )
    assert sum(member_changes(today, original).values()) == whole


@given(shares, shares)
def test_restatements_of_a_ratio_sum_to_that_of_the_whole(today, original):
    now, before = (
        sum(amount.numerator for amount in side.values())
        / sum(amount.denominator for amount in side.values())
        for side in (today, original)
    )
    assert sum(member_changes(today, original).values()) == now - before


@given(amounts)
def test_without_a_restatement_there_is_none(today):
    assert not any(member_changes(today, today).values())
