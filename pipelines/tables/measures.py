"""The table of the measures: what is done about the goals, and what came of it."""

from pipelines.okr.measures.result import MeasureResult
from pipelines.tables.table import Table, columns_of

MEASURES = Table(
    "measures",
    "What is done about the goals, and what came of it: what the KPI came to, less the futures that were foreseen on "
    "the day before the measure started, held against the same at earlier dates. It changes no score",
    columns_of(MeasureResult),
    key=("objective_id", "measure", "start"),
)
