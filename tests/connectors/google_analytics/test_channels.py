"""Sessions by channel, held against the sessions of the day."""

from datetime import date, timedelta

import grpc
import pytest

from connectors.sandbox.analytics_reports import DIMENSIONS
from connectors.sdk.contract import ONE_DAY
from tests.connectors.google_analytics.calls import (
    OCTOBER_7,
    channel_findings,
    known_visits,
    pull_channels,
    rows,
)


def test_sessions_by_channel_that_do_not_come_to_those_of_the_day_are_told(
    serve, lake, monkeypatch
):
    """20 of 1,000 sessions have a channel that is listed."""
    known_visits(monkeypatch, Direct=980, Email=20)
    server = serve(missing_rows={(OCTOBER_7, "Direct")})
    report = pull_channels(server, lake, OCTOBER_7, OCTOBER_7)
    assert [row["sessions"] for row in rows(lake, "traffic_by_channel", OCTOBER_7)] == [20]
    [finding] = channel_findings(lake)
    assert (finding.what, finding.column, finding.day) == (
        "differs_from_total", "sessions", OCTOBER_7,
    )  # fmt: skip
    assert finding.message == (
        "sessions of the rows come to 20, and Google Analytics 4 by itself says 1,000 "
        "(980 missing, 98.0%); compare the day there"
    )
    assert [manifest.settled for manifest in report.committed] == [False]  # weeks later
    server.faults.missing_rows.clear()
    server.today += timedelta(days=7)  # when it is asked for again
    report = pull_channels(server, lake, OCTOBER_7, OCTOBER_7)
    assert [manifest.settled for manifest in report.committed] == [True]


@pytest.mark.parametrize(("missing", "is_told"), [(50, False), (51, True)])
def test_what_google_only_estimates_may_differ_by_a_twentieth(
    serve, lake, monkeypatch, missing, is_told
):
    known_visits(monkeypatch, Direct=1_000 - missing, Email=missing)
    pull_channels(serve(missing_rows={(OCTOBER_7, "Email")}), lake, OCTOBER_7, OCTOBER_7)
    assert bool(channel_findings(lake)) is is_told


@pytest.mark.parametrize(("missing", "is_told"), [(250, False), (251, True)])
def test_a_day_that_google_flags_may_lack_a_quarter(serve, lake, monkeypatch, missing, is_told):
    known_visits(monkeypatch, Direct=1_000 - missing, Referral=missing)
    pull_channels(serve(thresholded=frozenset({OCTOBER_7})), lake, OCTOBER_7, OCTOBER_7)
    [manifest] = lake.manifests("google_analytics", "traffic_by_channel").values()
    assert manifest.flags == ("thresholded",)
    assert bool(manifest.findings) is is_told


def test_a_day_without_any_channel_is_held_against_its_sessions(serve, lake, monkeypatch):
    known_visits(monkeypatch, Direct=1_000)
    report = pull_channels(
        serve(missing_rows={(OCTOBER_7, "Direct")}), lake, OCTOBER_7, OCTOBER_7 + ONE_DAY
    )
    assert [finding.day for finding in channel_findings(lake)] == [OCTOBER_7]
    assert sorted((m.window, m.settled) for m in report.committed) == [
        (OCTOBER_7, False), (OCTOBER_7 + ONE_DAY, True),
    ]  # fmt: skip


def test_a_day_without_sessions_has_neither_rows_nor_a_finding(serve, lake, monkeypatch):
    known_visits(monkeypatch, Direct=0)
    report = pull_channels(serve(), lake, OCTOBER_7, OCTOBER_7)
    assert (report.rows, channel_findings(lake)) == (0, [])


def test_sessions_of_the_day_that_are_sampled_prove_nothing(serve, lake, monkeypatch):
    known_visits(monkeypatch, Direct=500, Email=500)
    server = serve(missing_rows={(OCTOBER_7, "Email")}, sampled=frozenset({OCTOBER_7}))
    pull_channels(server, lake, OCTOBER_7, OCTOBER_7)
    assert channel_findings(lake) == []


def test_a_month_costs_one_more_request(serve, lake):
    server = serve()
    pull_channels(server, lake, date(2026, 10, 1), date(2026, 10, 31))
    assert [[x.name for x in asked.dimensions] for asked in server.reports[1:]] == [
        ["date", "sessionDefaultChannelGroup"], ["date"],
    ]  # fmt: skip


def test_a_property_whose_sessions_of_the_day_are_refused_keeps_its_channels(serve, lake):
    server = serve()
    zone_and_channels = [None, None]
    refusal = (grpc.StatusCode.PERMISSION_DENIED, "no")
    server.faults.statuses = [*zone_and_channels, refusal]
    report = pull_channels(server, lake, OCTOBER_7, OCTOBER_7)
    assert (report.error, report.rows, channel_findings(lake)) == (None, 6, [])


def test_sessions_of_the_day_without_a_date_prove_nothing(serve, lake, monkeypatch):
    known_visits(monkeypatch, Direct=1_000)
    server = serve()
    of_day = DIMENSIONS["date"]

    def date_of(day: date, channel: str) -> str:
        return of_day(day, channel) if channel else "(other)"  # the report without a channel

    monkeypatch.setitem(DIMENSIONS, "date", date_of)
    report = pull_channels(server, lake, OCTOBER_7, OCTOBER_7)
    assert (report.rows, channel_findings(lake)) == (1, [])
