"""Invoices and subscriptions, as they come into the lake."""

from datetime import UTC, date, datetime

import pytest

from connectors.sandbox.http_server import Reply
from connectors.sandbox.invoices import invoices_until
from connectors.sandbox.stripe import INVOICES, SUBSCRIPTIONS
from connectors.sandbox.subscribers import subscriptions_until
from connectors.sdk.errors import Drift, PermissionDenied
from connectors.sdk.windows import Range
from connectors.stripe.billing import INVOICE_LINES
from connectors.stripe.billing import SUBSCRIPTIONS as SUBSCRIBED
from tests.connectors.set_aside import set_aside

OCTOBER = Range(date(2026, 10, 1), date(2026, 10, 31))
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def lines_of(days: Range) -> dict[str, tuple[str, int]]:
    """Invoice and amount of each line of the invoices made in these days, by the company's own books."""
    return {
        line["id"]: (invoice["id"], line["amount"])
        for invoice in invoices_until(NOON)
        if days.first <= datetime.fromtimestamp(invoice["created"], UTC).date() <= days.last
        for line in invoice["lines"]["data"]
    }


def test_every_line_of_a_month_is_there_once_also_those_that_have_to_be_asked_for(account) -> None:
    report = account.pulled(account.serve(), OCTOBER, stream=INVOICE_LINES)
    assert report.error is None
    rows = account.rows(OCTOBER, INVOICE_LINES)
    assert len({x["id"] for x in rows}) == len(rows)
    assert {x["id"]: (x["invoice_id"], x["amount_minor"]) for x in rows} == lines_of(OCTOBER)
    per_invoice = [x["invoice_id"] for x in rows]
    assert max(map(per_invoice.count, per_invoice)) >= 12
    for row in rows:
        assert OCTOBER.first <= row["invoice_created_at"].date() <= OCTOBER.last


def test_a_line_says_what_it_is_for(account) -> None:
    account.pulled(account.serve(), OCTOBER, stream=INVOICE_LINES)
    rows = account.rows(OCTOBER, INVOICE_LINES)
    assert {x["currency"] for x in rows} == {"usd", "jpy", "kwd"}
    for row in rows:
        assert row["subscription_id"].startswith("sub_")
        assert row["customer_id"].startswith("cus_")
        assert row["price_id"].startswith("price_")
        assert (row["subscription_item_id"] is None) == row["is_proration"]
        assert row["period_start"] < row["period_end"]
    discounted = [x for x in rows if x["discount_minor"]]
    assert discounted
    for row in discounted:
        assert row["discount_minor"] == row["amount_minor"] * 20 // 100
    assert any(x["is_proration"] for x in rows)


def test_a_window_is_read_again_until_its_invoices_are_likely_to_be_final(account) -> None:
    yesterday = Range(date(2026, 11, 23), date(2026, 11, 23))
    server = account.serve()
    account.pulled(server, yesterday, stream=INVOICE_LINES)
    account.pulled(server, yesterday, stream=INVOICE_LINES)
    assert sum(x.path == INVOICES for x in server.asked) == 2
    late = datetime(2026, 12, 30, tzinfo=UTC)
    account.pulled(server, yesterday, stream=INVOICE_LINES, now=late)
    account.pulled(server, yesterday, stream=INVOICE_LINES, now=late)
    assert sum(x.path == INVOICES for x in server.asked) == 3


def test_a_day_is_not_pulled_while_its_last_invoices_are_drafts(account) -> None:
    yesterday = Range(date(2026, 11, 23), date(2026, 11, 23))
    at_one = datetime(2026, 11, 24, 1, tzinfo=UTC)
    report = account.pulled(account.serve(), yesterday, stream=INVOICE_LINES, now=at_one)
    assert report.committed == []
    assert report.skipped == {"not over yet": 1}


def test_all_subscriptions_are_there_with_all_their_parts_and_when_they_ended(account) -> None:
    report = account.pulled(account.serve(), OCTOBER, stream=SUBSCRIBED, now=NOON)
    assert report.error is None
    assert [x.window for x in report.committed] == [date(2026, 11, 24)]
    morning = datetime(2026, 11, 24, 9, tzinfo=UTC)
    booked = subscriptions_until(morning)
    rows = account.rows(Range(NOON.date(), NOON.date()), SUBSCRIBED)
    assert len({x["subscription_id"] for x in rows}) == len(booked)
    assert len(rows) == sum(len(x.terms[-1].quantities) for x in booked)
    ended = [x.ended_at for x in booked if x.ended_at and x.ended_at <= morning]
    assert len(ended) > 50
    assert {x["ended_at"] for x in rows if x["status"] == "canceled"} == set(ended)
    assert sum(x["period_amount_minor"] for x in rows if x["status"] == "active") == sum(
        sum(x.terms[-1].quantities) * x.unit_amount
        for x in booked
        if x.ended_at is None or x.ended_at > morning
    )
    assert {x["date"] for x in rows} == {NOON.date()}
    assert {x["price_interval"] for x in rows} == {"month", "year"}
    assert sum(x["cancels_at"] is not None for x in rows) == sum(
        x.terms[-1].is_last for x in booked
    )


@pytest.mark.parametrize(
    ("path", "stream", "needed"),
    [
        (INVOICES, INVOICE_LINES, "rak_invoice_read"),
        (SUBSCRIPTIONS, SUBSCRIBED, "rak_subscription_read"),
    ],
)
def test_a_key_that_may_not_read_it_says_what_it_needs(account, path, stream, needed) -> None:
    report = account.pulled(account.serve(forbidden=frozenset({path})), OCTOBER, stream=stream)
    assert isinstance(report.error, PermissionDenied)
    assert needed in str(report.error)
    assert report.committed == []


def october_invoice() -> dict[str, object]:
    """An invoice of October with one line."""
    return next(
        x
        for x in invoices_until(NOON)
        if len(x["lines"]["data"]) == 1
        and datetime.fromtimestamp(x["created"], UTC).date() == date(2026, 10, 8)
    )


def changed(change: str) -> dict[str, object]:
    """The invoice with something about its line gone or of another kind."""
    invoice = october_invoice()
    (line,) = invoice["lines"]["data"]
    line = {
        "parent gone": {k: v for k, v in line.items() if k != "parent"},
        "parent of another type": line | {"parent": line["parent"] | {"type": "quote_details"}},
        "period a text": line | {"period": "2026-10"},
        "amount a decimal": line | {"amount": 19.5},
        "proration a text": line
        | {
            "parent": {
                "type": "subscription_item_details",
                "subscription_item_details": {"proration": "no"},
            }
        },
        "as it is": line,
    }[change]
    return invoice | {"lines": invoice["lines"] | {"data": [line]}}


@pytest.mark.parametrize(
    "change",
    [
        "parent gone",
        "parent of another type",
        "period a text",
    ],
)
def test_a_line_of_another_shape_is_drift(account, change: str) -> None:
    page = {"object": "list", "data": [changed(change)], "has_more": False, "url": INVOICES}
    server = account.serve([], path=INVOICES, replies={1: Reply(200, page)})
    report = account.pulled(server, OCTOBER, stream=INVOICE_LINES)
    assert isinstance(report.error, Drift)
    assert report.committed == []


@pytest.mark.parametrize(
    ("change", "column"),
    [("amount a decimal", "amount_minor"), ("proration a text", "is_proration")],
)
def test_a_line_with_a_field_of_another_type_is_set_aside(account, change: str, column) -> None:
    page = {"object": "list", "data": [changed(change)], "has_more": False, "url": INVOICES}
    server = account.serve([], path=INVOICES, replies={1: Reply(200, page)})
    report = account.pulled(server, OCTOBER, stream=INVOICE_LINES)
    assert set_aside(report) == {("wrong_type", column): 1}


@pytest.mark.parametrize("change", ["parent gone", "parent of another type", "period a text"])
def test_an_invoice_of_another_shape_is_set_aside_on_its_day_and_the_others_are_taken(
    account, change: str
) -> None:
    good, bad = changed("as it is"), changed(change)
    page = {"object": "list", "data": [good, bad, None], "has_more": False, "url": INVOICES}
    server = account.serve([], path=INVOICES, replies={1: Reply(200, page)})
    report = account.pulled(server, OCTOBER, stream=INVOICE_LINES)
    assert set_aside(report) == {("wrong_shape", ""): 2}
    assert report.rows == 1
    days = [finding.day for manifest in report.committed for finding in manifest.findings]
    assert len([day for day in days if day]) == 1


def test_the_same_line_unchanged_is_none(account) -> None:
    page = {"object": "list", "data": [changed("as it is")], "has_more": False, "url": INVOICES}
    server = account.serve([], path=INVOICES, replies={1: Reply(200, page)})
    assert account.pulled(server, OCTOBER, stream=INVOICE_LINES).rows == 1
