"""The factors of each KPI's changes: each change, split over the members of each dimension."""

import dagster as dg

from pipelines.orchestration.day import DayResource
from pipelines.orchestration.ui_metadata import column_schema
from pipelines.steps.factors import Factors, write_factors
from pipelines.tables.factors import KPI_FACTORS, dimensions_that_miss
from pipelines.tables.locks import warehouse_lock

KEY = dg.AssetKey(["okr", KPI_FACTORS.name])
CHECK = "contributions_sum_to_the_change"


def preview(factors: Factors) -> str:
    """The change of each KPI's latest month against the month before, as Markdown."""
    months = [
        row for row in factors.sentences if (row.period, row.compared_with) == ("month", "previous")
    ]
    latest = {row.kpi: row for row in sorted(months, key=lambda row: row.period_start)}
    lines = [f"- `{kpi}` in {row.period_start:%Y-%m}: {row.why}" for kpi, row in latest.items()]
    return "\n".join(sorted(lines)) or "nothing to compare yet"


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
        factors = write_factors(played)
        missed = dimensions_that_miss(played.settings.warehouse_path)
    return dg.MaterializeResult(
        metadata={
            "as of": played.as_of.isoformat(),
            "run id": played.run_id,
            "dagster/row_count": len(factors.rows),
            "latest": dg.MetadataValue.md(preview(factors)),
        },
        check_results=[
            dg.AssetCheckResult(
                check_name=CHECK,
                passed=not missed,
                metadata={"missed": "\n".join(missed) or "none"},
            )
        ],
    )
