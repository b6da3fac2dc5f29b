"""The metadata that Dagster's UI shows: keys, columns, rows, windows, previews, sparklines."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
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
from pipelines.okr.scoring.scorecard import Scorecard
from pipelines.publishing.digest.renderings import literal
from pipelines.publishing.language.language import Language
from pipelines.publishing.language.sparklines import sparkline
from pipelines.settings import Settings
from pipelines.steps.pull import days_between
from pipelines.tables.table import Table

PREVIEW_ROWS = 5
PREVIEW_KEY_RESULTS = 250
"""Key results in the preview of a scorecard: Dagster keeps it with each run."""


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
    reports: Sequence[StreamReport], settings: Settings, instance: dg.DagsterInstance
) -> list[dg.AssetMaterialization]:
    """An event for each day that a pull of a stream committed, and for each committed day unknown to Dagster.

    The latter were committed by a run that was killed before it logged its events. `reports`: one an account; a day of
    which not every account has a window is none yet.
    """
    source, stream = reports[0].source.partition("@")[0], reports[0].stream
    key = raw_key(source, stream.name)
    lake = open_lake(settings)
    accounts = {
        x.instance: lake.manifests(x.instance, stream.name)
        for x in settings.sources_by_name.get(source, ())
        if any(own.name == stream.name for own in x.streams)
    } or {report.source: lake.manifests(report.source, stream.name) for report in reports}
    known = instance.get_materialized_partitions(key)
    pulled = {manifest.window for report in reports for manifest in report.committed}
    by_day: dict[date, dict[str, Manifest]] = {}
    for account, manifests in accounts.items():
        for manifest in manifests.values():
            for day in days_of(manifest, stream):
                if day < settings.start_date:
                    continue  # no partition: its source begins earlier
                if manifest.window in pulled or day.isoformat() not in known:
                    by_day.setdefault(day, {})[account] = manifest
    days = {day: own for day, own in by_day.items() if len(own) == len(accounts)}
    newest = max(days, default=None)
    return [
        dg.AssetMaterialization(
            key,
            partition=day.isoformat(),
            metadata=window_metadata(own)
            | (stream_summary(reports, lake, accounts) if day == newest else {}),
        )
        for day, own in sorted(days.items())
    ]


def days_of(manifest: Manifest, stream: Stream) -> list[date]:
    """The daily partitions that a window covers."""
    end = next_window(manifest.window, stream.window) - date.resolution
    return days_between(manifest.window, min(end, manifest.data_through))


def window_metadata(manifests: Mapping[str, Manifest]) -> dict[str, dg.MetadataValue]:
    """The figures of the windows of one day, which are given by account."""
    own = manifests.values()
    return {
        "rows": dg.MetadataValue.int(sum(x.rows for x in own)),
        "settled": dg.MetadataValue.bool(all(x.settled for x in own)),
        "pulled at": dg.MetadataValue.timestamp(max(x.pulled_at for x in own)),
    } | {
        name: dg.MetadataValue.text(text)
        for name, text in (
            ("trust", by_account({name: ", ".join(x.flags) for name, x in manifests.items()})),
            ("findings", by_account({name: findings_of(x) for name, x in manifests.items()})),
        )
        if text
    }


def findings_of(manifest: Manifest) -> str:
    """The findings of a window, one a line."""
    return "\n".join(f"{finding.message} ({finding.rows} rows)" for finding in manifest.findings)


def by_account(texts: Mapping[str, str]) -> str:
    """What there is to say of each account, after its name where it has one."""
    return "\n".join(
        f"{name}: {text}" if "@" in name else text for name, text in texts.items() if text
    )


def stream_summary(
    reports: Sequence[StreamReport], lake: Lake, accounts: Mapping[str, Mapping[date, Manifest]]
) -> dict[str, dg.MetadataValue]:
    """A summary of the whole stream, shown on its newest partition."""
    rows: Counter[date] = Counter()
    for manifests in accounts.values():
        rows.update({window: manifest.rows for window, manifest in manifests.items()})
    committed = accounts.get(reports[0].source) or next(filter(None, accounts.values()))
    table = lake.rows(reports[0].stream, committed[max(committed)])
    return {
        "dagster/row_count": dg.MetadataValue.int(rows.total()),
        "windows": dg.MetadataValue.int(sum(map(len, accounts.values()))),
        "rows a window": dg.MetadataValue.md(
            f"`{sparkline([count for _, count in sorted(rows.items())][-60:])}`"
        ),
        "preview": dg.MetadataValue.md(preview(table)),
        "skipped": dg.MetadataValue.text(by_account({x.source: skipped(x) for x in reports})),
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


def scorecard_preview(scorecard: Scorecard, language: Language) -> str:
    """The total row of each key result as a Markdown table, of the first ones where they are many."""
    lines = ["| key result | score | pace | odds | status |", "|---|---|---|---|---|"]
    headlines = [row for row in scorecard.key_results if row.is_headline]
    for row in headlines[:PREVIEW_KEY_RESULTS]:
        score, pace = language.score_and_pace(row.score, row.expected)
        odds, status = language.odds_of(asdict(row)), language.status(row.status)
        lines.append(f"| {literal(row.name)} | {score} | {pace} | {odds} | {status} |")
    if len(headlines) > PREVIEW_KEY_RESULTS:
        lines.append(f"\n{len(headlines) - PREVIEW_KEY_RESULTS:,} more are in the table.")
    return "\n".join(lines)


def column_schema(table: Table) -> dict[str, dg.TableSchema]:
    """The columns of a table as the UI shows them."""
    shown = [
        dg.TableColumn(name, column.type, description=column.comment)
        for name, column in table.columns.items()
    ]
    return {"dagster/column_schema": dg.TableSchema(shown)}
