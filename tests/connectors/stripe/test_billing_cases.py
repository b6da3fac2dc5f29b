"""Each case of a subscription, as it comes into the lake, and as Stripe's library and examples have it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from connectors.lake.lake import Lake
from connectors.sandbox.balance_transactions import identifier
from connectors.sandbox.billing_cases import billing_cases
from connectors.sandbox.stripe import KEY, StripeServer
from connectors.sdk.engine import pull
from connectors.sdk.windows import Range
from connectors.stripe.source import SOURCE
from tests.oracles.stripe_library import violations
from tests.oracles.traffic import Exchange, observed

TODAY = date(2026, 3, 12)
NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)
DAYS = Range(date(2026, 2, 10), date(2026, 3, 11))


@pytest.fixture(scope="module")
def pulled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Lake, list[Exchange], Any]]:
    """The account in a lake, what was said on the way, and the reports."""
    lake = Lake(tmp_path_factory.mktemp("cases"))
    server = StripeServer(TODAY, rows=[], billing=billing_cases(NOON))
    values = {"STRIPE_API_KEY": KEY, "STRIPE_API_BASE": server.address}
    with server, observed() as exchanges:
        reports = list(pull(SOURCE, values, lake, DAYS, now=lambda: NOON))
    yield lake, exchanges, reports


def rows(pulled: Any, stream: str) -> list[dict[str, Any]]:
    lake = pulled[0]
    declared = next(x for x in SOURCE.streams if x.name == stream)
    windows = lake.manifests("stripe", stream)
    return [row for day in windows for row in lake.read("stripe", declared, day).to_pylist()]


def test_all_of_it_is_as_stripe_s_library_declares(pulled: Any) -> None:
    _, exchanges, reports = pulled
    assert [report.error for report in reports] == [None, None, None]
    asked = {x.request.path.split("/")[2] for x in exchanges}
    assert asked >= {"subscriptions", "invoices", "prices", "coupons"}
    # the coupon that was deleted is refused
    assert [x.reply.status for x in exchanges if x.reply.status != 200] == [404]
    assert [fault for x in exchanges for fault in violations(x)] == []


def test_each_part_costs_what_its_price_discounts_and_taxes_say(pulled: Any) -> None:
    given = {
        row["customer_id"]: (
            row["period_amount_minor"],
            row["period_discount_minor"],
            row["period_tax_inside_minor"],
        )
        for row in rows(pulled, "subscriptions")
    }
    expected = {
        "active": (49_00, 0, 0),
        "cancelled": (490_00, 0, 0),
        "more seats": (49000_00, 0, 0),
        # five at 10.00, three at 8.00 and 20.00; eight at 8.00 and 20.00
        "graduated": (94_00, 0, 0),
        "volume": (84_00, 0, 0),
        # 1,001 at 2.5 cents are 25.025
        "fraction": (25_03, 0, 0),
        # two packages of five
        "package": (98_00, 0, 0),
        # two at 45.00 euros, of a price that comes in dollars
        "euros": (90_00, 0, 0),
        "quarter": (49_00, 0, 0),
        "use": (None, None, None),
        "share": (49_00, 4_90, 0),
        "amount": (49_00, 10_00, 0),
        "once": (49_00, 0, 0),
        "elsewhere": (49_00, 0, 0),
        "deleted": (49_00, None, 0),
        "over": (49_00, 0, 0),
        # a tenth of 49.00, and 10.00
        "part": (49_00, 14_90, 0),
        "own rate": (121_00, 0, 21_00),
        "automatic": (121_00, 0, None),
    }
    assert {name: given[identifier("cus", name)] for name in expected} == expected


def test_each_status_and_end_is_there(pulled: Any) -> None:
    listed = rows(pulled, "subscriptions")
    assert {x["status"] for x in listed} == {
        "active", "past_due", "unpaid", "incomplete", "incomplete_expired", "paused", "trialing",
        "canceled",
    }  # fmt: skip
    (ended,) = [x for x in listed if x["ended_at"]]
    assert ended["ended_at"] == datetime(2026, 3, 10, 9, tzinfo=UTC)
    assert [x["paused_collection"] for x in listed if x["paused_collection"]] == ["void"]
    assert [x["period_amount_minor"] for x in listed if x["currency"] == "eur"] == [90_00]
    assert sum(x["trial_ends_at"] is not None for x in listed) == 1
    assert [x["quantity"] for x in listed if x["usage_type"] == "metered"] == [None]


def test_lines_have_the_tax_inside_and_what_is_given_back(pulled: Any) -> None:
    lines = rows(pulled, "invoice_lines")
    assert sorted(x["tax_inside_minor"] for x in lines if x["tax_inside_minor"]) == [21_00, 21_00]
    changes = [(x["amount_minor"], x["quantity"]) for x in lines if x["is_proration"]]
    assert sorted(changes) == [(-4524_11, 10), (-452_41, 1), (45241_10, 100)]


def test_a_coupon_that_was_deleted_is_no_fault(pulled: Any) -> None:
    lake = pulled[0]
    (manifest,) = lake.manifests("stripe", "subscriptions").values()
    assert manifest.findings == ()
