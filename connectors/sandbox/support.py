"""The sample company's support: tickets, what became of them, and how satisfied customers were.

Everything that happens to a ticket is drawn from random numbers of its month, whatever the day on which it is read.
Who answers the survey, and how, is drawn by quarter, so that each quarter equals its figure. Times are UTC, to the
second.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from connectors.sandbox.apportion import dice, spread
from connectors.sandbox.figures import (
    FIRST_DAY,
    SATISFACTION,
    TICKETS,
    Month,
    Quarter,
    days_of,
    trend,
)

CHANNELS = ("email", "web", "chat", "voice", "api")
CHANNEL_SHARES = (0.44, 0.26, 0.17, 0.09, 0.04)
GROUPS = ("Orders and delivery", "Product questions", "Billing")
GROUP_SHARES = (0.47, 0.34, 0.19)
BAD_RATING_WEIGHTS = {"email": 1.0, "web": 1.0, "chat": 0.5, "voice": 0.8, "api": 1.4}
"""The relative likelihood of a bad rating by channel."""
WEEKDAY_WEIGHTS = (1.25, 1.18, 1.10, 1.04, 1.00, 0.68, 0.75)
"""The relative number of tickets on each day of a week, from Monday."""
SPAM_PER_100 = 3
"""Tickets that are deleted unanswered, for every hundred others."""
UNASKED_SHARE = 0.05
CHANGED_ANSWER_SHARE = 0.06
"""The share of answers that were the opposite one first."""
SYSTEM_CHANGE_SHARE = 0.15
"""The share of tickets that Zendesk changes by itself long after they were closed."""
SURVEY_DELAY, CLOSING_DELAY = timedelta(hours=24), timedelta(days=4)
"""Of Zendesk's own automations, counted from when a ticket was solved."""


@dataclass
class Ticket:
    """One ticket and everything that happens to it."""

    number: int
    created: datetime
    channel: str
    group: int
    """Index in `GROUPS`."""
    solved: datetime | None
    """None of spam."""
    deleted: datetime | None
    offered: datetime | None
    """When the customer was asked how satisfied they are."""
    touched: datetime | None
    """When Zendesk changed it by itself."""
    would_answer: datetime
    """When the customer answers, if they are among those who do."""
    answers: tuple[tuple[datetime, str], ...] = ()
    """What they said and when: good or bad. The last one counts."""

    @property
    def closed(self) -> datetime | None:
        """When it was closed for good."""
        return self.solved + CLOSING_DELAY if self.solved else None


def tickets_until(day: date) -> list[Ticket]:
    """Every ticket from the first day to the end of the quarter of `day`, in the order they were opened."""
    last = (day.year, (day.month + 2) // 3)
    tickets: list[Ticket] = []
    for year, quarter in quarters((FIRST_DAY.year, (FIRST_DAY.month + 2) // 3), last):
        for month in ((year, 3 * quarter - 2 + n) for n in range(3)):
            if month >= (FIRST_DAY.year, FIRST_DAY.month):
                tickets += month_tickets(month, 1 + len(tickets))
        add_answers(tickets, (year, quarter))
    return tickets


def quarters(first: Quarter, last: Quarter) -> list[Quarter]:
    """The quarters from `first` to `last`, both included."""
    numbers = range(first[0] * 4 + first[1] - 1, last[0] * 4 + last[1])
    return [(number // 4, number % 4 + 1) for number in numbers]


def satisfaction(quarter: Quarter) -> tuple[int, int]:
    """How many good and bad ratings the quarter has."""
    nearest = max(known for known in SATISFACTION if known[1] == quarter[1] and known <= quarter)
    return SATISFACTION[nearest]


def month_tickets(month: Month, first_number: int) -> list[Ticket]:
    """The tickets that were opened in the month."""
    random = dice("support", month)
    genuine = trend(TICKETS, *month)
    spam = genuine * SPAM_PER_100 // 100
    weights = [WEEKDAY_WEIGHTS[day.weekday()] * random.uniform(0.8, 1.2) for day in days_of(month)]
    moments = sorted(
        datetime(*month, day + 1, tzinfo=UTC) + timedelta(seconds=int(second))
        for day, count in enumerate(spread(genuine + spam, weights))
        for second in random.triangular(5 * 3600, 15 * 3600, 24 * 3600, count)
    )
    spam_places = set(random.choice(len(moments), spam, replace=False).tolist())
    return [
        drawn(random, first_number + place, created, is_spam=place in spam_places)
        for place, created in enumerate(moments)
    ]


def drawn(random: np.random.Generator, number: int, created: datetime, *, is_spam: bool) -> Ticket:
    """A ticket with everything that happens to it, drawn at random."""
    channel = CHANNELS[int(random.choice(len(CHANNELS), p=CHANNEL_SHARES))]
    group = int(random.choice(len(GROUPS), p=GROUP_SHARES))
    hours = min(20 * 24.0, float(random.lognormal(2.2, 1.1)))
    solved = created + timedelta(seconds=int(hours * 3600))
    asked = solved + SURVEY_DELAY
    thinking = timedelta(seconds=int(random.triangular(600, 5 * 3600, 66 * 3600)))
    unasked, touched, late = (
        random.uniform() < UNASKED_SHARE,
        random.uniform() < SYSTEM_CHANGE_SHARE,
        random.uniform(),
    )
    return Ticket(
        number=number,
        created=created,
        channel=channel,
        group=group,
        solved=None if is_spam else solved,
        deleted=created + timedelta(seconds=int(hours * 900) + 60) if is_spam else None,
        offered=None if is_spam or unasked else asked,
        touched=None
        if is_spam or not touched
        else solved + CLOSING_DELAY + timedelta(seconds=int((40 + 50 * late) * 86_400)),
        would_answer=asked + thinking,
    )


def add_answers(tickets: Sequence[Ticket], quarter: Quarter) -> None:
    """Add the answers of the quarter: as many good and bad ones as its figure says."""
    random = dice("satisfaction", quarter)
    asked = [
        ticket
        for ticket in tickets
        if ticket.offered and quarter_of(ticket.would_answer) == quarter
    ]
    good, bad = satisfaction(quarter)
    places = random.choice(len(asked), good + bad, replace=False)
    answering = [asked[place] for place in sorted(places.tolist())]
    weights = np.array([BAD_RATING_WEIGHTS[ticket.channel] for ticket in answering])
    unhappy = set(
        random.choice(len(answering), bad, replace=False, p=weights / weights.sum()).tolist()
    )
    for place, ticket in enumerate(answering):
        score = "bad" if place in unhappy else "good"
        ticket.answers = ((ticket.would_answer, score),)
        if ticket.offered and random.uniform() < CHANGED_ANSWER_SHARE:
            first = ticket.offered + (ticket.would_answer - ticket.offered) // 3
            first_score = "good" if score == "bad" else "bad"
            ticket.answers = ((first.replace(microsecond=0), first_score), *ticket.answers)


def quarter_of(moment: datetime) -> Quarter:
    """The quarter (UTC) of a moment."""
    return moment.year, (moment.month + 2) // 3
