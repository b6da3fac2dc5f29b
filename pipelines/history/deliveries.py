"""The log of sent digests. It keeps a repeated run from sending the digest of a day to a channel twice."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

from connectors.lake.store import Store
from pipelines.history.index import StepChanges, read_position
from pipelines.history.versions import SCHEMA, read_history
from pipelines.tables.table import Table, columns_of, quoted, transaction


@dataclass(frozen=True)
class Delivery:
    """One attempt to send a digest."""

    as_of: Annotated[date, "The day whose scorecard it tells of"]
    channel: Annotated[str, "Service and fingerprint of the address; never the address"]
    reason: Annotated[str, "weekly, or change of a status"]
    sent_at: Annotated[datetime, "When it was tried"]
    outcome: Annotated[Literal["delivered", "failed"], "delivered or failed"]
    message: Annotated[str, "What went wrong, without any secret; empty when delivered"]


DIGESTS = Table(
    "digests",
    "Each attempt to send a digest: when, over which channel, why, and what became of it",
    columns_of(Delivery),
    schema=SCHEMA,
)


def record_delivery(history: Path, delivery: Delivery, lake: Store | None = None) -> None:
    """Keep an attempt, also in the log in `lake`. Raises `duckdb.Error`, `LogError`."""
    with transaction(history) as connection:
        changes = StepChanges(lake)
        DIGESTS.create(connection)
        [(before,)] = connection.execute(f"select max(rowid) from {DIGESTS.place}").fetchall()
        DIGESTS.append(connection, [delivery])
        changes.note_rows(connection, DIGESTS, "rowid > $1", -1 if before is None else before)
        if (
            lake is not None and read_position(connection) is not None
        ):  # else the next run's base has it
            changes.commit(connection, [DIGESTS], delivery.sent_at)


def delivered(history: Path, channel: str) -> list[tuple[date, str]]:
    """Day and reason of each digest that has arrived there, the latest first."""
    query = """
        select as_of, reason from history.digests
        where channel = $1 and outcome = 'delivered' order by as_of desc
    """
    return [(day, reason) for day, reason in read_history(history, query, [channel])]


def last_attempts(history: Path, as_of: date) -> list[Delivery]:
    """The last attempt of the day over each channel."""
    query = f"""
        select {", ".join(map(quoted, DIGESTS.columns))} from history.digests where as_of = $1
        qualify row_number() over (partition by channel order by sent_at desc) = 1 order by channel
    """
    return [Delivery(*row) for row in read_history(history, query, [as_of])]
