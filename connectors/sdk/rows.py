"""From the rows of a source to the tables of a window: rows that fit, one row a key, and findings for the others."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.sdk.contract import (
    Cadence,
    Finding,
    Slice,
    Stream,
    midnight,
    next_window,
    window_of,
)
from connectors.sdk.errors import Drift
from connectors.sdk.far_rows import far_finding, far_rows, too_late
from connectors.sdk.fitting import Misfit, fitting
from connectors.sdk.rules import OUTSIDE, UNKNOWN, message_of

DRIFT_ROWS = 300
"""From so many rows on, it is the source that has changed when none has a usable value in a column."""
COMPACT_AT = 100_000
"""Rows of one window that are held before they are reduced to one row a key, so that repeats do not pile up."""
EXAMPLES = 3
MAX_DAYS = 31
_ARRIVAL = "__arrival"


@dataclass
class SortedRows:
    """What has come of a slice so far: the rows by window, and what was set aside of them."""

    piece: Slice
    tables: dict[date, list[pa.Table]] = field(init=False)
    _findings: dict[date, dict[Finding, Finding]] = field(init=False)
    """By window and kind."""
    undated: dict[int, Finding] = field(default_factory=dict)
    """Rows that are set aside and have no day, by a hash of the row; `rows` says how often it came."""
    has_rows_outside: bool = False
    """Whether the source gave rows of other days than it was asked for."""
    _rows: int = 0
    _reasons: set[tuple[str, str]] = field(default_factory=set)
    """Why rows do not fit: the code and the column."""
    _some_fit: bool = False
    _absent: frozenset[str] = frozenset()
    """The columns that no row so far has."""
    _set_aside_rows: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.tables = {window: [] for window in self.piece.windows}
        self._findings = {window: {} for window in self.piece.windows}

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Sort the rows of some pages into the windows."""
        table, misfits, absent = fitting(self.piece.stream, rows)
        if rows:
            self._absent = self._absent & absent if self._rows else absent
        self._rows += len(rows)
        self._reasons |= {(misfit.what, misfit.column) for misfit in misfits}
        self._some_fit = self._some_fit or table.num_rows > 0
        sorted_rows = 0
        for window, part in by_window(self.piece, table).items():
            hold(self.piece.stream, self.tables[window], part)
            sorted_rows += part.num_rows
        if sorted_rows < table.num_rows:
            self.has_rows_outside = True
            self._report_far_rows(table)
        for misfit in misfits:
            self._set_aside(misfit)

    def refuse_drift(self) -> None:
        """Raise `Drift`, naming the column, where the rows of the whole slice show that the source has changed.

        A field that it no longer has is in no row. A field that it gives in another form is unusable in all of
        `DRIFT_ROWS` rows or more. Of fewer, somebody may have entered all.
        """
        name = self.piece.stream.name
        if self._absent:
            names = [repr(x) for x in self.piece.stream.schema.names if x in self._absent]
            raise Drift(
                f"{name} came without its column {', '.join(names)}",
                "the source has dropped or renamed it: update Okra, or adapt the schema of a connector of your own; "
                "what was pulled before stays",
            )
        if self._rows >= DRIFT_ROWS and self.fits_nowhere:
            [(what, column)] = self._reasons
            field = self.piece.stream.schema.field(column)
            raise Drift(
                f"{message_of(self.piece.stream, what, field, '')} in all of {self._rows:,} rows",
                "look at one of them at the source: correct them there if they are wrong; if they are right, it has "
                "changed the field, and Okra has to be updated; what was pulled before stays",
            )

    @property
    def fits_nowhere(self) -> bool:
        """Whether no row fits, all for the same column, whose values are not merely new ones."""
        if self._some_fit or len(self._reasons) != 1:
            return False
        [(what, _)] = self._reasons
        return what not in (UNKNOWN, OUTSIDE)

    def is_unusable(self, window: date) -> bool:
        """Whether a window has rows, and all that came of the slice fits nowhere: what was pulled before may stay."""
        return self.fits_nowhere and any(x.is_set_aside for x in self._findings[window])

    def report(self, findings: Iterable[Finding]) -> None:
        """Add findings of the connection's own. One without a day of the slice belongs to its last window."""
        for finding in findings:
            window = window_of(finding.day or self.piece.last, self.piece.stream.window)
            count(self._findings[window if window in self._findings else self.piece.last], finding)

    def findings(self, window: date) -> list[Finding]:
        """The findings of a window, equal ones as one."""
        return within_bounds(self._findings[window].values())

    def is_whole(self, window: date) -> bool:
        """Whether no row of a window was set aside, so that its rows should come to what the source says."""
        return not self.undated and not any(x.is_set_aside for x in self._findings[window])

    def _report_far_rows(self, table: pa.Table) -> None:
        for row in far_rows(self.piece, table):
            name = hash(repr(row))
            if name not in self._set_aside_rows:
                self._set_aside_rows.add(name)
                count(self._findings[self.piece.last], far_finding(self.piece, row))

    def _set_aside(self, misfit: Misfit) -> None:
        name = hash(repr(misfit.row))
        if misfit.at is None:
            finding = finding_of(misfit, None)
            before = self.undated.get(name, replace(finding, rows=0))
            self.undated[name] = replace(finding, rows=before.rows + 1)
            return
        if name in self._set_aside_rows:
            return  # pages can overlap
        self._set_aside_rows.add(name)
        window = window_of(self._day(misfit.at), self.piece.stream.window)
        if self.piece.reaches_now:
            window = min(window, self.piece.last)
        if window not in self._findings:
            self.has_rows_outside = True
            return
        day = window if self.piece.stream.window is Cadence.DAY else None
        if self.piece.stream.counts_on and misfit.counts_at is not None:
            day = self._day(misfit.counts_at)
        count(self._findings[window], finding_of(misfit, day))

    def _day(self, at: date | datetime) -> date:
        return at.astimezone(self.piece.zone).date() if isinstance(at, datetime) else at


@dataclass
class UndatedRow:
    """A row without a day, and the windows that it may belong to: it came when they were asked for."""

    windows: dict[date, Finding] = field(default_factory=dict)
    most: int = 0
    """How often one answer for several windows had it; 0 when none had."""
    is_of_any_day: bool = False
    """Whether it came in an answer that held rows of other days than were asked for."""

    def see(self, held: SortedRows, finding: Finding) -> None:
        """Take note of an answer that has the row, `finding.rows` times."""
        windows = held.piece.windows
        if len(windows) > 1:
            self.most = max(self.most, finding.rows)
        if held.has_rows_outside or len(windows) == 1:
            self.windows[windows[-1]] = finding
        self.is_of_any_day = self.is_of_any_day or held.has_rows_outside

    def findings(self, cadence: Cadence) -> dict[date, Finding]:
        """The finding by window: of each day for which the source gave the row.

        A source that gives everything, whatever it is asked for, gave it for every window. The newest has the finding
        then. Such a source gives more rows for the parts of a slice than for the whole.
        """
        if self.is_of_any_day or 0 < self.most < len(self.windows):
            newest = max(self.windows)
            return {newest: self.windows[newest]}
        is_daily = cadence is Cadence.DAY
        return {x: replace(y, day=x if is_daily else None) for x, y in self.windows.items()}


def finding_of(misfit: Misfit, day: date | None) -> Finding:
    """The finding of one row that is set aside."""
    return Finding(
        what=misfit.what,
        message=misfit.message,
        column=misfit.column,
        day=day,
        examples=(misfit.example,) if misfit.example else (),
    )


def count(kinds: dict[Finding, Finding], finding: Finding) -> None:
    """Add a finding to those of a window. Those that differ in rows and examples only are one."""
    kind = replace(finding, rows=0, examples=())
    before = kinds.get(kind, kind)
    examples = tuple(dict.fromkeys([*before.examples, *finding.examples]))[:EXAMPLES]
    kinds[kind] = replace(kind, rows=before.rows + finding.rows, examples=examples)


def combined(findings: Iterable[Finding]) -> list[Finding]:
    """`findings`, equal ones as one: rows added up, the first examples kept."""
    kinds: dict[Finding, Finding] = {}
    for finding in findings:
        count(kinds, finding)
    return [*kinds.values()]


def within_bounds(findings: Collection[Finding]) -> list[Finding]:
    """`findings`, but equal ones of more than `MAX_DAYS` days as one without a day: an old import has thousands."""
    days: dict[Finding, set[date | None]] = {}
    for finding in findings:
        days.setdefault(any_day(finding), set()).add(finding.day)
    return combined(
        replace(finding, day=None) if len(days[any_day(finding)]) > MAX_DAYS else finding
        for finding in findings
    )


def any_day(finding: Finding) -> Finding:
    """The finding without what tells it from others of its kind."""
    return replace(finding, day=None, rows=0, examples=())


def by_window(piece: Slice, table: pa.Table) -> dict[date, pa.Table]:
    """The rows of a table by window. Rows outside the slice are dropped: they belong to another slice.

    The newest slice of a mutable stream also keeps rows that changed since its end (see `Slice.reaches_now`).
    """
    # vectorised: there are too many rows to compute the day of each
    places = np.searchsorted(
        edges(piece), whole_numbers(table.column(piece.stream.cursor)), "right"
    )
    tables = {}
    for place in np.unique(places):
        if 1 <= place <= len(piece.windows):
            inside = np.flatnonzero(places == place)
            whole = len(inside) == table.num_rows
            tables[piece.windows[place - 1]] = table if whole else table.take(pa.array(inside))
    return tables


def edges(piece: Slice) -> np.ndarray:
    """The start of each window of the slice, in order, and the end of the last one, as `whole_numbers`."""
    stream = piece.stream
    # not without end: a row of the year 9999 would be the newest of its key for ever
    end = too_late(piece) if piece.reaches_now else next_window(piece.last, stream.window)
    starts = [*piece.windows, end]
    kind = stream.schema.field(stream.cursor).type
    if pa.types.is_timestamp(kind):
        bounds = pa.array([midnight(day, piece.zone) for day in starts], pa.timestamp("us", "UTC"))
    else:
        bounds = pa.array(starts, pa.date32())
    return whole_numbers(bounds)


def whole_numbers(cursor: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """A column of moments as microseconds since 1970, of days as days since 1970."""
    if pa.types.is_timestamp(cursor.type):
        return np.asarray(cursor.cast(pa.timestamp("us", "UTC")).cast(pa.int64()))
    return np.asarray(cursor.cast(pa.int32()))


def hold(stream: Stream, held: list[pa.Table], table: pa.Table) -> None:
    """Keep the rows of a page, and reduce them to one row a key whenever there are many."""
    held.append(table)
    if len(held) > 1 and sum(part.num_rows for part in held[1:]) > COMPACT_AT:
        held[:] = [newest_of_each_key(stream, held)]


def newest_of_each_key(stream: Stream, tables: Sequence[pa.Table]) -> pa.Table:
    """One row a key, in the order of the keys: the one with the latest cursor, among equals the last to arrive.

    A row arrives twice when it moves while pages are read, and when a mutable window is pulled again. Sorted by
    key, equal rows give equal files.
    """
    whole = pa.concat_tables(tables).combine_chunks()
    if not whole.num_rows:
        return whole
    arrival = pa.array(range(whole.num_rows), pa.int64())
    keys = [*stream.key, *([] if stream.cursor in stream.key else [stream.cursor]), _ARRIVAL]
    ordered = whole.append_column(_ARRIVAL, arrival).sort_by([(key, "ascending") for key in keys])
    last_of_key = None
    for key in stream.key:
        column = ordered.column(key)
        differs = pc.not_equal(column.slice(0, len(column) - 1), column.slice(1))
        last_of_key = differs if last_of_key is None else pc.or_(last_of_key, differs)
    keep = pa.chunked_array(
        [*(last_of_key.chunks if last_of_key is not None else []), pa.array([True])]
    )
    return ordered.filter(keep).drop_columns([_ARRIVAL]).combine_chunks()
