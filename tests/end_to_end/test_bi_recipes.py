"""The queries that docs/bi.md gives away answer what they say they do, on the sample company's published file."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest

from connectors.sandbox.figures import NET_REVENUE_CENTS, UNITS_SOLD
from tests.end_to_end.conftest import Home
from tests.end_to_end.recipes import NOTHING_YET, REVENUE_BY_MONTH, page, queries

QUERIES = queries()


def answers(home: Home, title: str) -> list[dict[str, Any]]:
    """What the published file answers to a query, by its columns; paths in it are below the home."""
    with duckdb.connect(str(home.published), read_only=True) as connection:
        connection.execute(f"set file_search_path = '{home.path}'")
        answer = connection.execute(QUERIES[title])
        names = [column[0] for column in answer.description or ()]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def test_no_query_of_the_page_is_left_out() -> None:
    assert len(QUERIES) == page().count("```sql") > 0


@pytest.mark.parametrize("title", QUERIES)
def test_each_has_an_answer(sample: Home, title: str) -> None:
    assert (answers(sample, title) == []) == (title in NOTHING_YET)


def test_there_are_twelve_questions() -> None:
    assert len([title for title in QUERIES if title[0].isdigit()]) == 12


def test_amounts_of_a_year_sum_to_the_year_and_other_kinds_have_none(sample: Home) -> None:
    totals = sample.rows(
        "select kpi, year(month_start), sum(amount_exact) from kpi_monthly group by all"
    )
    years = {
        (kpi, year): value
        for kpi, year, value in sample.rows(
            "select kpi, year(period_start), value from kpi_periods "
            "where period = 'year' and dimension = 'total' and kind = 'flow'"
        )
    }
    assert {(kpi, year): total for kpi, year, total in totals if total is not None} == years


def test_days_sum_to_the_months_of_every_flow(sample: Home) -> None:
    for (kpi,) in sample.rows("select kpi from kpis where kind = 'flow'"):
        [days] = sample.row(f"select sum(amount_exact) from kpi_{kpi}_daily")
        [months] = sample.row("select sum(amount_exact) from kpi_monthly where kpi = $1", kpi)
        assert days == months, kpi


def test_the_factors_of_a_kpi_sum_to_its_change(sample: Home) -> None:
    [change] = sample.row(
        "select sum(part_of_change_on_month) from factors_latest where kpi = 'net_revenue'"
    )
    assert change == 122_600  # 295,000 in October, 172,400 in September


@pytest.mark.parametrize("title", ["A KPI by month, and its change", "The same from Parquet"])
def test_net_revenue_of_each_month_is_that_of_the_books(sample: Home, title: str) -> None:
    by_month = {row["month"]: row["value"] for row in answers(sample, title)}
    # the company's year is written down in dollars; February brought yen and dinars besides
    others = [month for month in range(1, 11) if month != 2]
    assert [by_month[date(2026, month, 1)] * 100 for month in others] == [
        NET_REVENUE_CENTS[2026, month] for month in others
    ]
    assert by_month[date(2026, 2, 1)] > NET_REVENUE_CENTS[2026, 2] // 100


def test_the_first_question_has_the_revenue_of_the_books(sample: Home) -> None:
    months = {row["month_start"]: row["amount"] for row in answers(sample, REVENUE_BY_MONTH)}
    assert months[date(2026, 10, 1)] * 100 == NET_REVENUE_CENTS[2026, 10]


def test_the_change_of_a_month_is_against_the_month_before(sample: Home) -> None:
    months = {row["month"]: row for row in answers(sample, "A KPI by month, and its change")}
    october = months[date(2026, 10, 1)]
    assert october["previous_value"] == Decimal("172400")
    assert october["change"] == Decimal("122600")
    assert october["change_percent"] == Decimal("71.1")  # 122.6 / 172.4
    assert october["status"] == "complete"
    assert months[date(2026, 11, 1)]["status"] == "partial"


def test_the_scorecard_has_each_key_result_once(sample: Home) -> None:
    rows = answers(sample, "The scorecard now")
    defined = sample.rows("select key_result_id from key_results")
    assert sorted(row["key_result_id"] for row in rows) == sorted(name for (name,) in defined)
    assert {row["status"] for row in rows} <= {
        "not_started", "no_data", "on_track", "at_risk", "off_track", "achieved", "missed"
    }  # fmt: skip


def test_units_of_a_month_add_up_to_those_of_the_books(sample: Home) -> None:
    rows = answers(sample, "Days by the members of two dimensions")
    sold = {
        product: sum(row["value"] for row in rows if row["product"] == product)
        for product in UNITS_SOLD
    }
    assert sold == {product: months[2026, 9] for product, months in UNITS_SOLD.items()}


def test_the_latest_run_is_that_of_the_sample_company(sample: Home) -> None:
    [run] = answers(sample, "How fresh it is, and whether it is real")
    assert (run["as_of"], run["sample_company"]) == (date(2026, 11, 25), True)


def test_what_was_believed_on_a_day_is_not_what_came_before_or_after(sample: Home) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    at = [
        datetime(2026, 11, 24, 23, 59, tzinfo=berlin),
        datetime(2026, 11, 25, 23, 59, tzinfo=berlin),
        datetime(2026, 11, 26, 0, 0, tzinfo=berlin),
    ]
    columns = "kpi, period, dimension, period_start, value, unit, status, data_through, known_from, known_to"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{sample.published}' as okra (read_only)")
        # the day's belief took the place of an earlier one, and the next day another took its place
        connection.execute(
            f"create table kpi_period_history as select {columns} from okra.kpi_period_history limit 0"
        )
        connection.executemany(
            "insert into kpi_period_history values ('net_revenue', 'month', 'total', '2026-11-01', "
            "$1, 'USD', 'partial', '2026-11-24', $2, $3)",
            [(1, at[0], at[1]), (2, at[1], at[2]), (3, at[2], None)],
        )
        believed = connection.execute(QUERIES["What was believed on a day"]).fetchall()
    assert [value for _, value, *_ in believed] == [2]
