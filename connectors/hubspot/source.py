"""HubSpot: the deals of a sales team, the calls it makes, and who is on it.

A deal can be edited at any time, so a window of deals or calls holds the changes that were made in it. A deleted
one is in the recycle bin for 90 days and no longer in search: it is read from the bin, and stored with the time
at which it was archived. A restored deal comes back with its next change. Search lags a little behind, and an
association does not count as a change of a call, so the last windows are read again for a day and for a week.

Owners and pipelines say what their ids stand for. HubSpot has their present state only, so each window of them
is the list at the time of the pull.

Only the declared properties are requested: no name of a deal, a company or a contact. Moments and days are in UTC.
The key needs crm.objects.deals.read, crm.objects.contacts.read and crm.objects.owners.read.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from connectors.hubspot.api import LIMITS, MODIFIED, Crm, Object
from connectors.sdk.contract import (
    Calls,
    Deletes,
    Option,
    Page,
    Slice,
    Source,
    Stream,
    Vitals,
    column,
)
from connectors.sdk.fields import UNREADABLE, Unreadable, as_given, columns, lenient, read_instant
from connectors.sdk.http import header_value, usable_address

MOMENT = pa.timestamp("us", "UTC")
ARCHIVED_AT = column(
    "archived_at", MOMENT, "When it was deleted; null while it is there", null=True
)
CHANGED_AT = column("changed_at", MOMENT, "When it was last changed, or archived")
OWNER_ID = column("owner_id", pa.string(), "Who it belongs to", null=True)
LISTED_ON = column("listed_on", pa.date32(), "Day (UTC) whose list this is")

DEALS = Stream(
    name="deals",
    description="Deals, as they stand",
    schema=pa.schema(
        [
            column("deal_id", pa.string(), "HubSpot's id of the deal"),
            column("pipeline_id", pa.string(), "The pipeline it is in"),
            column("stage_id", pa.string(), "The stage of the pipeline it has come to"),
            OWNER_ID,
            column("amount", pa.string(), "What it is worth, decimal; null when nobody said",
                   unit="currency", null=True),
            column("currency", pa.string(), "ISO 4217; null in an account that has only one",
                   null=True),
            column("is_closed", pa.bool_(), "Whether it is won or lost", null=True),
            column("is_won", pa.bool_(), "Whether it is won", null=True),
            column("created_at", MOMENT, "When it was entered"),
            column("closed_at", MOMENT, "When it was closed; of an open deal, when it should be",
                   null=True),
            ARCHIVED_AT,
            CHANGED_AT,
        ]
    ),
    key=("deal_id",),
    cursor="changed_at",
    counts_on="closed_at",
    mutable=True,
    deletes=Deletes.STATUS,
    gone="archived_at",
    arrives_within=timedelta(minutes=15),
    restates_for=timedelta(days=1),
    # a search of a few rows takes as long as one of two hundred, and only five a second are allowed
    windows_per_slice=92,
)  # fmt: skip

CALLS = Stream(
    name="calls",
    description="Phone calls that were logged, with the contacts they are about",
    schema=pa.schema(
        [
            column("call_id", pa.string(), "HubSpot's id of the call"),
            column("called_at", MOMENT, "When it took place"),
            column("direction", pa.string(), "Who called whom; null when nobody said",
                   null=True, values=("INBOUND", "OUTBOUND")),
            column("status", pa.string(), "COMPLETED, NO_ANSWER, BUSY, …; null when nobody said",
                   null=True),
            OWNER_ID,
            column("contact_ids", pa.list_(pa.string()), "The contacts, in the order of their ids"),
            ARCHIVED_AT,
            CHANGED_AT,
        ]
    ),
    key=("call_id",),
    cursor="changed_at",
    counts_on="called_at",
    mutable=True,
    deletes=Deletes.STATUS,
    gone="archived_at",
    arrives_within=timedelta(minutes=15),
    restates_for=timedelta(days=7),
    windows_per_slice=92,
)  # fmt: skip

OWNERS = Stream(
    name="owners",
    description="Who deals and calls can belong to",
    schema=pa.schema(
        [
            LISTED_ON,
            column("owner_id", pa.string(), "HubSpot's id of the owner"),
            column(
                "kind", pa.string(), "A person, or a queue of several", values=("PERSON", "QUEUE")
            ),
            column("name", pa.string(), "First and last name; null without either", null=True),
            column("is_archived", pa.bool_(), "Whether the user is deactivated"),
            column("created_at", MOMENT, "When the owner was made"),
            column("updated_at", MOMENT, "When the owner last changed; once archived, since then"),
        ]
    ),
    key=("owner_id",),
    cursor="listed_on",
    windows_per_slice=92,
)

PIPELINES = Stream(
    name="pipelines",
    description="The pipelines that deals go through",
    schema=pa.schema(
        [
            LISTED_ON,
            column("pipeline_id", pa.string(), "HubSpot's id of the pipeline"),
            column("label", pa.string(), "What people call it"),
        ]
    ),
    key=("pipeline_id",),
    cursor="listed_on",
    windows_per_slice=92,
)

PROPERTIES: Mapping[str, Mapping[str, str]] = {
    "deals": {
        "amount": "amount",
        "closedate": "closed_at",
        "createdate": "created_at",
        "deal_currency_code": "currency",
        "dealstage": "stage_id",
        "hs_is_closed": "is_closed",
        "hs_is_closed_won": "is_won",
        MODIFIED: "changed_at",
        "hubspot_owner_id": "owner_id",
        "pipeline": "pipeline_id",
    },
    "calls": {
        "hs_call_direction": "direction",
        "hs_call_status": "status",
        MODIFIED: "changed_at",
        "hs_timestamp": "called_at",
        "hubspot_owner_id": "owner_id",
    },
}
"""The columns of HubSpot's properties."""


class HubSpotConnection:
    """An open HubSpot account."""

    zone = ZoneInfo("UTC")

    def __init__(self, values: Mapping[str, str], calls: Calls) -> None:
        """Calls nothing yet. Raises `SourceError` when the options make no sense."""
        token = header_value(values.get("HUBSPOT_ACCESS_TOKEN", ""), "HUBSPOT_ACCESS_TOKEN")
        base = usable_address(values.get("HUBSPOT_API_BASE") or DEFAULT_BASE, "HUBSPOT_API_BASE")
        self._crm = Crm(base, token, calls, SOURCE.workers)
        self._bins: dict[str, list[Object]] = {}
        self._lock = Lock()

    def pages(self, piece: Slice) -> Iterator[Page]:
        if piece.stream is OWNERS:
            yield Page([owner(row, piece.last_day) for row in self._crm.owners()])
        elif piece.stream is PIPELINES:
            yield Page(
                [
                    {"listed_on": piece.last_day} | columns(row, PIPELINE_FIELDS)
                    for row in self._crm.pipelines()
                ]
            )
        else:
            yield from self._changes(piece)

    def rows_since(self, stream: Stream, since: datetime) -> int | None:
        """How many deals or calls that are not archived last changed at or after `since`."""
        return self._crm.count(stream.name, since)

    def vitals(self) -> Vitals:
        """The clock, and the requests that are left of the day."""
        return self._crm.vitals()

    def close(self) -> None:
        self._crm.close()

    def _changes(self, piece: Slice) -> Iterator[Page]:
        kind = piece.stream.name
        for objects in self._crm.changed(kind, [*PROPERTIES[kind]], piece):
            yield Page(self._stored(piece.stream, objects))
        yield Page([stored(piece.stream, row, []) for row in self._archived(kind)])

    def _stored(self, stream: Stream, objects: Sequence[Object]) -> list[dict[str, Any]]:
        if stream is not CALLS:
            return [stored(stream, row) for row in objects]
        contacts = self._crm.contacts_of_calls([row["id"] for row in objects])
        return [stored(stream, row, contacts.get(row["id"], [])) for row in objects]

    def _archived(self, kind: str) -> list[Object]:
        """The objects in the recycle bin, read once: it cannot be filtered by day."""
        with self._lock:
            if kind not in self._bins:
                self._bins[kind] = self._crm.archived(kind, [*PROPERTIES[kind]])
            return self._bins[kind]


def stored(stream: Stream, row: Object, contacts: Sequence[str] = ()) -> dict[str, Any]:
    """A deal or a call under the names of the columns. A missing property is left for the schema to refuse."""
    given = row.get("properties")
    properties = given if isinstance(given, Mapping) else {}
    values: dict[str, Any] = {}
    for name, as_name in PROPERTIES[stream.name].items():
        field = stream.schema.field(as_name)
        if name in properties or field.nullable:
            values[as_name] = fitting(field.type, properties.get(name) or None)
    if "amount" in values:
        values["amount"] = decimal_text(values["amount"])
    values[stream.key[0]] = row.get("id")
    if stream is CALLS:
        values["contact_ids"] = sorted({*contacts}, key=lambda id: (len(id), id))
    values["archived_at"] = fitting(MOMENT, row.get("archivedAt"))
    if bool(row.get("archived")) != bool(values["archived_at"]):
        values["archived_at"] = UNREADABLE  # deleted or not? it must say when
    changed, archived = values.get("changed_at"), values["archived_at"]
    if isinstance(changed, datetime) and isinstance(archived, datetime):
        values["changed_at"] = max(changed, archived)
    return values


OWNER_FIELDS = {
    "owner_id": as_given("id"),
    "kind": as_given("type"),
    "is_archived": as_given("archived"),
}
PIPELINE_FIELDS = {"pipeline_id": as_given("id"), "label": as_given("label")}


def owner(row: Object, day: date) -> dict[str, Any]:
    """An owner under the names of the columns."""
    names = (str(row.get(part) or "").strip() for part in ("firstName", "lastName"))
    return columns(row, OWNER_FIELDS) | {
        "listed_on": day,
        "name": " ".join(name for name in names if name) or None,
        "created_at": fitting(MOMENT, row.get("createdAt")),
        "updated_at": fitting(MOMENT, row.get("updatedAt")),
    }


def fitting(kind: pa.DataType, text: Any) -> Any:
    """A property, which HubSpot writes as a text, as a moment or a truth value; any other as it is."""
    if pa.types.is_boolean(kind):
        return {"true": True, "false": False}.get(text, text) if isinstance(text, str) else text
    return lenient(read_instant)(text) if pa.types.is_timestamp(kind) else text


def decimal_text(amount: Any) -> str | Unreadable | None:
    """An amount as it would be written by hand: 1500 and not 1.5E+3."""
    if amount is None:
        return None
    try:
        number = Decimal(amount)
    except (InvalidOperation, TypeError, ValueError):
        return UNREADABLE
    return f"{number:f}" if number.is_finite() else UNREADABLE


DEFAULT_BASE = "https://api.hubapi.com"

SOURCE = Source(
    name="hubspot",
    title="HubSpot",
    options=(
        Option(
            "HUBSPOT_ACCESS_TOKEN",
            "A service key that may read deals, contacts (for their calls) and owners",
            secret=True,
        ),
        Option("HUBSPOT_API_BASE", "Address of HubSpot's API", default=DEFAULT_BASE),
    ),
    streams=(DEALS, CALLS, OWNERS, PIPELINES),
    limits=LIMITS,
    open=HubSpotConnection,
    workers=4,
)
