"""The OKR tables: every objective scored against the KPI tables."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from pipelines import settings as okra_settings
from pipelines.lineage import scorecard_preview
from pipelines.reports import Report, warehouse_lock, write_scores
from pipelines.resources import Day
from pipelines.score_tables import TABLES

FACTS = [
    dg.AssetKey(["reporting", name])
    for name in ("kpi_days", "kpi_coverage", "kpi_distinct", "kpis")
]
SCORES = dg.AssetKey(["okr", "key_result_scores"])


def specs() -> list[dg.AssetSpec]:
    """One asset a table."""
    return [
        dg.AssetSpec(
            dg.AssetKey(["okr", table.name]),
            description=table.comment,
            group_name="okr",
            kinds={"duckdb", "python"},
            deps=FACTS,
            metadata={
                "dagster/column_schema": dg.TableSchema(
                    [
                        dg.TableColumn(name, kind, description=text)
                        for name, (kind, text) in table.columns.items()
                    ]
                )
            },
        )
        for table in TABLES
    ]


def faults_check(report: Report) -> dg.AssetCheckResult:
    """Whether every OKR file could be scored."""
    lines = [str(fault) for fault in report.faults]
    return dg.AssetCheckResult(
        check_name="every_definition_is_sound",
        asset_key=SCORES,
        passed=not lines,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={
            "faults": dg.MetadataValue.md("\n".join(f"- {line}" for line in lines) or "none")
        },
    )


@dg.multi_asset(
    name="score",
    description="Scores every objective and stores the scores in the warehouse",
    specs=specs(),
    check_specs=[
        dg.AssetCheckSpec(
            "every_definition_is_sound",
            asset=SCORES,
            description="Each OKR file has a number, a deadline and a KPI that exists",
        )
    ],
    pool="warehouse",
)
def score(context: dg.AssetExecutionContext, day: Day) -> Iterator[Any]:
    current = okra_settings.load()
    with warehouse_lock(current):
        report = write_scores(current, day.as_of_date(current), context.run_id)
    for fault in report.faults:
        context.log.error(str(fault))
    shown = {
        "okr/key_result_scores": len(report.scorecard.key_results),
        "okr/objective_scores": len(report.scorecard.objectives),
    }
    for spec in specs():
        key = spec.key.to_user_string()
        metadata: dict[str, Any] = {"as of": report.as_of.isoformat(), "run id": report.run_id}
        if key in shown:
            metadata["rows"] = shown[key]
        if spec.key == SCORES:
            metadata["scorecard"] = dg.MetadataValue.md(scorecard_preview(report.scorecard))
        yield dg.MaterializeResult(asset_key=spec.key, metadata=metadata)
    yield faults_check(report)
