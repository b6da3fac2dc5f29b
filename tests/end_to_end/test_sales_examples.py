"""The examples about a sales team: its deals and its calls, from HubSpot to the published file."""

from datetime import date
from decimal import Decimal

import pytest

from tests.end_to_end.conftest import Home


def test_ten_deals_are_closed_per_member_of_the_sales_team_in_the_second_quarter(
    sample: Home,
) -> None:
    value, end, unit, sources, through, complete = sample.kpi(
        "deals_per_rep", "quarter", "2026-04-01"
    )
    assert (value, end, unit, through, complete) == (
        10,
        date(2026, 6, 30),
        "deals",
        date(2026, 6, 30),
        True,
    )
    assert sources == "hubspot.deals,hubspot.owners,hubspot.pipelines"
    sides = sample.row(
        "select numerator, denominator from kpi_periods where kpi = 'deals_per_rep' "
        "and period = 'quarter' and period_start = '2026-04-01' and dimension = 'total'"
    )
    assert sides == (120, 12)


@pytest.mark.large
def test_our_team_closed_9_482_sales_this_year(sample_after_the_year: Home) -> None:
    assert sample_after_the_year.kpi("deals_closed", "year", "2026-01-01") == (
        9_482,
        date(2026, 12, 31),
        "deals",
        "hubspot.deals,hubspot.owners,hubspot.pipelines",
        date(2026, 12, 31),
        True,
    )


def test_95_new_prospects_are_called_in_two_quarters_of_three(sample: Home) -> None:
    windows = sample.rows(
        'select "window", actual, status from key_result_scores '
        "where key_result_id = 'prospects/new-prospects' order by \"window\""
    )
    assert windows[:3] == [
        ("2026-Q1", 91, "missed"),
        ("2026-Q2", 97, "achieved"),
        ("2026-Q3", 102, "achieved"),
    ]
    whole = sample.row(
        "select score, target from key_result_scores "
        "where key_result_id = 'prospects/new-prospects' and \"window\" = 'total'"
    )
    assert whole == (Decimal("0.666667"), 95)


def test_every_member_is_asked_for_seven_deals_a_month_and_closes_three(sample: Home) -> None:
    key_result = "key_result_id = 'everyone-sells/every-rep'"
    score, target, why = sample.row(
        f"select score, target, why from key_result_scores where {key_result} "
        "and \"window\" = 'total' and member = 'total'"
    )
    assert (score, target) == (0, 7)
    assert why.startswith("0 of 13 members of sales_rep are on pace; the furthest behind is ")
    members = sample.rows(
        f"select member from key_result_scores where {key_result} "
        "and \"window\" = 'total' and member <> 'total'"
    )
    assert len(members) == 13
    monthly = sample.row(
        "select avg(value) from kpi_periods where kpi = 'deals_closed' and period = 'month' "
        "and dimension = 'sales_rep' and member <> 'unknown' "
        "and period_start between '2026-01-01' and '2026-10-01'"
    )
    assert 2.8 < monthly[0] < 3.3
