"""What fails takes down the KPIs below it; the rest is built without them. The results are as dbt gives them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.inputs.day import Day
from pipelines.inputs.declarations import DeclaredKpis
from pipelines.okr.definition.faults import Fault
from pipelines.settings import Settings
from pipelines.steps.model import ModelBuild, ModelsFailedError
from pipelines.tables.findings import FindingRow
from pipelines.warehouse.build_results import Graph, NodeResult
from pipelines.warehouse.left_out import LeftOut
from tests.models.conftest import parsed, session_folder
from tests.projects import OKRA

__all__ = ["parsed", "session_folder"]

CORE = ("kpi_converted_amounts", "kpi_coverage", "kpi_days", "kpi_periods", "kpis")
OF_ORDERS = {
    "average_order_value",
    "customer_lifetime_value",
    "customer_sales",
    "units_sold",
}
"""The KPIs that read orders, or a model that reads them."""


@pytest.fixture(scope="module")
def graph(parsed: Path) -> Graph:
    return Graph(json.loads((parsed / "manifest.json").read_bytes()), OKRA)


@pytest.fixture
def day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Day:
    """A day of the sample company, whose project has been parsed without a fault."""
    settings = Settings(_env_file=None, home=tmp_path, sandbox_today=date(2026, 11, 25))
    settings.warehouse_path.parent.mkdir(parents=True)
    duckdb.connect(str(settings.warehouse_path)).close()
    return Day(settings, date(2026, 11, 25))


def result(node: str, status: str, message: str = "", rows: int | None = None, sql: str = ""):
    unique_id = node if "." in node else f"model.okra.{node}"
    return NodeResult(unique_id, status, message, rows, sql)


def failing_test(graph: Graph, of: str, name: str) -> str:
    """The id of a test of a model."""
    [node] = [
        node
        for node, properties in graph.manifest["nodes"].items()
        if properties.get("attached_node") == f"model.okra.{of}"
        and properties["test_metadata"]["name"] == name
        and (properties.get("column_name") in (None, "status", "kind", "kpi"))
    ]
    return node


def skipped(*models: str) -> list[NodeResult]:
    return [result(name, "skipped") for name in models]


def named(environment: Mapping[str, str], variable: str) -> set[str]:
    return set(filter(None, environment[variable].split(",")))


def selected(build: ModelBuild) -> set[str]:
    """The names of what dbt is asked to build."""
    return {build.graph.name(node) for node in build.nodes or ()}


def stored(build: ModelBuild) -> Sequence[FindingRow]:
    build.finish()
    return build.findings


def test_a_build_in_which_nothing_fails_is_the_only_one(day: Day, graph: Graph) -> None:
    build = ModelBuild(day, graph)
    assert build.nodes is None
    assert not build.take([result("kpi_sessions", "success"), result("kpi_days", "success")])
    assert stored(build) == []


def test_a_kpi_that_does_not_build_takes_down_itself_alone(day: Day, graph: Graph) -> None:
    build = ModelBuild(day, graph)
    message = (
        "Runtime Error in model kpi_sessions (models/kpis/kpi_sessions.sql)\n"
        '  Binder Error: Referenced column "x" not found in FROM clause!\n'
        "  LINE 5:     x\n              ^\n  compiled code at target/x.sql"
    )
    assert build.take(
        [
            result("kpi_sessions", "error", message),
            result("kpi_calls_made", "success"),
            result(failing_test(graph, "kpi_sessions", "primary_key"), "skipped"),
            *skipped(*CORE),
        ]
    )
    assert named(build.environment, "OKRA_BROKEN_KPIS") == {"sessions"}
    assert named(build.environment, "OKRA_BROKEN_MODELS") == {"kpi_sessions"}
    assert selected(build) == set(CORE)
    assert not build.take([result(name, "success") for name in CORE])
    [finding] = stored(build)
    assert finding == FindingRow(
        what="does_not_build",
        place="models/kpis/kpi_sessions.sql",
        message='kpi_sessions does not build: Binder Error: Referenced column "x" not found in FROM clause!; '
        "left out: KPI sessions; mend models/kpis/kpi_sessions.sql",
        kpis=("sessions",),
    )


def test_a_mart_takes_down_the_kpis_below_it_and_is_one_fault(day: Day, graph: Graph) -> None:
    build = ModelBuild(day, graph)
    below = ("dim_customers", "fct_order_lines", "kpi_customer_sales", "kpi_units_sold")
    failed = result(
        "fct_orders", "error", "Database Error in model fct_orders (x)\n  out of memory"
    )
    assert build.take([failed, *skipped(*below, *CORE)])
    assert named(build.environment, "OKRA_BROKEN_KPIS") == OF_ORDERS
    assert selected(build) == set(CORE)
    build.take([])
    [finding] = stored(build)
    assert set(finding.kpis) == OF_ORDERS


def test_a_roster_that_fails_leaves_no_kpi_out_and_names_those_that_ask_for_it(
    day: Day, graph: Graph
) -> None:
    build = ModelBuild(day, graph)
    said = "Runtime Error in model roster_sales_reps (x)\n  Binder Error: no column is_on_team"
    assert not build.take([result("roster_sales_reps", "error", said)])
    assert named(build.environment, "OKRA_BROKEN_KPIS") == set()
    [finding] = stored(build)
    assert finding.kpis == ("deals_closed",)
    assert finding.message == (
        "roster_sales_reps does not build: Binder Error: no column is_on_team; "
        "without its roster: KPI deals_closed; mend models/rosters/roster_sales_reps.sql"
    )


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "Conversion Error: Could not convert string 'ann@example.com' to INT32",
            "Could not convert string '…' to INT32",
        ),
        (
            "Runtime Error\n    [CAST_INVALID_INPUT] The value 'ann@example.com' of the type \"STRING\" is bad. "
            "SQLSTATE: 22018\n== SQL of VIEW x ==",
            "does not build: [CAST_INVALID_INPUT] The value '…' of the type '…' is bad.; left out",
        ),
    ],
)
def test_a_value_in_the_databases_words_is_not_told(
    day: Day, graph: Graph, said: str, told: str
) -> None:
    build = ModelBuild(day, graph)
    build.take([result("fct_orders", "error", f"Runtime Error in model x\n  {said}")])
    [finding] = stored(build)
    assert "ann@example.com" not in finding.message
    assert told in finding.message


def test_a_failing_test_takes_down_what_is_below_its_model(day: Day, graph: Graph) -> None:
    test = failing_test(graph, "stg_sql_database__orders", "primary_key")
    build = ModelBuild(day, graph)
    assert build.take([result(test, "fail", "Got 3 results", 3), *skipped("fct_orders", *CORE)])
    assert named(build.environment, "OKRA_BROKEN_KPIS") == OF_ORDERS
    assert selected(build) == set(CORE)
    build.take([])
    [finding] = stored(build)
    assert (finding.what, finding.rows, finding.is_fault) == ("test_failed", 3, True)
    assert finding.message.startswith(
        "the test primary_key in stg_sql_database__orders fails: 3 rows; left out: KPIs "
    )


def test_a_test_that_warns_is_told_and_takes_down_nothing(day: Day, graph: Graph) -> None:
    test = failing_test(graph, "stg_sql_database__orders", "primary_key")
    build = ModelBuild(day, graph)
    assert not build.take([result(test, "warn", "Got 2 results", 2), result("kpis", "success")])
    [finding] = stored(build)
    assert (finding.what, finding.rows, finding.is_fault) == ("test_warned", 2, False)
    assert named(build.environment, "OKRA_BROKEN_KPIS") == set()


@pytest.mark.parametrize(
    ("failed", "kpis"),
    [
        ("fct_sheet_values", {"headcount", "employee_nps", "team_training_sessions"}),
        ("sheet_kpi_given_days", {"headcount", "employee_nps", "team_training_sessions"}),
    ],
)
def test_what_all_sheets_stand_on_takes_down_the_kpis_of_the_sheets(
    day: Day, graph: Graph, failed: str, kpis: set[str]
) -> None:
    build = ModelBuild(day, graph)
    assert build.take([result(failed, "error"), *skipped(*CORE)])
    assert named(build.environment, "OKRA_BROKEN_KPIS") == kpis
    assert selected(build) == set(CORE)


def test_rates_that_fail_take_down_the_kpis_in_money(day: Day, graph: Graph) -> None:
    build = ModelBuild(day, graph)
    assert build.take([result("fct_exchange_rates", "error"), *skipped(*CORE)])
    broken = named(build.environment, "OKRA_BROKEN_KPIS")
    assert {"net_revenue", "mrr", "ad_spend", "customer_sales"} <= broken
    assert broken.isdisjoint({"sessions", "units_sold", "headcount", "site_visitors"})


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


def test_what_could_not_be_parsed_is_told_and_taken_for_broken(
    day: Day, graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = LeftOut(
        "unexpected '}'",
        "models/marts/fct_orders.sql:3",
        ("models/marts/fct_orders.sql", "models/kpis/kpi_customer_sales.sql"),
        ("fct_orders", "kpi_customer_sales"),
    )
    build = ModelBuild(day, graph, [fault])
    assert named(build.environment, "OKRA_BROKEN_KPIS") == {"customer_sales"}
    assert not build.take([result("kpis", "success")])
    [finding] = stored(build)
    assert finding.message == (
        "fct_orders does not parse: unexpected '}'; left out: KPI customer_sales; "
        "mend models/marts/fct_orders.sql:3"
    )


@pytest.mark.parametrize("fault", ["does_not_build", "does_not_parse"])
@pytest.mark.parametrize(
    ("schema", "name", "file", "kpis"),
    [
        (
            "reporting",
            "roster_sales_reps",
            "models/rosters/roster_sales_reps.sql",
            ("deals_closed",),
        ),
        (
            "comparisons",
            "order_lines_without_order",
            "models/comparisons/order_lines_without_order.sql",
            (),
        ),
    ],
)
def test_the_table_of_a_model_that_fails_is_not_kept_from_an_earlier_day(
    day: Day,
    graph: Graph,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
    schema: str,
    name: str,
    file: str,
    kpis: tuple[str, ...],
) -> None:
    with duckdb.connect(str(day.settings.warehouse_path)) as connection:
        connection.execute(f"create schema {schema}")
        connection.execute(f"create table {schema}.{name} as select 'kim' as member")
    results, left_out = [], []
    if fault == "does_not_build":
        results = [result(name, "error", "Binder Error: no column")]
    else:
        left_out = [LeftOut("unexpected end", file, (file,), (name,))]
    build = ModelBuild(day, graph, left_out)
    build.take(results)
    [finding] = stored(build)
    assert (finding.what, finding.kpis) == (fault, kpis)
    with duckdb.connect(str(day.settings.warehouse_path)) as connection:
        kept = connection.execute(
            "select table_name from duckdb_tables() where schema_name <> 'build'"
        )
        assert kept.fetchall() == []


def test_a_declaration_that_is_told_anyway_is_not_told_again(
    day: Day, graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = "models/kpis/kpi_sessions.yml"
    unread = LeftOut("mapping values", f"{file}:3", (file,), ("kpi_sessions",))
    told = Fault(file, 3, "no YAML", "mend it")
    day.__dict__["declared"] = DeclaredKpis(day.kpis, (told,), {"sessions": file})
    build = ModelBuild(day, graph, [unread])
    assert not build.take([result("kpis", "success")])
    assert stored(build) == []


def test_a_kpi_without_a_sound_declaration_is_left_out(day: Day, graph: Graph) -> None:
    kpis = {name: kpi for name, kpi in day.kpis.items() if name != "sessions"}
    day.__dict__["declared"] = DeclaredKpis(kpis, (), {"sessions": "models/kpis/kpi_sessions.yml"})
    assert named(ModelBuild(day, graph).environment, "OKRA_BROKEN_KPIS") == {"sessions"}


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
