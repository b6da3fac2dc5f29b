"""The calls of the sample company's sales team.

A prospect is a contact that was never called before. In each month as many prospects are
reached for the first time as its figure says; unanswered attempts may come before, and more calls after it.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache

from connectors.sandbox.apportion import dice, spread
from connectors.sandbox.crm_objects import MERGED_IDS, CrmObject, instant
from connectors.sandbox.figures import (
    PROSPECTS_CALLED,
    Month,
    days_of,
    month_after,
    months_until,
    trend,
)
from connectors.sandbox.sales import DAY, moment, working_days
from connectors.sandbox.sales_team import REPS, Owner

INBOUND_CALLS_PER_MONTH = 14
STATUSES = ("COMPLETED", "NO_ANSWER", "BUSY")
LOGGING_DELAY = timedelta(minutes=20)


def calls_at(now: datetime) -> list[CrmObject]:
    """Every call that has been logged by `now`, without later annotations."""
    return [
        CrmObject(x.number, x.properties, x.created, x.created, contacts=x.contacts)
        if x.modified > now
        else x
        for month in months_until(month_after((now.year, now.month), 1))
        for x in calls_of(month)
        if x.created <= now
    ]


def contacts_at(now: datetime) -> list[CrmObject]:
    """The contacts that were merged by `now`: each day someone signs up twice. Nobody has called them yet."""
    return [
        merged_contact(day)
        for month in months_until(month_after((now.year, now.month), 1))
        for day in days_of(month)
        if merged_contact(day).modified <= now
    ]


def merged_contact(day: date) -> CrmObject:
    """The contact that two of the day were merged into."""
    evening = datetime(day.year, day.month, day.day, 18, tzinfo=UTC)
    number = 7_800_000_000 + day.toordinal() * 3
    return CrmObject(
        number + 2,
        {"email": "twice@example.com", MERGED_IDS: f"{number};{number + 1}"},
        evening - timedelta(hours=9),
        evening,
        modified_name="lastmodifieddate",
    )


@cache
def calls_of(month: Month) -> tuple[CrmObject, ...]:
    """The calls to those who became prospects in the month, and the inbound calls."""
    return tuple(
        call(month, place, *details)
        for place, details in enumerate((*calls_to_prospects(month), *inbound_calls(month)))
    )


def calls_to_prospects(month: Month) -> Iterator[tuple[Owner, datetime, str, str, tuple[int, ...]]]:
    """For each prospect: in some cases an attempt, the first conversation, and some more calls."""
    rng = dice("prospects", month)
    days = working_days(month)
    weights = [float(rng.uniform(0.6, 1.4)) for _ in days]
    counts = spread(trend(PROSPECTS_CALLED, *month), weights)
    for number, day in enumerate(
        day for day, n in zip(days, counts, strict=True) for _ in range(n)
    ):
        contact = contact_id(month, number)
        team = [rep for rep in REPS if rep.present(day)]
        rep = team[int(rng.integers(len(team)))]
        first = moment(rng, day)
        if rng.random() < 0.4:
            yield (
                rep,
                first - DAY * float(rng.uniform(0.1, 3)),
                "OUTBOUND",
                "NO_ANSWER",
                (contact,),
            )
        yield rep, first, "OUTBOUND", "COMPLETED", (contact,)
        for _ in range(int(rng.integers(0, 4))):
            next_call = first + DAY * float(rng.uniform(1, 25))
            status = STATUSES[int(rng.choice(3, p=(0.6, 0.3, 0.1)))]
            # some calls are with two people of one company, who have both been called before
            others = (contact_id(month, number - 1),) if number and rng.random() < 0.1 else ()
            if rep.present(next_call.date()):
                yield rep, next_call, "OUTBOUND", status, (contact, *others)


def inbound_calls(
    month: Month,
) -> Iterator[tuple[Owner, datetime, str, str, tuple[int, ...]]]:
    """Calls of people, some of whom are no contacts."""
    rng = dice("inbound", month)
    days = working_days(month)
    for number in range(INBOUND_CALLS_PER_MONTH):
        day = days[int(rng.integers(len(days)))]
        team = [rep for rep in REPS if rep.present(day)]
        contacts = (contact_id(month, 900 + number),) if rng.random() < 0.7 else ()
        rep = team[int(rng.integers(len(team)))]
        yield rep, moment(rng, day), "INBOUND", "COMPLETED", contacts


def call(
    month: Month,
    place: int,
    rep: Owner,
    at: datetime,
    direction: str,
    status: str,
    contacts: tuple[int, ...],
) -> CrmObject:
    """A call, logged after its end; one in ten is annotated the next day."""
    rng = dice("call", month, place)
    created = at + LOGGING_DELAY
    return CrmObject(
        64_000_000_000 + (month[0] * 12 + month[1]) * 10_000 + place,
        {
            "hs_call_body": "Talked about what they need.",
            "hs_call_direction": direction,
            "hs_call_duration": str(int(rng.integers(20, 1_800)) * 1_000),
            "hs_call_status": status,
            MERGED_IDS: None,
            "hs_timestamp": instant(at),
            "hubspot_owner_id": rep.owner_id,
        },
        created,
        created + DAY * float(rng.uniform(0.5, 1.5)) if rng.random() < 0.1 else created,
        contacts=contacts,
    )


def contact_id(month: Month, number: int) -> int:
    """The id of a contact."""
    return 7_300_000_000 + (month[0] * 12 + month[1]) * 1_000 + number
