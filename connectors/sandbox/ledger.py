"""The sample company's Stripe ledger: every movement of its balance, the same on every machine.

A month is generated as a whole, from its figure and from random numbers that depend on the month alone, so a day's
rows are the same on whatever day they are read. What happens to a charge later (a refund, a dispute) is drawn with
the charge and appears in its own month. The net of a month equals its figure to the cent: the charges without a
refund or dispute share the remainder.

Days are UTC days, and amounts are in the currency's smallest unit.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

import numpy as np

from connectors.sandbox.apportion import dice, spread
from connectors.sandbox.balance_transactions import DISPUTE_FEE, Row, fee_of, gross_of, row
from connectors.sandbox.figures import (
    AVERAGE_ORDER_CENTS,
    FIRST_MONTH,
    NET_REVENUE_CENTS,
    Month,
    days_of,
    month_after,
    months_until,
    trend,
)

FOREIGN_MONTHS: tuple[Month, ...] = ((2025, 10), (2025, 11), (2026, 2))
"""Months in which a few customers also paid in yen and in Kuwaiti dinars."""
MAX_AFTERMATH_MONTHS = 8
"""For this many months a charge can be refunded or disputed, and a dispute be won."""
HOURS = np.array(
    [2, 1, 1, 1, 1, 2, 3, 5, 8, 10, 11, 11, 10, 11, 12, 13, 14, 14, 13, 11, 9, 7, 5, 3]
)
"""The weight of each hour of a day: customers are in Europe and America."""


@dataclass(frozen=True)
class Charge:
    """A customer's payment, and its refund or dispute. Without either, `amount` is a weight."""

    name: str
    at: datetime
    amount: int
    bank_debit: bool
    exchange_rate: float | None
    refunded_at: datetime | None = None
    refund: int = 0
    disputed_at: datetime | None = None
    won_at: datetime | None = None

    @property
    def has_aftermath(self) -> bool:
        """Whether it is refunded or disputed."""
        return bool(self.refunded_at or self.disputed_at)


def rows_until(end: datetime) -> list[Row]:
    """Every balance transaction created before `end`, oldest first."""
    last = int(end.timestamp())
    months = months_until((end.year, end.month))
    return [row for month in months for row in month_rows(month) if row["created"] < last]


@cache
def month_rows(month: Month) -> tuple[Row, ...]:
    """The balance transactions of a month, oldest first."""
    return tuple(in_order([*earnings(month), *payouts(month)]))


@cache
def earnings(month: Month) -> tuple[Row, ...]:
    """The month's revenue and its costs: all rows but the payouts."""
    settled = [*aftermath(month), *billing(month)]
    revenue = [row["net"] for row in settled]
    disputed_or_refunded = [charge_row(x, x.amount) for x in charges(month) if x.has_aftermath]
    plain = [x for x in charges(month) if not x.has_aftermath]
    missing = (
        trend(NET_REVENUE_CENTS, *month)
        - sum(revenue)
        - sum(row["net"] for row in disputed_or_refunded)
    )
    nets = spread(missing, [x.amount for x in plain])
    sales = [charge_row(x, gross_of(net)) for x, net in zip(plain, nets, strict=True)]
    others = [*reserves(month), *foreign(month)]
    return tuple(in_order([*sales, *disputed_or_refunded, *settled, *others]))


@cache
def charges(month: Month) -> tuple[Charge, ...]:
    """The month's charges in US dollars, with their refunds and disputes."""
    rng = dice("charges", month)
    average = average_order(month)
    count = round(trend(NET_REVENUE_CENTS, *month) / (average * 0.94))
    drawn = []
    for day, day_count in zip(days_of(month), spread(count, day_weights(month)), strict=True):
        sizes = average * rng.lognormal(-0.18, 0.6, day_count)
        for number, (size, at) in enumerate(zip(sizes, moments(rng, day, day_count), strict=True)):
            drawn.append(with_aftermath(rng, f"{day}/{number}", at, max(9_00, int(size))))
    return tuple(drawn)


def with_aftermath(rng: np.random.Generator, name: str, at: datetime, amount: int) -> Charge:
    """A charge, at random with a refund (some of them months later) or a dispute (some of them won)."""
    kind, outcome, share = rng.random(3)
    rate = round(float(rng.uniform(1.02, 1.18)), 5) if kind > 0.94 else None
    charge = Charge(name, at, amount, bank_debit=bool(kind < 0.08), exchange_rate=rate)
    if outcome < 0.042:
        late = rng.uniform(60, 190) if outcome < 0.006 else rng.gamma(1.6, 6.0)
        refund = amount if share < 0.7 else max(1, int(amount * share / 2))
        when = at + timedelta(days=min(float(late), 190), minutes=3)
        return Charge(**vars(charge) | {"refunded_at": moment(when), "refund": refund})
    if outcome < 0.047:
        disputed = at + timedelta(days=float(rng.uniform(9, 70)))
        won = disputed + timedelta(days=float(rng.uniform(25, 75))) if share < 0.45 else None
        return Charge(**vars(charge) | {"disputed_at": moment(disputed), "won_at": moment(won)})
    return charge


def aftermath(month: Month) -> Iterator[Row]:
    """The refunds, disputes and disputes won that fall in the month, of this month's charges and older ones."""
    for months_ago in range(MAX_AFTERMATH_MONTHS):
        charged = month_after(month, -months_ago)
        for x in charges(charged) if exists(charged) else ():
            if x.refunded_at and in_month(x.refunded_at, month):
                kind, prefix = ("payment_refund", "pyr") if x.bank_debit else ("refund", "re")
                yield row(
                    kind, "refund", "refund " + x.name, x.refunded_at, -x.refund, source=prefix
                )
            if x.disputed_at and in_month(x.disputed_at, month):
                yield row(
                    "adjustment", "dispute", "dispute " + x.name, x.disputed_at, -x.amount,
                    DISPUTE_FEE, source="dp", source_name=x.name,
                )  # fmt: skip
            if x.won_at and in_month(x.won_at, month):
                yield row(
                    "adjustment", "dispute_reversal", "won " + x.name, x.won_at, x.amount,
                    source="dp", source_name=x.name,
                )  # fmt: skip


def charge_row(charge: Charge, amount: int) -> Row:
    """The balance transaction of a charge of `amount` cents."""
    kind, prefix = ("payment", "py") if charge.bank_debit else ("charge", "ch")
    return row(
        kind, "charge", charge.name, charge.at, amount, fee_of(amount),
        source=prefix, exchange_rate=charge.exchange_rate,
    )  # fmt: skip


def billing(month: Month) -> Iterator[Row]:
    """What Stripe charges for its other services, on the second day of the month."""
    at = moments(dice("billing", month), date(*month, 2), 1)[0]
    cost = 40_00 + trend(NET_REVENUE_CENTS, *month) // 400
    yield row("stripe_fee", "fee", f"billing {month}", at, -cost)


def reserves(month: Month) -> Iterator[Row]:
    """What Stripe holds back once a quarter against its risk, and gives back in the next one."""
    if month[1] % 3:
        return
    at = moments(dice("partner", month), date(*month, 18), 1)[0]
    for name, held in ((month, month), ("release", month_after(month, -3))):
        if exists(held):
            share = trend(NET_REVENUE_CENTS, *held) // 50
            amount = share if name == "release" else -share
            yield row(
                "reserved_funds", "risk_reserved_funds", f"reserve {name} {month}", at, amount
            )


def foreign(month: Month) -> Iterator[Row]:
    """Charges in yen (no decimals) and dinars (three, of which the last is always 0)."""
    if month not in FOREIGN_MONTHS:
        return
    rng = dice("foreign", month)
    for number in range(7):
        currency, unit = ("jpy", 1) if number < 4 else ("kwd", 10)
        amount = int(rng.integers(2_400, 41_000)) * unit
        at = moments(rng, date(*month, int(rng.integers(3, 27))), 1)[0]
        fee = round(amount * 0.036 / unit) * unit
        name = f"{currency} {month} {number}"
        yield row("charge", "charge", name, at, amount, fee, source="ch", currency=currency)


def payouts(month: Month) -> Iterator[Row]:
    """Each Monday the dollars that became available in the seven days before go to the bank."""
    earlier = earnings(month_after(month, -1)) if exists(month_after(month, -1)) else ()
    available = [
        (x["available_on"], x["net"])
        for x in (*earlier, *earnings(month))
        if x["currency"] == "usd"
    ]
    for day in days_of(month):
        if day.weekday() != 0:
            continue
        until = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
        total = sum(net for since, net in available if until - 7 * 86_400 < since <= until)
        if total > 0:
            at = datetime(day.year, day.month, day.day, 0, 12, 9, tzinfo=UTC)
            yield row("payout", "payout", f"payout {day}", at, -total, source="po")


def average_order(month: Month) -> int:
    """The approximate value of an order in that month, in cents."""
    half = (month[0], 1 + month[1] // 7)
    return AVERAGE_ORDER_CENTS[half if half in AVERAGE_ORDER_CENTS else nearest(half)]


def nearest(half: tuple[int, int]) -> tuple[int, int]:
    """The half year with a known order value that is nearest to `half`."""
    return min(AVERAGE_ORDER_CENTS, key=lambda x: abs(2 * (x[0] - half[0]) + x[1] - half[1]))


def day_weights(month: Month) -> list[float]:
    """The weights of the month's days: low at weekends, high at the month's end, a little higher each day."""
    rng = dice("days", month)
    weights = []
    last = len(days_of(month))
    for number, day in enumerate(days_of(month), start=1):
        weight = 0.45 if day.weekday() >= 5 else 1.0
        weight *= 1.3 if number > last - 3 else 1.0
        weights.append(weight * (1 + 0.002 * number) * float(rng.uniform(0.85, 1.15)))
    return weights


def moments(rng: np.random.Generator, day: date, count: int) -> list[datetime]:
    """Moments of a day, in order, to the second."""
    hours = rng.choice(24, size=count, p=HOURS / HOURS.sum())
    seconds = np.sort(hours * 3600 + rng.integers(0, 3600, count))
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return [start + timedelta(seconds=int(x)) for x in seconds]


def moment(at: datetime | None) -> datetime | None:
    """`at` to the second."""
    return at and at.replace(microsecond=0)


def exists(month: Month) -> bool:
    """Whether the company kept books in that month."""
    return month >= FIRST_MONTH


def in_month(at: datetime, month: Month) -> bool:
    """Whether `at` falls in the month."""
    return (at.year, at.month) == month


def in_order(rows: Sequence[Row]) -> list[Row]:
    """Oldest first; of the same second by id."""
    return sorted(rows, key=lambda x: (x["created"], x["id"]))
