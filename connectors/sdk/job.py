"""One pull of one source: its windows are cut into slices, which are pulled in parallel and committed by window.

A worker holds one slice in memory at a time. A slice that fails commits nothing; the slices that were committed
before it stay. Rows that do not fit their stream are set aside with a finding, and the others are committed.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from connectors.lake.lake import Lake
from connectors.lake.manifest import Finding, Manifest
from connectors.sdk.bounded_pages import bounded
from connectors.sdk.commits import Commits, PulledWindow
from connectors.sdk.contract import (
    Connection,
    Slice,
    Source,
    Stream,
    Total,
)
from connectors.sdk.errors import NotPullable, SourceError
from connectors.sdk.kept_rows import CountsRows, difference, kept_rows
from connectors.sdk.opening import diagnosed
from connectors.sdk.reports import Progress, StreamReport
from connectors.sdk.rows import SortedRows, UndatedRow, newest_of_each_key
from connectors.sdk.shrunk_answers import first_of_kept, refuse_shrunk
from connectors.sdk.totals import differences, totals_by_window
from connectors.sdk.windows import Plan, Range, oldest_first, plan, split

ROWS_PER_CONVERSION = 2_000
"""Rows of one slice that are made columns at once. A hundred at a time, as some APIs give them, cost a fifth more."""

_LOOKS_UP_EVERY = 1.0
"""Seconds after which a waiting thread looks up. A signal that comes just before it waits does not wake it."""


@contextmanager
def stopping_pool(workers: int, name: str) -> Iterator[ThreadPoolExecutor]:
    """Threads of which those that have not begun never do once something is raised.

    Those at work are waited for, but not where the process is told to stop: an answer can take a minute.
    """
    pool = ThreadPoolExecutor(workers, thread_name_prefix=name)
    try:
        yield pool
    except BaseException as error:
        pool.shutdown(wait=isinstance(error, Exception), cancel_futures=True)
        raise
    pool.shutdown()


@dataclass
class Job:
    """One pull of one source: what its slices share."""

    source: Source
    connection: Connection
    lake: Lake
    now: Callable[[], datetime]
    run_id: str
    progress: Progress
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _undated: dict[str, dict[int, UndatedRow]] = field(default_factory=dict)
    """By stream, the rows without a day, by a hash of the row."""
    _repull: bool = False
    """Whether somebody asked for windows again, and so takes what comes."""

    def __post_init__(self) -> None:
        self._commits = Commits(
            self.source, self.connection, self.lake, self.now, self.run_id, self.progress
        )

    def run(self, streams: list[Stream], wanted: Range) -> list[StreamReport]:
        zone = self.connection.zone
        self._repull = wanted.repull
        if (
            wanted.repull
        ):  # rows that are as committed are not written again, so their files must be sound
            for stream in streams:
                instance = self.source.instance
                self.lake.give_up_changed(instance, stream, wanted.first, wanted.last)
        plans = [self.plan(stream, wanted, zone) for stream in streams]
        for planned in plans:
            self.progress.planned(self.source.instance, planned.stream.name, planned.windows)
        reports = {
            p.stream.name: StreamReport(self.source.instance, p.stream, skipped=p.skipped)
            for p in plans
        }
        pieces = oldest_first(plans)
        self._pull_all([piece for piece in pieces if not piece.reaches_now], reports)
        # A row that changes during the pull moves from its window to the newest one. The newest is pulled
        # last, so that it has the row; pulled in parallel, both windows could miss it.
        self._pull_all([piece for piece in pieces if piece.reaches_now], reports)
        for piece in pieces:
            if piece.reaches_now and not reports[piece.stream.name].error:
                self._count(piece, reports[piece.stream.name])
        for name, undated in self._undated.items():
            self._report_undated(reports[name], [*undated.values()])
        return list(reports.values())

    def _pull_all(self, pieces: list[Slice], reports: Mapping[str, StreamReport]) -> None:
        with stopping_pool(self.source.workers, self.source.instance) as pool:
            running: set[Future[bool]] = {
                pool.submit(self._pull_slice, piece, reports[piece.stream.name]) for piece in pieces
            }
            while running:
                done, running = wait(running, _LOOKS_UP_EVERY, FIRST_COMPLETED)
                for future in done:
                    future.result()

    def plan(self, stream: Stream, wanted: Range, zone: ZoneInfo) -> Plan:
        now = self.now()
        last = max(wanted.last, now.astimezone(zone).date())
        committed = self.lake.between(self.source.instance, stream, wanted.first, last)
        if not stream.snapshot:  # a window of another version of the connector counts as missing
            committed = {w: m for w, m in committed.items() if self._commits.is_current(stream, m)}
        return plan(stream, committed, wanted, zone, now, self.source.look_back(stream))

    def _pull_slice(self, piece: Slice, report: StreamReport) -> bool:
        """Pull and commit a slice. Returns False where the source no longer gives it, or its older windows."""
        if report.error:
            return True  # the stream has failed already, and its other slices would fail as well
        try:
            self._pull_and_commit(piece, report)
        except SourceError as error:
            if isinstance(error, NotPullable) and self._is_committed(piece):
                self._pull_what_is_given(piece, report)
                return False
            with self._lock:
                report.error = report.error or error
        return True

    def _pull_what_is_given(self, piece: Slice, report: StreamReport) -> None:
        """Pull the newer windows of a committed slice whose older ones its source no longer gives.

        The older ones stay as they are, and are not asked for again: they were because of their findings.
        """
        older = piece.windows
        if len(older) > 1:
            parts = split(piece)
            while parts and self._pull_slice(parts.pop(), report):
                pass
            older = [window for part in parts for window in part.windows]
        for window in older:
            self._commits.settle(piece.stream, window)

    def _is_committed(self, piece: Slice) -> bool:
        """Whether every window of the slice is in the lake."""
        stream = piece.stream
        committed = self.lake.between(self.source.instance, stream, piece.first, piece.last)
        return committed.keys() >= {*piece.windows}

    def _pull_and_commit(self, piece: Slice, report: StreamReport) -> None:
        held = SortedRows(piece)
        waiting: list[Mapping[str, Any]] = []
        flags: set[str] = set()
        totals: list[Total] = []
        must_split = False
        with diagnosed(self.source):
            for page in bounded(self.connection.pages(piece), piece):
                flags |= page.flags
                must_split = bool(page.flags) and not page.alike and len(piece.windows) > 1
                if must_split:
                    break
                held.report(page.findings)
                totals += page.totals
                waiting += page.rows
                if len(waiting) >= ROWS_PER_CONVERSION:
                    held.add(waiting)
                    waiting = []
            if not must_split:
                held.add(waiting)
        if not must_split:
            held.refuse_drift()
            must_split = self._must_narrow(held)
        if must_split:
            del held, waiting
            # which of the windows is flagged, or has the rows without a day? ever smaller parts are pulled, and each
            # has its own answer
            for part in split(piece):
                self._pull_and_commit(part, report)
            return
        if piece.stream.loaded_anew and not self._repull:
            came = [table for tables in held.tables.values() for table in tables]
            refuse_shrunk(self.source.instance, piece, self._kept(piece), came)
        with diagnosed(self.source):
            stated = totals_by_window(piece.stream, totals)
        pulled = []
        for window, tables in held.tables.items():
            findings = held.findings(window)
            if window in stated and held.is_whole(window):
                rows = newest_of_each_key(
                    piece.stream, [piece.stream.schema.empty_table(), *tables]
                )
                findings += differences(
                    self.source.title, piece.stream, window, rows, stated[window], bool(flags)
                )
            is_final = not findings and not (held.undated and window == piece.last)
            keeps_rows = piece.stream.mutable or held.is_unusable(window)
            pulled.append(
                PulledWindow(
                    piece, window, tables, findings, frozenset(flags), is_final, keeps_rows
                )
            )
        self._commits.commit(pulled, report)

    def _kept(self, piece: Slice) -> dict[date, Manifest]:
        """The committed windows that a slice is held against, as this connector would store them."""
        stream, first = piece.stream, first_of_kept(piece)
        committed = self.lake.between(self.source.instance, stream, first, piece.last)
        return {w: m for w, m in committed.items() if self._commits.is_current(stream, m)}

    def _must_narrow(self, held: SortedRows) -> bool:
        """Whether smaller parts of the slice can show which day its rows without a day belong to."""
        for row, finding in held.undated.items():
            with self._lock:
                rows = self._undated.setdefault(held.piece.stream.name, {})
                rows.setdefault(row, UndatedRow()).see(held, finding)
        return bool(held.undated) and len(held.piece.windows) > 1 and not held.has_rows_outside

    def _report_undated(self, report: StreamReport, undated: Sequence[UndatedRow]) -> None:
        """Add the findings of rows without a day to their windows, which are committed."""
        by_window: dict[date, list[Finding]] = {}
        for row in undated:
            for window, finding in row.findings(report.stream.window).items():
                by_window.setdefault(window, []).append(finding)
        for window, findings in by_window.items():
            self._commits.add_findings(report, window, findings)

    def _count(self, piece: Slice, report: StreamReport) -> None:
        """Compare the number of kept rows with the number that the source still has, where it can count them."""
        stream, connection = piece.stream, self.connection
        if not isinstance(connection, CountsRows):
            return
        committed = self.lake.manifests(self.source.instance, stream.name)
        pulled = self._commits.keys(stream, committed)
        lately = self.now() - self.source.look_back(stream) - stream.arrives_within
        kept = kept_rows(self.lake, self.source.instance, stream, committed, pulled, lately)
        if kept is None:
            return
        try:
            with diagnosed(self.source):
                counted = connection.rows_since(stream, kept.since)
                if counted == kept.rows:
                    return
                recent = connection.rows_since(stream, lately)
        except SourceError:
            return  # it does not say for now; the newest window is pulled again by the next run
        if counted is None or recent is None:
            return
        finding = difference(self.source.title, stream, kept, counted, recent)
        if finding:
            self._commits.add_findings(report, piece.last, [finding])
