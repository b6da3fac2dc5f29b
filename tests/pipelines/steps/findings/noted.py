"""What is written into a lake and a warehouse for findings to be made of, and the findings that come of it."""

from datetime import UTC, date, datetime

import duckdb

from connectors.lake.catalog import write_catalog
from connectors.lake.lake import Lake
from connectors.lake.manifest import Finding, Manifest
from connectors.sdk import catalog
from pipelines.inputs.day import Day
from pipelines.settings import Settings
from pipelines.steps.findings import write_findings

AS_OF = date(2026, 11, 25)
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
NO_STATUS = Finding(
    what="not_allowed",
    message="orders: status `canceled` is not known; map it",
    rows=2,
    column="status",
    day=date(2026, 11, 3),
    examples=("row 4", "row 9"),
)


def commit(
    settings: Settings,
    day: date,
    *findings: Finding,
    stream: str = "orders",
    source: str = "sql_database",
) -> None:
    Lake(settings.lake_location).commit(
        Manifest(
            source=source,
            stream=stream,
            window=day,
            data_through=day,
            pulled_at=NOON,
            rows=0,
            bytes=0,
            checksum="",
            schema_hash="",
            settled=True,
            flags=(),
            connector_version="1",
            run_id="",
            files=(),
            findings=findings,
        ),
        [],
    )


def written(settings: Settings) -> list[dict[str, object]]:
    """The rows of the table, by the columns' names."""
    write_catalog(Lake(settings.lake_location), catalog.sources().values())
    write_findings(Day(settings, AS_OF))
    with duckdb.connect(str(settings.warehouse_path), read_only=True) as connection:
        cursor = connection.execute("from okr.findings order by what, place")
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
