"""What a source declares. The engine does the rest.

A connector is one module in `connectors/` that defines `SOURCE`, a `Source`. It declares what can be
pulled (streams) and how the source behaves (limits, zone, restatement, deletes), and opens a `Connection`
that turns one `Slice` of days into pages of rows. It writes no file, starts no thread and retries nothing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Protocol, TypeVar, runtime_checkable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel

from connectors.lake.manifest import Finding as Finding  # all of these are part of the contract
from connectors.lake.streams import ONE_DAY as ONE_DAY
from connectors.lake.streams import Cadence as Cadence
from connectors.lake.streams import next_window as next_window
from connectors.lake.streams import window_of as window_of
from connectors.sdk.declaring import Declarable as Declarable
from connectors.sdk.declaring import StreamForm as StreamForm
from connectors.sdk.errors import Rejected, SourceError
from connectors.sdk.stream import EXACT as EXACT
from connectors.sdk.stream import Deletes as Deletes
from connectors.sdk.stream import Stream as Stream
from connectors.sdk.stream import Tolerance as Tolerance
from connectors.sdk.stream import column as column

T = TypeVar("T")
ACCOUNT = "OKRA_ACCOUNT"
"""Among the values that a connection is opened with, the account that it is of, where that has a name."""
IN_HOME = "$OKRA_HOME"
"""In an option's default, the folder of everything that an installation writes."""


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
    look_back: timedelta = timedelta(0)
    """How long after its end a window is pulled again: the stream's `restates_for`, or what is set instead."""

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


NO_ZONES = {"localtime", "posixrules", "Factory"}
"""Files beside those of the zones. The first is whatever the machine is set to, which no database knows."""
NO_FOLDERS = ("posix/", "right/")
"""The zones again; below the second with leap seconds, so that days begin half a minute late."""


def zone_named(name: str, origin: str, remedy: str) -> ZoneInfo:
    """The zone called `name`. Raises `Rejected` with `remedy` if there is none; `origin` begins its message."""
    try:
        if name in NO_ZONES or name.startswith(NO_FOLDERS):
            raise ZoneInfoNotFoundError(name)
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
    """A ceiling the source documents: at most `per_second` calls of one bucket, `burst` at once.

    It is what every account has, and the default of a setting (see `source_settings.py`).
    """

    bucket: str
    per_second: float
    burst: int = 1
    most_per_second: float | None = None
    """The most that the source documents for any account, such as one with a larger plan; None where it does not."""
    by_minute: bool = False
    """Whether the source counts by the minute. The setting does so as well."""


@dataclass(frozen=True)
class Option:
    """One setting of a source, read from the environment variable `name`."""

    name: str
    description: str
    secret: bool = False
    default: str | None = None
    """A source is on when each of its options without a default has a value. It may begin with `IN_HOME`."""
    is_asked: bool = False
    """Whether `okra init` asks for it although it has a default, as for the usual one of several credentials."""
    is_mapping: bool = False
    """Whether it is written as a mapping in `sources.yml`, of which its value is the JSON."""
    may_be_written: bool = False
    """Of a secret, whether `sources.yml` may have it all the same, as it often is none: the path of a sheet."""
    form: type[BaseModel] | None = None
    """What such a mapping may say; None where the connector checks it itself."""

    def key(self, source: str) -> str:
        """What it is called in `sources.yml`: without its vendor. STRIPE_API_KEY of `stripe` is `api_key`."""
        name, own = self.name.lower(), f"{source}_"
        return name.removeprefix(own) if name.startswith(own) else name.partition("_")[2]


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
    remarks: tuple[str, ...] = ()
    """What its user should know although it answers: a credential that will end."""


@runtime_checkable
class HasVitals(Protocol):
    """A connection that reports its source's vitals. Optional: `connectors.sdk.checkup` shows them."""

    def vitals(self) -> Vitals:
        """The vitals in the answers so far. Sends no request."""


@runtime_checkable
class KnowsLookBacks(Protocol):
    """A connection whose account says how long its windows change. Optional: what is set counts before it."""

    def look_backs(self) -> Mapping[str, timedelta]:
        """By stream, how long after its end a window of this account may change. May call the source."""


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
    look_backs: Mapping[str, timedelta] = field(default_factory=dict, hash=False)
    """By stream, how long it is restated where a setting or the account says so. Its own `restates_for` is the vendor's
    figure."""
    account: str = ""
    """Which of several accounts of one system it is: `eu` of `stripe@eu`. Empty for the only one."""
    declarable: Declarable | None = None
    """What streams can be declared in `sources.yml`; None where the connector has only its own."""
    written_as: Mapping[str, str] = field(default_factory=dict, hash=False)
    """What its options are called where they are written, for messages; empty where that is their own name."""
    connector: str = ""
    """The name of the connector, where the source has another: `sql_database` of `shop`."""
    has_accounts: bool = True
    """Whether there can be several accounts of it. Not of exchange rates: two files would give a day two rates."""
    begins_before: timedelta = timedelta(0)
    """How long before the first day to pull its windows begin, as what is of those days counts on later ones too."""
    has_figures: bool = True
    """Whether KPIs can stand on it. One without is not in the sample company, and no KPI is offered its streams."""

    def __post_init__(self) -> None:
        if not self.connector:
            object.__setattr__(self, "connector", self.name)

    @property
    def instance(self) -> str:
        """What this account is called in the lake, in commands and in messages: `stripe`, or `stripe@eu`."""
        return f"{self.name}@{self.account}" if self.account else self.name

    def look_back(self, stream: Stream) -> timedelta:
        """How long after its end a window of `stream` is pulled again by each run."""
        return self.look_backs.get(stream.name, stream.restates_for)

    def without_limits(self) -> "Source":
        """The same source, asked as fast as it answers: for servers of the sample company only."""
        unlimited = tuple(replace(limit, per_second=1e9, burst=10**9) for limit in self.limits)
        return replace(self, limits=unlimited)

    def stream(self, name: str) -> Stream:
        """The stream called `name`. Raises KeyError with the names there are."""
        for stream in self.streams:
            if stream.name == name:
                return stream
        raise KeyError(
            f"{self.name} has no stream {name!r}; it has {', '.join(s.name for s in self.streams)}"
        )
