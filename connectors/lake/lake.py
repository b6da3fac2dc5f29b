"""The raw lake: the rows of windows in Parquet files, committed by a document a month.

    <root>/raw/<source>/<stream>/_schema.parquet                 no rows: the declared columns
    <root>/raw/<source>/<stream>/_attempt.json                   how the last pull of the stream ended
    <root>/raw/<source>/<stream>/month=2026-04/manifests.json    written last: the commit (`connectors.lake.month`)
    <root>/raw/<source>/<stream>/month=2026-04/<hash>-<any>.parquet    rows of several windows, with `_window`
    <root>/raw/<source>/<stream>/window=2026-04-01/<hash>-<any>.parquet    rows of one window

`<source>` is an instance: `stripe`, or `stripe@eu` where the account has a name. The document of a month has the
manifest of each committed window, which names the files that its rows are in. A file that several windows share has
their rows in the order of the windows, and the first day of the window of each row in the column `_window`. Only the
rows of windows that name the file count: others were replaced.

A data file is named after its content and is never written again. A window is replaced by writing another file and
then, in one step, a document that names it. Whoever read the old document still finds the old files, which are
removed a day later (`connectors.lake.sweeping`). Pulling the same rows again writes no file. When two processes
commit windows of one month at once, the later one reads the document again first. `Lake.compact` moves the rows of a
month into one file, in the same way. Where the root can be: `connectors.lake.addresses`.

A document, schema or attempt that cannot be read is moved to `broken/` (`connectors.lake.broken`), as is a data file
that is not as it was written; the windows that had rows in it count as not committed (`connectors.lake.damage`).

A lake of before has a `manifest.json` in each window's folder, beside its files. They count until the month gets its
document: with the next commit of one of its windows, or when the lake is compacted.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import asdict
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.lake.broken import read_or_set_aside
from connectors.lake.compaction import MAX_FILES, months_to_compact
from connectors.lake.damage import Damage, suspects
from connectors.lake.manifest import Attempt, Manifest, as_json, read_attempt, read_schema
from connectors.lake.month import (
    DOCUMENT,
    Month,
    month_folder,
    month_of,
    of_single_manifest,
    read_month,
    window_folder,
)
from connectors.lake.places import open_store
from connectors.lake.store import MANIFEST
from connectors.lake.stored_rows import StoredRows
from connectors.lake.streams import DeclaredStream, next_window, window_of
from connectors.lake.survey import ATTEMPT, SCHEMA, Survey, read_months, take_survey, windows_of
from connectors.lake.sweeping import sweep
from connectors.lake.writing import Make as Make
from connectors.lake.writing import MonthWriter


class Lake:
    """Windows and manifests below a folder, or a prefix of a bucket."""

    def __init__(self, root: Path | str, *, cache: Path | None = None) -> None:
        """`cache`: a file that keeps what was read from a lake in a bucket. Raises `LakeError`."""
        self.root = root
        self.store = open_store(root, cache)
        self._rows = StoredRows(self.store)
        self._months = MonthWriter(self.store, self._rows)

    def folder(self, source: str, stream: str) -> str:
        """Where the windows of a stream are, below the root."""
        return f"raw/{source}/{stream}"

    def declare(
        self, source: str, stream: str, schema: pa.Schema, written: pa.Schema | None = None
    ) -> None:
        """Write the stream's schema, so that a stream without a single window can be read as empty.

        `written`: the schema that is in the lake, where that is known.
        """
        key = f"{self.folder(source, stream)}/{SCHEMA}"
        if written is None:
            document = self.store.get(key)
            written = (
                read_or_set_aside(self.store, key, document, read_schema) if document else None
            )
        if written is None or not written.equals(schema, check_metadata=True):
            self.write_table(key, schema.empty_table())

    def manifests(self, source: str, stream: str) -> dict[date, Manifest]:
        """The committed windows of a stream, by window, oldest first."""
        folder = self.folder(source, stream)
        return windows_of(read_months(self.store, self.store.list(folder)).get(folder, {}))

    def between(
        self, source: str, stream: DeclaredStream, first: date, last: date
    ) -> dict[date, Manifest]:
        """The committed windows of a stream from the one that `first` falls in to `last`. Reads no other month."""
        folder = self.folder(source, stream.name)
        window, windows, folders = window_of(first, stream.window), set(), set()
        after = f"{folder}/{month_folder(month_of(window))}"
        while window <= last:
            windows.add(window)
            folders |= {month_folder(month_of(window)), window_folder(window)}
            window = next_window(window, stream.window)
        listed = self.store.list(folder, after=after)
        wanted = {key: entry for key, entry in listed.items() if key.split("/")[-2] in folders}
        months = read_months(self.store, wanted).get(folder, {})
        self._give_up(folder, months, suspects(folder, months.values(), listed))
        return {day: x for day, x in windows_of(months).items() if day in windows}

    def give_up_changed(
        self, source: str, stream: DeclaredStream, first: date, last: date
    ) -> list[Damage]:
        """Read the data files of a stream's windows from `first` to `last`, and give up those that are not as written.

        `between` tells those that are missing or cut off, without reading one.
        """
        folder = self.folder(source, stream.name)
        listed = self.store.list(folder)
        months = read_months(self.store, listed).get(folder, {})
        earliest = month_of(window_of(first, stream.window))
        own = {month: x for month, x in months.items() if earliest <= month <= last}
        return self._give_up(folder, own, {place for x in own.values() for place in x.files})

    def commit_again(
        self, source: str, stream: str, first: date, manifests: Mapping[date, Manifest]
    ) -> Month:
        """Commit windows of a month whose rows are in the lake already, but for those that are committed.

        Returns the month as it is then.
        """
        return self._months.commit_again(self.folder(source, stream), first, manifests)

    def give_up_lost(self, survey: Survey) -> list[Damage]:
        """Uncommit the windows whose files are missing or cut off, and bring the survey up to date.

        Costs no request where nothing is wrong.
        """
        given_up: list[Damage] = []
        for stream, months in survey.months.items():
            folder = self.folder(*stream)
            places = suspects(folder, months.values(), survey.files)
            given_up += self._give_up(folder, months, places)
        return given_up

    def _give_up(self, folder: str, months: dict[date, Month], places: Set[str]) -> list[Damage]:
        """Uncommit the windows with rows in those of `places` that are damaged, also in `months`."""
        damaged: list[Damage] = []
        for first, month in [*months.items()] if places else ():
            if own := places & month.files:
                damages = self._months.give_up(folder, first, own)
                months[first] = month.without(x for y in damages for x in y.windows)
                damaged += damages
        return damaged

    def read(self, source: str, stream: DeclaredStream, window: date) -> pa.Table:
        """The rows of one committed window; none when it was never committed."""
        folder = self.folder(source, stream.name)
        key = f"{folder}/{month_folder(month_of(window))}/{DOCUMENT}"
        if document := self.store.get(key):
            month = read_or_set_aside(self.store, key, document, read_month)
            return self.rows(stream, month.windows.get(window) if month else None)
        key = f"{folder}/{window_folder(window)}/{MANIFEST}"
        single = self.store.get(key)
        return self.rows(
            stream,
            read_or_set_aside(self.store, key, single, of_single_manifest) if single else None,
        )

    def rows(self, stream: DeclaredStream, manifest: Manifest | None) -> pa.Table:
        """The rows of the window that `manifest` commits; none without one. Raises `LakeError`."""
        tables = [stream.schema.empty_table()]
        if manifest:
            tables += self._rows.parts(self.folder(manifest.source, manifest.stream), manifest)
        return pa.concat_tables(tables, promote_options="default")

    def commit(self, manifest: Manifest, parts: Sequence[pa.Table]) -> Manifest:
        """Make `parts` the rows of the manifest's window, in one step that either happened or did not.

        Returns the manifest as written, with files, bytes and checksum filled in.
        """
        written = self.rewrite(
            manifest.source, manifest.stream, manifest.window, lambda _: (manifest, parts)
        )
        assert written
        return written

    def rewrite(self, source: str, stream: str, window: date, make: Make) -> Manifest | None:
        """Replace the committed manifest of a window by the manifest and rows that `make` returns for it.

        When another process commits the window meanwhile, `make` is called again, with its manifest. Returns
        the manifest as written; None, with nothing written, when `make` returns None.
        """
        return self.rewrite_all(source, stream, {window: make}).get(window)

    def rewrite_all(
        self, source: str, stream: str, makes: Mapping[date, Make]
    ) -> dict[date, Manifest]:
        """`rewrite` several windows, those of a month in one step. Returns the manifests that were written."""
        by_month: dict[date, dict[date, Make]] = {}
        for window, make in makes.items():
            by_month.setdefault(month_of(window), {})[window] = make
        written: dict[date, Manifest] = {}
        for month, own in by_month.items():
            written |= self._months.rewrite(self.folder(source, stream), month, own)
        return written

    def record(self, attempt: Attempt) -> None:
        """Write how the last pull of a stream ended."""
        key = f"{self.folder(attempt.source, attempt.stream)}/{ATTEMPT}"
        self.store.put(key, as_json(asdict(attempt)))

    def attempts(self, streams: Iterable[tuple[str, str]]) -> list[Attempt]:
        """How the last pull of each of these streams, by source and name, ended."""
        attempts = []
        for stream in streams:
            key = f"{self.folder(*stream)}/{ATTEMPT}"
            document = self.store.get(key)
            attempt = document and read_or_set_aside(self.store, key, document, read_attempt)
            attempts += [attempt] if attempt else []
        return attempts

    def survey(self) -> Survey:
        """All manifests, attempts and schemas, after one listing."""
        return take_survey(self.store)

    def compact(self, survey: Survey, max_files: int = MAX_FILES) -> None:
        """Move small files together, until `max_files` have been moved, and bring the survey up to date.

        The others are for the next time. `connectors.lake.compaction` says which months are compacted.
        """
        for stream, months in survey.months.items():
            for first in [*months_to_compact(months)]:
                if max_files <= 0:
                    return
                month = self._months.compact(self.folder(*stream), first)
                max_files -= len(months[first].files) + 1
                months[first] = month or months[first]

    def sweep(self, survey: Survey) -> int:
        """Remove files that nothing has named for a day (`connectors.lake.sweeping`). Returns how many."""
        return sweep(self.store, survey)

    def write_table(self, key: str, table: pa.Table) -> None:
        """Write a table as a file below the root, in one step."""
        buffer = pa.BufferOutputStream()
        pq.write_table(table, buffer)
        self.store.put(key, buffer.getvalue().to_pybytes())
