"""The factors of each KPI's changes: each change, split over the members of each dimension."""

from collections.abc import Iterable
from datetime import date

import dagster as dg

from pipelines.orchestration.day import DayResource
from pipelines.orchestration.ui_metadata import column_schema
from pipelines.steps.factors import write_factors
from pipelines.tables.factors import (
    KPI_FACTORS,
    dimensions_that_miss,
    factor_count,
    latest_months,
)
from pipelines.tables.locks import warehouse_lock

KEY = dg.AssetKey(["okr", KPI_FACTORS.name])
CHECK = "contributions_sum_to_the_change"


def preview(months: Iterable[tuple[str, date, str]]) -> str:
    """The change of each KPI's latest month against the month before, as Markdown."""
    lines = [f"- `{kpi}` in {start:%Y-%m}: {why}" for kpi, start, why in months]
    return "\n".join(lines) or "nothing to compare yet"


@dg.asset(
    key=KEY,
    description=KPI_FACTORS.comment,
    group_name="okr",
    kinds={"duckdb", "python"},
    deps=[
        *(
            dg.AssetKey(["reporting", name])
            for name in ("kpi_days", "kpi_coverage", "kpi_distinct", "kpi_periods", "kpis")
        ),
        dg.AssetKey(["okr", "key_result_scores"]),
    ],
    metadata=column_schema(KPI_FACTORS),
    check_specs=[
        dg.AssetCheckSpec(
            CHECK, asset=KEY, description="The contributions of each dimension sum to the change"
        )
    ],
    pool="warehouse",
)
def kpi_factors(context: dg.AssetExecutionContext, day: DayResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
    played = day.read()
    with warehouse_lock(played.settings):
        write_factors(played)
        warehouse = played.settings.warehouse_path
        missed = dimensions_that_miss(warehouse)
        count, months = factor_count(warehouse), latest_months(warehouse)
    return dg.MaterializeResult(
        metadata={
            "as of": played.as_of.isoformat(),
            "run id": played.run_id,
            "dagster/row_count": count,
            "latest": dg.MetadataValue.md(preview(months)),
        },
        check_results=[
            dg.AssetCheckResult(
                check_name=CHECK,
                passed=not missed,
                metadata={"missed": "\n".join(missed) or "none"},
            )
        ],
    )
