"""Compaction: the small files of a month become one.

A stream that is pulled day by day gets a file a day. Reading costs by the file and not by the row, so the windows of
a month move into one file. Their manifests stay as they are, but for the place of their rows.

A month at rest is rewritten as soon as it has two files, or rows that are left behind in one. A month is at rest when
a later one is committed and each of its windows has settled or was not pulled for a day. A month at work is rewritten
once it has `FILES_AT_WORK` files, so that windows that are restated each day do not rewrite it each day.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta

import pyarrow as pa

from connectors.lake.data_files import (
    LARGE_BYTES,
    Columns,
    columns_of,
    decoded,
    encoded,
    is_same,
    rows_of_window,
    shared_table,
)
from connectors.lake.manifest import Manifest
from connectors.lake.month import Month, is_shared

FILES_AT_WORK = 8
AT_REST_AFTER = timedelta(days=1)
MAX_FILES = 4_000
"""Files that one run moves. A lake of before is compacted over some days, and not in the first run."""

ReadRows = Callable[[Manifest], pa.Table]


class NotTheSame(Exception):
    """Rows that were moved read otherwise than before."""


def months_to_compact(months: Mapping[date, Month]) -> Iterator[date]:
    """Of the months of one stream, those that are to be rewritten, or have no document yet."""
    newest = max(months, default=None)
    last_pull = max(
        (x.pulled_at for m in months.values() for x in m.windows.values()), default=None
    )
    for first, month in months.items():
        if last_pull is None:
            return
        at_rest = first != newest and is_at_rest(month, last_pull)
        if not month.has_document or is_scattered(month, at_rest=at_rest):
            yield first


def is_at_rest(month: Month, last_pull: datetime) -> bool:
    """Whether no window of the month is expected to be replaced soon."""
    return all(
        manifest.settled or manifest.pulled_at <= last_pull - AT_REST_AFTER
        for manifest in month.windows.values()
    )


def is_scattered(month: Month, *, at_rest: bool) -> bool:
    """Whether the small windows of the month are in more files than they should be."""
    small = small_windows(month)
    files = {place for manifest in small.values() for place in manifest.files}
    # windows of other columns cannot share a file
    surplus = len(files) - len({manifest.schema_hash for manifest in small.values()})
    if not at_rest:
        return surplus >= FILES_AT_WORK
    return surplus > 0 or any(is_shared(x) and month.left_behind(x) for x in files)


def small_windows(month: Month) -> dict[date, Manifest]:
    """The windows that share a file, or should."""
    return {
        window: manifest
        for window, manifest in month.windows.items()
        if manifest.files and manifest.bytes < LARGE_BYTES
    }


def shared_contents(month: Month, rows: ReadRows) -> Iterator[tuple[list[date], str, bytes]]:
    """The files that the small windows of a month come to: their windows, digest and bytes.

    `rows` reads a window. Raises `NotTheSame` where a file would not give the rows back as they were.
    """
    by_columns: dict[tuple[str, Columns], dict[date, pa.Table]] = {}
    for window, manifest in small_windows(month).items():
        table = rows(manifest)
        by_columns.setdefault((manifest.schema_hash, columns_of(table)), {})[window] = table
    for tables in by_columns.values():
        digest, content = encoded(shared_table(tables))
        written = decoded(content)
        for window, table in tables.items():
            if not is_same(table, rows_of_window(written, window)):
                raise NotTheSame(f"{window} reads otherwise in a file of the month")
        yield [*tables], digest, content
