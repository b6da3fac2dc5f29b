"""The days of a KPI are read exactly, whatever is in them."""

from datetime import date
from decimal import Decimal

import duckdb
import pytest

from pipelines.inputs.facts import facts_of
from pipelines.inputs.kpi_days import read_days
from pipelines.okr.kpi.conversion import Conversion
from pipelines.okr.kpi.facts import DayFact, Own
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.series import KpiIndex, index_facts

SALES = Kpi("sales", "flow", "pieces", dimensions=("color", "shop"))
RATE = Kpi("rate", "ratio", "percent")
REVENUE = Kpi(
    "revenue",
    "flow",
    "money",
    dimensions=("currency",),
    conversion=Conversion("booking", frozenset({"value"})),
)
FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)


@pytest.fixture
def tables() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("create schema reporting")
    connection.execute(
        "create table reporting.kpi_days (kpi varchar, day date, dimensions map(varchar, varchar), "
        "value decimal(38, 6), numerator decimal(38, 6), denominator decimal(38, 6), "
        "own_value decimal(38, 6), own_numerator decimal(38, 6), own_denominator decimal(38, 6), rate decimal(38, 12))"
    )
    return connection


def add(
    connection: duckdb.DuckDBPyConnection,
    kpi: str,
    day: date,
    members: dict[str, str],
    *amounts: object,
) -> None:
    filled = [*amounts, *[None] * (6 - len(amounts))]
    connection.execute(
        "insert into reporting.kpi_days values ($1, $2, map_from_entries($3::struct(k varchar, v varchar)[]), "
        "$4, $5, $6, $7, $8, $9, 1)",
        [kpi, day, [{"k": k, "v": v} for k, v in members.items()], *filled],
    )


def rows(connection: duckdb.DuckDBPyConnection, kpi: Kpi) -> list[DayFact]:
    return list(read_days(connection, {kpi.name: kpi}).get(kpi.name, ()))


def test_days_come_in_order_with_their_members_and_amounts(
    tables: duckdb.DuckDBPyConnection,
) -> None:
    add(tables, "sales", SECOND, {"color": "red"}, Decimal("-2.5"))
    add(tables, "rate", FIRST, {}, None, Decimal(1), Decimal(3))
    add(tables, "sales", FIRST, {"color": "red", "shop": "north"}, Decimal("0.000001"))
    add(tables, "sales", FIRST, {}, None)
    assert rows(tables, SALES) == [
        DayFact(FIRST, {}),
        DayFact(FIRST, {"color": "red", "shop": "north"}, Decimal("0.000001")),
        DayFact(SECOND, {"color": "red"}, Decimal("-2.5")),
    ]
    assert rows(tables, RATE) == [DayFact(FIRST, {}, None, Decimal(1), Decimal(3))]


def test_a_kpi_that_is_not_asked_for_or_has_no_days_is_left_out(
    tables: duckdb.DuckDBPyConnection,
) -> None:
    assert read_days(tables, {"sales": SALES}) == {}
    add(tables, "other", FIRST, {}, Decimal(1))
    assert read_days(tables, {"sales": SALES}) == {}


def test_an_amount_without_a_rate_is_left_out(tables: duckdb.DuckDBPyConnection) -> None:
    add(tables, "sales", FIRST, {}, Decimal(1))
    tables.execute("update reporting.kpi_days set rate = null")
    assert rows(tables, SALES) == []


def test_amounts_of_a_kpi_that_converts_are_read_in_both_currencies(
    tables: duckdb.DuckDBPyConnection,
) -> None:
    add(tables, "revenue", FIRST, {"currency": "EUR"}, Decimal("1.1"), None, None, Decimal(1))
    [row] = rows(tables, REVENUE)
    assert (row.value, row.own) == (Decimal("1.1"), Own(Decimal(1)))


@pytest.mark.parametrize("sign", ["", "-"])
def test_amounts_beyond_64_bits_are_exact(tables: duckdb.DuckDBPyConnection, sign: str) -> None:
    # in millionths it needs 125 bits
    huge = Decimal(f"{sign}12345678901234567890123456789012.345678")
    least = Decimal(f"{sign}0.000001")
    add(tables, "sales", FIRST, {"color": "red"}, huge)
    add(tables, "sales", FIRST, {"color": "blue"}, least)
    add(tables, "sales", SECOND, {"color": "red"}, huge)
    assert [row.value for row in rows(tables, SALES)] == [least, huge, huge]
    series = index(tables, SALES).series({})
    both = Decimal(f"{sign}24691357802469135780246913578024.691357")
    assert series.sums(FIRST, SECOND) == (both,)
    assert series.last(FIRST, SECOND) == (SECOND, huge)
    _, [floats] = series.amounts(FIRST, SECOND)
    of_first = Decimal(f"{sign}12345678901234567890123456789012.345679")
    assert floats.tolist() == [float(of_first), float(huge)]


def test_sums_that_pass_64_bits_are_exact_where_no_amount_does(
    tables: duckdb.DuckDBPyConnection,
) -> None:
    largest = Decimal("9223372036854.775807")  # of 2^63 - 1 millionths
    for color in ("red", "blue", "green"):
        add(tables, "sales", FIRST, {"color": color}, largest)
    series = index(tables, SALES).series({})
    assert series.sums(FIRST, FIRST) == (Decimal("27670116110564.327421"),)


def index(connection: duckdb.DuckDBPyConnection, kpi: Kpi) -> KpiIndex:
    days = read_days(connection, {kpi.name: kpi})[kpi.name]
    return index_facts({kpi.name: facts_of(kpi, days, set(), (), (), (), {})})[kpi.name]
