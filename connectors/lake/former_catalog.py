"""The catalog of the run before is a second copy of the manifests.

No window is ever uncommitted, but for one whose rows are lost. So a window that the catalog has, and that is committed
no more, was in a document that was deleted or broken since. It is committed again where its files are as they were
written: its source may not give it any more.
"""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.lake.broken import UNREADABLE
from connectors.lake.damage import damage_of
from connectors.lake.lake import Lake
from connectors.lake.manifest import Finding, Manifest, read_finding
from connectors.lake.month import month_of
from connectors.lake.store import Store
from connectors.lake.survey import Survey

CATALOG = "windows.parquet"
CATALOG_FINDINGS = "findings.parquet"


class Window(NamedTuple):
    """A window as the catalog names it."""

    source: str
    account: str
    stream: str
    window: date

    @property
    def instance(self) -> str:
        """The source with its account, as manifests have it."""
        return f"{self.source}@{self.account}" if self.account else self.source


def commit_again(lake: Lake, survey: Survey) -> list[Manifest]:
    """Commit the windows of the former catalog that are committed no more, and add them to the survey."""
    try:
        gone = gone_windows(lake.store, survey.manifests)
        manifests = former_manifests(lake, gone) if gone else []
    except (*UNREADABLE, OSError):  # the catalog is damaged too
        return []
    by_month: dict[tuple[str, str, date], dict[date, Manifest]] = {}
    for manifest in manifests:
        folder = lake.folder(manifest.source, manifest.stream)
        if not any(damage_of(lake.store, f"{folder}/{place}") for place in manifest.files):
            month = (manifest.source, manifest.stream, month_of(manifest.window))
            by_month.setdefault(month, {})[manifest.window] = manifest
    for (source, stream, first), own in by_month.items():
        months = survey.months.setdefault((source, stream), {})
        months[first] = lake.commit_again(source, stream, first, own)
        survey.months[source, stream] = dict(sorted(months.items()))
    return [manifest for own in by_month.values() for manifest in own.values()]


def gone_windows(
    store: Store, committed: Mapping[tuple[str, str], Collection[date]]
) -> set[Window]:
    """The windows of the former catalog that are committed no more. `committed`: by source and stream.

    Raises one of `UNREADABLE` where the catalog is damaged.
    """
    document = store.get(CATALOG)
    if document is None:
        return set()
    table = pq.read_table(pa.BufferReader(document.content), columns=[*Window._fields])
    former = map(Window, *(table.column(name).to_pylist() for name in Window._fields))
    return {x for x in former if x.window not in committed.get((x.instance, x.stream), ())}


def former_manifests(lake: Lake, gone: set[Window]) -> list[Manifest]:
    """Their manifests, as the catalog has them."""
    findings: dict[Window, list[Finding]] = {}
    for row in rows_of(lake, CATALOG_FINDINGS):
        window = Window(*(row.pop(name) for name in Window._fields))
        day = row["day"] and row["day"].isoformat()
        findings.setdefault(window, []).append(read_finding(row | {"day": day}))
    manifests = []
    for row in rows_of(lake, CATALOG):
        window = Window(*(row[name] for name in Window._fields))
        if window in gone:
            del row["account"]
            folder = f"{window.instance}/{window.stream}/"
            row |= {
                "source": window.instance,
                "files": tuple(x.removeprefix(folder) for x in row["files"]),
                "flags": tuple(row["flags"]),
                "findings": tuple(findings.get(window, ())),
            }
            manifests.append(Manifest(**row))
    return manifests


def rows_of(lake: Lake, key: str) -> list[dict[str, Any]]:
    """The rows of a file of the catalog; none where it is missing."""
    document = lake.store.get(key)
    if document is None:
        return []
    rows: list[dict[str, Any]] = pq.read_table(pa.BufferReader(document.content)).to_pylist()
    return rows
