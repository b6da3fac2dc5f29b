"""Amounts that no sum has, as their currency has no exchange rate: which currency, why, and what to do."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import chain, groupby

import duckdb

from pipelines.okr.kpi.numbers import is_currency
from pipelines.steps.figure_findings import comparisons
from pipelines.tables.findings import FindingRow

_QUOTED = "select currency, first_day, last_day from comparisons.quoted_currencies"
_UNCONVERTED = """
    select
        kpi_days.dimensions['currency'] as currency,
        coalesce(kpis.constant_rate_day, kpi_days.day) as rate_day,
        min(kpi_days.day),
        max(kpi_days.day),
        list(distinct kpi_days.kpi)
    from reporting.kpi_days
    inner join reporting.kpis on kpi_days.kpi = kpis.kpi
    where kpi_days.rate is null
    group by currency, rate_day
    order by currency, rate_day
"""
"""By currency and day whose rate is missing: the days of the amounts, and the KPIs."""
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
    """A finding for each currency whose amounts are left out, and for each reason.

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
    for (currency, _), rows in groupby(
        unconverted, lambda x: (x[0], places(x[1], (reporting_currency, x[0]), quoted))
    ):
        days = list(rows)
        first_rate, last_rate = days[0][1], days[-1][1]
        reasons = chain(
            reasons_of(reporting_currency, first_rate, last_rate, quoted),
            reasons_of(currency, first_rate, last_rate, quoted),
            not_pulled(first_rate, quoted),
            gaps(currency, reporting_currency, first_rate, last_rate, quoted),
        )
        reason = next(reasons if is_on else reasons_without_rates(currency), None)
        if reason is None:
            continue
        first_day, last_day = min(x[2] for x in days), max(x[3] for x in days)
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
            kpis=sorted({kpi for x in days for kpi in x[4]}),
        )


def places(day: date, currencies: Iterable[str], quoted: Quoted) -> tuple[int, ...]:
    """Where a day lies to the rates of each currency: -1 before the first, 1 after the last, else 0."""
    spans = (quoted.get(currency, (day, day)) for currency in currencies)
    return tuple((day >= first) + (day > last) - 1 for first, last in spans)


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
            f"the first exchange rates in the lake are of {earliest(quoted)}; set OKRA_START_DATE to a working day "
            f"before {first_day} and run `okra run`"
        )


def gaps(
    currency: str, reporting_currency: str, first_day: date, last_day: date, quoted: Quoted
) -> Iterator[str]:
    """That there are rates before these days and after them, and none of a week."""
    names = [x for x in (currency, reporting_currency) if x != "EUR"]
    if all(quoted[x][0] <= first_day and last_day <= quoted[x][1] for x in names):
        yield (
            f"the European Central Bank has no rate of {' or '.join(names)} from {first_day} to {last_day}, nor in the "
            f"week before; add rates of your own for that time to a copy of its file and name that in "
            "OKRA_EXCHANGE_RATES"
        )
