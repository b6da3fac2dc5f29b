"""The days that scoring filters and adds up itself, and what it is told about them."""

from datetime import date
from decimal import Decimal


def test_a_day_has_a_row_for_each_combination_of_members(quarter) -> None:
    rows = quarter.rows(
        "select day, dimensions, value, numerator, denominator from reporting.kpi_days "
        "where kpi = 'units_sold' order by value"
    )
    day = date(2026, 2, 27)
    assert rows == [
        (day, {"product": "gadget", "color": "blue"}, 1, None, None),
        (day, {"product": "widget", "color": "unknown"}, 3, None, None),
    ]


def test_a_ratio_has_both_its_sides_and_no_value(quarter) -> None:
    sides = quarter.rows(
        "select dimensions, value, numerator, denominator from reporting.kpi_days "
        "where kpi = 'engagement_rate' and day = '2026-01-10'"
    )
    assert sides == [({"channel": "Organic"}, None, 40, 100)]


def test_money_stands_beside_the_amount_in_the_currency_it_was_paid_in(quarter) -> None:
    amounts = quarter.rows(
        "select dimensions, value, own_value, rate from reporting.kpi_days "
        "where kpi = 'gross_revenue' and day = '2026-01-10' order by own_value"
    )
    # nobody pulled a rate for the euro
    assert amounts == [({"currency": "EUR"}, None, 50, None), ({"currency": "USD"}, 100, 100, 1)]


def test_a_day_is_delivered_or_not_and_carries_its_flags(quarter) -> None:
    def covered(kpi: str, day: date) -> list[tuple[bool, bool, list[str]]]:
        return quarter.rows(
            "select delivered, settled, flags from reporting.kpi_coverage "
            f"where kpi = '{kpi}' and day = '{day}'"
        )

    assert covered("sessions", date(2026, 1, 20)) == [(True, True, ["sampled"])]
    assert covered("sessions", date(2026, 3, 1)) == [(True, False, [])]
    assert covered("page_engagements", date(2026, 2, 10)) == [(False, False, [])]
    assert covered("page_engagements", date(2026, 3, 1)) == [(False, True, ["empty_value"])]
    assert covered("page_likes", date(2026, 2, 10)) == [(False, True, ["missed_snapshot"])]
    # a source that stopped is expected to go on
    assert covered("page_engagements", date(2026, 3, 15)) == [(False, False, [])]
    # before its first snapshot nobody expected one
    assert covered("page_likes", date(2026, 1, 24)) == []


def test_days_are_not_cut_at_the_day_being_played(past) -> None:
    days = past.column("select max(day) from reporting.kpi_days where kpi = 'sessions'")
    assert days == [date(2026, 3, 3)]
    counts = past.rows(
        "select period_start, value, data_through from reporting.kpi_distinct "
        "where period = 'month' order by 1"
    )
    assert counts == [
        (date(2026, 1, 1), 500, date(2026, 1, 31)),
        (date(2026, 2, 1), 620, date(2026, 2, 28)),
        (date(2026, 3, 1), 300, date(2026, 3, 15)),
    ]


def test_a_kpi_is_published_with_what_it_declares(quarter) -> None:
    columns = "label, kind, unit, direction, precision, dimensions, owner, sources, data_from"
    kpi = quarter.rows(f"select {columns} from reporting.kpis where kpi = 'customer_sales'")
    assert kpi == [
        (
            "Customer sales",
            "flow",
            "USD",
            "up",
            2,
            ["currency"],
            "sales@example.com",
            "sql_database.orders",
            date(2026, 1, 1),
        )
    ]


def test_a_window_is_published_with_what_was_pulled(quarter) -> None:
    window = quarter.rows(
        "select data_through, row_count, is_settled, flags from reporting.windows "
        "where stream = 'visitors_by_month' order by window_start"
    )
    assert window == [
        (date(2026, 1, 31), 1, True, ["thresholded"]),
        (date(2026, 2, 28), 1, True, []),
        (date(2026, 3, 15), 1, False, []),
    ]


def test_a_snapshot_of_a_day_that_is_past_is_settled(quarter) -> None:
    """It is the 16th. Where a source's day began late, yesterday's snapshot may be taken once more."""
    unsettled = quarter.column(
        "select window_start from reporting.windows where stream = 'page_snapshot' and not is_settled"
    )
    assert unsettled == [date(2026, 3, 15)]


def test_how_the_last_pull_ended_is_published(quarter) -> None:
    attempts = quarter.rows(
        "select stream, outcome from reporting.attempts where outcome <> 'ok' order by stream"
    )
    assert attempts == [("page_insights", "unavailable"), ("visitors_by_month", "unavailable")]


def test_every_number_is_an_exact_decimal(quarter) -> None:
    types = quarter.column("select distinct typeof(value) from reporting.kpi_periods")
    assert types == ["DECIMAL(38,6)"]
    third = quarter.periods("engagement_rate", "year")[date(2026, 1, 1)]
    # 805 / 1 790 = 0.449720670…
    assert third.value == Decimal("0.449721")
