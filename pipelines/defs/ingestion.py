"""Pulls raw metrics into the lake: one asset per stream, one step per source, which pulls each of its accounts."""

from collections.abc import Iterable, Iterator

import dagster as dg
from pydantic import Field

from connectors.sdk.contract import Source
from connectors.sdk.engine import StreamReport
from connectors.sdk.errors import ConnectorBug
from connectors.sdk.windows import Range
from pipelines import settings as okra_settings
from pipelines.orchestration.event_log import log_materializations
from pipelines.orchestration.progress import progress_of_run
from pipelines.orchestration.structured_log import log_pull
from pipelines.orchestration.ui_metadata import materializations, raw_key, skipped, stream_metadata
from pipelines.settings import Settings
from pipelines.steps.pull import due, ended_by, pull_accounts


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
    accounts: list[str] = Field(
        default_factory=list,
        description="Only these accounts of the source, such as stripe@eu; all where none is named",
    )


def partitions(settings: Settings) -> dg.DailyPartitionsDefinition:
    """One partition per day, in the business zone. Today is included, because snapshots can only be pulled today."""
    return dg.DailyPartitionsDefinition(
        start_date=settings.start_date.isoformat(), timezone=settings.timezone, end_offset=1
    )


def specs(name: str, settings: Settings) -> list[dg.AssetSpec]:
    """The assets of one source: one a stream, whatever the number of accounts."""
    connector = settings.sources_by_name[name][0]
    return [
        dg.AssetSpec(
            raw_key(name, stream.name),
            description=stream.description,
            group_name=name,
            kinds={"parquet", "python"},
            partitions_def=partitions(settings),
            skippable=True,
            metadata=stream_metadata(connector, stream),
        )
        for stream in settings.streams_by_source[name]
    ]


def pull_step(name: str, settings: Settings) -> dg.AssetsDefinition:
    """The step that pulls the accounts of the source `name`. It opens them only when it runs."""

    @dg.multi_asset(
        name=f"pull_{name}",
        description=f"Pulls {', '.join(x.title for x in settings.sources_by_name[name])} into the raw lake",
        specs=specs(name, settings),
        can_subset=True,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def pull(context: dg.AssetExecutionContext, config: PullConfig) -> Iterator[dg.Output[None]]:
        current = okra_settings.load()
        accounts = [
            source
            for source in current.sources_by_name.get(name, ())
            if not config.accounts or source.instance in config.accounts
        ]
        days = due(current) if config.mode == "due" else range_of(context, config.mode)
        try:
            reports = pull_accounts(
                current,
                accounts,
                days,
                run_id=context.run.run_id,
                only={key.path[-1] for key in context.selected_asset_keys},
                progress=progress_of_run(context.run.run_id),
            )
        except Exception as error:
            # not its own text, which can hold a row or a secret
            fault = ended_by(error)
            if isinstance(fault, ConnectorBug):
                context.log.error(fault.trace)
            raise dg.Failure(description=str(fault), allow_retries=False) from None
        log_pull(context.run.run_id, reports)
        for of_stream in by_stream(reports):
            events = materializations(of_stream, current, context.instance)
            log_materializations(context, events)
        for report in reports:
            context.log.info(summary(report))
            if isinstance(report.error, ConnectorBug):
                context.log.error(report.error.trace)
        if failures := failures_of(accounts, reports):
            raise dg.Failure(
                description="; ".join(failures.values()), metadata=failures, allow_retries=False
            )
        yield from ()  # the windows' materializations are logged above, in one batch

    return pull


def by_stream(reports: Iterable[StreamReport]) -> list[list[StreamReport]]:
    """The reports of each stream together, one an account."""
    streams: dict[str, list[StreamReport]] = {}
    for report in reports:
        streams.setdefault(report.stream.name, []).append(report)
    return list(streams.values())


def failures_of(accounts: Iterable[Source], reports: Iterable[StreamReport]) -> dict[str, str]:
    """Why accounts failed, by instance. Streams that failed for the same reason name it once."""
    errors: dict[str, dict[str, None]] = {}
    for report in reports:
        if report.error:
            errors.setdefault(report.source, {})[str(report.error)] = None
    return {
        source.instance: f"{source.title}: " + "; ".join(errors[source.instance])
        for source in accounts
        if source.instance in errors
    }


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
    steps = [pull_step(name, settings) for name, own in settings.streams_by_source.items() if own]
    streams = dg.AssetSelection.assets(*steps) if steps else dg.AssetSelection.keys()
    job = dg.define_asset_job(
        "ingest",
        # the checks whether they are fresh have a sensor of their own
        selection=streams.without_checks(),
        description="Pulls raw metrics into the lake",
    )
    return dg.Definitions(assets=steps, jobs=[job])
