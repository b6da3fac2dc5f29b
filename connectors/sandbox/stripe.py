"""Stripe, as the sample company would find it: the two endpoints that the connector reads.

Behaves as docs.stripe.com/api describes balance transactions: newest first, cursors by id, `has_more`,
errors as `{"error": {...}}`. Test hooks are arguments of the server, never reachable over HTTP.
"""

import base64
import threading
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path

import orjson

from connectors.sandbox.balance_transactions import Row
from connectors.sandbox.http_server import JsonServer, Reply, Request, RequestsPerSecond
from connectors.sandbox.ledger import rows_until
from connectors.sandbox.served import Served

KEY = "rk_test_sample_company"
MORNING = time(9, tzinfo=UTC)
"""The hour of `today` at which the server stands still."""
LIST, ACCOUNT = "/v1/balance_transactions", "/v1/account"
FILTERS = {"type", "currency", "source"}
BOUNDS = {"created[gte]": 0, "created[gt]": 1}
ENDS = {"created[lt]": 0, "created[lte]": 1}
ALLOWED = {"limit", "starting_after", "ending_before", *FILTERS, *BOUNDS, *ENDS}


@dataclass
class Faults:
    """What goes wrong, for tests. Requests to the list are counted from 1, over all its pages."""

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


class StripeServer(JsonServer):
    """The ledger as it stands on the morning of `today`, or the `rows` that a test brings, oldest first."""

    def __init__(
        self,
        today: date,
        *,
        rows: Sequence[Row] | None = None,
        requests_per_second: int = 100,
        faults: Faults | None = None,
    ) -> None:
        now = datetime.combine(today, MORNING)
        self._now = int(now.timestamp())
        self._rows = rows_until(now) if rows is None else list(rows)
        self._created = [row["created"] for row in self._rows]
        self._places = {row["id"]: place for place, row in enumerate(self._rows)}
        self._ceiling = RequestsPerSecond(requests_per_second)
        self._lock = threading.Lock()
        self.faults = faults or Faults()
        self.asked: list[Request] = []
        """Every request, in the order of its arrival."""
        super().__init__(self._answer)

    @property
    def pages_asked(self) -> int:
        """How many requests for the list there have been."""
        return sum(request.path == LIST for request in self.asked)

    def _answer(self, request: Request) -> Reply:
        with self._lock:
            self.asked.append(request)
            number = self.pages_asked if request.path == LIST else 0
        if key_of(request) != KEY:
            return error(401, "Invalid API Key provided: " + masked(key_of(request)))
        if not self._ceiling.allows(request.path):
            return too_many()
        if request.path in self.faults.forbidden:
            return error(
                403,
                f"The provided key '{masked(KEY)}' does not have the required permissions for this "
                "endpoint. Having the 'rak_balance_transaction_read' permission would allow it.",
                code="permission_error",
            )
        if request.method == "GET" and request.path == ACCOUNT:
            return Reply(200, account(self.faults.timezone))
        if request.method == "GET" and request.path == LIST:
            if number in self.faults.replies:
                return self.faults.replies[number]
            found = self._list(request)
            cut_off = number in self.faults.cut_off
            return Reply(found.status, found.body, found.headers, cut_off)
        return error(404, f"Unrecognized request URL ({request.method}: {request.path}).")

    def _list(self, request: Request) -> Reply:
        params = request.params
        for name in params:
            if name not in ALLOWED:
                return error(400, f"Received unknown parameter: {name}", code="parameter_unknown")
        try:
            limit = int(params.get("limit", "10"))
            first, after = self._range({k: int(v) for k, v in params.items() if "[" in k})
        except ValueError:
            return error(400, "Invalid integer", code="parameter_invalid_integer")
        if not 1 <= limit <= 100:
            return error(400, f"This value must be from 1 to 100 (was {limit}).", param="limit")
        for name in ("starting_after", "ending_before"):
            if name in params and params[name] not in self._places:
                said = f"No such balance_transaction: '{params[name]}'"
                return error(400, said, code="resource_missing", param=name)
        if "ending_before" in params:
            first = max(first, self._places[params["ending_before"]] + 1)
            page = [*self._visible(range(first, after), params, limit + 1)]
            return self._page(page[:limit][::-1], has_more=len(page) > limit)
        if "starting_after" in params:
            after = min(after, self._places[params["starting_after"]])
        page = [*self._visible(range(after - 1, first - 1, -1), params, limit + 1)]
        return self._page(page[:limit], has_more=len(page) > limit)

    def _range(self, bounds: Mapping[str, int]) -> tuple[int, int]:
        """The places of the first row within the bounds on `created`, and of the first one after them."""
        first, after = 0, len(self._rows)
        for name, value in bounds.items():
            if name in BOUNDS:
                first = max(first, bisect_left(self._created, value + BOUNDS[name]))
            elif name in ENDS:
                after = min(after, bisect_left(self._created, value + ENDS[name]))
        return first, max(first, after)

    def _visible(
        self, places: Iterable[int], params: Mapping[str, str], most: int
    ) -> Iterable[Row]:
        asked = {name: params[name] for name in FILTERS if name in params}
        for place in places:
            row = self._rows[place]
            if row["id"] in self.faults.hidden:
                continue
            if any(row.get(name) != value for name, value in asked.items()):
                continue
            yield row
            most -= 1
            if not most:
                return

    def _page(self, rows: Sequence[Row], *, has_more: bool) -> Reply:
        data = [
            row | {"status": "available" if row["available_on"] <= self._now else "pending"}
            for row in rows
        ]
        envelope = {"object": "list", "data": data, "has_more": has_more, "url": LIST}
        return Reply(200, orjson.dumps(envelope), {"Request-Id": "req_sample"})


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


def error(status: int, message: str, **more: str) -> Reply:
    """An error in Stripe's shape."""
    kind = {"type": "api_error" if status >= 500 else "invalid_request_error"}
    return Reply(
        status, {"error": kind | {"message": message} | more}, {"Request-Id": "req_sample"}
    )


def too_many(retry_after: str | None = None, reason: str = "endpoint-rate") -> Reply:
    """A 429 as Stripe gives it."""
    found = error(429, "Request rate limit exceeded.", code="rate_limit")
    headers = {"Stripe-Rate-Limited-Reason": reason}
    if retry_after is not None:
        headers["Retry-After"] = retry_after
    return Reply(429, found.body, {**found.headers, **headers})


def account(timezone: str | None) -> Mapping[str, object]:
    """The company's account, as far as anyone asks."""
    return {
        "id": "acct_sample_company",
        "object": "account",
        "business_type": "company",
        "charges_enabled": True,
        "country": "US",
        "default_currency": "usd",
        "details_submitted": True,
        "payouts_enabled": True,
        "settings": {"dashboard": {"display_name": "Sample company", "timezone": timezone}},
        "type": "standard",
    }


def serve(today: date, home: Path) -> Served:
    """The sample company's Stripe account, as it stands on the morning of `today`. Needs nothing of `home`."""
    server = StripeServer(today)
    values = {"STRIPE_API_KEY": KEY, "STRIPE_API_BASE": server.address, "STRIPE_TIMEZONE": ""}
    return Served(values, server.close)
