from datetime import date, timedelta

from connectors.facebook_pages import PAGE_SNAPSHOT
from connectors.sandbox.company import on_day
from connectors.sandbox.facebook_pages import PAGE_ID, TOKEN, series
from connectors.sandbox.http_server import Reply
from connectors.sdk.windows import Range

TODAY = date(2026, 11, 24)
OCTOBER = Range(date(2026, 10, 1), date(2026, 10, 31))
ONE_DAY = Range(date(2026, 10, 1), date(2026, 10, 1))
METRICS = {"page_daily_follows", "page_media_view", "page_views_total", "page_post_engagements"}


def test_32000_people_like_the_page_on_30_june_2026(page) -> None:
    day = date(2026, 6, 30)
    values = on_day(page.options(page.serve()), day)
    report = page.pulled("page_snapshot", values, Range(day, day), today=day)
    assert report.error is None
    assert page.lake.read("facebook_pages", PAGE_SNAPSHOT, day).to_pylist() == [
        {"date": day, "page_id": PAGE_ID, "likes": 32_000, "followers": 33_088}
    ]


def test_a_snapshot_of_a_day_gone_by_is_not_pulled(page) -> None:
    report = page.pulled(
        "page_snapshot", page.options(page.serve()), Range(date(2026, 11, 20), TODAY)
    )
    assert [manifest.window for manifest in report.committed] == [TODAY]
    assert report.skipped == {"past, and only the present can be asked for": 4}


def test_insights_older_than_two_years_are_not_asked_for(page) -> None:
    """730 days before 24 November 2026 is 24 November 2024."""
    report = page.insights(page.serve(), Range(date(2024, 11, 20), date(2024, 11, 26)))
    assert report.error is None
    assert [manifest.window.day for manifest in report.committed] == [24, 25, 26]
    assert report.skipped == {"older than the source keeps": 4}


def test_a_figure_belongs_to_the_pacific_day_that_ends_with_it(page) -> None:
    last_of_summer_time = ("2026-11-01T07:00:00+0000", 31)
    first_of_winter_time = ("2026-11-02T08:00:00+0000", 1)
    next_day = ("2026-11-03T08:00:00+0000", 2)
    answer = {
        "data": [series("page_views_total", last_of_summer_time, first_of_winter_time, next_day)]
    }
    server = page.serve(replies={1: Reply(200, answer)})
    wanted = Range(date(2026, 10, 31), date(2026, 11, 2))
    page.insights(server, wanted)
    values = page.values(wanted)
    assert [values[date(2026, 10, 31) + timedelta(n), "page_views_total"] for n in range(3)] == [
        31,
        1,
        2,
    ]


def test_a_value_that_is_not_told_is_stored_as_missing_and_not_as_zero(page) -> None:
    answer = {"data": [series("page_views_total", ("2026-10-02T07:00:00+0000", 0))]}
    page.insights(page.serve(replies={1: Reply(200, answer)}), ONE_DAY)
    assert page.values(ONE_DAY) == {
        (ONE_DAY.first, "page_daily_follows"): None,
        (ONE_DAY.first, "page_media_view"): None,
        (ONE_DAY.first, "page_views_total"): 0,
        (ONE_DAY.first, "page_post_engagements"): None,
    }


def test_every_day_has_every_metric_once(page) -> None:
    report = page.insights(page.serve(), OCTOBER)
    assert report.error is None
    values = page.values(OCTOBER)
    days = [date(2026, 10, n) for n in range(1, 32)]
    assert values.keys() == {(day, metric) for day in days for metric in METRICS}
    assert report.rows == 31 * 4
    assert all(value and value > 0 for value in values.values())


def test_two_years_take_nine_calls_and_no_paging_link_is_followed(page) -> None:
    server = page.serve()
    report = page.insights(server, Range(date(2024, 12, 1), date(2026, 11, 23)))
    assert report.error is None
    assert len(report.committed) == 722
    assert report.skipped == {"not over yet": 1}
    assert len(server.asked) == 9
    for request in server.asked:
        assert "access_token" not in request.params
        assert TOKEN not in f"{request.path}{request.query}"
        assert request.headers["authorization"] == f"Bearer {TOKEN}"


def test_the_last_days_are_counted_up_and_then_left_alone(page) -> None:
    day = Range(date(2026, 11, 10), date(2026, 11, 10))
    key = (day.first, "page_post_engagements")
    seen, settled = [], []
    for later in (2, 3, 4):
        today = day.first + timedelta(days=later)
        report = page.insights(page.serve(today), day, today=today)
        seen.append(page.values(day)[key])
        settled += [manifest.settled for manifest in report.committed]
    assert seen[0] < seen[1] < seen[2]
    assert settled == [False, False, True]
    after = page.insights(page.serve(), day)
    assert after.skipped == {"settled": 1}
    page.insights(page.serve(), Range(day.first, day.last, repull=True))
    assert page.values(day)[key] == seen[2]


def test_yesterday_is_not_asked_for_before_it_is_refreshed(page) -> None:
    report = page.insights(page.serve(), Range(date(2026, 11, 22), date(2026, 11, 23)))
    assert [manifest.window for manifest in report.committed] == [date(2026, 11, 22)]
    assert report.skipped == {"not over yet": 1}


def test_pulling_twice_gives_the_same_files(page) -> None:
    server = page.serve()
    october_again = Range(OCTOBER.first, OCTOBER.last, repull=True)

    def files() -> list[str]:
        return sorted(str(path) for path in page.lake.root.rglob("*=*/*.parquet"))

    page.insights(server, october_again)
    before = files()
    assert len(page.insights(server, october_again).committed) == 31
    assert files() == before
    assert len(before) == 1  # of the month


def test_healthy_windows_carry_no_flag(page) -> None:
    assert {x.flags for x in page.insights(page.serve(), OCTOBER).committed} == {()}


def test_only_declared_columns_are_stored(page) -> None:
    answer = {"id": PAGE_ID, "fan_count": 7, "followers_count": 9, "name": "Jane's", "new": 1}
    page.pulled(
        "page_snapshot",
        page.options(page.serve(replies={1: Reply(200, answer)})),
        Range(TODAY, TODAY),
    )
    assert page.lake.read("facebook_pages", PAGE_SNAPSHOT, TODAY).to_pylist() == [
        {"date": TODAY, "page_id": PAGE_ID, "likes": 7, "followers": 9}
    ]
