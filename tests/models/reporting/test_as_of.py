"""A day that is played shows what was over by then, and the same inputs show the same."""

from datetime import date

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)


def test_a_day_in_the_past_knows_nothing_from_that_day_on(past) -> None:
    assert past.column("select max(data_through) from reporting.kpi_periods") == [date(2026, 2, 15)]
    assert past.column("select max(period_start) from reporting.kpi_periods") == [date(2026, 2, 15)]


def test_a_month_that_was_open_then_is_partial_and_cut(past) -> None:
    # 200 on the 5th; the 1 000 of the 20th are still to come. 1 to 15 January had the 100 of the 10th
    february = past.periods("sessions", "month")[FEBRUARY]
    assert (february.value, february.status, february.data_through) == (
        200,
        "partial",
        date(2026, 2, 15),
    )
    assert (february.previous_value, february.change) == (100, 100)


def test_a_stock_is_the_one_of_the_day_before(past) -> None:
    # 1 000 on 25 January, 21 days before
    assert past.periods("page_likes", "month")[FEBRUARY].value == 1_021


def test_a_count_that_reaches_past_the_day_cannot_be_cut_and_is_not_shown(past) -> None:
    assert past.periods("site_visitors", "month").starts == [JANUARY]
    assert past.periods("site_visitors", "day").starts[-1] == date(2026, 2, 15)


def test_every_kpi_reaches_to_the_day_before_at_most(past) -> None:
    assert past.column("select max(data_through) from reporting.kpis") == [date(2026, 2, 15)]


def test_what_was_final_then_and_is_now_is_the_same(past, quarter) -> None:
    query = """
        select * from reporting.kpi_periods
        where period_end < '2026-02-01' and complete order by all
    """
    assert past.rows(query) == quarter.rows(query) != []


def test_equal_inputs_give_equal_rows(quarter, quarter_again) -> None:
    for table in ("kpi_periods", "kpi_days", "kpi_distinct", "kpi_coverage", "kpis", "windows"):
        query = f"select * from reporting.{table} order by all"
        assert quarter.rows(query) == quarter_again.rows(query) != [], table
