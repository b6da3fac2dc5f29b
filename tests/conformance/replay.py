"""What a source gave, given again with a change: proves what its streams declare without asking it a second time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from connectors.lake.lake import Lake
from connectors.sdk.contract import Calls, Connection, Page, Slice, Source, Stream
from connectors.sdk.engine import pull
from connectors.sdk.opening import open_connection
from connectors.sdk.throttle import ThrottledCalls
from tests.conformance.case import DAYS, NOON

Row = dict[str, Any]


@dataclass(frozen=True)
class Recording:
    """The rows of one stream, as its connection gave them, and the zone it counts its days in."""

    stream: Stream
    rows: Sequence[Row]
    zone: ZoneInfo

    def source(
        self, rows: Sequence[Row] | None = None, *, zone: ZoneInfo | None = None, fails_at: int = -1
    ) -> Source:
        """A source of this stream alone, with these rows; after `fails_at` of them it breaks down."""
        given = self.rows if rows is None else rows

        def opened(values: Mapping[str, str], calls: Calls) -> Connection:
            return _Replay(zone or self.zone, given, fails_at)

        return Source(
            name="replayed",
            title="Replayed",
            options=(),
            streams=(self.stream,),
            limits=(),
            open=opened,
            diagnose=lambda error: None,
        )


class _Replay:
    def __init__(self, zone: ZoneInfo, rows: Sequence[Row], fails_at: int) -> None:
        self.zone = zone
        self._rows = rows
        self._fails_at = fails_at

    def pages(self, piece: Slice) -> Iterator[Page]:
        for number, row in enumerate(self._rows):
            if number == self._fails_at:
                raise RuntimeError("the machine is out of luck")
            yield Page([row])

    def close(self) -> None:
        """Nothing is open."""


class _Recorder:
    def __init__(self, inner: Connection, rows: list[Row]) -> None:
        self._inner = inner
        self._rows = rows
        self.zone = inner.zone
        self.close = inner.close

    def pages(self, piece: Slice) -> Iterator[Page]:
        for page in self._inner.pages(piece):
            self._rows += [dict(row) for row in page.rows]
            yield page


def recorded(source: Source, values: Mapping[str, str], stream: Stream, lake: Lake) -> Recording:
    """What `source` gives of `stream` for some days. Of many rows the first two hundred are enough."""
    rows: list[Row] = []
    calls = ThrottledCalls(source.limits, source.diagnose)
    connection = open_connection(source, values, calls)
    listening = replace(source, open=lambda values, calls: _Recorder(connection, rows))
    (report,) = pull(listening, {}, lake, DAYS, now=lambda: NOON, only=[stream.name], calls=calls)
    assert report.error is None
    window = [manifest.window for manifest in report.committed if manifest.rows][-1]
    stored = lake.read(source.name, stream, window).to_pylist()
    keys = {key_of(stream, row) for row in stored}
    # of one window, in which each key is there once: what a test then changes can be told apart
    unique = {key_of(stream, row): row for row in rows if key_of(stream, row) in keys}
    return Recording(stream, [*unique.values()][:200], connection.zone)


def key_of(stream: Stream, row: Mapping[str, Any]) -> tuple[Any, ...]:
    """What names a row."""
    return tuple(row[name] for name in stream.key)
