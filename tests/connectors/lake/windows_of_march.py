"""Windows of March, committed one by one, and what a lake says of them after its months moved into files."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa

from connectors.lake.lake import Lake
from connectors.lake.manifest import Manifest
from tests.connectors.lake.test_lake import STREAM, manifest
from tests.object_store.places import Place, lake_in

FIRST = date(2026, 3, 1)
MARCH = [FIRST + timedelta(days=n) for n in range(31)]
APRIL = date(2026, 4, 1)
NOW = datetime(2026, 4, 2, 9, tzinfo=UTC)


def day(window: date, *, settled: bool = True, **other) -> Manifest:
    return manifest(window, settled=settled, **other)


def rows(window: date, *ids: str) -> pa.Table:
    return pa.table([list(ids), [window] * len(ids)], schema=STREAM.schema)


def fill(lake: Lake, windows: list[date]) -> None:
    """Commit windows one by one, as daily runs do."""
    for window in windows:
        lake.commit(day(window, rows=1), [rows(window, f"{window}")])


def compacted(place: Place) -> Lake:
    """Compact as another process would."""
    lake = lake_in(place)
    lake.compact(lake.survey())
    return lake


def data_files(lake: Lake) -> set[str]:
    """The data files that are named."""
    return {
        f"{x.stream}/{file}"
        for windows in lake.survey().manifests.values()
        for x in windows.values()
        for file in x.files
    }


def content(lake: Lake) -> dict[date, tuple[Manifest, list[str]]]:
    """All that a reader is told of the stream, but for the files."""
    return {
        window: (replace(x, files=()), lake.rows(STREAM, x).column("id").to_pylist())
        for window, x in lake.manifests("shop", "orders").items()
    }
