"""Months whose windows move into one file: nobody who reads the lake can tell."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pyarrow as pa

from connectors.lake.data_files import LARGE_BYTES, checksum, decoded, encoded, rows_of_window
from connectors.lake.lake import Lake
from connectors.lake.manifest import Finding
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
from tests.object_store.places import lake_in


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
