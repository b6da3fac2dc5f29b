"""Whether a number is final, and what is wrong with it. The quarter's figures are in conftest.py."""

from datetime import date

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)


def standing(row) -> tuple[str, str]:
    return row.status, row.trust


def test_a_period_is_complete_when_it_is_over_and_settled(quarter) -> None:
    months = quarter.periods("sessions", "month")
    assert months[JANUARY].status == "complete"
    # over, but its last three days may still be restated
    assert months[FEBRUARY].status == "provisional"
    assert months[MARCH].status == "partial"
    days = quarter.periods("sessions", "day")
    assert days[date(2026, 2, 25)].status == "complete"
    assert days[date(2026, 2, 26)].status == "provisional"


def test_only_a_complete_period_says_that_it_is_complete(quarter) -> None:
    found = quarter.rows("select distinct status, complete from reporting.kpi_periods order by 1")
    assert found == [("complete", True), ("partial", False), ("provisional", False)]


def test_a_period_reaches_as_far_as_its_data(quarter) -> None:
    months = quarter.periods("sessions", "month")
    assert months[FEBRUARY].data_through == date(2026, 2, 28)
    assert months[MARCH].data_through == date(2026, 3, 15)
    assert months[MARCH].period_end == date(2026, 3, 31)
    assert quarter.periods("net_revenue", "month")[MARCH].data_through == date(2026, 3, 13)


def test_a_flag_of_one_window_is_on_every_period_that_it_is_in(quarter) -> None:
    twentieth = date(2026, 1, 20)
    assert quarter.periods("sessions", "day")[twentieth].trust == "sampled"
    assert quarter.periods("sessions", "day")[date(2026, 1, 21)].trust == "ok"
    # Monday the 19th
    assert quarter.periods("sessions", "week")[date(2026, 1, 19)].trust == "sampled"
    for period in ("month", "quarter", "half", "year"):
        for kpi in ("sessions", "engagement_rate"):
            assert quarter.periods(kpi, period)[JANUARY].trust == "sampled", (kpi, period)
    assert quarter.periods("sessions", "month")[FEBRUARY].trust == "ok"
    paid = quarter.periods("sessions", "month", "channel").of(JANUARY, "Paid")
    assert paid.trust == "sampled"


def test_a_flag_of_a_reported_count_is_on_its_own_period(quarter) -> None:
    months = quarter.periods("site_visitors", "month")
    assert standing(months[JANUARY]) == ("complete", "thresholded")
    assert standing(months[FEBRUARY]) == ("complete", "ok")
    # the source fails now, which touches only what is still open
    assert standing(months[MARCH]) == ("partial", "source_failed:google_analytics")
    assert quarter.periods("site_visitors", "day")[JANUARY].trust == "ok"


def test_a_month_that_lacks_a_day_says_so_and_may_still_get_it(quarter) -> None:
    february = quarter.periods("page_engagements", "month")[FEBRUARY]
    assert standing(february) == ("provisional", "missing_days,source_failed:facebook_pages")


def test_a_source_that_fails_now_says_nothing_about_what_is_settled(quarter) -> None:
    assert standing(quarter.periods("page_engagements", "month")[JANUARY]) == ("complete", "ok")
    (trust,) = quarter.column("select trust from reporting.kpis where kpi = 'page_engagements'")
    assert trust == "source_failed:facebook_pages"


def test_a_stream_that_works_is_not_blamed_for_another_of_its_source(quarter) -> None:
    assert standing(quarter.periods("page_likes", "month")[MARCH]) == ("partial", "ok")
    assert standing(quarter.periods("sessions", "month")[MARCH]) == ("partial", "ok")


def test_a_missed_snapshot_is_flagged_where_it_would_have_been_read(quarter) -> None:
    months = quarter.periods("page_likes", "month")
    assert standing(months[JANUARY]) == ("complete", "ok")
    # it cannot be taken any more: the month is as final as it will ever be
    assert standing(months[FEBRUARY]) == ("complete", "missed_snapshot")
    weeks = quarter.periods("page_likes", "week")
    # Tuesday the 10th was missed, and the week is read on its Sunday
    assert weeks[date(2026, 2, 9)].trust == "ok"
    # Saturday the 28th was missed too, and its Sunday was not
    assert weeks[date(2026, 2, 23)].trust == "ok"


def test_a_source_that_was_not_asked_today_is_late(quarter) -> None:
    march = quarter.periods("gross_revenue", "month")[MARCH]
    assert standing(march) == ("partial", "late:stripe,unconverted_currency")
    assert quarter.periods("gross_revenue", "month")[FEBRUARY].trust == "ok"
    (flags,) = quarter.column("select standing_flags from reporting.kpis where kpi = 'net_revenue'")
    assert flags == ["late:stripe"]


def test_a_source_that_was_asked_today_and_has_no_more_is_not_late(quarter) -> None:
    found = quarter.rows(
        "select data_through, trust from reporting.kpis where kpi = 'customer_sales'"
    )
    assert found == [(date(2026, 3, 1), "ok")]
    march = quarter.periods("customer_sales", "month")[MARCH]
    assert standing(march) == ("partial", "ok")


def test_every_row_names_the_streams_that_it_rests_on(quarter) -> None:
    found = quarter.column(
        "select distinct sources from reporting.kpi_periods where kpi = 'units_sold'"
    )
    assert found == ["sql_database.order_lines,sql_database.orders"]


def test_where_nobody_advertises_the_kpi_is_declared_and_has_no_data(quarter) -> None:
    kpi = "return_on_ad_spend"
    assert quarter.rows(
        f"select sources, data_from, data_through from reporting.kpis where kpi = '{kpi}'"
    ) == [("google_ads.campaign_days,meta_ads.campaign_days", None, None)]
    assert quarter.periods(kpi, "month").starts == []
    assert quarter.rows(f"select * from reporting.kpi_coverage where kpi = '{kpi}'") == []
