"""What was broken before dbt builds: files that do not parse, and KPIs without a sound declaration."""

import duckdb
import pytest

from pipelines.inputs.day import Day
from pipelines.inputs.declarations import DeclaredKpis
from pipelines.okr.definition.faults import Fault
from pipelines.steps.model import ModelBuild
from pipelines.warehouse.build_results import Graph
from pipelines.warehouse.left_out import LeftOut
from tests.pipelines.steps.model.results import named, result, stored


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
