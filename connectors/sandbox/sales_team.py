"""Who sells for the sample company, and since when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from connectors.sandbox.crm_objects import instant


@dataclass(frozen=True)
class Owner:
    """A person or a queue that can own records of the CRM. `left` is the last working day."""

    number: int
    first_name: str
    last_name: str
    joined: date
    left: date | None = None
    kind: str = "PERSON"

    @property
    def owner_id(self) -> str:
        """HubSpot's id."""
        return str(self.number)

    def present(self, day: date) -> bool:
        """Whether they work there on that day."""
        return self.joined <= day and (self.left is None or day <= self.left)


REPS = (
    Owner(61040011, "Amina", "Diallo", date(2021, 3, 1)),
    Owner(61040012, "Ben", "Okafor", date(2021, 9, 13)),
    Owner(61040013, "Carla", "Rossi", date(2022, 1, 10)),
    Owner(61040014, "David", "Lindqvist", date(2022, 5, 2)),
    Owner(61040015, "Elena", "Petrova", date(2022, 8, 15)),
    Owner(61040016, "Farid", "Haddad", date(2023, 2, 6)),
    Owner(61040017, "Grace", "Kim", date(2023, 4, 3)),
    Owner(61040018, "Hugo", "Moreau", date(2023, 10, 2)),
    Owner(61040019, "Ines", "Carvalho", date(2024, 1, 15)),
    Owner(61040020, "Jonas", "Weber", date(2024, 6, 3)),
    Owner(61040021, "Kofi", "Mensah", date(2022, 11, 7), date(2025, 8, 29)),
    Owner(61040022, "Lena", "Novak", date(2023, 6, 12), date(2026, 4, 30)),
    Owner(61040023, "Mateo", "Silva", date(2025, 9, 15)),
    # the day after Lena leaves, so that the team has twelve people on every day of the second quarter
    Owner(61040024, "Nadia", "Rahman", date(2026, 5, 1)),
    Owner(61040025, "Oskar", "Nilsen", date(2026, 9, 1)),
)
"""The sales team."""

OTHER_OWNERS = (
    Owner(61040001, "Sam", "Company", date(2020, 1, 2)),
    Owner(61040002, "Support", "", date(2020, 1, 2), kind="QUEUE"),
)
"""Owners who sell nothing."""


def owners_at(now: datetime) -> list[Mapping[str, Any]]:
    """Every owner created by `now`, deactivated ones included, in HubSpot's shape."""
    return [
        owner_object(owner, now)
        for owner in sorted((*REPS, *OTHER_OWNERS), key=lambda owner: owner.number)
        if created_at(owner) <= now
    ]


def owner_object(owner: Owner, now: datetime) -> Mapping[str, Any]:
    """An owner in HubSpot's shape: deactivated on the evening of the last day, and then without a user id."""
    deactivated = datetime.combine(owner.left, time(18), UTC) if owner.left else None
    archived = deactivated is not None and deactivated <= now
    user = owner.number - 60_000_000
    return {
        "id": owner.owner_id,
        "type": owner.kind,
        "email": f"{owner.first_name}.{owner.last_name}".strip(".").lower() + "@example.com",
        "firstName": owner.first_name,
        "lastName": owner.last_name,
        "userIdIncludingInactive": user,
        "createdAt": instant(created_at(owner)),
        "updatedAt": instant(deactivated if deactivated and archived else created_at(owner)),
        "archived": archived,
    } | ({} if archived else {"userId": user, "teams": []})


def created_at(owner: Owner) -> datetime:
    """The morning of the owner's first day."""
    return datetime.combine(owner.joined, time(7), UTC)
