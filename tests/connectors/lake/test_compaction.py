"""Months whose windows move into one file: nobody who reads the lake can tell, and nothing is lost on the way."""

import os
import random
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta

import duckdb
import pyarrow as pa
import pytest

from connectors.lake.catalog import write_catalog
from connectors.lake.data_files import LARGE_BYTES, checksum, decoded, encoded, rows_of_window
from connectors.lake.lake import Lake
from connectors.lake.manifest import Attempt, Finding, Manifest, as_json
from tests.connectors.lake.test_lake import STREAM, manifest
from tests.object_store.places import Folder, Place, lake_in

FIRST = date(2026, 3, 1)
MARCH = [FIRST + timedelta(days=n) for n in range(31)]
APRIL = date(2026, 4, 1)
NOW = datetime(2026, 4, 2, 9, tzinfo=UTC)


def day(window: date, *, settled: bool = True, **other) -> Manifest:
    return manifest(window, settled=settled, **other)


def rows(window: date, *ids: str) -> pa.Table:
    return pa.table([list(ids), [window] * len(ids)], schema=STREAM.schema)


def fill(lake: Lake, windows: list[date]) -> None:
    """Commit windows one by one, as daily runs do."""
    for window in windows:
        lake.commit(day(window, rows=1), [rows(window, f"{window}")])


def compacted(place: Place) -> Lake:
    """Compact as another process would."""
    lake = lake_in(place)
    lake.compact(lake.survey())
    return lake


def data_files(lake: Lake) -> set[str]:
    """The data files that are named."""
    return {
        f"{x.stream}/{file}"
        for windows in lake.survey().manifests.values()
        for x in windows.values()
        for file in x.files
    }


def content(lake: Lake) -> dict[date, tuple[Manifest, list[str]]]:
    """All that a reader is told of the stream, but for the files."""
    return {
        window: (replace(x, files=()), lake.rows(STREAM, x).column("id").to_pylist())
        for window, x in lake.manifests("shop", "orders").items()
    }


def test_a_month_that_is_over_moves_into_one_file_and_reads_as_before(lake, place):
    fill(lake, [*MARCH, APRIL])
    before = content(lake)
    assert len(data_files(lake)) == 32
    after = compacted(place)
    assert len(data_files(after)) == 2  # of March, and of the first of April
    assert content(after) == before
    assert content(lake_in(place)) == before


def test_a_month_at_work_is_left_until_it_has_eight_files_too_many(lake, place):
    fill(lake, MARCH[:8])
    assert len(data_files(compacted(place))) == 8
    fill(lake, [MARCH[8]])
    assert len(data_files(compacted(place))) == 1


def test_windows_that_are_restated_each_day_do_not_rewrite_their_month_each_day(lake, place):
    fill(lake, [*MARCH, APRIL])
    compacted(place)
    lake.commit(day(MARCH[3], settled=False, pulled_at=NOW, rows=1), [rows(MARCH[3], "new")])
    assert len(data_files(compacted(place))) == 3
    # a day later nobody pulls it any more
    lake.commit(day(APRIL, pulled_at=NOW + timedelta(days=1), rows=1), [rows(APRIL, "later")])
    after = compacted(place)
    assert len(data_files(after)) == 2
    assert content(after)[MARCH[3]][1] == ["new"]


def test_windows_committed_together_share_a_file_from_the_start(lake, place):
    windows = [*MARCH, APRIL]
    makes = {x: lambda _, x=x: (day(x, rows=1), [rows(x, f"{x}")]) for x in windows}
    written = lake.rewrite_all("shop", "orders", makes)
    assert written == lake_in(place).manifests("shop", "orders")
    assert {x.files for x in written.values()} == {written[FIRST].files, written[APRIL].files}
    one_by_one = Lake(f"{place.root}/other")
    fill(one_by_one, windows)
    assert content(one_by_one) == content(lake)


def test_the_checksum_of_a_window_holds_of_its_rows_in_the_shared_file(lake, place):
    fill(lake, [*MARCH, APRIL])
    after = compacted(place)
    [shared] = {file for file in data_files(after) if "month=" in file}
    document = after.store.get(f"raw/shop/{shared}")
    table = decoded(document.content)
    for window, committed in lake.manifests("shop", "orders").items():
        if window != APRIL:
            digest, _ = encoded(rows_of_window(table, window))
            assert checksum([digest]) == committed.checksum


def test_a_window_that_is_pulled_again_leaves_the_shared_file(lake, place):
    fill(lake, [*MARCH, APRIL])
    old = compacted(place).manifests("shop", "orders")
    lake.commit(day(FIRST, rows=2), [rows(FIRST, "a", "b")])
    lake.commit(day(MARCH[1]), [rows(MARCH[1])])
    expected = {window: [f"{window}"] for window in [*MARCH, APRIL]} | {
        FIRST: ["a", "b"],
        MARCH[1]: [],
    }
    assert {window: ids for window, (_, ids) in content(lake).items()} == expected
    after = compacted(place)
    assert {window: ids for window, (_, ids) in content(after).items()} == expected
    [file] = {x for x in data_files(after) if "month=" in x}
    table = decoded(after.store.get(f"raw/shop/{file}").content)
    assert table.num_rows == 31  # 29 days and the two rows; nothing is left behind
    # who read the old manifests still finds the old rows
    assert after.rows(STREAM, old[FIRST]).column("id").to_pylist() == [f"{FIRST}"]


def test_pulling_the_same_rows_again_writes_no_file(lake, place):
    fill(lake, [*MARCH, APRIL])
    compacted(place)
    before = {key for key in place.every_key() if key.endswith(".parquet")}
    fill(lake, MARCH)
    assert {key for key in place.every_key() if key.endswith(".parquet")} == before


def test_a_manifest_can_change_while_its_rows_stay_where_they_are(lake, place):
    fill(lake, [*MARCH, APRIL])
    compacted(place)
    finding = Finding(what="differs_from_total", message="")
    lake.rewrite(
        "shop", "orders", FIRST, lambda x: (replace(x, findings=(finding,), settled=False), None)
    )
    changed = lake.manifests("shop", "orders")[FIRST]
    assert (changed.findings, changed.settled) == ((finding,), False)
    assert content(lake)[FIRST][1] == [f"{FIRST}"]
    assert changed.files[0].startswith("month=2026-03/")


def test_rows_with_other_columns_do_not_share_a_file(lake, place):
    other = pa.schema([*STREAM.schema, pa.field("amount", pa.int64())])
    fill(lake, [*MARCH[:3], APRIL])
    for window in MARCH[3:6]:
        table = pa.table([[f"{window}"], [window], [7]], schema=other)
        lake.commit(day(window, rows=1, schema_hash="other"), [table])
    after = compacted(place)
    files = [x.files for x in after.manifests("shop", "orders").values()]
    assert len({*files}) == 3
    assert after.read("shop", STREAM, MARCH[4]).to_pylist() == [
        {"id": f"{MARCH[4]}", "day": MARCH[4], "amount": 7}
    ]
    assert compacted(place).manifests("shop", "orders") == after.manifests("shop", "orders")


def test_a_large_window_keeps_a_file_of_its_own(lake, place):
    noise = random.Random(1)
    ids = [f"{noise.getrandbits(256):x}" for _ in range(40_000)]
    fill(lake, [*MARCH[:3], APRIL])
    large = lake.commit(day(MARCH[5], rows=len(ids)), [rows(MARCH[5], *ids)])
    assert large.bytes > LARGE_BYTES
    after = compacted(place).manifests("shop", "orders")
    assert after[MARCH[5]] == large
    assert len({x.files for window, x in after.items() if window in MARCH}) == 2


def test_a_lost_file_stops_no_compaction_of_other_months_and_its_window_is_given_up(lake, place):
    fill(lake, [date(2026, 2, 1), date(2026, 2, 2), *MARCH, APRIL])
    [file] = lake.manifests("shop", "orders")[date(2026, 2, 2)].files
    lake.store.remove([f"raw/shop/orders/{file}"])
    after = compacted(place)
    assert len(data_files(after)) == 3
    assert date(2026, 2, 2) not in after.manifests("shop", "orders")
    assert date(2026, 2, 1) in after.manifests("shop", "orders")
    fill(after, [date(2026, 2, 2)])
    assert after.read("shop", STREAM, date(2026, 2, 2)).column("id").to_pylist() == ["2026-02-02"]


def test_so_many_files_are_moved_at_once_and_the_others_the_next_time(lake, place):
    fill(lake, [date(2026, 1, 1), date(2026, 1, 2), date(2026, 2, 1), date(2026, 2, 2), APRIL])
    first = lake_in(place)
    first.compact(first.survey(), max_files=3)
    assert len(data_files(first)) == 4
    first.compact(first.survey(), max_files=3)
    assert len(data_files(first)) == 3


def old_lake(lake: Lake, windows: list[date]) -> dict[date, tuple[Manifest, list[str]]]:
    """Fill a lake as it was before: a manifest in each window's folder. Returns what is in it."""
    filled = {}
    for window in windows:
        digest, written = encoded(rows(window, f"{window}"))
        folder, name = f"raw/shop/orders/window={window}", f"{digest}-0123abcd.parquet"
        committed = day(window, rows=1, bytes=len(written), checksum=checksum([digest]))
        lake.store.put(f"{folder}/{name}", written)
        lake.store.put(f"{folder}/manifest.json", as_json(asdict(committed) | {"files": [name]}))
        filled[window] = committed, [f"{window}"]
    return filled


def test_a_lake_of_before_is_read_and_compacted(place):
    lake = lake_in(place)
    before = old_lake(lake, [*MARCH, APRIL])
    assert content(lake) == before
    assert lake.read("shop", STREAM, FIRST).column("id").to_pylist() == [f"{FIRST}"]
    assert [*lake.between("shop", STREAM, MARCH[30], APRIL)] == [MARCH[30], APRIL]
    assert content(compacted(place)) == before
    assert len(data_files(lake)) == 2
    place.age(25)
    lake.record(Attempt(source="shop", stream="orders", at=NOW, outcome="ok"))
    assert lake.sweep(lake.survey()) == 0
    place.age(25)
    lake.record(Attempt(source="shop", stream="orders", at=NOW, outcome="ok"))
    assert lake.sweep(lake.survey()) == 63  # a manifest a window, and the files of March
    assert content(lake) == before
    keys = {key for key in place.every_key() if "=" in key}
    assert len(keys) == 4  # two documents, and a file each


def test_a_window_of_a_lake_of_before_is_replaced_and_the_others_stay(place):
    lake = lake_in(place)
    before = old_lake(lake, [*MARCH, APRIL])
    lake.commit(day(FIRST, rows=1), [rows(FIRST, "new")])
    after = content(lake_in(place))
    assert after.pop(FIRST)[1] == ["new"]
    assert after == {window: x for window, x in before.items() if window != FIRST}


@pytest.mark.parametrize("of_before", [False, True])
def test_killed_at_any_request_a_compaction_leaves_a_lake_that_reads_the_same(
    place, monkeypatch, of_before
):
    for step in range(100):
        root = f"{place.root}/{step}"
        make = old_lake if of_before else fill
        make(Lake(root), [*MARCH[:3], APRIL])
        before = content(Lake(root))
        lake = Lake(root)
        asked = die_at(lake, monkeypatch, step)
        try:
            lake.compact(lake.survey())
        except KeyboardInterrupt:
            assert content(Lake(root)) == before
            again = Lake(root)
            again.compact(again.survey())
            assert content(Lake(root)) == before
            assert len(data_files(Lake(root))) == 2
        else:
            break
    assert len(asked) == step > 5


def die_at(lake: Lake, monkeypatch, step: int) -> list[str]:
    """Have the process die at a request to the store, half of the times after the request was served."""
    asked: list[str] = []

    def dying(name):
        method = getattr(lake.store, name)

        def call(*arguments, **options):
            if len(asked) == step and step % 2:
                raise KeyboardInterrupt
            answer = method(*arguments, **options)
            if len(asked) == step:
                raise KeyboardInterrupt
            asked.append(name)
            return answer

        return call

    for name in ("list", "read", "get", "put", "swap", "remove"):
        monkeypatch.setattr(lake.store, name, dying(name))
    return asked


def test_what_is_committed_while_a_month_is_compacted_is_kept(lake, place, monkeypatch):
    fill(lake, [*MARCH, APRIL])
    swap, other = lake.store.swap, lake_in(place)

    def meanwhile(*arguments):
        monkeypatch.setattr(lake.store, "swap", swap)
        other.commit(day(FIRST, rows=1), [rows(FIRST, "theirs")])
        swap(*arguments)

    monkeypatch.setattr(lake.store, "swap", meanwhile)
    lake.compact(lake.survey())
    assert content(lake)[FIRST][1] == ["theirs"]
    assert len(data_files(lake)) == 32  # the next run does it
    assert content(compacted(place))[FIRST][1] == ["theirs"]


def test_what_is_compacted_while_a_window_is_committed_loses_nothing(lake, place, monkeypatch):
    fill(lake, [*MARCH, APRIL])
    swap = lake.store.swap

    def meanwhile(*arguments):
        monkeypatch.setattr(lake.store, "swap", swap)
        compacted(place)
        swap(*arguments)

    monkeypatch.setattr(lake.store, "swap", meanwhile)
    lake.commit(day(FIRST, rows=1), [rows(FIRST, "new")])
    ids = {window: ids_of_window for window, (_, ids_of_window) in content(lake).items()}
    assert ids == {window: [f"{window}"] for window in [*MARCH, APRIL]} | {FIRST: ["new"]}
    assert len(data_files(lake)) == 3


def test_an_unchanged_month_is_read_once_and_never_again_with_the_cache(
    bucket, s3_server, tmp_path
):
    def opened() -> Lake:
        return Lake(f"s3://{bucket.name}/lake", cache=tmp_path / "cache.sqlite")

    fill(opened(), [*MARCH, APRIL])
    opened().survey()
    before = s3_server.asked.copy()
    assert len(opened().survey().manifests["shop", "orders"]) == 32
    assert s3_server.asked - before == {"LIST": 1}


@pytest.mark.parametrize("seed", range(int(os.environ.get("HISTORIES", "8"))))
def test_any_history_reads_as_in_a_lake_that_is_never_compacted(tmp_path, seed):
    chance = random.Random(seed)
    places = Folder(tmp_path / "compacted"), Folder(tmp_path / "plain")
    windows = [date(2026, 1, 20) + timedelta(days=n) for n in range(60)]
    at = datetime(2026, 3, 30, 9, tzinfo=UTC)
    source = type("Declared", (), {"name": "shop", "instance": "shop", "streams": [STREAM]})
    for step in range(15):
        at += timedelta(hours=chance.choice([1, 30]))
        some = chance.sample(windows, chance.choice([1, 2, 9, 30]))
        number = chance.randrange(4)
        is_settled = chance.random() < 0.7
        keeps_rows = chance.random() < 0.15
        for place in places:
            lake = lake_in(place)

            def make(window, number=number, at=at, settled=is_settled, keeps=keeps_rows):
                ids = [f"{window}-{n}" for n in range(number)]
                new = day(window, settled=settled, pulled_at=at, rows=number)
                return lambda x: (
                    (replace(new, rows=x.rows), None)
                    if keeps and x
                    else (new, [rows(window, *ids)])
                )

            lake.rewrite_all("shop", "orders", {window: make(window) for window in some})
        if chance.random() < 0.5:
            compact_and_sweep(places[0], source, chance)
        if step % 5 == 4:
            assert content(lake_in(places[0])) == content(lake_in(places[1]))
    compact_and_sweep(places[0], source, chance)
    write_plain_catalog(places[1], source)
    assert content(lake_in(places[0])) == content(lake_in(places[1]))
    assert in_sql(places[0]) == in_sql(places[1])
    assert len(data_files(lake_in(places[0]))) <= 3 + 2 * 8


def compact_and_sweep(place: Folder, source, chance: random.Random) -> None:
    write_catalog(lake_in(place), [source])
    place.age(chance.choice([1, 25, 50]))


def write_plain_catalog(place: Folder, source) -> None:
    lake = lake_in(place)
    lake.compact = lambda survey: None  # type: ignore[method-assign]
    write_catalog(lake, [source])


def in_sql(place: Folder) -> list[tuple[object, ...]]:
    """Every committed row as SQL finds it by the catalog: its window, the checksum of that, and its id."""
    return duckdb.sql(
        f"""
        with committed as (
            select "window", checksum, unnest(files) as file from '{place.root}/windows.parquet'
        ),
        stored as (
            select cast(null as date) as _window where false
            union all by name
            select *, regexp_extract(filename, 'shop/orders/.*') as file
            from read_parquet('{place.root}/raw/shop/orders/*=*/*.parquet', union_by_name = true, filename = true)
        )
        select "window", checksum, id
        from stored inner join committed on
            stored.file = committed.file
            and (stored._window is null or stored._window = committed."window")
        order by all
        """
    ).fetchall()
