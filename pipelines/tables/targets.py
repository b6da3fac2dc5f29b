"""The table of the targets: what is possible for each KPI, in the running quarter and the next one."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pipelines.okr.targets.possible import PossibleTarget
from pipelines.tables.kept_rows import kept_rows
from pipelines.tables.table import Table, columns_of, transaction

TARGETS = Table(
    "targets",
    "What is possible: the targets of each KPI as a whole that would be met with odds of 90, 70, 50, 30 and 10 %, in "
    "the running quarter and the next one, worked out once a week. They change no score",
    columns_of(PossibleTarget),
    key=("kpi", "period_start", "odds"),
)


def kept_targets(warehouse: Path) -> Mapping[str, PossibleTarget]:
    """The targets of the last run by their fingerprints; none before the first one."""
    return kept_rows(warehouse, TARGETS, PossibleTarget)


def write_targets(warehouse: Path, targets: Sequence[PossibleTarget]) -> None:
    """Replace the table. Raises `duckdb.Error`, with the table left as it was."""
    with transaction(warehouse) as connection:
        TARGETS.replace(connection, targets)
