"""What the engine does with any source: windows committed whole, faults told, nothing lost."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contract import Cadence, Limit, Page, Slice, Source, Stream, column
from connectors.engine import StreamReport, pull
from connectors.errors import Drift, PermissionDenied, Rejected, Throttled, Unavailable
from connectors.lake import Lake
from connectors.rows import newest_of_each_key
from connectors.throttle import ThrottledCalls
from connectors.windows import Range

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
class Shelf:
    """A source that gives what its functions say, and remembers what it was asked."""

    pages_of: dict[str, Pages]
    zone: ZoneInfo = UTC_ZONE
    asked: list[Slice] = field(default_factory=list)
    closed: int = 0

    def pages(self, piece: Slice) -> Iterator[Page]:
        self.asked.append(piece)
        return self.pages_of[piece.stream.name](piece)

    def close(self) -> None:
        self.closed += 1


def source(shelf: Shelf, *streams: Stream, **other) -> Source:
    return Source(
        **{
            "name": "shelf",
            "title": "Shelf",
            "options": (),
            "streams": streams,
            "limits": (Limit("api", 1000, burst=1000),),
            "open": lambda values, calls: shelf,
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
        window: lake.read("shelf", stream, window).column("n").to_pylist()
        for window in lake.manifests("shelf", stream.name)
    }


def files(lake: Lake) -> dict[str, bytes]:
    return {
        str(path.relative_to(lake.root)): path.read_bytes() for path in lake.root.rglob("*.parquet")
    }


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path)


def test_each_row_lands_in_the_window_of_its_day(lake):
    shelf = Shelf({"visits": lambda piece: iter([Page(visits_of(piece))])})
    report = take(source(shelf, VISITS), lake)["visits"]
    assert numbers(lake) == {date(2026, 4, n): [n] for n in range(1, 10)}
    assert (report.rows, report.error, len(report.committed)) == (9, None, 9)
    assert shelf.closed == 1


def test_a_day_without_rows_is_committed_as_empty(lake):
    take(source(Shelf({"visits": lambda piece: iter([Page([])])}), VISITS), lake)
    assert numbers(lake) == {date(2026, 4, n): [] for n in range(1, 10)}


def test_pulling_the_same_rows_twice_changes_no_file(lake):
    made = source(Shelf({"visits": lambda piece: iter([Page(visits_of(piece)[::-1])])}), VISITS)
    take(made, lake)
    before = files(lake)
    report = take(made, lake, replace(WEEK, repull=True), NOON + timedelta(hours=1))["visits"]
    assert len(report.committed) == 9
    assert files(lake) == before


def test_a_restated_day_is_replaced_whole_and_what_vanished_is_gone(lake):
    day = date(2026, 4, 9)
    rows = [{"day": day, "page": page, "n": 1} for page in ("/", "/old")]
    made = source(Shelf({"visits": lambda piece: iter([Page(rows)])}), VISITS)
    take(made, lake, Range(day, day))
    rows[:] = [{"day": day, "page": "/", "n": 5}]
    take(made, lake, Range(day, day), NOON + timedelta(days=1))
    assert numbers(lake) == {day: [5]}


def test_columns_that_are_not_declared_are_never_stored(lake):
    rows = [{"day": date(2026, 4, 2), "page": "/", "n": 1, "email": "somebody@example.com"}]
    take(source(Shelf({"visits": lambda piece: iter([Page(rows)])}), VISITS), lake)
    assert lake.read("shelf", VISITS, date(2026, 4, 2)).column_names == ["day", "page", "n"]
    assert not any(
        b"somebody" in content or b"email" in content for content in files(lake).values()
    )


def test_drift_names_the_column_and_commits_nothing(lake):
    rows = [{"day": date(2026, 4, 2), "page": "/", "n": "many"}]
    report = take(source(Shelf({"visits": lambda piece: iter([Page(rows)])}), VISITS), lake)[
        "visits"
    ]
    assert isinstance(report.error, Drift)
    assert "visits.n" in str(report.error)
    assert numbers(lake) == {}


def test_a_fault_of_one_stream_leaves_the_other_alone_and_is_remembered(lake):
    def forbidden(piece: Slice) -> Iterator[Page]:
        raise PermissionDenied("no", "ask for it")

    shelf = Shelf(
        {
            "visits": forbidden,
            "months": lambda piece: iter([Page([{"month": date(2026, 4, 1), "n": 1}])]),
        }
    )
    reports = take(source(shelf, VISITS, MONTHS), lake)
    assert isinstance(reports["visits"].error, PermissionDenied)
    assert reports["months"].error is None
    assert numbers(lake, MONTHS) == {date(2026, 4, 1): [1]}
    outcomes = {each.stream: (each.outcome, each.message) for each in lake.survey().attempts}
    assert outcomes == {"visits": ("permission", "no; ask for it"), "months": ("ok", "")}


def test_what_was_committed_before_a_fault_stays_and_the_next_run_goes_on_from_there(lake):
    broken = [True]

    def pages(piece: Slice) -> Iterator[Page]:
        yield Page(visits_of(piece))
        if broken[0] and piece.last >= date(2026, 4, 5):
            raise Unavailable("cut off in the middle")

    stream = replace(VISITS, windows_per_slice=3, restates_for=timedelta(0))
    shelf = Shelf({"visits": pages})
    first = take(source(shelf, stream, workers=1), lake)["visits"]
    assert isinstance(first.error, Unavailable)
    assert [*numbers(lake)] == [date(2026, 4, n) for n in (1, 2, 3)]
    broken[0], shelf.asked = False, []
    second = take(source(shelf, stream, workers=1), lake)["visits"]
    assert [piece.first.day for piece in shelf.asked] == [4, 7]
    assert second.skipped == {"settled": 3}
    assert len(numbers(lake)) == 9


def test_a_source_that_does_not_open_is_a_fault_of_each_stream(lake):
    def closed(values, calls):
        raise ConnectionError("password=secret")

    made = source(
        Shelf({}), VISITS, MONTHS, open=closed, diagnose=lambda error: Unavailable("it is down")
    )
    reports = take(made, lake)
    assert {name: str(report.error) for name, report in reports.items()} == {
        "visits": "it is down",
        "months": "it is down",
    }
    assert all(report.error.__cause__ is None for report in reports.values())


def test_a_bug_is_raised_and_the_source_is_closed(lake):
    def buggy(piece: Slice) -> Iterator[Page]:
        yield Page([])
        raise ZeroDivisionError

    shelf = Shelf({"visits": buggy})
    with pytest.raises(ZeroDivisionError):
        take(source(shelf, VISITS), lake)
    assert shelf.closed == 1


def test_only_the_named_streams_are_pulled_and_an_unknown_name_is_refused(lake):
    shelf = Shelf(
        {"visits": lambda piece: iter([Page([])]), "months": lambda piece: iter([Page([])])}
    )
    made = source(shelf, VISITS, MONTHS)
    assert [*take(made, lake, only=(name for name in ["visits", "months"]))] == ["visits", "months"]
    assert [*take(made, lake, only=["months"])] == ["months"]
    with pytest.raises(KeyError, match="visits, months"):
        take(made, lake, only=["visit"])


def test_a_page_that_fails_is_asked_again_and_the_pages_before_it_are_not(lake):
    calls = ThrottledCalls(
        [Limit("api", 1000, burst=100)], lambda error: None, sleep=lambda _: None
    )
    asked: list[int] = []

    def page(number: int) -> list[dict[str, object]]:
        asked.append(number)
        if number == 37 and asked.count(37) < 3:
            raise Throttled("slow down", retry_after=1)
        return [{"day": date(2026, 4, 3), "page": f"/{number}", "n": number}]

    def pages(piece: Slice) -> Iterator[Page]:
        for number in range(1, 41):
            yield Page(calls("api", lambda number=number: page(number)))

    take(source(Shelf({"visits": pages}), VISITS), lake, Range(date(2026, 4, 3), date(2026, 4, 3)))
    assert sorted(numbers(lake)[date(2026, 4, 3)]) == [*range(1, 41)]
    assert asked == [*range(1, 37), 37, 37, *range(37, 41)]


def test_a_flag_lands_on_the_window_it_belongs_to_and_on_no_other(lake):
    bad = date(2026, 3, 14)

    def pages(piece: Slice) -> Iterator[Page]:
        flags = frozenset({"thresholded"}) if piece.first <= bad <= piece.last else frozenset()
        yield Page(visits_of(piece), flags)

    shelf = Shelf({"visits": pages})
    report = take(source(shelf, VISITS), lake, Range(date(2026, 3, 1), date(2026, 3, 31)))["visits"]
    flagged = {m.window: m.flags for m in lake.manifests("shelf", "visits").values() if m.flags}
    assert flagged == {bad: ("thresholded",)}
    assert len(numbers(lake)) == len(report.committed) == 31
    assert len(shelf.asked) == 13  # not one for each of the days


def test_flags_that_hold_for_all_windows_alike_are_not_asked_for_one_by_one(lake):
    def pages(piece: Slice) -> Iterator[Page]:
        yield Page(visits_of(piece), frozenset({"estimated"}), alike=True)

    shelf = Shelf({"visits": pages})
    take(source(shelf, VISITS), lake)
    assert len(shelf.asked) == 1
    assert {m.flags for m in lake.manifests("shelf", "visits").values()} == {("estimated",)}


def test_parts_of_a_flagged_slice_keep_to_its_end(lake):
    def pages(piece: Slice) -> Iterator[Page]:
        yield Page([{"month": piece.last, "n": piece.last_day.day}], frozenset({"sampled"}))

    shelf = Shelf({"months": pages})
    take(source(shelf, MONTHS), lake, Range(date(2026, 2, 1), date(2026, 4, 9)))
    assert numbers(lake, MONTHS) == {
        date(2026, 2, 1): [28],
        date(2026, 3, 1): [31],
        date(2026, 4, 1): [9],
    }
    through = [m.data_through for m in lake.manifests("shelf", "months").values()]
    assert through == [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 9)]


def test_an_open_month_has_data_through_yesterday_and_is_pulled_again(lake):
    made = source(
        Shelf({"months": lambda p: iter([Page([{"month": p.last, "n": p.last_day.day}])])}), MONTHS
    )
    take(made, lake, Range(date(2026, 4, 1), date(2026, 4, 9)))
    (found,) = lake.manifests("shelf", "months").values()
    assert (found.data_through, found.settled) == (date(2026, 4, 9), False)
    take(
        made, lake, Range(date(2026, 4, 1), date(2026, 4, 30)), datetime(2026, 5, 1, 1, tzinfo=UTC)
    )
    (found,) = lake.manifests("shelf", "months").values()
    assert (found.data_through, found.settled) == (date(2026, 4, 30), True)
    assert numbers(lake, MONTHS) == {date(2026, 4, 1): [30]}


def test_a_snapshot_is_taken_for_today_only_and_a_missed_day_stays_missed(lake):
    made = source(Shelf({"likes": lambda p: iter([Page([{"day": p.first, "n": 32_000}])])}), LIKES)
    report = take(made, lake)["likes"]
    assert numbers(lake, LIKES) == {date(2026, 4, 10): [32_000]}
    assert report.skipped == {"past, and only the present can be asked for": 9}
    take(made, lake, Range(date(2026, 4, 1), date(2026, 4, 11)), NOON + timedelta(days=2))
    assert [*numbers(lake, LIKES)] == [date(2026, 4, 10), date(2026, 4, 12)]


def test_windows_of_another_version_of_the_connector_or_other_columns_are_pulled_again(lake):
    stream = replace(VISITS, restates_for=timedelta(0))
    shelf = Shelf({"visits": lambda piece: iter([Page([x | {"m": 1} for x in visits_of(piece)])])})
    assert len(take(source(shelf, stream), lake)["visits"].committed) == 9
    assert len(take(source(shelf, stream), lake)["visits"].committed) == 0
    assert len(take(source(shelf, stream, version="2"), lake)["visits"].committed) == 9
    wider = replace(stream, schema=stream.schema.append(column("m", pa.int64(), "")))
    assert len(take(source(shelf, wider, version="2"), lake)["visits"].committed) == 9


def test_a_mutable_window_of_other_columns_is_not_mixed_with_the_new_ones(lake):
    at = datetime(2026, 4, 9, 8, tzinfo=UTC)
    rows = [{"id": "a", "n": 1, "updated_at": at, "m": 7}]
    shelf = Shelf({"orders": lambda piece: iter([Page(rows)])})
    take(source(shelf, ORDERS), lake)
    wider = replace(ORDERS, schema=ORDERS.schema.append(column("m", pa.int64(), "")))
    rows[0] = rows[0] | {"id": "b"}
    report = take(source(shelf, wider), lake)["orders"]
    assert report.error is None
    assert lake.read("shelf", wider, date(2026, 4, 9)).column("id").to_pylist() == ["b"]


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


def believed(lake: Lake) -> dict[str, int]:
    """What staging makes of the lake: the newest version of each order."""
    tables = [lake.read("shelf", ORDERS, window) for window in lake.manifests("shelf", "orders")]
    newest = newest_of_each_key(ORDERS, [ORDERS.schema.empty_table(), *tables])
    assert newest.num_rows == len(set(newest.column("id").to_pylist()))
    return dict(zip(newest.column("id").to_pylist(), newest.column("n").to_pylist(), strict=True))


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
        made = source(Shelf({"orders": shop.pages}), replace(ORDERS, windows_per_slice=3))
        take(made, lake, Range(began.date(), now.date() - timedelta(days=1)), now)
        assert believed(lake) == {id: row["n"] for id, row in shop.rows.items()}


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
    take(source(Shelf({"orders": pages}), stream, workers=3), lake)
    assert believed(lake) == {"moving": 2, "newest": 1}


def test_ten_rows_that_share_the_second_between_two_days_are_all_there_once(lake):
    shop = Shop()
    midnight = datetime(2026, 4, 5, tzinfo=UTC)
    for n in range(10):
        shop.write(f"first-{n}", n, midnight)
        shop.write(f"last-{n}", n, midnight - timedelta(microseconds=1))
    stream = replace(ORDERS, windows_per_slice=1)
    take(source(Shelf({"orders": shop.pages}), stream), lake)
    found = {w: m.rows for w, m in lake.manifests("shelf", "orders").items() if m.rows}
    assert found == {date(2026, 4, 4): 10, date(2026, 4, 5): 10}
    assert len(believed(lake)) == 20


def test_a_row_that_comes_twice_is_stored_once_as_it_was_last(lake):
    rows = [{"day": date(2026, 4, 2), "page": "/", "n": n} for n in (1, 2)]
    take(source(Shelf({"visits": lambda p: iter([Page(rows[:1]), Page(rows[1:])])}), VISITS), lake)
    assert numbers(lake)[date(2026, 4, 2)] == [2]


def test_days_are_those_of_the_sources_zone(lake):
    shop = Shop()
    # New York's 8th of March 2026 begins at 05:00 UTC and ends, an hour short, at 04:00
    for id, at in {"a": (8, 4, 59), "b": (8, 5, 0), "c": (9, 3, 59), "d": (9, 4, 0)}.items():
        shop.write(id, 0, datetime(2026, 3, *at, tzinfo=UTC))
    shelf = Shelf({"orders": shop.pages}, ZoneInfo("America/New_York"))
    take(source(shelf, ORDERS), lake, Range(date(2026, 3, 7), date(2026, 3, 9)))
    found = {
        window.day: lake.read("shelf", ORDERS, window).column("id").to_pylist()
        for window in lake.manifests("shelf", "orders")
    }
    assert found == {7: ["a"], 8: ["b", "c"], 9: ["d"]}


def test_windows_are_pulled_again_when_the_source_begins_its_days_at_another_hour(lake):
    shop = Shop()
    shop.write("late", 0, datetime(2026, 4, 5, 23, tzinfo=UTC))
    ledger = replace(ORDERS, mutable=False)
    take(source(Shelf({"orders": shop.pages}), ledger), lake)
    moved = Shelf({"orders": shop.pages}, ZoneInfo("Asia/Tokyo"))
    take(source(moved, ledger), lake)
    found = {w: m for w, m in lake.manifests("shelf", "orders").items() if m.rows}
    assert {(w, m.since, m.until) for w, m in found.items()} == {
        (
            date(2026, 4, 6),  # eight in the morning, in Tokyo
            datetime(2026, 4, 5, 15, tzinfo=UTC),
            datetime(2026, 4, 6, 15, tzinfo=UTC),
        )
    }
    asked_before = len(moved.asked)
    take(source(moved, ledger), lake)
    again = [day for piece in moved.asked[asked_before:] for day in piece.windows]
    assert date(2026, 4, 6) not in again, "windows of this zone are not pulled for it again"


def test_a_window_of_days_or_of_rows_that_move_on_has_no_end_in_instants(lake):
    shelf = Shelf({"visits": lambda piece: iter([Page(visits_of(piece))]), "orders": Shop().pages})
    take(source(shelf, VISITS, ORDERS), lake)
    begins = datetime(2026, 4, 5, tzinfo=UTC)
    for stream, expected in {"visits": (None, None), "orders": (begins, None)}.items():
        manifest = lake.manifests("shelf", stream)[date(2026, 4, 5)]
        assert (manifest.since, manifest.until) == expected


def test_a_manifest_says_what_was_pulled_by_which_run_and_whether_it_is_final(lake):
    shelf = Shelf({"visits": lambda piece: iter([Page(visits_of(piece))])})
    take(source(shelf, VISITS, version="7"), lake, run_id="tuesday")
    found = lake.manifests("shelf", "visits")
    assert [m.settled for m in found.values()] == [True] * 6 + [False] * 3
    folder = lake.folder("shelf", "visits")
    written = json.loads(lake.store.get(f"{folder}/window=2026-04-01/manifest.json").content)
    assert {k: written[k] for k in ("run_id", "connector_version", "pulled_at", "rows")} == {
        "run_id": "tuesday",
        "connector_version": "7",
        "pulled_at": "2026-04-10T12:00:00+00:00",
        "rows": 1,
    }


def test_progress_is_told_what_is_planned_and_what_is_done(lake):
    class Told:
        def __init__(self) -> None:
            self.windows: dict[str, int] = {}
            self.rows = 0

        def planned(self, source: str, stream: str, windows: int) -> None:
            self.windows[stream] = windows

        def committed(self, source: str, stream: str, windows: int, rows: int) -> None:
            self.windows[stream] -= windows
            self.rows += rows

    told = Told()
    take(
        source(Shelf({"visits": lambda p: iter([Page(visits_of(p))])}), VISITS), lake, progress=told
    )
    assert (told.windows, told.rows) == ({"visits": 0}, 9)


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
        source(Shelf({"visits": pages}), stream, workers=1),
        lake,
        wanted,
        datetime(2026, 6, 1, tzinfo=UTC),
    )["visits"]
    assert report.rows == per_day * days
    one = lake.read("shelf", VISITS, first).nbytes
    assert peak - before < 15 * one < one * days / 6


def test_a_refused_request_is_told_with_its_remedy(lake):
    def refused(piece: Slice) -> Iterator[Page]:
        raise Rejected("no such metric", "rename it")

    report = take(source(Shelf({"visits": refused}), VISITS), lake)["visits"]
    assert str(report.error) == "no such metric; rename it"
