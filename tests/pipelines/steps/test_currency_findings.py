"""A currency without an exchange rate is named, with why and what to do about it."""

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from pipelines.steps.currency_findings import currency_findings
from pipelines.tables.findings import FindingRow

RATES = [
    ("USD", date(2022, 1, 3), date(2026, 11, 24)),
    ("GBP", date(2022, 1, 3), date(2026, 11, 24)),
    ("RUB", date(2022, 1, 3), date(2022, 3, 1)),
    ("BGN", date(2022, 1, 3), date(2025, 12, 31)),
    ("ISK", date(2024, 2, 1), date(2026, 11, 24)),
]
"""The first and last day with a rate."""


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse with these rates and no amounts."""
    with duckdb.connect() as connection:
        connection.execute("create schema reporting; create schema comparisons")
        connection.execute(
            "create table comparisons.quoted_currencies (currency varchar, first_day date, last_day date)"
        )
        connection.executemany("insert into comparisons.quoted_currencies values (?, ?, ?)", RATES)
        connection.execute(
            "create table reporting.kpis (kpi varchar, dimensions varchar[], constant_rate_day date)"
        )
        connection.execute(
            "insert into reporting.kpis values ('net_revenue', ['currency'], null), "
            "('mrr', ['currency'], null), ('budget', ['currency'], date '2026-01-02')"
        )
        connection.execute(
            "create table reporting.kpi_days "
            "(kpi varchar, day date, dimensions map(varchar, varchar), rate double)"
        )
        yield connection


def paid(
    warehouse: duckdb.DuckDBPyConnection,
    currency: str,
    *days: date,
    kpi: str = "net_revenue",
    rate: float | None = None,
) -> None:
    for day in days:
        warehouse.execute(
            "insert into reporting.kpi_days values (?, ?, map {'currency': ?}, ?)",
            [kpi, day, currency, rate],
        )


def findings_of(warehouse: duckdb.DuckDBPyConnection, reporting: str = "USD") -> list[FindingRow]:
    return list(currency_findings(warehouse, reporting))


def test_a_currency_that_is_never_quoted_is_named_with_its_days_and_kpis(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    paid(warehouse, "UAH", date(2026, 1, 5), date(2026, 2, 3))
    paid(warehouse, "UAH", date(2026, 1, 7), kpi="mrr")
    paid(warehouse, "GBP", date(2026, 1, 5), rate=1.3)
    [finding] = findings_of(warehouse)
    assert (finding.what, finding.source, finding.is_set_aside, finding.is_fault) == (
        "no_exchange_rate", "exchange_rates", True, False,
    )  # fmt: skip
    assert (finding.first_day, finding.last_day) == (date(2026, 1, 5), date(2026, 2, 3))
    assert finding.kpis == ["mrr", "net_revenue"]
    assert finding.message == (
        "amounts in UAH are in no sum: the European Central Bank quotes no UAH; add a column UAH with rates of your "
        "own to a copy of its file and name that in OKRA_EXCHANGE_RATES (of a currency that the euro replaced, its "
        "fixed rate)"
    )


@pytest.mark.parametrize(
    ("currency", "day", "said"),
    [
        ("RUB", date(2026, 1, 5), "no longer quotes RUB, and its last rate is of 2022-03-01"),
        ("BGN", date(2026, 1, 9), "no longer quotes BGN, and its last rate is of 2025-12-31"),
        ("ISK", date(2023, 5, 2), "has no rate of ISK before 2024-02-01"),
        ("GBP", date(2021, 12, 30), "the first exchange rates in the lake are of 2022-01-03"),
        ("UAH", date(2021, 12, 30), "quotes no UAH"),
        ("EUR", date(2021, 12, 30), "set OKRA_START_DATE to a working day before 2021-12-30"),
        (
            "GBP",
            date(2024, 5, 9),
            "has no rate of GBP or USD from 2024-05-09 to 2024-05-09, nor in the week before",
        ),
        (
            "EUR",
            date(2024, 5, 9),
            "has no rate of USD from 2024-05-09 to 2024-05-09, nor in the week before",
        ),
    ],
)
def test_the_reason_is_what_the_rates_themselves_say(
    warehouse: duckdb.DuckDBPyConnection, currency: str, day: date, said: str
) -> None:
    paid(warehouse, currency, day)
    [finding] = findings_of(warehouse)
    assert said in finding.message


def test_each_reason_of_a_currency_is_a_finding(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Roubles of the day before the first rates, of two weeks without any, and of the time after the last."""
    paid(warehouse, "RUB", date(2021, 12, 30), date(2022, 2, 10), date(2022, 2, 14))
    paid(warehouse, "RUB", date(2022, 3, 2), date(2026, 1, 5), kpi="mrr")
    findings = findings_of(warehouse, "EUR")
    assert [(str(x.first_day), str(x.last_day), x.kpis) for x in findings] == [
        ("2021-12-30", "2021-12-30", ["net_revenue"]),
        ("2022-02-10", "2022-02-14", ["net_revenue"]),
        ("2022-03-02", "2026-01-05", ["mrr"]),
    ]
    assert "first exchange rates in the lake" in findings[0].message
    assert findings[1].message == (
        "amounts in RUB are in no sum: the European Central Bank has no rate of RUB from 2022-02-10 to 2022-02-14, "
        "nor in the week before; add rates of your own for that time to a copy of its file and name that in "
        "OKRA_EXCHANGE_RATES"
    )
    assert "no longer quotes RUB" in findings[2].message


def test_a_reporting_currency_without_rates_is_the_reason_for_all_others(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    paid(warehouse, "GBP", date(2026, 1, 5))
    paid(warehouse, "EUR", date(2026, 1, 5))
    assert {
        "quotes no AED; add a column AED" in x.message for x in findings_of(warehouse, "AED")
    } == {True}
    assert len(findings_of(warehouse, "AED")) == 2


def test_a_rate_that_is_only_late_is_no_fault_of_the_currency(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """On 2 December the newest rates are of 24 November: the source is late, which its own flag says."""
    paid(warehouse, "GBP", date(2026, 12, 2))
    assert findings_of(warehouse) == []


def test_a_constant_rate_is_looked_for_on_its_own_day(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Levs of 2025 at the rate of 2 January 2026, seven days or less after the last one: no reason to tell."""
    paid(warehouse, "BGN", date(2025, 6, 2), kpi="budget")
    assert findings_of(warehouse) == []
    warehouse.execute("update reporting.kpis set constant_rate_day = date '2026-02-02'")
    [finding] = findings_of(warehouse)
    assert "no longer quotes BGN" in finding.message
    assert finding.first_day == date(2025, 6, 2)


def test_where_no_rates_are_pulled_it_is_said_how_to(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("drop table comparisons.quoted_currencies")
    paid(warehouse, "CHF", date(2026, 1, 5))
    paid(warehouse, "chf", date(2026, 1, 6))
    paid(warehouse, "USD", date(2026, 1, 5), rate=1)
    switched_off, misspelt = findings_of(warehouse)
    assert switched_off.message == (
        "amounts in CHF are in no sum: there are no exchange rates; where sources.yml has none, write "
        "`exchange_rates: {exchange_rates: https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist.zip}` into it, "
        "or leave these amounts out by a `where`"
    )
    assert (switched_off.is_set_aside, switched_off.is_fault) == (True, False)
    assert misspelt.message.startswith(
        "amounts in chf are in no sum: `chf` is no code of a currency"
    )


def test_rates_that_are_to_come_are_waited_for(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("delete from comparisons.quoted_currencies")
    paid(warehouse, "CHF", date(2026, 1, 5))
    assert findings_of(warehouse) == []


def test_nothing_is_said_where_no_day_of_a_kpi_was_built(warehouse) -> None:
    """The first run of a company whose models fail has no such table."""
    warehouse.execute("drop table reporting.kpi_days")
    assert findings_of(warehouse) == []
    warehouse.execute("drop table comparisons.quoted_currencies")
    assert findings_of(warehouse) == []
