"""A published table that fails: for a KPI it is built again without it, else the run stops."""

from dataclasses import replace
from datetime import date

import duckdb
import pytest

from pipelines.inputs.day import Day
from pipelines.steps.model import ModelBuild, ModelsFailedError
from pipelines.warehouse.build_results import Graph
from tests.pipelines.steps.model.results import (
    failing_test,
    named,
    result,
    selected,
    skipped,
    stored,
)


def test_a_published_table_that_breaks_a_test_for_a_kpi_is_built_again_without_it(
    day: Day, graph: Graph
) -> None:
    with duckdb.connect(str(day.settings.warehouse_path)) as connection:
        connection.execute("create schema reporting")
        connection.execute("create table reporting.kpi_days as select 'sessions' as kpi, 1 as day")
    test = failing_test(graph, "kpi_days", "primary_key")
    rows = "select kpi, day from reporting.kpi_days"
    build = ModelBuild(day, graph)
    core = ("kpi_converted_amounts", "kpi_coverage", "kpi_days")
    assert build.take(
        [
            *(result(name, "success") for name in (*core, "kpi_sessions")),
            result(test, "fail", "Got 1 result", 1, rows),
            *skipped("kpi_periods"),
        ]
    )
    assert named(build.environment, "OKRA_BROKEN_KPIS") == {"sessions"}
    assert {*core, "kpi_periods"} <= selected(build)
    assert "kpi_sessions" not in selected(build)
    assert not build.take([result(test, "pass")])
    [finding] = stored(build)
    assert finding.kpis == ("sessions",)
    assert finding.message.endswith("mend the rows, or models/kpis/kpi_sessions.sql")


def test_a_published_table_that_breaks_a_test_for_no_kpi_stops_the_run(
    day: Day, graph: Graph
) -> None:
    test = failing_test(graph, "windows", "primary_key")
    build = ModelBuild(day, graph)
    assert not build.take([result(test, "fail", "Got 1 result", 1, "select 1 as source")])
    with pytest.raises(ModelsFailedError, match=r"primary_key in windows fails: .*nothing is publ"):
        build.finish()


def test_a_kpi_whose_rows_cannot_be_read_is_found_where_all_are_united(
    day: Day, graph: Graph
) -> None:
    with duckdb.connect(str(day.settings.warehouse_path)) as connection:
        connection.execute("create schema kpis")
        for kpi in day.kpis.values():
            columns = {"numerator": "1", "denominator": "1", "value": "1"}
            columns |= dict.fromkeys(kpi.dimensions, "'x'")
            columns |= {"day": "date '2026-01-01'", "period": "'day'"}
            columns["period_start"] = columns["day"]
            if kpi.name == "sessions":
                columns["value"] = "case when random() > 2 then '1' else 'many' end"
            if kpi.name == "calls_made":
                del columns["sales_rep"]
            if kpi.name == "page_likes":
                columns["day"] = "case when random() > 2 then '2026-01-01' else 'soon' end"
            if kpi.name == "ad_spend":
                columns["value"] = "1e30"
            listed = ", ".join(f"{text} as {name}" for name, text in columns.items())
            connection.execute(f"create or replace view kpis.{kpi.model} as select {listed}")
    build = ModelBuild(day, graph)
    failed = result(
        "kpi_converted_amounts", "error", "Runtime Error in model x\n  Conversion Error"
    )
    assert build.take([failed, *skipped("kpi_coverage")])
    unreadable = {"sessions", "calls_made", "page_likes", "ad_spend"}
    assert named(build.environment, "OKRA_BROKEN_KPIS") == unreadable
    assert selected(build) == {"kpi_converted_amounts", "kpi_coverage"}
    build.take([])
    told = {finding.kpis: finding.message for finding in stored(build)}
    assert "Could not convert string '…' to DECIMAL" in told[("sessions",)]
    assert "sales_rep" in told[("calls_made",)]
    assert "DATE" in told[("page_likes",)].upper()
    assert "out of range" in told[("ad_spend",)]


def test_a_kpi_can_have_a_dimension_with_a_reserved_word_for_a_name(day: Day, graph: Graph) -> None:
    sessions = replace(day.kpis["sessions"], dimensions=("order", "select"))
    [(_, query)] = graph.kpi_queries("model.okra.kpi_converted_amounts", {"sessions": sessions})
    with duckdb.connect(str(day.settings.warehouse_path)) as connection:
        connection.execute("create schema kpis")
        connection.execute(
            "create view kpis.kpi_sessions as "
            """select date '2026-01-01' as day, 3 as value, 'a' as "order", 'b' as "select" """
        )
        assert connection.execute(query).fetchall() == [(date(2026, 1, 1), 3, "a", "b")]


def test_a_published_table_that_does_not_build_stops_the_run(day: Day, graph: Graph) -> None:
    build = ModelBuild(day, graph)
    assert not build.take([result("kpi_periods", "error", "Runtime Error in model x\n  no space")])
    with pytest.raises(
        ModelsFailedError, match="kpi_periods does not build: no space; nothing is published"
    ):
        build.finish()


def test_a_run_gives_up_when_the_same_kpi_fails_again(day: Day, graph: Graph) -> None:
    with duckdb.connect(str(day.settings.warehouse_path)) as connection:
        connection.execute("create schema reporting")
        connection.execute("create table reporting.kpi_days as select 'sessions' as kpi, 1 as day")
    test = failing_test(graph, "kpi_days", "primary_key")
    failed = result(test, "fail", "Got 1 result", 1, "select kpi from reporting.kpi_days")
    build = ModelBuild(day, graph)
    assert build.take([result("kpi_days", "success"), failed])
    assert not build.take([result("kpi_days", "success"), failed])
    with pytest.raises(ModelsFailedError, match="primary_key in kpi_days fails"):
        build.finish()
