"""What fails takes down the KPIs below it; the rest is built without them. The results are as dbt gives them."""

import pytest

from pipelines.inputs.day import Day
from pipelines.steps.model import ModelBuild
from pipelines.tables.findings import FindingRow
from pipelines.warehouse.build_results import Graph
from tests.pipelines.steps.model.results import (
    failing_test,
    named,
    result,
    selected,
    skipped,
    stored,
)

CORE = ("kpi_converted_amounts", "kpi_coverage", "kpi_days", "kpi_periods", "kpis")
OF_ORDERS = {
    "average_order_value",
    "customer_lifetime_value",
    "customer_sales",
    "units_sold",
}
"""The KPIs that read orders, or a model that reads them."""


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
