"""Checks whether a source would answer a pull, with as few requests as possible.

Of each stream one page of its newest window is asked for, as a pull would ask: that proves the credential, the
permission and the shape of the rows, and a connector needs no code for it unless a page is dear (`ChecksStreams`).
Clock and quota come from the connection, where it has them (`contract.HasVitals`). Nothing is written.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from connectors.lake.lake import Lake
from connectors.sdk.contract import Connection, HasVitals, Slice, Source, Stream, Vitals, window_of
from connectors.sdk.engine import plans_over
from connectors.sdk.errors import SourceError
from connectors.sdk.opening import diagnosed, look_backs_of_account, open_account
from connectors.sdk.rows import SortedRows
from connectors.sdk.source_settings import as_set, remarks
from connectors.sdk.throttle import ThrottledCalls
from connectors.sdk.windows import TOO_OLD, Plan, Range, cut, watermark

MAX_CLOCK_DIFFERENCE = timedelta(minutes=1)
"""Beyond it days begin too early or too late, and signed requests begin to be refused."""
MAX_ATTEMPTS = 2
"""Calls made before a fault counts. Somebody waits for the answer."""


@runtime_checkable
class ChecksStreams(Protocol):
    """A connection that can say of a stream, without reading rows, whether it would answer. Optional."""

    def check(self, stream: Stream) -> bool:
        """Whether it has been checked; False where a page has to be read. Raises `SourceError`."""


@dataclass(frozen=True)
class StreamCheckup:
    """How one stream answered, and what a pull would take of it."""

    stream: Stream
    error: SourceError | None = None
    plan: Plan | None = None
    """None when the source cannot be opened."""


@dataclass(frozen=True)
class Checkup:
    """How a source answered."""

    source: Source
    """With the look-backs and limits that are set."""
    streams: tuple[StreamCheckup, ...]
    zone: str = ""
    """The zone in which it counts its days; empty when it cannot be opened."""
    vitals: Vitals = field(default_factory=Vitals)
    remarks: tuple[str, ...] = ()
    """Settings that are probably a mistake, and what its user should know although it answers."""
    left_out: Mapping[str, SourceError] = field(default_factory=dict)
    """By name, the streams that are declared and not there, as their declaration is wrong or their columns are not
    known."""

    @property
    def clock_is_right(self) -> bool:
        """Whether its clock agrees with this machine's, where it sends the time."""
        ahead = self.vitals.clock_ahead
        return ahead is None or abs(ahead) <= MAX_CLOCK_DIFFERENCE

    @property
    def is_well(self) -> bool:
        """Whether each stream can be pulled and the clock is right."""
        faults = self.left_out or any(stream.error for stream in self.streams)
        return self.clock_is_right and not faults


def check_up(
    source: Source,
    values: Mapping[str, str],
    lake: Lake,
    wanted: Range,
    *,
    now: Callable[[], datetime],
) -> Checkup:
    """Check `source`, and plan a pull of `wanted`. A fault of the source is part of the result."""
    try:
        source = as_set(source, values)
        calls = ThrottledCalls(source.limits, source.diagnose, tries=MAX_ATTEMPTS)
        source, connection = open_account(source, values, calls)
        of_account = look_backs_of_account(source, connection)
    except SourceError as error:
        error.renamed(source.written_as)
        return Checkup(source, tuple(StreamCheckup(stream, error) for stream in source.streams))
    try:
        plans = plans_over(source, connection, lake, wanted, now=now)
        streams = tuple(
            StreamCheckup(plan.stream, fault_of(source, connection, plan.stream, now()), plan)
            for plan in plans
        )
        vitals = connection.vitals() if isinstance(connection, HasVitals) else Vitals()
        return Checkup(
            source,
            streams,
            connection.zone.key,
            vitals,
            (
                *remarks(source, values, of_account),
                *vitals.remarks,
                *lost_days(plans, source, wanted),
            ),
        )
    finally:
        connection.close()


def lost_days(plans: Iterable[Plan], source: Source, wanted: Range) -> Iterator[str]:
    """A warning for each stream that lacks days which its source no longer gives."""
    for plan in plans:
        if number := plan.skipped.get(TOO_OLD):
            yield (
                f"{plan.stream.name} lacks {number} days since {wanted.first}, which {source.title} no "
                "longer gives: they stay missing"
            )


def fault_of(
    source: Source, connection: Connection, stream: Stream, now: datetime
) -> SourceError | None:
    """What keeps a stream from being pulled; None when its first page comes and fits the schema."""
    piece = newest(stream, connection, now, source.look_back(stream))
    try:
        with diagnosed(source):
            if isinstance(connection, ChecksStreams) and connection.check(stream):
                return None
            page = next(connection.pages(piece), None)
            if page:
                held = SortedRows(piece)
                held.add(page.rows)
                held.refuse_drift()
    except SourceError as error:
        return error.renamed(source.written_as)
    return None


def newest(stream: Stream, connection: Connection, now: datetime, look_back: timedelta) -> Slice:
    """The newest window that can be pulled at `now`."""
    zone = connection.zone
    last = now.astimezone(zone).date() if stream.snapshot else watermark(stream, zone, now)
    [piece] = cut(stream, [window_of(last, stream.window)], zone, last, look_back)
    return piece
