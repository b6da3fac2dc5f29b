"""What HubSpot says of an account itself: its settings, the properties of its deals, and their pipelines."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from connectors.sandbox.crm_objects import instant
from connectors.sandbox.sales import LABELS


def account(timezone: str, currency: str, now: datetime) -> Mapping[str, Any]:
    """The settings of the account."""
    offset = now.astimezone(ZoneInfo(timezone)).strftime("%z")
    seconds = int(offset[:3]) * 3600 + int(offset[0] + offset[3:]) * 60
    return {
        "portalId": 1,
        "accountType": "STANDARD",
        "timeZone": timezone,
        "companyCurrency": currency,
        "additionalCurrencies": [],
        "utcOffset": f"{offset[:3]}:{offset[3:]}",
        "utcOffsetMilliseconds": seconds * 1000,
        "uiDomain": "app.hubspot.com",
        "dataHostingLocation": "na1",
    }


def property_named(name: str, kind: str = "string") -> Mapping[str, Any]:
    """What HubSpot says of a property, as far as it must."""
    return {
        "name": name,
        "label": name,
        "description": "",
        "groupName": "dealinformation",
        "type": kind,
        "fieldType": "text",
        "options": [],
    }


def pipelines() -> list[Mapping[str, Any]]:
    """The account's pipelines of deals."""
    made = instant(datetime(2020, 1, 2, tzinfo=UTC))
    return [
        {
            "id": pipeline,
            "label": label,
            "displayOrder": place,
            "archived": False,
            "createdAt": made,
            "updatedAt": made,
            "stages": [],
        }
        for place, (pipeline, label) in enumerate(LABELS.items())
    ]
