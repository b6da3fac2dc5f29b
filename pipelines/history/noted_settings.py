"""Which settings were set when something was believed. A change of one is no restatement: no figure was corrected.

The day of an instant is that of the business zone of then.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import duckdb

from pipelines.history.index import StepChanges
from pipelines.history.versions import columns_there, read_history
from pipelines.tables.table import Table, columns_of, literal

TIMEZONE = "timezone"
OF_FIGURES = (
    TIMEZONE,
    "currency",
    "fiscal_year_start",
    "fiscal_year_named_by",
    "start_date",
    "largest_members",
)
"""The settings by which figures of the same days become others."""


@dataclass(frozen=True)
class SettingSince:
    """The value of a setting, and the first run that had it."""

    setting: Annotated[str, "Name of the setting, as in okr.yml"]
    value: Annotated[str, "What it was set to"]
    since: Annotated[datetime, "The first run that kept something with it"]


SETTINGS = Table(
    "settings",
    "The settings that figures depend on, and since when they are as they are",
    columns_of(SettingSince),
    schema="kept",
)
"""Not published."""
_FORMER = Table("zones", "", {}, schema="kept")
"""What an earlier version kept: the zones alone."""


def note_settings(
    connection: duckdb.DuckDBPyConnection,
    settings: Mapping[str, str],
    now: datetime,
    changes: StepChanges,
) -> None:
    """Keep the settings of a run in the history, where one is another than in the run before."""
    SETTINGS.create(connection)
    query = (
        f"select setting, value from {SETTINGS.place} "
        "qualify row_number() over (partition by setting order by since desc, rowid desc) = 1"
    )
    last = dict(connection.execute(query).fetchall())
    other = {name: value for name, value in settings.items() if last.get(name) != value}
    SETTINGS.append(connection, [SettingSince(name, value, now) for name, value in other.items()])
    if other:
        names = ", ".join(map(literal, other))
        changes.note_rows(connection, SETTINGS, f"since = $1 and setting in ({names})", now)


def take_former_zones(connection: duckdb.DuckDBPyConnection) -> None:
    """Take in the zones that an earlier version kept."""
    if columns_there(connection, _FORMER):
        SETTINGS.create(connection)
        connection.execute(
            f"insert into {SETTINGS.place} select {literal(TIMEZONE)}, zone, since from {_FORMER.place}"
        )
        connection.execute(f"drop table {_FORMER.place}")


def has_former_zones(history: Path) -> bool:
    """Whether an earlier version kept the zones alone."""
    return bool(read_history(history, f"select 1 from history.{_FORMER.place} limit 1"))


def zone_of_belief(history: Path, zone: str) -> str:
    """SQL for the zone that was set at the instant `known_from`. `zone` is that of now, where none was kept yet."""
    query = (
        f"select value, since from history.{SETTINGS.place} "
        f"where setting = {literal(TIMEZONE)} order by since, rowid"
    )
    noted = read_history(history, query)
    first, *later = [literal(str(name)) for name, _ in noted] or [literal(zone)]
    cases = [
        f"when known_from >= timestamptz {literal(since.isoformat())} then {name}"
        for name, (_, since) in zip(later, noted[1:], strict=True)
    ]
    return f"case {' '.join(reversed(cases))} else {first} end" if cases else first
