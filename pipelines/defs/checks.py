"""Checks on the raw streams: whether windows are pulled in time, and whether they have a usual number of rows."""

import dagster as dg

from pipelines import settings as okra_settings
from pipelines.orchestration.ownership import DEADLINE
from pipelines.orchestration.ui_metadata import raw_key
from pipelines.steps.window_sizes import MAX_SHARE, MIN_SHARE, unusual_windows


@dg.asset_check(
    asset=dg.AssetKey(["reporting", "windows"]),
    name="newest_windows_are_as_large_as_usual",
    description="Compares the rows of each stream's newest window with the median of its weekday over eight weeks",
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
            "minimum share of the median": float(MIN_SHARE),
            "maximum share of the median": float(MAX_SHARE),
        },
    )


@dg.definitions
def checks() -> dg.Definitions:
    """One freshness check per stream, and the sensor that evaluates them.

    A stream is late when yesterday's window is not there by the deadline.
    """
    settings = okra_settings.load()
    streams = [
        raw_key(name, stream.name)
        for name, streams in settings.streams_by_source.items()
        for stream in streams
    ]
    freshness = dg.build_time_partition_freshness_checks(
        assets=streams, deadline_cron=DEADLINE, timezone=settings.timezone
    )
    sensor = dg.build_sensor_for_freshness_checks(
        freshness_checks=freshness, default_status=dg.DefaultSensorStatus.RUNNING
    )
    return dg.Definitions(asset_checks=[*freshness, window_sizes], sensors=[sensor])
