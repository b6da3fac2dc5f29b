"""Days and months of traffic as a property has them, pages and restatements included."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pyarrow as pa

from connectors.google_analytics.source import SOURCE
from connectors.lake.manifest import schema_hash
from connectors.sdk.contract import ONE_DAY
from tests.connectors.google_analytics.calls import rows, take


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
