"""The raw lake: windows that are there whole or not at all, wherever it is."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Event

import pyarrow as pa
import pytest

from connectors.lake.folder import FolderStore
from connectors.lake.lake import Lake
from connectors.lake.manifest import Attempt, Manifest, schema_hash
from connectors.sdk.contract import Cadence, Stream, column
from tests.object_store.places import Place, lake_in

DAY = date(2026, 4, 1)
STREAM_FOLDER = "raw/shop/orders/"
WINDOW = "raw/shop/orders/window=2026-04-01/"
OTHER = "raw/shop/orders/window=2026-04-02/"
STREAM = Stream(
    name="orders",
    description="",
    schema=pa.schema([column("id", pa.string(), "Names it"), column("day", pa.date32(), "")]),
    key=("id",),
    cursor="day",
)


def manifest(window: date = DAY, **other) -> Manifest:
    return Manifest(
        **{
            "source": "shop",
            "stream": "orders",
            "window": window,
            "data_through": window,
            "pulled_at": datetime(2026, 4, 2, 9, tzinfo=UTC),
            "rows": 0,
            "bytes": 0,
            "checksum": "",
            "schema_hash": schema_hash(STREAM.schema),
            "settled": False,
            "flags": (),
            "connector_version": "1",
            "run_id": "run",
            "files": (),
        }
        | other
    )


def table(*ids: str) -> pa.Table:
    return pa.table([list(ids), [DAY] * len(ids)], schema=STREAM.schema)


def ids(lake: Lake, window: date = DAY) -> list[str]:
    return lake.read("shop", STREAM, window).column("id").to_pylist()


def ids_of(lake: Lake, committed: Manifest) -> list[str]:
    return lake.rows(STREAM, committed).column("id").to_pylist()


def parquet_files(place: Place) -> set[str]:
    return {
        key.removeprefix(STREAM_FOLDER) for key in place.every_key() if key.endswith(".parquet")
    }


def killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_what_is_committed_is_read_back_with_its_manifest(lake, place):
    written = lake.commit(manifest(flags=("sampled",), rows=2), [table("a", "b")])
    assert ids(lake) == ids(lake_in(place)) == ["a", "b"]
    assert lake.manifests("shop", "orders") == {DAY: written}
    assert lake_in(place).manifests("shop", "orders") == {DAY: written}
    assert written.flags == ("sampled",)
    assert {*written.files} == parquet_files(place)
    assert written.bytes > 0


def test_equal_rows_make_equal_checksums_whenever_and_wherever_they_are_pulled(lake, tmp_path):
    first = lake.commit(manifest(), [table("a", "b")])
    second = lake.commit(
        manifest(run_id="other", pulled_at=datetime(2026, 5, 1, tzinfo=UTC)), [table("a", "b")]
    )
    in_other_lake = Lake(tmp_path / "other").commit(manifest(), [table("a", "b")])
    assert first.files == second.files
    assert first.checksum == second.checksum == in_other_lake.checksum
    assert first.bytes == second.bytes == in_other_lake.bytes
    assert lake.commit(manifest(), [table("a")]).checksum != first.checksum


def test_a_window_without_rows_is_committed_and_differs_from_one_never_pulled(lake):
    lake.commit(manifest(), [table()])
    assert lake.manifests("shop", "orders")[DAY].files == ()
    assert ids(lake) == []
    assert date(2026, 4, 2) not in lake.manifests("shop", "orders")
    assert ids(lake, date(2026, 4, 2)) == []


def test_a_run_killed_before_its_manifest_leaves_nothing_to_be_seen(lake, place, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(lake.store, "swap", killed)
        with pytest.raises(KeyboardInterrupt):
            lake.commit(manifest(), [table("a")])
    assert parquet_files(place)  # the data is there, and does not count
    assert lake.manifests("shop", "orders") == {}
    assert ids(lake) == []
    assert lake.survey().manifests == {}
    lake.commit(manifest(), [table("a", "b")])
    assert ids(lake) == ["a", "b"]


def test_a_run_killed_while_replacing_leaves_the_window_as_it_was(lake, monkeypatch):
    before = lake.commit(manifest(), [table("a")])
    with monkeypatch.context() as patched:
        patched.setattr(lake.store, "swap", killed)
        with pytest.raises(KeyboardInterrupt):
            lake.commit(manifest(), [table("b")])
    assert ids(lake) == ["a"]
    assert lake.manifests("shop", "orders") == {DAY: before}


def test_who_read_the_manifest_before_it_was_replaced_still_finds_its_files(lake):
    before = lake.commit(manifest(), [table("a")])
    lake.commit(manifest(), [table("b")])
    lake.sweep(lake.survey())
    assert ids_of(lake, before) == ["a"]
    assert ids(lake) == ["b"]


def test_files_no_manifest_names_go_once_they_are_a_day_old(lake, place):
    first = lake.commit(manifest(), [table("a")])
    place.write(f"{WINDOW}left-by-a-killed-run.parquet", b"half a file")
    place.write(f"{OTHER}left-by-a-killed-run.parquet", b"half a file")
    place.age(48)
    second = lake.commit(manifest(), [table("b")])
    # who read the document just before it was replaced may be reading the first one's files
    assert sweep(place) == set()
    assert ids_of(lake, first) == ["a"]
    place.age(23)
    lake.commit(manifest(date(2026, 4, 3)), [table("c")])
    assert sweep(place) == set()
    place.age(2)
    lake.commit(manifest(date(2026, 4, 4)), [table("d")])
    left = {f"{folder}left-by-a-killed-run.parquet" for folder in (WINDOW, OTHER)}
    assert sweep(place) == {f"{STREAM_FOLDER}{first.files[0]}", *left}
    assert ids_of(lake, second) == ids(lake) == ["b"]
    assert ids(lake, date(2026, 4, 3)) == ["c"]


def test_a_file_of_a_run_at_work_is_not_swept_once_it_is_named_and_replaced(lake, place):
    lake.commit(manifest(), [table("a")])
    place.write(f"{WINDOW}at-work.parquet", b"will be named")
    assert sweep(place) == set()
    place.age(25)
    lake.commit(manifest(date(2026, 4, 3)), [table("c")])
    # it was too young to count as left behind, and may have been named and replaced since
    assert sweep(place) == set()


def test_a_window_committed_since_the_lake_was_looked_at_is_not_swept(lake, place):
    lake.commit(manifest(), [table("a")])
    place.age(48)
    lake.commit(manifest(date(2026, 4, 3)), [table("c")])
    old = lake.survey()
    lake.commit(manifest(), [table("b")])
    lake.sweep(old)
    assert ids(lake) == ["b"]


def sweep(place: Place) -> set[str]:
    """Sweep as another process would. Returns what went."""
    before = place.every_key()
    lake = lake_in(place)
    lake.sweep(lake.survey())
    return before - place.every_key()


def test_of_two_that_commit_a_window_at_once_the_later_replaces_the_other_whole(
    lake, place, monkeypatch
):
    swap, other = lake.store.swap, lake_in(place)

    def meanwhile(*arguments):
        """Another process commits between our files and our manifest."""
        monkeypatch.setattr(lake.store, "swap", swap)
        other.commit(manifest(rows=1, run_id="theirs"), [table("theirs")])
        swap(*arguments)

    lake.commit(manifest(), [table("ours")])  # our rows were there once, long ago
    place.age(48)
    lake.commit(manifest(), [table("between")])
    monkeypatch.setattr(lake.store, "swap", meanwhile)
    lake.commit(manifest(rows=1, run_id="ours"), [table("ours")])
    other.sweep(other.survey())
    assert ids(lake) == ids(other) == ["ours"]
    assert lake.manifests("shop", "orders")[DAY].run_id == "ours"


def test_what_is_made_of_the_committed_rows_is_made_anew_of_those_another_process_committed(
    lake, place, monkeypatch
):
    swap, other = lake.store.swap, lake_in(place)

    def meanwhile(*arguments):
        monkeypatch.setattr(lake.store, "swap", swap)
        other.rewrite("shop", "orders", DAY, adding("theirs", other))
        swap(*arguments)

    lake.commit(manifest(), [table("old")])
    monkeypatch.setattr(lake.store, "swap", meanwhile)
    lake.rewrite("shop", "orders", DAY, adding("ours", lake))
    assert ids(lake) == ["old", "theirs", "ours"]


def adding(name: str, lake: Lake):
    """Adds a row to what is committed."""

    def make(committed):
        rows = lake.rows(STREAM, committed).column("id").to_pylist()
        return manifest(), [table(*rows, name)]

    return make


def test_eight_writers_of_one_window_lose_no_row(place):
    def write(number: int) -> None:
        lake = lake_in(place)
        lake.rewrite("shop", "orders", DAY, adding(f"{number}", lake))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    assert sorted(ids(lake_in(place))) == sorted(map(str, range(8)))


def test_a_reader_meets_whole_windows_only_while_they_are_written(place):
    done = Event()

    def write() -> None:
        lake = lake_in(place)
        for number in range(25):
            lake.commit(manifest(rows=3), [table(*[f"{number}"] * 3)])
        done.set()

    def read() -> list[list[str]]:
        lake, seen = lake_in(place), []
        while not done.is_set():
            seen.append(ids(lake))
        return seen

    with ThreadPoolExecutor(2) as pool:
        reading = pool.submit(read)
        pool.submit(write).result()
    met = [rows for rows in reading.result() if rows]
    assert met
    assert all(len(rows) == 3 and len({*rows}) == 1 for rows in met)


def test_a_look_between_two_days_finds_the_committed_windows_of_that_time_only(lake):
    for day in (date(2026, 3, 31), DAY, date(2026, 4, 3)):
        lake.commit(manifest(day), [table("a")])
    assert [*lake.between("shop", STREAM, DAY, date(2026, 4, 2))] == [DAY]
    months = Stream(**vars(STREAM) | {"window": Cadence.MONTH})
    assert [*lake.between("shop", months, date(2026, 4, 20), date(2026, 5, 2))] == [DAY]


def test_a_stream_that_was_never_pulled_can_be_read_as_empty_with_its_descriptions(lake):
    lake.declare("shop", STREAM.name, STREAM.schema)
    schema = lake.survey().schemas["shop", "orders"]
    assert schema.field("id").metadata[b"description"] == b"Names it"


def test_the_last_attempt_of_each_stream_is_remembered(lake):
    at = datetime(2026, 4, 2, 9, tzinfo=UTC)
    lake.record(Attempt(source="shop", stream="orders", at=at, outcome="ok"))
    failed = Attempt(source="shop", stream="orders", at=at, outcome="quota", message="spent")
    lake.record(failed)
    assert lake.survey().attempts == [failed]
    assert lake.attempts([("shop", "orders"), ("shop", "others")]) == [failed]


def test_a_folder_that_becomes_empty_goes_while_others_write_into_it(tmp_path):
    store = FolderStore(tmp_path)

    def write_and_remove(number: int) -> None:
        for step in range(50):
            key = f"raw/window=2026-04-01/{number}-{step}"
            store.put(key, b"rows") if step % 2 else store.swap(key, b"rows", None)
            store.remove([key])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write_and_remove, range(4)))
    assert store.list("raw") == {}
    assert [*(tmp_path / "raw").iterdir()] == []
