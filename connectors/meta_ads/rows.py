"""From a page of Meta's reports to rows: numbers are written as text, and a purchase under several names."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connectors.sdk.errors import Drift
from connectors.sdk.fields import lenient, read_day, read_decimal, read_whole

day, whole, amount = lenient(read_day), lenient(read_whole), lenient(read_decimal)
PURCHASE = "purchase"
"""The action that counts. The pixel's, the app's and the shop's purchases are told again under their own names."""


def rows_in(found: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The rows of a page. Raises `Drift` when there is no list of them."""
    rows = found.get("data")
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise Drift("a report of Meta no longer comes as rows", "adapt the connector")
    return rows


def cursor_after(found: Mapping[str, Any]) -> str:
    """Where the next page begins; empty on the last one, which has a cursor and no link to a next page."""
    paging = found.get("paging") or {}
    if "next" not in paging:
        return ""
    try:
        return str(paging["cursors"]["after"])
    except (KeyError, TypeError):
        raise Drift(
            "a page of a report of Meta tells no cursor to go on from", "adapt the connector"
        ) from None


def row_of(found: Mapping[str, Any], window: str) -> dict[str, Any]:
    """A row under the names of the columns. What does not fit them is left for the schema to refuse."""
    return {
        "date": day(found.get("date_start")),
        "campaign_id": found.get("campaign_id"),
        "campaign_name": found.get("campaign_name"),
        "currency": found.get("account_currency"),
        "impressions": whole(found.get("impressions")),
        "clicks": whole(found.get("clicks", "0")),
        "spend": amount(found.get("spend")),
        "purchase_value": purchase_value(found.get("action_values"), window),
        "attribution_window": window,
    }


def purchase_value(values: Any, window: str) -> Decimal | Any:
    """The value of the purchases that are credited within `window`: none where Meta tells of none."""
    if not isinstance(values, list | None):
        return values
    for each in values or ():
        if isinstance(each, Mapping) and each.get("action_type") == PURCHASE:
            return amount(each.get(window, "0"))
    return Decimal(0)
