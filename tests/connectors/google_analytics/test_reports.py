"""Reports of Google Analytics 4 that sources.yml declares, against a server that speaks its protocol."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pydantic import ValidationError

from connectors.google_analytics.declared import ReportForm
from connectors.google_analytics.reports import read_amount
from connectors.google_analytics.source import SOURCE
from connectors.lake.lake import Lake
from connectors.sandbox.analytics_reports import PROPERTY, Faults
from connectors.sandbox.google_analytics import AnalyticsServer
from connectors.sandbox.traffic import visits
from connectors.sdk.contract import Cadence, Declarable, Source
from connectors.sdk.engine import StreamReport, pull
from connectors.sdk.errors import PermissionDenied, Rejected
from connectors.sdk.rules import adds_up
from connectors.sdk.windows import Range
from tests.connectors.clock import unslept

TODAY = date(2026, 11, 24)
DAY = date(2026, 10, 7)
ORDERS = {
    "dimensions": {"channel": "sessionDefaultChannelGroup"},
    "metrics": {"orders": "keyEvents:purchase", "revenue": "purchaseRevenue"},
}


def declarable() -> Declarable:
    assert SOURCE.declarable is not None
    return SOURCE.declarable


class Property:
    """A property of Google Analytics, and a lake that it is pulled into."""

    def __init__(self, lake: Lake, faults: Faults) -> None:
        self.lake = lake
        self.server = AnalyticsServer(TODAY, faults=faults)
        self.values = {"GA4_PROPERTY_ID": PROPERTY, "GA4_API_ENDPOINT": self.server.address}

    def described(self, keys: dict[str, Any]) -> pa.Schema:
        describe = declarable().describe
        assert describe is not None
        forms = {"report": ReportForm.model_validate(keys)}
        return describe(self.values, unslept(SOURCE), forms)["report"]

    def source(self, keys: dict[str, Any]) -> Source:
        forms = {"report": ReportForm.model_validate(keys)}
        return declarable().with_streams(SOURCE, forms, {"report": self.described(keys)})

    def pulled(
        self, keys: dict[str, Any], first: date = DAY, last: date = DAY
    ) -> tuple[StreamReport, list[dict[str, Any]]]:
        source = self.source(keys)
        now = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC)
        (report,) = pull(
            source,
            self.values,
            self.lake,
            Range(first, last),
            only=["report"],
            now=lambda: now,
            calls=unslept(source),
        )
        stream = source.stream("report")
        windows = self.lake.manifests("google_analytics", "report")
        rows = [
            row
            for window in windows
            for row in self.lake.read("google_analytics", stream, window).to_pylist()
        ]
        return report, rows


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., Property]]:
    properties: list[Property] = []

    def open_property(**faults: Any) -> Property:
        properties.append(Property(Lake(tmp_path), Faults(**faults)))
        return properties[-1]

    yield open_property
    for opened in properties:
        opened.server.close()


def refused(**keys: Any) -> str:
    with pytest.raises(ValidationError) as refusal:
        ReportForm.model_validate({"metrics": "sessions"} | keys)
    return " ".join(error["msg"] for error in refusal.value.errors())


def test_key_events_and_revenue_come_by_day_and_dimension_in_exact_decimals(
    opened: Callable[..., Property],
) -> None:
    """A quarter of all sessions buys for 49.90, which is 12.475 a session."""
    report, rows = opened().pulled(ORDERS)
    assert report.error is None
    sessions = {channel: x.sessions for channel, x in visits(DAY, TODAY).items()}
    assert {row["channel"]: (row["orders"], row["revenue"]) for row in rows} == {
        channel: (number * Decimal("0.25"), number * Decimal("12.475"))
        for channel, number in sessions.items()
    }
    assert {row["date"] for row in rows} == {DAY}


def test_the_columns_have_the_types_and_units_of_googles_answer(
    opened: Callable[..., Property],
) -> None:
    metrics = ["sessions", "purchaseRevenue", "keyEvents:purchase", "userEngagementDuration"]
    schema = opened().described({"metrics": metrics})
    amount = pa.decimal128(38, 9)
    assert [(x.name, x.type, (x.metadata or {}).get(b"unit")) for x in schema] == [
        ("date", pa.date32(), None),
        ("sessions", pa.int64(), None),
        ("purchase_revenue", amount, b"USD"),
        ("key_events_purchase", amount, None),
        ("user_engagement_duration", amount, b"seconds"),
    ]


def test_different_people_are_marked_as_not_to_be_added_up(
    opened: Callable[..., Property],
) -> None:
    schema = opened().described({"metrics": ["activeUsers", "newUsers", "sessions"]})
    assert [x.name for x in schema if not adds_up(x)] == ["active_users"]
    assert schema.field("active_users").metadata[b"description"].endswith(b"not to be added up")


def test_the_people_of_a_month_are_asked_for_by_month(opened: Callable[..., Property]) -> None:
    """The sample company's October has 152,340 different people."""
    keys = {"metrics": {"people": "activeUsers"}, "by": "month"}
    property_ = opened()
    report, rows = property_.pulled(keys, date(2026, 10, 1), date(2026, 10, 31))
    assert report.stream.window is Cadence.MONTH
    assert rows == [{"month": date(2026, 10, 1), "people": 152_340}]
    assert [x.name for x in property_.server.reports[-1].dimensions] == ["yearMonth"]


@pytest.mark.parametrize(
    ("condition", "channels"),
    [
        ("Email", {"Email"}),
        (["Email", "Direct"], {"Email", "Direct"}),
        ("email", set()),
        ({"begins_with": "Organic"}, {"Organic Search", "Organic Social"}),
        (
            {"not": {"contains": "Search"}},
            {"Direct", "Email", "Organic Social", "Referral"},
        ),
        ({"ends_with": "Search", "not": ["Paid Search"]}, {"Organic Search"}),
        ({"matches": "(Paid|Organic) S.*"}, {"Paid Search", "Organic Search", "Organic Social"}),
    ],
)
def test_filters_choose_rows_as_google_does(
    opened: Callable[..., Property], condition: Any, channels: set[str]
) -> None:
    keys = ORDERS | {"filters": {"sessionDefaultChannelGroup": condition}}
    report, rows = opened().pulled(keys)
    assert report.error is None
    assert {row["channel"] for row in rows} == channels


def test_a_day_is_pulled_again_when_another_filter_is_declared(
    opened: Callable[..., Property],
) -> None:
    property_ = opened()
    property_.pulled(ORDERS)
    assert property_.pulled(ORDERS | {"description": "Orders"})[0].skipped == {"settled": 1}
    _, rows = property_.pulled(ORDERS | {"filters": {"sessionDefaultChannelGroup": "Email"}})
    assert [row["channel"] for row in rows] == ["Email"]


def test_a_report_without_rows_is_a_day_without_rows(opened: Callable[..., Property]) -> None:
    keys = ORDERS | {"filters": {"sessionDefaultChannelGroup": "Fax"}}
    report, rows = opened().pulled(keys)
    assert (report.error, rows, len(report.committed)) == (None, [], 1)


def test_what_google_says_of_its_answer_is_a_flag_of_the_window(
    opened: Callable[..., Property],
) -> None:
    report, _ = opened(sampled=frozenset({DAY}), thresholded=frozenset({DAY})).pulled(ORDERS)
    (manifest,) = report.committed
    assert {*manifest.flags} == {"sampled", "thresholded"}


def test_a_name_that_google_does_not_know_is_told_in_its_own_words(
    opened: Callable[..., Property],
) -> None:
    with pytest.raises(Rejected, match="Field sesions is not a valid metric") as refusal:
        opened().described({"metrics": "sesions"})
    assert "api-schema" in refusal.value.remedy
    with pytest.raises(Rejected, match="Field land is not a valid dimension"):
        opened().described({"metrics": "sessions", "dimensions": "land"})


def test_zeros_that_google_gives_instead_of_withheld_figures_are_refused(
    opened: Callable[..., Property],
) -> None:
    with pytest.raises(PermissionDenied, match="Google withholds purchaseRevenue"):
        opened(restricted=frozenset({"purchaseRevenue"})).described(ORDERS)


def test_a_report_that_has_not_been_described_is_left_out() -> None:
    forms = {"report": ReportForm.model_validate(ORDERS)}
    assert declarable().with_streams(SOURCE, forms, {}).streams == SOURCE.streams


@pytest.mark.parametrize(
    ("text", "amount"),
    [("84.0", "84"), ("1.2345678E7", "12345678"), ("0.1", "0.1"), ("4191.6000000000004", "4191.6")],
)
def test_a_double_is_read_as_the_amount_that_was_meant(text: str, amount: str) -> None:
    assert read_amount(text) == Decimal(amount)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"dimensions": ["date", "country"]}, "`dimensions` has `date`; leave it out"),
        ({"metrics": [f"m{n}" for n in range(11)]}, "11 metrics; name 10 at most"),
        ({"dimensions": "sessions"}, "two columns are called `sessions`"),
        ({"dimensions": ["customEvent:Plan", "customEvent_plan"]}, "two names would be the column"),
        ({"dimensions": {"account": "country"}}, "`account` is a column that Okra adds itself"),
        ({"filters": {"country": {"in": ["DE"]}}}, "the filter of `country` cannot be read"),
        ({"filters": {"country": []}}, "the filter of `country` cannot be read"),
        ({"by": "week"}, "should be 'day' or 'month'"),
    ],
)
def test_a_report_that_cannot_be_asked_for_is_refused(keys: dict[str, Any], message: str) -> None:
    assert message in refused(**keys)
