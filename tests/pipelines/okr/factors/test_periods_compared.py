"""A KPI's periods against the period before and the year before."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from pipelines.okr.factors.amounts import KpiAmounts
from pipelines.okr.factors.periods_compared import (
    goal_factors,
    period_factors,
    reported_periods,
)
from pipelines.okr.kpi.facts import DayFact, DistinctFact, KpiFacts
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.periods import CALENDAR_YEAR, FiscalYear
from pipelines.okr.kpi.series import KpiIndex

DAY = timedelta(days=1)
SOLD = Kpi("units_sold", "flow", "pieces", dimensions=("product", "color"))
LIKES = Kpi("likes", "stock", "people", dimensions=("page",))
CONVERSION = Kpi("conversion", "ratio", "percent", precision=4, dimensions=("channel",))
VISITORS = Kpi("visitors", "distinct", "visitors", dimensions=("country",))
OCTOBER, NOVEMBER, DECEMBER = date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)


def days(first, last):
    return frozenset(first + DAY * n for n in range((last - first).days + 1))


def sold(day, amount, **members):
    return DayFact(day, members, Decimal(str(amount)))


def factors(facts, as_of, trust=lambda *_: frozenset(), fiscal_year=CALENDAR_YEAR):
    return list(period_factors(KpiAmounts(KpiIndex(facts)), trust, as_of, fiscal_year))


def the(rows, **asked):
    return [row for row in rows if all(getattr(row, key) == want for key, want in asked.items())]


def contributions(rows, dimension, **asked):
    rows_asked = the(rows, dimension=dimension, **asked)
    return {(row.member, row.effect): row.contribution for row in rows_asked}


@pytest.fixture
def two_months():
    """October sold 10 green widgets and 4 of unknown colour; November 17 green widgets, 5 red gizmos."""
    rows = [
        sold(OCTOBER, 10, product="widget", color="green"),
        sold(OCTOBER + 4 * DAY, 4, product="widget"),
        sold(NOVEMBER, 17, product="widget", color="green"),
        sold(NOVEMBER + 9 * DAY, 5, product="gizmo", color="red"),
    ]
    return KpiFacts(SOLD, rows, days(OCTOBER, NOVEMBER + 29 * DAY), NOVEMBER + 29 * DAY)


def test_a_month_against_the_month_before(two_months):
    november = the(factors(two_months, DECEMBER), period="month", period_start=NOVEMBER)
    whole = the(november, dimension="total")
    assert [(row.member, row.effect, row.contribution) for row in whole] == [("total", "change", 8)]
    assert (whole[0].value, whole[0].previous_value, whole[0].share) == (22, 14, 1)
    assert (whole[0].compared_with, whole[0].reference) == ("previous", "2026-10")
    assert (whole[0].compared_from, whole[0].compared_to) == (OCTOBER, NOVEMBER - DAY)
    assert contributions(november, "product") == {
        ("widget", "change"): 3,
        ("gizmo", "change"): 5,
    }
    [gizmo] = the(november, dimension="product", member="gizmo")
    assert (gizmo.value, gizmo.previous_value) == (5, 0), "delivered without rows: it sold none"
    assert (gizmo.share, gizmo.rank, gizmo.unit) == (Decimal("0.625"), 1, "pieces")


def test_rows_without_a_member_are_the_unknown_one_and_are_not_dropped(two_months):
    november = the(factors(two_months, DECEMBER), period="month", period_start=NOVEMBER)
    assert contributions(november, "color") == {
        ("green", "change"): 7,
        ("red", "change"): 5,
        ("unknown", "change"): -4,
    }
    assert contributions(november, "product > color") == {
        ("widget > green", "change"): 7,
        ("widget > unknown", "change"): -4,
        ("gizmo > red", "change"): 5,
    }


def test_the_sentence_is_on_the_row_of_the_total(two_months):
    november = the(factors(two_months, DECEMBER), period="month", period_start=NOVEMBER)
    told = [(row.dimension, row.why) for row in november if row.why]
    [(dimension, why)] = told
    assert dimension == "total"
    assert why.startswith("+8 pieces on October: ")


def test_a_part_is_compared_with_as_many_days(two_months):
    """On 6 November five days are known: 17 against the 14 of 1 to 5 October."""
    november = the(factors(two_months, NOVEMBER + 5 * DAY), period="month", period_start=NOVEMBER)
    [whole] = the(november, dimension="total")
    assert (whole.value, whole.previous_value) == (17, 14)
    assert whole.data_through == date(2026, 11, 5)
    assert whole.reference == "2026-10-01..2026-10-05"
    assert whole.why == "+3 pieces on the first 5 days of October: green +7, unknown -4."


def test_data_that_is_late_makes_a_part_as_well(two_months):
    late = KpiFacts(SOLD, two_months.days, two_months.delivered, date(2026, 11, 5))
    [whole] = the(factors(late, DECEMBER), period="month", period_start=NOVEMBER, dimension="total")
    assert (whole.data_through, whole.previous_value) == (date(2026, 11, 5), 14)


def test_nothing_is_compared_with_what_lacks_a_day(two_months):
    for lacking in (OCTOBER + 20 * DAY, NOVEMBER + 20 * DAY):
        delivered = two_months.delivered - {lacking}
        facts = KpiFacts(SOLD, two_months.days, delivered, two_months.data_through)
        assert not the(factors(facts, DECEMBER), period="month", period_start=NOVEMBER)


def test_the_same_month_last_year():
    rows = [sold(date(2025, 11, 3), 30, product="widget"), sold(date(2026, 11, 3), 12)]
    facts = KpiFacts(SOLD, rows, days(date(2025, 11, 1), date(2026, 11, 30)), date(2026, 11, 30))
    november = the(factors(facts, DECEMBER), period="month", compared_with="last_year")
    assert contributions(november, "product") == {
        ("widget", "change"): -30,
        ("unknown", "change"): 12,
    }
    [whole] = the(november, dimension="total")
    assert (whole.reference, whole.contribution) == ("2025-11", -18)
    assert whole.why == "-18 pieces on November 2025: widget -30, unknown +12."


def test_a_year_has_one_comparison_as_the_year_before_is_the_previous_one():
    facts = KpiFacts(
        SOLD,
        [sold(date(2025, 5, 1), 1)],
        days(date(2024, 1, 1), date(2025, 12, 31)),
        date(2025, 12, 31),
    )
    years = the(factors(facts, date(2026, 1, 1)), period="year", dimension="total")
    assert [(row.period_start, row.compared_with) for row in years] == [
        (date(2025, 1, 1), "previous")
    ]


def test_a_stock_is_compared_on_one_day_each():
    """20 and 30 likes at the end of October; the second page is gone at the end of November."""
    rows = [
        DayFact(date(2026, 10, 31), {"page": "home"}, Decimal(20)),
        DayFact(date(2026, 10, 31), {"page": "shop"}, Decimal(30)),
        DayFact(date(2026, 11, 2), {"page": "shop"}, Decimal(99)),
        DayFact(date(2026, 11, 30), {"page": "home"}, Decimal(26)),
    ]
    facts = KpiFacts(LIKES, rows, frozenset(row.day for row in rows), date(2026, 11, 30))
    november = the(factors(facts, DECEMBER), period="month", period_start=NOVEMBER)
    assert contributions(november, "page") == {("home", "change"): 6, ("shop", "change"): -30}
    [shop] = the(november, member="shop")
    assert (shop.value, shop.previous_value) == (None, 30), "nobody knows of a page that it has 0"
    [whole] = the(november, dimension="total")
    assert whole.why == "-24 people on the end of October: shop -30, home +6."


def test_a_missed_snapshot_is_not_made_up_for():
    rows = [
        DayFact(date(2026, 10, 31), {}, Decimal(20)),
        DayFact(date(2026, 11, 29), {}, Decimal(9)),
    ]
    facts = KpiFacts(LIKES, rows, frozenset(row.day for row in rows), date(2026, 11, 30))
    assert not the(factors(facts, DECEMBER), period="month", period_start=NOVEMBER)


def test_a_ratio_is_split_into_mix_and_rate():
    """The case of test_member_changes: 20 % to 17.5 %."""
    rows = [
        DayFact(day, {"channel": channel}, None, Decimal(upper), Decimal(lower))
        for day, channel, upper, lower in (
            (OCTOBER, "a", 10, 100), (OCTOBER, "b", 30, 100),
            (NOVEMBER, "a", 15, 150), (NOVEMBER, "b", 20, 50),
        )
    ]  # fmt: skip
    facts = KpiFacts(CONVERSION, rows, days(OCTOBER, NOVEMBER + 29 * DAY), NOVEMBER + 29 * DAY)
    november = the(factors(facts, DECEMBER), period="month", period_start=NOVEMBER)
    assert contributions(november, "channel") == {
        ("a", "mix"): Decimal("-0.0219"),
        ("a", "rate"): 0,
        ("b", "mix"): Decimal("-0.0406"),
        ("b", "rate"): Decimal("0.0375"),
    }
    assert the(november, dimension="total")[0].contribution == Decimal("-0.025")


def test_a_ratio_over_nothing_is_not_compared():
    rows = [
        DayFact(OCTOBER, {}, None, Decimal(0), Decimal(0)),
        DayFact(NOVEMBER, {}, None, Decimal(1), Decimal(2)),
    ]
    facts = KpiFacts(CONVERSION, rows, days(OCTOBER, NOVEMBER + 29 * DAY), NOVEMBER + 29 * DAY)
    assert not the(factors(facts, DECEMBER), period="month", period_start=NOVEMBER)


def counted(start, value, through, member="total"):
    dimension = "total" if member == "total" else "country"
    return DistinctFact("month", start, dimension, member, Decimal(value), through)


def test_a_distinct_count_has_its_change_and_no_members():
    october, november = date(2026, 10, 31), date(2026, 11, 30)
    facts = KpiFacts(
        VISITORS,
        data_through=november,
        distinct_periods=[
            counted(OCTOBER, 1_000, october),
            counted(OCTOBER, 700, october, "ES"),
            counted(NOVEMBER, 1_200, november),
            counted(NOVEMBER, 900, november, "ES"),
        ],
    )
    rows = factors(facts, DECEMBER)
    assert [(row.dimension, row.contribution) for row in rows] == [("total", 200)]
    assert "no part of a sum" in rows[0].why
    assert factors(facts, date(2026, 11, 20)) == [], "the people of a part cannot be told"


def test_what_is_not_trusted_in_either_period_is_not_trusted(two_months):
    flags = {
        ("units_sold", "month", OCTOBER): frozenset({"sampled"}),
        ("units_sold", "month", NOVEMBER): frozenset({"source_failed:stripe"}),
    }
    rows = factors(two_months, DECEMBER, lambda *key: flags.get(key, frozenset()))
    assert {row.trust for row in the(rows, period="month", period_start=NOVEMBER)} == {
        "sampled,source_failed:stripe"
    }


def test_quarters_follow_the_fiscal_year():
    rows = [sold(date(2026, 4, 30), 1), sold(date(2026, 5, 1), 5)]
    facts = KpiFacts(SOLD, rows, days(date(2026, 2, 1), date(2026, 7, 31)), date(2026, 7, 31))
    quarters = the(
        factors(facts, date(2026, 8, 1), fiscal_year=FiscalYear(2)),
        period="quarter",
        dimension="total",
    )
    assert [(row.period_start, row.reference, row.contribution) for row in quarters] == [
        (date(2026, 5, 1), "2027-Q1", 4)
    ]


def test_two_years_of_months_quarters_halves_and_years():
    periods = list(reported_periods(date(2026, 11, 24), CALENDAR_YEAR))
    count = {
        kind: sum(period.cadence == kind for period in periods)
        for kind in ("month", "quarter", "half", "year")
    }
    assert count == {"month": 24, "quarter": 9, "half": 5, "year": 3}
    assert periods[0].start == date(2024, 12, 1)


def test_without_data_there_is_nothing_to_compare():
    assert factors(KpiFacts(SOLD), DECEMBER) == []


def test_a_goal_of_some_members_has_factors_of_these_alone(two_months):
    """10 green widgets and 4 of unknown colour in October, 17 green ones in November: +7 green, -4 unknown."""
    amounts = KpiAmounts(KpiIndex(two_months), {"product": "widget"})
    rows = list(
        goal_factors(
            "shop/widgets", amounts, lambda *_: frozenset(), DECEMBER, CALENDAR_YEAR, "month"
        )
    )
    assert {row.compared_with for row in rows} == {"goal_previous"}, "no year before is known"
    assert {row.reference for row in rows} == {"shop/widgets"}
    november = the(rows, period_start=NOVEMBER)
    assert [row.contribution for row in the(november, dimension="total")] == [3]
    assert contributions(november, "color") == {
        ("green", "change"): 7,
        ("unknown", "change"): -4,
    }
    assert not the(november, dimension="product"), "the widgets are all of it"
    assert {row.compared_from for row in november} == {OCTOBER}
