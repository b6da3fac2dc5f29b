"""Stripe: every movement of an account's balance, from which revenue is made.

Balance transactions and not charges or invoices: refunds, disputes and fees are in them, and of a charge
that was only partly captured they hold what was in fact paid. Amounts stay in the currency's smallest
unit, as Stripe gives them: yen have no decimals, dinars have three. What a test-mode key sees is test
data; the key decides.

Stripe's Python library does the asking. Its own retries are off, because `Calls` retries by Stripe's
signals and keeps to the limits for all threads at once.

Limits: 25 requests a second per endpoint (docs.stripe.com/rate-limits). Asked are 23.5, one by one: not every
request is equally long on its way, so that 26 sent within 1.06 seconds may arrive within one. The account's
own ceiling of 100 cannot be reached with the two endpoints asked here.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pyarrow as pa
import stripe

from connectors.contract import Calls, Deletes, Limit, Option, Page, Slice, Source, Stream, column
from connectors.errors import (
    CredentialError,
    Drift,
    PermissionDenied,
    Rejected,
    SourceError,
    Throttled,
    Unavailable,
)
from connectors.http import Http, header_value, retry_after, usable_address

BALANCE_TRANSACTIONS = Stream(
    name="balance_transactions",
    description="Every movement of the account's balance: charges, refunds, disputes, fees, payouts",
    schema=pa.schema(
        [
            column("id", pa.string(), "Stripe's id of the movement (txn_…)"),
            column("created_at", pa.timestamp("us", "UTC"), "When it was booked"),
            column("available_on", pa.date32(), "Day (UTC) on which the money can be used"),
            column("type", pa.string(), "What moved the balance: charge, refund, payout, …"),
            column(
                "reporting_category",
                pa.string(),
                "Stripe's accounting category; tells a dispute from other adjustments",
            ),
            column("currency", pa.string(), "Currency of the amounts, ISO 4217 in lower case"),
            column("amount_minor", pa.int64(), "Gross amount, negative when it goes out",
                   unit="smallest unit of the currency"),
            column("fee_minor", pa.int64(), "Fees taken out of it",
                   unit="smallest unit of the currency"),
            column("net_minor", pa.int64(), "What the balance changed by: amount less fees",
                   unit="smallest unit of the currency"),
            column("exchange_rate", pa.string(), "Decimal; null unless a currency was converted",
                   null=True),
            column("source_id", pa.string(), "The charge, refund, dispute or payout behind it",
                   null=True),
        ]
    ),
    key=("id",),
    cursor="created_at",
    # a movement is visible within minutes of its `created`, seldom later: the day after it is read again
    arrives_within=timedelta(minutes=5),
    restates_for=timedelta(days=1),
    deletes=Deletes.NEVER,
    windows_per_slice=31,
)  # fmt: skip

LIST, ACCOUNT = "/v1/balance_transactions", "/v1/account"
PAGE = 100
"""The most rows Stripe gives at once."""
RENAMED = {
    "id": "id",
    "type": "type",
    "reporting_category": "reporting_category",
    "currency": "currency",
    "amount": "amount_minor",
    "fee": "fee_minor",
    "net": "net_minor",
    "source": "source_id",
}
"""Stripe's fields that are stored as they are, and under which name."""


class StripeConnection:
    """An open Stripe account."""

    def __init__(self, values: Mapping[str, str], calls: Calls) -> None:
        """Raises `SourceError` when the options make no sense or the account's timezone cannot be told."""
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
        try:
            self._zone = self._zone_of(values.get("STRIPE_TIMEZONE", "").strip())
        except BaseException:
            self.close()
            raise

    @property
    def zone(self) -> ZoneInfo:
        """The account's dashboard timezone, unless STRIPE_TIMEZONE names another."""
        return self._zone

    def pages(self, piece: Slice) -> Iterator[Page]:
        """The movements of the slice's days, newest first."""
        params: dict[str, str | int] = {
            "created[gte]": int(piece.since.timestamp()),
            "created[lt]": int(piece.until.timestamp()),
            "limit": PAGE,
        }
        while True:
            found = self._calls("balance_transactions", lambda: self._get(LIST, params))
            data = found.get("data")
            if (
                not isinstance(data, list)
                or "has_more" not in found
                or (found["has_more"] and not data)
            ):
                raise Drift(f"GET {LIST} gave no list of pages", "adapt the connector")
            yield Page([stored(row) for row in data])
            if not found["has_more"]:
                return
            params["starting_after"] = data[-1]["id"]

    def close(self) -> None:
        """Close the sockets."""
        self._http.close()

    def _get(self, path: str, params: Mapping[str, str | int]) -> Mapping[str, Any]:
        """The object at `path`: plain JSON, as the library's own objects take ten times as long."""
        found = self._client.raw_request("get", path, **params).data
        if not isinstance(found, Mapping):
            raise Drift(f"GET {path} gave no object", "adapt the connector")
        return found

    def _zone_of(self, named: str) -> ZoneInfo:
        origin = "STRIPE_TIMEZONE"
        if not named:
            named, origin = self._dashboard_timezone(), "the Stripe account"
        try:
            return ZoneInfo(named)
        except (ZoneInfoNotFoundError, ValueError):
            raise Rejected(
                f"{origin} names the timezone {named!r}, which is not known",
                "set STRIPE_TIMEZONE to an IANA name such as Europe/Berlin",
            ) from None

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


class _Transport(stripe.HTTPClient):
    """Sends the library's requests by way of `connectors.http`: its time-outs, and no redirects."""

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
        try:
            return found.body.decode(), found.status, found.headers
        except UnicodeDecodeError:
            raise Unavailable(f"{found.request} gave no valid JSON") from None

    def close(self) -> None:
        self._http.close()


def stored(row: Mapping[str, Any]) -> dict[str, Any]:
    """A balance transaction under the names it is stored by. A field that is missing stays missing."""
    found = {name: row[field] for field, name in RENAMED.items() if field in row}
    if "created" in row:
        found["created_at"] = instant(row["created"])
    if "available_on" in row:
        found["available_on"] = day(row["available_on"])
    if "exchange_rate" in row:
        found["exchange_rate"] = decimal_text(row["exchange_rate"])
    return found


def instant(seconds: Any) -> datetime | Any:
    """Unix seconds as a moment; anything else as it is, to be refused by the schema."""
    return datetime.fromtimestamp(seconds, UTC) if type(seconds) is int else seconds


def day(seconds: Any) -> date | Any:
    """The UTC day of Unix seconds; anything else as it is."""
    return datetime.fromtimestamp(seconds, UTC).date() if type(seconds) is int else seconds


def decimal_text(rate: Any) -> str | Any:
    """A number as it would be written by hand: 0.00001 and not 1e-05."""
    return f"{Decimal(str(rate)):f}" if isinstance(rate, int | float) else rate


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
        needed = found.group() if found else "read access to balance transactions"
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


DEFAULT_BASE = "https://api.stripe.com"

SOURCE = Source(
    name="stripe",
    title="Stripe",
    options=(
        Option(
            "STRIPE_API_KEY",
            "A restricted key that may read balance transactions, and accounts for the timezone",
            secret=True,
        ),
        Option("STRIPE_API_BASE", "Address of Stripe's API", default=DEFAULT_BASE),
        Option(
            "STRIPE_TIMEZONE",
            "Timezone that days are counted in; empty for the account's own",
            default="",
        ),
    ),
    streams=(BALANCE_TRANSACTIONS,),
    limits=(Limit("balance_transactions", 23.5), Limit("account", 23.5)),
    open=StripeConnection,
    diagnose=diagnose,
    # an answer takes about a fifth of a second and some work here: six keep 23.5 a second under way
    workers=6,
)
