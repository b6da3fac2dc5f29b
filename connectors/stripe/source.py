"""Stripe: every movement of an account's balance, from which revenue is made, and what customers subscribe to.

Revenue comes from balance transactions and not from charges or invoices: refunds, disputes and fees are in
them, and of a charge that was only partly captured they hold what was in fact paid. Amounts stay in the
currency's smallest unit, as Stripe gives them: yen have no decimals, dinars have three. What a test-mode
key sees is test data; the key decides. The API's version is the one that Stripe's library is made for.

Stripe's Python library does the asking. Its own retries are off, because `Calls` retries by Stripe's
signals and keeps to the limits for all threads at once.

Limits: 25 requests a second per endpoint (docs.stripe.com/rate-limits). Asked are 24, one by one: not every
request is equally long on its way, and 26 sent in a little more than a second may arrive within one. The
account's own ceiling of 100 is not reached: there are four kinds of lists.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import stripe

from connectors.sdk.contract import Calls, Limit, Option, Page, Slice, Source, Vitals, zone_named
from connectors.sdk.errors import (
    CredentialError,
    Drift,
    PermissionDenied,
    Rejected,
    SourceError,
    Throttled,
    Unavailable,
)
from connectors.sdk.fields import columns
from connectors.sdk.http import Http, fault_of_status, header_value, retry_after, usable_address
from connectors.stripe.billing import (
    INVOICE_LINES,
    SUBSCRIPTIONS,
    Objects,
    stored_items,
    stored_lines,
)
from connectors.stripe.ledger import BALANCE_TRANSACTIONS, MOVEMENT

LIST, ACCOUNT = "/v1/balance_transactions", "/v1/account"
INVOICES, SUBSCRIBED = "/v1/invoices", "/v1/subscriptions"
PAGE = 100
"""The most rows Stripe gives at once."""
Params = dict[str, str | int]


class StripeConnection:
    """An open Stripe account."""

    def __init__(self, values: Mapping[str, str], calls: Calls) -> None:
        """Calls nothing yet. Raises `SourceError` when the options make no sense."""
        key = header_value(values.get("STRIPE_API_KEY", ""), "STRIPE_API_KEY")
        base = usable_address(values.get("STRIPE_API_BASE") or DEFAULT_BASE, "STRIPE_API_BASE")
        # The library's switch has no equal per client. Left on, the library sends a description of the
        # machine and keeps an identifier of it in the home folder.
        stripe.enable_telemetry = False
        self._calls = calls
        self._http = Http(base, key, connections=SOURCE.workers)
        self._client = stripe.StripeClient(
            key,
            base_addresses={"api": base},
            http_client=_Transport(self._http),
            max_network_retries=0,
        )
        self._timezone = values.get("STRIPE_TIMEZONE", "").strip()

    @cached_property
    def zone(self) -> ZoneInfo:
        """The account's dashboard timezone, unless STRIPE_TIMEZONE names another."""
        name, origin = self._timezone, "STRIPE_TIMEZONE"
        if not name:
            name, origin = self._dashboard_timezone(), "the Stripe account"
        return zone_named(
            name,
            f"{origin} names the timezone",
            "set STRIPE_TIMEZONE to an IANA name such as Europe/Berlin",
        )

    def pages(self, piece: Slice) -> Iterator[Page]:
        """What was made in the slice's days, newest first; of subscriptions all that there are."""
        made: Params = {
            "created[gte]": int(piece.since.timestamp()),
            "created[lt]": int(piece.until.timestamp()),
        }
        match piece.stream.name:
            case INVOICE_LINES.name:
                for found in self._list("invoices", INVOICES, made):
                    yield page_of(INVOICES, found, lambda x: stored_lines(x, self._whole))
            case SUBSCRIPTIONS.name:
                for found in self._list("subscriptions", SUBSCRIBED, {}):
                    yield page_of(
                        SUBSCRIBED, found, lambda x: stored_items(x, self._whole, piece.last)
                    )
            case _:
                for found in self._list("balance_transactions", LIST, made):
                    yield Page([columns(row, MOVEMENT) for row in found])

    def vitals(self) -> Vitals:
        """Stripe tells the time, and nothing of its limits."""
        return Vitals(self._http.clock_ahead)

    def close(self) -> None:
        """Close the sockets."""
        self._http.close()

    def _list(self, bucket: str, path: str, asked: Params) -> Iterator[Objects]:
        """Each page of the list at `path`."""
        params: Params = asked | {"limit": PAGE}
        while True:
            found = self._calls(bucket, lambda: self._get(path, params))
            data = found.get("data")
            if (
                not isinstance(data, list)
                or "has_more" not in found
                or (found["has_more"] and not data)
            ):
                raise Drift(f"GET {path} gave no list of pages", "adapt the connector")
            yield data
            if not found["has_more"]:
                return
            params["starting_after"] = data[-1]["id"]

    def _whole(self, part: Mapping[str, Any]) -> Objects:
        """Every object of a list that came within an object; its `url` leads to those that did not come."""
        if not part["has_more"]:
            return list(part["data"])
        address = urlsplit(part["url"])
        asked: Params = dict(parse_qsl(address.query))
        return [x for page in self._list("lists_within", address.path, asked) for x in page]

    def _get(self, path: str, params: Mapping[str, str | int]) -> Mapping[str, Any]:
        """The object at `path`: plain JSON, as the library's own objects take ten times as long."""
        found = self._client.raw_request("get", path, **params).data
        if not isinstance(found, Mapping):
            raise Drift(f"GET {path} gave no object", "adapt the connector")
        return found

    def _dashboard_timezone(self) -> str:
        try:
            account = self._calls("account", lambda: self._get(ACCOUNT, {}))
        except PermissionDenied:
            account = {}
        settings = account.get("settings") or {}
        named = (settings.get("dashboard") or {}).get("timezone")
        if not named:
            raise PermissionDenied(
                "the Stripe key may not read the account's timezone, so its days are unknown",
                "set STRIPE_TIMEZONE (as in Stripe's Settings > Account details, for example Etc/UTC), "
                "or let the key read accounts",
            )
        return str(named)


def page_of(
    path: str,
    found: Objects,
    rows: Callable[[Mapping[str, Any]], Iterator[dict[str, Any]]],
) -> Page:
    """The rows that the objects of a page come to. Raises `Drift` where one has not the shape it had."""
    try:
        return Page([row for x in found for row in rows(x)])
    except (AttributeError, KeyError, TypeError) as error:
        what = f", {error} is missing" if isinstance(error, KeyError) else ""
        raise Drift(
            f"GET {path} gave objects of another shape{what}", "adapt the connector"
        ) from None


class _Transport(stripe.HTTPClient):
    """Sends the library's requests by way of `connectors.sdk.http`: its time-outs, and no redirects."""

    name = "okra"

    def __init__(self, http: Http) -> None:
        super().__init__()
        self._http = http

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        found = self._http.send(method, url, headers=headers, data=post_data)
        # a refusal in other words than Stripe's, as of a proxy: the library would drop its headers and its meaning
        if fault := b'"error"' not in found.body and fault_of_status(found):
            raise fault
        try:
            return found.body.decode(), found.status, found.headers
        except UnicodeDecodeError:
            raise Unavailable(f"{found.request} gave no valid JSON") from None

    def close(self) -> None:
        self._http.close()


def diagnose(error: Exception) -> SourceError | None:
    """What an exception of Stripe's library means. The library's texts repeat parts of the key: none is kept."""
    if not isinstance(error, stripe.StripeError):
        return None
    status, wait = error.http_status, retry_after(error.headers or {})
    if isinstance(error, stripe.AuthenticationError):
        return CredentialError(
            "Stripe does not accept the key (HTTP 401)",
            "make a restricted key in Stripe's Developers > API keys and set STRIPE_API_KEY",
        )
    if isinstance(error, stripe.PermissionError):
        found = re.search(r"\brak_[a-z_]+\b", error.user_message or "")
        needed = found.group() if found else "read access to what it asks for"
        return PermissionDenied(
            "the Stripe key may not read this (HTTP 403)", f"give the restricted key {needed}"
        )
    if isinstance(error, stripe.RateLimitError):
        reason = (error.headers or {}).get("Stripe-Rate-Limited-Reason") or code_of(error)
        return Throttled(
            f"Stripe limits the requests ({reason or 'no reason given'})", retry_after=wait
        )
    if isinstance(error, stripe.APIConnectionError):
        return Unavailable("Stripe cannot be reached", "check the network and STRIPE_API_BASE")
    if status is None or status < 300 or status >= 500 or status == 409:
        return Unavailable(f"Stripe failed to answer (HTTP {status})", retry_after=wait)
    parameter = getattr(error, "param", None)
    what = ", ".join(x for x in (code_of(error), parameter and f"parameter {parameter}") if x)
    return Rejected(
        f"Stripe refuses the request (HTTP {status}{', ' + what if what else ''})",
        "see docs.stripe.com/error-codes",
    )


def code_of(error: stripe.StripeError) -> str:
    """Stripe's code for an error; empty when it gave none."""
    return str(error.code or (error.error.code if error.error else "") or "")


BUCKETS = ("balance_transactions", "invoices", "subscriptions", "lists_within", "account")
DEFAULT_BASE = "https://api.stripe.com"

SOURCE = Source(
    name="stripe",
    title="Stripe",
    options=(
        Option(
            "STRIPE_API_KEY",
            "A restricted key that may read balance transactions, invoices and subscriptions, "
            "and accounts for the timezone",
            secret=True,
        ),
        Option("STRIPE_API_BASE", "Address of Stripe's API", default=DEFAULT_BASE),
        Option(
            "STRIPE_TIMEZONE",
            "Timezone that days are counted in; empty for the account's own",
            default="",
        ),
    ),
    streams=(BALANCE_TRANSACTIONS, INVOICE_LINES, SUBSCRIPTIONS),
    limits=tuple(Limit(bucket, 24) for bucket in BUCKETS),
    open=StripeConnection,
    diagnose=diagnose,
    # an answer takes about a fifth of a second and some work here: six keep 24 a second under way
    workers=6,
)
