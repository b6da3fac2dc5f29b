"""Which rows fit what their stream declares, and what is said of those that do not."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pyarrow as pa
import pytest

from connectors.sdk.contract import Stream, column
from connectors.sdk.fitting import fitting, still_fitting
from connectors.sdk.rules import rules_of

MOMENT = pa.timestamp("us", "UTC")
ORDERS = Stream(
    name="orders",
    description="",
    schema=pa.schema(
        [
            column("id", pa.string(), ""),
            column("line", pa.int32(), "", least=1, most=99),
            column("at", MOMENT, ""),
            column("cents", pa.int64(), ""),
            column("status", pa.string(), "", values=("placed", "paid")),
            column("day", pa.date32(), "", null=True),
            column("rate", pa.decimal128(10, 4), "", null=True),
            column("share", pa.float64(), "", null=True),
            column("tags", pa.list_(pa.string()), "", null=True),
            column("channel", pa.string(), "", null=True, values=("web", "shop")),
        ]
    ),
    key=("id", "line"),
    cursor="at",
)
NOON = datetime(2026, 3, 8, 12, tzinfo=UTC)


def row(number: int = 1, **other: object) -> dict[str, object]:
    good = {
        "id": f"o-{number}", "line": 1, "at": NOON, "cents": 5, "status": "paid", "day": None,
        "rate": None, "share": None, "tags": None, "channel": None,
    }  # fmt: skip
    return good | other


def told(rows) -> list[tuple[str, str, str]]:
    """Code, column and example of each row that does not fit."""
    return [(x.what, x.column, x.example) for x in fitting(ORDERS, rows)[1]]


def ids(rows) -> list[str]:
    return fitting(ORDERS, rows)[0].column("id").to_pylist()


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("cents", 10.5, "wrong_type"),
        ("cents", 10.0, "wrong_type"),
        ("cents", Decimal("10.50"), "wrong_type"),
        ("cents", "10", "wrong_type"),
        ("cents", True, "wrong_type"),
        ("cents", 2**70, "wrong_type"),
        ("line", 2**40, "wrong_type"),
        ("id", 7, "wrong_type"),
        ("id", "\ud800", "wrong_type"),
        ("at", datetime(2026, 3, 8), "no_day"),
        ("at", 1_772_928_000, "no_day"),
        ("at", "2026-03-08", "no_day"),
        ("at", "(other)", "no_day"),
        ("at", None, "no_day"),
        ("day", datetime(2026, 3, 8, 23, tzinfo=UTC), "wrong_type"),
        ("day", 20_000, "wrong_type"),
        ("day", "0000-00-00", "wrong_type"),
        ("rate", Decimal("NaN"), "wrong_type"),
        ("rate", Decimal("1.23456"), "wrong_type"),
        ("rate", 1.5, "wrong_type"),
        ("rate", True, "wrong_type"),
        ("share", float("nan"), "wrong_type"),
        ("share", float("inf"), "wrong_type"),
        ("share", True, "wrong_type"),
        ("tags", "abc", "wrong_type"),
        ("id", None, "no_key"),
        ("line", None, "no_key"),
        ("cents", None, "missing_value"),
        ("status", "canceled", "unknown_value"),
        ("status", "Paid", "unknown_value"),
        ("status", "", "unknown_value"),
        ("status", None, "missing_value"),
        ("channel", "phone", "unknown_value"),
        ("line", 0, "outside_range"),
        ("line", 100, "outside_range"),
    ],
)
def test_a_row_that_does_not_fit_is_set_aside_and_the_others_are_kept(name, value, what):
    rows = [row(1), row(2, **{name: value}), row(3)]
    [(code, column_name, _)] = told(rows)
    assert (code, column_name) == (what, name)
    assert ids(rows) == ["o-1", "o-3"]


def test_a_value_that_fits_is_kept_to_the_bound_and_a_null_needs_no_declared_value():
    rows = [
        row(1, line=1, channel=None),
        row(2, line=99, channel="web", share=0.5, rate=Decimal("1.2345"), tags=["a"]),
    ]
    table, misfits, _ = fitting(ORDERS, rows)
    assert misfits == []
    assert table.column("line").to_pylist() == [1, 99]
    assert table.column("channel").to_pylist() == [None, "web"]


def test_a_row_with_several_faults_is_told_once_by_its_key_then_its_day():
    assert told([row(1, id=None, at=None, cents="x"), row(2, at=None, cents="x"), row(3)]) == [
        ("no_key", "id", "line 1"),
        ("no_day", "at", "id o-2, line 1"),
    ]


def test_a_message_says_what_is_declared_and_what_to_do_and_never_the_value():
    secret = "somebody@example.com"
    misfits = fitting(ORDERS, [row(1), row(2, cents=secret), row(3, status=secret), row(4)]).misfits
    assert [x.message for x in misfits] == [
        "orders.cents is not a whole number of 64 bits: correct it at the source, and the next pull takes the row",
        "orders.status is none of placed, paid: correct it at the source, and the next pull takes the row",
    ]
    assert not any(secret in x.example for x in misfits)


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("o-2", "id o-2, line 1"),
        ("anna@example.com", "line 1"),
        ("Anna Meier", "line 1"),
        ("anna.meier", "line 1"),
        ("81f0c3", "id 81f0c3, line 1"),
    ],
)
def test_an_example_shows_ids_and_no_names_or_addresses(key, shown):
    assert told([row(2, id=key, cents=None), row(3)]) == [("missing_value", "cents", shown)]


def test_an_unknown_value_is_shown_with_its_row():
    assert told([row(), row(2, status="canceled")]) == [
        ("unknown_value", "status", "canceled (id o-2, line 1)")
    ]


def test_a_column_that_some_rows_lack_is_empty_there():
    without_cents, without_day = row(2), row(3)
    del without_cents["cents"], without_day["day"]
    assert told([row(1), without_cents, without_day]) == [
        ("missing_value", "cents", "id o-2, line 1")
    ]
    assert ids([row(1), without_cents, without_day]) == ["o-1", "o-3"]


def test_something_that_is_no_row_is_set_aside():
    assert told([row(1), None, "text", 7, row(2)]) == [("no_key", "id", "")] * 3
    assert ids([row(1), None, "text", 7, row(2)]) == ["o-1", "o-2"]


@pytest.mark.parametrize("name", ["cents", "day", "id"])
def test_a_column_that_every_row_lacks_is_named(name):
    gone = row()
    del gone[name]
    assert fitting(ORDERS, [gone, gone]).absent == {name}
    assert fitting(ORDERS, [gone, row(2)]).absent == frozenset()
    assert fitting(ORDERS, [row(**{name: None})]).absent == frozenset(), "an empty one is there"


@pytest.mark.parametrize(
    ("value", "example"),
    [
        ("on-hold", "on-hold (id o-2, line 1)"),
        ("REFUNDED", "REFUNDED (id o-2, line 1)"),
        ("Anna Schmidt", "id o-2, line 1"),
        ("Schmidt", "id o-2, line 1"),
        ("0171/2345678", "id o-2, line 1"),
        ("DE89370400440532013000", "id o-2, line 1"),
        ("anna@example.com", "id o-2, line 1"),
    ],
)
def test_a_value_from_another_column_is_not_shown(value, example):
    assert told([row(1), row(2, status=value)]) == [("unknown_value", "status", example)]


def test_what_is_not_declared_is_not_stored():
    table = fitting(ORDERS, [row(email="somebody@example.com")]).table
    assert table.column_names == ORDERS.schema.names


def test_a_moment_in_another_zone_is_stored_as_utc():
    at = datetime(2026, 3, 8, 2, tzinfo=timezone(timedelta(hours=5)))
    table = fitting(ORDERS, [row(at=at)]).table
    assert table.column("at").to_pylist() == [datetime(2026, 3, 7, 21, tzinfo=UTC)]


def test_the_rules_travel_with_the_columns_and_leave_the_others_as_they_were():
    notes = {field.name: field.metadata for field in ORDERS.schema}
    assert notes["status"][b"values"] == b'["placed", "paid"]'
    assert (notes["line"][b"least"], notes["line"][b"most"]) == (b"1", b"99")
    assert notes["cents"] == {b"description": b""}


def test_rows_of_an_older_declaration_are_kept_where_they_fit_todays():
    older = pa.schema([field.with_nullable(True) for field in ORDERS.schema])
    rows = [row(1), row(2, status="canceled"), row(3, cents=None), row(4, day=date(2026, 3, 8))]
    stored = pa.Table.from_pylist(rows, schema=older)
    table = still_fitting(ORDERS, stored)
    assert table.column("id").to_pylist() == ["o-1", "o-4"]
    assert table.schema.equals(ORDERS.schema, check_metadata=True)


def test_the_rules_of_a_column_can_be_shown_in_words():
    rules = {field.name: rules_of(field) for field in ORDERS.schema}
    assert rules["status"] == ["placed, paid"]
    assert rules["line"] == ["at least 1", "at most 99"]
    assert rules["cents"] == []
    assert rules_of(column("currency", pa.string(), "", values="ISO 4217")) == ["ISO 4217"]
