"""What a stream declares is kept: its columns, its key, its deletes, its zone."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from connectors.lake.lake import Lake
from connectors.sandbox.served import Served
from connectors.sdk.contract import Stream
from connectors.sdk.currencies import CURRENCIES
from connectors.sdk.engine import StreamReport
from connectors.sdk.errors import ConnectorBug
from connectors.sdk.windows import Range
from tests.conformance.case import Case, Pull
from tests.conformance.replay import Recording, Row, key_of, recorded

MADRID = ZoneInfo("Europe/Madrid")
STRANGE = {"somebody's name": "that is private"}
"""Fits no column's type."""


@pytest.fixture(scope="session")
def recordings() -> dict[str, Recording]:
    """What was recorded already."""
    return {}


@pytest.fixture
def recording(
    case: Case,
    stream: Stream,
    served: Served,
    recordings: dict[str, Recording],
    puller: Callable[[str], Pull],
) -> Recording:
    name = f"{case.source.name}-{stream.name}"
    if name not in recordings:
        lake: Lake = puller("recorded").lake
        recordings[name] = recorded(case.source, served.values, stream, lake)
    return recordings[name]


def replayed(
    pulled: Pull, recording: Recording, rows: list[Row] | None = None, **how: Any
) -> StreamReport:
    """What pulling these rows of the recorded stream comes to."""
    (report,) = pulled(recording.source(rows, **how), {}).values()
    return report


def in_lake(pulled: Pull, recording: Recording) -> list[Row]:
    """The rows in the lake."""
    return [row for _, row in pulled.rows(recording.source(), recording.stream.name)]


def sets_aside_the_last(pulled: Pull, recording: Recording, changed: Row, column: str) -> None:
    """Asserts that of the rows, the last one `changed`, only that one is set aside, once, and its column named."""
    stream = recording.stream
    *most, _ = recording.rows
    report = replayed(pulled, recording, [*most, changed])
    assert report.error is None
    told = [x for manifest in report.committed for x in manifest.findings]
    assert [(x.column, x.rows, x.is_set_aside) for x in told] == [(column, 1, True)]
    assert "private" not in str(told)
    assert b"private" not in pulled.written()
    kept = {key_of(stream, row) for row in in_lake(pulled, recording)}
    assert kept == {key_of(stream, row) for row in most}


def test_a_column_that_goes_missing_is_named(
    case: Case, recording: Recording, pulled: Pull
) -> None:
    for column in recording.stream.schema.names:
        rows = [
            {name: value for name, value in row.items() if name != column} for row in recording.rows
        ]
        report = replayed(pulled, recording, rows)
        assert report.error is not None
        assert report.error.kind == "drift"
        assert column in str(report.error)
        assert in_lake(pulled, recording) == []


def test_a_row_with_a_value_of_another_type_is_set_aside(
    case: Case, recording: Recording, pulled: Pull
) -> None:
    for column in recording.stream.schema.names:
        sets_aside_the_last(pulled, recording, recording.rows[-1] | {column: STRANGE}, column)


def test_a_row_without_a_value_that_is_needed_is_set_aside(
    case: Case, recording: Recording, pulled: Pull
) -> None:
    for field in recording.stream.schema:
        if not field.nullable:
            changed = recording.rows[-1] | {field.name: None}
            sets_aside_the_last(pulled, recording, changed, field.name)


def test_a_row_without_anything_that_may_be_missing_is_kept(
    case: Case, recording: Recording, pulled: Pull
) -> None:
    bare = {field.name: None for field in recording.stream.schema if field.nullable}
    rows = [row | bare for row in recording.rows]
    assert replayed(pulled, recording, rows).error is None
    assert len(in_lake(pulled, recording)) == len(rows)


def test_a_row_with_a_value_that_is_not_declared_is_set_aside(
    case: Case, recording: Recording, pulled: Pull
) -> None:
    for field in recording.stream.schema:
        notes = field.metadata or {}
        if b"values" in notes:
            changed = recording.rows[-1] | {field.name: "unheard of"}
            sets_aside_the_last(pulled, recording, changed, field.name)
        elif b"least" in notes:
            changed = recording.rows[-1] | {field.name: int(notes[b"least"]) - 1}
            sets_aside_the_last(pulled, recording, changed, field.name)


def test_keys_and_cursors_are_declared_as_needed(case: Case, stream: Stream) -> None:
    needed = {name for name in stream.schema.names if not stream.schema.field(name).nullable}
    assert needed >= {*stream.key, stream.cursor}


def test_a_field_that_is_not_declared_is_not_stored(
    case: Case, recording: Recording, pulled: Pull
) -> None:
    rows = [row | {"somebody's name": "that is private"} for row in recording.rows]
    assert replayed(pulled, recording, rows).error is None
    assert in_lake(pulled, recording)
    assert b"private" not in pulled.written()


def test_what_breaks_off_between_two_pages_is_not_there_and_is_caught_up_with(
    case: Case, recording: Recording, pulled: Pull, puller: Callable[[str], Pull]
) -> None:
    clean = puller("clean")
    replayed(clean, recording)
    for half in {0, len(recording.rows) - 1}:
        report = replayed(pulled, recording, fails_at=half)
        assert isinstance(report.error, ConnectorBug)
        assert in_lake(pulled, recording) == []
    assert replayed(pulled, recording).error is None
    source = recording.source()
    assert pulled.stored(source) == clean.stored(source)


def test_a_restated_window_is_replaced_and_what_vanished_goes_by_the_rule(
    case: Case, recording: Recording, pulled: Pull
) -> None:
    stream = recording.stream
    replayed(pulled, recording)
    before = {key_of(stream, row): row for row in in_lake(pulled, recording)}
    vanished, *restated = [restate(stream, row) for row in recording.rows]
    replayed(pulled, recording, restated)
    expected = {key_of(stream, row): stored(stream, row) for row in restated}
    if stream.mutable:  # a row is not gone because it moved on: a column says deleted
        expected[key_of(stream, vanished)] = before[key_of(stream, vanished)]
    assert {key_of(stream, row): row for row in in_lake(pulled, recording)} == expected


def restate(stream: Stream, row: Row) -> Row:
    """The row with other figures."""
    changed = dict(row)
    for field in stream.schema:
        if field.name in {*stream.key, stream.cursor} or row[field.name] is None:
            continue
        if pa.types.is_integer(field.type):
            changed[field.name] += 1
        elif values := declared_values(field):
            changed[field.name] = next(value for value in values if value != row[field.name])
        elif pa.types.is_string(field.type):
            changed[field.name] += "!"
    return changed


def declared_values(field: pa.Field) -> list[str]:
    """The values that a column can have; none where any is allowed."""
    declared = json.loads((field.metadata or {}).get(b"values", b"[]"))
    return CURRENCIES if declared == "ISO 4217" else declared


def stored(stream: Stream, row: Row) -> Row:
    """The row as Arrow gives it back."""
    columns = {field.name: [row[field.name]] for field in stream.schema}
    kept: Row = pa.table(columns, schema=stream.schema).to_pylist()[0]
    return kept


def test_days_of_23_and_25_hours_are_whole(case: Case, recording: Recording, pulled: Pull) -> None:
    stream = recording.stream
    kind, key = stream.schema.field(stream.cursor).type, stream.schema.field(stream.key[0]).type
    if not pa.types.is_timestamp(kind):
        pytest.skip(f"{stream.name} comes in days that the source has counted")
    pattern = recording.rows[0]
    for day, hours in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 25)):
        first = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=30)
        names = [f"{n}" if pa.types.is_string(key) else n for n in range(80)]
        rows = [
            pattern | {stream.key[0]: name, stream.cursor: first + timedelta(hours=n)}
            for n, name in enumerate(names)
        ]
        source = recording.source(rows, zone=MADRID)
        around = Range(day - timedelta(days=1), day + timedelta(days=1))
        (report,) = pulled(source, {}, around).values()
        assert [manifest.rows for manifest in report.committed] == [24, hours, 24]
