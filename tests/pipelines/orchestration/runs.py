"""Small Dagster runs on a real instance, for tests of what is recorded of them."""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import yaml

DAYS = dg.DailyPartitionsDefinition("2026-11-01", end_date="2026-11-20")
PULLED = dg.AssetKey("pulled")
MODELLED = dg.AssetKey("modelled")


@dg.asset(key=PULLED, partitions_def=DAYS)
def pulled(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]
    return dg.MaterializeResult(metadata={"rows": 7})


@dg.asset(key=MODELLED, check_specs=[dg.AssetCheckSpec("sums", asset=MODELLED)])
def modelled(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]
    sys.stdout.write("a line for the step's log\n")
    return dg.MaterializeResult(check_results=[dg.AssetCheckResult(check_name="sums", passed=True)])


DEFINITIONS = dg.Definitions(
    assets=[pulled, modelled],
    jobs=[
        dg.define_asset_job("pull", dg.AssetSelection.assets(pulled)),
        dg.define_asset_job("model", dg.AssetSelection.assets(modelled)),
    ],
)


def instance_at(folder: Path, **storage: Any) -> dg.DagsterInstance:
    """An instance with its files in `folder`, and the storage that part of a dagster.yaml describes."""
    base = {"config": {"base_dir": str(folder)}}
    logs = {"module": "pipelines.orchestration.compute_logs", "class": "TeeComputeLogManager"}
    home = folder / "home"
    home.mkdir(parents=True)
    configuration: Mapping[str, Any] = {
        "compute_logs": {**logs, **base},
        "telemetry": {"enabled": False},
        **storage,
    }
    (home / "dagster.yaml").write_text(yaml.safe_dump(configuration))
    return dg.DagsterInstance.from_config(str(home))


def on_sqlite(folder: Path) -> dg.DagsterInstance:
    """An instance with the storages of our dagster.yaml."""
    base = {"config": {"base_dir": str(folder)}}
    events = {"module": "pipelines.orchestration.event_log", "class": "BatchingEventLogStorage"}
    runs = {"module": "dagster._core.storage.runs", "class": "SqliteRunStorage"}
    schedules = {"module": "dagster._core.storage.schedules", "class": "SqliteScheduleStorage"}
    return instance_at(
        folder,
        run_storage={**runs, **base},
        event_log_storage={**events, **base},
        schedule_storage={**schedules, **base},
    )


def run(instance: dg.DagsterInstance, job: str, day: str | None = None) -> str:
    """Run a job, and return the run's id."""
    resolved = DEFINITIONS.resolve_job_def(job)
    config = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    result = resolved.execute_in_process(run_config=config, instance=instance, partition_key=day)
    assert result.success
    return result.run_id


def now() -> datetime:
    """The present, between two runs."""
    return datetime.now(UTC)
