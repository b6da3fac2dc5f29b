"""Rows that move to another window as they change are newest_orders as they are now, each once."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.lake.lake import Lake
from connectors.sdk.contract import Page, Slice, column
from connectors.sdk.windows import Range
from tests.connectors.sdk.engine.fake_source import (
    NOON,
    ORDERS,
    FakeConnection,
    Shop,
    newest_orders,
    source,
    take,
)


def test_a_mutable_window_of_other_columns_is_not_mixed_with_the_new_ones(lake):
    at = datetime(2026, 4, 9, 8, tzinfo=UTC)
    rows = [{"id": "a", "n": 1, "updated_at": at, "m": 7}]
    fake = FakeConnection({"orders": lambda piece: iter([Page(rows)])})
    take(source(fake, ORDERS), lake)
    wider = replace(ORDERS, schema=ORDERS.schema.append(column("m", pa.int64(), "")))
    rows[0] = rows[0] | {"id": "b"}
    report = take(source(fake, wider), lake)["orders"]
    assert report.error is None
    assert lake.read("fake", wider, date(2026, 4, 9)).column("id").to_pylist() == ["b"]


@settings(max_examples=40, deadline=None)
@given(
    changes=st.lists(
        st.tuples(st.integers(0, 12 * 24 * 60), st.sampled_from("abcdefgh")),
        min_size=1,
        max_size=40,
    ),
    hours=st.lists(st.integers(0, 23), min_size=12, max_size=12),
    missed=st.sets(st.integers(0, 11), max_size=4),
)
def test_whatever_changes_when_each_run_leaves_the_lake_as_the_shop_stands(
    tmp_path_factory, changes, hours, missed
):
    lake, shop = Lake(tmp_path_factory.mktemp("lake")), Shop()
    began = datetime(2026, 4, 1, tzinfo=UTC)
    left = sorted(set(changes))
    for day in set(range(1, 12)) - missed:
        # ten past midnight at the earliest: before that the window of yesterday is not over yet
        now = began + timedelta(days=day, hours=hours[day], minutes=10)
        while left and began + timedelta(minutes=left[0][0]) <= now:
            minute, id = left.pop(0)
            shop.write(id, minute, began + timedelta(minutes=minute))
        made = source(FakeConnection({"orders": shop.pages}), replace(ORDERS, windows_per_slice=3))
        take(made, lake, Range(began.date(), now.date() - timedelta(days=1)), now)
        assert newest_orders(lake) == {id: row["n"] for id, row in shop.rows.items()}


def test_a_row_that_changes_while_it_is_pulled_is_not_lost_between_two_slices(lake):
    shop = Shop()
    shop.write("moving", 1, datetime(2026, 4, 1, 8, tzinfo=UTC))
    shop.write("newest", 1, datetime(2026, 4, 9, 8, tzinfo=UTC))
    newest_done = threading.Event()

    def pages(piece: Slice) -> Iterator[Page]:
        if piece.reaches_now:
            yield from [*shop.pages(piece)]
            newest_done.set()
        else:
            newest_done.wait(
                0.2
            )  # were they side by side, the newest slice would be through by now
            shop.write("moving", 2, NOON)
            yield from [*shop.pages(piece)]

    stream = replace(ORDERS, windows_per_slice=3)
    take(source(FakeConnection({"orders": pages}), stream, workers=3), lake)
    assert newest_orders(lake) == {"moving": 2, "newest": 1}


def test_ten_rows_that_share_the_second_between_two_days_are_all_there_once(lake):
    shop = Shop()
    midnight = datetime(2026, 4, 5, tzinfo=UTC)
    for n in range(10):
        shop.write(f"first-{n}", n, midnight)
        shop.write(f"last-{n}", n, midnight - timedelta(microseconds=1))
    stream = replace(ORDERS, windows_per_slice=1)
    take(source(FakeConnection({"orders": shop.pages}), stream), lake)
    counts = {w: m.rows for w, m in lake.manifests("fake", "orders").items() if m.rows}
    assert counts == {date(2026, 4, 4): 10, date(2026, 4, 5): 10}
    assert len(newest_orders(lake)) == 20
