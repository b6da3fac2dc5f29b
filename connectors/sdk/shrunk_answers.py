"""Answers with so few rows that the table is probably being loaded at this moment, as by a nightly job.

A table that is emptied and filled again is empty for some minutes. Read then, it would turn all days into days without
rows, which are zero. So nothing is replaced, and the next run reads it again.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

import pyarrow as pa

from connectors.lake.manifest import Manifest
from connectors.sdk.contract import Slice
from connectors.sdk.errors import Unavailable

ENOUGH_ROWS = 20
"""Kept rows from which it is no accident that they are gone. A table of fewer may be emptied by hand."""
ENOUGH_WINDOWS = 3
"""Kept windows with rows, of a stream whose windows have a row or two."""
EARLIER_SNAPSHOTS = timedelta(days=31)


def first_of_kept(piece: Slice) -> date:
    """The first window that a slice is held against: of a snapshot, earlier ones say what there was."""
    return piece.first - EARLIER_SNAPSHOTS if piece.stream.snapshot else piece.first


def refuse_shrunk(
    instance: str, piece: Slice, committed: Mapping[date, Manifest], came: Iterable[pa.Table]
) -> None:
    """Raise `Unavailable` where a slice lost its rows since the last pull: all of them, or more than half where the
    stream is read whole.

    `committed` are the windows from `first_of_kept` on. A snapshot is held against the newest of them.
    """
    stream = piece.stream
    kept = [committed[window] for window in sorted(committed)]
    if stream.snapshot:
        kept = kept[-1:]
    rows = sum(table.num_rows for table in came)
    if not is_doubtful(kept, rows, is_whole=stream.reread):
        return
    raise Unavailable(
        f"{stream.name} had {sum(x.rows for x in kept):,} rows and gives {f'only {rows:,}' if rows else 'none'} now, "
        "as a table does that is being loaded: nothing is replaced",
        "the next run reads it again; if they are gone for good, "
        f"`okra backfill {instance} --from {piece.first} --to {piece.last_day}` takes what there is",
    )


def is_doubtful(kept: Sequence[Manifest], came: int, *, is_whole: bool) -> bool:
    """Whether so few rows came that those of `kept` are probably still there."""
    rows = sum(x.rows for x in kept)
    if is_whole:
        return rows >= ENOUGH_ROWS and came * 2 < rows
    return not came and (rows >= ENOUGH_ROWS or sum(x.rows > 0 for x in kept) >= ENOUGH_WINDOWS)
