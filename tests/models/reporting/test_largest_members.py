"""Of a dimension with many members, the largest of each period have their names, and the others are one."""

from datetime import date
from decimal import Decimal

import pytest

from tests.models.reporting.conftest import AS_OF

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)


@pytest.fixture(scope="module")
def one_each(built, quarter):
    """The quarter, in which each period names one member of each dimension."""

    def make(warehouse) -> None:
        copied = quarter.copy_to(warehouse.folder)
        copied.build(AS_OF, "--select", "stg_lake__kpis+", largest_members="1")

    return built("one_each", make)


def test_the_largest_member_keeps_its_name_and_the_rest_add_up_to_other(one_each) -> None:
    channels = one_each.periods("sessions", "month", "channel")
    assert channels.of(JANUARY, "Organic").value == 400
    assert channels.of(JANUARY, "other").value == 100
    assert one_each.column(
        "select distinct member from reporting.kpi_periods"
        " where kpi = 'sessions' and dimension = 'channel' order by 1"
    ) == ["Organic", "other"]


def test_a_ratio_of_the_rest_is_a_sum_over_a_sum(one_each) -> None:
    channels = one_each.periods("engagement_rate", "month", "channel")
    rest = channels.of(JANUARY, "other")
    assert (rest.numerator, rest.denominator, rest.value) == (60, 100, Decimal("0.6"))


def test_a_period_with_so_few_members_has_all_their_names(one_each, quarter) -> None:
    of_february = [
        whole.periods("sessions", "month", "channel").of(FEBRUARY, "Organic").value
        for whole in (one_each, quarter)
    ]
    assert of_february == [1_200, 1_200]


def test_the_whole_is_what_it_is_without_a_limit(one_each, quarter) -> None:
    totals = "select * exclude (run_id) from reporting.kpi_periods where dimension = 'total' order by all"
    assert one_each.rows(totals) == quarter.rows(totals)


def test_a_member_that_is_named_in_a_month_may_be_among_the_others_on_a_day(
    one_each, tmp_path
) -> None:
    """As if Paid had led on 20 January, so that Organic's 300 of the day were among the others."""
    changed = one_each.copy_to(tmp_path)
    changed.alter(
        "update reporting.kpi_periods set member = case member when 'Organic' then 'other' else 'Paid' end"
        " where kpi = 'sessions' and period = 'day' and period_start = date '2026-01-20' and dimension = 'channel'"
    )
    changed.build(AS_OF, "--select", "assert_days_of_a_flow_add_up_to_its_months")
