"""The tables and views for charts: what adds up is right, and what does not has no amount."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from pipelines.okr.kpi.periods import FiscalYear, windows
from pipelines.okr.kpi.week_calendars import WeekCalendar
from pipelines.publishing.bi import views
from pipelines.publishing.bi.charts import CHARTS, TABLES, create_charts
from pipelines.tables.findings import FINDINGS

KPIS = """
    create table kpis (
        kpi varchar, label varchar, owner varchar, kind varchar, unit varchar, denominator varchar,
        direction varchar, "precision" integer, dimensions varchar[], every varchar, data_through date
    );
    insert into kpis values
        ('sales', 'Sales', 'ana', 'flow', 'USD', null, 'up', 2, ['color'], 'day', '2026-02-03'),
        ('rate', 'Win rate', 'ana', 'ratio', 'percent', 'sum', 'up', 3, ['color'], 'day', '2026-01-31'),
        ('team', 'Team', 'ana', 'stock', 'people', null, 'up', 0, [], 'day', '2026-01-31'),
        ('visitors', 'Visitors', 'ana', 'distinct', 'people', null, 'up', 0, [], 'month', '2026-01-31');
"""
DAYS = """
    create table kpi_days as
    select
        kpi, cast(day as date) as day, map {'color': color} as dimensions, cast(value as decimal(38, 6)) as value,
        cast(numerator as decimal(38, 6)) as numerator, cast(denominator as decimal(38, 6)) as denominator
    from (
        select 'sales' as kpi, unnest(generate_series(date '2025-01-01', date '2026-02-03', interval 1 day)) as day,
            'red' as color, 10 as value, null as numerator, null as denominator
        union all
        select 'sales', unnest(generate_series(date '2026-01-01', date '2026-02-03', interval 1 day)), 'blue', 2,
            null, null
        union all
        select 'rate', unnest(generate_series(date '2026-01-01', date '2026-01-31', interval 1 day)), 'red', null, 1, 2
        union all
        select 'rate', date '2026-01-31', 'blue', null, 4, 38
        union all
        select 'team', unnest(generate_series(date '2026-01-01', date '2026-01-31', interval 1 day)), null, 7, null,
            null
    )
"""
PERIODS = """
    create table kpi_periods as
    with sums as (
        select kpi, period, cast(date_trunc(period, day) as date) as period_start, max(day) as data_through,
            sum(value) as value, sum(numerator) as numerator, sum(denominator) as denominator
        from kpi_days cross join (select unnest(['day', 'month']) as period)
        group by all
    )

    select
        kpi, period, period_start,
        case when period = 'day' then period_start else last_day(period_start) end as period_end,
        'total' as dimension, 'total' as member,
        case kind when 'ratio' then numerator / sums.denominator when 'stock' then 7 else value end as value,
        numerator, sums.denominator, unit, kind,
        case
            when period = 'month' and sums.data_through < last_day(period_start) then 'partial' else 'complete'
        end as status,
        sums.data_through, 'ok' as trust
    from sums inner join kpis using (kpi)
    union all
    select 'visitors', 'month', date '2026-01-01', date '2026-01-31', 'total', 'total', 900, null, null, 'people',
        'distinct', 'complete', date '2026-01-31', 'ok'
"""
DAY_AHEAD = """
    insert into kpi_days values ('team', '2026-02-01', map {'color': null}, 9, null, null)
"""
GOALS = """
    create table key_results (key_result_id varchar, "where" varchar, for_each varchar, "over" varchar);
    create table key_result_scores (
        as_of date, key_result_id varchar, kpi varchar, member varchar, period_start date, deadline date,
        target decimal(38, 6)
    );
    insert into key_results values ('a', null, null, null), ('b', 'red', null, null);
    insert into key_result_scores values
        ('2026-02-04', 'a', 'sales', 'total', '2026-01-01', '2026-01-31', 400),
        ('2026-02-04', 'b', 'sales', 'total', '2026-01-01', '2026-01-31', 90),
        ('2026-02-04', 'a', 'sales', 'total', '2026-01-01', '2026-12-31', 5000);
"""

KEYWORDS = "select keyword_name from duckdb_keywords() where keyword_category <> 'unreserved'"
COLUMNS_OF_DAYS = "select column_name from duckdb_columns() where table_name like 'kpi_%_daily'"


@pytest.fixture(scope="module")
def file() -> Iterator[duckdb.DuckDBPyConnection]:
    """A published file by hand, with its charts; its fiscal year starts in October."""
    with duckdb.connect() as connection:
        for statement in (KPIS, DAYS, PERIODS, DAY_AHEAD, GOALS):
            connection.execute(statement)
        create_charts(connection, FiscalYear(10))
        yield connection


@pytest.fixture
def rows(file: duckdb.DuckDBPyConnection) -> Any:
    return lambda query: file.execute(query).fetchall()


def test_the_amounts_of_a_flow_add_up_to_its_year(rows: Any) -> None:
    year = "select sum(amount), sum(amount_exact) from kpi_monthly where kpi = 'sales' and year(month_start) = 2025"
    assert rows(year) == [(3650.0, Decimal(3650))]  # 365 days of 10
    assert rows("select sum(amount) from kpi_sales_daily where year(day) = 2025") == [(3650.0,)]


def test_a_day_that_not_every_source_has_delivered_is_left_out(rows: Any) -> None:
    assert rows("select max(day), arg_max(level, day) from kpi_team_daily") == [
        (date(2026, 1, 31), 7.0)
    ]


@pytest.mark.parametrize("kpi", ["rate", "team", "visitors"])
def test_there_is_no_amount_to_sum_of_what_does_not_add_up(rows: Any, kpi: str) -> None:
    assert rows(
        f"select sum(amount), sum(amount_exact), sum(target_amount) from kpi_monthly where kpi = '{kpi}'"
    ) == [(None, None, None)]


@pytest.mark.parametrize(
    "place", ["kpi_monthly", "kpi_sales_daily", "kpi_rate_daily", "kpi_team_daily"]
)
def test_summing_a_value_is_refused(rows: Any, place: str) -> None:
    with pytest.raises(duckdb.BinderException, match="value"):
        rows(f"select sum(value) from {place}")


def test_a_ratio_of_days_and_members_is_that_of_the_month(rows: Any) -> None:
    # 31 days of 1 in 2, and 4 in 38: 35 in 100
    ratio = "select sum(numerator) / sum(denominator) from {}"
    assert rows(ratio.format("kpi_rate_daily")) == [(0.35,)]
    assert rows(ratio.format("kpi_monthly where kpi = 'rate'")) == [(0.35,)]
    assert rows("select level, unit, value_display from kpi_monthly where kpi = 'rate'") == [
        (0.35, "fraction", "35.0 %")
    ]


def test_a_whole_month_has_last_year_its_change_and_its_target(rows: Any) -> None:
    # 31 days of 12 against 31 of 10; the goal of red alone is not that of the month
    assert rows(
        "select amount, amount_last_year, change_on_year, target_amount, value_display "
        "from kpi_monthly where kpi = 'sales' and month_start = '2026-01-01'"
    ) == [(372.0, 310.0, 0.2, 400.0, "372.00 USD")]


def test_an_open_month_is_compared_with_as_many_days(rows: Any) -> None:
    # 3 days of 12 against 3 of 10
    assert rows(
        "select amount, amount_last_year, change_on_year, compared_to, status "
        "from kpi_monthly where kpi = 'sales' and month_start = '2026-02-01'"
    ) == [(36.0, 30.0, 0.2, date(2025, 2, 3), "partial")]


def test_a_month_without_a_year_before_is_not_compared(rows: Any) -> None:
    assert rows(
        "select amount_last_year, change_on_year from kpi_monthly where kpi = 'sales' and month_start = '2025-01-01'"
    ) == [(None, None)]


def test_dimensions_are_columns(rows: Any) -> None:
    assert rows(
        "from (select color, amount from kpi_sales_daily where day = '2026-01-01') order by 1"
    ) == [
        ("blue", 2.0),
        ("red", 10.0),
    ]


def test_the_calendar_has_the_fiscal_year(rows: Any) -> None:
    assert rows(
        "select quarter_label, year_label, year_start, week_label from calendar where day = '2025-11-03'"
    ) == [("2026-Q1", "2026", date(2025, 10, 1), "2025-W45")]


def test_the_calendar_has_each_day_once_in_a_year_of_whole_weeks() -> None:
    weeks = FiscalYear(2, "start", WeekCalendar("4-5-4", 6, "nearest"))
    with duckdb.connect() as connection:
        for statement in (KPIS, DAYS, PERIODS, DAY_AHEAD, GOALS):
            connection.execute(statement)
        create_charts(connection, weeks)
        [(days, distinct_days, first, last)] = connection.execute(
            "select count(*), count(distinct day), min(day), max(day) from calendar"
        ).fetchall()
        assert days == distinct_days == (last - first).days + 1
        labels = (
            "select month_label, month_start, year_label from calendar where day = '2025-04-02'"
        )
        # fiscal 2025 begins on 2 February; its first two periods have nine weeks
        assert connection.execute(labels).fetchall() == [("2025-P02", date(2025, 3, 2), "2025")]


def test_no_column_is_a_reserved_word(rows: Any) -> None:
    reserved = {
        word
        for (word,) in rows(
            "select keyword_name from duckdb_keywords() where keyword_category <> 'unreserved'"
        )
    }
    reserved |= {"period", "value", "over", "window", "where", "rank", "member"}
    described = {
        column
        for name in CHARTS
        for column in yaml.safe_load((TABLES / f"{name}.yml").read_text())["columns"]
    }
    made = {
        column
        for (column,) in rows(
            "select column_name from duckdb_columns() where table_name like 'kpi_%_daily'"
        )
    }
    assert (described | made) & reserved == set()


def test_every_column_is_described(rows: Any) -> None:
    assert (
        rows(
            "select table_name, column_name from duckdb_columns() where comment is null "
            "and (table_name in ('kpi_monthly', 'calendar') or table_name like 'kpi_%_daily')"
        )
        == []
    )


def test_a_renamed_file_under_another_name_has_its_views(
    file: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{tmp_path / 'a.tmp'}' as published (storage_version 'v1.2.0')")
        connection.execute("use published")
        for statement in (KPIS, DAYS, PERIODS, GOALS):
            connection.execute(statement)
        create_charts(connection)
        assert "published" not in str(
            connection.execute("select sql from duckdb_views() where not internal").fetchall()
        )
        connection.execute("use memory")
        connection.execute("detach published")
        (tmp_path / "a.tmp").rename(tmp_path / "b.duckdb")
        connection.execute(f"attach '{tmp_path / 'b.duckdb'}' as okra (read_only)")
        connection.execute("create table kpi_days (mine integer)")
        assert connection.execute("select sum(amount) from okra.kpi_sales_daily").fetchall() == [
            (4058.0,)  # 399 days of 10, 34 of 2
        ]


def test_a_chart_whose_input_lacks_a_column_is_a_finding_and_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with duckdb.connect() as connection:
        for statement in (KPIS, DAYS, PERIODS, GOALS):
            connection.execute(statement)
        connection.execute("alter table kpis drop column direction")
        replace(FINDINGS, schema="main").create(connection)
        create_charts(connection)
        missing = connection.execute(
            "select what, place, message, is_fault from findings where place = 'kpi_monthly'"
        ).fetchall()
        [(days,)] = connection.execute("select sum(amount) from kpi_sales_daily").fetchall()
    [(what, place, message, is_fault)] = missing
    assert (what, place, is_fault) == ("chart_left_out", "kpi_monthly", True)
    assert "direction" in message
    assert "run `okra run`" in message
    assert "\n" not in message
    assert message in caplog.messages
    assert days == 4058.0  # 399 days of 10, 34 of 2: the other charts are there


def test_a_file_without_findings_gets_none_for_its_charts(caplog: pytest.LogCaptureFixture) -> None:
    with duckdb.connect() as connection:
        create_charts(connection)
        assert connection.execute("select table_name from duckdb_tables()").fetchall() == []
    assert any(message.startswith("kpi_monthly is not published") for message in caplog.messages)


RETAIL = FiscalYear(2, "start", WeekCalendar("4-5-4"))
"""Its year from 29 January 2023 has 53 weeks and ends on 3 February 2024."""


@pytest.fixture(scope="module")
def retail() -> Iterator[duckdb.DuckDBPyConnection]:
    """Sales of as many dollars a day as days have gone since 2022 began, by periods of 4, 5 and 4 weeks."""
    days = [date(2022, 1, 30) + n * timedelta(days=1) for n in range(1100)]
    last = days[-1]
    rows = [
        ("sales", "day", day, day, (day - date(2022, 1, 1)).days, "complete", day) for day in days
    ]
    rows += [
        (
            "sales", "month", period.start, period.end,
            sum((day - date(2022, 1, 1)).days for day in days if period.start <= day <= period.end),
            "partial" if period.end > last else "complete", min(period.end, last),
        )
        for period in windows(days[0], last, "month", RETAIL)
    ]  # fmt: skip
    with duckdb.connect() as connection:
        for statement in (KPIS, DAYS, PERIODS, GOALS):
            connection.execute(statement)
        connection.execute("delete from kpi_periods")
        connection.executemany(
            "insert into kpi_periods by name select $1 as kpi, $2 as period, $3 as period_start, $4 as period_end, "
            "'total' as dimension, 'total' as member, $5 as value, 'USD' as unit, 'flow' as kind, $6 as status, "
            "$7 as data_through, 'ok' as trust",
            rows,
        )
        create_charts(connection, RETAIL)
        yield connection


def sold(first: date, last: date) -> int:
    """The days' numbers since 2022 began, added up."""
    ends = ((day - date(2022, 1, 1)).days for day in (first, last))
    low, high = ends
    return (low + high) * (high - low + 1) // 2


@pytest.mark.parametrize(
    ("start", "compared"),
    [
        # within years of 52 weeks the period of the same number has the same weeks
        (date(2023, 2, 26), (date(2022, 2, 27), date(2022, 4, 2))),
        # the last period of the year of 53 weeks, of five: four of January 2023 and the first week of its own year
        (date(2023, 12, 31), (date(2023, 1, 1), date(2023, 2, 4))),
        # the year after it begins a week later: the second to the fifth week of the year before
        (date(2024, 2, 4), (date(2023, 2, 5), date(2023, 3, 4))),
    ],
)
def test_a_period_of_weeks_is_compared_with_the_same_weeks(
    retail: duckdb.DuckDBPyConnection, start: date, compared: tuple[date, date]
) -> None:
    row = retail.execute(
        "select compared_from, compared_to, amount_last_year from kpi_monthly where month_start = $1",
        [start],
    ).fetchone()
    assert row == (*compared, sold(*compared))


def test_an_open_period_of_weeks_is_compared_with_as_many_days(
    retail: duckdb.DuckDBPyConnection,
) -> None:
    [(start, through, low, high, before)] = retail.execute(
        "select month_start, data_through, compared_from, compared_to, amount_last_year from kpi_monthly "
        "where status = 'partial'"
    ).fetchall()
    year = timedelta(days=364)
    assert (low, high) == (start - year, through - year)
    assert before == sold(low, high)


def test_of_too_many_kpis_those_have_a_view_that_a_key_result_is_about(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(views, "MOST_VIEWS", 2)
    with duckdb.connect() as connection:
        for statement in (KPIS, DAYS, PERIODS, DAY_AHEAD, GOALS):
            connection.execute(statement)
        connection.execute("create or replace table key_results as select 'sales' as kpi")
        views.create_daily_views(connection)
        made = connection.execute(
            "select view_name from duckdb_views() where not internal"
        ).fetchall()
    assert made == [("kpi_sales_daily",)]
