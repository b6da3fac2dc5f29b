"""Rows that are kept of a mutable stream are held against those that the source still has."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from connectors.lake.lake import Lake
from connectors.lake.manifest import Finding
from connectors.sdk import kept_rows
from connectors.sdk.contract import Page, Slice, Source, Stream, column
from connectors.sdk.errors import PermissionDenied, SourceError, Unavailable
from connectors.sdk.windows import Range
from tests.connectors.sdk.engine.fake_source import ORDERS, UTC_ZONE, Shop, source, take

FIRST, NOON = date(2026, 4, 1), datetime(2026, 4, 10, 12, tzinfo=UTC)
DAYS = Range(FIRST, date(2026, 4, 9))
DELETABLE = replace(
    ORDERS,
    schema=ORDERS.schema.append(column("gone_at", pa.timestamp("us", "UTC"), "", null=True)),
    gone="gone_at",
)


def at(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 4, day, hour, tzinfo=UTC)


@dataclass
class CountingShop(Shop):
    """A shop that says how many orders it has."""

    stream: Stream = ORDERS
    zone: ZoneInfo = UTC_ZONE
    counted: list[datetime] = field(default_factory=list)
    """From when on it was asked to count."""
    fault: SourceError | None = None
    hidden: set[str] = field(default_factory=set)
    """Orders that it counts, and did not show: they were committed late."""
    in_the_meantime: dict[str, dict[str, object]] = field(default_factory=dict)
    """Orders that are entered after the pages were read."""

    def __post_init__(self) -> None:
        super().__init__()

    def pages(self, piece: Slice) -> Iterator[Page]:
        for page in super().pages(piece):
            yield replace(page, rows=[row for row in page.rows if row["id"] not in self.hidden])

    def rows_since(self, stream: Stream, since: datetime) -> int | None:
        self.counted.append(since)
        if self.fault:
            raise self.fault
        rows = [*self.rows.values(), *self.in_the_meantime.values()]
        return sum(
            row["updated_at"] >= since and not (stream.gone and row[stream.gone]) for row in rows
        )

    def close(self) -> None:
        pass

    def made(self, **other: object) -> Source:
        return source(self, self.stream, **other)


@pytest.fixture
def shop() -> CountingShop:
    """Three orders, of which the third changed on two days."""
    shop = CountingShop()
    shop.write("o-1", 1, at(2))
    shop.write("o-2", 2, at(3))
    shop.write("o-3", 3, at(4))
    return shop


def findings(lake: Lake) -> list[Finding]:
    return [x for m in lake.manifests("fake", "orders").values() for x in m.findings]


def test_an_order_that_vanished_at_the_source_is_told(shop: CountingShop, lake: Lake) -> None:
    take(shop.made(), lake, DAYS, NOON)
    assert findings(lake) == []
    del shop.rows["o-2"]
    [report] = take(shop.made(), lake, DAYS, NOON).values()
    [finding] = findings(lake)
    assert (finding.what, finding.is_set_aside, finding.rows) == ("differs_from_total", False, 0)
    assert finding.message == (
        "3 orders that changed since 2026-04-01 are kept, and Fake has 2; deleted or merged there "
        "without a word: 1, whose last state still counts; docs/sources.md says how to drop them"
    )
    newest = lake.manifests("fake", "orders")[date(2026, 4, 9)]
    assert (newest.findings, newest.settled) == ((finding,), False)
    assert newest in report.committed


def test_orders_that_all_vanished_are_told(shop: CountingShop, lake: Lake) -> None:
    take(shop.made(), lake, DAYS, NOON)
    shop.rows.clear()
    take(shop.made(), lake, DAYS, NOON)
    [finding] = findings(lake)
    assert "are kept, and Fake has 0; deleted or merged there without a word: 3," in finding.message


def test_the_finding_goes_when_the_order_is_back(shop: CountingShop, lake: Lake) -> None:
    take(shop.made(), lake, DAYS, NOON)
    order = shop.rows.pop("o-2")
    take(shop.made(), lake, DAYS, NOON)
    assert findings(lake)
    shop.rows["o-2"] = order
    take(shop.made(), lake, DAYS, NOON)
    assert findings(lake) == []


def test_an_order_that_changed_on_several_days_counts_once(shop: CountingShop, lake: Lake) -> None:
    take(shop.made(), lake, DAYS, NOON)
    for day in (8, 9):
        shop.write("o-1", day, at(day))
        take(shop.made(), lake, DAYS, NOON)
    assert findings(lake) == []
    assert shop.counted == [at(1, 0)] * 3  # one question a run, while both agree


def test_an_order_that_was_committed_behind_the_reader_is_told(
    shop: CountingShop, lake: Lake
) -> None:
    shop.hidden = {"o-3"}
    take(shop.made(), lake, DAYS, NOON)
    [finding] = findings(lake)
    assert finding.message == (
        "2 orders that changed since 2026-04-01 are kept, and Fake has 3; never came: 1; "
        "pull the days since then again (okra backfill)"
    )


def test_an_order_that_is_entered_while_rows_are_read_may_still_come(
    shop: CountingShop, lake: Lake
) -> None:
    shop.in_the_meantime = {"o-4": {"id": "o-4", "n": 4, "updated_at": NOON}}
    take(shop.made(), lake, DAYS, NOON)
    assert findings(lake) == []
    # what changed within the day that is read again may come: five minutes and a day before noon
    assert shop.counted == [at(1, 0), NOON - timedelta(days=1, minutes=5)]


def test_an_order_that_was_set_aside_is_told_once(shop: CountingShop, lake: Lake) -> None:
    shop.rows["o-9"] = {"id": "o-9", "n": "nine", "updated_at": at(5)}
    take(shop.made(), lake, DAYS, NOON)
    [finding] = findings(lake)
    assert finding.is_set_aside


def test_orders_that_are_marked_as_gone_are_not_counted(lake: Lake) -> None:
    shop = CountingShop(stream=DELETABLE)
    for number, gone in (("o-1", None), ("o-2", at(5))):
        shop.rows[number] = {"id": number, "n": 1, "updated_at": at(5), "gone_at": gone}
    take(shop.made(), lake, DAYS, NOON)
    assert findings(lake) == []
    del shop.rows["o-2"]  # the source forgets after some time what was deleted
    take(shop.made(), lake, DAYS, NOON)
    assert findings(lake) == []


def test_orders_of_days_before_a_gap_are_not_counted(shop: CountingShop, lake: Lake) -> None:
    take(shop.made(), lake, Range(FIRST, FIRST), at(2))
    take(shop.made(), lake, Range(date(2026, 4, 3), date(2026, 4, 9)), NOON)
    assert shop.counted[-1] == at(3, 0)
    assert findings(lake) == []
    del shop.rows["o-1"]  # of the 2nd, which was never pulled
    take(shop.made(), lake, Range(date(2026, 4, 3), date(2026, 4, 9)), NOON)
    assert findings(lake) == []


def test_a_run_reads_only_the_days_that_it_pulls(
    shop: CountingShop, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(shop.made(), lake, DAYS, NOON)
    read: list[date] = []
    rows = Lake.rows
    monkeypatch.setattr(
        Lake,
        "rows",
        lambda self, stream, m: (m and read.append(m.window), rows(self, stream, m))[1],
    )
    shop.write("o-4", 4, at(10))
    take(shop.made(), lake, Range(FIRST, date(2026, 4, 10)), NOON + timedelta(days=1))
    assert min(read) >= date(2026, 4, 8)  # the windows that are not settled yet
    assert findings(lake) == []


@pytest.mark.parametrize("is_lost", [True, False])
def test_the_keys_are_read_again_where_their_file_is_lost_or_of_another_version(
    shop: CountingShop, lake: Lake, is_lost: bool
) -> None:
    take(shop.made(), lake, DAYS, NOON)
    if is_lost:
        (lake.root / "raw" / "fake" / "orders" / kept_rows.FILE).unlink()
    del shop.rows["o-2"]
    take(shop.made(version="1" if is_lost else "2"), lake, DAYS, NOON)
    # a new version pulls all windows again, and the row that vanished is in none of them
    assert len(findings(lake)) == (1 if is_lost else 0)


@pytest.mark.parametrize("fault", [PermissionDenied("no"), Unavailable("down")])
def test_a_source_that_does_not_count_keeps_its_rows(
    shop: CountingShop, lake: Lake, fault: SourceError
) -> None:
    shop.fault = fault
    [report] = take(shop.made(), lake, DAYS, NOON).values()
    assert (report.error, report.rows, findings(lake)) == (None, 3, [])


def test_what_is_too_large_is_not_counted(
    shop: CountingShop, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_rows, "MAX_KEYS", 2)
    take(shop.made(), lake, DAYS, NOON)
    assert shop.counted == []


def test_days_of_long_ago_that_are_pulled_again_are_not_counted(
    shop: CountingShop, lake: Lake
) -> None:
    take(shop.made(), lake, DAYS, NOON)
    shop.counted.clear()
    take(shop.made(), lake, Range(FIRST, date(2026, 4, 3), repull=True), NOON)
    assert shop.counted == []
