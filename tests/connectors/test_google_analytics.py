"""Google Analytics 4, against a server that speaks its protocol."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import grpc
import pyarrow as pa
import pytest

from connectors.google_analytics.source import SOURCE
from connectors.lake.lake import Lake
from connectors.lake.manifest import schema_hash
from connectors.sandbox.analytics_reports import DIMENSIONS, PROPERTY, Faults
from connectors.sandbox.google_analytics import AnalyticsServer
from connectors.sandbox.traffic import Visits
from connectors.sdk.contract import ONE_DAY, Finding
from connectors.sdk.engine import StreamReport, pull
from connectors.sdk.errors import (
    CredentialError,
    PermissionDenied,
    QuotaExhausted,
    Rejected,
    SourceError,
    Throttled,
    Unavailable,
)
from connectors.sdk.google_api import diagnose
from connectors.sdk.opening import open_connection
from connectors.sdk.windows import Range
from tests.connectors.clock import unslept
from tests.connectors.google_key import key_file, without_own_credentials
from tests.limits import HANG_SECONDS

TODAY = date(2026, 11, 24)
BAD_DAY = date(2026, 3, 14)


@pytest.fixture
def serve() -> Iterator[Callable[..., AnalyticsServer]]:
    servers: list[AnalyticsServer] = []

    def start(today: date = TODAY, **faults) -> AnalyticsServer:
        servers.append(AnalyticsServer(today, faults=Faults(**faults)))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path)


def take(
    server: AnalyticsServer, lake: Lake, first: date, last: date | None = None, **other
) -> dict[str, StreamReport]:
    values = {"GA4_PROPERTY_ID": PROPERTY, "GA4_API_ENDPOINT": server.address} | other.pop(
        "values", {}
    )
    now = datetime(server.today.year, server.today.month, server.today.day, 9, tzinfo=UTC)
    reports = pull(
        SOURCE,
        values,
        lake,
        Range(first, last or server.today - ONE_DAY),
        **{"now": lambda: now, "calls": unslept(SOURCE)} | other,
    )
    return {report.stream.name: report for report in reports}


def rows(lake: Lake, stream: str, window: date) -> list[dict[str, object]]:
    return lake.read("google_analytics", SOURCE.stream(stream), window).to_pylist()


def test_a_month_of_traffic_comes_out_as_the_sample_company_had_it(serve, lake):
    """4 % more people than were active: 152,340 and 6,094 others (6,093.6) are 158,434."""
    reports = take(serve(), lake, date(2026, 10, 1), date(2026, 10, 31))
    assert [report.error for report in reports.values()] == [None] * 3
    assert rows(lake, "visitors_by_month", date(2026, 10, 1)) == [
        {"month": date(2026, 10, 1), "visitors": 152_340, "total_users": 158_434}
    ]
    (day,) = rows(lake, "visitors_by_day", date(2026, 10, 7))
    channels = rows(lake, "traffic_by_channel", date(2026, 10, 7))
    assert [row["channel"] for row in channels] == [
        "Direct", "Email", "Organic Search", "Organic Social", "Paid Search", "Referral",
    ]  # fmt: skip
    assert sum(row["users"] for row in channels) > day["visitors"] > 152_340 / 31
    assert all(
        row["new_users"] < row["users"] < row["total_users"] < row["sessions"] for row in channels
    )
    assert reports["traffic_by_channel"].rows == 31 * 6


def test_the_open_month_counts_the_visitors_so_far(serve, lake):
    server = serve()
    take(server, lake, date(2026, 11, 1), only=["visitors_by_month"])
    (month,) = rows(lake, "visitors_by_month", date(2026, 11, 1))
    assert 120_000 < month["visitors"] < 158_210
    (manifest,) = lake.manifests("google_analytics", "visitors_by_month").values()
    assert (manifest.data_through, manifest.settled) == (date(2026, 11, 23), False)
    assert server.reports[-1].date_ranges[0].end_date == "2026-11-23"


def test_a_day_is_restated_until_three_days_later_and_a_row_that_vanished_is_removed(serve, lake):
    day, server = date(2026, 11, 20), serve(date(2026, 11, 21))

    def sessions() -> dict[str, int]:
        return {row["channel"]: row["sessions"] for row in rows(lake, "traffic_by_channel", day)}

    known = []
    for _ in range(5):
        take(server, lake, date(2026, 11, 1))
        known.append(sessions())
        server.today += ONE_DAY
        server.faults.missing_rows.add((day, "Referral"))
    assert "Referral" in known[0]
    assert "Referral" not in known[1]
    direct = [users["Direct"] for users in known]
    assert direct[0] < direct[1] < direct[2] < direct[3] == direct[4]


def known_visits(monkeypatch: pytest.MonkeyPatch, **sessions: int) -> None:
    """Let each day have these sessions by channel."""
    by_channel = {name: Visits(n, n, n, n) for name, n in sessions.items()}
    monkeypatch.setattr("connectors.sandbox.analytics_reports.visits", lambda *_: by_channel)


def channel_findings(lake: Lake) -> list[Finding]:
    manifests = lake.manifests("google_analytics", "traffic_by_channel").values()
    return [finding for manifest in manifests for finding in manifest.findings]


def pull_channels(server: AnalyticsServer, lake: Lake, first: date, last: date) -> StreamReport:
    return take(server, lake, first, last, only=["traffic_by_channel"])["traffic_by_channel"]


OCTOBER_7 = date(2026, 10, 7)


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


def test_sessions_of_the_day_without_a_date_prove_nothing(serve, lake, monkeypatch):
    known_visits(monkeypatch, Direct=1_000)
    server = serve()
    of_day = DIMENSIONS["date"]

    def date_of(day: date, channel: str) -> str:
        return of_day(day, channel) if channel else "(other)"  # the report without a channel

    monkeypatch.setitem(DIMENSIONS, "date", date_of)
    report = pull_channels(server, lake, OCTOBER_7, OCTOBER_7)
    assert (report.rows, channel_findings(lake)) == (1, [])


def findings_of(lake: Lake, stream: str) -> list[tuple[date, date | None, str, str, int]]:
    """Of each finding of a stream: the window, the day, what it is, the column, the rows."""
    manifests = lake.manifests("google_analytics", stream)
    return [
        (window, x.day, x.what, x.column, x.rows)
        for window, manifest in manifests.items()
        for x in manifest.findings
    ]


def test_a_lake_that_was_pulled_before_users_were_active_users_is_pulled_again(serve, lake):
    """It had 160,000 users in all as visitors; now 152,340 active ones, and all beside them."""
    before = replace(
        SOURCE.stream("visitors_by_month"),
        schema=pa.schema([SOURCE.stream("visitors_by_month").schema.field(n) for n in range(2)]),
    )
    october = date(2026, 10, 1)
    server = serve()
    take(server, lake, october, date(2026, 10, 31), only=["visitors_by_month"])
    manifest = lake.manifests("google_analytics", "visitors_by_month")[october]
    old = pa.table({"month": [october], "visitors": [160_000]}, schema=before.schema)
    old_manifest = replace(
        manifest, connector_version="1", schema_hash=schema_hash(before.schema), settled=True
    )
    lake.rewrite("google_analytics", before.name, october, lambda _: (old_manifest, [old]))
    report = take(server, lake, october, date(2026, 10, 31), only=["visitors_by_month"])
    assert [x.window for x in report["visitors_by_month"].committed] == [october]
    assert rows(lake, "visitors_by_month", october)[0]["visitors"] == 152_340


def test_answers_that_come_in_pages_are_read_to_the_end(serve, lake):
    server = serve(rows_per_answer=50)
    reports = take(server, lake, date(2026, 10, 1), date(2026, 10, 31), only=["traffic_by_channel"])
    assert reports["traffic_by_channel"].rows == 186
    by_channel, whole_days = server.reports[1:-1], server.reports[-1]
    assert [request.offset for request in by_channel] == [0, 50, 100, 150]
    assert [name.name for name in whole_days.dimensions] == ["date"]
    assert all(
        request.return_property_quota and request.limit <= 250_000 for request in server.reports
    )


def test_days_are_the_propertys_also_where_clocks_change(serve, lake):
    server = serve(timezone="America/New_York")
    server.today = date(2026, 3, 9)
    # after the clocks went forward, midnight in New York is 04:00 UTC; four hours later the day is there
    for now, expected in (((9, 7, 59), 7), ((9, 8, 0), 8)):
        take(
            server, lake, date(2026, 3, 6), date(2026, 3, 9), only=["visitors_by_day"],
            now=lambda now=now: datetime(2026, 3, *now, tzinfo=UTC),
        )  # fmt: skip
        assert max(lake.manifests("google_analytics", "visitors_by_day")) == date(2026, 3, expected)


def test_a_property_that_is_not_ours_is_denied_with_its_remedy(serve, lake):
    reports = take(serve(), lake, date(2026, 11, 1), values={"GA4_PROPERTY_ID": "999"})
    for report in reports.values():
        assert isinstance(report.error, PermissionDenied)
        assert "Viewer" in str(report.error)


@pytest.mark.parametrize(
    ("code", "said", "fault"),
    [
        (grpc.StatusCode.UNAUTHENTICATED, "Request had invalid authentication credentials.", CredentialError),
        (grpc.StatusCode.PERMISSION_DENIED, "Google Analytics Data API has not been used", PermissionDenied),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "Exhausted property tokens per day.", QuotaExhausted),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "Exhausted property tokens for a project per hour.", QuotaExhausted),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "Exhausted concurrent requests quota.", Throttled),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "Tokens of a separate project are exhausted.", QuotaExhausted),
        (grpc.StatusCode.UNAVAILABLE, "The service is currently unavailable.", Unavailable),
        (grpc.StatusCode.INTERNAL, "An internal error has occurred.", Unavailable),
        (grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded", Unavailable),
        (grpc.StatusCode.ABORTED, "aborted", Unavailable),
        (grpc.StatusCode.INVALID_ARGUMENT, "Field sessionz is not a valid metric.", Rejected),
        (grpc.StatusCode.NOT_FOUND, "not found", Rejected),
        (
            grpc.StatusCode.UNAVAILABLE,
            "Getting metadata from plugin failed with error: ('invalid_grant: Invalid JWT Signature.',)",
            CredentialError,
        ),
    ],
)  # fmt: skip
def test_each_status_is_told_for_what_it_is(serve, lake, code, said, fault):
    slept: list[float] = []
    report = take(
        serve(statuses=[(code, said)] * 20),
        lake,
        date(2026, 11, 1),
        calls=unslept(SOURCE, slept),
        only=["visitors_by_day"],
    )["visitors_by_day"]
    assert type(report.error) is fault
    assert bool(slept) == fault.retryable
    if fault is not CredentialError:
        assert said[:20] in str(report.error)
    assert lake.manifests("google_analytics", "visitors_by_day") == {}


def test_a_server_that_fails_twice_is_asked_again(serve, lake):
    slept: list[float] = []
    server = serve(statuses=[(grpc.StatusCode.UNAVAILABLE, "try again")] * 2)
    report = take(
        server, lake, date(2026, 11, 20), calls=unslept(SOURCE, slept), only=["visitors_by_day"]
    )["visitors_by_day"]
    assert report.error is None
    assert len(report.committed) == 4
    assert len(slept) == 2


def test_a_quota_that_runs_out_keeps_what_was_pulled_and_asks_no_more(serve, lake):
    server = serve(rows_per_answer=50)
    server.faults.tokens_left = 0
    reports = take(server, lake, date(2026, 11, 1))
    assert len(server.reports) == 1  # the answer to the first question said that nothing is left
    for report in reports.values():
        assert isinstance(report.error, QuotaExhausted)
        assert "tokens per day" in str(report.error)


def test_a_server_that_is_not_there_is_unavailable(lake):
    server = AnalyticsServer(TODAY)
    server.close()
    slept: list[float] = []
    reports = take(server, lake, date(2026, 11, 20), calls=unslept(SOURCE, slept))
    assert all(isinstance(report.error, Unavailable) for report in reports.values())
    assert len([wait for wait in slept if wait > 0.3]) == 5  # beside the pace of the bucket


@pytest.mark.parametrize("given", ["", "G-ABC123", "412 345", "properties/", "412345678/../1"])
def test_what_is_no_property_id_is_refused_before_anyone_is_asked(serve, lake, given):
    server = serve()
    reports = take(server, lake, date(2026, 11, 1), values={"GA4_PROPERTY_ID": given})
    assert all("GA4_PROPERTY_ID" in str(report.error) for report in reports.values())
    assert server.reports == []


def opening(values: dict[str, str]) -> SourceError:
    with pytest.raises(SourceError) as caught:
        open_connection(SOURCE, {"GA4_PROPERTY_ID": PROPERTY} | values, unslept(SOURCE))
    return caught.value


def test_over_https_a_credential_is_needed(tmp_path, monkeypatch):
    without_own_credentials(monkeypatch, tmp_path)
    fault = opening({})
    assert isinstance(fault, CredentialError)
    assert "GOOGLE_APPLICATION_CREDENTIALS is not set" in str(fault)
    gone = opening({"GOOGLE_APPLICATION_CREDENTIALS": str(tmp_path / "gone.json")})
    assert isinstance(gone, CredentialError)
    assert "gone.json" in str(gone)


def test_over_https_calls_are_signed_and_encrypted(tmp_path):
    """Nobody answers; that it is asked at all means that the key was read and a channel opened."""
    path = key_file(tmp_path)
    fault = opening(
        {
            "GA4_API_ENDPOINT": "https://127.0.0.1:1",
            "GOOGLE_APPLICATION_CREDENTIALS": str(path),
        }
    )
    assert isinstance(fault, Unavailable)
    assert "BEGIN" not in str(fault)


@pytest.mark.parametrize(
    "address",
    ["http://analyticsdata.googleapis.com", "ftp://127.0.0.1", "http://127.0.0.1:1/v1", "nowhere"],
)
def test_an_address_that_is_neither_https_nor_on_loopback_is_refused(address):
    assert isinstance(opening({"GA4_API_ENDPOINT": address}), Rejected)


def test_an_exception_that_is_not_googles_is_no_fault():
    assert diagnose(ValueError("a bug")) is None


def test_listing_the_source_does_not_import_the_client():
    seen = "import sys, connectors.google_analytics.source; print({'grpc', 'google.auth'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_process_that_pulled_ends_without_a_word(tmp_path):
    script = f"""
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from connectors.sdk.engine import pull
from connectors.google_analytics.source import SOURCE
from connectors.lake.lake import Lake
from connectors.lake.manifest import schema_hash
from connectors.sandbox.google_analytics import serve
from connectors.sdk.windows import Range
served = serve(date(2026, 11, 24), Path({str(tmp_path)!r}))
pull(SOURCE, served.values, Lake(Path({str(tmp_path)!r})), Range(date(2026, 11, 22), date(2026, 11, 23)),
     now=lambda: datetime(2026, 11, 24, 9, tzinfo=UTC))
served.close()
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        capture_output=True,
        text=True,
        timeout=HANG_SECONDS,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
