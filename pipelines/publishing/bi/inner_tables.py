"""The published tables that no chart starts from; their comments say so first (docs/decisions/0043)."""

from dataclasses import replace

from pipelines.tables.table import Table

INNER_TABLES = frozenset(
    {
        "attempts",
        "digests",
        "key_result_courses",
        "key_result_history",
        "key_result_score_history",
        "kpi_coverage",
        "kpi_days",
        "kpi_distinct",
        "kpi_factors",
        "kpi_period_history",
        "objective_history",
        "objective_score_history",
        "predictions",
        "windows",
    }
)


def marked(table: Table) -> Table:
    """The table, with a comment that tells whoever looks for a place to start from that it is not one."""
    if table.name not in INNER_TABLES:
        return table
    return replace(table, comment=f"Inner table. {table.comment}")
