"""What the models noted: rows that no day counts, values that cannot be right, a roster that cannot be read."""

from datetime import date

import duckdb

from pipelines.settings import Settings
from tests.pipelines.steps.findings.noted import commit, written


def test_subscriptions_that_differ_from_what_is_billed_are_told_by_kind_and_fail_no_run(
    settings: Settings,
) -> None:
    with duckdb.connect(str(settings.warehouse_path)) as connection:
        connection.execute("create schema comparisons")
        connection.execute(
            "create table comparisons.subscription_differences as "
            "select 'stripe' as source, 'main' as account, 'invoice_lines' as stream, * from (values "
            "(date '2026-11-03', 'unlisted', 2), (date '2026-11-04', 'unlisted', 5), "
            "(date '2026-11-04', 'unbilled', 1)) as rows(day, difference, subscription_items)"
        )
    unlisted, unbilled = sorted(
        written(settings), key=lambda row: "are active" in str(row["message"])
    )
    columns = ("what", "source", "stream", "rows", "first_day", "last_day", "kpis", "is_fault")
    place = ("differs_from_total", "stripe", "invoice_lines")
    first, last = date(2026, 11, 3), date(2026, 11, 4)
    assert [unlisted[name] for name in columns] == [*place, 5, first, last, ["mrr"], False]
    assert [unbilled[name] for name in columns] == [*place, 1, last, last, ["mrr"], False]
    assert "on 2 days up to 2026-11-04, up to 5 subscription items" in str(unlisted["message"])
    assert "why they were not billed" in str(unbilled["message"])


def test_rows_that_no_day_counts_are_told_by_account_and_stream(settings: Settings) -> None:
    with duckdb.connect(str(settings.warehouse_path)) as connection:
        connection.execute("create schema comparisons")
        for model, source, account, stream, *days in (
            ("order_lines_without_order", "sql_database", "main", "order_lines", 3, 1200),
            ("deals_without_close_date", "hubspot", "eu", "deals", 1),
        ):
            connection.execute(
                f"create table comparisons.{model} as "
                f"select '{source}' as source, '{account}' as account, '{stream}' as stream, "
                f"date '2026-11-03' + place::int as day, count as row_count "
                f"from (select unnest({days}) as count, generate_subscripts({days}, 1) as place)"
            )
    deals, lines = written(settings)
    columns = ("what", "place", "rows", "last_day", "is_set_aside", "is_fault", "kpis")
    assert [deals[name] for name in columns] == [
        *("no_close_date", "hubspot@eu.deals, last changed from 2026-11-04 to 2026-11-04"),
        *(1, date(2026, 11, 4), True, True, []),
    ]
    assert [lines[name] for name in columns] == [
        *("no_order", "sql_database.order_lines, last changed from 2026-11-04 to 2026-11-05"),
        *(1203, date(2026, 11, 5), True, False, ["units_sold"]),
    ]
    assert lines["message"] == (
        "order lines whose order is not in the lake, so that they have no day are left out: 1,203; see whether "
        "the orders were deleted in the database, or set OKRA_START_DATE to before they were placed"
    )


def test_a_roster_that_cannot_be_read_is_told_with_the_kpis_that_ask_for_it(
    settings: Settings,
) -> None:
    commit(settings, date(2026, 11, 3))
    with duckdb.connect(str(settings.warehouse_path)) as connection:
        connection.execute(
            "create table reporting.roster_sales_reps as "
            "select 'kim' as member, 'ann@example.com' as first_day, null as last_day"
        )
    [row] = written(settings)
    assert (row["what"], row["kpis"]) == ("broken_roster", ["deals_closed"])
    assert row["place"] == "models/rosters/roster_sales_reps.sql"
    message = str(row["message"])
    assert message.endswith(
        "without its roster: KPI deals_closed; mend models/rosters/roster_sales_reps.sql"
    )
    assert "ann@example.com" not in message


def test_a_kpi_whose_values_cannot_be_right_is_told_once_for_all_days(settings: Settings) -> None:
    with duckdb.connect(str(settings.warehouse_path)) as connection:
        connection.execute(
            "insert into reporting.kpi_coverage values "
            "('units_sold', date '2026-11-02', ['fraction']), "
            "('units_sold', date '2026-11-03', ['doubtful:stripe', 'fraction']), "
            "('customer_sales', date '2026-11-03', ['empty_value', 'sampled']), "
            "('quits', date '2026-11-03', ['impossible_proportion'])"
        )
        connection.execute(
            "insert into reporting.kpis values ('quits', 'spreadsheet.kpi_values', 'sheet_kpi_days')"
        )
    empty, fraction, share = written(settings)
    assert (share["what"], share["kpis"]) == ("impossible_proportion", ["quits"])
    assert share["place"] == "models/kpis/sheet_kpis.yml", "its SQL is not its own"
    assert "above 100 %: mend the rows or their SQL" in str(share["message"])
    columns = ("what", "place", "kpis", "first_day", "last_day", "is_fault")
    third = date(2026, 11, 3)
    assert [empty[name] for name in columns] == [
        *(
            "empty_value",
            "models/kpis/kpi_customer_sales.sql",
            ["customer_sales"],
            third,
            third,
            True,
        )
    ]
    assert [fraction[name] for name in columns] == [
        *(
            "fraction",
            "models/kpis/kpi_units_sold.sql",
            ["units_sold"],
            date(2026, 11, 2),
            third,
            True,
        )
    ]
    assert "declare the precision" in str(fraction["message"])
