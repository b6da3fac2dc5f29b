"""A source whose pages a test defines, and functions that pull it and read the lake."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa

from connectors.lake.lake import Lake
from connectors.sdk.contract import Cadence, Limit, Page, Slice, Source, Stream, column
from connectors.sdk.engine import StreamReport, pull
from connectors.sdk.rows import newest_of_each_key
from connectors.sdk.windows import Range

MOMENT = pa.timestamp("us", "UTC")
VISITS = Stream(
    name="visits",
    description="",
    schema=pa.schema(
        [
            column("day", pa.date32(), ""),
            column("page", pa.string(), ""),
            column("n", pa.int64(), ""),
        ]
    ),
    key=("day", "page"),
    cursor="day",
    restates_for=timedelta(days=3),
)
MONTHS = Stream(
    name="months",
    description="",
    schema=pa.schema([column("month", pa.date32(), ""), column("n", pa.int64(), "")]),
    key=("month",),
    cursor="month",
    window=Cadence.MONTH,
)
LIKES = Stream(
    name="likes",
    description="",
    schema=pa.schema([column("day", pa.date32(), ""), column("n", pa.int64(), "")]),
    key=("day",),
    cursor="day",
    snapshot=True,
)
ORDERS = Stream(
    name="orders",
    description="",
    schema=pa.schema(
        [
            column("id", pa.string(), ""),
            column("n", pa.int64(), ""),
            column("updated_at", MOMENT, ""),
        ]
    ),
    key=("id",),
    cursor="updated_at",
    mutable=True,
    restates_for=timedelta(days=1),
    arrives_within=timedelta(minutes=5),
)
UTC_ZONE = ZoneInfo("UTC")
NOON = datetime(2026, 4, 10, 12, tzinfo=UTC)
WEEK = Range(date(2026, 4, 1), date(2026, 4, 9))

Pages = Callable[[Slice], Iterator[Page]]


@dataclass
class FakeConnection:
    """A connection whose pages are functions; it records the slices that it was asked for."""

    pages_of: dict[str, Pages]
    zone: ZoneInfo = UTC_ZONE
    asked: list[Slice] = field(default_factory=list)
    closed: int = 0

    def pages(self, piece: Slice) -> Iterator[Page]:
        self.asked.append(piece)
        return self.pages_of[piece.stream.name](piece)

    def close(self) -> None:
        self.closed += 1


def source(fake: FakeConnection, *streams: Stream, **other) -> Source:
    return Source(
        **{
            "name": "fake",
            "title": "Fake",
            "options": (),
            "streams": streams,
            "limits": (Limit("api", 1000, burst=1000),),
            "open": lambda values, calls: fake,
            "diagnose": lambda error: None,
        }
        | other
    )


def visits_of(piece: Slice) -> list[dict[str, object]]:
    return [{"day": day, "page": "/", "n": day.day} for day in piece.windows]


def take(
    made: Source, lake: Lake, wanted: Range = WEEK, now: datetime = NOON, **other
) -> dict[str, StreamReport]:
    reports = pull(made, {}, lake, wanted, now=lambda: now, **other)
    return {report.stream.name: report for report in reports}


def numbers(lake: Lake, stream: Stream = VISITS) -> dict[date, list[int]]:
    return {
        window: lake.read("fake", stream, window).column("n").to_pylist()
        for window in lake.manifests("fake", stream.name)
    }


def files(lake: Lake) -> dict[str, bytes]:
    return {
        str(path.relative_to(lake.root)): path.read_bytes() for path in lake.root.rglob("*.parquet")
    }


class Shop:
    """A table of orders whose rows move forward in time as they change, read by its cursor."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, object]] = {}

    def write(self, id: str, n: int, at: datetime) -> None:
        self.rows[id] = {"id": id, "n": n, "updated_at": at}

    def pages(self, piece: Slice) -> Iterator[Page]:
        def inside(row: dict[str, object]) -> bool:
            return piece.since <= row["updated_at"] and (
                piece.reaches_now or row["updated_at"] < piece.until
            )

        rows = sorted(filter(inside, self.rows.values()), key=lambda x: (x["updated_at"], x["id"]))
        for start in range(0, len(rows), 2):
            yield Page(rows[start : start + 2])


def newest_orders(lake: Lake) -> dict[str, int]:
    """The newest version of each order, as staging has it."""
    tables = [lake.read("fake", ORDERS, window) for window in lake.manifests("fake", "orders")]
    newest = newest_of_each_key(ORDERS, [ORDERS.schema.empty_table(), *tables])
    assert newest.num_rows == len(set(newest.column("id").to_pylist()))
    return dict(zip(newest.column("id").to_pylist(), newest.column("n").to_pylist(), strict=True))
