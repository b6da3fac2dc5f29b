"""A lake of one stream, Stripe's movements, with as many days and rows a day as a measurement asks for.

What a company of one source is: the sample company with `OKRA_SOURCES=stripe`, whose clock can be set, on this lake in
place of the pulled one. Nothing is pulled; `okra score` does the rest of a daily run.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.lake.lake import Lake
from connectors.lake.manifest import Attempt, Manifest, schema_hash
from connectors.stripe.ledger import BALANCE_TRANSACTIONS

TODAY = date(2026, 11, 27)
"""The day that is scored; the newest window is that of the day before."""
OBJECTIVE = """\
objective: Earn more
id: earn
owner: ceo@acme.example
period: 2026-Q4
key_results:
  - {id: revenue, kpi: net_revenue, at_least: 1000000}
  - {id: fees, kpi: processing_fees, at_most: 20000, per: month}
  - {id: basket, kpi: average_transaction_value, at_least: 50}
"""


def movements(day: date, first: int, count: int) -> pa.Table:
    """A day's movements of 10 to 99 dollars, with a fee of 59 cents each. One in twenty is a refund."""
    numbers = np.arange(first, first + count, dtype=np.int64)
    refund = numbers % 20 == 0
    amount = np.where(refund, -1, 1) * (1_000 + numbers % 9_000)
    begun = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1_000_000)
    moments = begun + (numbers - first) * (86_400_000_000 // count)
    texts = pc.cast(pa.array(numbers), pa.string())
    kind = pc.if_else(pa.array(refund), "refund", "charge")
    same = pa.array(np.zeros(count, dtype=np.int64))
    columns = {
        "id": pc.binary_join_element_wise("txn_1Q", texts, ""),
        "created_at": pa.array(moments).cast(pa.timestamp("us", "UTC")),
        "available_on": pa.array([day + timedelta(days=2)]).take(same),
        "type": kind,
        "reporting_category": kind,
        "currency": pa.array(["usd"]).take(same),
        "amount_minor": pa.array(amount),
        "fee_minor": pa.array(np.full(count, 59, dtype=np.int64)),
        "net_minor": pa.array(amount - 59),
        "exchange_rate": pa.nulls(count, pa.string()),
        "source_id": pc.binary_join_element_wise("ch_1Q", texts, ""),
    }
    schema = BALANCE_TRANSACTIONS.schema
    return pa.table([columns[name] for name in schema.names], schema=schema)


def days_before(last: date, count: int) -> list[date]:
    """`count` days, of which `last` is the last."""
    return [last - timedelta(days=n) for n in reversed(range(count))]


def add_windows(root: Path, days: Iterable[date], rows_a_day: int) -> None:
    """Commit a settled window for each day. The ids of a day follow from its date."""
    lake, pulled = Lake(root), datetime.combine(TODAY, time(), tzinfo=UTC)
    for day in days:
        manifest = Manifest(
            source="stripe",
            stream=BALANCE_TRANSACTIONS.name,
            window=day,
            data_through=day,
            pulled_at=pulled,
            rows=rows_a_day,
            bytes=0,
            checksum="",
            schema_hash=schema_hash(BALANCE_TRANSACTIONS.schema),
            settled=True,
            flags=(),
            connector_version="1",
            run_id="",
            files=(),
        )
        lake.commit(manifest, [movements(day, day.toordinal() * rows_a_day, rows_a_day)])
    lake.record(Attempt(source="stripe", stream=BALANCE_TRANSACTIONS.name, at=pulled, outcome="ok"))


def net_revenue(days: Iterable[date], rows_a_day: int) -> Decimal:
    """The sum of the movements without fees, in dollars."""
    total = 0
    for day in days:
        first = day.toordinal() * rows_a_day
        numbers = np.arange(first, first + rows_a_day, dtype=np.int64)
        amounts = np.where(numbers % 20 == 0, -1, 1) * (1_000 + numbers % 9_000) - 59
        total += int(amounts.sum())
    return Decimal(total) / 100


def settings(home: Path, lake: Path, today: date, first: date) -> dict[str, str]:
    """The settings of the company of one source, whose first day is `first`."""
    goals = home / "goals"
    goals.mkdir(parents=True, exist_ok=True)
    (goals / "earn.yml").write_text(OBJECTIVE, "utf-8")
    return {
        "OKRA_HOME": str(home),
        "OKRA_LAKE": str(lake),
        "OKRA_SOURCES": "stripe",
        "OKRA_START_DATE": first.isoformat(),
        "OKRA_SANDBOX_TODAY": today.isoformat(),
        "OKRA_OKR_DEFINITIONS": str(goals),
        "OKRA_ENV_FILE": str(home / "no.env"),
    }
