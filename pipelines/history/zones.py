"""Which business zone was set when something was believed: the day of an instant is that of the zone of then."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import duckdb

from pipelines.history.versions import read_history
from pipelines.tables.table import Table, columns_of, literal


@dataclass(frozen=True)
class ZoneSince:
    """A business zone, and the first run that had it."""

    zone: Annotated[str, "Name of the zone"]
    since: Annotated[datetime, "The first run that kept something in it"]


ZONES = Table(
    "zones",
    "The business zones that were set, and since when",
    columns_of(ZoneSince),
    schema="kept",
)
"""Not published."""


def note_zone(connection: duckdb.DuckDBPyConnection, zone: str, now: datetime) -> None:
    """Keep the zone of a run in the history, where it is another than that of the run before."""
    ZONES.create(connection)
    query = f"select zone from {ZONES.place} order by since desc, rowid desc limit 1"
    if connection.execute(query).fetchall() != [(zone,)]:
        ZONES.append(connection, [ZoneSince(zone, now)])


def zone_of_belief(history: Path, zone: str) -> str:
    """SQL for the zone that was set at the instant `known_from`. `zone` is that of now, where none was kept yet."""
    noted = read_history(
        history, "select zone, since from history.kept.zones order by since, rowid"
    )
    first, *later = [literal(str(name)) for name, _ in noted] or [literal(zone)]
    cases = [
        f"when known_from >= timestamptz {literal(since.isoformat())} then {name}"
        for name, (_, since) in zip(later, noted[1:], strict=True)
    ]
    return f"case {' '.join(reversed(cases))} else {first} end" if cases else first
