"""From a page of Meta's reports to rows. Meta writes numbers as text."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from connectors.meta_ads.attribution import Purchases, amount, purchases_in
from connectors.sdk.contract import Finding, Page
from connectors.sdk.errors import Drift
from connectors.sdk.fields import lenient, read_day, read_whole

day, whole = lenient(read_day), lenient(read_whole)


def rows_in(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The rows of a page. Raises `Drift` when there is no list of rows.

    An item that is not an object becomes an empty row, which the schema refuses.
    """
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
            "a page of a report of Meta has no cursor of the page after it", "adapt the connector"
        ) from None


def page_of(rows: Sequence[Mapping[str, Any]], window: str) -> Page:
    """The rows under the names of the columns, and which of their purchases are in doubt."""
    stored, findings = [], []
    for row in rows:
        purchases = purchases_in(row, window)
        stored.append(row_of(row, purchases, window))
        if purchases.doubt:
            findings.append(doubt_about(stored[-1]["date"], *purchases.doubt))
    return Page(stored, findings=findings)


def doubt_about(on: date | Any, what: str, message: str) -> Finding:
    """The finding about purchases that are kept as they are, or empty."""
    return Finding(
        what=what,
        message=message,
        is_set_aside=False,
        column="purchase_value",
        day=on if isinstance(on, date) else None,
    )


def row_of(row: Mapping[str, Any], purchases: Purchases, window: str) -> dict[str, Any]:
    """A row under the names of the columns. What does not fit them is left for the schema to refuse."""
    return {
        "date": day(row.get("date_start")),
        "campaign_id": row.get("campaign_id"),
        "campaign_name": row.get("campaign_name"),
        "currency": row.get("account_currency"),
        "impressions": whole(row.get("impressions")),
        "clicks": whole(row.get("clicks", "0")),
        "spend": amount(row.get("spend")),
        "purchase_value": purchases.value,
        "attribution_window": window,
    }


def sums_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """The sums of the whole account by column; zeros for a day without a row."""
    return {
        "impressions": whole(row.get("impressions", "0")),
        "clicks": whole(row.get("clicks", "0")),
        "spend": amount(row.get("spend", "0")),
    }
