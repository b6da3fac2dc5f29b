"""One row of the sample company's Stripe ledger, in the shape of Stripe's own."""

from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from string import ascii_letters, digits
from typing import Any

Row = dict[str, Any]
DISPUTE_FEE = 15_00
"""Cents. Not given back when the dispute is won."""
LETTERS = digits + ascii_letters
PAIRS = [first + second for second in LETTERS for first in LETTERS]
"""All pairs of letters of an id, which are twice as fast to write it in: the company has some 40,000."""
SETTLEMENT_WORKING_DAYS = {"charge": 2, "payment": 2, "refund": 2, "payment_refund": 2}
"""Working days until the money of a row is available, by type; none for other types."""


def row(
    kind: str,
    category: str,
    name: str,
    at: datetime,
    amount: int,
    fee: int = 0,
    *,
    source: str | None = None,
    source_name: str = "",
    exchange_rate: float | None = None,
    currency: str = "usd",
) -> Row:
    """A balance transaction with every field that Stripe's has except `status`, which depends on the day."""
    label = "won" if category == "dispute_reversal" else kind
    detail = {
        "amount": fee,
        "application": None,
        "currency": currency,
        "description": "Dispute fee" if kind == "adjustment" else "Stripe processing fees",
        "type": "stripe_fee",
    }
    return {
        "id": identifier("txn", f"{label} {name}"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": available_on(at, SETTLEMENT_WORKING_DAYS.get(kind, 0)),
        "balance_type": "payments",
        "created": int(at.timestamp()),
        "currency": currency,
        "description": f"{category.replace('_', ' ').capitalize()} of the sample company",
        "exchange_rate": exchange_rate,
        "fee": fee,
        "fee_details": [detail] if fee else [],
        "net": amount - fee,
        "reporting_category": category,
        "source": identifier(source, source_name or name) if source else None,
        "type": kind,
    }


def fee_of(amount: int) -> int:
    """Stripe's fee in cents: 2.9 %, rounded half up, plus 30 cents."""
    return (amount * 29 + 500) // 1000 + 30


def gross_of(net: int) -> int:
    """The smallest charge of which `net` cents remain after the fee."""
    amount = (net + 30) * 1000 // 971 - 2
    while amount - fee_of(amount) < net:
        amount += 1
    return amount


@cache
def identifier(prefix: str, name: str) -> str:
    """An id in the form of Stripe's, derived from its arguments."""
    number = int.from_bytes(sha256(f"{prefix} {name}".encode()).digest()[:18], "big")
    letters = ""
    for _ in range(11):
        number, place = divmod(number, len(PAIRS))
        letters += PAIRS[place]
    return f"{prefix}_1{letters}{LETTERS[number % len(LETTERS)]}"


def available_on(at: datetime, working_days: int) -> int:
    """Midnight of the day on which the money can be used: `working_days` working days later."""
    day = at.date()
    while working_days:
        day += timedelta(days=1)
        working_days -= day.weekday() < 5
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
