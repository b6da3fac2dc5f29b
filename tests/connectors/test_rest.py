"""A REST API whose streams are declared: what is asked of it, what its rows become, and what is refused."""

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.lake.lake import Lake
from connectors.rest import SOURCE, RestStream
from connectors.sandbox.http_server import JsonServer, Reply, Request
from connectors.sdk.contract import Source
from connectors.sdk.engine import StreamReport, pull
from connectors.sdk.windows import Range
from tests.connectors.clock import unslept
from tests.connectors.set_aside import set_aside

MONDAY = Range(date(2026, 11, 2), date(2026, 11, 2))
ORDERS: Mapping[str, Any] = {
    "path": "/v1/orders",
    "rows": "data",
    "key": "id",
    "append": "placed_at",
    "since": "from",
    "until": "to",
    "params": {"status": "any"},
    "columns": {
        "id": "integer",
        "net": {"path": "total.net", "type": "decimal"},
        "is_paid": {"path": "paid", "type": "boolean"},
        "ships_on": {"type": "date", "optional": "true"},
        "placed_at": "timestamp",
        "tags": "json",
    },
}


def order(number: int, **fields: Any) -> dict[str, Any]:
    placed = {"placed_at": "2026-11-02T09:00:00+01:00", "buyer": "somebody"}
    return {"id": number, "total": {"net": "12.50"}, "paid": True, "tags": []} | placed | fields


class Shop:
    """An API on loopback that answers as a test says, and a lake that it is pulled into."""

    def __init__(self, lake: Lake) -> None:
        self.lake = lake
        self.answer: Callable[[Request], Any] = lambda request: {"data": [order(7)]}
        self.server = JsonServer(self._reply)
        self.values: dict[str, str] = {"REST_BASE_URL": self.server.address, "REST_TOKEN": "s3cret"}

    def _reply(self, request: Request) -> Reply:
        answer = self.answer(request)
        return answer if isinstance(answer, Reply) else Reply(200, answer)

    def source(self, **keys: Any) -> Source:
        declarable = SOURCE.declarable
        assert declarable is not None
        written = {key: value for key, value in {**ORDERS, **keys}.items() if value is not None}
        forms = {"orders": RestStream.model_validate(written)}
        return declarable.with_streams(SOURCE, forms, {})

    def pulled(
        self, wanted: Range = MONDAY, now: datetime | None = None, **keys: Any
    ) -> StreamReport:
        source = self.source(**keys)
        (report,) = pull(
            source,
            self.values,
            self.lake,
            wanted,
            now=lambda: now or datetime(2026, 11, 25, 12, tzinfo=UTC),
            calls=unslept(source),
        )
        return report

    def rows(self, window: date = MONDAY.first, **keys: Any) -> list[dict[str, Any]]:
        (stream,) = self.source(**keys).streams
        rows: list[dict[str, Any]] = self.lake.read("rest", stream, window).to_pylist()
        return rows


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(Lake(tmp_path / "lake"))
    yield shop
    shop.server.close()


def refused(**keys: Any) -> str:
    with pytest.raises(ValidationError) as refusal:
        RestStream.model_validate({**ORDERS, **keys})
    return " ".join(error["msg"] for error in refusal.value.errors())


def test_declared_columns_are_stored_in_their_types_and_nothing_else(shop: Shop) -> None:
    shop.answer = lambda request: {"data": [order(7, tags=["b", {"z": 1, "a": 2}])]}
    assert shop.pulled().error is None
    assert shop.rows() == [
        {
            "id": 7,
            "net": Decimal("12.500000000"),
            "is_paid": True,
            "ships_on": None,
            "placed_at": datetime(2026, 11, 2, 8, tzinfo=UTC),
            "tags": '["b", {"a": 2, "z": 1}]',
        }
    ]
    (asked,) = shop.server.asked
    assert (asked.path, asked.headers["authorization"]) == ("/v1/orders", "Bearer s3cret")
    # a second before and after the day
    assert asked.params == {
        "status": "any",
        "from": "2026-11-01T23:59:59Z",
        "to": "2026-11-03T00:00:01Z",
    }


@pytest.mark.parametrize(
    ("values", "header", "text"),
    [
        ({"REST_USER": "api"}, "authorization", f"Basic {b64encode(b'api:s3cret').decode()}"),
        ({"REST_HEADER": "X-Api-Key"}, "x-api-key", "s3cret"),
        ({"REST_HEADER": "X-Api-Key", "REST_SCHEME": "Token"}, "x-api-key", "Token s3cret"),
        ({"REST_SCHEME": "none"}, "authorization", "s3cret"),
        ({"REST_TOKEN": ""}, "authorization", None),
    ],
)
def test_the_credential_is_in_the_header_that_is_declared(
    shop: Shop, values: dict[str, str], header: str, text: str | None
) -> None:
    shop.values |= values
    assert shop.pulled().error is None
    assert shop.server.asked[0].headers.get(header) == text


def test_days_are_those_of_the_declared_zone(shop: Shop) -> None:
    shop.values["REST_TIMEZONE"] = "Europe/Berlin"
    shop.answer = lambda request: {"data": [order(1, placed_at="2026-11-02T00:30:00+01:00")]}
    assert shop.pulled().error is None
    assert [row["id"] for row in shop.rows()] == [1]
    assert shop.server.asked[0].params["from"] == "2026-11-01T22:59:59Z"


def test_moments_are_read_as_they_are_declared(shop: Shop) -> None:
    at = 1_793_610_000  # 2026-11-02 09:00 UTC
    columns = ORDERS["columns"] | {
        "placed_at": "timestamp",
        "paid_at": {"type": "timestamp", "moment": "unix_ms"},
        "seen_at": {"type": "timestamp", "moment": "iso", "timezone": "America/New_York"},
    }
    shop.answer = lambda request: {
        "data": [order(1, placed_at=at, paid_at=at * 1000 + 5, seen_at="2026-11-02T04:00:00")]
    }
    assert shop.pulled(moment="unix", columns=columns).error is None
    (row,) = shop.rows(moment="unix", columns=columns)
    nine = datetime(2026, 11, 2, 9, tzinfo=UTC)
    assert (row["placed_at"], row["seen_at"]) == (nine, nine)
    assert row["paid_at"] == nine.replace(microsecond=5000)
    assert shop.server.asked[0].params["from"] == str(at - 9 * 3600 - 1)


def test_a_moment_without_its_offset_is_set_aside_where_no_zone_is_declared(shop: Shop) -> None:
    shop.answer = lambda request: {"data": [order(1, placed_at="2026-11-02T09:00:00"), order(2)]}
    assert set_aside(shop.pulled()) == {("no_day", "placed_at"): 1}
    assert [row["id"] for row in shop.rows()] == [2]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("12.50", "12.50"),
        (12, "12"),
        (12.1, "12.1"),
        (-0.07, "-0.07"),
        (123456789012.345, "123456789012.345"),
        (1234567890123.4567, None),
        ("12,50", None),
        ("0.0000000001", None),
        (True, None),
    ],
)
def test_an_amount_is_exact_or_set_aside(shop: Shop, given: Any, kept: str | None) -> None:
    shop.answer = lambda request: {"data": [order(1, total={"net": given}), order(2)]}
    report = shop.pulled()
    assert report.error is None
    assert [row["net"] for row in shop.rows() if row["id"] == 1] == (
        [Decimal(kept)] if kept else []
    )
    assert set_aside(report) == ({} if kept else {("wrong_type", "net"): 1})


def test_what_changed_is_pulled_by_the_cursor_and_asked_for_up_to_now(shop: Shop) -> None:
    keys: dict[str, Any] = {
        "append": None,
        "cursor": "changed_at",
        "gone": "deleted_at",
        "columns": {"id": "integer", "changed_at": "timestamp", "deleted_at": "timestamp"},
    }
    shop.answer = lambda request: {
        "data": [
            {"id": 1, "changed_at": "2026-11-02T09:00:00Z", "deleted_at": None},
            {"id": 2, "changed_at": "2026-11-03T01:00:00Z", "deleted_at": "2026-11-03T01:00:00Z"},
        ]
    }
    report = shop.pulled(now=datetime(2026, 11, 3, 2, tzinfo=UTC), **keys)
    assert report.error is None
    assert [row["id"] for row in shop.rows(**keys)] == [1, 2]
    assert shop.server.asked[0].params == {"status": "any", "from": "2026-11-01T23:59:59Z"}


def test_a_list_that_is_read_whole_is_asked_for_once_and_sees_deletions(shop: Shop) -> None:
    keys: dict[str, Any] = {"append": None, "since": None, "until": None, "whole": "placed_at"}
    year = Range(date(2025, 1, 1), date(2026, 11, 24))
    shop.answer = lambda request: {"data": [order(1), order(2)]}
    shop.pulled(year, **keys)
    assert len(shop.server.asked) == 1
    shop.answer = lambda request: {"data": [order(2)]}
    report = shop.pulled(year, **keys)
    assert [row["id"] for row in shop.rows(**keys)] == [2]
    assert len(report.committed) == 1


def test_a_snapshot_is_kept_under_the_day_on_which_it_was_taken(shop: Shop) -> None:
    keys: dict[str, Any] = {"append": None, "since": None, "until": None, "snapshot": "true"}
    today = date(2026, 11, 25)
    assert shop.pulled(**keys).error is None
    (row,) = shop.rows(today, **keys)
    assert (row["taken_on"], row["id"]) == (today, 7)


@pytest.mark.parametrize(
    ("pages", "answers", "asked"),
    [
        (
            {"kind": "next_cursor", "path": "meta.next", "param": "cursor"},
            {"": {"meta": {"next": "b"}}, "b": {}},
            [None, "b"],
        ),
        (
            {"kind": "next_link", "path": "next"},
            {"": {"next": "/v1/orders?cursor=b&status=any"}, "b": {"next": None}},
            [None, "b"],
        ),
        ({"kind": "offset", "param": "cursor"}, {"0": {}, "1": {}}, ["0", "1", "2"]),
        (
            {"kind": "page_number", "param": "cursor", "start": "0"},
            {"0": {}, "1": {}},
            ["0", "1", "2"],
        ),
    ],
)
def test_pages_follow_by_the_rule_that_is_declared(
    shop: Shop, pages: dict[str, Any], answers: dict[str, Any], asked: list[str | None]
) -> None:
    def answer(request: Request) -> Any:
        page = request.params.get("cursor", "")
        number = [*answers].index(page) + 1 if page in answers else 0
        return {"data": [order(number)] if number else []} | answers.get(page, {})

    shop.answer = answer
    assert shop.pulled(pages=pages).error is None
    assert [row["id"] for row in shop.rows()] == [1, 2]
    assert [request.params.get("cursor") for request in shop.server.asked] == asked


def test_days_are_pulled_again_when_another_list_is_declared_and_not_for_other_words(
    shop: Shop,
) -> None:
    assert len(shop.pulled().committed) == 1
    assert shop.pulled(description="Orders of the shop", restates_days="2").skipped == {
        "settled": 1
    }
    assert len(shop.pulled(params={"status": "paid"}).committed) == 1


def test_an_empty_list_is_a_day_without_rows(shop: Shop) -> None:
    shop.answer = lambda request: {"data": []}
    report = shop.pulled()
    assert (report.error, report.rows, len(report.committed)) == (None, 0, 1)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"orders": [], "page": 1}, ("GET /v1/orders gave no list 'data' (it has orders)", "`rows`")),
        ([], ("GET /v1/orders gave no list 'data'", "`rows`")),
        (Reply(404, {"error": "secret s3cret"}), ("GET /v1/orders gave HTTP 404", "`path`")),
        (Reply(422, {"error": "secret s3cret"}), ("GET /v1/orders gave HTTP 422", "`params`")),
        (Reply(401, {}), ("GET /v1/orders gave HTTP 401", "renew it")),
        ({"data": [{"id": 1}]}, ("orders came without its column 'net', 'is_paid', 'placed_at'", "")),
    ],
)  # fmt: skip
def test_a_fault_names_the_list_and_what_to_correct(
    shop: Shop, answer: Any, words: tuple[str, str]
) -> None:
    shop.answer = lambda request: answer
    error = str(shop.pulled().error)
    assert all(word in error for word in words), error
    assert "s3cret" not in error


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"pages": {"kind": "next_cursor", "path": "next"}}, "without `param`"),
        ({"path": "/orders?status=any"}, "should match pattern"),
        ({"since": ""}, "`until` without `since`; add `since`"),
        ({"append": "", "snapshot": "true"}, "`since` with `snapshot`"),
        (
            {"columns": {"id": {"type": "integer", "timezone": "UTC"}, "placed_at": "timestamp"}},
            "`timezone` of a integer",
        ),
        (
            {"columns": {"id": "integer", "placed_at": {"type": "timestamp", "timezone": "Mars"}}},
            "`timezone` is 'Mars', which is not known",
        ),
        ({"columns": {"id": "integr", "placed_at": "timestamp"}}, "should be 'integer'"),
        ({"append": "placed"}, "`append: placed` is none of the columns; did you mean `placed_at`?"),
    ],
)  # fmt: skip
def test_a_declaration_that_cannot_be_meant_is_refused(keys: dict[str, Any], message: str) -> None:
    assert message in refused(**keys)


def test_a_credential_is_not_sent_to_another_machine_unencrypted(shop: Shop) -> None:
    shop.values["REST_BASE_URL"] = "http://api.shop.example"
    assert "base_url would send the credential unencrypted" in str(shop.pulled().error)
