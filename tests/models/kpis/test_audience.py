"""Visitors, sessions and the page's audience, as the sources report them."""

from datetime import date

import pytest

JANUARY = date(2026, 1, 1)


@pytest.fixture(scope="session")
def audience(built):
    """A warehouse with three days of traffic and of a page."""

    def make(warehouse) -> None:
        channels = {
            # sessions and engaged sessions by channel
            date(2026, 1, 1): {"Organic Search": (100, 40), "Direct": (50, 35)},
            date(2026, 1, 2): {"Organic Search": (300, 60)},
            date(2026, 1, 3): {},
        }
        lake = warehouse.lake
        for day, of_day in channels.items():
            traffic = [
                {"date": day, "channel": name, "sessions": sessions, "engaged_sessions": engaged}
                for name, (sessions, engaged) in of_day.items()
            ]
            lake.window("google_analytics", "traffic_by_channel", day, traffic)
        # the 1st was pulled before all users were asked for
        for day, visitors, users in ((date(2026, 1, 1), 90, None), (date(2026, 1, 2), 80, 84)):
            row = {"date": day, "visitors": visitors, "total_users": users}
            lake.window("google_analytics", "visitors_by_day", day, [row])
        # many of the 90 came again on the 2nd
        month = {"month": JANUARY, "visitors": 120}
        lake.window(
            "google_analytics", "visitors_by_month", JANUARY, [month], data_through=date(2026, 1, 2)
        )
        for day, likes in {date(2026, 1, 1): 31_990, date(2026, 1, 3): 32_000}.items():
            row = {"date": day, "page_id": "page", "likes": likes, "followers": likes + 500}
            lake.window("facebook_pages", "page_snapshot", day, [row])
        engaged = {date(2026, 1, 1): 12, date(2026, 1, 2): 0, date(2026, 1, 3): None}
        for day, number in engaged.items():
            rows = [
                {"date": day, "metric": "page_post_engagements", "value": number},
                {"date": day, "metric": "page_views_total", "value": 1_000},
            ]
            lake.window("facebook_pages", "page_insights", day, rows)
        kpis = (
            "sessions",
            "engagement_rate",
            "site_visitors",
            "page_likes",
            "page_followers",
            "page_engagements",
        )
        warehouse.build(date(2026, 1, 4), "--select", *(f"+kpi_{kpi}" for kpi in kpis))

    return built("audience", make)


def test_sessions_are_counted_by_channel(audience) -> None:
    assert audience.rows(
        "select * exclude (account) from kpis.kpi_sessions order by day, channel"
    ) == [
        (date(2026, 1, 1), "Direct", 50),
        (date(2026, 1, 1), "Organic Search", 100),
        (date(2026, 1, 2), "Organic Search", 300),
    ]


def test_the_engagement_rate_keeps_both_its_sides(audience) -> None:
    sides = audience.rows(
        "select sum(numerator), sum(denominator) from kpis.kpi_engagement_rate "
        "where channel = 'Organic Search'"
    )
    # 40 + 60 of 100 + 300
    assert sides == [(100, 400)]


def test_the_visitors_of_a_month_are_those_that_were_asked_for_as_a_month(audience) -> None:
    visitors = audience.rows(
        "select * exclude (account) from kpis.kpi_site_visitors order by period, period_start"
    )
    assert visitors == [
        ("day", date(2026, 1, 1), 90),
        ("day", date(2026, 1, 2), 80),
        # not 90 + 80
        ("month", date(2026, 1, 1), 120),
    ]


def test_a_page_has_likes_and_followers_on_days_with_a_snapshot_only(audience) -> None:
    likes = audience.rows("select * exclude (account) from kpis.kpi_page_likes order by day")
    assert likes == [(date(2026, 1, 1), 31_990), (date(2026, 1, 3), 32_000)]
    followers = audience.rows(
        "select * exclude (account) from kpis.kpi_page_followers order by day"
    )
    assert followers == [(date(2026, 1, 1), 32_490), (date(2026, 1, 3), 32_500)]


def test_engagements_that_facebook_did_not_tell_are_not_zero(audience) -> None:
    engagements = audience.rows(
        "select * exclude (account) from kpis.kpi_page_engagements order by day"
    )
    assert engagements == [(date(2026, 1, 1), 12), (date(2026, 1, 2), 0), (date(2026, 1, 3), None)]


def test_all_users_are_beside_the_active_ones_where_they_were_asked_for(audience) -> None:
    query = "select visitors, total_users from marts.fct_visitors where period = 'day' order by period_start"
    visitors = audience.rows(query)
    assert visitors == [(90, None), (80, 84)]
