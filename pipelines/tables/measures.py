"""The table of the measures: what is done about the goals, and what came of it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pipelines.okr.measures.result import MeasureResult
from pipelines.tables.kept_rows import kept_rows
from pipelines.tables.table import Table, columns_of, transaction

MEASURES = Table(
    "measures",
    "What is done about the goals, and what came of it: what the KPI came to, less the futures that were foreseen on "
    "the day before the measure started, held against the same at earlier dates. It changes no score",
    columns_of(MeasureResult),
    key=("objective_id", "measure", "start"),
)


def kept_measures(warehouse: Path) -> Mapping[str, MeasureResult]:
    """The results of the last run by their fingerprints; none before the first one."""
    return kept_rows(warehouse, MEASURES, MeasureResult)


def write_measures(warehouse: Path, results: Sequence[MeasureResult]) -> None:
    """Replace the table. Raises `duckdb.Error`, with the table left as it was."""
    with transaction(warehouse) as connection:
        MEASURES.replace(connection, results)
