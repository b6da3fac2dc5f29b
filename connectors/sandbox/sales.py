"""The sample company's deals: those that its sales team works on for weeks, and those of the online shop.

Everything that happens to a deal is drawn from random numbers of its month, whatever the day on which it is read;
`now` only decides how much of it has happened yet. The deals that are won in a month and not archived equal its
figures.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

import numpy as np

from connectors.sandbox.apportion import dice, spread
from connectors.sandbox.crm_objects import MERGED_IDS, CrmObject, instant, text_of
from connectors.sandbox.figures import (
    DEALS_WON,
    SALES_TEAM_DEALS,
    Month,
    days_of,
    month_after,
    months_until,
    trend,
)
from connectors.sandbox.sales_team import REPS, Owner

SALES, SHOP = "default", "75e28846-ad0d-4be2-a027-5e1da6590b98"
"""The pipelines, by the ids that HubSpot gives them in every account."""
LABELS = {SALES: "Sales Pipeline", SHOP: "Online Shop"}
OPEN_STAGES = ("appointmentscheduled", "presentationscheduled")
LOST_DEALS_PER_WON = 1.3
MAX_MONTHS_OPEN = 4
"""From the month in which a deal is entered to that in which it is closed."""
DAYS_BEFORE_ARCHIVING = 3
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass(frozen=True)
class Deal:
    """A deal and everything that happens to it."""

    number: int
    pipeline: str
    owner: Owner | None
    cents: int
    created: datetime
    closed: datetime
    won: bool = True
    moved: datetime | None = None
    """When it entered its second stage."""
    corrected: datetime | None = None
    """When its amount was changed after it was closed."""
    archived: datetime | None = None


def deals_at(now: datetime) -> list[CrmObject]:
    """Every deal that has been entered by `now`, in its state at `now`; archived ones included."""
    return [
        deal_object(deal, now)
        for month in months_until(month_after((now.year, now.month), MAX_MONTHS_OPEN))
        for deal in deals_of(month)
        if deal.created <= now
    ]


@cache
def deals_of(month: Month) -> tuple[Deal, ...]:
    """The deals that are closed in the month, won or lost, and the duplicates that were entered by mistake."""
    return (*team_deals(month), *shop_deals(month), *duplicates(month))


def team_deals(month: Month) -> Iterator[Deal]:
    """The team's deals, about as many for each member; some of them take months."""
    rng = dice("team deals", month)
    won = trend(SALES_TEAM_DEALS, *month)
    days = working_days(month)
    for is_won, count in ((True, won), (False, round(won * LOST_DEALS_PER_WON))):
        weights = [
            sum(rep.present(day) for day in days) * skill(rep) * float(rng.uniform(0.75, 1.25))
            for rep in REPS
        ]
        owners = [
            rep for rep, n in zip(REPS, spread(count, weights), strict=True) for _ in range(n)
        ]
        for place, owner in enumerate(owners):
            present = [day for day in days if owner.present(day)]
            closed = moment(rng, present[int(rng.integers(len(present)))])
            created = closed - DAY * float(rng.uniform(6, 85))
            move, correct = rng.random(2)
            yield Deal(
                number(month, place + (0 if is_won else 2_000)),
                SALES,
                owner,
                int(rng.integers(8, 160)) * 125_00,
                created,
                closed,
                is_won,
                moved=created + (closed - created) * float(move),
                corrected=closed + DAY * float(rng.uniform(1, 20)) if correct < 0.15 else None,
            )


def skill(rep: Owner) -> float:
    """How many deals someone has, won or lost, relative to the others."""
    return float(dice("skill", rep.owner_id).uniform(0.8, 1.2))


def shop_deals(month: Month) -> Iterator[Deal]:
    """Orders of the online shop: without an owner, won as soon as they are entered."""
    rng = dice("shop deals", month)
    count = trend(DEALS_WON, *month) - trend(SALES_TEAM_DEALS, *month)
    days = days_of(month)
    weights = [float(rng.uniform(0.7, 1.3)) for _ in days]
    place = 10_000
    for day, day_count in zip(days, spread(count, weights), strict=True):
        for _ in range(day_count):
            created, correct = moment(rng, day), rng.random()
            yield Deal(
                number(month, place),
                SHOP,
                None,
                int(rng.integers(1_500, 90_000)),
                created,
                created + MINUTE,
                corrected=created + DAY * float(rng.uniform(1, 9)) if correct < 0.02 else None,
            )
            place += 1


def duplicates(month: Month) -> Iterator[Deal]:
    """Won deals that were entered twice by mistake, and are archived some days later in the same month."""
    rng = dice("duplicates", month)
    for place in range(int(rng.integers(2, 7))):
        created = moment(rng, date(*month, int(rng.integers(1, 22))))
        yield Deal(
            number(month, 50_000 + place),
            SHOP,
            None,
            int(rng.integers(1_500, 90_000)),
            created,
            created + MINUTE,
            archived=created + DAY * float(rng.uniform(0.1, DAYS_BEFORE_ARCHIVING)),
        )


def deal_object(deal: Deal, now: datetime) -> CrmObject:
    """The deal in its state at `now`. An open one is expected to close at the end of its month."""
    closed, corrected = deal.closed <= now, bool(deal.corrected and deal.corrected <= now)
    events = (deal.created, deal.moved, deal.closed, deal.corrected)
    archived = deal.archived if deal.archived and deal.archived <= now else None
    planned = (
        datetime(*month_after((deal.closed.year, deal.closed.month), 1), 1, tzinfo=UTC) - MINUTE
    )
    moved = bool(deal.moved and deal.moved <= now)
    stage = ("closedwon" if deal.won else "closedlost") if closed else OPEN_STAGES[moved]
    cents = deal.cents - (deal.cents // 10 if corrected else 0)
    amount = f"{cents // 100}.{cents % 100:02}" if cents % 100 else str(cents // 100)
    return CrmObject(
        deal.number,
        {
            "amount": amount,
            "amount_in_home_currency": amount,
            "closedate": instant(deal.closed if closed else planned),
            "deal_currency_code": "USD",
            "dealname": f"Deal {deal.number}",
            "dealstage": stage,
            "hs_is_closed": text_of(yes=closed),
            "hs_is_closed_won": text_of(yes=closed and deal.won),
            MERGED_IDS: None,
            "hubspot_owner_id": deal.owner.owner_id if deal.owner else None,
            "pipeline": deal.pipeline,
        },
        deal.created,
        max(event for event in events if event and event <= now),
        archived,
    )


def moment(rng: np.random.Generator, day: date) -> datetime:
    """A moment in the working hours of a day, to the millisecond."""
    hours = timedelta(milliseconds=int(rng.integers(7 * 3_600_000, 17 * 3_600_000)))
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + hours


def number(month: Month, place: int) -> int:
    """The id of a deal."""
    return 21_000_000_000 + (month[0] * 12 + month[1]) * 100_000 + place


def working_days(month: Month) -> list[date]:
    """The days of a month on which the team works."""
    return [day for day in days_of(month) if day.weekday() < 5]
