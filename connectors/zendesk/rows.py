"""Zendesk's objects as rows: what is stored of a ticket, of a rating and of a survey response.

A field that is missing or cannot be read is left for the schema to refuse.
Shapes: developer.zendesk.com/api-reference/ticketing, pages tickets, satisfaction_ratings and
csat_survey_responses.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.sdk.errors import Drift
from connectors.sdk.fields import (
    Field,
    as_given,
    at_or_none,
    columns,
    instant,
    lenient,
    read_instant,
    read_text,
    text,
    unix_seconds,
)

MERGED = "closed_by_merge"
"""The tag that Zendesk gives to a ticket when it closes it because it was merged into another."""


def read_merge_tag(tags: object) -> bool:
    """Whether the tag of a merge is among tags."""
    if not isinstance(tags, list):
        raise TypeError
    return MERGED in tags


def whole(path: str) -> Field:
    """A whole number, which may be missing."""
    return Field(path, read_count, optional=True)


def read_count(value: object) -> int:
    """See `whole`. A number with a fraction is refused."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError
    return value


TICKET = {
    "id": text("id"),
    "created_at": instant("created_at"),
    "updated_at": instant("updated_at"),
    "generated_at": unix_seconds("generated_timestamp"),
    "status": as_given("status"),
    "group_id": text("group_id"),
    "brand_id": text("brand_id"),
    "support_type": text("support_type", optional=True),
    "has_merge_tag": Field("tags", read_merge_tag),
}
METRICS = {
    "solved_at": instant("solved_at", optional=True),
    "first_reply_minutes": whole("reply_time_in_minutes.calendar"),
    "first_reply_business_minutes": whole("reply_time_in_minutes.business"),
    "first_reply_seconds": whole("reply_time_in_seconds.calendar"),
}
"""A ticket's metrics: a deleted ticket has none."""
RATING = {
    "id": text("id"),
    "created_at": instant("created_at"),
    "updated_at": instant("updated_at"),
    "score": as_given("score"),
    "ticket_id": text("ticket_id"),
    "group_id": text("group_id"),
}


def tickets(page: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The tickets of a page of the export, with the names of their groups and what was measured of them.

    Raises `Drift` when one of the three lists is not there.
    """
    try:
        groups = {group["id"]: group["name"] for group in page["groups"]}
        metrics = {row["ticket_id"]: row for row in page["metric_sets"]}
        listed = [row if isinstance(row, Mapping) else {} for row in page["tickets"]]
    except (KeyError, TypeError, AttributeError):
        raise Drift(
            "the export no longer comes as tickets, groups and metric_sets", "adapt the connector"
        ) from None
    return [
        ticket(row, named(groups, row.get("group_id")), named(metrics, row.get("id")) or {})
        for row in listed
    ]


def named(values: Mapping[Any, Any], id: Any) -> Any:
    """The value of an id; None where it is none, or there is none."""
    return values.get(id) if isinstance(id, int | str) else None


def ticket(row: Mapping[str, Any], group: Any, metrics: Mapping[str, Any]) -> dict[str, Any]:
    """One ticket, without its texts and without who wrote it."""
    values = columns(row, TICKET) | columns(metrics, METRICS) | {"group_name": group}
    if "via" in row:  # the channel of an integration is its number
        via = row["via"]
        values["channel"] = lenient(read_text)(
            via.get("channel") if isinstance(via, Mapping) else via
        )
        values["follow_up_of"] = followed(via)
    return values


def followed(via: Any) -> Any:
    """The closed ticket that a ticket continues; None for one that is no follow-up."""
    if at_or_none(via, "source.rel") != "follow_up":
        return None
    return lenient(read_text)(at_or_none(via, "source.from.ticket_id"))


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
