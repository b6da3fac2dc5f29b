"""Checks on the raw streams: whether windows come in time, and whether they are as large as usual."""

import dagster as dg

from pipelines import settings as okra_settings
from pipelines.orchestration.ui_metadata import raw_key
from pipelines.steps.window_sizes import MAX_SHARE, MIN_SHARE, unusual_windows

DEADLINE = "0 9 * * *"
"""Yesterday's window of each stream is there by nine in the morning, or the stream is late."""


@dg.asset_check(
    asset=dg.AssetKey(["reporting", "windows"]),
    name="newest_windows_are_as_large_as_usual",
    description="Rows of each stream's newest window beside the median of the same weekday in eight weeks",
    pool="warehouse",
)
def window_sizes() -> dg.AssetCheckResult:
    unusual = unusual_windows(okra_settings.load().warehouse_path)
    return dg.AssetCheckResult(
        passed=not unusual,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "unusual": dg.MetadataValue.md(
                "\n".join(f"- {window}" for window in unusual) or "none"
            ),
            "least share of the usual": float(MIN_SHARE),
            "most share of the usual": float(MAX_SHARE),
        },
    )


@dg.definitions
def checks() -> dg.Definitions:
    """A freshness check a stream, and the sensor that evaluates them."""
    settings = okra_settings.load()
    streams = [
        raw_key(source.name, stream.name)
        for source in settings.active.values()
        for stream in source.streams
    ]
    freshness = dg.build_time_partition_freshness_checks(
        assets=streams, deadline_cron=DEADLINE, timezone=settings.timezone
    )
    sensor = dg.build_sensor_for_freshness_checks(
        freshness_checks=freshness, default_status=dg.DefaultSensorStatus.RUNNING
    )
    return dg.Definitions(asset_checks=[*freshness, window_sizes], sensors=[sensor])
