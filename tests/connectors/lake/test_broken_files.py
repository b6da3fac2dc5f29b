"""A file of the lake's own that cannot be read is moved out of the way; all others are read as before."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from connectors.lake.broken import set_aside
from connectors.lake.catalog import read_catalog, write_catalog
from connectors.lake.lake import Lake
from connectors.lake.store import Entry
from connectors.sdk.contract import Page
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


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def empty(content: bytes) -> bytes:
    return b""


def without_a_key(content: bytes) -> bytes:
    document = json.loads(content)
    del document["windows"][3]["checksum"]
    return json.dumps(document).encode()


def a_list(content: bytes) -> bytes:
    return b"[1]"


def a_null(content: bytes) -> bytes:
    return b"null"


def zeros(content: bytes) -> bytes:
    return bytes(len(content))


def a_garbled_footer(content: bytes) -> bytes:
    """Parquet's own description of a file, of which Arrow says that it is an OSError."""
    return content[:-40] + bytes([255]) * 32 + content[-8:]


def latin_1(content: bytes) -> bytes:
    return content.replace(b"fake", "f\xe4ke".encode("latin-1"))


def text_for_a_mapping(content: bytes) -> bytes:
    return b'{"format": 1, "shared": [], "windows": "x"}'


@pytest.fixture
def pulled(lake: Lake) -> Lake:
    """A lake with nine days of two streams."""
    assert all(report.error is None for report in take(MADE, lake).values())
    return lake


def harm(lake: Lake, key: str, change: Callable[[bytes], bytes]) -> bytes:
    document = lake.store.get(key)
    assert document
    content = change(document.content)
    lake.store.put(key, content)
    return content


@pytest.mark.parametrize(
    "change",
    [cut, empty, without_a_key, a_list, a_null, zeros, latin_1, text_for_a_mapping],
)
def test_a_broken_manifest_is_set_aside_and_its_windows_are_pulled_again(
    pulled: Lake, change: Callable[[bytes], bytes]
) -> None:
    content = harm(pulled, MONTH, change)
    assert numbers(pulled) == {}
    assert numbers(pulled, OTHERS) == WHOLE
    [(key, place)] = set_aside(pulled.store)
    assert key == MONTH
    kept = pulled.store.get(place)
    assert kept
    assert kept.content == content
    assert take(MADE, pulled)["visits"].error is None
    assert numbers(pulled) == WHOLE
    assert len([*set_aside(pulled.store)]) == 1


def test_a_commit_beside_a_broken_manifest_counts(pulled: Lake) -> None:
    harm(pulled, MONTH, cut)
    report = take(MADE, pulled, only=["visits"])["visits"]
    assert report.error is None
    assert numbers(pulled) == WHOLE


@pytest.mark.parametrize("change", [cut, empty, zeros, a_garbled_footer])
def test_a_broken_schema_is_written_anew(pulled: Lake, change: Callable[[bytes], bytes]) -> None:
    harm(pulled, f"{FOLDER}/_schema.parquet", change)
    write_catalog(pulled, [MADE])
    assert pulled.survey().schemas["fake", "visits"] == VISITS.schema
    assert numbers(pulled) == WHOLE


@pytest.mark.parametrize("change", [cut, empty, a_list])
def test_a_broken_note_of_a_pull_stops_nothing(
    pulled: Lake, change: Callable[[bytes], bytes]
) -> None:
    harm(pulled, f"{FOLDER}/_attempt.json", change)
    assert [x.stream for x in pulled.attempts([("fake", "visits"), ("fake", "others")])] == [
        "others"
    ]
    write_catalog(pulled, [MADE])
    assert read_catalog(pulled, "attempts", ["stream"]).to_pylist() == [{"stream": "others"}]
    assert take(MADE, pulled)["visits"].error is None
    assert len(pulled.attempts([("fake", "visits")])) == 1


def test_the_rows_of_a_broken_manifest_are_not_swept(pulled: Lake) -> None:
    harm(pulled, MONTH, cut)
    data = [key for key in pulled.store.list(FOLDER) if "=" in key and key.endswith(".parquet")]
    survey = pulled.survey()
    newest = max(entry.modified for entry in survey.files.values())
    for key in data:
        survey.files[key] = Entry(survey.files[key].version, newest - timedelta(days=3))
    since = (newest - timedelta(days=2)).isoformat()
    pulled.store.put("_sweep.json", json.dumps(dict.fromkeys(data, since)).encode())
    assert data
    assert pulled.sweep(survey) == 0
    assert all(pulled.store.get(key) for key in data)
