"""The OKR tables: scores every objective against the KPI tables."""

from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg

from pipelines import settings as okra_settings
from pipelines.history.check_ins import CHECK_INS
from pipelines.history.predictions import CALIBRATION, PREDICTIONS
from pipelines.history.versions import DEFINITION_VERSIONS, SCORE_VERSIONS
from pipelines.okr.definition.faults import Fault
from pipelines.orchestration.day import DayResource
from pipelines.orchestration.event_log import stored_together
from pipelines.orchestration.objective_checks import (
    check_names,
    check_results,
    check_specs,
    checked_objectives,
    sound_objectives,
)
from pipelines.orchestration.ui_metadata import column_schema, scorecard_preview
from pipelines.publishing.language.language import Language
from pipelines.steps.score import write_scores
from pipelines.tables.leads import LEADS
from pipelines.tables.locks import warehouse_lock
from pipelines.tables.measures import MEASURES
from pipelines.tables.scores import KEY_RESULT_COURSES, KEY_RESULT_LEVERS, TABLES
from pipelines.tables.table import Table
from pipelines.tables.targets import TARGETS

FACTS = [
    dg.AssetKey(["reporting", name])
    for name in ("kpi_days", "kpi_coverage", "kpi_distinct", "kpis")
]
"""What scoring cannot do without. Rosters are not among them: Dagster skips what waits for a table that fails."""
SCORES = dg.AssetKey(["okr", "key_result_scores"])
OBJECTIVES = dg.AssetKey(["okr", "objective_scores"])


def specs() -> list[dg.AssetSpec]:
    """One asset per table."""
    histories = (*SCORE_VERSIONS, *DEFINITION_VERSIONS)
    of_facts = (*TABLES, KEY_RESULT_COURSES, KEY_RESULT_LEVERS, MEASURES, LEADS, TARGETS)
    scored = [spec(table, FACTS) for table in of_facts]
    kept = [spec(table, [key(scores.name) for scores in TABLES]) for table in histories]
    record = [
        spec(table, [key(history.name) for history in histories])
        for table in (PREDICTIONS, CALIBRATION, CHECK_INS)
    ]
    return [*scored, *kept, *record]


def spec(table: Table, deps: Sequence[dg.AssetKey]) -> dg.AssetSpec:
    """The asset of a table of the schema `okr`."""
    return dg.AssetSpec(
        key(table.name),
        description=table.comment,
        group_name="okr",
        kinds={"duckdb", "python"},
        deps=deps,
        metadata=column_schema(table),
    )


def key(table: str) -> dg.AssetKey:
    """The asset key of a table."""
    return dg.AssetKey(["okr", table])


def faults_check(faults: Sequence[Fault]) -> dg.AssetCheckResult:
    """The check that every OKR file can be scored."""
    lines = [str(fault) for fault in faults]
    return dg.AssetCheckResult(
        check_name="every_definition_is_sound",
        asset_key=SCORES,
        passed=not lines,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={
            "faults": dg.MetadataValue.md("\n".join(f"- {line}" for line in lines) or "none")
        },
    )


@dg.definitions
def scoring() -> dg.Definitions:
    """The step that scores, with the checks of objectives that are declared when this is loaded."""
    objectives = checked_objectives(sound_objectives(okra_settings.load()))
    names = check_names(objectives)

    @dg.multi_asset(
        name="score",
        description="Scores every objective and stores the scores in the warehouse",
        specs=specs(),
        check_specs=[
            dg.AssetCheckSpec(
                "every_definition_is_sound",
                asset=SCORES,
                description="Each OKR file has a number, a deadline and a KPI that exists",
            ),
            *check_specs(objectives, OBJECTIVES),
        ],
        pool="warehouse",
    )
    def score(context: dg.AssetExecutionContext, day: DayResource) -> Iterator[Any]:
        played = day.read()
        with warehouse_lock(played.settings):
            report = write_scores(played, context.run.run_id)
        for fault in played.faults:
            context.log.error(str(fault))
        language = Language(played.settings.locale, played.settings.fiscal_year)
        shown = {
            "okr/key_result_scores": report.rows_of_key_results,
            "okr/objective_scores": len(report.scorecard.objectives),
            "okr/key_result_courses": report.points_of_courses,
        }
        with stored_together(context):
            for table in specs():
                metadata: dict[str, Any] = {
                    "as of": played.as_of.isoformat(),
                    "run id": played.run_id,
                }
                name = table.key.to_user_string()
                if name in shown:
                    metadata["rows"] = shown[name]
                if table.key == SCORES:
                    preview = scorecard_preview(report.scorecard, language)
                    metadata["scorecard"] = dg.MetadataValue.md(preview)
                yield dg.MaterializeResult(asset_key=table.key, metadata=metadata)
            yield faults_check(played.faults)
            yield from check_results(names, report.scorecard, OBJECTIVES, language)

    return dg.Definitions(assets=[score])
