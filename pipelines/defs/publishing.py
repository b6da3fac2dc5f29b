"""The published file, the scorecard and the digest."""

from collections.abc import Iterator
from itertools import islice

import dagster as dg

from pipelines.file_modes import close, readable_by, share
from pipelines.history.check_ins import CHECK_INS
from pipelines.history.predictions import CALIBRATION, PREDICTIONS
from pipelines.history.restatements import RESTATEMENTS
from pipelines.history.versions import VERSIONED_TABLES
from pipelines.orchestration import ownership
from pipelines.orchestration.day import DayResource
from pipelines.orchestration.event_log import stored_together
from pipelines.orchestration.kpi_events import kpi_events
from pipelines.orchestration.run_records import remove_old_runs
from pipelines.publishing.board.writing import write_board
from pipelines.publishing.digest.renderings import literal
from pipelines.publishing.language.language import Language
from pipelines.publishing.published import PublishedScorecard, in_tree_order, read_scorecard
from pipelines.publishing.scorecard.writing import write_scorecard
from pipelines.steps.digest import send_due
from pipelines.steps.publish import publish_report
from pipelines.tables.factors import KPI_FACTORS
from pipelines.tables.findings import FINDINGS
from pipelines.tables.leads import LEADS
from pipelines.tables.locks import warehouse_lock
from pipelines.tables.measures import MEASURES
from pipelines.tables.scores import KEY_RESULT_COURSES, KEY_RESULT_LEVERS, TABLES
from pipelines.tables.targets import TARGETS
from pipelines.warehouse.core_models import PUBLISHED
from pipelines.warehouse.project import project_of

MAX_OBJECTIVES = 250
"""Objectives that the record of a run tells of; the scorecard has all."""


@dg.asset(
    key=ownership.PUBLISHED,
    description="okra.duckdb and the same tables as Parquet, for anyone to read at any time",
    group_name="published",
    kinds={"duckdb", "parquet"},
    deps=[
        # not the rosters: without one, the rest is published all the same
        *(dg.AssetKey(["reporting", name]) for name in PUBLISHED),
        *(
            dg.AssetKey(["okr", table.name])
            for table in (*TABLES, KPI_FACTORS, RESTATEMENTS, FINDINGS)
        ),
        *(
            dg.AssetKey(["okr", table.name])
            for table in (
                PREDICTIONS,
                CALIBRATION,
                CHECK_INS,
                KEY_RESULT_LEVERS,
                KEY_RESULT_COURSES,
                MEASURES,
                LEADS,
                TARGETS,
            )
        ),
        *(dg.AssetKey(["okr", table.name]) for table in VERSIONED_TABLES),
    ],
    pool="warehouse",
)
def published(context: dg.AssetExecutionContext, day: DayResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
    played = day.read()
    settings = played.settings
    with warehouse_lock(settings), readable_by(settings.readers):
        tables = publish_report(played)
    close(settings.private_paths)
    share(settings.published_paths, settings.home_path, settings.readers)
    lines = [
        "| table | rows |",
        "|---|---|",
        *(f"| {table.name} | {table.rows} |" for table in tables),
    ]
    return dg.MaterializeResult(
        metadata={
            "file": dg.MetadataValue.path(str(settings.published_path)),
            "tables": dg.MetadataValue.md("\n".join(lines)),
        }
    )


@dg.asset(
    key=dg.AssetKey(["published", "scorecard"]),
    description="scorecard.html, which shows the objectives in a browser, board.html for print, and a page for each "
    "KPI and each owner",
    group_name="published",
    kinds={"html"},
    deps=[published],
)
def scorecard(context: dg.AssetExecutionContext, day: DayResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
    played = day.read()
    settings = played.settings
    language = Language(settings.locale, settings.fiscal_year)
    models = project_of(settings, played.declared).composition.kpi_models
    path, as_of = settings.published_path, played.as_of
    with readable_by(settings.readers):
        written = write_scorecard(
            path, settings.scorecard_path, as_of, language, models, settings.owners_path
        )
        write_board(path, settings.board_path, language, as_of)
    with stored_together(context):
        for event in kpi_events(settings, language, context.instance, context.run.run_id):
            context.log_event(event)
    lines = [
        "| objective | score | pace | status |",
        "|---|---|---|---|",
        *islice(
            objective_lines(read_scorecard(settings.published_path, played.as_of), language),
            MAX_OBJECTIVES,
        ),
    ]
    return dg.MaterializeResult(
        metadata={
            # a browser does not open local files from a web page, so the UI shows the path and a table
            "file": dg.MetadataValue.path(str(written.scorecard)),
            "objectives": dg.MetadataValue.md("\n".join(lines)),
            "bytes": written.size,
            "pages of KPIs": written.kpis,
            "pages of owners": len(written.owners),
        }
    )


def objective_lines(card: PublishedScorecard, language: Language) -> Iterator[str]:
    """A line of a Markdown table for each objective, indented by its depth in the tree."""
    for depth, row in in_tree_order(card.objectives):
        cells = (
            "– " * depth + literal(row["name"]),
            *language.score_and_pace(row["score"], row["expected"]),
            language.status(row["status"]),
        )
        yield f"| {' | '.join(cells)} |"


DIGEST = dg.AssetKey(["published", "digest"])
DIGEST_CHECK = "the_digest_arrives"


@dg.asset(
    key=DIGEST,
    description="The message that summarizes the objectives: weekly, and when a status has changed",
    group_name="published",
    kinds={"python"},
    deps=[published, scorecard],
    check_specs=[
        dg.AssetCheckSpec(
            DIGEST_CHECK,
            asset=DIGEST,
            description="Every channel of OKRA_DIGEST accepted its message",
        )
    ],
)
def digest(context: dg.AssetExecutionContext, day: DayResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
    played = day.read()
    # a past day is no news
    sent = send_due(played.settings, played.as_of) if played.is_today else []
    failed = [f"{row.channel}: {row.message}" for row in sent if row.outcome == "failed"]
    for line in failed:
        context.log.warning(line)
    # at the end of each report, so that the records do not grow for ever
    remove_old_runs(played.settings, context.instance)
    return dg.MaterializeResult(
        metadata={
            "sent": ", ".join(f"{row.channel} ({row.reason})" for row in sent) or "nothing was due"
        },
        check_results=[
            dg.AssetCheckResult(
                check_name=DIGEST_CHECK,
                passed=not failed,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"failed": "\n".join(failed) or "none"},
            )
        ],
    )
