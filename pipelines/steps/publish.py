"""The last step that writes tables: the published file."""

from collections.abc import Sequence
from importlib.metadata import version

from pipelines.inputs.day import Day
from pipelines.publishing.snapshot import PublishedTable, publish


def publish_report(day: Day) -> Sequence[PublishedTable]:
    """Replace the published file by what the warehouse holds now. To be called with the warehouse's lock."""
    settings = day.settings
    about = {
        "as_of": day.as_of,
        "run_id": day.run_id,
        "sample_company": settings.sample_company,
        "version": version("okra"),
    }
    return publish(
        settings.warehouse_path,
        settings.published_path,
        about,
        settings.storage_version,
        settings.history_path,
        settings.fiscal_year,
        csv=settings.csv,
    )
