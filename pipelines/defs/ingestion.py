"""Pulls raw metrics into the lake: one asset per stream, one step per source."""

from collections.abc import Iterator

import dagster as dg
from pydantic import Field

from connectors.lake.store import LakeError
from connectors.sdk.contract import Source
from connectors.sdk.engine import StreamReport
from connectors.sdk.errors import ConnectorBug
from connectors.sdk.windows import Range
from pipelines import settings as okra_settings
from pipelines.orchestration.event_log import log_materializations
from pipelines.orchestration.progress import progress_of_run
from pipelines.orchestration.ui_metadata import materializations, raw_key, skipped, stream_metadata
from pipelines.settings import Settings
from pipelines.steps.pull import due, pull_source


class PullConfig(dg.Config):
    """Which windows a pull asks for."""

    mode: str = Field(
        "again",
        pattern="^(due|missing|again)$",
        description=(
            "due: every window up to yesterday that is missing or may have changed, in any partition; "
            "missing: the same, only in the run's partitions; again: all windows of the run's partitions"
        ),
    )


def partitions(settings: Settings) -> dg.DailyPartitionsDefinition:
    """One partition per day, in the business zone. Today is included, because snapshots can only be pulled today."""
    return dg.DailyPartitionsDefinition(
        start_date=settings.start_date.isoformat(), timezone=settings.timezone, end_offset=1
    )


def specs(source: Source, settings: Settings) -> list[dg.AssetSpec]:
    """The assets of one source."""
    return [
        dg.AssetSpec(
            raw_key(source.name, stream.name),
            description=stream.description,
            group_name=source.name,
            kinds={"parquet", "python"},
            partitions_def=partitions(settings),
            skippable=True,
            metadata=stream_metadata(source, stream),
        )
        for stream in source.streams
    ]


def pull_step(source: Source, settings: Settings) -> dg.AssetsDefinition:
    """The step that pulls `source`. It opens the source only when it runs."""

    @dg.multi_asset(
        name=f"pull_{source.name}",
        description=f"Pulls {source.title} into the raw lake",
        specs=specs(source, settings),
        can_subset=True,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def pull(context: dg.AssetExecutionContext, config: PullConfig) -> Iterator[dg.Output[None]]:
        current = okra_settings.load()
        days = due(current) if config.mode == "due" else range_of(context, config.mode)
        try:
            reports = pull_source(
                current,
                source,
                days,
                run_id=context.run_id,
                only=[key.path[-1] for key in context.selected_asset_keys],
                progress=progress_of_run(context.run_id),
            )
        except LakeError as error:
            raise dg.Failure(description=str(error), allow_retries=False) from None
        for report in reports:
            log_materializations(context, materializations(report, current, context.instance))
            context.log.info(summary(report))
            if isinstance(report.error, ConnectorBug):
                context.log.error(report.error.trace)
        # streams that failed for the same reason name it once
        errors = list(dict.fromkeys(str(report.error) for report in reports if report.error))
        if errors:
            raise dg.Failure(
                description=f"{source.title}: " + "; ".join(errors), allow_retries=False
            )
        yield from ()  # the windows' materializations are logged above, in one batch

    return pull


def range_of(context: dg.AssetExecutionContext, mode: str) -> Range:
    """The days of the run's partitions."""
    window = context.partition_time_window
    zone = window.start.tzinfo
    last = window.end.astimezone(zone).date()
    return Range(
        window.start.date(), last.fromordinal(last.toordinal() - 1), repull=mode == "again"
    )


def summary(report: StreamReport) -> str:
    """One line for the run's log."""
    return (
        f"{report.source}.{report.stream.name}: {len(report.committed)} windows, {report.rows} rows; "
        f"skipped: {skipped(report)}"
    )


@dg.definitions
def ingestion() -> dg.Definitions:
    """The pull steps of the active sources and the job that runs them."""
    settings = okra_settings.load()
    steps = [pull_step(source, settings) for source in settings.instances.values()]
    job = dg.define_asset_job(
        "ingest",
        selection=dg.AssetSelection.assets(*steps) if steps else [],
        description="Pulls raw metrics into the lake",
    )
    return dg.Definitions(assets=steps, jobs=[job])
