"""Whose days windows are, and which instants they cover."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from connectors.sdk.contract import Page
from connectors.sdk.windows import Range
from tests.connectors.sdk.engine.fake_source import (
    ORDERS,
    VISITS,
    FakeConnection,
    Shop,
    source,
    take,
    visits_of,
)


def test_days_are_those_of_the_sources_zone(lake):
    shop = Shop()
    # New York's 8th of March 2026 begins at 05:00 UTC and ends, an hour short, at 04:00
    for id, at in {"a": (8, 4, 59), "b": (8, 5, 0), "c": (9, 3, 59), "d": (9, 4, 0)}.items():
        shop.write(id, 0, datetime(2026, 3, *at, tzinfo=UTC))
    fake = FakeConnection({"orders": shop.pages}, ZoneInfo("America/New_York"))
    take(source(fake, ORDERS), lake, Range(date(2026, 3, 7), date(2026, 3, 9)))
    ids = {
        window.day: lake.read("fake", ORDERS, window).column("id").to_pylist()
        for window in lake.manifests("fake", "orders")
    }
    assert ids == {7: ["a"], 8: ["b", "c"], 9: ["d"]}


def test_windows_are_pulled_again_when_the_source_begins_its_days_at_another_hour(lake):
    shop = Shop()
    shop.write("late", 0, datetime(2026, 4, 5, 23, tzinfo=UTC))
    ledger = replace(ORDERS, mutable=False)
    take(source(FakeConnection({"orders": shop.pages}), ledger), lake)
    moved = FakeConnection({"orders": shop.pages}, ZoneInfo("Asia/Tokyo"))
    take(source(moved, ledger), lake)
    manifests = {w: m for w, m in lake.manifests("fake", "orders").items() if m.rows}
    assert {(w, m.since, m.until) for w, m in manifests.items()} == {
        (
            date(2026, 4, 6),  # eight in the morning, in Tokyo
            datetime(2026, 4, 5, 15, tzinfo=UTC),
            datetime(2026, 4, 6, 15, tzinfo=UTC),
        )
    }
    asked_before = len(moved.asked)
    take(source(moved, ledger), lake)
    asked_later = [day for piece in moved.asked[asked_before:] for day in piece.windows]
    assert date(2026, 4, 6) not in asked_later, "windows of this zone are not pulled for it again"


def test_a_window_of_days_or_of_rows_that_move_on_has_no_end_in_instants(lake):
    fake = FakeConnection(
        {"visits": lambda piece: iter([Page(visits_of(piece))]), "orders": Shop().pages}
    )
    take(source(fake, VISITS, ORDERS), lake)
    begins = datetime(2026, 4, 5, tzinfo=UTC)
    for stream, expected in {"visits": (None, None), "orders": (begins, None)}.items():
        manifest = lake.manifests("fake", stream)[date(2026, 4, 5)]
        assert (manifest.since, manifest.until) == expected
