"""The sample company's support the way Zendesk writes it: tickets, ratings, survey responses.

Fields and their kinds as in developer.zendesk.com/api-reference/ticketing. Ids of all but tickets are long
numbers, as Zendesk's are; texts are there to test that they are not stored.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.sandbox.http_server import Reply
from connectors.sandbox.support import GROUPS, Ticket

Row = dict[str, Any]
GROUP, AGENT, CUSTOMER, BRAND = 360_011_000_000, 360_400_000_000, 360_500_000_000, 360_002_000_001
FIRST_TICKET = 1_000
"""The company's first ticket has the number after this one."""
BASE_URL = "https://sample-company.zendesk.com/api/v2"
SUBJECT = "Where is my order?"
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def group_row(group: int) -> Row:
    """A group of agents, by its place in `GROUPS`."""
    return {
        "url": f"{BASE_URL}/groups/{GROUP + group}.json",
        "id": GROUP + group,
        "name": GROUPS[group],
        "is_public": True,
        "default": group == 0,
        "deleted": False,
        "created_at": "2024-11-04T09:00:00Z",
        "updated_at": "2024-11-04T09:00:00Z",
    }


def ticket_row(
    number: int,
    created: datetime,
    *,
    updated: datetime | None = None,
    generated: datetime | None = None,
    status: str = "open",
    channel: str | int = "email",
    group_id: int | None = GROUP,
    score: str = "unoffered",
    tags: Sequence[str] = (),
    support_type: str | None = "agent",
    follow_up_of: int | None = None,
) -> Row:
    """A ticket as the export has it. Without `generated` its last change was one of a person or a rule.

    A ticket that continues a closed one says so in `via` (documentation/ticketing/reference-guides, via object).
    """
    updated = updated or created
    origin: Row = {"from": {}, "to": {}, "rel": None}
    if follow_up_of:
        origin = {
            "from": {"ticket_id": follow_up_of, "subject": SUBJECT},
            "to": {},
            "rel": "follow_up",
        }
    return {
        "url": f"{BASE_URL}/tickets/{number}.json",
        "id": number,
        "external_id": None,
        "via": {"channel": channel, "source": origin},
        "created_at": stamp(created),
        "updated_at": stamp(updated),
        "generated_timestamp": int((generated or updated).timestamp()),
        "type": "question",
        "subject": SUBJECT,
        "raw_subject": SUBJECT,
        "description": "I ordered a red widget last week and it has not come yet.",
        "priority": "normal",
        "status": status,
        "recipient": "support@example.com",
        "requester_id": CUSTOMER + number,
        "submitter_id": CUSTOMER + number,
        "assignee_id": None if status == "new" else AGENT + number % 4,
        "organization_id": None,
        "group_id": group_id,
        "collaborator_ids": [],
        "follower_ids": [],
        "email_cc_ids": [],
        "forum_topic_id": None,
        "problem_id": None,
        "has_incidents": False,
        "is_public": True,
        "due_at": None,
        "tags": [*tags],
        "custom_fields": [],
        "satisfaction_rating": {"score": score},
        "sharing_agreement_ids": [],
        "custom_status_id": None,
        "followup_ids": [],
        "ticket_form_id": 360_003_000_001,
        "brand_id": BRAND,
        "allow_channelback": False,
        "allow_attachments": True,
        "from_messaging_channel": channel == "chat",
        "support_type": support_type,
    }


def merged(row: Row, at: datetime) -> Row:
    """A ticket after it was merged into another at a moment: closed, with the tag that says so."""
    return row | {
        "status": "closed",
        "tags": [*row["tags"], "closed_by_merge"],
        "updated_at": stamp(at),
        "generated_timestamp": int(at.timestamp()),
    }


def ticket_as_of(ticket: Ticket, now: datetime) -> Row:
    """A ticket of the company as it stands at `now`, which is after it was opened."""
    steps = [(ticket.created, "new")]
    if ticket.deleted:
        steps.append((ticket.deleted, "deleted"))
    if ticket.solved and ticket.closed:
        steps.append((ticket.created + (ticket.solved - ticket.created) // 4, "open"))
        steps.append((ticket.created + (ticket.solved - ticket.created) // 2, "pending"))
        steps += [(ticket.solved, "solved"), (ticket.closed, "closed")]
    scores = [(ticket.offered, "offered")] if ticket.offered else []
    scores += ticket.answers
    steps = [step for step in steps if step[0] <= now]
    scores = [score for score in scores if score[0] <= now]
    updated = max(moment for moment, _ in [*steps, *scores])
    return ticket_row(
        FIRST_TICKET + ticket.number,
        ticket.created,
        updated=updated,
        generated=ticket.touched if ticket.touched and ticket.touched <= now else updated,
        status=steps[-1][1],
        channel=ticket.channel,
        group_id=GROUP + ticket.group,
        score=scores[-1][1] if scores else "unoffered",
    )


def metric_set(ticket: Mapping[str, Any], solved: datetime | None) -> Row:
    """What Zendesk has measured of a ticket: of one that is not solved yet, no times."""
    created = datetime.fromisoformat(ticket["created_at"])
    lasted = max(0, int((solved - created).total_seconds()) // 60) if solved else None
    whole, half = minutes_of(lasted), minutes_of(None if lasted is None else lasted // 2)
    return {
        "url": f"{BASE_URL}/ticket_metrics/{GROUP + ticket['id']}.json",
        "id": GROUP + ticket["id"],
        "ticket_id": ticket["id"],
        "created_at": ticket["created_at"],
        "updated_at": ticket["updated_at"],
        "group_stations": 1,
        "assignee_stations": 1,
        "reopens": 0,
        "replies": 1 if solved else 0,
        "assigned_at": None,
        "initially_assigned_at": None,
        "solved_at": stamp(solved) if solved else None,
        "reply_time_in_minutes": half,
        "first_resolution_time_in_minutes": whole,
        "full_resolution_time_in_minutes": whole,
        "agent_wait_time_in_minutes": half,
        "requester_wait_time_in_minutes": half,
        "on_hold_time_in_minutes": minutes_of(0 if solved else None),
    }


def minutes_of(calendar: int | None) -> Row:
    """A measured time, of which a third is in business hours."""
    return {"calendar": calendar, "business": None if calendar is None else calendar // 3}


def rating_row(
    number: int,
    ticket_id: int,
    created: datetime,
    score: str,
    *,
    updated: datetime | None = None,
    group_id: int | None = GROUP,
) -> Row:
    """A satisfaction rating. A field that says nothing is left out."""
    said: Row = {"comment": "Thank you!"} if score == "good" else {}
    if score == "bad":
        said = {"reason": "The issue took too long to resolve", "reason_id": 1_001}
    return {
        "url": f"{BASE_URL}/satisfaction_ratings/{number}.json",
        "id": number,
        "assignee_id": AGENT + ticket_id % 4,
        "group_id": group_id,
        "requester_id": CUSTOMER + ticket_id,
        "ticket_id": ticket_id,
        "score": score,
        "created_at": stamp(created),
        "updated_at": stamp(updated or created),
    } | said


def ratings_as_of(ticket: Ticket, now: datetime) -> list[Row]:
    """The ratings of a ticket at `now`: one when the customer was asked, and one for each answer."""
    scores = [(ticket.offered, "offered")] if ticket.offered else []
    scores += ticket.answers
    number = FIRST_TICKET + ticket.number
    return [
        rating_row(360_900_000_000 + 10 * number + place, number, at, score, group_id=GROUP + ticket.group)
        for place, (at, score) in enumerate(scores)
        if at <= now
    ]  # fmt: skip


def survey_row(
    number: int, ticket_id: int, sent: datetime, answers: tuple[tuple[datetime, str], ...] = ()
) -> Row:
    """A survey response: made when the survey is sent, changed in place when the customer answers it."""
    rows: list[Row] = []
    if answers:
        (first, _), (last, score) = answers[0], answers[-1]
        times = {"created_at": millis(first), "updated_at": millis(last)}
        rows = [
            {
                "type": "rating_scale",
                "rating": 5 if score == "good" else 1,
                "rating_category": score,
                "question": {
                    "id": "01J1WBE8QR0YQVE373K2JDJR0F",
                    "type": "rating_scale_emoji",
                    "sub_type": "customer_satisfaction",
                },
                **times,
            },
            {
                "type": "skipped",
                "question": {"id": "01J1WBNS76ZC4TTFWP9RCNQ1S8", "type": "open_ended", "alias": "comment"},
                **times,
            },
        ]  # fmt: skip
    zrn = f"zen:ticket:{ticket_id}"
    return {
        "id": ulid(sent, number),
        "responder_id": CUSTOMER + ticket_id,
        "subject_zrns": [zrn],
        "subjects": [{"id": str(ticket_id), "type": "ticket", "zrn": zrn}],
        "survey": {"id": "01J58KJ9RAE0D2EK7HRVM7Z8F2", "version": 3, "state": "enabled"},
        "answers": rows,
        "expires_at": millis(sent + timedelta(days=28)),
    }


def survey_as_of(ticket: Ticket, now: datetime) -> list[Row]:
    """The response of a ticket's customer at `now`; none before they were asked."""
    if not ticket.offered or ticket.offered > now:
        return []
    number = FIRST_TICKET + ticket.number
    answers = tuple(answer for answer in ticket.answers if answer[0] <= now)
    return [survey_row(number, number, ticket.offered, answers)]


def ulid(moment: datetime, number: int) -> str:
    """An id that begins with its moment, in milliseconds, and ends with `number`."""
    value = (int(moment.timestamp() * 1000) << 80) | number
    return "".join(CROCKFORD[(value >> (5 * place)) & 31] for place in range(25, -1, -1))


def millis_of(identity: str) -> int:
    """The milliseconds that an id made by `ulid` begins with."""
    value = 0
    for letter in identity:
        value = value * 32 + CROCKFORD.index(letter)
    return value >> 80


def error(status: int, code: str, message: str, *, message_field: str = "description") -> Reply:
    """An error in the form most of Zendesk's have."""
    return Reply(
        status, {"error": code, message_field: message}, {"X-Zendesk-Request-Id": "sample"}
    )


def stamp(moment: datetime) -> str:
    """A moment as Zendesk's ticketing writes it."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def millis(moment: datetime) -> str:
    """A moment as Zendesk's surveys write it."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"
