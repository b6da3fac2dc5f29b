"""Amounts that no sum has, as their currency has no exchange rate: which currency, why, and what to do."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import chain

import duckdb

from pipelines.okr.kpi.numbers import is_currency
from pipelines.steps.figure_findings import comparisons
from pipelines.tables.findings import FindingRow

_QUOTED = "select currency, first_day, last_day from comparisons.quoted_currencies"
_UNCONVERTED = """
    select
        kpi_days.dimensions['currency'] as currency,
        list(distinct kpi_days.kpi order by kpi_days.kpi),
        min(kpi_days.day),
        max(kpi_days.day),
        min(coalesce(kpis.constant_rate_day, kpi_days.day)),
        max(coalesce(kpis.constant_rate_day, kpi_days.day))
    from reporting.kpi_days
    inner join reporting.kpis on kpi_days.kpi = kpis.kpi
    where kpi_days.rate is null
    group by currency
    order by currency
"""
"""By currency: the KPIs, the days of the amounts, and the days whose rates are missing."""
_DAYS = """
    select count(*) from information_schema.tables where table_schema = 'reporting' and table_name = 'kpi_days'
"""

SWITCHED_OFF = (
    "there are no exchange rates; where sources.yml has none, write `exchange_rates: {exchange_rates: "
    "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist.zip}` into it, or leave these amounts out by a `where`"
)
LONGEST_CARRY = timedelta(days=7)
"""For how long a rate counts where no newer one is published (models/marts/exchange_rates)."""
Quoted = Mapping[str, tuple[date, date]]
"""The first and last day with a rate, by currency."""


def currency_findings(
    connection: duckdb.DuckDBPyConnection, reporting_currency: str
) -> Iterator[FindingRow]:
    """A finding for each currency whose amounts are left out.

    It is no fault of the run, which cannot mend it. Nothing is said of days whose rates are not there yet, nor where
    no day of a KPI was built.
    """
    if connection.execute(_DAYS).fetchone() == (0,):
        return
    is_on = "quoted_currencies" in comparisons(connection)
    quoted = quoted_currencies(connection) if is_on else {}
    if is_on and not quoted:
        return
    unconverted = connection.execute(_UNCONVERTED).fetchall()
    for currency, kpis, first_day, last_day, first_rate, last_rate in unconverted:
        reasons = chain(
            reasons_of(reporting_currency, first_rate, last_rate, quoted),
            reasons_of(currency, first_rate, last_rate, quoted),
            not_pulled(first_rate, quoted),
        )
        reason = next(reasons if is_on else reasons_without_rates(currency), None)
        if reason is None:
            continue
        yield FindingRow(
            what="no_exchange_rate",
            source="exchange_rates",
            stream="euro_rates",
            place=f"amounts in {currency}, {first_day} to {last_day}",
            message=f"amounts in {currency} are in no sum: {reason}",
            first_day=first_day,
            last_day=last_day,
            is_set_aside=True,
            is_fault=False,
            kpis=kpis,
        )


def quoted_currencies(connection: duckdb.DuckDBPyConnection) -> Quoted:
    """What the rates that were pulled say themselves; with the euro, which has a rate wherever another has one."""
    quoted = {
        currency: (first, last) for currency, first, last in connection.execute(_QUOTED).fetchall()
    }
    if quoted:
        quoted["EUR"] = earliest(quoted), newest(quoted)
    return quoted


def earliest(quoted: Quoted) -> date:
    """The first day with any rate."""
    return min(first for first, _ in quoted.values())


def newest(quoted: Quoted) -> date:
    """The last day with any rate."""
    return max(last for _, last in quoted.values())


def reasons_of(currency: str, first_day: date, last_day: date, quoted: Quoted) -> Iterator[str]:
    """Why a currency has no rate on some of these days, and what to do about it; nothing where it has."""
    own_rates = (
        f"add a column {currency} with rates of your own to a copy of its file and name that in "
        "OKRA_EXCHANGE_RATES (of a currency that the euro replaced, its fixed rate)"
    )
    if not is_currency(currency):
        yield from not_a_code(currency)
        return
    if currency not in quoted:
        yield f"the European Central Bank quotes no {currency}; {own_rates}"
        return
    first, last = quoted[currency]
    if first_day < first and first > earliest(quoted):
        yield f"the European Central Bank has no rate of {currency} before {first}; {own_rates}"
    if last + LONGEST_CARRY < min(last_day, newest(quoted)):
        yield (
            f"the European Central Bank no longer quotes {currency}, and its last rate is of {last}; {own_rates}"
        )


def not_a_code(currency: str) -> Iterator[str]:
    """That a currency is none, and what to do about it; nothing where it is one."""
    if is_currency(currency):
        return
    code = currency.strip().upper()
    remedy = (
        f"as in `dimensions: {{currency: upper(trim(currency))}}`, which makes it {code}"
        if is_currency(code)
        else "such as EUR, and correct the rows at the source or in the KPI's `dimensions`"
    )
    yield f"`{currency}` is no code of a currency; give it in capitals and ISO 4217's three letters, {remedy}"


def reasons_without_rates(currency: str) -> Iterator[str]:
    """Why amounts in a currency are in no sum where no exchange rates are pulled."""
    yield from not_a_code(currency)
    yield SWITCHED_OFF


def not_pulled(first_day: date, quoted: Quoted) -> Iterator[str]:
    """That the rates of the first days have not been pulled."""
    if first_day < earliest(quoted):
        yield (
            f"the first exchange rates in the lake are of {earliest(quoted)}; set OKRA_START_DATE to before "
            f"{first_day} and run `okra run`"
        )
