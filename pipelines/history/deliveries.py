"""Which digests were sent where: once a day and channel, whatever is run again."""

from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal

import duckdb

from pipelines.history.versions import describe
from pipelines.tables.okr_tables import ScoreTable
from pipelines.tables.sql_text import quoted

DIGESTS = ScoreTable(
    "digests",
    "Each attempt to send a digest: when, over which channel, why, and what became of it",
    {
        "as_of": ("date not null", "The day whose scorecard it tells of"),
        "channel": (
            "varchar not null",
            "Service and fingerprint of the address; never the address",
        ),
        "reason": ("varchar not null", "weekly, or change of a status"),
        "sent_at": ("timestamp with time zone not null", "When it was tried"),
        "outcome": ("varchar not null", "delivered or failed"),
        "message": (
            "varchar not null",
            "What went wrong, without any secret; empty when delivered",
        ),
    },
    key=("as_of", "channel", "sent_at"),
)


@dataclass(frozen=True)
class Delivery:
    """One attempt, as the table has it."""

    as_of: date
    channel: str
    reason: str
    sent_at: datetime
    outcome: Literal["delivered", "failed"]
    message: str


def record_delivery(history: Path, delivery: Delivery) -> None:
    """Keep an attempt. Raises `duckdb.Error`."""
    names = ", ".join(map(quoted, DIGESTS.columns))
    with closing(duckdb.connect(str(history))) as connection:
        connection.execute("begin")
        describe(connection, DIGESTS, DIGESTS.columns)
        connection.execute(
            f"insert into {DIGESTS.name} ({names}) values ({', '.join('?' for _ in DIGESTS.columns)})",
            [getattr(delivery, name) for name in DIGESTS.columns],
        )
        connection.execute("commit")


def delivered(history: Path, channel: str) -> list[tuple[date, str]]:
    """Day and reason of each digest that has arrived there, the latest first."""
    if not history.exists():
        return []
    with closing(duckdb.connect(str(history), read_only=True)) as connection:
        try:
            return connection.execute(
                f"select as_of, reason from {DIGESTS.name} "
                "where channel = $1 and outcome = 'delivered' order by as_of desc",
                [channel],
            ).fetchall()
        except duckdb.CatalogException:  # none was ever sent
            return []


def last_attempts(history: Path, as_of: date) -> list[Delivery]:
    """The last attempt of the day over each channel."""
    if not history.exists():
        return []
    names = ", ".join(map(quoted, DIGESTS.columns))
    with closing(duckdb.connect(str(history), read_only=True)) as connection:
        try:
            found = connection.execute(
                f"select {names} from {DIGESTS.name} where as_of = $1 "
                "qualify row_number() over (partition by channel order by sent_at desc) = 1 order by channel",
                [as_of],
            ).fetchall()
        except duckdb.CatalogException:  # none was ever sent
            return []
    return [Delivery(*row) for row in found]
