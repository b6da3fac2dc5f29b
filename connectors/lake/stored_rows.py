"""Reading the rows of a window from its files."""

import pyarrow as pa

from connectors.lake.damage import is_whole
from connectors.lake.data_files import decoded, rows_of_window
from connectors.lake.manifest import Manifest
from connectors.lake.month import is_shared
from connectors.lake.store import LostRows, Store


class StoredRows:
    """The rows of the windows in a store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._last_shared: tuple[str, pa.Table] | None = None
        """The shared file that was read last: the next window is often in the same one."""

    def parts(self, folder: str, manifest: Manifest) -> list[pa.Table]:
        """The rows in each file of a window. `folder`: that of the stream. Raises `LakeError`."""
        parts = []
        for place in manifest.files:
            key = f"{folder}/{place}"
            if is_shared(place):
                rows = rows_of_window(self._shared(key), manifest.window)
                if not rows.num_rows:
                    raise lost(f"the window {manifest.window} in {key}")
                parts.append(rows)
            else:
                parts.append(self._file(key))
        return parts

    def _shared(self, key: str) -> pa.Table:
        """The rows of a file that several windows share."""
        last = self._last_shared
        if last is None or last[0] != key:
            last = self._last_shared = key, self._file(key)
        return last[1]

    def _file(self, key: str) -> pa.Table:
        document = self._store.get(key)
        if document is None or not is_whole(key, document.content):
            raise lost(key)
        return decoded(document.content)


def lost(what: str) -> LostRows:
    """The error for rows that are committed and not there."""
    return LostRows(
        f"{what} is committed and is not in the lake as it was written",
        "pull it again (okra repair)",
    )
