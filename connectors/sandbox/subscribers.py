"""Who subscribes to the sample company's care plan, since when, to how much, and until when.

A customer's history is drawn, in the order of time, from random numbers that depend on the customer alone: what has
happened by one day is the same on every later day. Amounts are in the currency's smallest unit.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np

from connectors.sandbox.apportion import dice
from connectors.sandbox.figures import FIRST_DAY

CUSTOMERS = 420
"""Everyone who subscribes in the three years after the first day; a seventh of them in the first month."""
LARGE_CUSTOMER = 0
"""The number of the customer whose subscription has twelve parts, more than Stripe puts into a nested list."""
PRICES = {
    "usd": {"basic": 19_00, "team": 49_00, "business": 99_00},
    "jpy": {"basic": 2_900, "team": 7_400, "business": 14_900},
    "kwd": {"basic": 5_900, "team": 15_000, "business": 30_500},
}
"""A month of one seat. A year costs ten months."""


@dataclass(frozen=True)
class Term:
    """A month or a year of a subscription, paid in advance."""

    start: datetime
    end: datetime
    quantities: tuple[int, ...]
    """Seats, by part of the subscription."""
    is_last: bool = False
    """Whether the customer has cancelled, to the end of this term."""
    added: bool = False
    """Whether a seat was added during the previous term, which is charged with this one."""


@dataclass(frozen=True)
class Subscription:
    """A customer's subscription, with its terms so far."""

    name: str
    customer: str
    currency: str
    plan: str
    interval: str
    discount: int
    """Percent taken off."""
    terms: tuple[Term, ...]

    @property
    def unit_amount(self) -> int:
        """The price of one seat for one interval."""
        return PRICES[self.currency][self.plan] * (10 if self.interval == "year" else 1)

    @property
    def ended_at(self) -> datetime | None:
        """When it ends, where that is settled."""
        return self.terms[-1].end if self.terms[-1].is_last else None


def subscriptions_until(end: datetime) -> list[Subscription]:
    """Every subscription that began before `end`, with its terms that began before it."""
    subscriptions = []
    for whole in (x for number in range(CUSTOMERS) for x in customer_subscriptions(number)):
        terms = tuple(term for term in whole.terms if term.start < end)
        if terms:
            subscriptions.append(replace(whole, terms=terms))
    return subscriptions


@cache
def customer_subscriptions(number: int) -> tuple[Subscription, ...]:
    """What a customer subscribes to in the three years after the first day, one after the other."""
    return tuple(drawn_subscriptions(number))


def drawn_subscriptions(number: int) -> Iterator[Subscription]:
    """A subscription, and at random further ones, each some months after the last ended."""
    rng = dice("subscriber", number)
    first = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, tzinfo=UTC)
    horizon = first + timedelta(days=1096)
    days = rng.uniform(0, 28 if number % 7 == 0 else 1096)
    begins = (first + timedelta(days=float(days))).replace(microsecond=0)
    currency = {7: "jpy", 23: "kwd"}.get(number % 60, "usd")
    place = 0
    while begins < horizon:
        place += 1
        plan = str(rng.choice(["basic", "team", "business"], p=[0.5, 0.35, 0.15]))
        interval = "year" if rng.random() < 0.15 else "month"
        size = (2,) * 12 if number == LARGE_CUSTOMER else (1 + int(rng.geometric(0.5)),)
        terms = tuple(renewals(rng, begins, interval, size, horizon))
        name = f"subscription {number}/{place}"
        discount = 20 if number % 20 == 3 else 0
        yield Subscription(name, f"customer {number}", currency, plan, interval, discount, terms)
        if not terms[-1].is_last or rng.random() > 0.35:
            return
        begins = terms[-1].end + timedelta(days=float(rng.uniform(40, 200)))
        begins = begins.replace(microsecond=0)


def renewals(
    rng: np.random.Generator,
    begins: datetime,
    interval: str,
    quantities: tuple[int, ...],
    horizon: datetime,
) -> Iterator[Term]:
    """The terms of a subscription, up to its last. Each has the seats of the one before, one more or one fewer."""
    start, number, added = begins, 0, False
    while start < horizon:
        number += 1
        end = months_later(begins, number * (12 if interval == "year" else 1))
        chance = rng.random()
        is_last = bool(chance < (0.2 if interval == "year" else 0.035))
        yield Term(start, end, quantities, is_last, added)
        if is_last:
            return
        added = bool(chance > 0.95)
        fewer = bool(chance > 0.92) and not added and quantities[0] > 1
        quantities = (quantities[0] + added - fewer, *quantities[1:])
        start = end


def months_later(at: datetime, count: int) -> datetime:
    """The same time `count` months later; in a month too short for the day its last one, as Stripe does."""
    year, month = divmod(at.month - 1 + count, 12)
    after = datetime(at.year + year + (month == 11), (month + 1) % 12 + 1, 1, tzinfo=UTC)
    last = (after - timedelta(days=1)).day
    return at.replace(year=at.year + year, month=month + 1, day=min(at.day, last))
