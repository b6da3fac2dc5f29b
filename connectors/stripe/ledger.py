"""Stripe's ledger: the balance transactions of an account, as they are stored."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from connectors.sdk.contract import Deletes, Stream, column
from connectors.sdk.fields import Field, as_given, read_unix_seconds, unix_seconds

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
            column("currency", pa.string(), "Currency of the amounts, ISO 4217 in lower case",
                   values="ISO 4217"),
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
    # a movement is visible within minutes of its `created`, rarely later: its day is read again the day after
    arrives_within=timedelta(minutes=5),
    restates_for=timedelta(days=1),
    deletes=Deletes.NEVER,
    windows_per_slice=31,
)  # fmt: skip

MOVEMENT = {
    "id": as_given("id"),
    "created_at": unix_seconds("created"),
    "available_on": Field("available_on", lambda seconds: read_unix_seconds(seconds).date()),
    "type": as_given("type"),
    "reporting_category": as_given("reporting_category"),
    "currency": as_given("currency"),
    "amount_minor": as_given("amount"),
    "fee_minor": as_given("fee"),
    "net_minor": as_given("net"),
    "exchange_rate": Field("exchange_rate", lambda rate: decimal_text(rate)),
    "source_id": as_given("source"),
}


def decimal_text(rate: Any) -> str | Any:
    """A number as it would be written by hand: 0.00001 and not 1e-05."""
    return f"{Decimal(str(rate)):f}" if isinstance(rate, int | float) else rate
