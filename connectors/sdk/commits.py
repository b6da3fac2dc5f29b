"""Commits what a pull says of each window, and tells which committed windows still hold."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

import pyarrow as pa

from connectors.lake.lake import Lake, Make
from connectors.lake.manifest import Finding, Manifest, schema_hash, unchanged
from connectors.sdk.contract import (
    ONE_DAY,
    Connection,
    Slice,
    Source,
    Stream,
    midnight,
    next_window,
)
from connectors.sdk.fitting import still_fitting
from connectors.sdk.kept_rows import CountsRows, columns_kept
from connectors.sdk.reports import Progress, StreamReport
from connectors.sdk.rows import combined, newest_of_each_key
from connectors.sdk.windows import instants, settled


@dataclass(frozen=True)
class PulledWindow:
    """What a slice says of one of its windows."""

    piece: Slice
    window: date
    tables: list[pa.Table]
    """The rows that fit."""
    findings: Sequence[Finding]
    flags: frozenset[str]
    is_final: bool
    """Whether no row is set aside or in doubt. Otherwise it is asked for again, until they have been corrected."""
    keeps_rows: bool
    """Whether the rows that are committed stay: the stream is mutable, or those of now are of no use."""


@dataclass
class Commits:
    """The commits of one pull. Several threads may commit."""

    source: Source
    connection: Connection
    lake: Lake
    now: Callable[[], datetime]
    run_id: str
    progress: Progress
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _keys: dict[str, dict[date, tuple[str, pa.Table]]] = field(default_factory=dict)
    """By stream and window, the checksum and the keys that were committed, where they are counted."""

    def is_current(self, stream: Stream, manifest: Manifest) -> bool:
        """Whether this connector, as it is now, would have stored the same window's rows with the same columns."""
        begins = midnight(manifest.window, self.connection.zone)
        return (manifest.connector_version, manifest.schema_hash) == (
            self._version(stream),
            schema_hash(stream.schema),
        ) and manifest.since in (None, begins)

    def commit(self, windows: Sequence[PulledWindow], report: StreamReport) -> None:
        """Commit windows of the report's stream, but for those that are read by each run and have not changed."""
        stream, source = report.stream, self.source.instance
        keys: dict[date, pa.Table] = {}
        made = {x.window: self._make(x, keys) for x in windows}
        written = self.lake.rewrite_all(source, stream.name, made)
        unchanged_windows = len(made) - len(written)
        with self._lock:
            if unchanged_windows:
                skipped = report.skipped.get("unchanged", 0) + unchanged_windows
                report.skipped = {**report.skipped, "unchanged": skipped}
            report.committed += written.values()
            if stream.mutable and isinstance(self.connection, CountsRows):
                of_stream = self._keys.setdefault(stream.name, {})
                of_stream |= {x: (manifest.checksum, keys[x]) for x, manifest in written.items()}
        if unchanged_windows:
            self.progress.unchanged(source, stream.name, unchanged_windows)
        if written:
            rows = sum(manifest.rows for manifest in written.values())
            self.progress.committed(source, stream.name, len(written), rows)

    def _make(self, pulled: PulledWindow, keys: dict[date, pa.Table]) -> Make:
        """Makes a window of what is committed of it and what was pulled. Adds the keys of its rows to `keys`."""
        stream = pulled.piece.stream

        def make(committed: Manifest | None) -> tuple[Manifest, list[pa.Table]] | None:
            kept = self._kept(stream, committed) if pulled.keeps_rows else []
            table = newest_of_each_key(stream, [stream.schema.empty_table(), *kept, *pulled.tables])
            manifest = self._manifest(pulled, table.num_rows)
            if stream.reread and committed and unchanged(committed, manifest, [table]):
                return None
            keys[pulled.window] = columns_kept(stream, table)
            return manifest, [table]

        return make

    def add_findings(self, report: StreamReport, window: date, findings: Sequence[Finding]) -> None:
        """Add findings to a window that is committed."""

        def with_findings(committed: Manifest) -> Manifest:
            both = combined([*committed.findings, *findings])
            return replace(committed, findings=tuple(both), settled=False)

        manifest = self._amend(report.stream, window, with_findings)
        if manifest:
            others = [x for x in report.committed if x.window != window]
            report.committed = [*others, manifest]

    def settle(self, stream: Stream, window: date) -> None:
        """Mark a window that its source no longer gives, so that no run asks for it again. Its rows and findings stay.

        It counts as pulled now: one that was pulled before it was final would be due for ever.
        """
        self._amend(stream, window, lambda x: replace(x, settled=True, pulled_at=self.now()))

    def _amend(
        self, stream: Stream, window: date, change: Callable[[Manifest], Manifest]
    ) -> Manifest | None:
        """Change the manifest of a committed window, whose rows stay. None where its slice failed."""

        def make(committed: Manifest | None) -> tuple[Manifest, None] | None:
            return (change(committed), None) if committed else None

        return self.lake.rewrite(self.source.instance, stream.name, window, make)

    def keys(self, stream: Stream, committed: Mapping[date, Manifest]) -> dict[date, pa.Table]:
        """The keys of the windows of `committed` as this pull committed them, where they are counted."""
        return {
            window: keys
            for window, (checksum, keys) in self._keys.get(stream.name, {}).items()
            if window in committed and committed[window].checksum == checksum
        }

    def _version(self, stream: Stream) -> str:
        """Of the connector, and of the declaration where a stream is declared: windows of another are pulled again."""
        return f"{self.source.version}/{stream.version}" if stream.version else self.source.version

    def _manifest(self, pulled: PulledWindow, rows: int) -> Manifest:
        """The manifest of a window that is pulled now, without its files."""
        piece, window = pulled.piece, pulled.window
        stream = piece.stream
        end = next_window(window, stream.window) - ONE_DAY
        through = min(end, piece.data_through) if piece.data_through else end
        since, until = instants(stream, window, through, piece.zone)
        now = self.now()
        is_settled = settled(stream, window, piece.zone, now, piece.look_back)
        return Manifest(
            source=self.source.instance,
            stream=stream.name,
            window=window,
            data_through=through,
            pulled_at=now,
            rows=rows,
            bytes=0,
            checksum="",
            schema_hash=schema_hash(stream.schema),
            settled=pulled.is_final and is_settled,
            flags=tuple(sorted(pulled.flags)),
            findings=tuple(pulled.findings),
            connector_version=self._version(stream),
            run_id=self.run_id,
            files=(),
            since=since,
            until=until,
        )

    def _kept(self, stream: Stream, committed: Manifest | None) -> list[pa.Table]:
        """The rows that a window keeps: the source has moved them on, or has only unusable ones now."""
        if committed is None or not self.is_current(stream, committed):
            return []
        return [still_fitting(stream, self.lake.rows(stream, committed))]
