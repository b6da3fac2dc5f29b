"""Rows that a run may take over from the one before, by the fingerprints of what they were worked out from."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from pipelines.connections import connect
from pipelines.tables.table import Table, transaction

FINGERPRINT = "fingerprint"
_COLUMNS = """
    select column_name from duckdb_columns()
    where schema_name = $1 and table_name = $2 order by column_index
"""
Row = TypeVar("Row")


def kept_rows(warehouse: Path, table: Table, made: Callable[..., Row]) -> Mapping[str, Row]:
    """The rows of the last run; none before the first one, or where another version wrote the table."""
    with connect(warehouse, read_only=True) as connection:
        columns = connection.execute(_COLUMNS, [table.schema, table.name]).fetchall()
        names = [name for (name,) in columns]
        if names != list(table.columns):
            return {}
        query = f"from {table.place} where {FINGERPRINT} <> ''"
        rows = [dict(zip(names, row, strict=True)) for row in connection.execute(query).fetchall()]
    return {row[FINGERPRINT]: made(**row) for row in rows}


def write_kept_rows(warehouse: Path, tables: Iterable[tuple[Table, Sequence[object]]]) -> None:
    """Replace the rows of tables in one transaction. Raises `duckdb.Error`, with all of them left as they were."""
    with transaction(warehouse) as connection:
        for table, rows in tables:
            table.replace(connection, rows)
