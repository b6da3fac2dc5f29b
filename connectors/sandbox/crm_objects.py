"""Objects of the sample company's HubSpot account, in HubSpot's shape."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

MERGED_IDS = "hs_merged_object_ids"
"""The property with the ids of the objects that were merged into one."""


@dataclass(frozen=True)
class CrmObject:
    """A deal, a call or a contact. Properties are texts, as in HubSpot; None where one is empty."""

    number: int
    properties: Mapping[str, str | None]
    created: datetime
    modified: datetime
    archived: datetime | None = None
    contacts: tuple[int, ...] = ()
    """The contacts it is associated with."""
    modified_name: str = "hs_lastmodifieddate"
    """The property that says when it was last changed. Contacts have one of their own."""

    def to_json(self, names: list[str]) -> dict[str, Any]:
        """The object in HubSpot's shape, with the named properties and those that are always included."""
        included = {
            "createdate": instant(self.created),
            self.modified_name: instant(self.modified),
            "hs_object_id": str(self.number),
        }
        requested = {name: self.properties[name] for name in names if name in self.properties}
        row: dict[str, Any] = {
            "id": str(self.number),
            "properties": dict(sorted((included | requested).items())),
            "createdAt": instant(self.created),
            "updatedAt": instant(self.modified),
            "archived": self.archived is not None,
            "url": f"https://app.hubspot.com/contacts/1/record/0-0/{self.number}",
        }
        return row | ({"archivedAt": instant(self.archived)} if self.archived else {})


def merged(first: CrmObject, second: CrmObject, number: int, at: datetime) -> CrmObject:
    """What HubSpot makes of two objects: one with the properties of the first, and of the second where those are empty.

    Its number is new, or in accounts from before 2025 that of the first.
    """
    filled = {name: value for name, value in first.properties.items() if value is not None}
    ids = [
        *(item.properties.get(MERGED_IDS) for item in (first, second)),
        *(str(item.number) for item in (first, second) if item.number != number),
    ]
    return replace(
        first,
        number=number,
        properties={
            **first.properties,
            **second.properties,
            **filled,
            MERGED_IDS: ";".join(text for text in ids if text),
        },
        modified=at,
        contacts=tuple(sorted({*first.contacts, *second.contacts})),
    )


def instant(moment: datetime) -> str:
    """A moment as HubSpot writes it: UTC, with milliseconds unless they are zero."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z").replace(".000Z", "Z")


def text_of(*, yes: bool) -> str:
    """A truth value as HubSpot writes it."""
    return "true" if yes else "false"
