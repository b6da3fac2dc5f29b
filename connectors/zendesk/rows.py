"""Zendesk's objects as rows: what is stored of a ticket, of a rating and of a survey response.

A field that is missing or cannot be read is left for the schema to refuse.
Shapes: developer.zendesk.com/api-reference/ticketing, pages tickets, satisfaction_ratings and
csat_survey_responses.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.sdk.errors import Drift
from connectors.sdk.fields import (
    as_given,
    columns,
    instant,
    lenient,
    read_instant,
    read_text,
    text,
    unix_seconds,
)

TICKET = {
    "id": text("id"),
    "created_at": instant("created_at"),
    "updated_at": instant("updated_at"),
    "generated_at": unix_seconds("generated_timestamp"),
    "status": as_given("status"),
    "group_id": text("group_id"),
    "brand_id": text("brand_id"),
}
RATING = {
    "id": text("id"),
    "created_at": instant("created_at"),
    "updated_at": instant("updated_at"),
    "score": as_given("score"),
    "ticket_id": text("ticket_id"),
    "group_id": text("group_id"),
}


def tickets(page: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The tickets of a page of the export, with the names of their groups and when they were solved.

    Raises `Drift` when one of the three lists is not there.
    """
    try:
        groups = {group["id"]: group["name"] for group in page["groups"]}
        solved = {metrics["ticket_id"]: metrics.get("solved_at") for metrics in page["metric_sets"]}
        listed = [row if isinstance(row, Mapping) else {} for row in page["tickets"]]
    except (KeyError, TypeError, AttributeError):
        raise Drift(
            "the export no longer comes as tickets, groups and metric_sets", "adapt the connector"
        ) from None
    return [
        ticket(row, named(groups, row.get("group_id")), named(solved, row.get("id")))
        for row in listed
    ]


def named(values: Mapping[Any, Any], id: Any) -> Any:
    """The value of an id; None where it is none, or there is none."""
    return values.get(id) if isinstance(id, int | str) else None


def ticket(row: Mapping[str, Any], group: Any, solved_at: Any) -> dict[str, Any]:
    """One ticket, without its texts and without who wrote it."""
    values = columns(row, TICKET)
    values |= {"group_name": group, "solved_at": lenient(read_instant)(solved_at)}
    if "via" in row:  # the channel of an integration is its number
        via = row["via"]
        values["channel"] = lenient(read_text)(
            via.get("channel") if isinstance(via, Mapping) else via
        )
    return values


def rating(row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """One satisfaction rating."""
    yield columns(row, RATING)


def survey_response(row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rating in a survey response; none when its question was skipped or is not answered yet."""
    for answer in row["answers"]:
        question = answer.get("question") or {}
        if answer["type"] == "rating_scale" and question.get("sub_type") == "customer_satisfaction":
            tickets = [
                lenient(read_text)(x["id"]) for x in row["subjects"] if x["type"] == "ticket"
            ]
            yield {
                "id": row["id"],
                "created_at": lenient(read_instant)(answer["created_at"]),
                "updated_at": lenient(read_instant)(answer["updated_at"]),
                "score": answer["rating_category"],
                "ticket_id": tickets[0] if tickets else None,
                "group_id": None,
            }
