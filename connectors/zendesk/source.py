"""Zendesk: support tickets, and how satisfied customers were with what became of them.

Tickets come from the incremental export by cursor, the only list that includes archived and deleted tickets. It is
in the order of `generated_timestamp`, which moves with every change of a ticket, while `updated_at` moves with the
changes of a person or a rule only. Tickets are placed by the former, or changes that Zendesk makes by itself would
be missed. The export goes on to the present; a slice of the past ends with the page that passes its end. A ticket
that changed within the minute before a request is not in the answer, and comes with the next run.

Limits: 10 exports a minute, 400 other requests in the smallest plan with ratings, 429 with Retry-After.
Docs: developer.zendesk.com/api-reference, pages ticketing/ticket-management/incremental_exports, ticketing/
account-configuration/account_settings, introduction/rate-limits.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from connectors.sdk.contract import (
    Calls,
    Deletes,
    Limit,
    Option,
    Page,
    Slice,
    Source,
    Stream,
    Vitals,
    column,
    zone_named,
)
from connectors.sdk.errors import Drift, PermissionDenied, Rejected
from connectors.sdk.fields import instant, page_of
from connectors.sdk.http import Http
from connectors.sdk.option_values import usable_address
from connectors.zendesk import credentials
from connectors.zendesk import rows as zendesk_rows
from connectors.zendesk.credentials import access_of
from connectors.zendesk.csat import CHANGEABLE_FOR, LISTS, SATISFACTION_RATINGS
from connectors.zendesk.faults import EXPORT, SETTINGS, fault_of

MOMENT = pa.timestamp("us", "UTC")

TICKETS = Stream(
    name="tickets",
    description="Support tickets, as they stand; nothing of what they say or who wrote them",
    schema=pa.schema(
        [
            column("id", pa.string(), "Number of the ticket"),
            column("created_at", MOMENT, "When it was opened"),
            column("updated_at", MOMENT, "When a person or a rule last changed it"),
            column("generated_at", MOMENT, "When anything last changed it, Zendesk itself included"),
            column("status", pa.string(), "How far it has come",
                   values=("new", "open", "pending", "hold", "solved", "closed", "deleted")),
            column("channel", pa.string(), "By which way it came in: email, web, chat, …",
                   null=True),
            column("group_id", pa.string(), "The group of agents it is assigned to", null=True),
            column("group_name", pa.string(), "What that group was called when the row was read",
                   null=True),
            column("brand_id", pa.string(), "The brand it was sent to", null=True),
            column("solved_at", MOMENT, "When it was last solved; null where Zendesk does not tell",
                   null=True),
            column("support_type", pa.string(), "Who handled it: agent (a person) or ai_agent", null=True),
            column("has_merge_tag", pa.bool_(), "Whether it has the tag closed_by_merge", null=True),
            column("follow_up_of", pa.string(), "The closed ticket that it continues", null=True),
            column("first_reply_minutes", pa.int64(),
                   "From its opening to the first public reply of a person; null without one",
                   unit="minutes", null=True, least=0),
            column("first_reply_business_minutes", pa.int64(), "The same within business hours",
                   unit="minutes", null=True, least=0),
            column("first_reply_seconds", pa.int64(), "The same of a messaging ticket, exactly",
                   unit="seconds", null=True, least=0),
        ]
    ),
    key=("id",),
    cursor="generated_at",
    counts_on="created_at",
    mutable=True,
    deletes=Deletes.STATUS,
    # the last minute is not exported, and a ticket that changes again moves on to a later window
    arrives_within=timedelta(minutes=5),
    restates_for=timedelta(days=1),
    # ten requests a minute are allowed, and one brings 1,000 tickets: a quarter of a small account
    windows_per_slice=92,
)  # fmt: skip

EXPORT_PAGE_TICKETS = 1000
"""Zendesk's maximum."""
SIDELOADS = "groups,metric_sets"
"""What the export adds to the tickets: names of groups, and what was measured of a ticket."""
SUPPORT_TYPES = "all"
"""Tickets that an AI agent handled alone are left out unless they are asked for."""


class ZendeskConnection:
    """An open Zendesk account."""

    def __init__(self, values: Mapping[str, str], calls: Calls) -> None:
        """Calls nothing yet. Raises `SourceError` when the options make no sense."""
        base = usable_address(values.get("ZENDESK_API_BASE") or address(values), "ZENDESK_API_BASE")
        csat = values.get("ZENDESK_CSAT", "").strip() or "ratings"
        if csat not in LISTS:
            raise Rejected("ZENDESK_CSAT is not usable", "it is ratings or surveys")
        self._csat = csat
        self._calls = calls
        access = access_of(values, base)
        self._remarks = access.remarks
        self._http = Http(
            base, access.credential, hook=lambda x: fault_of(x, access), scheme=access.scheme
        )
        self._timezone = values.get("ZENDESK_TIMEZONE", "").strip()

    @cached_property
    def zone(self) -> ZoneInfo:
        """The account's timezone, unless ZENDESK_TIMEZONE names another."""
        name, origin = self._timezone, "ZENDESK_TIMEZONE"
        if not name:
            origin = "the Zendesk account"
            name = str((self._settings.get("localization") or {}).get("iana_time_zone") or "")
        if not name:
            raise PermissionDenied(
                "the Zendesk token may not read the account's timezone, so its days are unknown",
                "set ZENDESK_TIMEZONE, for example to Etc/UTC, or give the token the scope read",
            )
        return zone_named(
            name,
            f"{origin} names the timezone",
            "set ZENDESK_TIMEZONE to an IANA name such as Europe/Berlin",
        )

    def pages(self, piece: Slice) -> Iterator[Page]:
        return self._tickets(piece) if piece.stream is TICKETS else self._ratings(piece)

    def vitals(self) -> Vitals:
        """The clock, the requests that are left of the minute, and a credential that will end."""
        left, limit = (self._http.limit_header(f"X-Rate-Limit{x}") for x in ("-Remaining", ""))
        quota = f"{left} of {limit} requests this minute" if left and limit else ""
        return Vitals(self._http.clock_ahead, quota, self._remarks)

    def close(self) -> None:
        self._http.close()

    def _tickets(self, piece: Slice) -> Iterator[Page]:
        params: dict[str, str | int] = {
            "per_page": EXPORT_PAGE_TICKETS, "include": SIDELOADS, "support_type_scope": SUPPORT_TYPES
        }  # fmt: skip
        position: dict[str, str | int] = {"start_time": int(piece.since.timestamp())}
        while True:
            answer = self._get("export", EXPORT, params | position)
            rows = zendesk_rows.tickets(answer)
            yield Page(rows)
            # the export is in the order of its cursor, which is the moment of the change and the ticket
            if (
                rows
                and not piece.reaches_now
                and is_past(rows[-1].get("generated_at"), piece.until)
            ):
                return
            if answer.get("end_of_stream") is True:
                return
            after = answer.get("after_cursor")
            if not isinstance(after, str) or position.get("cursor") == after:
                raise Drift(f"GET {EXPORT} gave neither an end nor a page", "adapt the connector")
            position = {"cursor": after}

    def _ratings(self, piece: Slice) -> Iterator[Page]:
        source = LISTS[self._csat]
        key = source.path.rpartition("/")[2]
        params: dict[str, str | int] = {"page[size]": source.size}
        params |= source.bounds(piece.since, piece.until, max(CHANGEABLE_FOR, piece.look_back))
        any_row = False
        while True:
            answer = self._get("api", source.path, params)
            try:
                items = list(answer[key])
                has_more, after = answer["meta"]["has_more"], answer["meta"].get("after_cursor")
            except (KeyError, TypeError, AttributeError):
                raise Drift(
                    f"GET {source.path} gave no list of {key}", "adapt the connector"
                ) from None
            page = page_of(
                f"GET {source.path}",
                items,
                lambda item: list(source.rows(item)),
                lambda item: day_created(item, piece.zone),
            )
            any_row = any_row or bool(page.rows)
            yield page
            if not has_more:
                break
            if not after or after == params.get("page[after]"):
                raise Drift(f"GET {source.path} gave no next page", "adapt the connector")
            params["page[after]"] = after
        if not any_row:
            self._refuse_if_off()

    def _refuse_if_off(self) -> None:
        """Raise `Rejected` when ratings are switched off: that is not the same as no answers."""
        features = self._settings.get("active_features") or {}
        if self._csat == "ratings" and features.get("customer_satisfaction") is False:
            raise Rejected(
                "this Zendesk account has no satisfaction ratings switched on",
                "set ZENDESK_CSAT to surveys if it has the newer surveys, else switch ratings on",
            )

    @cached_property
    def _settings(self) -> Mapping[str, Any]:
        """The account's settings; none when the token may not read them."""
        try:
            settings = self._get("api", SETTINGS, {}).get("settings")
        except PermissionDenied:
            return {}
        return settings if isinstance(settings, Mapping) else {}

    def _get(self, bucket: str, path: str, params: Mapping[str, str | int]) -> Mapping[str, Any]:
        return self._calls(bucket, lambda: self._http.get_object(path, params))


def address(values: Mapping[str, str]) -> str:
    """The address of the account of ZENDESK_SUBDOMAIN. Raises `Rejected` when that is no subdomain."""
    subdomain = values.get("ZENDESK_SUBDOMAIN", "").strip().lower()
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", subdomain):
        raise Rejected(
            "ZENDESK_SUBDOMAIN is not usable", "it is what stands before .zendesk.com, alone"
        )
    return f"https://{subdomain}.zendesk.com"


def day_created(item: Any, zone: ZoneInfo) -> date | None:
    """The day on which an object was made; None where it does not say."""
    moment = instant("created_at", optional=True).value(item)
    return moment.astimezone(zone).date() if isinstance(moment, datetime) else None


def is_past(moment: object, until: datetime) -> bool:
    """Whether a row's moment is at or after the end of a slice. The schema refuses what is no moment."""
    return isinstance(moment, datetime) and moment >= until


SOURCE = Source(
    name="zendesk",
    title="Zendesk",
    options=(
        Option("ZENDESK_SUBDOMAIN", "What stands before .zendesk.com in the account's address"),
        *credentials.OPTIONS,
        Option(
            "ZENDESK_CSAT",
            "Where customers say how satisfied they are: ratings, or the newer surveys",
            default="ratings",
        ),
        Option(
            "ZENDESK_TIMEZONE",
            "Timezone that days are counted in; empty for the account's own",
            default="",
        ),
        Option(
            "ZENDESK_API_BASE",
            "Address of the account; empty for the subdomain's at zendesk.com",
            default="",
        ),
    ),
    streams=(TICKETS, SATISFACTION_RATINGS),
    # A daily run takes one or two exports, and two years of a small account nine, which the burst allows. A
    # longer load is throttled once, for the rest of the first minute, and then keeps Zendesk's rate. With the High
    # Volume API add-on, 30 exports and 2,500 other requests a minute are allowed.
    limits=(
        Limit("export", 10 / 60, burst=10, most_per_second=30 / 60, by_minute=True),
        Limit("api", 5, burst=40, most_per_second=2_500 / 60, by_minute=True),
    ),
    open=ZendeskConnection,
    # exports are sequential; a second worker reads the ratings meanwhile
    workers=2,
)
