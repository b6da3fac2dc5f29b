"""A REST source that is declared: what is asked, how pages follow, what the fields become."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from connectors.lake.lake import Lake
from connectors.sandbox.http_server import JsonServer, Reply, Request
from connectors.sdk.contract import Source, Stream, column
from connectors.sdk.engine import StreamReport, pull
from connectors.sdk.errors import Drift, Rejected, Unavailable
from connectors.sdk.fields import (
    UNREADABLE,
    Field,
    as_given,
    day,
    instant,
    minor_units,
    text,
    unix_seconds,
)
from connectors.sdk.paging import NextCursor, NextLink, Offset, PageNumber, PageRule
from connectors.sdk.rest import Endpoint, rest_source, unix_time
from connectors.sdk.throttle import ThrottledCalls
from connectors.sdk.windows import Range
from tests.connectors.clock import unslept
from tests.connectors.set_aside import set_aside

MOMENT = pa.timestamp("us", "UTC")
MONDAY = Range(date(2026, 11, 2), date(2026, 11, 2))
NINE = "2026-11-02T09:00:00Z"


def sales(**declared: Any) -> Stream:
    schema = pa.schema(
        [
            column("id", pa.string(), "Names the row"),
            column("sold_at", MOMENT, "When"),
            column("cents", pa.int64(), "How much", null=True),
        ]
    )
    given = {"key": ("id",), "cursor": "sold_at"} | declared
    return Stream(name="sales", description="Sales", schema=schema, **given)


FIELDS: Mapping[str, str | Field] = {
    "id": text("id"),
    "sold_at": instant("sold_at"),
    "cents": minor_units("price.amount", optional=True),
}


class Shop:
    """An API on loopback that answers as a test says, and a lake that it is pulled into."""

    def __init__(self, lake: Lake) -> None:
        self.lake = lake
        self.answer: Callable[[Request], Any] = lambda request: {"data": []}
        self.asked: list[Request] = []
        self.server = JsonServer(self._reply)

    def _reply(self, request: Request) -> Reply:
        self.asked.append(request)
        return Reply(200, self.answer(request))

    def source(self, stream: Stream, **declared: Any) -> Source:
        given = {"path": "/v1/sales", "rows": "data", "fields": FIELDS} | declared
        header = given.pop("header", {})
        return rest_source(
            name="shop",
            title="Shop",
            base="https://api.shop.example",
            token="SHOP_TOKEN",
            endpoints=[Endpoint(stream=stream, **given)],
            per_second=1000,
            burst=1000,
            **header,
        )

    def pulled(
        self, stream: Stream | None = None, wanted: Range = MONDAY, **declared: Any
    ) -> StreamReport:
        source = self.source(stream or sales(), **declared)
        (report,) = pull(
            source,
            {"SHOP_TOKEN": "s3cret", "SHOP_API_BASE": self.server.address},
            self.lake,
            wanted,
            now=lambda: datetime(2026, 11, 25, 12, tzinfo=UTC),
            calls=unslept(source),
        )
        return report

    def rows(self, stream: Stream | None = None, window: date = MONDAY.first) -> list[Any]:
        return self.lake.read("shop", stream or sales(), window).to_pylist()

    def ids(self) -> list[str]:
        return [row["id"] for row in self.rows()]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(Lake(tmp_path / "lake"))
    yield shop
    shop.server.close()


def sale(number: int, price: str = "12.50") -> dict[str, Any]:
    return {"id": number, "sold_at": NINE, "price": {"amount": price, "currency": "USD"}}


def test_fields_become_columns_and_the_token_is_in_the_header(shop: Shop) -> None:
    shop.answer = lambda request: {"data": [sale(7) | {"buyer": "somebody"}]}
    assert shop.pulled().error is None
    nine = datetime(2026, 11, 2, 9, tzinfo=UTC)
    assert shop.rows() == [{"id": "7", "sold_at": nine, "cents": 1250}]
    assert shop.asked[0].headers["authorization"] == "Bearer s3cret"
    assert shop.asked[0].path == "/v1/sales"


def test_a_token_may_be_in_a_header_of_the_vendors_own(shop: Shop) -> None:
    shop.pulled(header={"header": "X-Api-Key", "scheme": ""})
    assert shop.asked[0].headers["x-api-key"] == "s3cret"
    assert "authorization" not in shop.asked[0].headers


def test_a_range_is_asked_for_a_second_wider_and_what_lies_outside_is_dropped(shop: Shop) -> None:
    late = sale(2) | {"sold_at": "2026-11-03T00:00:00Z"}
    shop.answer = lambda request: {"data": [sale(1), late]}
    shop.pulled(since="from", until="to", params={"status": "paid"})
    assert shop.asked[0].params == {
        "from": "2026-11-01T23:59:59Z",
        "to": "2026-11-03T00:00:01Z",
        "status": "paid",
    }
    assert shop.ids() == ["1"]


def test_moments_may_be_asked_for_in_seconds(shop: Shop) -> None:
    shop.pulled(since="from", moment=unix_time)
    assert shop.asked[0].params == {"from": "1793577599"}  # a second before 2 November 2026


def test_the_newest_changes_have_no_end(shop: Shop) -> None:
    changing = sales(mutable=True)
    newest = Range(date(2026, 11, 24), date(2026, 11, 24))
    shop.pulled(changing, newest, since="since", until="until")
    shop.pulled(changing, MONDAY, since="since", until="until")
    assert [sorted(request.params) for request in shop.asked] == [["since"], ["since", "until"]]


def test_days_are_asked_for_as_days(shop: Shop) -> None:
    schema = pa.schema([column("date", pa.date32(), "Day"), column("visits", pa.int64(), "Visits")])
    visits = Stream(
        name="visits", description="Visits", schema=schema, key=("date",), cursor="date"
    )
    shop.answer = lambda request: {"data": [{"day": "2026-11-03", "visits": 5}]}
    two = Range(date(2026, 11, 2), date(2026, 11, 3))
    fields = {"date": day("day"), "visits": "visits"}
    shop.pulled(visits, two, fields=fields, since="first", until="last")
    assert shop.asked[0].params == {"first": "2026-11-02", "last": "2026-11-03"}
    assert shop.rows(visits, date(2026, 11, 3)) == [{"date": date(2026, 11, 3), "visits": 5}]


def test_a_snapshot_is_dated_with_the_day_it_was_asked_on(shop: Shop) -> None:
    schema = pa.schema([column("date", pa.date32(), "Day"), column("fans", pa.int64(), "Fans")])
    fans = Stream(
        name="fans", description="Fans", schema=schema, key=("date",), cursor="date", snapshot=True
    )
    shop.answer = lambda request: {"data": [{"fans": 31}]}
    shop.pulled(fans, fields={"fans": "fans"})
    today = date(2026, 11, 25)
    assert shop.rows(fans, today) == [{"date": today, "fans": 31}]


def by_cursor(request: Request) -> Any:
    first = int(request.params.get("after", 0))
    more = {"next": str(first + 2)} if first < 4 else {}
    return {"data": [sale(first + 1), sale(first + 2)], "paging": more}


def by_link(request: Request) -> Any:
    first = int(request.params.get("skip", 0))
    link = f"/v1/sales?status=paid&skip={first + 2}" if first < 4 else None
    return {"data": [sale(first + 1), sale(first + 2)], "next": link}


def by_offset(request: Request) -> Any:
    first = int(request.params["offset"])
    return {"data": [sale(n) for n in range(first + 1, min(first + 2, 5) + 1)]}


def by_number(request: Request) -> Any:
    page = int(request.params["page"])
    return {"data": [sale(2 * page - 1), sale(2 * page)] if page <= 3 else []}


@pytest.mark.parametrize(
    ("rule", "answer", "ids", "requests"),
    [
        (NextCursor(path="paging.next", param="after"), by_cursor, "123456", 3),
        (NextLink(path="next"), by_link, "123456", 3),
        (Offset(param="offset"), by_offset, "12345", 4),
        (PageNumber(param="page"), by_number, "123456", 4),
    ],
    ids=["cursor", "link", "offset", "number"],
)
def test_pages_follow_one_another_to_the_last(
    shop: Shop, rule: PageRule, answer: Callable[[Request], Any], ids: str, requests: int
) -> None:
    shop.answer = answer
    assert shop.pulled(pages=rule, params={"status": "paid"}).error is None
    assert shop.ids() == list(ids)
    assert len(shop.asked) == requests
    assert {request.params["status"] for request in shop.asked} == {"paid"}


def test_pages_that_lead_in_a_circle_end_with_a_fault(shop: Shop) -> None:
    shop.answer = lambda request: {"data": [sale(1)], "next": "again"}
    report = shop.pulled(pages=NextCursor(path="next", param="after"))
    assert isinstance(report.error, Unavailable)
    assert report.committed == []
    assert len(shop.asked) == 2


def test_a_link_to_elsewhere_is_not_followed(shop: Shop) -> None:
    for link in ("https://elsewhere.example/v1/sales?skip=2", "/v1/customers?skip=2"):
        shop.answer = lambda request, link=link: {"data": [sale(1)], "next": link}
        report = shop.pulled(pages=NextLink(path="next"))
        assert isinstance(report.error, Drift)
        assert "elsewhere.example" not in str(report.error)
    assert len(shop.asked) == 2


@pytest.mark.parametrize("answer", [{"rows": []}, {"data": None}, {"data": {}}, [], "data"])
def test_an_answer_without_its_list_is_not_an_empty_list(shop: Shop, answer: Any) -> None:
    shop.answer = lambda request: answer
    report = shop.pulled()
    assert isinstance(report.error, Drift)
    assert report.committed == []


def test_a_field_that_is_gone_is_named_unless_it_may_be_left_out(shop: Shop) -> None:
    shop.answer = lambda request: {"data": [{"id": 1, "sold_at": NINE}]}
    assert shop.pulled().error is None
    assert shop.rows()[0]["cents"] is None
    shop.answer = lambda request: {"data": [{"id": 1, "price": {"amount": "1"}}]}
    assert "sold_at" in str(shop.pulled(wanted=Range(date(2026, 11, 3), date(2026, 11, 3))).error)


@pytest.mark.parametrize(
    ("field", "given", "stored"),
    [
        (as_given("x"), 3, 3),
        (text("x"), 12, "12"),
        (text("x"), "a", "a"),
        (instant("x"), "2026-11-02T09:00:00+01:00", datetime(2026, 11, 2, 8, tzinfo=UTC)),
        (unix_seconds("x"), 0, datetime(1970, 1, 1, tzinfo=UTC)),
        (day("x"), "2026-11-02", date(2026, 11, 2)),
        (minor_units("x"), "12.5", 1250),
        (minor_units("x"), "-0.01", -1),
        (minor_units("x"), 12, 1200),
        (minor_units("x", decimals=0), "300", 300),
        (minor_units("x"), "100000000000000000.01", 10_000_000_000_000_000_001),
        (minor_units("x"), None, None),
    ],
)
def test_a_field_is_read_as_it_is_declared(field: Field, given: Any, stored: Any) -> None:
    assert field.value({"x": given}) == stored


@pytest.mark.parametrize(
    ("field", "given"),
    [
        (text("x"), 1.5),
        (text("x"), True),
        (instant("x"), "2026-11-02T09:00:00"),  # of which zone?
        (instant("x"), 1793610000),
        (unix_seconds("x"), "1793610000"),
        (unix_seconds("x"), 1.5),
        (unix_seconds("x"), 1_793_610_000_000),  # milliseconds: the year 58806
        (unix_seconds("x"), 2**62),
        (day("x"), "02/11/2026"),
        (minor_units("x"), 12.5),  # a float: it may be 12.499999
        (minor_units("x"), "12.345"),
        (minor_units("x"), "NaN"),
        (minor_units("x"), "twelve"),
    ],
)
def test_what_a_field_cannot_be_is_unreadable_whatever_it_is(field: Field, given: Any) -> None:
    assert field.value({"x": given}) is UNREADABLE


def test_a_row_with_an_unreadable_field_is_set_aside_and_the_others_are_kept(shop: Shop) -> None:
    shop.answer = lambda request: {"data": [sale(1), sale(2, "twelve"), sale(3), None, 4]}
    assert set_aside(shop.pulled()) == {("wrong_type", "cents"): 1, ("no_key", "id"): 2}
    assert shop.ids() == ["1", "3"]


def test_a_declaration_that_forgets_a_column_or_has_one_too_many_is_refused() -> None:
    with pytest.raises(ValueError, match="sales: fields and columns differ in cents, price"):
        Endpoint(stream=sales(), path="/", fields={"id": "id", "sold_at": "at", "price": "price"})


def test_the_address_can_be_set_and_goes_encrypted(shop: Shop) -> None:
    source = shop.source(sales())
    assert [option.name for option in source.options] == ["SHOP_TOKEN", "SHOP_API_BASE"]
    assert source.options[0].secret
    calls = ThrottledCalls(source.limits, source.diagnose)
    with pytest.raises(Rejected, match="SHOP_API_BASE"):
        source.open({"SHOP_TOKEN": "s", "SHOP_API_BASE": "http://api.shop.example"}, calls)
    source.open({"SHOP_TOKEN": "s"}, calls).close()


def test_a_window_that_is_read_again_restates(shop: Shop) -> None:
    monday_again = Range(MONDAY.first, MONDAY.last, repull=True)
    shop.answer = lambda request: {"data": [sale(1), sale(2)]}
    shop.pulled(sales(restates_for=timedelta(days=3)), monday_again)
    shop.answer = lambda request: {"data": [sale(2, "13.00")]}
    shop.pulled(sales(restates_for=timedelta(days=3)), monday_again)
    assert [(row["id"], row["cents"]) for row in shop.rows()] == [("2", 1300)]
