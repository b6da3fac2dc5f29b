"""Holds the whole lake against its manifests: is every file there, as it was written, with the rows that were counted?

Nothing is written or moved: `okra repair` does that.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

from connectors.lake.broken import UNREADABLE
from connectors.lake.damage import given_up, is_whole
from connectors.lake.data_files import WINDOW_COLUMN, decoded
from connectors.lake.former_catalog import gone_windows
from connectors.lake.manifest import Manifest, read_attempt, read_schema
from connectors.lake.month import (
    DOCUMENT,
    Month,
    is_shared,
    key_of_month,
    of_single_manifest,
    of_single_manifests,
    read_month,
)
from connectors.lake.store import Document, Entry, Store
from connectors.lake.streams import DeclaredSource, next_window
from connectors.lake.survey import ATTEMPT, SCHEMA, stream_at

Seen = Callable[[int, int], object]
"""Told how many of how many files have been read."""


@dataclass(frozen=True)
class LakeFault:
    """Something that is not as the manifests say."""

    what: str
    """`broken_document`, `missing`, `damaged`, `wrong_count`, `lost_rows`, `uncommitted` or `gap`."""
    key: str
    """The file, or the stream's folder."""
    windows: tuple[date, ...] = ()
    """The windows concerned, oldest first; none where the document that names them cannot be read."""


@dataclass
class LakeReport:
    """What was read, and what was wrong."""

    files: int = 0
    bytes: int = 0
    windows: int = 0
    faults: list[LakeFault] = field(default_factory=list)


def verify(store: Store, sources: list[DeclaredSource], seen: Seen) -> LakeReport:
    """Read every file of the raw lake. `sources`: those whose streams may have no gap. Raises `LakeError`."""
    report = LakeReport()
    listed = store.list("raw")
    months = read_documents(store, listed, report)
    data = [
        (folder, month, place)
        for folder, own in months.items()
        for month in own
        for place in sorted(month.files)
    ]
    for number, (folder, month, place) in enumerate(data):
        seen(number, len(data))
        verify_file(store, folder, month, place, report)
    seen(len(data), len(data))
    committed = {
        stream_at(folder): sorted(x for month in own for x in month.windows)
        for folder, own in months.items()
    }
    report.windows = sum(map(len, committed.values()))
    for key, manifests in given_up(store):
        if lost := still_lost(manifests, committed):
            report.faults.append(LakeFault("lost_rows", key, lost))
    report.faults += uncommitted(store, committed, report)
    report.faults += gaps(sources, committed)
    return report


def uncommitted(
    store: Store, committed: dict[tuple[str, str], list[date]], report: LakeReport
) -> list[LakeFault]:
    """The documents of months that the last catalog knows, and that are gone. Those that are named already are not."""
    try:
        gone = gone_windows(store, committed)
    except UNREADABLE:  # each run makes it anew
        return []
    set_aside = {(x.source, x.stream, x.window) for _, own in given_up(store) for x in own}
    by_key: dict[str, list[date]] = {}
    for x in sorted(gone):
        if (x.instance, x.stream, x.window) not in set_aside:
            key = f"raw/{x.instance}/{x.stream}/month={x.window:%Y-%m}/{DOCUMENT}"
            by_key.setdefault(key, []).append(x.window)
    known = {fault.key for fault in report.faults}
    return [
        LakeFault("uncommitted", key, tuple(own)) for key, own in by_key.items() if key not in known
    ]


def read_documents(
    store: Store, listed: dict[str, Entry], report: LakeReport
) -> dict[str, list[Month]]:
    """The months by the folder of their stream. What cannot be read is in the report."""
    places = {key: place for key in listed if (place := key_of_month(key))}
    whole = {places[key] for key in places if key.endswith(f"/{DOCUMENT}")}
    small = {key: entry for key, entry in listed.items() if key.endswith((SCHEMA, ATTEMPT))}
    wanted = small | {
        key: listed[key]
        for key, place in places.items()
        if key.endswith(f"/{DOCUMENT}") or place not in whole
    }
    months: dict[str, list[Month]] = {}
    single: dict[tuple[str, str], list[Document]] = {}
    for key in wanted:
        document = store.get(key)  # not the copy of it in a cache
        if document is None:
            continue
        report.files += 1
        report.bytes += len(document.content)
        try:
            if key.endswith(SCHEMA):
                read_schema(document)
            elif key.endswith(ATTEMPT):
                read_attempt(document)
            elif key.endswith(f"/{DOCUMENT}"):
                months.setdefault(places[key][0], []).append(read_month(document))
            else:
                of_single_manifest(document)
                single.setdefault(places[key], []).append(document)
        except UNREADABLE:
            report.faults.append(LakeFault("broken_document", key))
    for (folder, _), documents in single.items():
        months.setdefault(folder, []).append(of_single_manifests(documents))
    return months


def verify_file(store: Store, folder: str, month: Month, place: str, report: LakeReport) -> None:
    """Read a data file and count the rows of its windows."""
    key = f"{folder}/{place}"
    own = {window: x for window, x in month.windows.items() if place in x.files}
    document = store.get(key)
    if document is None:
        report.faults.append(LakeFault("missing", key, tuple(own)))
        return
    report.files += 1
    report.bytes += len(document.content)
    try:
        if not is_whole(key, document.content):
            raise ValueError(key)
        counts = rows_by_window(document.content, place, own)
    except UNREADABLE:
        report.faults.append(LakeFault("damaged", key, tuple(own)))
        return
    wrong = [x for x, y in own.items() if y.files == (place,) and counts.get(x, 0) != y.rows]
    if wrong:
        report.faults.append(LakeFault("wrong_count", key, tuple(wrong)))


def rows_by_window(content: bytes, place: str, own: dict[date, Manifest]) -> dict[date, int]:
    """How many rows of each window a data file has."""
    rows = decoded(content)
    if not is_shared(place):
        return dict.fromkeys(own, rows.num_rows)
    counted = rows.column(WINDOW_COLUMN).value_counts().to_pylist()
    return {row["values"]: row["counts"] for row in counted}


def still_lost(
    manifests: list[Manifest], committed: dict[tuple[str, str], list[date]]
) -> tuple[date, ...]:
    """Those of the windows whose files were given up that were not pulled again since."""
    return tuple(
        sorted(
            x.window for x in manifests if x.window not in committed.get((x.source, x.stream), ())
        )
    )


def gaps(
    sources: list[DeclaredSource], committed: dict[tuple[str, str], list[date]]
) -> Iterator[LakeFault]:
    """The windows that are missing between the first and the last of a stream that can be asked for the past."""
    for source in sources:
        for stream in source.streams:
            windows = committed.get((source.instance, stream.name), [])
            if stream.snapshot or not windows:
                continue
            present, missing = {*windows}, []
            window = windows[0]
            while window < windows[-1]:
                if window not in present:
                    missing.append(window)
                window = next_window(window, stream.window)
            if missing:
                folder = f"raw/{source.instance}/{stream.name}"
                yield LakeFault("gap", folder, tuple(missing))
