"""What the sample company sells: orders, their lines and what was shipped, as columns of numbers.

Everything that happens to an order is drawn from random numbers of its month, whatever the day on which it is read.
`today` only decides how much of it has happened yet.
"""

from dataclasses import dataclass, fields
from datetime import date
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from connectors.sandbox.apportion import dice, spread
from connectors.sandbox.figures import (
    AVERAGE_ORDER_CENTS,
    FIRST_DAY,
    FIRST_MONTH,
    UNITS_SOLD,
    Month,
    days_of,
    trend,
)

Numbers = npt.NDArray[np.int64]
Times = npt.NDArray[np.datetime64]
T = TypeVar("T")

GOODS = tuple((p, c) for p in ("thingamajig", "widget") for c in ("red", "green", "blue"))
"""Products and colours. A line of an order is for one of them."""
LINE_SHARES = np.array([0.42, 0.09, 0.22, 0.12, 0.06, 0.09])
"""The share of lines for each of `GOODS`."""
COLOR_SHARES = {"thingamajig": (0.614, 0.0505, 0.3355), "widget": (0.45, 0.22, 0.33)}
"""Share of each colour in the pieces of a product: one thingamajig in twenty is green."""
PRICE_CENTS = np.array([1700.0, 1900.0, 1700.0, 2600.0, 2600.0, 2600.0])
"""Of each of `GOODS`, before discounts."""
ORDERS_A_DAY = 40
WEEKDAY_WEIGHTS = (1.12, 1.15, 1.13, 1.10, 1.04, 0.72, 0.74)
"""Monday to Sunday."""
CANCELLED_SHARE = 0.03
FIRST_AVERAGE_CENTS = 245_00
"""Of an order in the half-years before the first of `AVERAGE_ORDER_CENTS`."""
HOUR, DAY = 3600, 86_400


@dataclass(frozen=True)
class Orders:
    """One element per order, oldest first. Times are UTC, to the second."""

    number: Numbers
    customer: Numbers
    placed: Times
    paid: Times
    ended: Times
    """When it was shipped, or cancelled."""
    cancelled: npt.NDArray[np.bool_]
    total: Numbers
    """Cents."""


@dataclass(frozen=True)
class Lines:
    """One element per line of an order."""

    order: Numbers
    """Index in `Orders`."""
    line: Numbers
    good: Numbers
    """Index in `GOODS`."""
    quantity: Numbers
    amount: Numbers
    """Cents."""


def books(until: date) -> tuple[Orders, Lines]:
    """All orders and lines from the first day to the end of the half-year of `until`."""
    orders: list[Orders] = []
    lines: list[Lines] = []
    number, customers, placed = 0, 0, 0
    for months in halves(until):
        drafts = [_Month(month) for month in months]
        for draft, cents in zip(drafts, half_year_cents(drafts), strict=True):
            part, customers = draft.orders(number, customers)
            goods = draft.lines(cents)
            totals = np.bincount(goods.order, goods.amount, draft.count).astype(np.int64)
            orders.append(Orders(**vars(part) | {"total": totals}))
            lines.append(Lines(**vars(goods) | {"order": goods.order + placed}))
            number += draft.count
            placed += draft.count
    return _joined(Orders, orders), _joined(Lines, lines)


def halves(until: date) -> list[list[Month]]:
    """The company's months, by half-year, up to that of `until`."""
    last = until.year * 2 + (until.month > 6)
    return [
        [
            (half // 2, month)
            for month in (range(7, 13) if half % 2 else range(1, 7))
            if (half // 2, month) >= FIRST_MONTH
        ]
        for half in range(FIRST_DAY.year * 2 + (FIRST_DAY.month > 6), last + 1)
    ]


def average_cents(year: int, half: int) -> int:
    """The average value of an order in a half-year."""
    if (year, half) < min(AVERAGE_ORDER_CENTS):
        return FIRST_AVERAGE_CENTS
    return trend(AVERAGE_ORDER_CENTS, year, half, growth=0.08)


def half_year_cents(drafts: "list[_Month]") -> list[int]:
    """The value of each month's orders: rising, and in the half-year exactly count × average."""
    year, month = drafts[0].month
    kept = np.array([int((~draft.cancelled).sum()) for draft in drafts])
    slope = np.linspace(0.985, 1.015, len(drafts)) if len(drafts) > 1 else np.ones(1)
    return spread(int(kept.sum()) * average_cents(year, 1 + (month > 6)), kept * slope)


class _Month:
    """The orders of one month."""

    def __init__(self, month: Month) -> None:
        self.month = month
        self._random = dice("shop", month)
        days = len(days_of(month))
        first = np.datetime64(date(*month, 1), "s")
        weekdays = np.array(WEEKDAY_WEIGHTS)[(date(*month, 1).weekday() + np.arange(days)) % 7]
        per_day = spread(
            round(ORDERS_A_DAY * float(weekdays.sum())),
            weekdays * self._random.normal(1, 0.06, days).clip(0.8, 1.2),
        )
        self.count = sum(per_day)
        self.days = np.repeat(np.arange(days), per_day)
        # most people order between eight in the morning and eight in the evening
        seconds = (self._random.beta(2.2, 2.0, self.count) * 17 + 6.5) * HOUR
        self.placed = first + np.sort(self.days * DAY + seconds.astype(np.int64))
        self.cancelled = self._random.random(self.count) < CANCELLED_SHARE

    def orders(self, number: int, customers: int) -> tuple[Orders, int]:
        """The orders that follow `number` ones of `customers` people, and the number of people after them."""
        random = dice("orders", self.month)
        place = number + np.arange(self.count)
        new = random.random(self.count) < 0.088 + 0.9 * np.exp(-place / 300)
        new[:1] |= customers == 0
        known = customers + np.cumsum(new)
        # the exponent lets the earliest customers order most often
        returning = 1 + np.floor((known - new) * random.random(self.count) ** 1.5).astype(np.int64)
        paid = random.exponential(1.6 * HOUR, self.count).clip(40, 20 * HOUR)
        shipped = self._working_day(random) * DAY + random.integers(9 * HOUR, 17 * HOUR, self.count)
        cancelled = random.integers(DAY, 3 * DAY, self.count)
        midnight = self.placed.astype("datetime64[D]").astype("datetime64[s]")
        orders = Orders(
            number=place + 1,
            customer=np.where(new, known, returning),
            placed=self.placed,
            paid=self.placed + paid.astype(np.int64),
            ended=np.where(self.cancelled, self.placed + cancelled, midnight + shipped),
            cancelled=self.cancelled,
            total=np.zeros(self.count, np.int64),
        )
        return orders, int(known[-1])

    def lines(self, cents: int) -> Lines:
        """One to three lines an order. Those of orders that are not cancelled add up to the month's figures."""
        random = dice("lines", self.month)
        how_many = random.choice([1, 2, 3], self.count, p=[0.45, 0.35, 0.2])
        # Gumbel top-k: a weighted draw without replacement
        ranked = np.argsort(-(np.log(LINE_SHARES) + random.gumbel(size=(self.count, 6))), axis=1)
        order = np.repeat(np.arange(self.count), how_many)
        line = np.concatenate([np.arange(n) for n in how_many])
        good = ranked[order, line]
        kept = ~self.cancelled[order]
        quantity = self._quantities(good, kept, random)
        value = quantity * PRICE_CENTS[good] * random.normal(1, 0.08, len(order)).clip(0.75, 1.25)
        amount = np.round(value).astype(np.int64)
        amount[kept] = spread(cents, value[kept])
        return Lines(order=order, line=line + 1, good=good, quantity=quantity, amount=amount)

    def _quantities(
        self, good: Numbers, kept: npt.NDArray[np.bool_], random: np.random.Generator
    ) -> Numbers:
        weights = random.lognormal(0, 0.55, len(good))
        quantity = np.maximum(1, np.round(weights * 8)).astype(np.int64)
        for product, colors in COLOR_SHARES.items():
            pieces = spread(trend(UNITS_SOLD[product], *self.month), colors)
            for color, total in zip(("red", "green", "blue"), pieces, strict=True):
                these = kept & (good == GOODS.index((product, color)))
                quantity[these] = 1 + np.array(spread(total - int(these.sum()), weights[these]))
        return quantity

    def _working_day(self, random: np.random.Generator) -> Numbers:
        """How many days later an order is shipped: one to four, never at a weekend."""
        weekday = self.placed.astype("datetime64[D]").astype(np.int64) + 3  # 1970-01-01: a Thursday
        later = np.arange(1, 5)
        weights = np.array([0.45, 0.3, 0.15, 0.1]) * ((weekday[:, None] + later) % 7 < 5)
        chances = np.cumsum(weights, axis=1)
        drawn = random.random((self.count, 1)) * chances[:, -1:]
        days: Numbers = 1 + (drawn >= chances).sum(axis=1)
        return days


def _joined(kind: type[T], parts: list[T]) -> T:
    columns = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in (field.name for field in fields(kind))  # type: ignore[arg-type]
    }
    return kind(**columns)
