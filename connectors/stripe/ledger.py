"""Stripe's ledger: the balance transactions of an account, as they are stored."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from connectors.sdk.contract import Deletes, Finding, Stream, column
from connectors.sdk.fields import Field, as_given, read_unix_seconds, unix_seconds
from connectors.sdk.rules import CODE, UNKNOWN

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


CATEGORY_NAMES = """
    advance advance_funding anticipation_repayment balance_transfer charge charge_failure climate_order_purchase
    climate_order_refund connect_collection_transfer connect_reserved_funds contribution currency_conversion dispute
    dispute_reversal fee financing_paydown financing_paydown_reversal financing_payout financing_payout_reversal
    inbound_transfer inbound_transfer_reversal issuing_authorization_hold issuing_authorization_release
    issuing_disbursement issuing_dispute issuing_dispute_fraud_liability_debit issuing_dispute_provisional_credit
    issuing_dispute_provisional_credit_reversal issuing_transaction network_cost obligation other_adjustment
    partial_capture_reversal payment_network_reserve_hold payment_network_reserve_release payout
    payout_minimum_balance_hold payout_minimum_balance_release payout_reversal platform_earning
    platform_earning_refund refund refund_failure revenue_share risk_reserved_funds stripe_balance_payment_debit
    stripe_balance_payment_debit_reversal tax topup topup_reversal transfer transfer_reversal
    unreconciled_customer_funds
"""
CATEGORIES = frozenset(CATEGORY_NAMES.split())
"""The reporting categories whose meaning is known (docs.stripe.com/reports/reporting-categories). Stripe adds some."""


def unknown_categories(rows: Sequence[Mapping[str, Any]], zone: ZoneInfo) -> Iterator[Finding]:
    """A finding for each day and category that is not known. Its rows are kept, and judged by their type."""
    unknown = Counter(
        (created_at.astimezone(zone).date(), category)
        for row in rows
        if isinstance(category := row.get("reporting_category"), str)
        and category not in CATEGORIES
        and isinstance(created_at := row.get("created_at"), datetime)
    )
    for (day, category), count in unknown.items():
        yield Finding(
            what=UNKNOWN,
            message="balance_transactions.reporting_category is none that Okra knows, and the movements count by "
            "their type: see in Stripe what they are, and update Okra",
            rows=count,
            is_set_aside=False,
            column="reporting_category",
            day=day,
            examples=(category,) if CODE.fullmatch(category) else (),
        )


def decimal_text(rate: Any) -> str | Any:
    """A number as it would be written by hand: 0.00001 and not 1e-05."""
    return f"{Decimal(str(rate)):f}" if isinstance(rate, int | float) else rate
