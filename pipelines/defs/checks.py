"""Freshness: yesterday's window of each stream is there by nine in the morning, or the stream is late."""

import dagster as dg

from pipelines import settings as okra_settings
from pipelines.lineage import raw_key

DEADLINE = "0 9 * * *"


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
    return dg.Definitions(asset_checks=freshness, sensors=[sensor])
