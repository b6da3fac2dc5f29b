"""Stripe's ledger: the balance transactions of an account, as they are stored."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from connectors.sdk.contract import Deletes, Stream, column

BALANCE_TRANSACTIONS = Stream(
    name="balance_transactions",
    description="Every movement of the account's balance: charges, refunds, disputes, fees, payouts",
    schema=pa.schema(
        [
            column("id", pa.string(), "Stripe's id of the movement (txn_…)"),
            column("created_at", pa.timestamp("us", "UTC"), "When it was booked"),
            column("available_on", pa.date32(), "Day (UTC) on which the money can be used"),
            column("type", pa.string(), "What moved the balance: charge, refund, payout, …"),
            column(
                "reporting_category",
                pa.string(),
                "Stripe's accounting category; tells a dispute from other adjustments",
            ),
            column("currency", pa.string(), "Currency of the amounts, ISO 4217 in lower case"),
            column("amount_minor", pa.int64(), "Gross amount, negative when it goes out",
                   unit="smallest unit of the currency"),
            column("fee_minor", pa.int64(), "Fees taken out of it",
                   unit="smallest unit of the currency"),
            column("net_minor", pa.int64(), "What the balance changed by: amount less fees",
                   unit="smallest unit of the currency"),
            column("exchange_rate", pa.string(), "Decimal; null unless a currency was converted",
                   null=True),
            column("source_id", pa.string(), "The charge, refund, dispute or payout behind it",
                   null=True),
        ]
    ),
    key=("id",),
    cursor="created_at",
    # a movement is visible within minutes of its `created`, seldom later: the day after it is read again
    arrives_within=timedelta(minutes=5),
    restates_for=timedelta(days=1),
    deletes=Deletes.NEVER,
    windows_per_slice=31,
)  # fmt: skip

RENAMED = {
    "id": "id",
    "type": "type",
    "reporting_category": "reporting_category",
    "currency": "currency",
    "amount": "amount_minor",
    "fee": "fee_minor",
    "net": "net_minor",
    "source": "source_id",
}
"""Stripe's fields that are stored as they are, and under which name."""


def stored_movement(row: Mapping[str, Any]) -> dict[str, Any]:
    """A balance transaction under the names it is stored by. A field that is missing stays missing."""
    found = {name: row[field] for field, name in RENAMED.items() if field in row}
    if "created" in row:
        found["created_at"] = instant(row["created"])
    if "available_on" in row:
        found["available_on"] = day(row["available_on"])
    if "exchange_rate" in row:
        found["exchange_rate"] = decimal_text(row["exchange_rate"])
    return found


def instant(seconds: Any) -> datetime | Any:
    """Unix seconds as a moment; anything else as it is, to be refused by the schema."""
    return datetime.fromtimestamp(seconds, UTC) if type(seconds) is int else seconds


def day(seconds: Any) -> date | Any:
    """The UTC day of Unix seconds; anything else as it is."""
    return datetime.fromtimestamp(seconds, UTC).date() if type(seconds) is int else seconds


def decimal_text(rate: Any) -> str | Any:
    """A number as it would be written by hand: 0.00001 and not 1e-05."""
    return f"{Decimal(str(rate)):f}" if isinstance(rate, int | float) else rate
