"""The table of the measures: what is done about the goals, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path

from pipelines.connections import connect
from pipelines.okr.measures.result import MeasureResult
from pipelines.tables.table import Table, columns_of, transaction

MEASURES = Table(
    "measures",
    "What is done about the goals, and what came of it: what the KPI came to, less the futures that were foreseen on "
    "the day before the measure started, held against the same at earlier dates. It changes no score",
    columns_of(MeasureResult),
    key=("objective_id", "measure", "start"),
)
_IS_THERE = """
    select 1 from duckdb_columns()
    where schema_name = 'okr' and table_name = 'measures' and column_name = 'fingerprint'
"""


def kept_measures(warehouse: Path) -> Mapping[str, MeasureResult]:
    """The results of the last run by their fingerprints; none before the first one, or of another version's table."""
    names = [column.name for column in fields(MeasureResult)]
    with connect(warehouse, read_only=True) as connection:
        if not connection.execute(_IS_THERE).fetchall():
            return {}
        table = connection.table("okr.measures")
        if table.columns != names:
            return {}
        rows = table.filter("fingerprint <> ''").fetchall()
    return {row[-1]: MeasureResult(*row) for row in rows}


def write_measures(warehouse: Path, results: Sequence[MeasureResult]) -> None:
    """Replace the table. Raises `duckdb.Error`, with the table left as it was."""
    with transaction(warehouse) as connection:
        MEASURES.replace(connection, results)
