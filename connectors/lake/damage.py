"""Data files of the lake that are missing, cut off or changed, and the windows whose rows were in them.

Such a window is given up, as if it had never been committed: the next pull asks for it again. The file is moved to
`<root>/broken/<key>.<hash>`, and the manifests of its windows are noted beside it:

    <root>/broken/<key>.windows    {"windows": [<manifest>, ...]}

so that what is lost for good, because no source gives it any more, can be named exactly.

A listing tells what is missing or cut off, at no cost: each run looks at it (`suspects`). Whether bytes were changed is
told by reading, as a data file is named after its content (`damage_of`).
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Literal

from connectors.lake.broken import FOLDER
from connectors.lake.data_files import DIGEST_LENGTH
from connectors.lake.manifest import Manifest, as_json, manifest_from
from connectors.lake.month import Month
from connectors.lake.store import Entry, Store

NOTE = ".windows"

What = Literal["missing", "damaged"]


@dataclass(frozen=True)
class Damage:
    """A data file whose rows cannot be had, and the windows that had rows in it."""

    key: str
    what: What
    windows: tuple[date, ...]


def suspects(folder: str, months: Iterable[Month], listed: Mapping[str, Entry]) -> set[str]:
    """The places of the data files of a stream that a listing does not have, or not in their size.

    A file that was committed after the listing is one of them: look at each (`damage_of`).
    """
    suspected = set()
    for month in months:
        for place in month.files:
            entry, size = listed.get(f"{folder}/{place}"), month.size_of(place)
            if entry is None or (None not in (size, entry.size) and entry.size != size):
                suspected.add(place)
    return suspected


def damage_of(store: Store, key: str) -> What | None:
    """What is wrong with a data file; None where it is as it was written."""
    document = store.get(key)
    if document is None:
        return "missing"
    return None if is_whole(key, document.content) else "damaged"


def is_whole(key: str, content: bytes) -> bool:
    """Whether the content of a data file is that which it is named after."""
    digest = key.rpartition("/")[2].partition("-")[0]
    return hashlib.sha256(content).hexdigest()[:DIGEST_LENGTH] == digest


def note_lost(store: Store, key: str, manifests: Iterable[Manifest]) -> None:
    """Move a data file out of the way, if it is there, and note the windows that had rows in it."""
    place = f"{FOLDER}/{key}"
    if document := store.get(key):
        digest = hashlib.sha256(document.content).hexdigest()[:8]
        store.put(f"{place}.{digest}", document.content)
    noted = {manifest.window: manifest for manifest in manifests}
    for manifest in read_note(store, f"{place}{NOTE}"):
        noted.setdefault(manifest.window, manifest)
    windows = [asdict(manifest) for _, manifest in sorted(noted.items())]
    store.put(f"{place}{NOTE}", as_json({"windows": windows}))
    store.remove([key])


def given_up(store: Store) -> Iterator[tuple[str, list[Manifest]]]:
    """The data files that were given up, by key, with the manifests of their windows, whatever was pulled since."""
    for place in store.list(FOLDER):
        if place.endswith(NOTE):
            yield place.removeprefix(f"{FOLDER}/").removesuffix(NOTE), read_note(store, place)


def read_note(store: Store, place: str) -> list[Manifest]:
    """The manifests in a note; none where there is none, or none that can be read."""
    document = store.get(place)
    try:
        content = json.loads(document.content) if document else {"windows": []}
        return [manifest_from(manifest) for manifest in content["windows"]]
    except (ValueError, TypeError, LookupError):
        return []
