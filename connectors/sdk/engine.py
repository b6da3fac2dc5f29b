"""Pulls a source: plans the windows, cuts them into slices, pulls the slices in parallel, commits each window.

A worker holds one slice in memory at a time. A slice that fails commits nothing; the slices that were
committed before it stay.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from connectors.lake.lake import Lake
from connectors.lake.manifest import Attempt, Finding, Manifest, schema_hash, unchanged
from connectors.sdk.contract import (
    ONE_DAY,
    Connection,
    Slice,
    Source,
    Stream,
    midnight,
    next_window,
    window_of,
)
from connectors.sdk.errors import SourceError
from connectors.sdk.opening import diagnosed, open_connection
from connectors.sdk.rows import newest_of_each_key, share_out
from connectors.sdk.throttle import ThrottledCalls
from connectors.sdk.windows import Plan, Range, instants, oldest_first, plan, settled, split

ROWS_PER_CONVERSION = 2_000
"""Rows of one slice that are made columns at once. A hundred at a time, as some APIs give them, cost a fifth more."""


class Progress:
    """Is told how a pull goes on, by several threads. This one shows nothing."""

    def planned(self, source: str, stream: str, windows: int) -> None:
        """`windows` will be pulled."""

    def committed(self, source: str, stream: str, windows: int, rows: int) -> None:
        """So many more are in the lake."""

    def unchanged(self, source: str, stream: str, windows: int) -> None:
        """So many more were pulled, and their rows are in the lake already."""


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

    `values` are the source's options. A fault of one stream is in its report and does not stop the others.
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
            job = _Job(source, connection, lake, now, run_id, progress or Progress())
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
    job = _Job(source, connection, lake, now, "", Progress())
    return [job.plan(stream, wanted, connection.zone) for stream in source.streams]


def attempt(report: StreamReport, at: datetime) -> Attempt:
    """The report as the lake keeps it."""
    error = report.error
    return Attempt(
        source=report.source,
        stream=report.stream.name,
        at=at,
        outcome=error.kind if error else "ok",
        message=str(error) if error else "",
    )


def findings_by_window(piece: Slice, findings: Iterable[Finding]) -> dict[date, list[Finding]]:
    """The findings of a slice by window; those without a day of the slice belong to its last window."""
    by_window: dict[date, list[Finding]] = {window: [] for window in piece.windows}
    for finding in findings:
        window = window_of(finding.day or piece.last, piece.stream.window)
        by_window[window if window in by_window else piece.last].append(finding)
    return by_window


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
        for planned in plans:
            self.progress.planned(self.source.name, planned.stream.name, planned.windows)
        reports = {
            p.stream.name: StreamReport(self.source.name, p.stream, skipped=p.skipped)
            for p in plans
        }
        pieces = oldest_first(plans)
        self._pull_all([piece for piece in pieces if not piece.reaches_now], reports)
        # A row that changes during the pull moves from its window to the newest one. The newest is pulled
        # last, so that it has the row; pulled in parallel, both windows could miss it.
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
        if not stream.snapshot:  # a window of another version of the connector counts as missing
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
            return  # the stream has failed already, and its other slices would fail as well
        try:
            self._pull_and_commit(piece, report)
        except SourceError as error:
            with self._lock:
                report.error = report.error or error

    def _pull_and_commit(self, piece: Slice, report: StreamReport) -> None:
        held: dict[date, list[pa.Table]] = {window: [] for window in piece.windows}
        waiting: list[Mapping[str, Any]] = []
        flags: set[str] = set()
        findings: list[Finding] = []
        must_split = False
        with diagnosed(self.source):
            for page in self.connection.pages(piece):
                flags |= page.flags
                must_split = bool(page.flags) and not page.alike and len(held) > 1
                if must_split:
                    break
                findings += page.findings
                waiting += page.rows
                if len(waiting) >= ROWS_PER_CONVERSION:
                    share_out(piece, waiting, held)
                    waiting = []
            if not must_split:
                share_out(piece, waiting, held)
        if must_split:
            held.clear()
            # which of the windows is flagged? ever smaller parts are pulled, and each has its own answer
            for part in split(piece):
                self._pull_and_commit(part, report)
            return
        by_window = findings_by_window(piece, findings)
        for window, tables in held.items():
            self._commit(piece, window, tables, flags, by_window[window], report)

    def _commit(
        self,
        piece: Slice,
        window: date,
        tables: list[pa.Table],
        flags: set[str],
        findings: Sequence[Finding],
        report: StreamReport,
    ) -> None:
        stream = piece.stream

        def make(committed: Manifest | None) -> tuple[Manifest, list[pa.Table]] | None:
            kept = self._kept(stream, committed) if stream.mutable else []
            table = newest_of_each_key(stream, [stream.schema.empty_table(), *kept, *tables])
            manifest = self._manifest(piece, window, table.num_rows, flags, findings)
            if stream.reread and committed and unchanged(committed, manifest, [table]):
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

    def _manifest(
        self,
        piece: Slice,
        window: date,
        rows: int,
        flags: set[str],
        findings: Sequence[Finding],
    ) -> Manifest:
        """The manifest of a window that is pulled now, without its files."""
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
            findings=tuple(findings),
            connector_version=self.source.version,
            run_id=self.run_id,
            files=(),
            since=since,
            until=until,
        )

    def _kept(self, stream: Stream, committed: Manifest | None) -> list[pa.Table]:
        """The rows that a mutable stream's window keeps when pulled again: at the source they may have moved on."""
        if committed is None or not self._is_current(stream, committed):
            return []
        return [self.lake.rows(stream, committed)]
