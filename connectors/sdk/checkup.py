"""Seeing whether a source would answer a pull, by asking it for as little as can be.

Of each stream one page of its newest window is asked for, the way a pull would ask: that proves the credential,
the permission and the shape of the rows, and needs nothing of a connector. What the rows do not tell, a
connection may tell by itself (`contract.Telling`). Nothing is written.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connectors.lake.lake import Lake
from connectors.sdk.contract import Connection, Slice, Source, Stream, Telling, Vitals, window_of
from connectors.sdk.engine import plans_over
from connectors.sdk.errors import SourceError
from connectors.sdk.opening import open_connection
from connectors.sdk.rows import by_window
from connectors.sdk.throttle import ThrottledCalls
from connectors.sdk.windows import Plan, Range, cut, watermark

CLOCKS_MAY_DIFFER = timedelta(minutes=1)
"""Beyond it days begin too early or too late, and signed requests begin to be refused."""
TRIES = 2
"""Calls made before a fault counts. Somebody waits for the answer."""


@dataclass(frozen=True)
class StreamCheckup:
    """How one stream answered, and what a pull would take of it."""

    stream: Stream
    error: SourceError | None = None
    plan: Plan | None = None
    """None when the source cannot be opened."""


@dataclass(frozen=True)
class Checkup:
    """How a source is."""

    source: Source
    streams: tuple[StreamCheckup, ...]
    zone: str = ""
    """In which it counts its days; empty when it cannot be opened."""
    vitals: Vitals = field(default_factory=Vitals)

    @property
    def clock_is_right(self) -> bool:
        """Whether its clock, where it tells the time, agrees with this machine's."""
        ahead = self.vitals.clock_ahead
        return ahead is None or abs(ahead) <= CLOCKS_MAY_DIFFER

    @property
    def is_well(self) -> bool:
        """Whether each stream can be pulled and the clock is right."""
        return self.clock_is_right and not any(each.error for each in self.streams)


def check_up(
    source: Source,
    values: Mapping[str, str],
    lake: Lake,
    wanted: Range,
    *,
    now: Callable[[], datetime],
) -> Checkup:
    """How `source` is, and what a pull of `wanted` would take. A fault of the source is in the answer."""
    calls = ThrottledCalls(source.limits, source.diagnose, tries=TRIES)
    try:
        connection = open_connection(source, values, calls)
    except SourceError as error:
        return Checkup(source, tuple(StreamCheckup(each, error) for each in source.streams))
    try:
        plans = plans_over(source, connection, lake, wanted, now=now)
        streams = tuple(
            StreamCheckup(plan.stream, fault_of(source, connection, plan.stream, now()), plan)
            for plan in plans
        )
        vitals = connection.vitals() if isinstance(connection, Telling) else Vitals()
        return Checkup(source, streams, connection.zone.key, vitals)
    finally:
        connection.close()


def fault_of(
    source: Source, connection: Connection, stream: Stream, now: datetime
) -> SourceError | None:
    """What keeps a stream from being pulled; None when its first page comes and fits the schema."""
    piece = newest(stream, connection, now)
    try:
        page = next(connection.pages(piece), None)
        if page:
            by_window(piece, page.rows)
    except SourceError as error:
        return error
    except Exception as error:
        fault = source.diagnose(error)
        if fault is None:
            raise
        return fault
    return None


def newest(stream: Stream, connection: Connection, now: datetime) -> Slice:
    """The newest window that can be pulled at `now`."""
    zone = connection.zone
    last = now.astimezone(zone).date() if stream.snapshot else watermark(stream, zone, now)
    [piece] = cut(stream, [window_of(last, stream.window)], zone, last)
    return piece
