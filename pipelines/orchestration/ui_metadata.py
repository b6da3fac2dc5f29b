"""The metadata that Dagster's UI shows: keys, columns, rows, windows, previews, sparklines."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import dagster as dg
import pyarrow as pa

from connectors.lake.lake import Lake
from connectors.lake.manifest import Manifest
from connectors.sdk.catalog import file_of
from connectors.sdk.contract import Source, Stream, next_window
from connectors.sdk.engine import StreamReport
from connectors.sdk.rules import rules_of
from pipelines.inputs.lake import open_lake
from pipelines.okr.kpi.facts import TOTAL
from pipelines.okr.scoring.scorecard import Scorecard
from pipelines.publishing.wording import sparkline
from pipelines.settings import Settings
from pipelines.steps.pull import days_between
from pipelines.tables.table import Table

PREVIEW_ROWS = 5


def raw_key(source: str, stream: str) -> dg.AssetKey:
    """The asset key of a stream; the dbt sources use the same key."""
    return dg.AssetKey([f"raw_{source}", stream])


def stream_metadata(source: Source, stream: Stream) -> Mapping[str, Any]:
    """The metadata of a stream that is known before it is pulled."""
    columns = [
        dg.TableColumn(
            field.name,
            str(field.type),
            description=(field.metadata or {}).get(b"description", b"").decode(),
            constraints=dg.TableColumnConstraints(field.nullable, other=rules_of(field)),
        )
        for field in stream.schema
    ]
    return {
        "dagster/column_schema": dg.MetadataValue.table_schema(dg.TableSchema(columns)),
        "key": dg.MetadataValue.text(", ".join(stream.key)),
        "cursor": dg.MetadataValue.text(stream.cursor),
        "restated by default for": dg.MetadataValue.text(str(stream.restates_for)),
        "source": dg.MetadataValue.text(source.title),
        "dagster/code_references": dg.CodeReferencesMetadataValue(
            code_references=[dg.LocalFileCodeReference(file_path=str(file_of(source)))]
        ),
    }


def materializations(
    report: StreamReport, settings: Settings, instance: dg.DagsterInstance
) -> list[dg.AssetMaterialization]:
    """An event for each day that this pull committed, and for each committed day that Dagster does not know of.

    The latter were committed by a run that was killed before it logged its events.
    """
    key = raw_key(report.source, report.stream.name)
    lake = open_lake(settings)
    committed = lake.manifests(report.source, report.stream.name)
    known = instance.get_materialized_partitions(key)
    pulled = {manifest.window for manifest in report.committed}
    days = {
        day: manifest
        for manifest in committed.values()
        for day in days_of(manifest, report.stream)
        if manifest.window in pulled or day.isoformat() not in known
    }
    newest = max(days, default=None)
    return [
        dg.AssetMaterialization(
            key,
            partition=day.isoformat(),
            metadata=window_metadata(manifest)
            | (stream_summary(report, lake, committed) if day == newest else {}),
        )
        for day, manifest in sorted(days.items())
    ]


def days_of(manifest: Manifest, stream: Stream) -> list[date]:
    """The daily partitions that a window covers."""
    end = next_window(manifest.window, stream.window) - date.resolution
    return days_between(manifest.window, min(end, manifest.data_through))


def window_metadata(manifest: Manifest) -> dict[str, dg.MetadataValue]:
    """The figures of one window."""
    return {
        "rows": dg.MetadataValue.int(manifest.rows),
        "settled": dg.MetadataValue.bool(manifest.settled),
        "pulled at": dg.MetadataValue.timestamp(manifest.pulled_at),
    } | {
        name: dg.MetadataValue.text(text)
        for name, text in (
            ("trust", ", ".join(manifest.flags)),
            (
                "findings",
                "\n".join(
                    f"{finding.message} ({finding.rows} rows)" for finding in manifest.findings
                ),
            ),
        )
        if text
    }


def stream_summary(
    report: StreamReport, lake: Lake, committed: Mapping[date, Manifest]
) -> dict[str, dg.MetadataValue]:
    """A summary of the whole stream, shown on its newest partition."""
    newest = max(committed)
    table = lake.rows(report.stream, committed[newest])
    return {
        "dagster/row_count": dg.MetadataValue.int(sum(m.rows for m in committed.values())),
        "windows": dg.MetadataValue.int(len(committed)),
        "rows a window": dg.MetadataValue.md(
            f"`{sparkline([m.rows for _, m in sorted(committed.items())][-60:])}`"
        ),
        "preview": dg.MetadataValue.md(preview(table)),
        "skipped": dg.MetadataValue.text(skipped(report)),
    }


def skipped(report: StreamReport) -> str:
    """How many windows were skipped, and why."""
    return ", ".join(f"{count} {reason}" for reason, count in sorted(report.skipped.items())) or "0"


def preview(table: pa.Table) -> str:
    """The first rows as a Markdown table."""
    names = table.column_names
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    for row in table.slice(0, PREVIEW_ROWS).to_pylist():
        cells = (str(value).replace("|", "\\|") for value in row.values())
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def scorecard_preview(scorecard: Scorecard) -> str:
    """The total row of each key result as a Markdown table."""
    lines = ["| key result | score | expected | status | why |", "|---|---|---|---|---|"]
    for row in scorecard.key_results:
        if row.window == row.member == TOTAL:
            shares = " | ".join("" if s is None else f"{s:.2f}" for s in (row.score, row.expected))
            lines.append(f"| {row.key_result_id} | {shares} | {row.status} | {row.why} |")
    return "\n".join(lines)


def column_schema(table: Table) -> dict[str, dg.TableSchema]:
    """The columns of a table as the UI shows them."""
    shown = [
        dg.TableColumn(name, column.type, description=column.comment)
        for name, column in table.columns.items()
    ]
    return {"dagster/column_schema": dg.TableSchema(shown)}
