"""What was moved to `broken/` is removed once the lake has all windows again that were in it."""

from collections.abc import Mapping
from datetime import date

from connectors.lake.broken import FOLDER, UNREADABLE, month_at, set_aside
from connectors.lake.damage import given_up
from connectors.lake.data_files import WINDOW_COLUMN, decoded
from connectors.lake.month import is_shared, key_of_month
from connectors.lake.store import Store
from connectors.lake.survey import Survey, stream_at
from connectors.lake.verifying import LakeFault

Committed = Mapping[tuple[str, str], Mapping[date, object]]


def remove_mended(store: Store, survey: Survey) -> list[LakeFault]:
    """Remove the broken files whose windows are all committed. Returns what is lost of the others."""
    committed = survey.manifests
    lost: list[LakeFault] = []
    for key, place in set_aside(store):
        windows = unclaimed(store, survey, key, committed) if key_of_month(key) else []
        if windows:
            lost.append(LakeFault("lost_rows", key, tuple(windows)))
        else:
            store.remove([place])
    for key, manifests in given_up(store):
        stream = stream_at(key)
        windows = sorted(x.window for x in manifests if x.window not in committed.get(stream, {}))
        if windows:
            lost.append(LakeFault("lost_rows", key, tuple(windows)))
        else:
            store.remove([x for x in store.list(FOLDER) if x.startswith(f"{FOLDER}/{key}.")])
    return lost


def unclaimed(store: Store, survey: Survey, key: str, committed: Committed) -> list[date]:
    """The windows of a broken document's month that have rows in the lake and are committed no more."""
    month = month_at(key)
    claimed = committed.get(stream_at(key), {})
    folder = f"{month[0]}/"
    windows: set[date] = set()
    for file in survey.files:
        if not file.startswith(folder) or month_at(file) != month or key_of_month(file):
            continue
        if is_shared(file.removeprefix(folder)):
            document = store.get(file)
            try:
                rows = decoded(document.content) if document else None
            except UNREADABLE:
                continue
            if rows is not None:
                windows |= {*rows.column(WINDOW_COLUMN).unique().to_pylist()}
        else:
            windows.add(date.fromisoformat(file.rpartition("/")[0].rpartition("=")[2]))
    return sorted(windows - claimed.keys())
