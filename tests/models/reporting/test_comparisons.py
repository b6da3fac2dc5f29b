"""What a period is compared with. The quarter's figures are in conftest.py."""

from datetime import date
from decimal import Decimal

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)


def compared(row) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """Value of the period before, change, and change as a fraction."""
    return row.previous_value, row.change, row.change_pct


def test_a_whole_month_is_compared_with_the_whole_month_before(quarter) -> None:
    months = quarter.periods("sessions", "month")
    # 1 200 after 500: 700 more, 700 / 500
    assert compared(months[FEBRUARY]) == (500, 700, Decimal("1.4"))
    # 0.5 after 0.32: 0.18 more, 0.18 / 0.32
    rate = quarter.periods("engagement_rate", "month")[FEBRUARY]
    assert compared(rate) == (Decimal("0.32"), Decimal("0.18"), Decimal("0.5625"))


def test_a_part_of_a_month_is_compared_with_as_many_days_of_the_month_before(quarter) -> None:
    # 1 to 15 March against 1 to 15 February, without the 1 000 of the 20th: -110 / 200
    march = quarter.periods("sessions", "month")[MARCH]
    assert compared(march) == (200, -110, Decimal("-0.55"))
    # a stock on the 15th against the stock on the 15th: 1 049 after 1 021; 28 / 1 021
    likes = quarter.periods("page_likes", "month")[MARCH]
    assert compared(likes) == (1_021, 28, Decimal("0.027424"))


def test_a_member_without_a_row_in_a_period_fell_to_zero_in_it(quarter) -> None:
    paid = quarter.periods("sessions", "month", "channel").of(FEBRUARY, "Paid")
    assert (paid.value, *compared(paid)) == (0, 100, -100, -1)


def test_nothing_is_compared_where_nothing_was_before(quarter) -> None:
    for kpi in ("sessions", "engagement_rate", "page_likes", "site_visitors"):
        assert compared(quarter.periods(kpi, "month")[JANUARY]) == (None, None, None), kpi
    # the week before the first whole one begins in December, which was never pulled
    assert compared(quarter.periods("sessions", "week")[date(2026, 1, 5)]) == (None, None, None)


def test_a_change_from_zero_has_no_percentage(quarter) -> None:
    tenth = quarter.periods("sessions", "day")[date(2026, 1, 10)]
    assert compared(tenth) == (0, 100, None)


def test_a_month_that_lacks_a_day_has_no_change_and_is_nobodys_previous_value(quarter) -> None:
    # 270 in 27 of 28 days, after 310
    february = quarter.periods("page_engagements", "month")[FEBRUARY]
    assert (february.value, *compared(february)) == (270, 310, None, None)
    # the 11th comes after a day that was not pulled
    eleventh = quarter.periods("page_engagements", "day")[date(2026, 2, 11)]
    assert compared(eleventh) == (None, None, None)


def test_a_stock_is_not_compared_across_a_missed_snapshot(quarter) -> None:
    # February is read on the 27th, and its last day may have been anything
    february = quarter.periods("page_likes", "month")[FEBRUARY]
    assert (february.previous_value, february.change) == (1_006, None)
    assert compared(quarter.periods("page_likes", "day")[date(2026, 2, 11)]) == (None, None, None)


def test_the_visitors_of_a_part_of_a_month_are_not_compared(quarter) -> None:
    months = quarter.periods("site_visitors", "month")
    assert compared(months[FEBRUARY]) == (500, 120, Decimal("0.24"))
    assert compared(months[MARCH]) == (None, None, None)
