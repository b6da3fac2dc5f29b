"""A data file that is missing, cut off or changed: noticed, set aside, its windows pulled again or named."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from connectors.lake.catalog import read_catalog, write_catalog
from connectors.lake.damage import given_up
from connectors.lake.lake import Lake
from connectors.lake.mended import remove_mended
from connectors.lake.verifying import LakeReport, verify
from connectors.sdk.contract import Page
from connectors.sdk.windows import Range
from tests.connectors.sdk.engine.fake_source import (
    VISITS,
    FakeConnection,
    numbers,
    source,
    take,
    visits_of,
)

OTHERS = replace(VISITS, name="others")
MADE = source(
    FakeConnection(dict.fromkeys(("visits", "others"), lambda x: iter([Page(visits_of(x))]))),
    VISITS,
    OTHERS,
)
FOLDER = "raw/fake/visits"
MONTH = f"{FOLDER}/month=2026-04/manifests.json"
WHOLE = {date(2026, 4, day): [day] for day in range(1, 10)}
DAYS = tuple(WHOLE)


def delete(lake: Lake, key: str) -> None:
    lake.store.remove([key])


def cut(lake: Lake, key: str) -> None:
    lake.store.put(key, content_of(lake, key)[:-9])


def flip(lake: Lake, key: str) -> None:
    content = bytearray(content_of(lake, key))
    content[len(content) // 2] ^= 1
    lake.store.put(key, bytes(content))


def content_of(lake: Lake, key: str) -> bytes:
    document = lake.store.get(key)
    assert document
    return document.content


@pytest.fixture
def pulled(lake: Lake) -> Lake:
    """A lake with nine days of two streams, catalogued."""
    assert all(report.error is None for report in take(MADE, lake).values())
    write_catalog(lake, [MADE])
    return lake


def data_file(lake: Lake) -> str:
    """The file that the nine days of the stream share."""
    [key] = [key for key in lake.store.list(FOLDER) if "=" in key and key.endswith(".parquet")]
    return key


def told(lake: Lake) -> list[tuple[str, str, tuple[date, ...]]]:
    report: LakeReport = verify(lake.store, [MADE], lambda *_: None)
    return [(fault.what, fault.key, fault.windows) for fault in report.faults]


def test_a_sound_lake_has_no_fault(pulled: Lake) -> None:
    report = verify(pulled.store, [MADE], lambda *_: None)
    assert report.faults == []
    assert report.windows == 18
    assert report.files == 2 * 4, "of each stream schema, attempt, document and data"


@pytest.mark.parametrize(
    ("harm", "what"), [(delete, "missing"), (cut, "damaged"), (flip, "damaged")]
)
def test_verifying_names_the_file_and_its_windows_and_changes_nothing(
    pulled: Lake, harm: Callable[[Lake, str], None], what: str
) -> None:
    key = data_file(pulled)
    harm(pulled, key)
    before = {x: entry.version for x, entry in pulled.store.list("raw").items()}
    assert told(pulled) == [(what, key, DAYS)]
    assert {x: entry.version for x, entry in pulled.store.list("raw").items()} == before


@pytest.mark.parametrize("harm", [delete, cut])
def test_the_next_pull_asks_for_what_is_missing_or_cut_off(
    pulled: Lake, harm: Callable[[Lake, str], None]
) -> None:
    harm(pulled, data_file(pulled))
    report = take(MADE, pulled)["visits"]
    assert report.error is None
    assert sorted(x.window for x in report.committed) == [*DAYS]
    assert numbers(pulled) == WHOLE
    assert numbers(pulled, OTHERS) == WHOLE
    assert told(pulled) == []


def test_a_backfill_mends_a_file_in_which_a_bit_changed(pulled: Lake) -> None:
    flip(pulled, data_file(pulled))
    repulled = Range(DAYS[0], DAYS[-1], repull=True)
    assert take(MADE, pulled, wanted=repulled)["visits"].error is None
    assert numbers(pulled) == WHOLE
    assert told(pulled) == []


def test_rows_that_were_changed_on_disk_are_never_moved_into_another_file(pulled: Lake) -> None:
    key = data_file(pulled)
    flip(pulled, key)
    first = date(2026, 4, 1)
    pulled._months.compact(FOLDER, first)
    assert pulled.manifests("fake", "visits") == {}
    assert [(x, [y.window for y in own]) for x, own in given_up(pulled.store)] == [(key, [*DAYS])]


@pytest.mark.parametrize("harm", [delete, cut])
def test_without_a_pull_the_catalog_leaves_the_windows_out(
    pulled: Lake, harm: Callable[[Lake, str], None]
) -> None:
    harm(pulled, data_file(pulled))
    committed = write_catalog(pulled, [MADE])
    assert {x.stream for x in committed} == {"others"}
    assert told(pulled) == [("lost_rows", data_file_of_note(pulled), DAYS)]
    take(MADE, pulled)
    assert remove_mended(pulled.store, pulled.survey()) == []
    assert [*given_up(pulled.store)] == []
    assert told(pulled) == []


def data_file_of_note(lake: Lake) -> str:
    [(key, _)] = given_up(lake.store)
    return key


@pytest.mark.parametrize("harm", [delete, cut, flip])
def test_manifests_that_are_lost_are_taken_from_the_former_catalog(
    pulled: Lake, harm: Callable[[Lake, str], None]
) -> None:
    before = pulled.manifests("fake", "visits")
    harm(pulled, MONTH)
    write_catalog(pulled, [MADE])
    assert pulled.manifests("fake", "visits") == before
    assert numbers(pulled) == WHOLE
    assert remove_mended(pulled.store, pulled.survey()) == []
    assert told(pulled) == []


def test_without_a_catalog_the_lost_windows_of_a_broken_document_are_named(pulled: Lake) -> None:
    flip(pulled, MONTH)
    pulled.store.remove(["windows.parquet"])
    write_catalog(pulled, [MADE])
    assert read_catalog(pulled, "windows", ["stream"]).to_pylist() == [{"stream": "others"}] * 9
    [fault] = remove_mended(pulled.store, pulled.survey())
    assert (fault.what, fault.key, fault.windows) == ("lost_rows", MONTH, DAYS)


def test_a_document_of_an_earlier_version_without_digest_and_sizes_is_read(pulled: Lake) -> None:
    document = json.loads(content_of(pulled, MONTH))
    del document["digest"], document["sizes"]
    pulled.store.put(MONTH, json.dumps(document).encode())
    assert numbers(pulled) == WHOLE
    assert told(pulled) == []


def test_windows_between_others_that_are_missing_are_a_gap(pulled: Lake) -> None:
    month = pulled.survey().months["fake", "visits"][date(2026, 4, 1)]
    gone = (date(2026, 4, 3), date(2026, 4, 4))
    document = pulled.store.get(MONTH)
    assert pulled._months._swap(MONTH, month.without(gone), document)
    assert told(pulled) == [("uncommitted", MONTH, gone), ("gap", FOLDER, gone)]
    pulled.store.remove(["windows.parquet"])
    assert told(pulled) == [("gap", FOLDER, gone)]


def test_a_document_that_was_deleted_is_named_by_the_last_catalog(pulled: Lake) -> None:
    pulled.store.remove([MONTH])
    assert told(pulled) == [("uncommitted", MONTH, DAYS)]
    write_catalog(pulled, [MADE])
    assert told(pulled) == []


def test_a_file_that_was_committed_after_the_listing_is_not_given_up(pulled: Lake) -> None:
    survey = pulled.survey()
    del survey.files[data_file(pulled)]
    assert pulled.give_up_lost(survey) == []
    assert numbers(pulled) == WHOLE
