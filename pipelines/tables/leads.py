"""The table of the leading indicators: which KPI is said to move before another one, and whether that helps."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pipelines.okr.leads.result import LeadResult
from pipelines.tables.kept_rows import kept_rows
from pipelines.tables.table import Table, columns_of, transaction

LEADS = Table(
    "leads",
    "The KPIs that are said to move before others, tested on the history once a month: whether goals on the follower "
    "would have been foreseen better with them. Those that help enter the odds",
    columns_of(LeadResult),
    key=("key_result_id",),
)


def kept_leads(warehouse: Path) -> Mapping[str, LeadResult]:
    """The results of the last run by their fingerprints; none before the first one."""
    return kept_rows(warehouse, LEADS, LeadResult)


def write_leads(warehouse: Path, results: Sequence[LeadResult]) -> None:
    """Replace the table. Raises `duckdb.Error`, with the table left as it was."""
    with transaction(warehouse) as connection:
        LEADS.replace(connection, results)
