"""What another KPI's numbers ask for over the days of a goal, and when that is not known."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from pipelines.okr.definition.budgets import AskedNumbers, Budget, fits_days
from pipelines.okr.definition.field_types import KpiTarget
from pipelines.okr.definition.goals import Goal
from pipelines.okr.kpi.facts import DayFact, KpiFacts
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.periods import CALENDAR_YEAR, Cadence, containing
from pipelines.okr.kpi.readings import KpiView
from pipelines.okr.kpi.series import KpiIndex

PLAN = Kpi("plan", "flow", "USD", every="month", is_plan=True, dimensions=("region",))
START, END = date(2026, 10, 1), date(2026, 12, 31)
AMOUNTS = {10: 100, 11: 200, 12: 300}


def budget(amounts: Mapping[int, int] = AMOUNTS, kpi: Kpi = PLAN, times: str = "1") -> Budget:
    """The plan of 2026, with a number on the first day of each month."""
    rows = [DayFact(date(2026, month, 1), {}, Decimal(x)) for month, x in amounts.items()]
    facts = KpiFacts(kpi, rows, frozenset(row.day for row in rows), END)
    view = KpiView(KpiIndex(facts), {}, CALENDAR_YEAR)
    return Budget(KpiTarget("plan", Decimal(times)), view)


def test_a_flow_is_the_sum_of_its_months_times_the_factor():
    assert budget().over(START, END).value == 600
    assert budget().over(START, date(2026, 10, 31)).value == 100
    assert budget(times="1.05").over(START, END).value == 630


def test_a_stock_is_what_it_is_in_the_last_month():
    level = replace(PLAN, kind="stock")
    assert budget(kpi=level).over(START, END).value == 300
    # the months before it do not matter
    assert budget({12: 300}, level).over(START, END).value == 300
    assert budget({11: 300}, level).over(START, END).value is None


@pytest.mark.parametrize(
    ("amounts", "start", "end", "why"),
    [
        ({}, START, END, "there are no data of it"),
        (AMOUNTS, date(2026, 10, 2), END,
         "it is given every month, and 2026-10-02 to 2026-12-31 are no whole months"),
        (AMOUNTS, START, date(2026, 12, 30),
         "it is given every month, and 2026-10-01 to 2026-12-30 are no whole months"),
        ({10: 1, 12: 1}, START, END, "it has nothing for 2026-11"),
        ({12: 1}, START, END, "it has nothing for 2026-10 and 1 more"),
        ({9: 1}, START, END, "it has nothing for 2026-10 and 2 more"),
    ],
)  # fmt: skip
def test_it_says_why_it_is_not_known(amounts, start, end, why):
    seen = budget(amounts)
    if not amounts:
        facts = KpiFacts(PLAN, (), frozenset(), None)
        seen = replace(seen, view=KpiView(KpiIndex(facts), {}, CALENDAR_YEAR))
    reading = seen.over(start, end)
    assert reading.value is None
    assert reading.why == f"The target is not known: it is that of plan, and {why}."
    assert replace(seen, view=None).over(start, end).why.endswith("there are no data of it.")


def test_the_way_to_it_spreads_each_month_over_its_days():
    """After October 100 of 600; after 15 days of November 100 more; of October's 31 days one is 1/31 of 100."""
    shares = budget().shares(START, END, [0, 1, 31, 46, 61, 92, 99])
    assert shares == [
        0,
        Decimal(100) / 31 / 600,
        Decimal(100) / 600,
        Decimal(200) / 600,
        Decimal(300) / 600,
        1,
        1,
    ]


@pytest.mark.parametrize(
    ("seen", "end"),
    [
        (budget({10: 600}), date(2026, 10, 31)),
        (budget({10: -1, 11: 200, 12: 300}), END),
        (budget({10: 0, 11: 0, 12: 0}), END),
        (budget({10: 100, 11: 200}), END),
        (budget(kpi=replace(PLAN, kind="stock")), END),
        (Budget(KpiTarget("plan"), None), END),
    ],
    ids=["one number", "below nothing", "nothing", "not all known", "a level", "no data"],
)
def test_where_the_way_is_not_known_there_is_none(seen, end):
    assert seen.shares(START, end, [1]) is None


def test_months_without_an_amount_are_part_of_the_way():
    assert budget({10: 0, 11: 0, 12: 5}).shares(START, END, [61, 92]) == [0, 1]


@pytest.mark.parametrize(
    ("start", "end", "every", "fits"),
    [
        (START, END, "month", True),
        (START, END, "quarter", True),
        (START, END, "half", False),
        (date(2026, 9, 1), END, "quarter", False),
        (START, date(2026, 11, 30), "quarter", False),
        (date(2026, 10, 5), date(2026, 10, 11), "week", True),
        (START, START, "day", True),
    ],
)
def test_days_are_whole_windows_where_both_ends_are(start, end, every: Cadence, fits):
    assert fits_days(start, end, every, CALENDAR_YEAR) == fits


def test_a_member_has_its_own_budget_where_the_plan_knows_the_dimension():
    seen = budget()
    assert seen.of_member("region", "north").view.where == {"region": "north"}
    assert seen.of_member("rep", "kim") is seen


def test_a_band_of_two_plans_is_not_known_where_it_is_upside_down():
    goal = Goal("between", low=Decimal(0), high=Decimal(0))
    october = containing(START, "month")
    days = october.start, october.end
    band, why, _ = AskedNumbers(goal, budget(), budget(times="2")).over(*days)
    assert (band.low, band.high, why) == (100, 200, "")
    _, why, _ = AskedNumbers(goal, budget(times="2"), budget()).over(*days)
    assert why == "The target is not known: its band is upside down (200 to 100)."
    # ends that are one are no fault
    assert AskedNumbers(goal, budget(), budget()).over(*days)[1] == ""
    assert not AskedNumbers(goal).from_kpis
    assert AskedNumbers(goal, None, budget()).from_kpis
