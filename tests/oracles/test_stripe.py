"""Every request that the connector sends to Stripe, and every answer of the sandbox, as Stripe's library has them."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
import stripe

from connectors.lake.lake import Lake
from connectors.sandbox.billing_cases import billing_cases
from connectors.sandbox.stripe import KEY, Faults, StripeServer, too_many
from connectors.sdk.engine import pull
from connectors.sdk.windows import Range
from connectors.stripe.source import SOURCE
from tests.conformance.case import case_of
from tests.limits import HANG_SECONDS
from tests.oracles.stripe_examples import gaps
from tests.oracles.stripe_library import violations
from tests.oracles.traffic import Exchange, observed, traffic_of

CALLS = {
    "account",
    "balance_transactions",
    "invoices",
    "invoices/lines",
    "subscription_items",
    "subscriptions",
}


@pytest.fixture(scope="module")
def traffic(tmp_path_factory: pytest.TempPathFactory) -> list[Exchange]:
    return traffic_of(case_of("stripe"), tmp_path_factory.mktemp("stripe"))


@pytest.fixture(scope="module")
def exchange(traffic: list[Exchange]) -> Callable[[str], Exchange]:
    """The first exchange of a call."""
    return lambda name: next(x for x in traffic if x.request.path == f"/v1/{name}")


def test_a_pull_asks_and_is_answered_as_stripe_s_library_declares(traffic: list[Exchange]) -> None:
    calls = {re.sub("/in_[^/]+", "", x.request.path.removeprefix("/v1/")) for x in traffic}
    assert calls == CALLS
    assert [fault for x in traffic for fault in violations(x)] == []


def test_no_field_is_missing_that_stripe_s_examples_have(traffic: list[Exchange]) -> None:
    assert [fault for x in traffic for fault in gaps(x.answer, x.call)] == []


def test_no_field_is_missing_in_any_case_of_a_subscription(tmp_path: Path) -> None:
    noon = datetime(2026, 3, 12, 12, tzinfo=UTC)
    server = StripeServer(noon.date(), rows=[], billing=billing_cases(noon))
    values = {"STRIPE_API_KEY": KEY, "STRIPE_API_BASE": server.address}
    with server, observed() as exchanges:
        days = Range(date(2026, 2, 10), date(2026, 3, 11))
        pull(SOURCE, values, Lake(tmp_path), days, now=lambda: noon)
    assert {x.request.path.split("/")[2] for x in exchanges} >= {"prices", "coupons"}
    answers = [x for x in exchanges if x.reply.status == 200]
    (metered,) = {fault for x in answers for fault in gaps(x.answer, x.call)}
    assert "items.data[].quantity" in metered, (
        "a metered part has none, and the example is licensed"
    )


def test_refusals_are_worded_as_stripe_s_library_reads_them() -> None:
    faults = Faults(forbidden=frozenset({"/v1/invoices"}), replies={1: too_many("2")})
    with StripeServer(date(2024, 12, 3), rows=[], faults=faults) as server, observed() as exchanges:
        for path, key, params in (
            ("balance_transactions", KEY, {}),
            ("balance_transactions", "rk_test_another", {}),
            ("balance_transactions", KEY, {"colour": "red"}),
            ("balance_transactions", KEY, {"limit": "0"}),
            ("balance_transactions", KEY, {"starting_after": "txn_none"}),
            ("invoices", KEY, {}),
            ("unicorns", KEY, {}),
        ):
            headers = {"Authorization": f"Bearer {key}", "Stripe-Version": stripe.api_version}
            address = f"{server.address}/v1/{path}"
            requests.get(address, params=params, headers=headers, timeout=HANG_SECONDS)
    assert [x.reply.status for x in exchanges] == [429, 401, 400, 400, 400, 403, 404]
    assert [fault for x in exchanges for fault in violations(x)] == []


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("color", "red", "color is unknown"),
        ("created[since]", "1", "created[since] is unknown"),
        ("created[gte]", "yesterday", "created[gte]=yesterday is not"),
        ("limit", "many", "limit=many is not"),
        ("status", "cancelled", "status=cancelled is not"),
        ("expand[2]", "data.colour", "data.colour cannot be expanded"),
        ("expand[2]", "data.items.data.price.tiers", "price.tiers cannot be expanded"),
    ],
)
def test_a_parameter_that_stripe_has_not_is_noticed(
    exchange: Callable[[str], Exchange], name: str, value: str, fault: str
) -> None:
    asked = exchange("subscriptions")
    request = replace(asked.request, query=(*asked.request.query, (name, value)))
    (noticed,) = violations(replace(asked, request=request))
    assert fault in noticed


def test_items_need_the_subscription_that_they_are_of(exchange: Callable[[str], Exchange]) -> None:
    asked = exchange("subscription_items")
    (noticed,) = violations(replace(asked, request=replace(asked.request, query=())))
    assert noticed.endswith("subscription is missing")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"colour": "red"}, "colour is unknown"),
        ({"amount": None}, "amount is None and no int"),
        ({"amount": "1000"}, "amount is '1000' and no int"),
        ({"type": "sale"}, "type is 'sale', which the library does not list"),
        ({"exchange_rate": "1.1"}, "exchange_rate is '1.1' and no float"),
        ({"fee_details": [{}]}, "is missing"),
        ({"object": "charge"}, "object is 'charge'"),
    ],
)
def test_a_field_that_is_not_stripe_s_is_noticed(
    exchange: Callable[[str], Exchange], change: dict[str, Any], fault: str
) -> None:
    given = exchange("balance_transactions")
    answer = given.answer
    answer["data"] = [answer["data"][0] | change]
    changed = replace(given, reply=replace(given.reply, body=answer))
    assert fault in "\n".join(violations(changed))


def test_a_field_that_is_left_out_is_noticed(exchange: Callable[[str], Exchange]) -> None:
    given = exchange("balance_transactions")
    answer = given.answer
    del answer["data"][0]["net"]
    (noticed,) = violations(replace(given, reply=replace(given.reply, body=answer)))
    assert noticed.endswith("net is missing")


def test_a_field_that_is_left_out_instead_of_null_is_noticed(
    exchange: Callable[[str], Exchange],
) -> None:
    answer = exchange("balance_transactions").answer
    del answer["data"][1]["source"]
    (noticed,) = gaps(answer, "answer")
    assert "source is missing" in noticed


def test_a_path_and_a_version_that_stripe_has_not_are_noticed(
    exchange: Callable[[str], Exchange],
) -> None:
    given = exchange("invoices")
    moved = replace(given, request=replace(given.request, path="/v1/bills"))
    assert [*violations(moved)] == ["GET /v1/bills: the library has no such call"]
    old = replace(given.request, headers={"stripe-version": "2022-11-15"})
    (noticed,) = violations(replace(given, request=old))
    assert "version" in noticed
