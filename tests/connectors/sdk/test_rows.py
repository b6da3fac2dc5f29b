"""From rows to the tables of windows."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from connectors.sdk.contract import Cadence, Slice, Stream, column
from connectors.sdk.fitting import fitting
from connectors.sdk.rows import by_window, newest_of_each_key

MOMENT = pa.timestamp("us", "UTC")
NEW_YORK = ZoneInfo("America/New_York")


def stream(cadence: Cadence = Cadence.DAY, mutable: bool = False) -> Stream:
    return Stream(
        name="orders",
        description="",
        schema=pa.schema(
            [
                column("id", pa.string(), ""),
                column("place", pa.int32(), ""),
                column("at", MOMENT, ""),
                column("cents", pa.int64(), ""),
                column("day", pa.date32(), "", null=True),
            ]
        ),
        key=("id", "place"),
        cursor="at",
        window=cadence,
        mutable=mutable,
    )


def row(
    id: str = "a", place: int = 1, at: datetime = datetime(2026, 3, 8, tzinfo=UTC), cents=1, **other
):
    return {"id": id, "place": place, "at": at, "cents": cents, "day": None} | other


rows = st.lists(
    st.builds(
        row,
        id=st.sampled_from("abc"),
        place=st.integers(1, 2),
        at=st.datetimes(datetime(2026, 3, 5), datetime(2026, 3, 12)).map(
            lambda x: x.replace(tzinfo=UTC)
        ),
        cents=st.integers(-5, 5),
    ),
    max_size=25,
)


def to_table(made: Stream, given_rows) -> pa.Table:
    table, misfits, _ = fitting(made, given_rows)
    assert not misfits
    return table


def in_any_order(table: pa.Table) -> list[str]:
    return sorted(map(repr, table.to_pylist()))


@given(rows)
def test_windows_share_out_the_rows_of_a_slice_without_loss_or_copy(given_rows):
    # the 8th of March has 23 hours in New York
    piece = Slice(stream(), date(2026, 3, 7), date(2026, 3, 10), NEW_YORK)
    tables = by_window(piece, to_table(piece.stream, given_rows))
    inside = [x for x in given_rows if piece.since <= x["at"] < piece.until]
    all_rows = pa.concat_tables([stream().schema.empty_table(), *tables.values()])
    assert in_any_order(all_rows) == in_any_order(to_table(stream(), inside))
    for window, table in tables.items():
        slice_of_window = Slice(stream(), window, window, NEW_YORK)
        assert all(
            slice_of_window.since <= at < slice_of_window.until
            for at in table.column("at").to_pylist()
        )


@given(rows)
def test_the_newest_slice_of_a_mutable_stream_keeps_what_changed_since(given_rows):
    piece = Slice(
        stream(mutable=True), date(2026, 3, 7), date(2026, 3, 8), NEW_YORK, reaches_now=True
    )
    tables = by_window(piece, to_table(piece.stream, given_rows))
    kept = sum(table.num_rows for table in tables.values())
    assert kept == sum(x["at"] >= piece.since for x in given_rows)
    assert set(tables) <= {date(2026, 3, 7), date(2026, 3, 8)}


def test_a_month_takes_the_rows_of_all_its_days():
    piece = Slice(stream(Cadence.MONTH), date(2026, 2, 1), date(2026, 3, 1), ZoneInfo("UTC"))
    first, last = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC)
    rows = [row(at=first), row("b", at=last), row("c", at=last + timedelta(seconds=1))]
    tables = by_window(piece, to_table(piece.stream, rows))
    assert {window: table.num_rows for window, table in tables.items()} == {date(2026, 3, 1): 2}


@given(rows)
def test_each_key_is_left_once_with_its_latest_row(given_rows):
    table = newest_of_each_key(stream(), [to_table(stream(), given_rows)])
    expected = {}
    for current in given_rows:
        key = current["id"], current["place"]
        if key not in expected or current["at"] >= expected[key]["at"]:
            expected[key] = current
    assert table.to_pylist() == [expected[key] for key in sorted(expected)]


@given(rows)
def test_newest_of_each_key_twice_is_the_same_as_once(given_rows):
    newest = newest_of_each_key(stream(), [to_table(stream(), given_rows)])
    assert newest_of_each_key(stream(), [newest, newest]).equals(newest)


def test_the_order_of_arrival_does_not_matter_where_the_cursor_tells_rows_apart():
    versions = [row(at=datetime(2026, 3, 8, hour, tzinfo=UTC), cents=hour) for hour in (1, 2, 3)]
    for order in permutations([*versions, row("b")]):
        tables = [to_table(stream(), [version]) for version in order]
        assert newest_of_each_key(stream(), tables).column("cents").to_pylist() == [3, 1]


def test_of_rows_with_one_key_and_one_moment_the_last_to_arrive_counts():
    tables = [to_table(stream(), [row(cents=1), row(cents=2)]), to_table(stream(), [row(cents=3)])]
    assert newest_of_each_key(stream(), tables).column("cents").to_pylist() == [3]


def test_no_rows_are_an_empty_table_of_the_declared_columns():
    assert to_table(stream(), []).schema.equals(stream().schema)
    assert newest_of_each_key(stream(), [stream().schema.empty_table()]).num_rows == 0
