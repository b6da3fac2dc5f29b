"""One row of the sample company's Stripe ledger, in the shape of Stripe's own."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from string import ascii_letters, digits
from typing import Any

Row = dict[str, Any]
DISPUTE_FEE = 15_00
"""Cents. Not given back when the dispute is won."""
LAG = {"charge": 2, "payment": 2, "refund": 2, "payment_refund": 2}
"""Working days until the money of a row can be used, by type; at once for the others."""


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
    """A balance transaction with every field that Stripe's has, but for `status`: that depends on the day."""
    what = "won" if category == "dispute_reversal" else kind
    detail = {
        "amount": fee,
        "application": None,
        "currency": currency,
        "description": "Dispute fee" if kind == "adjustment" else "Stripe processing fees",
        "type": "stripe_fee",
    }
    return {
        "id": identifier("txn", f"{what} {name}"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": available_on(at, LAG.get(kind, 0)),
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
    """2.9 % and 30 cents, half a cent up."""
    return (amount * 29 + 500) // 1000 + 30


def gross_of(net: int) -> int:
    """The smallest charge of which `net` cents remain after the fee."""
    amount = (net + 30) * 1000 // 971 - 2
    while amount - fee_of(amount) < net:
        amount += 1
    return amount


def identifier(prefix: str, name: str) -> str:
    """A name as Stripe's look: the same for the same thing."""
    number = int.from_bytes(sha256(f"{prefix} {name}".encode()).digest()[:18], "big")
    letters = ""
    for _ in range(23):
        number, place = divmod(number, 62)
        letters += (digits + ascii_letters)[place]
    return f"{prefix}_1{letters}"


def available_on(at: datetime, lag: int) -> int:
    """Midnight of the day on which the money can be used: `lag` working days later."""
    day = at.date()
    while lag:
        day += timedelta(days=1)
        lag -= day.weekday() < 5
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
