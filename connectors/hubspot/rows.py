"""HubSpot's objects as rows."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Context, Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from connectors.hubspot.declared import DeclaredObject
from connectors.hubspot.streams import (
    CALLS,
    CONTACT_MODIFIED,
    MERGED_IDS,
    MODIFIED,
    MOMENT,
    OF_SOME_ACCOUNTS,
    PROPERTIES,
)
from connectors.sdk.contract import Stream
from connectors.sdk.fields import (
    UNREADABLE,
    Unreadable,
    as_given,
    columns,
    lenient,
    read_day,
    read_instant,
)

Object = Mapping[str, Any]
IDS = re.compile(r"\d+(;\d+)*")
NINE_DECIMALS = Decimal("1e-9")
OF_ANY_DOUBLE = Context(prec=330)
MANY_OBJECTS = 20
"""From so many on, a property that none of them has is one that HubSpot has renamed."""


@dataclass(frozen=True)
class Account:
    """What is known of the account itself; nothing where the key may not read it."""

    zone: ZoneInfo | None = None
    currency: str | None = None
    """The company's currency, ISO 4217."""


@dataclass(frozen=True)
class Additions:
    """What rows have besides the declared properties of their objects."""

    account: Account = Account()
    properties: Sequence[str] = ()
    """The names of the properties of deals that a setting adds."""
    contacts: Mapping[str, Sequence[str]] | None = None
    """The contacts of calls, by the call's id."""


def rows_of_objects(
    stream: Stream, objects: Sequence[Object], additions: Additions
) -> list[dict[str, Any]]:
    """The rows of some deals or calls, and of those that were merged into them.

    A column whose property none of many objects has is left for the schema to refuse: HubSpot has renamed it.
    """
    rows = [
        row for item in objects for row in (stored(stream, item, additions), *retired(stream, item))
    ]
    of_all = {x: y for x, y in PROPERTIES[stream.name].items() if x not in OF_SOME_ACCOUNTS}
    return without_renamed(rows, objects, of_all)


def stored(stream: Stream, item: Object, additions: Additions) -> dict[str, Any]:
    """A deal or a call under the names of the columns.

    Where its date of creation or change is empty, the record's own stands for it, which HubSpot always gives. A call
    without a time is of the moment in which it was logged, as HubSpot itself takes it (developers.hubspot.com, guide
    to calls: `hs_timestamp` marks the time of creation).
    """
    given = properties_of(item)
    row = record(stream, item, PROPERTIES[stream.name])
    created = fitting(MOMENT, item.get("createdAt"))
    if stream.name == CALLS.name:
        contacts = (additions.contacts or {}).get(str(item.get("id")), ())
        row["contact_ids"] = sorted({*contacts}, key=lambda id: (len(id), id))
        row["called_at"] = row["called_at"] or created or UNREADABLE
    else:
        row["created_at"] = row["created_at"] or created
        row |= of_a_deal(row, given, additions)
    return row


def record(stream: Stream, item: Object, columns: Mapping[str, str]) -> dict[str, Any]:
    """What objects of every kind have: the columns of their properties, and whether and since when they are gone."""
    given = properties_of(item)
    row: dict[str, Any] = {
        name: fitting(stream.schema.field(name).type, given.get(property_) or None)
        for property_, name in columns.items()
    }
    row[stream.key[0]] = item.get("id")
    row["merged_into"] = None if ids_merged_into(item) is not None else UNREADABLE
    row["archived_at"] = fitting(MOMENT, item.get("archivedAt"))
    if bool(item.get("archived")) != bool(row["archived_at"]):
        row["archived_at"] = UNREADABLE  # deleted or not? it must say when
    row["changed_at"] = last_change(item)
    return row


def declared_rows(declared: DeclaredObject, objects: Sequence[Object]) -> list[dict[str, Any]]:
    """The rows of some declared objects, and of those that were merged into them."""
    stream = declared.stream
    rows = []
    for item in objects:
        created = {"created_at": fitting(MOMENT, item.get("createdAt"))}
        rows += [record(stream, item, declared.columns) | created, *retired(stream, item)]
    return without_renamed(rows, objects, declared.columns)


def without_renamed(
    rows: list[dict[str, Any]], objects: Sequence[Object], columns: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The rows without the columns whose property none of many objects has, for the schema to refuse.

    HubSpot leaves out a property that it does not have (any more), and says null where one is empty.
    """
    if len(objects) >= MANY_OBJECTS:
        for property_, name in columns.items():
            if not any(property_ in properties_of(item) for item in objects):
                for row in rows:
                    row.pop(name, None)
    return rows


def of_a_deal(row: Mapping[str, Any], given: Object, additions: Additions) -> dict[str, Any]:
    """What only deals have."""
    closes = given.get("closedate") or None
    return {
        "amount": decimal_text(row["amount"]),
        "amount_in_company_currency": decimal_text(row["amount_in_company_currency"]),
        "company_currency": additions.account.currency,
        "closed_at": moment_of_close(closes),
        "close_day": close_day(closes, additions.account.zone),
        "properties": json.dumps(
            {name: given.get(name) or None for name in sorted(additions.properties)},
            ensure_ascii=False,
        )
        if additions.properties
        else None,
    }


def retired(stream: Stream, item: Object) -> Iterator[dict[str, Any]]:
    """A row for each object that was merged into this one, which says so and nothing else.

    A merge makes a new object and takes both others away, without putting them into the recycle bin (developers
    .hubspot.com, changelog "Deals now support merging" and "Updated merge functionality for contacts and companies").
    In accounts with merges from before, the first of both was kept. A merge cannot be undone.
    """
    for merged in ids_merged_into(item) or ():
        changed = last_change(item)
        row = {
            stream.key[0]: merged,
            "merged_into": item.get("id"),
            "archived_at": changed,
            "changed_at": changed,
        }
        yield row | ({"contact_ids": []} if stream.name == CALLS.name else {})


def merged_contacts(item: Object) -> Iterator[dict[str, Any]]:
    """A row for each contact that was merged into this one; one that cannot be kept where they cannot be read."""
    ids = ids_merged_into(item)
    changed = properties_of(item).get(CONTACT_MODIFIED) or item.get("updatedAt")
    for merged in [None] if ids is None else ids:
        yield {
            "contact_id": merged,
            "merged_into": item.get("id"),
            "changed_at": fitting(MOMENT, changed),
        }


def ids_merged_into(item: Object) -> list[str] | None:
    """The ids of the objects that were merged into this one; None where they cannot be read."""
    text = properties_of(item).get(MERGED_IDS) or ""
    if not isinstance(text, str) or not IDS.fullmatch(text := text.strip("; ")):
        return None if text else []
    return [merged for merged in dict.fromkeys(text.split(";")) if merged != item.get("id")]


def last_change(item: Object) -> datetime | Unreadable | None:
    """When the object was last changed or archived."""
    changed: datetime | Unreadable | None
    given = properties_of(item)
    modified = given.get(MODIFIED) or given.get(CONTACT_MODIFIED)
    changed = fitting(MOMENT, modified or item.get("updatedAt"))
    archived = fitting(MOMENT, item.get("archivedAt"))
    if isinstance(changed, datetime) and isinstance(archived, datetime):
        return max(changed, archived)
    return changed


def moment_of_close(text: Any) -> Any:
    """A close date as a moment; a bare day is its first moment in UTC, as HubSpot stores it."""
    if (day := bare_day(text)) is not None:
        return datetime.combine(day, time.min, UTC)
    return fitting(MOMENT, text)


def close_day(text: Any, zone: ZoneInfo | None) -> date | None:
    """The day that a close date names, where it names no more than a day; None where it is a moment, or empty.

    HubSpot keeps close dates as moments. One that is picked by hand gets the time of day at which it was picked, and
    one that a program sends as a bare date is midnight of UTC (developers.hubspot.com, "How should timestamps be
    formatted for HubSpot's APIs"). In New York that is the evening before, and the day that was meant is UTC's.
    Programs that convert a date themselves send midnight of the account's zone. A sale that was really closed at
    midnight, to the millisecond, is too rare to matter.
    """
    if (day := bare_day(text)) is not None:
        return day
    moment = fitting(MOMENT, text)
    if not isinstance(moment, datetime):
        return None
    for local in (moment, moment.astimezone(zone) if zone else moment):
        if local.time() == time.min:
            return local.date()
    return None


def bare_day(text: Any) -> date | None:
    """A date without a time of day; None where it is anything else."""
    if not isinstance(text, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def properties_of(item: Object) -> Object:
    """The properties of an object."""
    given = item.get("properties")
    return given if isinstance(given, Mapping) else {}


OWNER_FIELDS = {
    "owner_id": as_given("id"),
    "kind": as_given("type"),
    "is_archived": as_given("archived"),
}
PIPELINE_FIELDS = {"pipeline_id": as_given("id"), "label": as_given("label")}


def owner(item: Object, day: date) -> dict[str, Any]:
    """An owner under the names of the columns."""
    names = (str(item.get(part) or "").strip() for part in ("firstName", "lastName"))
    return columns(item, OWNER_FIELDS) | {
        "listed_on": day,
        "name": " ".join(name for name in names if name) or None,
        "created_at": fitting(MOMENT, item.get("createdAt")),
        "updated_at": fitting(MOMENT, item.get("updatedAt")),
    }


def pipeline(item: Object, day: date) -> dict[str, Any]:
    """A pipeline under the names of the columns."""
    return {"listed_on": day} | columns(item, PIPELINE_FIELDS)


def fitting(kind: pa.DataType, text: Any) -> Any:
    """A property, which HubSpot writes as a text, in the type of its column."""
    if pa.types.is_decimal(kind):
        return lenient(read_number)(text)
    if pa.types.is_date(kind):
        return lenient(read_day)(text)
    if pa.types.is_boolean(kind):
        return {"true": True, "false": False}.get(text, text) if isinstance(text, str) else text
    return lenient(read_instant)(text) if pa.types.is_timestamp(kind) else text


def read_number(text: str) -> Decimal:
    """A number to the ninth decimal: HubSpot calculates with doubles."""
    number = Decimal(text)
    if not number.is_finite():
        raise ValueError
    return number.quantize(NINE_DECIMALS, context=OF_ANY_DOUBLE)


def decimal_text(amount: Any) -> str | Unreadable | None:
    """An amount as it would be written by hand: 1500 and not 1.5E+3."""
    if amount is None:
        return None
    try:
        number = Decimal(amount)
    except (InvalidOperation, TypeError, ValueError):
        return UNREADABLE
    return f"{number:f}" if number.is_finite() else UNREADABLE
