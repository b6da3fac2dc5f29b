"""Zendesk's objects as rows: what is stored of a ticket, of a rating and of a survey response.

A field that is missing stays missing and one of another kind stays as it is: the schema refuses both.
Shapes: developer.zendesk.com/api-reference/ticketing, pages tickets, satisfaction_ratings and
csat_survey_responses.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.sdk.errors import Drift


def tickets(page: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The tickets of a page of the export, with what it says beside them of their groups and their solving.

    Raises `Drift` when one of the three lists is not there.
    """
    try:
        groups = {group["id"]: group["name"] for group in page["groups"]}
        solved = {metrics["ticket_id"]: metrics["solved_at"] for metrics in page["metric_sets"]}
        return [
            ticket(row, groups.get(row.get("group_id")), solved.get(row.get("id")))
            for row in page["tickets"]
        ]
    except (KeyError, TypeError, AttributeError):
        raise Drift(
            "the export no longer comes as tickets, groups and metric_sets", "adapt the connector"
        ) from None


def ticket(row: Mapping[str, Any], group: Any, solved_at: Any) -> dict[str, Any]:
    """One ticket; nothing of what it says or of who wrote it."""
    found: dict[str, Any] = {"group_name": group, "solved_at": moment(solved_at)}
    found |= {name: text(row[name]) for name in ("id", "group_id", "brand_id") if name in row}
    found |= {name: moment(row[name]) for name in ("created_at", "updated_at") if name in row}
    if "status" in row:
        found["status"] = row["status"]
    if "generated_timestamp" in row:
        found["generated_at"] = instant(row["generated_timestamp"])
    if "via" in row:  # a channel that was built upon the API is told by its number
        via = row["via"]
        found["channel"] = text(via.get("channel") if isinstance(via, Mapping) else via)
    return found


def rating(row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """One satisfaction rating."""
    found = {name: text(row[name]) for name in ("id", "ticket_id", "group_id") if name in row}
    found |= {name: moment(row[name]) for name in ("created_at", "updated_at") if name in row}
    yield found | ({"score": row["score"]} if "score" in row else {})


def survey_response(row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rating in a survey response; none when its question was skipped or has not been answered yet."""
    for answer in row["answers"]:
        question = answer.get("question") or {}
        if answer["type"] == "rating_scale" and question.get("sub_type") == "customer_satisfaction":
            about = [text(x["id"]) for x in row["subjects"] if x["type"] == "ticket"]
            yield {
                "id": row["id"],
                "created_at": moment(answer["created_at"]),
                "updated_at": moment(answer["updated_at"]),
                "score": answer["rating_category"],
                "ticket_id": about[0] if about else None,
                "group_id": None,
            }


def text(value: Any) -> Any:
    """A number as the text that ids are stored as; anything else as it is."""
    return str(value) if type(value) is int else value


def instant(seconds: Any) -> Any:
    """Unix seconds as a moment; anything else as it is."""
    return datetime.fromtimestamp(seconds, UTC) if type(seconds) is int else seconds


def moment(value: Any) -> Any:
    """A text such as 2026-03-01T09:00:00Z as a moment; anything else as it is."""
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value
