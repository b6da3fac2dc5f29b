"""The document that commits all windows of a stream and month.

    {"format": 1, "digest": "<hash of what follows>",
     "shared": {"month=2026-04/<hash>-<any>.parquet": ["2026-04-01", "2026-04-02"]},
     "sizes": {"month=2026-04/<hash>-<any>.parquet": 4711},
     "windows": [<the manifest of each window, oldest first>]}

`shared` has each file in which several windows were written, with all of them. One that has another file now has left
rows behind in the shared one, which count no more. `sizes` has the bytes of the files, by which one that was cut off is
told from a listing. Documents of an earlier version have neither digest nor sizes.

A lake of before has a `manifest.json` for each window. It counts while its month has no document.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date

from connectors.lake.manifest import Manifest, manifest_from
from connectors.lake.store import MANIFEST, Document, LakeError

DOCUMENT = "manifests.json"
FORMAT = 1
EMPTY_DOCUMENT = f'{{"format": {FORMAT}, "shared": {{}}, "windows": []}}\n'.encode()
"""That of a month without a committed window."""


@dataclass(frozen=True)
class Month:
    """The committed windows of a stream and month."""

    windows: Mapping[date, Manifest] = field(default_factory=dict)
    """Oldest first."""
    shared: Mapping[str, frozenset[date]] = field(default_factory=dict)
    """By the place of a file that several windows were written to, all of them."""
    sizes: Mapping[str, int] = field(default_factory=dict)
    """By the place of a file its bytes, as far as they are known."""
    has_document: bool = False
    """Whether it is committed as a whole, and not window by window as in a lake of before."""

    @property
    def files(self) -> set[str]:
        """The places of the data files that a window names."""
        return {place for manifest in self.windows.values() for place in manifest.files}

    def replaced(
        self, manifests: Mapping[date, Manifest], shared: Mapping[str, frozenset[date]]
    ) -> "Month":
        """The month with other manifests of some windows, and with the new files that they share."""
        windows = dict(sorted({**self.windows, **manifests}.items()))
        return self._of(windows, {**self.shared, **shared})

    def without(self, windows: Iterable[date]) -> "Month":
        """The month as if some of its windows had never been committed."""
        gone = {*windows}
        kept = {window: x for window, x in self.windows.items() if window not in gone}
        return self._of(kept, self.shared)

    def with_sizes(self, sizes: Mapping[str, int]) -> "Month":
        """The month with the bytes of those of its files that are in `sizes`."""
        return self._of(self.windows, self.shared, {**self.sizes, **sizes})

    def _of(
        self,
        windows: Mapping[date, Manifest],
        shared: Mapping[str, frozenset[date]],
        sizes: Mapping[str, int] | None = None,
    ) -> "Month":
        month = Month(windows)
        files, sizes = month.files, self.sizes if sizes is None else sizes
        return Month(
            windows,
            {place: shared[place] for place in shared if place in files},
            {place: sizes[place] for place in sizes if place in files},
            has_document=True,
        )

    def size_of(self, place: str) -> int | None:
        """The bytes of a file that a window names; None where they are not known."""
        if place in self.sizes or is_shared(place):
            return self.sizes.get(place)
        sizes = [x.bytes for x in self.windows.values() if x.files == (place,)]
        return sizes[0] if sizes and sizes[0] else None

    def left_behind(self, place: str) -> bool:
        """Whether a shared file has rows of a window that names it no more."""
        named = {window for window, manifest in self.windows.items() if place in manifest.files}
        return not named.issuperset(self.shared.get(place, ()))


def month_of(window: date) -> date:
    """The first day of the month of a window."""
    return window.replace(day=1)


def month_folder(month: date) -> str:
    """The folder of what a month's windows have in common, below that of the stream."""
    return f"month={month:%Y-%m}"


def window_folder(window: date) -> str:
    """The folder of a window's own files, below that of the stream."""
    return f"window={window.isoformat()}"


def is_shared(place: str) -> bool:
    """Whether several windows have rows in the data file at `place`."""
    return place.startswith("month=")


def key_of_month(key: str) -> tuple[str, str] | None:
    """The stream's folder and the month (2026-04) of the key of a document or of a window's manifest."""
    folder, _, rest = key.rpartition("/")
    stream, _, place = folder.rpartition("/")
    kind, _, day = place.partition("=")
    if (kind, rest) in {("month", DOCUMENT), ("window", MANIFEST)}:
        return stream, day[:7]
    return None


def read_month(document: Document) -> Month:
    """The month in a document. Raises `LakeError` where a newer Okra wrote it, ValueError where it was changed."""
    content = json.loads(document.content)
    if content["format"] > FORMAT:
        raise LakeError("a newer version of Okra has written this lake", "update this one")
    if "digest" in content:
        digest = content["digest"]
        _, _, rest = document.content.partition(as_digest(digest).encode())
        if digest_of(rest) != digest:
            raise ValueError("the document is not as it was written")
    manifests = map(manifest_from, content["windows"])
    return Month(
        {manifest.window: manifest for manifest in manifests},
        {
            place: frozenset(map(date.fromisoformat, windows))
            for place, windows in content["shared"].items()
        },
        content.get("sizes", {}),
        has_document=True,
    )


def as_document(month: Month) -> bytes:
    """The document of a month, a line a window."""
    shared = {place: sorted(windows) for place, windows in sorted(month.shared.items())}
    lines = ",\n".join(as_line(asdict(manifest)) for manifest in month.windows.values())
    sizes = dict(sorted(month.sizes.items()))
    rest = f'"shared": {as_line(shared)}, "sizes": {as_line(sizes)}, "windows": [\n{lines}\n]}}\n'
    return f'{{"format": {FORMAT}, {as_digest(digest_of(rest.encode()))}{rest}'.encode()


def digest_of(content: bytes) -> str:
    """The hash by which a document is told from one that was changed."""
    return hashlib.sha256(content).hexdigest()[:16]


def as_digest(digest: str) -> str:
    """How a document has the hash of what follows."""
    return f'"digest": "{digest}", '


def as_line(content: object) -> str:
    """`content` as JSON in one line; dates become ISO texts."""
    return json.dumps(content, default=lambda value: value.isoformat(), sort_keys=True)


def of_single_manifests(documents: Iterable[Document]) -> Month:
    """The month of a lake of before, of the manifest of each of its windows."""
    manifests = map(of_single_manifest, documents)
    return Month({x.window: x for x in sorted(manifests, key=lambda x: x.window)})


def of_single_manifest(document: Document) -> Manifest:
    """The manifest of a window of a lake of before."""
    content = json.loads(document.content)
    folder = window_folder(date.fromisoformat(content["window"]))
    files = [f"{folder}/{name}" for name in content["files"]]
    return manifest_from(content | {"files": files})
