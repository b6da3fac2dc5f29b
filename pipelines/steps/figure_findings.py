"""What is wrong by the models' own figures: values that cannot be, rows that no day counts, streams that differ."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

import duckdb

from connectors.sdk.totals import DIFFERS
from pipelines.settings.instances import instance_name
from pipelines.tables.findings import FindingRow
from pipelines.warehouse.build_results import SHEET_MODELS

_COMPARISONS = "select table_name from duckdb_tables() where schema_name = 'comparisons'"
_SUBSCRIPTIONS = """
    select source, account, stream, difference, count(*), max(subscription_items), min(day), max(day)
    from comparisons.subscription_differences
    group by source, account, stream, difference
    order by difference, account
"""
SUBSCRIPTION_MESSAGES = {
    "repriced": "are billed at another amount than their price and quantity come to, and recurring revenue has what "
    "was billed: compare the price with the last invoice in Stripe",
    "unbilled": "are active, but no invoice in the lake bills the day, and recurring revenue has what their price "
    "says: see in Stripe why they were not billed",
    "unpriced": "are in no invoice yet, and their price, a discount or the tax inside is not known, so that recurring "
    "revenue has them at their price without these, or at 0: it is right from their next invoice on",
    "unlisted": "are billed beyond the day, but Stripe lists their subscription neither as active nor as ended, and "
    "recurring revenue lacks them: see in Stripe whether it was deleted",
}
"""What each kind of difference between subscriptions and billed periods means, for the message."""
_UNCOUNTED = """
    select source, account, stream, sum(row_count), min(day), max(day)
    from comparisons.{}
    group by source, account, stream
    order by account
"""


@dataclass(frozen=True)
class Uncounted:
    """What is said of rows that no day counts; `is_mendable` where somebody can correct them at the source."""

    what: str
    rows: str
    remedy: str
    is_mendable: bool


UNCOUNTED: Mapping[str, Uncounted] = {
    "order_lines_without_order": Uncounted(
        "no_order",
        "order lines whose order is not in the lake, so that they have no day",
        "see whether the orders were deleted in the database, or set OKRA_START_DATE to before they were placed",
        False,
    ),
    "deals_without_close_date": Uncounted(
        "no_close_date", "closed deals without a close date", "enter it in HubSpot", True
    ),
    "tickets_without_solution_date": Uncounted(
        "no_solution_date",
        "solved tickets of which Zendesk does not say when they were solved",
        "open and solve them once more, if they matter",
        False,
    ),
}
"""The models that list rows which no day counts, and what to do about them."""
_VALUES = """
    select kpi, model, flag, count(*), min(day), max(day)
    from (select kpi, day, unnest(flags) as flag from reporting.kpi_coverage)
    inner join reporting.kpis using (kpi)
    where flag in (select unnest($1))
    group by kpi, model, flag
    order by kpi, flag
"""
VALUE_MESSAGES = {
    "empty_value": "has rows without a value, which add nothing: give a number, 0 where there was nothing, or no row",
    "fraction": "has rows with decimals, though its precision is 0: declare the precision that it has, or round in its "
    "SQL",
    "impossible_proportion": "is declared a proportion and has rows below 0 or above 100 %: mend the rows or their "
    "SQL, or take `proportion` out of its YAML if the numerator is no part of the denominator",
}
"""What each flag of a KPI's own values means, and what to do about it."""


def value_findings(
    connection: duckdb.DuckDBPyConnection, sheet_kpis: str, places: Mapping[str, str]
) -> Iterator[FindingRow]:
    """The KPIs whose rows have values that cannot be right, by day.

    `sheet_kpis`: the file of those kept in sheets. `places`: where a KPI is declared whose model nobody wrote.
    """
    values = connection.execute(_VALUES, [list(VALUE_MESSAGES)]).fetchall()
    for kpi, model, flag, days, first_day, last_day in values:
        yield FindingRow(
            what=flag,
            place=places.get(
                kpi, sheet_kpis if model in SHEET_MODELS else f"models/kpis/{model}.sql"
            ),
            message=f"{kpi} {VALUE_MESSAGES[flag]} ({days} days, first {first_day})",
            first_day=first_day,
            last_day=last_day,
            kpis=[kpi],
        )


def subscription_findings(
    connection: duckdb.DuckDBPyConnection, fed: Mapping[tuple[str, str], Sequence[str]]
) -> Iterator[FindingRow]:
    """Where the invoices differ from the subscriptions as they stand, both of which recurring revenue is made from.

    It is no fault of the run: Stripe's two answers differ, and running again does not change that.
    """
    if "subscription_differences" not in comparisons(connection):
        return
    differences = connection.execute(_SUBSCRIPTIONS).fetchall()
    for source, account, stream, difference, days, items, first_day, last_day in differences:
        instance = instance_name(source, account)
        yield FindingRow(
            what=DIFFERS,
            source=source,
            account=account,
            stream=stream,
            place=f"{instance}.{stream}, held against {instance}.subscriptions",
            message=f"on {days} days up to {last_day}, up to {items} subscription items "
            f"{SUBSCRIPTION_MESSAGES[difference]}",
            rows=items,
            first_day=first_day,
            last_day=last_day,
            is_fault=False,
            kpis=fed.get((source, stream), []),
        )


def uncounted_findings(
    connection: duckdb.DuckDBPyConnection, fed: Mapping[tuple[str, str], Sequence[str]]
) -> Iterator[FindingRow]:
    """Rows of the lake that no KPI counts, as they lack what would give them a day."""
    for model in sorted(UNCOUNTED.keys() & comparisons(connection)):
        uncounted = UNCOUNTED[model]
        rows = connection.execute(_UNCOUNTED.format(model)).fetchall()
        for source, account, stream, count, first_day, last_day in rows:
            yield FindingRow(
                what=uncounted.what,
                source=source,
                account=account,
                stream=stream,
                place=f"{instance_name(source, account)}.{stream}, last changed from {first_day} to {last_day}",
                message=f"{uncounted.rows} are left out: {count:,}; {uncounted.remedy}",
                rows=count,
                first_day=first_day,
                last_day=last_day,
                is_set_aside=True,
                is_fault=uncounted.is_mendable,
                kpis=fed.get((source, stream), []),
            )


def comparisons(connection: duckdb.DuckDBPyConnection) -> Set[str]:
    """The models of comparisons that are there. One that was left out or failed is a finding of its own."""
    return {name for (name,) in connection.execute(_COMPARISONS).fetchall()}
