"""Windows are committed whole, each row in that of its day, and pulled again while they may change."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa

from connectors.sdk.contract import Page, Slice, column
from connectors.sdk.windows import Range
from tests.connectors.sdk.engine.fake_source import (
    LIKES,
    MONTHS,
    NOON,
    VISITS,
    WEEK,
    FakeConnection,
    files,
    numbers,
    source,
    take,
    visits_of,
)


def test_each_row_lands_in_the_window_of_its_day(lake):
    fake = FakeConnection({"visits": lambda piece: iter([Page(visits_of(piece))])})
    report = take(source(fake, VISITS), lake)["visits"]
    assert numbers(lake) == {date(2026, 4, n): [n] for n in range(1, 10)}
    assert (report.rows, report.error, len(report.committed)) == (9, None, 9)
    assert fake.closed == 1


def test_a_day_without_rows_is_committed_as_empty(lake):
    take(source(FakeConnection({"visits": lambda piece: iter([Page([])])}), VISITS), lake)
    assert numbers(lake) == {date(2026, 4, n): [] for n in range(1, 10)}


def test_pulling_the_same_rows_twice_changes_no_file(lake):
    made = source(
        FakeConnection({"visits": lambda piece: iter([Page(visits_of(piece)[::-1])])}), VISITS
    )
    take(made, lake)
    before = files(lake)
    report = take(made, lake, replace(WEEK, repull=True), NOON + timedelta(hours=1))["visits"]
    assert len(report.committed) == 9
    assert files(lake) == before


def test_a_restated_day_is_replaced_whole_and_what_vanished_is_gone(lake):
    day = date(2026, 4, 9)
    rows = [{"day": day, "page": page, "n": 1} for page in ("/", "/old")]
    made = source(FakeConnection({"visits": lambda piece: iter([Page(rows)])}), VISITS)
    take(made, lake, Range(day, day))
    rows[:] = [{"day": day, "page": "/", "n": 5}]
    take(made, lake, Range(day, day), NOON + timedelta(days=1))
    assert numbers(lake) == {day: [5]}


def test_columns_that_are_not_declared_are_never_stored(lake):
    rows = [{"day": date(2026, 4, 2), "page": "/", "n": 1, "email": "somebody@example.com"}]
    take(source(FakeConnection({"visits": lambda piece: iter([Page(rows)])}), VISITS), lake)
    assert lake.read("fake", VISITS, date(2026, 4, 2)).column_names == ["day", "page", "n"]
    assert not any(
        b"somebody" in content or b"email" in content for content in files(lake).values()
    )


def test_an_open_month_has_data_through_yesterday_and_is_pulled_again(lake):
    made = source(
        FakeConnection(
            {"months": lambda p: iter([Page([{"month": p.last, "n": p.last_day.day}])])}
        ),
        MONTHS,
    )
    take(made, lake, Range(date(2026, 4, 1), date(2026, 4, 9)))
    (month,) = lake.manifests("fake", "months").values()
    assert (month.data_through, month.settled) == (date(2026, 4, 9), False)
    take(
        made, lake, Range(date(2026, 4, 1), date(2026, 4, 30)), datetime(2026, 5, 1, 1, tzinfo=UTC)
    )
    (month,) = lake.manifests("fake", "months").values()
    assert (month.data_through, month.settled) == (date(2026, 4, 30), True)
    assert numbers(lake, MONTHS) == {date(2026, 4, 1): [30]}


def test_a_snapshot_is_taken_for_today_only_and_a_missed_day_stays_missed(lake):
    made = source(
        FakeConnection({"likes": lambda p: iter([Page([{"day": p.first, "n": 32_000}])])}), LIKES
    )
    report = take(made, lake)["likes"]
    assert numbers(lake, LIKES) == {date(2026, 4, 10): [32_000]}
    assert report.skipped == {"past, and only the present can be asked for": 9}
    take(made, lake, Range(date(2026, 4, 1), date(2026, 4, 11)), NOON + timedelta(days=2))
    assert [*numbers(lake, LIKES)] == [date(2026, 4, 10), date(2026, 4, 12)]


def test_windows_of_another_version_of_the_connector_or_other_columns_are_pulled_again(lake):
    stream = replace(VISITS, restates_for=timedelta(0))
    fake = FakeConnection(
        {"visits": lambda piece: iter([Page([x | {"m": 1} for x in visits_of(piece)])])}
    )
    assert len(take(source(fake, stream), lake)["visits"].committed) == 9
    assert len(take(source(fake, stream), lake)["visits"].committed) == 0
    assert len(take(source(fake, stream, version="2"), lake)["visits"].committed) == 9
    wider = replace(stream, schema=stream.schema.append(column("m", pa.int64(), "")))
    assert len(take(source(fake, wider, version="2"), lake)["visits"].committed) == 9


def test_a_row_that_comes_twice_is_stored_once_as_it_was_last(lake):
    rows = [{"day": date(2026, 4, 2), "page": "/", "n": n} for n in (1, 2)]
    take(
        source(
            FakeConnection({"visits": lambda p: iter([Page(rows[:1]), Page(rows[1:])])}), VISITS
        ),
        lake,
    )
    assert numbers(lake)[date(2026, 4, 2)] == [2]


def test_memory_stays_flat_however_many_rows_a_source_has(lake):
    per_day, days = 3_000, 100
    first = date(2026, 1, 1)
    peak = 0

    def rows(day: date, start: int) -> Sequence[dict[str, object]]:
        return [
            {"day": day, "page": f"/a-page-with-a-longish-name/{n}", "n": n}
            for n in range(start, start + 1000)
        ]

    def pages(piece: Slice) -> Iterator[Page]:
        nonlocal peak
        for day in piece.windows:
            for start in range(0, per_day, 1000):
                yield Page(rows(day, start))
                peak = max(peak, pa.total_allocated_bytes())

    before = pa.total_allocated_bytes()
    stream = replace(VISITS, windows_per_slice=5)
    wanted = Range(first, first + timedelta(days=days - 1))
    report = take(
        source(FakeConnection({"visits": pages}), stream, workers=1),
        lake,
        wanted,
        datetime(2026, 6, 1, tzinfo=UTC),
    )["visits"]
    assert report.rows == per_day * days
    window_bytes = lake.read("fake", VISITS, first).nbytes
    assert peak - before < 15 * window_bytes < window_bytes * days / 6
