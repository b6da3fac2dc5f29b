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
    statuses = quarter.rows(
        "select distinct status, complete from reporting.kpi_periods order by 1"
    )
    assert statuses == [("complete", True), ("partial", False), ("provisional", False)]


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


def test_a_source_that_failed_and_has_answered_since_is_not_blamed(quarter) -> None:
    (trust,) = quarter.column("select trust from reporting.kpis where kpi = 'customer_sales'")
    assert trust == "ok"


def test_a_stream_that_works_is_not_blamed_for_another_of_its_source(quarter) -> None:
    assert standing(quarter.periods("page_likes", "month")[MARCH]) == ("partial", "ok")
    assert standing(quarter.periods("sessions", "month")[MARCH]) == ("partial", "ok")


def test_rows_that_were_set_aside_are_flagged_on_their_day_in_every_kpi_that_they_feed(
    quarter,
) -> None:
    tenth, aside = date(2026, 2, 10), "set_aside:sql_database"
    for kpi in ("customer_sales", "average_order_value", "units_sold"):
        days = quarter.periods(kpi, "day")
        assert days[tenth].trust == aside, kpi
        assert days[date(2026, 2, 9)].trust == "ok", kpi
        assert days[date(2026, 2, 11)].trust == "ok", kpi
    # the figure stays, whatever is wrong with the rest: 25 dollars on the 27th
    february = quarter.periods("customer_sales", "month")[FEBRUARY]
    assert (february.value, february.trust) == (25, aside)
    assert quarter.periods("customer_sales", "month")[JANUARY].trust == "ok"
    assert quarter.periods("net_revenue", "day")[tenth].trust == "ok"


def test_rows_that_are_kept_are_in_doubt_on_each_day_of_their_window(quarter) -> None:
    twelfth = date(2026, 2, 12)
    assert quarter.periods("units_sold", "day")[twelfth].trust == "doubtful:sql_database"
    assert quarter.periods("customer_sales", "day")[twelfth].trust == "ok"
    february = quarter.periods("units_sold", "month")[FEBRUARY]
    assert february.trust == "doubtful:sql_database,set_aside:sql_database"


def test_rows_that_no_day_counts_flag_the_day_on_which_they_changed(quarter) -> None:
    days = quarter.periods("units_sold", "day")
    assert (days[date(2026, 2, 14)].value, days[date(2026, 2, 14)].trust) == (
        0,
        "set_aside:sql_database",
    )
    assert days[date(2026, 2, 13)].trust == days[date(2026, 2, 15)].trust == "ok"
    assert quarter.periods("customer_sales", "day")[date(2026, 2, 14)].trust == "ok"


def test_a_reported_count_that_differs_from_the_total_says_so_in_its_own_period(quarter) -> None:
    days = quarter.periods("site_visitors", "day")
    assert days[date(2026, 2, 5)].trust == "differs_from_total:google_analytics"
    assert days[date(2026, 2, 6)].trust == "ok"
    assert quarter.periods("site_visitors", "month")[FEBRUARY].trust == "ok"


def test_a_finding_about_one_kpi_leaves_the_others_of_its_stream_alone(quarter) -> None:
    thirtieth = date(2026, 1, 30)
    followers = quarter.periods("page_followers", "day")
    assert followers[thirtieth].trust == "set_aside:facebook_pages"
    assert followers[date(2026, 1, 31)].trust == "ok"
    assert quarter.periods("page_likes", "day")[thirtieth].trust == "ok"
    # a stock is read on the last day of its month, which is sound
    assert quarter.periods("page_followers", "month")[JANUARY].trust == "ok"


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
    trust = quarter.rows(
        "select data_through, trust from reporting.kpis where kpi = 'customer_sales'"
    )
    assert trust == [(date(2026, 3, 1), "ok")]
    march = quarter.periods("customer_sales", "month")[MARCH]
    assert standing(march) == ("partial", "ok")


def test_every_row_names_the_streams_that_it_rests_on(quarter) -> None:
    sources = quarter.column(
        "select distinct sources from reporting.kpi_periods where kpi = 'units_sold'"
    )
    assert sources == ["sql_database.order_lines,sql_database.orders"]


def test_where_nobody_advertises_the_kpi_is_declared_and_has_no_data(quarter) -> None:
    kpi = "return_on_ad_spend"
    assert quarter.rows(
        f"select sources, data_from, data_through from reporting.kpis where kpi = '{kpi}'"
    ) == [("google_ads.campaign_days,meta_ads.campaign_days", None, None)]
    assert quarter.periods(kpi, "month").starts == []
    assert quarter.rows(f"select * from reporting.kpi_coverage where kpi = '{kpi}'") == []
