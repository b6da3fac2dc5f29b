"""The schedule that pulls the sources each morning, and the sensor that then starts the report.

Each run pulls every missing window, so the next run catches up on a day that was missed.
"""

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg

from pipelines import settings as okra_settings
from pipelines.orchestration.instance import CLI, STARTED_BY
from pipelines.orchestration.ui_metadata import raw_key
from pipelines.settings import Settings

_FINISHED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
_UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]
_BY_CLI = (STARTED_BY, CLI)
_PULL_JOBS = ("ingest", "__ASSET_JOB")
"""The jobs that pull: our own, and Dagster's implicit job for assets that are selected in the UI."""


def requests(settings: Settings) -> Iterator[dg.RunRequest]:
    """One run per source, so that a failing source does not stop the others."""
    today = settings.today()
    yesterday = (today - timedelta(days=1)).isoformat()
    for name, streams in settings.streams_by_source.items():
        if not streams:
            continue
        yield dg.RunRequest(
            run_key=f"{today.isoformat()}:{name}",
            partition_key=yesterday,
            asset_selection=[raw_key(name, stream.name) for stream in streams],
            run_config={"ops": {f"pull_{name}": {"config": {"mode": "due"}}}},
        )


def newest_pull(instance: dg.DagsterInstance) -> str | None:
    """The last finished run that pulled, started by the daemon or in the UI; None while any pull is unfinished."""
    if any(
        pulls(run)
        for job in _PULL_JOBS
        for run in instance.get_runs(dg.RunsFilter(job_name=job, statuses=_UNFINISHED))
    ):
        return None
    ended = [
        record
        for job in _PULL_JOBS
        for record in instance.get_run_records(
            dg.RunsFilter(job_name=job, statuses=_FINISHED), limit=20, order_by="update_timestamp"
        )
        if pulls(record.dagster_run) and _BY_CLI not in record.dagster_run.tags.items()
    ]
    newest = max(ended, key=lambda record: record.update_timestamp, default=None)
    return newest.dagster_run.run_id if newest else None


def pulls(run: dg.DagsterRun) -> bool:
    """Whether the run pulls any stream."""
    if run.job_name == "ingest":
        return True
    return any(key.path[0].startswith("raw_") for key in run.asset_selection or ())


@dg.definitions
def schedules() -> dg.Definitions:
    """The daily schedule and the report sensor, both on by default."""
    settings = okra_settings.load()

    @dg.schedule(
        job_name="ingest",
        cron_schedule="0 5 * * *",
        execution_timezone=settings.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Pulls every active source each morning",
    )
    def daily() -> list[dg.RunRequest]:
        return list(requests(okra_settings.load()))

    @dg.sensor(
        job_name="report",
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Starts the report once the pulls of a morning or a backfill have finished, even if some failed",
    )
    def report_when_ingested(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        newest = newest_pull(context.instance)
        if newest is None or newest == context.cursor:
            return dg.SensorResult(skip_reason="no pull has ended since the last report")
        return dg.SensorResult(run_requests=[dg.RunRequest(run_key=newest)], cursor=newest)

    return dg.Definitions(schedules=[daily], sensors=[report_when_ingested])
