"""What was published day by day, remembered beside the history: what the history has to say of each of these days."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb

from pipelines.history.versions import VERSIONED_TABLES
from pipelines.tables.table import quoted

Key = tuple[str, str, date, str, str]
"""KPI, period, its first day, dimension, member."""


@dataclass(frozen=True)
class Figure:
    """A figure as it was published."""

    value: Decimal | None
    unit: str
    status: str
    data_through: date | None


@dataclass(frozen=True)
class Published:
    """What a run published, and the newest instant of the history after it."""

    name: str
    at: datetime
    figures: Mapping[Key, Figure]
    is_cut_anew: bool
    """Whether it was the first run with another setting, so that days were cut anew."""


@dataclass
class Memory:
    """All that was published."""

    runs: list[Published] = field(default_factory=list)

    def wrong_in(self, history: Path) -> Iterator[str]:
        """What the history in a file does not say as it was."""
        with duckdb.connect(str(history), read_only=True) as connection:
            connection.execute("set timezone = 'UTC'")
            for run in self.runs:
                kept = figures_at(connection, run.at)
                if kept != run.figures:
                    keys = [
                        x
                        for x in kept.keys() | run.figures.keys()
                        if kept.get(x) != run.figures.get(x)
                    ]
                    key = min(keys, key=str)
                    yield (
                        f"{run.name}: {len(keys)} figures are not as they were published, such as {key}: "
                        f"{kept.get(key)} and not {run.figures.get(key)}"
                    )
            yield from overlapping(connection)

    def restatements(self) -> set[tuple[Key, Decimal | None, Decimal | None]]:
        """Each figure that became another of the very same days, which no setting had cut anew."""
        expected = set()
        last: dict[Key, Figure] = {}
        for run in self.runs:
            for key, figure in run.figures.items():
                before = last.get(key)
                if before and is_restated(before, figure) and not run.is_cut_anew:
                    expected.add((key, before.value, figure.value))
            last |= run.figures
        return expected


def is_restated(before: Figure, after: Figure) -> bool:
    """Whether a figure is another number for the same days in the same unit."""
    same = (before.unit, before.data_through) == (after.unit, after.data_through)
    return same and before.value != after.value


def figures_at(connection: duckdb.DuckDBPyConnection, at: datetime) -> dict[Key, Figure]:
    """What was believed at an instant, by the history."""
    rows = connection.execute(
        "select kpi, period, period_start, dimension, member, value, unit, status, data_through "
        "from kpi_period_history where known_from <= $1 and (known_to is null or known_to > $1)",
        [at],
    ).fetchall()
    figures = {row[:5]: Figure(*row[5:]) for row in rows}
    assert len(figures) == len(rows), f"a figure was believed twice at {at}"
    return figures


def newest_instant(connection: duckdb.DuckDBPyConnection) -> datetime:
    """The last instant at which something of the figures was written down."""
    rows = connection.execute(
        "select max(greatest(known_from, coalesce(known_to, known_from))) from kpi_period_history"
    ).fetchall()
    instant: datetime = rows[0][0]
    return instant


def overlapping(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Versions of one row of which each was believed at the same instant as another, in any table of a history."""
    for table in VERSIONED_TABLES:
        key = " and ".join(
            f"a.{quoted(x)} is not distinct from b.{quoted(x)}" for x in table.source.key
        )
        [(count,)] = connection.execute(
            f"select count(*) from {table.name} as a inner join {table.name} as b on {key} and a.rowid < b.rowid "
            "where a.known_from < coalesce(b.known_to, timestamptz '9999-01-01') "
            "and b.known_from < coalesce(a.known_to, timestamptz '9999-01-01')"
        ).fetchall()
        if count:
            yield f"{table.name} has {count} versions that overlap"
        [(count,)] = connection.execute(
            f"select count(*) from {table.name} where known_from >= known_to"
        ).fetchall()
        if count:
            yield f"{table.name} has {count} versions that end before they begin"
