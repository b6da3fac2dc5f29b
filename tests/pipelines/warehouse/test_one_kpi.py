"""What is built of the project to show one KPI."""

from pipelines.inputs.composition import Composition
from pipelines.inputs.declarations import DeclaredKpis
from pipelines.okr.kpi.conversion import Conversion
from pipelines.okr.kpi.kpi import Kpi
from pipelines.warehouse.build_results import NodeResult
from pipelines.warehouse.one_kpi import fault_of, other_kpis, selected_nodes, selected_of

CONVERSION = Conversion("booking", frozenset({"value"}))
ORDERS = Kpi("orders", "flow", "orders", model="kpi_orders")


def model(name: str, folder: str, *parents: str) -> dict[str, object]:
    return {
        "name": name,
        "resource_type": "model",
        "original_file_path": f"models/{folder}/{name}.sql",
        "fqn": ["okra", folder, name],
        "depends_on": {
            "nodes": [x if x.startswith("source.") else f"model.okra.{x}" for x in parents]
        },
    }


NODES = {
    f"model.okra.{node['name']}": node
    for node in (
        model("stg_shop__orders", "staging/shop", "source.okra.shop.orders"),
        model("stg_crm__calls", "staging/crm", "source.okra.crm.calls"),
        model("fct_orders", "marts", "stg_shop__orders"),
        model("kpi_orders", "kpis", "fct_orders"),
        model("kpi_calls", "kpis", "stg_crm__calls"),
        model("fct_exchange_rates", "marts", "source.okra.rates.euro"),
        model("orders_without_day", "comparisons", "stg_shop__orders"),
        model("calls_without_day", "comparisons", "stg_crm__calls"),
        model("stg_lake__windows", "staging/lake", "source.okra.lake.windows"),
        model("amounts", "reporting", "kpi_orders", "kpi_calls", "fct_exchange_rates"),
        model("kpi_coverage", "reporting", "stg_lake__windows", "amounts"),
        model("kpi_days", "reporting", "kpi_coverage"),
        model("kpi_distinct", "reporting", "kpi_coverage"),
        model("kpis", "reporting", "kpi_coverage"),
        model("kpi_periods", "reporting", "kpis"),
    )
}
TEST = {
    "name": "primary_key",
    "resource_type": "test",
    "original_file_path": "models/kpis/kpi_orders.yml",
    "attached_node": "model.okra.kpi_orders",
    "fqn": ["okra", "kpis", "primary_key"],
}
REPORTED = {"stg_lake__windows", "amounts", "kpi_coverage", "kpi_days", "kpi_distinct", "kpis"}


def names(kpi: Kpi) -> set[str]:
    return {x.rpartition(".")[2] for x in selected_nodes(NODES, kpi)}


def test_what_the_kpi_reads_and_what_doubts_it_is_built_and_nothing_of_another_source() -> None:
    own = {"stg_shop__orders", "fct_orders", "kpi_orders", "orders_without_day"}
    assert names(ORDERS) == own | REPORTED


def test_rates_are_built_for_a_kpi_that_converts() -> None:
    money = Kpi("orders", "flow", "USD", model="kpi_orders", conversion=CONVERSION)
    assert names(money) - names(ORDERS) == {"fct_exchange_rates"}


def test_the_tests_of_its_own_model_are_run() -> None:
    nodes = {**NODES, "test.okra.key": TEST}
    chosen = [x["name"] for x in selected_of(nodes, selected_nodes(nodes, ORDERS))]
    assert "primary_key" in chosen


def test_every_other_kpi_is_gone_on_without() -> None:
    declared = DeclaredKpis({"orders": ORDERS, "heads": Kpi("heads", "stock")})
    assert other_kpis(NODES, declared, ORDERS) == {"calls", "heads"}


SQL = {f"models/{x}.sql": "" for x in ("kpis/kpi_orders", "marts/fct_orders")}
PROJECT = Composition({}, SQL, {"models/kpis/kpi_orders.sql": "kpis/shop.yml:3"})


def test_a_fault_names_the_line_of_the_yaml_that_the_model_comes_from() -> None:
    message = "Binder Error: column nett not found"
    result = NodeResult("model.okra.kpi_orders", "error", message, None, "")
    said = fault_of(NODES["model.okra.kpi_orders"], result, PROJECT)
    assert said.startswith("kpi_orders does not build: ")
    assert "nett" in said
    assert said.endswith("; mend kpis/shop.yml:3")


def test_a_fault_of_a_model_above_names_its_file() -> None:
    result = NodeResult("model.okra.fct_orders", "error", "Parser Error", None, "")
    said = fault_of(NODES["model.okra.fct_orders"], result, PROJECT)
    assert said.endswith("mend models/marts/fct_orders.sql")


def test_rows_that_fail_a_test_are_a_fault_of_the_kpis_yaml() -> None:
    result = NodeResult("test.okra.key", "fail", "", 1200, "")
    assert fault_of(TEST, result, PROJECT) == "primary_key fails: 1,200 rows; mend kpis/shop.yml:3"
