"""Pulls a source: plans the windows, cuts them into slices, pulls those side by side, commits each window.

This is all that a connector need not write. One slice at a time is in a worker's memory; a slice that
fails commits nothing, and the slices that were committed before it stay.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from connectors.lake.lake import Lake
from connectors.lake.manifest import Attempt, Manifest, schema_hash, unchanged
from connectors.sdk.contract import (
    ONE_DAY,
    Cadence,
    Connection,
    Slice,
    Source,
    Stream,
    midnight,
    next_window,
)
from connectors.sdk.errors import SourceError
from connectors.sdk.opening import open_connection
from connectors.sdk.progress import Progress, Silent
from connectors.sdk.rows import newest_of_each_key, share_out
from connectors.sdk.throttle import ThrottledCalls
from connectors.sdk.windows import Plan, Range, instants, plan, settled

TOGETHER = 2_000
"""Rows of one slice that are made columns at once. A hundred at a time, as some APIs give them, cost a fifth more."""

PARTS = 6
"""Into how many a slice is cut of which some window is not to be trusted. One bad day of a month costs 13
requests instead of 32, and a month of bad days 38."""


@dataclass
class StreamReport:
    """What one pull did to one stream."""

    source: str
    stream: Stream
    committed: list[Manifest] = field(default_factory=list)
    skipped: Mapping[str, int] = field(default_factory=dict)
    error: SourceError | None = None

    @property
    def rows(self) -> int:
        """Rows committed."""
        return sum(manifest.rows for manifest in self.committed)


def pull(
    source: Source,
    values: Mapping[str, str],
    lake: Lake,
    wanted: Range,
    *,
    now: Callable[[], datetime],
    run_id: str = "",
    only: Iterable[str] | None = None,
    progress: Progress | None = None,
    calls: ThrottledCalls | None = None,
) -> list[StreamReport]:
    """Pull the windows of `wanted` that are missing or may have changed, of every stream (or `only` some).

    `values` are the source's options. A fault of one stream is in its report and leaves the others alone.
    Exceptions that are no fault of the source (bugs, a full disk, an unknown stream) are raised.
    """
    streams = list(source.streams) if only is None else [source.stream(name) for name in only]
    for stream in streams:
        lake.declare(source.name, stream)
    calls = calls or ThrottledCalls(source.limits, source.diagnose)
    try:
        connection = open_connection(source, values, calls)
    except SourceError as error:
        reports = [StreamReport(source.name, stream, error=error) for stream in streams]
    else:
        try:
            job = _Job(source, connection, lake, now, run_id, progress or Silent())
            reports = job.run(streams, wanted)
        finally:
            connection.close()
    for report in reports:
        lake.record(attempt(report, now()))
    return reports


def plans(
    source: Source,
    values: Mapping[str, str],
    lake: Lake,
    wanted: Range,
    *,
    now: Callable[[], datetime],
) -> list[Plan]:
    """What `pull` would do, by stream, without doing it. Raises `SourceError` when the source cannot be opened."""
    calls = ThrottledCalls(source.limits, source.diagnose)
    connection = open_connection(source, values, calls)
    try:
        return plans_over(source, connection, lake, wanted, now=now)
    finally:
        connection.close()


def plans_over(
    source: Source,
    connection: Connection,
    lake: Lake,
    wanted: Range,
    *,
    now: Callable[[], datetime],
) -> list[Plan]:
    """`plans` over a connection that is open."""
    job = _Job(source, connection, lake, now, "", Silent())
    return [job.plan(stream, wanted, connection.zone) for stream in source.streams]


def attempt(report: StreamReport, at: datetime) -> Attempt:
    """The report in one line, for the lake."""
    error = report.error
    return Attempt(
        source=report.source,
        stream=report.stream.name,
        at=at,
        outcome=error.kind if error else "ok",
        message=str(error) if error else "",
    )


@dataclass
class _Job:
    """One pull of one source: what its slices share."""

    source: Source
    connection: Connection
    lake: Lake
    now: Callable[[], datetime]
    run_id: str
    progress: Progress
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, streams: list[Stream], wanted: Range) -> list[StreamReport]:
        zone = self.connection.zone
        plans = [self.plan(stream, wanted, zone) for stream in streams]
        for found in plans:
            self.progress.planned(self.source.name, found.stream.name, found.windows)
        reports = {
            p.stream.name: StreamReport(self.source.name, p.stream, skipped=p.skipped)
            for p in plans
        }
        pieces = oldest_first(plans)
        self._pull_all([piece for piece in pieces if not piece.reaches_now], reports)
        # A row that changes during the pull leaves its window for the newest one. Asked last, that one
        # has it; asked beside the others, it could be left too early by the one and too late by the other.
        self._pull_all([piece for piece in pieces if piece.reaches_now], reports)
        return list(reports.values())

    def _pull_all(self, pieces: list[Slice], reports: Mapping[str, StreamReport]) -> None:
        with ThreadPoolExecutor(self.source.workers, thread_name_prefix=self.source.name) as pool:
            running: list[Future[None]] = [
                pool.submit(self._pull_slice, piece, reports[piece.stream.name]) for piece in pieces
            ]
            try:
                for done in as_completed(running):
                    done.result()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def plan(self, stream: Stream, wanted: Range, zone: ZoneInfo) -> Plan:
        now = self.now()
        last = max(wanted.last, now.astimezone(zone).date())
        committed = self.lake.between(self.source.name, stream, wanted.first, last)
        if not stream.snapshot:  # what the connector would store otherwise today is not there yet
            committed = {w: m for w, m in committed.items() if self._is_current(stream, m)}
        return plan(stream, committed, wanted, zone, now)

    def _is_current(self, stream: Stream, manifest: Manifest) -> bool:
        """Whether this connector, as it is now, would have stored the same window's rows with the same columns."""
        begins = midnight(manifest.window, self.connection.zone)
        return (manifest.connector_version, manifest.schema_hash) == (
            self.source.version,
            schema_hash(stream.schema),
        ) and manifest.since in (None, begins)

    def _pull_slice(self, piece: Slice, report: StreamReport) -> None:
        if report.error:
            return  # the stream has failed already: what is left would fail as well
        try:
            self._pull_and_commit(piece, report)
        except SourceError as error:
            with self._lock:
                report.error = report.error or error

    def _pull_and_commit(self, piece: Slice, report: StreamReport) -> None:
        held: dict[date, list[pa.Table]] = {window: [] for window in piece.windows}
        waiting: list[Mapping[str, Any]] = []
        flags: set[str] = set()
        split = False
        try:
            for page in self.connection.pages(piece):
                flags |= page.flags
                split = bool(page.flags) and not page.alike and len(held) > 1
                if split:
                    break
                waiting += page.rows
                if len(waiting) >= TOGETHER:
                    share_out(piece, waiting, held)
                    waiting = []
            if not split:
                share_out(piece, waiting, held)
        except SourceError:
            raise
        except Exception as error:
            fault = self.source.diagnose(error)
            if fault is None:
                raise
            raise fault from None
        if split:
            held.clear()
            # which of the windows is not to be trusted? asked in ever smaller parts, each answers for itself
            for part in parts(piece):
                self._pull_and_commit(part, report)
            return
        for window, tables in held.items():
            self._commit(piece, window, tables, flags, report)

    def _commit(
        self,
        piece: Slice,
        window: date,
        tables: list[pa.Table],
        flags: set[str],
        report: StreamReport,
    ) -> None:
        stream = piece.stream

        def make(found: Manifest | None) -> tuple[Manifest, list[pa.Table]] | None:
            kept = self._kept(stream, found) if stream.mutable else []
            table = newest_of_each_key(stream, [stream.schema.empty_table(), *kept, *tables])
            manifest = self._manifest(piece, window, table.num_rows, flags)
            if stream.reread and found and unchanged(found, manifest, [table]):
                return None
            return manifest, [table]

        manifest = self.lake.rewrite(self.source.name, stream.name, window, make)
        if manifest is None:
            with self._lock:
                skipped = report.skipped.get("unchanged", 0) + 1
                report.skipped = {**report.skipped, "unchanged": skipped}
            self.progress.unchanged(self.source.name, stream.name, 1)
            return
        with self._lock:
            report.committed.append(manifest)
        self.progress.committed(self.source.name, stream.name, 1, manifest.rows)

    def _manifest(self, piece: Slice, window: date, rows: int, flags: set[str]) -> Manifest:
        """The commit of a window as it is pulled now, but for its files."""
        stream = piece.stream
        end = next_window(window, stream.window) - ONE_DAY
        through = min(end, piece.data_through) if piece.data_through else end
        since, until = instants(stream, window, through, piece.zone)
        now = self.now()
        return Manifest(
            source=self.source.name,
            stream=stream.name,
            window=window,
            data_through=through,
            pulled_at=now,
            rows=rows,
            bytes=0,
            checksum="",
            schema_hash=schema_hash(stream.schema),
            settled=settled(stream, window, piece.zone, now),
            flags=tuple(sorted(flags)),
            connector_version=self.source.version,
            run_id=self.run_id,
            files=(),
            since=since,
            until=until,
        )

    def _kept(self, stream: Stream, found: Manifest | None) -> list[pa.Table]:
        """The rows of a mutable stream's window that stay when it is pulled again: they may have moved on."""
        if found is None or not self._is_current(stream, found):
            return []
        return [self.lake.rows(stream, found)]


def oldest_first(plans: list[Plan]) -> list[Slice]:
    """The slices of all streams in the order of their days, so that no stream waits for another's history."""
    return sorted((piece for p in plans for piece in p.slices), key=lambda piece: piece.first)


def parts(piece: Slice) -> list[Slice]:
    """`piece` in `PARTS`, each of at least one window."""
    windows = piece.windows
    size = max(1, -(-len(windows) // PARTS))
    found = []
    for start in range(0, len(windows), size):
        last = windows[start : start + size][-1]
        is_last = last == piece.last
        through = piece.data_through if is_last or piece.stream.window is Cadence.DAY else None
        reaches_now = piece.reaches_now and is_last
        first = windows[start]
        found.append(
            replace(piece, first=first, last=last, reaches_now=reaches_now, data_through=through)
        )
    return found
