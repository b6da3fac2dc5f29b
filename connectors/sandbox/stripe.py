"""Stripe, as the sample company would find it: the endpoints that the connector reads.

Behaves as docs.stripe.com/api describes balance transactions: newest first, cursors by id, `has_more`,
errors as `{"error": {...}}`. Test hooks are arguments of the server, never reachable over HTTP.
"""

import base64
import threading
import time as clock
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from urllib.parse import unquote

from connectors.sandbox.balance_transactions import Row
from connectors.sandbox.http_server import JsonServer, Reply, Request, RequestsPerSecond
from connectors.sandbox.invoices import cut_short, invoices_until
from connectors.sandbox.ledger import rows_until
from connectors.sandbox.served import Served
from connectors.sandbox.stripe_lists import StripeList, error, expansions, refused_expansion
from connectors.sandbox.subscription_objects import subscriptions_at

KEY = "rk_test_sample_company"
MORNING = time(9, tzinfo=UTC)
"""The time of `today` that the server shows."""
LIST, ACCOUNT = "/v1/balance_transactions", "/v1/account"
INVOICES, SUBSCRIPTIONS, ITEMS = "/v1/invoices", "/v1/subscriptions", "/v1/subscription_items"
PRICES, COUPONS = "/v1/prices/", "/v1/coupons/"
PERMISSIONS = {INVOICES: "rak_invoice_read", SUBSCRIPTIONS: "rak_subscription_read"}
ITEM_DISCOUNTS = "data.items.data.discounts"
EXPANDABLE = {PRICES: ("tiers", "currency_options"), COUPONS: ("applies_to",)}
"""The fields of a price and of a coupon that do not come by themselves."""


@dataclass
class Faults:
    """What goes wrong, for tests. Requests to the list at `path` are counted from 1, over all its pages."""

    path: str = LIST

    forbidden: frozenset[str] = frozenset()
    """Paths that the key may not read."""
    replies: Mapping[int, Reply] = field(default_factory=dict)
    """What request n of the list gets instead of its answer."""
    cut_off: frozenset[int] = frozenset()
    """The requests of the list that break off in the middle of their answer."""
    hidden: set[str] = field(default_factory=set)
    """Ids that are not visible yet."""
    timezone: str | None = "Etc/UTC"
    """The account's timezone."""


@dataclass(frozen=True)
class Billing:
    """What an account bills. Discounts are objects, prices have their tiers and coupons their products."""

    invoices: Sequence[Row] = ()
    subscriptions: Sequence[Row] = ()
    prices: Sequence[Row] = ()
    coupons: Sequence[Row] = ()


class StripeServer(JsonServer):
    """The ledger as it stands on the morning of `today`, or the `rows` or `billing` of a test, oldest first."""

    def __init__(
        self,
        today: date,
        *,
        rows: Sequence[Row] | None = None,
        billing: Billing | None = None,
        requests_per_second: int = 100,
        latency: float = 0.0,
        faults: Faults | None = None,
    ) -> None:
        """`latency`: seconds by which each answer is delayed."""
        now = datetime.combine(today, MORNING)
        self._ceiling = RequestsPerSecond(requests_per_second)
        self.limits = (self._ceiling,)
        self._latency = latency
        self._lock = threading.Lock()
        self.faults = faults or Faults()
        movements = with_status(rows_until(now) if rows is None else rows, now)
        if billing is None and rows is None:
            billing = Billing(invoices_until(now), subscriptions_at(now))
        billing = billing or Billing()
        self._lists = lists(movements, billing, hidden=self.faults.hidden)
        self._objects = {PRICES + x["id"]: x for x in billing.prices}
        self._objects |= {COUPONS + x["id"]: x for x in billing.coupons}
        self.pages_asked = 0
        """How many requests for the list there have been."""
        super().__init__(self._answer)

    def _answer(self, request: Request) -> Reply:
        with self._lock:
            counts = request.path == self.faults.path
            self.pages_asked += counts
            number = self.pages_asked if counts else 0
        if key_of(request) != KEY:
            return error(401, "Invalid API Key provided: " + masked(key_of(request)))
        if not self._ceiling.allows(request.path):
            return too_many()
        clock.sleep(self._latency)
        if request.path in self.faults.forbidden:
            needed = PERMISSIONS.get(request.path, "rak_balance_transaction_read")
            return error(
                403,
                f"The provided key '{masked(KEY)}' does not have the required permissions for this "
                f"endpoint. Having the '{needed}' permission would allow it.",
                code="permission_error",
            )
        if request.method == "GET" and request.path == ACCOUNT:
            return Reply(200, account(self.faults.timezone))
        if request.method == "GET" and request.path in self._lists:
            if number in self.faults.replies:
                return self.faults.replies[number]
            reply = self._lists[request.path].page(request)
            cut_off = number in self.faults.cut_off
            return Reply(reply.status, reply.body, reply.headers, cut_off)
        if request.method == "GET" and request.path.startswith((PRICES, COUPONS)):
            return self._object(request)
        return error(404, f"Unrecognized request URL ({request.method}: {request.path}).")

    def _object(self, request: Request) -> Reply:
        """A price or a coupon by its id."""
        kind = PRICES if request.path.startswith(PRICES) else COUPONS
        for path in expansions(request):
            if refusal := refused_expansion(path, EXPANDABLE[kind]):
                return refusal
        row = self._objects.get(unquote(request.path))
        if row is None:
            message = f"No such {kind[4:-2]}: '{request.path.removeprefix(kind)}'"
            return error(404, message, code="resource_missing", param=kind[4:-2])
        hidden = {*EXPANDABLE[kind]}.difference(expansions(request))
        return Reply(200, {name: value for name, value in row.items() if name not in hidden})


def lists(movements: Sequence[Row], billing: Billing, *, hidden: set[str]) -> dict[str, StripeList]:
    """Every list, by its path. A nested list has a path when it is longer than what is sent."""
    invoices, subscriptions = billing.invoices, billing.subscriptions
    sent = [cut_short(invoice, "lines") for invoice in invoices]
    items = [item for x in subscriptions for item in x["items"]["data"]]
    by_path = {
        LIST: StripeList(LIST, "balance_transaction", movements, {"type", "currency", "source"}, hidden),
        INVOICES: StripeList(INVOICES, "invoice", sent, {"status", "customer"}, hidden),
        SUBSCRIPTIONS: StripeList(
            SUBSCRIPTIONS, "subscription", [cut_short(x, "items") for x in subscriptions],
            {"status", "customer", "price"}, hidden, ("data.discounts", ITEM_DISCOUNTS),
        ),
        ITEMS: StripeList(
            ITEMS, "subscription_item", items[::-1], {"subscription"}, hidden, ("data.discounts",)
        ),
    }  # fmt: skip
    for whole, part in zip(invoices, sent, strict=True):
        if part["lines"]["has_more"]:
            path, lines = whole["lines"]["url"], whole["lines"]["data"]
            # a list of lines begins with the first one, and `StripeList` with the last
            by_path[path] = StripeList(path, "line_item", lines[::-1], set(), hidden)
    return by_path


def with_status(rows: Sequence[Row], now: datetime) -> list[Row]:
    """The rows, each with the `status` that its money has at `now`."""
    at = int(now.timestamp())
    return [
        row | {"status": "available" if row["available_on"] <= at else "pending"} for row in rows
    ]


def key_of(request: Request) -> str:
    """The key that a request brings, as a bearer token or as the user of basic authentication."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(given).decode().partition(":")[0]
        except ValueError:
            return ""
    return given.strip() if scheme.lower() == "bearer" else ""


def masked(key: str) -> str:
    """A key the way Stripe repeats it in its messages: the beginning and the last four letters."""
    return f"{key[:8]}{'*' * max(0, len(key) - 12)}{key[-4:]}"


def too_many(retry_after: str | None = None, reason: str = "endpoint-rate") -> Reply:
    """A 429 as Stripe gives it."""
    reply = error(429, "Request rate limit exceeded.", code="rate_limit")
    headers = {"Stripe-Rate-Limited-Reason": reason}
    if retry_after is not None:
        headers["Retry-After"] = retry_after
    return Reply(429, reply.body, {**reply.headers, **headers})


def account(timezone: str | None) -> Mapping[str, object]:
    """The company's account, as its owner finds it."""
    due: dict[str, object] = {
        "alternatives": [], "current_deadline": None, "currently_due": [], "disabled_reason": None,
        "errors": [], "eventually_due": [], "past_due": [], "pending_verification": [],
    }  # fmt: skip
    no_bank = {"object": "list", "data": [], "has_more": False}
    return {
        "id": "acct_sample_company",
        "object": "account",
        "business_profile": {"mcc": "5734", "name": "Sample company", "url": None},
        "business_type": "company",
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "controller": {"type": "account"},
        "country": "US",
        "created": int(datetime(2024, 11, 1, tzinfo=UTC).timestamp()),
        "default_currency": "usd",
        "details_submitted": True,
        "email": "owner@example.com",
        "external_accounts": no_bank
        | {"url": "/v1/accounts/acct_sample_company/external_accounts"},
        "future_requirements": due,
        "metadata": {},
        "payouts_enabled": True,
        "requirements": due,
        "settings": {
            "branding": {
                "icon": None,
                "logo": None,
                "primary_color": None,
                "secondary_color": None,
            },
            "card_payments": {"decline_on": {"avs_failure": True, "cvc_failure": True}},
            "dashboard": {"display_name": "Sample company", "timezone": timezone},
            "payments": {"statement_descriptor": "SAMPLE COMPANY"},
        },
        "tos_acceptance": {"date": None, "ip": None, "user_agent": None},
        "type": "standard",
    }


def serve(today: date, home: Path) -> Served:
    """The sample company's Stripe account, as it stands on the morning of `today`. Needs nothing of `home`."""
    server = StripeServer(today)
    values = {"STRIPE_API_KEY": KEY, "STRIPE_API_BASE": server.address, "STRIPE_TIMEZONE": ""}
    return Served(values, server.close, lift_limits=server.lift_limits)
