"""Rows that Google flags, and rows without a day: told where they belong, and the others kept."""

from datetime import date

import pytest

from connectors.lake.lake import Lake
from connectors.sandbox.analytics_reports import DIMENSIONS
from tests.connectors.google_analytics.calls import (
    OCTOBER_7,
    channel_findings,
    known_visits,
    pull_channels,
    rows,
    take,
)

BAD_DAY = date(2026, 3, 14)


def test_a_thresholded_day_is_flagged_alone(serve, lake):
    take(serve(), lake, date(2026, 2, 20), date(2026, 4, 5))
    flagged = {
        (name, window): manifest.flags
        for name in ("traffic_by_channel", "visitors_by_day", "visitors_by_month")
        for window, manifest in lake.manifests("google_analytics", name).items()
        if manifest.flags
    }
    assert flagged == {("traffic_by_channel", BAD_DAY): ("thresholded",)}
    assert len(rows(lake, "traffic_by_channel", BAD_DAY)) == 5


def test_sampling_and_the_other_row_are_flags_too(serve, lake):
    server = serve(
        sampled=frozenset({date(2026, 10, 3)}),
        other_row=frozenset({date(2026, 10, 3), date(2026, 10, 4)}),
    )
    take(server, lake, date(2026, 10, 1), date(2026, 10, 5), only=["visitors_by_day"])
    flags = [m.flags for m in lake.manifests("google_analytics", "visitors_by_day").values()]
    assert flags == [(), (), ("data_loss_other_row", "sampled"), ("data_loss_other_row",), ()]


@pytest.mark.parametrize("written", ["(other)", "(not set)", "", "20261307"])
def test_a_row_without_a_date_is_told_on_its_day_and_the_days_other_rows_are_kept(
    serve, lake, monkeypatch, written
):
    known_visits(monkeypatch, Direct=980, Email=20)
    of_day = DIMENSIONS["date"]

    def date_of(day: date, channel: str) -> str:
        return written if (day, channel) == (OCTOBER_7, "Email") else of_day(day, channel)

    monkeypatch.setitem(DIMENSIONS, "date", date_of)
    report = pull_channels(serve(), lake, date(2026, 10, 1), date(2026, 10, 31))
    assert report.error is None
    without_date = [x for x in channel_findings(lake) if x.what == "no_day"]
    assert [(x.column, x.day, x.rows, x.is_set_aside) for x in without_date] == [
        ("date", OCTOBER_7, 1, True)
    ]
    assert {x.day for x in channel_findings(lake)} == {OCTOBER_7}
    assert [x["sessions"] for x in rows(lake, "traffic_by_channel", OCTOBER_7)] == [980]
    assert report.rows == 31 * 2 - 1


@pytest.mark.parametrize("written", ["(other)", "(not set)", "", "202610", "20261099"])
def test_a_row_without_a_date_stops_no_report_of_days(serve, lake, monkeypatch, written):
    of_day = DIMENSIONS["date"]
    monkeypatch.setitem(
        DIMENSIONS,
        "date",
        lambda day, channel: written if day == OCTOBER_7 else of_day(day, channel),
    )
    report = take(serve(), lake, date(2026, 10, 5), date(2026, 10, 9), only=["visitors_by_day"])[
        "visitors_by_day"
    ]
    assert (report.error, report.rows) == (None, 4)
    assert findings_of(lake, "visitors_by_day") == [(OCTOBER_7, OCTOBER_7, "no_day", "date", 1)]


@pytest.mark.parametrize("written", ["(other)", "(not set)", "", "20261001", "202613"])
def test_a_row_without_a_month_is_told_in_its_month_and_the_others_are_kept(
    serve, lake, monkeypatch, written
):
    """Of three months two are known. The third is missing, and not zero: its window has no row and a finding."""
    of_month = DIMENSIONS["yearMonth"]
    monkeypatch.setitem(
        DIMENSIONS,
        "yearMonth",
        lambda day, channel: written if day.month == 9 else of_month(day, channel),
    )
    report = take(serve(), lake, date(2026, 8, 1), date(2026, 10, 31), only=["visitors_by_month"])[
        "visitors_by_month"
    ]
    september = date(2026, 9, 1)
    assert report.error is None
    assert [len(rows(lake, "visitors_by_month", date(2026, n, 1))) for n in (8, 9, 10)] == [1, 0, 1]
    assert findings_of(lake, "visitors_by_month") == [(september, None, "no_day", "month", 1)]


def test_the_other_row_of_a_month_flags_it_beside_the_row_it_has(serve, lake, monkeypatch):
    """The rare days of September are put together in `(other)`, and the common ones keep their month."""
    of_month = DIMENSIONS["yearMonth"]

    def month_of(day: date, channel: str) -> str:
        return "(other)" if (day.month, day.day) == (9, 30) else of_month(day, channel)

    monkeypatch.setitem(DIMENSIONS, "yearMonth", month_of)
    server = serve(other_row=frozenset({date(2026, 9, 30)}))
    take(server, lake, date(2026, 8, 1), date(2026, 10, 31), only=["visitors_by_month"])
    september = date(2026, 9, 1)
    flags = {x: m.flags for x, m in lake.manifests("google_analytics", "visitors_by_month").items()}
    assert flags[september] == ("data_loss_other_row",)
    assert [x.day for x in flags if flags[x]] == [1]
    assert len(rows(lake, "visitors_by_month", september)) == 1
    assert findings_of(lake, "visitors_by_month") == [(september, None, "no_day", "month", 1)]


@pytest.mark.parametrize("named", ["(other)", "(not set)", "", "Unassigned"])
def test_a_channel_that_google_does_not_know_is_kept_under_what_it_says(
    serve, lake, monkeypatch, named
):
    """980 and 20 sessions come to the 1,000 of the day, so that none is lost and none is told."""
    known_visits(monkeypatch, Direct=980, Email=20)
    monkeypatch.setitem(
        DIMENSIONS,
        "sessionDefaultChannelGroup",
        lambda day, channel: named if channel == "Email" else channel,
    )
    pull_channels(serve(), lake, OCTOBER_7, OCTOBER_7)
    by_channel = {
        row["channel"]: row["sessions"] for row in rows(lake, "traffic_by_channel", OCTOBER_7)
    }
    assert by_channel == {"Direct": 980, named: 20}
    assert channel_findings(lake) == []


def findings_of(lake: Lake, stream: str) -> list[tuple[date, date | None, str, str, int]]:
    """Of each finding of a stream: the window, the day, what it is, the column, the rows."""
    manifests = lake.manifests("google_analytics", stream)
    return [
        (window, x.day, x.what, x.column, x.rows)
        for window, manifest in manifests.items()
        for x in manifest.findings
    ]
