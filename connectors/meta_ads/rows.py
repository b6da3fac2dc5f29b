"""From a page of Meta's reports to rows. Meta writes numbers as text, and repeats a purchase under several names."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connectors.sdk.errors import Drift
from connectors.sdk.fields import lenient, read_day, read_decimal, read_whole

day, whole, amount = lenient(read_day), lenient(read_whole), lenient(read_decimal)
PURCHASE = "purchase"
"""The action that counts. The purchases of pixel, app and shop are repeated under names of their own."""


def rows_in(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The rows of a page; what is no row is an empty one. Raises `Drift` when there is no list of rows."""
    given = answer.get("data")
    if not isinstance(given, list):
        raise Drift("a report of Meta no longer comes as rows", "adapt the connector")
    rows = [row if isinstance(row, Mapping) else {} for row in given]
    if rows and not any(rows):
        raise Drift("a report of Meta no longer comes as rows", "adapt the connector")
    return rows


def cursor_after(answer: Mapping[str, Any]) -> str:
    """The cursor of the next page; empty on the last page, which has a cursor but no link to a next page."""
    paging = answer.get("paging") or {}
    if "next" not in paging:
        return ""
    try:
        return str(paging["cursors"]["after"])
    except (KeyError, TypeError):
        raise Drift(
            "a page of a report of Meta tells no cursor to go on from", "adapt the connector"
        ) from None


def row_of(row: Mapping[str, Any], window: str) -> dict[str, Any]:
    """A row under the names of the columns. What does not fit them is left for the schema to refuse."""
    return {
        "date": day(row.get("date_start")),
        "campaign_id": row.get("campaign_id"),
        "campaign_name": row.get("campaign_name"),
        "currency": row.get("account_currency"),
        "impressions": whole(row.get("impressions")),
        "clicks": whole(row.get("clicks", "0")),
        "spend": amount(row.get("spend")),
        "purchase_value": purchase_value(row.get("action_values"), window),
        "attribution_window": window,
    }


def sums_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a row of the whole account says by column; zeros for a day without a row."""
    return {
        "impressions": whole(row.get("impressions", "0")),
        "clicks": whole(row.get("clicks", "0")),
        "spend": amount(row.get("spend", "0")),
    }


def purchase_value(values: Any, window: str) -> Decimal | Any:
    """The value of the purchases that are credited within `window`; 0 where Meta lists none."""
    if not isinstance(values, list | None):
        return values
    for action in values or ():
        if isinstance(action, Mapping) and action.get("action_type") == PURCHASE:
            return amount(action.get(window, "0"))
    return Decimal(0)
