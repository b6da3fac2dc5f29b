"""What a source declares. The engine does the rest.

A connector is one module in `connectors/` that defines `SOURCE`, a `Source`. It declares what can be
pulled (streams) and how the source behaves (limits, zone, restatement, deletes), and opens a `Connection`
that turns one `Slice` of days into pages of rows. It writes no file, starts no thread and retries nothing.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal, Protocol, TypeVar, runtime_checkable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pyarrow as pa

from connectors.lake.manifest import Finding as Finding  # all five are part of the contract
from connectors.lake.streams import ONE_DAY as ONE_DAY
from connectors.lake.streams import Cadence as Cadence
from connectors.lake.streams import next_window as next_window
from connectors.lake.streams import window_of as window_of
from connectors.sdk.errors import Rejected, SourceError

T = TypeVar("T")


class Deletes(StrEnum):
    """How rows that were deleted at the source are noticed."""

    NEVER = "never"
    """Rows are never removed (a ledger)."""
    REPULL = "repull"
    """A window that is pulled again is replaced whole, without the deleted rows."""
    STATUS = "status"
    """Rows are never removed; a column says that they no longer count (a cancelled order)."""


def column(
    name: str,
    kind: pa.DataType,
    description: str,
    *,
    unit: str = "",
    null: bool = False,
    values: Sequence[str] | Literal["ISO 4217"] = (),
    least: int | None = None,
    most: int | None = None,
) -> pa.Field:
    """One stored column. What is said of it travels in the Parquet schema.

    `null`: rows may lack it. `values`: the only values it can have, or ISO 4217 for currencies in any case. `least`,
    `most`: the bounds of a number, both included. A row that does not keep to them is set aside with a `Finding`, and
    so is one whose key or cursor is null.
    """
    notes = {
        "description": description,
        "unit": unit,
        "values": json.dumps(values if isinstance(values, str) else [*values]) if values else "",
        "least": "" if least is None else str(least),
        "most": "" if most is None else str(most),
    }
    kept = {name: note for name, note in notes.items() if note or name == "description"}
    return pa.field(name, kind, nullable=null, metadata=kept)


@dataclass(frozen=True)
class Tolerance:
    """How far the sum of a column may be from the source's total: a share of it, or an amount if that is more."""

    share: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)
    share_if_flagged: Decimal | None = None
    """The share where the source flags the window, as it says itself that rows are missing; None for `share`."""

    def around(self, total: int | Decimal, *, is_flagged: bool) -> Decimal:
        """The largest difference from `total` that is no finding."""
        wider = self.share_if_flagged if is_flagged else None
        share = self.share if wider is None else wider
        return max(share * abs(Decimal(total)), self.amount)


EXACT = Tolerance()


@dataclass(frozen=True, kw_only=True)
class Stream:
    """One kind of row of a source. `schema` is an allow-list: nothing else is stored."""

    name: str
    description: str
    schema: pa.Schema
    key: tuple[str, ...]
    """The columns that identify a row. Unique within a window; across windows the newest row counts."""
    cursor: str
    """The column that places a row in its window: a date (as the source counts days) or a UTC timestamp."""
    counts_on: str = ""
    """The column whose day the row counts for, where it is not the cursor: findings are of that day."""
    window: Cadence = Cadence.DAY
    restates_for: timedelta = timedelta(0)
    """How long after its end a window may still change. Until then it is pulled again by each run."""
    arrives_within: timedelta = timedelta(0)
    """How late a row may become visible. A window is not pulled before its end plus this time."""
    snapshot: bool = False
    """True when the source has the present state only, so that no past window can be pulled."""
    mutable: bool = False
    """True when a row's cursor moves as the row changes (`updated_at`): a window then holds the changes made in it."""
    deletes: Deletes = Deletes.REPULL
    reread: bool = False
    """True where any window may have been edited, however old, and reading all costs as much as reading one: each run
    reads every window, settled or not, and commits those whose rows have changed."""
    windows_per_slice: int = 31
    """The most windows that one slice covers. The engine cuts longer ranges."""
    gone: str = ""
    """The column that is not null where the source no longer has the row; empty where rows only vanish or stay."""
    tolerances: Mapping[str, Tolerance] = field(default_factory=dict, hash=False)
    """By column, how far its sum may be from a total of the source (`Page.totals`); none for a column not named."""

    def tolerance_of(self, column: str) -> Tolerance:
        """How far the sum of a column may be from a total."""
        return self.tolerances.get(column, EXACT)


@dataclass(frozen=True)
class Slice:
    """A run of consecutive windows of one stream, pulled and committed together.

    `first` and `last` are the first days of its first and last window, in the source's zone.
    """

    stream: Stream
    first: date
    last: date
    zone: ZoneInfo
    reaches_now: bool = False
    """True for the newest windows of a mutable stream: rows changed since `until` belong to it too."""
    data_through: date | None = None
    """The last day that the source has in full, which an open month is asked for up to; None for a snapshot."""

    @property
    def windows(self) -> list[date]:
        """The first day of each window, in order."""
        days = [self.first]
        while days[-1] < self.last:
            days.append(next_window(days[-1], self.stream.window))
        return days

    @property
    def last_day(self) -> date:
        """The last day covered, inclusive."""
        end = next_window(self.last, self.stream.window) - ONE_DAY
        return min(end, self.data_through) if self.data_through else end

    @property
    def since(self) -> datetime:
        """The first instant covered (UTC)."""
        return midnight(self.first, self.zone)

    @property
    def until(self) -> datetime:
        """The first instant no longer covered (UTC)."""
        return midnight(self.last_day + ONE_DAY, self.zone)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which `day` begins in `zone`, as UTC: 23, 24 or 25 hours before the next one."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def zone_named(name: str, origin: str, remedy: str) -> ZoneInfo:
    """The zone called `name`. Raises `Rejected` with `remedy` if there is none; `origin` begins its message."""
    try:
        return ZoneInfo(name)
    except (
        ZoneInfoNotFoundError,
        ValueError,
        OSError,
    ):  # OSError: a folder of zones, such as Europe
        raise Rejected(f"{origin} {name!r}, which is not known", remedy) from None


@dataclass(frozen=True)
class Total:
    """What the source says by itself that rows come to: not added up from them, but asked for in another way."""

    day: date
    """A day of the window."""
    sums: Mapping[str, int | Decimal]
    """By column of the stream. A column with nothing at all is 0; one that is not named is not compared."""


@dataclass(frozen=True)
class Page:
    """Rows of the source, and how far it says they can be trusted."""

    rows: Sequence[Mapping[str, Any]]
    flags: frozenset[str] = frozenset()
    """Trust flags (`sampled`, `thresholded`, …), for every window of the slice."""
    findings: Sequence[Finding] = ()
    """What the connection itself set aside or doubts. One without a day belongs to the slice's last window."""
    totals: Sequence[Total] = ()
    """What the rows should come to. A difference is a `Finding`, and its window does not settle."""
    alike: bool = False
    """True when `flags` apply to every window of the slice. Otherwise smaller parts of the slice are pulled."""


@dataclass(frozen=True)
class Limit:
    """A ceiling the source documents: at most `per_second` calls of one bucket, `burst` at once."""

    bucket: str
    per_second: float
    burst: int = 1


@dataclass(frozen=True)
class Option:
    """One setting of a source, read from the environment variable `name`."""

    name: str
    description: str
    secret: bool = False
    default: str | None = None
    """A source is on when each of its options without a default has a value."""


class Calls(Protocol):
    """How every request reaches a source: waits for a token of `bucket`, calls, retries by the source's signals.

    Raises a `SourceError` when the call cannot succeed or the retries are used up.
    """

    def __call__(self, bucket: str, call: Callable[[], T]) -> T:
        """The result of `call`."""

    def wait(self, seconds: float) -> None:
        """Sleep: for a report that the source prepares in the background."""


class Connection(Protocol):
    """An open source."""

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which this source counts its days. First read when the source is opened; may call it."""

    def pages(self, piece: Slice) -> Iterator[Page]:
        """Each page of `piece`, in any order. Every request goes through `Calls`."""

    def close(self) -> None:
        """Close sockets and cursors."""


@dataclass(frozen=True)
class Vitals:
    """What a source's answers say about its state."""

    clock_ahead: timedelta | None = None
    """By how much its clock is ahead of this machine's; None when it does not send the time."""
    quota: str = ""
    """What is left of its quota, in words; empty when it does not say."""


@runtime_checkable
class HasVitals(Protocol):
    """A connection that reports its source's vitals. Optional: `connectors.sdk.checkup` shows them."""

    def vitals(self) -> Vitals:
        """The vitals in the answers so far. Sends no request."""


def no_fault(error: Exception) -> SourceError | None:
    """None: a source whose connection raises every fault as a `SourceError` leaves only bugs to diagnose."""
    return None


@dataclass(frozen=True, kw_only=True)
class Source:
    """A system that metrics are pulled from."""

    name: str
    title: str
    options: tuple[Option, ...]
    streams: tuple[Stream, ...]
    limits: tuple[Limit, ...]
    open: Callable[[Mapping[str, str], Calls], Connection]
    """Opens a connection from the values of `options`. May call the source; raises `SourceError`."""
    diagnose: Callable[[Exception], SourceError | None] = no_fault
    """What an exception of this source's client means; None when it is no fault of the source (a bug)."""
    workers: int = 4
    """Slices pulled at once: about the source's latency times its rate limit."""
    version: str = "1"
    """Raised when the connector would store other rows for the same window."""

    def without_limits(self) -> "Source":
        """The same source, asked as fast as it answers: for servers of the sample company only."""
        unlimited = tuple(Limit(limit.bucket, 1e9, burst=10**9) for limit in self.limits)
        return replace(self, limits=unlimited)

    def stream(self, name: str) -> Stream:
        """The stream called `name`. Raises KeyError with the names there are."""
        for stream in self.streams:
            if stream.name == name:
                return stream
        raise KeyError(
            f"{self.name} has no stream {name!r}; it has {', '.join(s.name for s in self.streams)}"
        )
