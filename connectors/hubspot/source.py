"""HubSpot: the deals of a sales team, the calls it makes, and who is on it.

A deal can be edited at any time, so a window of deals or calls holds the changes that were made in it. A deleted
one is in the recycle bin for 90 days and no longer in search: it is read from the bin, and stored with the time
at which it was archived. A restored deal comes back with its next change. A merged one is in neither: the deal that
the merge made names it, and it is stored as gone. Calls keep the ids of contacts that were merged later, so those
merges are read too. Search lags a little behind, and an association does not count as a change of a call, so the
last windows are read again for a day and for a week.

Owners and pipelines say what their ids stand for. HubSpot has their present state only, so each window of them
is the list at the time of the pull.

Moments and days are in UTC, but for the day of a close date without a time of day.
The key needs crm.objects.deals.read, crm.objects.contacts.read and crm.objects.owners.read.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches
from functools import cached_property
from threading import Lock
from types import MappingProxyType
from zoneinfo import ZoneInfo

from connectors.hubspot.api import LIMITS, Crm
from connectors.hubspot.declared import DeclaredObject, ObjectForm, declared_object
from connectors.hubspot.rows import (
    Account,
    Additions,
    Object,
    declared_rows,
    merged_contacts,
    owner,
    pipeline,
    rows_of_objects,
)
from connectors.hubspot.streams import (
    CALLS,
    DEALS,
    MERGED_CONTACTS,
    MERGED_IDS,
    OWNERS,
    PIPELINES,
    PROPERTIES,
    modified_of,
)
from connectors.sdk.contract import (
    Calls,
    Declarable,
    Option,
    Page,
    Slice,
    Source,
    Stream,
    Vitals,
    zone_named,
)
from connectors.sdk.declaring import Forms, Schemas
from connectors.sdk.errors import PermissionDenied, Rejected
from connectors.sdk.option_values import header_value, usable_address

MAX_IN_ADDRESS = 2_000
"""Characters of the names of properties in an address. HubSpot answers one of some thousand with 414."""
TIMEZONE, DEAL_PROPERTIES = "HUBSPOT_TIMEZONE", "HUBSPOT_DEAL_PROPERTIES"


class HubSpotConnection:
    """An open HubSpot account."""

    zone = ZoneInfo("UTC")

    def __init__(
        self,
        values: Mapping[str, str],
        calls: Calls,
        declared: Mapping[str, DeclaredObject] = MappingProxyType({}),
    ) -> None:
        """`declared`: the objects of declared streams, by stream. Calls nothing yet.

        Raises `SourceError` when the options make no sense.
        """
        self._crm = open_crm(values, calls)
        self._declared = declared
        self._zone_named = zone_of(values.get(TIMEZONE, "").strip(), TIMEZONE)
        self._added_properties = names_in(values.get(DEAL_PROPERTIES, ""))
        self._bins: dict[tuple[str, ...], list[Object]] = {}
        self._of_deals: Additions | None = None
        self._lock = Lock()

    def pages(self, piece: Slice) -> Iterator[Page]:
        if declared := self._declared.get(piece.stream.name):
            yield from self._declared_changes(declared, piece)
            return
        match piece.stream.name:
            case OWNERS.name:
                yield Page([owner(item, piece.last_day) for item in self._crm.owners()])
            case PIPELINES.name:
                yield Page([pipeline(item, piece.last_day) for item in self._crm.pipelines()])
            case MERGED_CONTACTS.name:
                for objects in self._crm.merged_contacts(piece):
                    yield Page([row for item in objects for row in merged_contacts(item)])
            case _:
                yield from self._changes(piece)

    def rows_since(self, stream: Stream, since: datetime) -> int | None:
        """How many deals or calls that are not archived last changed at or after `since`; None of what is no object."""
        if declared := self._declared.get(stream.name):
            return self._crm.count(declared.kind, since)
        return self._crm.count(stream.name, since) if stream.name in PROPERTIES else None

    def vitals(self) -> Vitals:
        """The clock, and the requests that are left of the day."""
        return self._crm.vitals()

    def close(self) -> None:
        self._crm.close()

    def _changes(self, piece: Slice) -> Iterator[Page]:
        stream = piece.stream
        added = self._known_properties if stream.name == DEALS.name else ()
        wanted = list(dict.fromkeys([*PROPERTIES[stream.name], MERGED_IDS, *added]))
        for objects in self._crm.changed(stream.name, wanted, piece):
            yield Page(rows_of_objects(stream, objects, self._additions(stream, objects)))
        # added properties are not asked for in the address of a list, which could become too long
        archived = self._archived(stream.name, [*PROPERTIES[stream.name], MERGED_IDS])
        yield Page(rows_of_objects(stream, archived, Additions()))

    def _declared_changes(self, declared: DeclaredObject, piece: Slice) -> Iterator[Page]:
        modified = modified_of(declared.kind)
        wanted = list(dict.fromkeys([*declared.columns, MERGED_IDS, modified]))
        for objects in self._crm.changed(declared.kind, wanted, piece):
            yield Page(declared_rows(declared, objects))
        in_address = wanted if len(",".join(wanted)) <= MAX_IN_ADDRESS else [MERGED_IDS, modified]
        archived = self._archived(declared.kind, in_address)
        rows = declared_rows(declared, archived)
        yield Page([dict.fromkeys(declared.columns.values()) | row for row in rows])

    def _additions(self, stream: Stream, objects: Sequence[Object]) -> Additions:
        if stream.name == CALLS.name:
            return Additions(contacts=self._crm.contacts_of_calls([item["id"] for item in objects]))
        with self._lock:
            if self._of_deals is None:
                self._of_deals = Additions(self._account(), self._known_properties)
            return self._of_deals

    def _account(self) -> Account:
        """The account's zone and currency. A key that may not read them must not cost the deals."""
        try:
            details = self._crm.account()
        except (PermissionDenied, Rejected):
            details = {}
        try:
            zone = zone_of(str(details.get("timeZone") or ""), "the HubSpot account")
        except Rejected:
            zone = None
        return Account(self._zone_named or zone, details.get("companyCurrency") or None)

    @cached_property
    def _known_properties(self) -> Sequence[str]:
        """The properties of the setting. Raises `Rejected` for one that HubSpot does not know and would leave out."""
        known = self._crm.properties(DEALS.name) if self._added_properties else {}
        for name in self._added_properties:
            if name not in known:
                alike = get_close_matches(name, known, n=1)
                meant = (
                    f"did you mean {alike[0]}?" if alike else "see HubSpot's Settings > Properties"
                )
                raise Rejected(
                    f"HubSpot's deals have no property {name!r}, or it holds sensitive data",
                    f"correct {DEAL_PROPERTIES}: it takes internal names; {meant}",
                )
        return self._added_properties

    def _archived(self, kind: str, properties: Sequence[str]) -> list[Object]:
        """The objects in the recycle bin, read once: it cannot be filtered by day."""
        asked = (kind, *properties)
        with self._lock:
            if asked not in self._bins:
                self._bins[asked] = self._crm.archived(kind, properties)
            return self._bins[asked]


def open_crm(values: Mapping[str, str], calls: Calls) -> Crm:
    """The account. Calls nothing yet; raises `SourceError` when the options make no sense."""
    token = header_value(values.get("HUBSPOT_ACCESS_TOKEN", ""), "HUBSPOT_ACCESS_TOKEN")
    base = usable_address(values.get("HUBSPOT_API_BASE") or DEFAULT_BASE, "HUBSPOT_API_BASE")
    return Crm(base, token, calls, SOURCE.workers)


def describe(values: Mapping[str, str], calls: Calls, forms: Forms) -> Schemas:
    """The columns of declared objects, by HubSpot's definitions of their properties."""
    with closing(open_crm(values, calls)) as crm:
        return {name: form.columns_of(crm.properties(form.object)) for name, form in forms.items()}


def with_streams(source: Source, forms: Forms, schemas: Schemas) -> Source:
    """The source that pulls the declared objects as well."""
    declared = {
        name: declared_object(name, form, schemas[name])
        for name, form in forms.items()
        if name in schemas
    }
    return replace(
        source,
        streams=(*source.streams, *(x.stream for x in declared.values())),
        open=lambda values, calls: HubSpotConnection(values, calls, declared),
    )


def zone_of(name: str, origin: str) -> ZoneInfo | None:
    """The zone called `name`; None without a name. Raises `Rejected` if there is none."""
    remedy = f"set {TIMEZONE} to an IANA name such as Europe/Berlin"
    return zone_named(name, f"{origin} names the timezone", remedy) if name else None


def names_in(text: str) -> Sequence[str]:
    """The names in a list with commas. Raises `Rejected` for what cannot be the internal name of a property."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if not re.fullmatch(r"[a-z0-9_]{1,100}", name):
            raise Rejected(
                f"{DEAL_PROPERTIES} names {name!r}, which is no internal name of a property",
                "take it from HubSpot's Settings > Properties: small letters, digits and underscores",
            )
    return tuple(dict.fromkeys(names))


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
        Option(TIMEZONE, "The account's timezone, where the key may not read it", default=""),
        Option(
            DEAL_PROPERTIES,
            "Properties of deals to store as well, by internal name and with commas; no personal data",
            default="",
        ),
        Option("HUBSPOT_API_BASE", "Address of HubSpot's API", default=DEFAULT_BASE),
    ),
    streams=(DEALS, CALLS, MERGED_CONTACTS, OWNERS, PIPELINES),
    limits=LIMITS,
    open=HubSpotConnection,
    workers=4,
    declarable=Declarable(form=ObjectForm, with_streams=with_streams, describe=describe),
)
