"""How satisfied customers say they are with their tickets, in either of the two forms that Zendesk has.

An account has either satisfaction ratings, good or bad, or the newer surveys, never both; ZENDESK_CSAT says
which. (Answers to surveys may show as ratings too, so reading both would count them twice.) Responses are filtered
by when their survey was sent; for ratings it is not documented whether by when they were made or changed. Both can
change until the ticket is closed, at most 28 days after it was solved. They are therefore requested with that
margin, kept by the day on which they were given, and read again for as long.

Docs: developer.zendesk.com/api-reference/ticketing/ticket-management, pages satisfaction_ratings and
csat_survey_responses.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from connectors.sdk.contract import Stream, column
from connectors.zendesk import rows as zendesk_rows
from connectors.zendesk.faults import RATINGS, SURVEYS

MOMENT = pa.timestamp("us", "UTC")
CHANGEABLE_FOR = timedelta(days=28)
"""How long after it was offered a rating can be given or changed: a solved ticket is closed by then."""

SATISFACTION_RATINGS = Stream(
    name="satisfaction_ratings",
    description="How satisfied customers said they were with their tickets; no comments",
    schema=pa.schema(
        [
            column("id", pa.string(), "Zendesk's id of the rating or of the survey response"),
            column("created_at", MOMENT, "When it was given, or offered if it was not"),
            column("updated_at", MOMENT, "When it was last changed"),
            column("score", pa.string(), "What was answered; neutral of surveys only",
                   values=("good", "bad", "neutral", "offered", "unoffered")),
            column("ticket_id", pa.string(), "The ticket it is about", null=True),
            column("group_id", pa.string(), "The group that had the ticket then; null of surveys",
                   null=True),
        ]
    ),
    key=("id",),
    cursor="created_at",
    arrives_within=timedelta(minutes=5),
    restates_for=CHANGEABLE_FOR,
    # the margin is read again with the next slice: half a year keeps its share small
    windows_per_slice=184,
)  # fmt: skip


@dataclass(frozen=True)
class SatisfactionList:
    """One of the two lists of ratings."""

    path: str
    size: int
    """The most rows in a page."""
    bounds: Callable[[datetime, datetime, timedelta], dict[str, int]]
    """The filter that finds every rating given between two moments, and changed so long after."""
    rows: Callable[[Mapping[str, Any]], Iterator[dict[str, Any]]]


LISTS = {
    "ratings": SatisfactionList(
        RATINGS,
        100,
        lambda since, until, changeable_for: {
            "start_time": int(since.timestamp()),
            "end_time": int((until + changeable_for).timestamp()),
        },
        zendesk_rows.rating,
    ),
    "surveys": SatisfactionList(
        SURVEYS,
        50,
        lambda since, until, changeable_for: {
            "filter[created_at_start]": int((since - changeable_for).timestamp() * 1000),
            "filter[created_at_end]": int(until.timestamp() * 1000),
        },
        zendesk_rows.survey_response,
    ),
}
"""By the value of ZENDESK_CSAT."""
