"""A compaction that is killed, or at work beside others, and lakes of before: nothing is lost on the way."""

import os
import random
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta

import duckdb
import pytest

from connectors.lake.catalog import write_catalog
from connectors.lake.data_files import checksum, encoded
from connectors.lake.lake import Lake
from connectors.lake.manifest import Attempt, Manifest, as_json
from tests.connectors.lake.test_lake import STREAM
from tests.connectors.lake.windows_of_march import (
    APRIL,
    FIRST,
    MARCH,
    NOW,
    compacted,
    content,
    data_files,
    day,
    fill,
    rows,
)
from tests.object_store.places import Folder, lake_in


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
            reopened = Lake(root)
            reopened.compact(reopened.survey())
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
