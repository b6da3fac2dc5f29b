"""The export of the sample company's tickets.

Behaves as developer.zendesk.com/api-reference/ticketing/ticket-management/incremental_exports describes: tickets are in
the order of `generated_timestamp` and number, changes of the last minute are left out, and so are tickets of AI agents
unless `support_type_scope` asks for them.
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from connectors.sandbox.http_server import Reply
from connectors.sandbox.support import GROUPS
from connectors.sandbox.zendesk_objects import BASE_URL, GROUP, Row, error, group_row

EXPORT = "/api/v2/incremental/tickets/cursor"
EXCLUDED_SECONDS = 60
"""Changes of the last minute before a request are not exported."""
MAX_PAGE_TICKETS = 1000
SCOPES: Mapping[str, set[str | None]] = {
    "all": {"agent", "ai_agent", None},
    "agent": {"agent", None},
    "ai_agent": {"ai_agent"},
}
"""The support types of the tickets that are listed, by `support_type_scope`."""


def export(
    params: Mapping[str, str],
    tickets: Sequence[Row],
    moment: datetime,
    metrics: Callable[[Row], Row],
) -> Reply:
    """The page of `tickets` that is asked for at a moment. `metrics` gives the metric set of one of them."""
    now = int(moment.timestamp())
    try:
        size = int(params.get("per_page", MAX_PAGE_TICKETS))
        after = place_of(params["cursor"]) if "cursor" in params else None
        types = SCOPES[params.get("support_type_scope", "agent")]
        if after is None:
            after = (int(params["start_time"]), 0)
            if after[0] > now - EXCLUDED_SECONDS:
                message = "Too recent start_time. Use a start_time older than 60 seconds"
                return error(400, "StartTimeTooRecent", message)
    except (KeyError, ValueError):
        return error(400, "InvalidValue", "a parameter is invalid, or start_time is missing")
    if not 1 <= size <= MAX_PAGE_TICKETS:
        return error(400, "InvalidPaginationParameter", f"per_page must be 1 to {MAX_PAGE_TICKETS}")
    rows = sorted(
        (
            row
            for row in tickets
            if after < place(row)
            and row["generated_timestamp"] <= now - EXCLUDED_SECONDS
            and row["support_type"] in types
        ),
        key=place,
    )
    page = rows[:size]
    cursor = cursor_of(place(page[-1]) if page else after)
    answer: Row = {
        "tickets": page,
        "after_cursor": cursor,
        "after_url": f"{BASE_URL}/incremental/tickets/cursor.json?cursor={cursor}",
        "before_cursor": None,
        "before_url": None,
        "end_of_stream": len(rows) <= size,
    }
    sideloads = params.get("include", "").split(",")
    if "groups" in sideloads:
        used = {row["group_id"] for row in page}
        answer["groups"] = [group_row(n) for n in range(len(GROUPS)) if GROUP + n in used]
    if "metric_sets" in sideloads:  # a deleted ticket has none
        answer["metric_sets"] = [metrics(row) for row in page if row["status"] != "deleted"]
    return Reply(200, answer)


def place(row: Row) -> tuple[int, int]:
    """A ticket's position in the export."""
    return row["generated_timestamp"], row["id"]


def cursor_of(at: tuple[int, int]) -> str:
    """A position in the export as Zendesk writes it."""
    return base64.b64encode(f"{at[0]}.0||{at[1]}|".encode()).decode()


def place_of(cursor: str) -> tuple[int, int]:
    """The position in a cursor. Raises ValueError when it has none."""
    moment, _, number = base64.b64decode(cursor).decode().strip("|").partition(".0||")
    return int(moment), int(number)
