"""What is wrong, in one table: rows set aside, failed pulls, broken models and files."""

import dagster as dg

from pipelines.orchestration.day import DayResource
from pipelines.orchestration.ui_metadata import column_schema
from pipelines.steps.findings import write_findings
from pipelines.tables.findings import FINDINGS
from pipelines.tables.locks import warehouse_lock

KEY = dg.AssetKey(["okr", FINDINGS.name])
CHECK = "nothing_is_wrong"


@dg.asset(
    key=KEY,
    description=FINDINGS.comment,
    group_name="okr",
    kinds={"duckdb", "python"},
    deps=[dg.AssetKey(["reporting", "kpis"])],
    metadata=column_schema(FINDINGS),
    check_specs=[dg.AssetCheckSpec(CHECK, asset=KEY, description="The table has no fault")],
    pool="warehouse",
)
def findings(context: dg.AssetExecutionContext, day: DayResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
    played = day.read()
    with warehouse_lock(played.settings):
        rows = write_findings(played)
    faults = [row.message for row in rows if row.is_fault]
    for message in faults:
        context.log.error(message)
    return dg.MaterializeResult(
        metadata={"as of": played.as_of.isoformat(), "dagster/row_count": len(rows)},
        check_results=[
            dg.AssetCheckResult(
                check_name=CHECK,
                passed=not faults,
                metadata={
                    "faults": dg.MetadataValue.md(
                        "\n".join(f"- {message}" for message in faults) or "none"
                    )
                },
            )
        ],
    )
