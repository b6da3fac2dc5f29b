"""What drivers give, as columns store it. What does not fit stays as it is: it is set aside later, and never bent."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from connectors.sql_database.columns import ResultColumn
from connectors.sql_database.conversion import converted

BERLIN = ZoneInfo("Europe/Berlin")
EAST = timezone(timedelta(hours=3))


def stored(
    kind: pa.DataType, values: Sequence[Any], came_as: str = "", *, in_seconds: bool = False
) -> list[Any]:
    """The values of a column of this type, by a source in Berlin."""
    column = ResultColumn("x", "x", came_as)
    return [*converted(pa.field("x", kind), column, values, BERLIN, in_seconds=in_seconds)]


@pytest.mark.parametrize(("value", "text"), [
    ("as it is", "as it is"),
    (True, "true"),
    (False, "false"),
    (12, "12"),
    (Decimal("12.50"), "12.50"),
    (0.1, "0.1"),
    (date(2026, 11, 28), "2026-11-28"),
    (time(8, 30), "08:30:00"),
    (datetime(2026, 11, 28, 8, 30), "2026-11-28T08:30:00"),
    (datetime(2026, 11, 28, 8, 30, tzinfo=EAST), "2026-11-28T05:30:00+00:00"),
    (timedelta(hours=26), "1 day, 2:00:00"),
    (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ({"a": [1, "é"]}, '{"a": [1, "é"]}'),
    ([Decimal("1.5")], '["1.5"]'),
    (b"\x00\xff", b"\x00\xff"),
    (None, None),
])  # fmt: skip
def test_a_column_of_texts_has_the_text_of_each_value(value: object, text: object) -> None:
    assert stored(pa.string(), [value, "x"]) == [text, "x"]


def test_a_float_is_rounded_to_the_decimals_of_an_exact_column_and_nothing_else_is() -> None:
    """0.1 + 0.2 is 0.30000000000000004 as a float; of a Decimal or a text every digit is meant."""
    values = [0.1 + 0.2, 2.5, Decimal("1.23456"), "7.10", 3, None]
    assert [*map(str, stored(pa.decimal128(38, 2), values))] == [
        "0.30", "2.50", "1.23456", "7.10", "3", "None",
    ]  # fmt: skip


@pytest.mark.parametrize("value", ["12 €", True, float("nan"), [1]])
def test_what_is_no_exact_number_is_none(value: object) -> None:
    [kept] = stored(pa.decimal128(38, 2), [value])
    assert kept is value or (kept.is_nan() and value != value)


@pytest.mark.parametrize(("value", "day"), [
    (date(2026, 11, 28), date(2026, 11, 28)),
    ("2026-11-28", date(2026, 11, 28)),
    ("0000-00-00", None),
    ("2026-11-27 24:00:00", date(2026, 11, 28)),
    (datetime(2026, 11, 28), date(2026, 11, 28)),
    # midnight in Berlin, which is one hour ahead in winter
    (datetime(2026, 11, 27, 23, tzinfo=UTC), date(2026, 11, 28)),
])  # fmt: skip
def test_a_day_is_a_date_its_text_or_the_moment_at_which_it_begins(
    value: object, day: date | None
) -> None:
    assert stored(pa.date32(), [value]) == [day]


@pytest.mark.parametrize(
    "value", [datetime(2026, 11, 28, 8, 30), "28.11.2026", "9999-12-31 24:00:00", 20261128]
)
def test_a_moment_within_a_day_is_no_day(value: object) -> None:
    [kept] = stored(pa.date32(), [value])
    assert type(kept) is not date


def test_moments_without_a_zone_are_in_that_of_the_source() -> None:
    values = [datetime(2026, 11, 28, 8), datetime(2026, 7, 1, 8), "2026-11-28 08:00", None]
    hours = [None if x is None else x.hour for x in stored(pa.timestamp("us", "UTC"), values)]
    assert hours == [7, 6, 7, None], "one hour before in winter, two in summer"


def test_instants_in_seconds_are_moments_and_no_second_is_none() -> None:
    values = [1_764_000_000, Decimal("1764000000.5"), 0, None]
    kind = pa.timestamp("us", "UTC")
    assert stored(kind, values, "instant", in_seconds=True) == [
        datetime(2025, 11, 24, 16, tzinfo=UTC),
        datetime(2025, 11, 24, 16, 0, 0, 500_000, tzinfo=UTC),
        None,
        None,
    ]


def test_numbers_and_truths_are_taken_from_what_drivers_have_for_them() -> None:
    assert stored(pa.int64(), [Decimal("3"), 4.0, "5", 5.5, True]) == [3, 4, 5, 5.5, True]
    assert stored(pa.float64(), [Decimal("1.5"), 2, "x"]) == [1.5, 2, "x"]
    truths = [True, 1, "f", b"\1", Decimal(0), 2, "yes", None]
    assert stored(pa.bool_(), truths) == [True, True, False, True, False, 2, "yes", None]
