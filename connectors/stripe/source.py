"""Stripe: every movement of an account's balance, from which revenue is computed, and what customers subscribe to.

Revenue comes from balance transactions and not from charges or invoices: they include refunds, disputes and fees,
and for a partly captured charge they hold what was paid. Amounts stay in the currency's smallest unit, as Stripe
gives them: yen have no decimals, dinars have three. A test-mode key reads test data. The API's version is that of
Stripe's library.

Stripe's Python library sends the requests. Its own retries are off, because `Calls` retries by Stripe's signals
and applies the limits to all threads together.

Limits: 25 requests a second and endpoint (docs.stripe.com/rate-limits). 24 are sent, at even intervals: requests
take different times to arrive, and 26 sent in a little more than a second may arrive within one. The account's
ceiling of 100 a second is not reached with four kinds of requests.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from connectors.sdk.contract import Calls, Limit, Option, Page, Slice, Source, Vitals, zone_named
from connectors.sdk.errors import (
    Drift,
    PermissionDenied,
    SourceError,
)
from connectors.sdk.fields import at_or_none, columns, page_of, unix_seconds
from connectors.sdk.http import Http
from connectors.sdk.option_values import header_value, usable_address
from connectors.stripe.billing import (
    INVOICE_LINES,
    SUBSCRIPTIONS,
    Objects,
    stored_items,
    stored_lines,
)
from connectors.stripe.ledger import BALANCE_TRANSACTIONS, MOVEMENT, unknown_categories
from connectors.stripe.pricing import Catalogue

LIST, ACCOUNT = "/v1/balance_transactions", "/v1/account"
INVOICES, SUBSCRIBED = "/v1/invoices", "/v1/subscriptions"
PAGE_ROWS = 100
"""Stripe's maximum."""
Params = dict[str, str | int | list[str]]


class StripeConnection:
    """An open Stripe account."""

    def __init__(self, values: Mapping[str, str], calls: Calls) -> None:
        """Calls nothing yet. Raises `SourceError` when the options make no sense."""
        key = header_value(values.get("STRIPE_API_KEY", ""), "STRIPE_API_KEY")
        base = usable_address(values.get("STRIPE_API_BASE") or DEFAULT_BASE, "STRIPE_API_BASE")
        # here, because the library is imported only where there is an account
        import stripe

        from connectors.stripe.library import Transport

        # A switch of the whole library. Left on, it sends a description of the machine and writes an
        # identifier of it into the home folder.
        stripe.enable_telemetry = False
        self._calls = calls
        self._http = Http(base, key, connections=SOURCE.workers)
        self._client = stripe.StripeClient(
            key,
            base_addresses={"api": base},
            http_client=Transport(self._http),
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
        """What was created in the slice's days, newest first; all subscriptions."""
        made: Params = {
            "created[gte]": int(piece.since.timestamp()),
            "created[lt]": int(piece.until.timestamp()),
        }
        match piece.stream.name:
            case INVOICE_LINES.name:
                for objects in self._list("invoices", INVOICES, made):
                    yield page_of(
                        f"GET {INVOICES}",
                        objects,
                        lambda x: list(stored_lines(x, self._whole)),
                        lambda x: day_created(x, piece.zone),
                    )
            case SUBSCRIPTIONS.name:
                yield from self._subscriptions(piece)
            case _:
                for objects in self._list("balance_transactions", LIST, made):
                    rows = [columns(row, MOVEMENT) for row in objects]
                    yield Page(rows, findings=[*unknown_categories(rows, piece.zone)])

    def vitals(self) -> Vitals:
        """The clock. Stripe says nothing of its limits."""
        return Vitals(self._http.clock_ahead)

    def close(self) -> None:
        self._http.close()

    def _list(self, bucket: str, path: str, filters: Params) -> Iterator[Objects]:
        """The pages of the list at `path`."""
        params: Params = filters | {"limit": PAGE_ROWS}
        while True:
            answer = self._calls(bucket, lambda: self._get(path, params))
            data, has_more = answer.get("data"), answer.get("has_more")
            if not isinstance(data, list) or "has_more" not in answer or (has_more and not data):
                raise Drift(f"GET {path} gave no list of pages", "adapt the connector")
            yield data
            if not has_more:
                return
            params["starting_after"] = data[-1]["id"]

    def _subscriptions(self, piece: Slice) -> Iterator[Page]:
        """All subscriptions, those that have ended included, and what could not be told of their prices."""
        filters: Params = {
            "status": "all",
            "expand": ["data.discounts", "data.items.data.discounts"],
        }
        catalogue = Catalogue(self._expanded)
        for objects in self._list("subscriptions", SUBSCRIBED, filters):
            yield page_of(
                f"GET {SUBSCRIBED}",
                objects,
                lambda x: list(stored_items(x, self._whole_items, catalogue, piece)),
                lambda x: piece.last,
            )
        yield Page([], findings=[*catalogue.findings(piece.last)])

    def _whole_items(self, part: Mapping[str, Any]) -> Objects:
        return self._whole(part, expand=["data.discounts"])

    def _whole(self, part: Mapping[str, Any], **more: list[str]) -> Objects:
        """Every object of a list within an object; where it is cut short, its `url` is that of the whole list."""
        if not part["has_more"]:
            return list(part["data"])
        address = urlsplit(part["url"])
        filters: Params = dict(parse_qsl(address.query)) | more
        return [x for page in self._list("details", address.path, filters) for x in page]

    def _expanded(self, path: str, fields: list[str]) -> Mapping[str, Any]:
        """The object at `path`, with fields that do not come by themselves."""
        return self._calls("details", lambda: self._get(path, {"expand": fields}))

    def _get(self, path: str, params: Params) -> Mapping[str, Any]:
        """The object at `path`: plain JSON, as the library's own objects take ten times as long."""
        answer = self._client.raw_request("get", path, **params).data
        if not isinstance(answer, Mapping):
            raise Drift(f"GET {path} gave no object", "adapt the connector")
        return answer

    def _dashboard_timezone(self) -> str:
        try:
            account = self._calls("account", lambda: self._get(ACCOUNT, {}))
        except PermissionDenied:
            account = {}
        name = at_or_none(account, "settings.dashboard.timezone")
        if not name:
            raise PermissionDenied(
                "the Stripe key may not read the account's timezone, so its days are unknown",
                "set STRIPE_TIMEZONE (as in Stripe's Settings > Account details, for example Etc/UTC), "
                "or let the key read accounts",
            )
        return str(name)


def day_created(item: Any, zone: ZoneInfo) -> date | None:
    """The day on which an object was made; None where it does not say."""
    moment = unix_seconds("created", optional=True).value(item)
    return moment.astimezone(zone).date() if isinstance(moment, datetime) else None


def diagnose(error: Exception) -> SourceError | None:
    """What an exception of Stripe's library means."""
    from connectors.stripe.library import meaning_of

    return meaning_of(error)


BUCKETS = ("balance_transactions", "invoices", "subscriptions", "details", "account")
DEFAULT_BASE = "https://api.stripe.com"

SOURCE = Source(
    name="stripe",
    title="Stripe",
    options=(
        Option(
            "STRIPE_API_KEY",
            "A restricted key that may read balance transactions, invoices, subscriptions, prices and "
            "coupons, and accounts for the timezone",
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
    # 25 requests a second and endpoint, 100 in all, of which Stripe grants single accounts more
    limits=tuple(Limit(bucket, 24, most_per_second=100) for bucket in BUCKETS),
    open=StripeConnection,
    diagnose=diagnose,
    # an answer takes about a fifth of a second plus some work here: six workers reach 24 a second
    workers=6,
)
