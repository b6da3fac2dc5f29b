"""The company's own KPIs as cases of a backtest."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from pipelines.backtest.kpis import kpi_cases, rows_of
from pipelines.okr.kpi.facts import DayFact, DistinctFact, KpiFacts
from pipelines.okr.kpi.kpi import Kpi

START = date(2024, 1, 1)
SALES = Kpi("sales", "flow", "things", dimensions=("shop",))
LIKES = Kpi("likes", "stock", "things")
RATE = Kpi("rate", "ratio", "percent", precision=3)


def day(n: int) -> date:
    return START + timedelta(days=n)


def facts_of(kpi: Kpi, days: list[DayFact], through: int, missed: tuple[int, ...] = ()) -> KpiFacts:
    delivered = {day(n) for n in range(through + 1) if n not in missed}
    return KpiFacts(kpi, days, delivered, day(through))


def sold(n: int, amount: int, shop: str = "north") -> DayFact:
    return DayFact(day(n), {"shop": shop}, Decimal(amount))


def test_members_of_a_dimension_are_summed_into_the_day():
    facts = facts_of(SALES, [sold(0, 2), sold(0, 3, "south"), sold(1, 4)], 1)
    assert rows_of(facts) == [(day(0), (5.0,)), (day(1), (4.0,))]


def test_a_delivered_day_without_sales_brought_none_and_a_missed_one_is_not_known():
    facts = facts_of(SALES, [sold(0, 2), sold(3, 4)], 4, missed=(1,))
    assert rows_of(facts) == [
        (day(0), (2.0,)),
        (day(2), (0.0,)),
        (day(3), (4.0,)),
        (day(4), (0.0,)),
    ]


def test_a_stock_is_where_it_was_seen_and_nowhere_else():
    seen = [DayFact(day(0), {}, Decimal(10)), DayFact(day(2), {}, Decimal(12))]
    assert rows_of(facts_of(LIKES, seen, 3)) == [(day(0), (10.0,)), (day(2), (12.0,))]


def test_a_ratio_has_its_two_sides():
    won = DayFact(day(0), {}, None, Decimal(3), Decimal(8))
    assert rows_of(facts_of(RATE, [won], 0)) == [(day(0), (3.0, 8.0))]


def test_each_kpi_is_cut_by_its_own_kind():
    """200 days from the New Year of 2024: the second quarter is whole and has a past."""
    facts = {
        "sales": facts_of(SALES, [sold(n, 2) for n in range(200)], 199),
        "likes": facts_of(LIKES, [DayFact(day(n), {}, Decimal(n)) for n in range(200)], 199),
        "rate": facts_of(
            RATE, [DayFact(day(n), {}, None, Decimal(1), Decimal(4)) for n in range(200)], 199
        ),
    }
    cut_cases, left_out = kpi_cases(facts, "quarter")
    assert left_out == ()
    outcomes = {(case.series, case.kind, case.outcome) for case in cut_cases}
    # 30 June is the 182nd day of the year
    assert outcomes == {("sales", "flow", 182), ("likes", "stock", 181), ("rate", "ratio", 0.25)}
    assert len(cut_cases) == 9


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        (facts_of(SALES, [], 0), "no data"),
        (facts_of(SALES, [sold(n, 2) for n in range(60)], 59), "no whole quarter"),
        (
            facts_of(LIKES, [DayFact(day(n), {}, Decimal(n)) for n in range(0, 200, 7)], 199),
            "on 29 of 197 days only",
        ),
        (
            KpiFacts(
                Kpi("visitors", "distinct", "people"),
                distinct_periods=[
                    DistinctFact("month", START, "total", "total", Decimal(9), day(30))
                ],
                data_through=day(30),
            ),
            "counted anew for each period",
        ),
        (
            facts_of(
                Kpi("deals_per_head", "ratio", "deals", denominator="level"),
                [DayFact(day(n), {}, None, Decimal(1), Decimal(4)) for n in range(200)],
                199,
            ),
            "divided by a level",
        ),
    ],
)
def test_a_kpi_that_cannot_be_cut_is_named_with_the_reason(facts, why):
    cut_cases, (left_out,) = kpi_cases({facts.kpi.name: facts}, "quarter")
    assert cut_cases == []
    assert left_out.kpi == facts.kpi.name
    assert why in left_out.why
