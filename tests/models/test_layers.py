"""The layers of the SQL, kept over dbt's own manifest: who may read whom, and what each model must say of itself."""

import json
import re

import pyarrow as pa
import pytest

from pipelines.warehouse.fingerprints import WINDOW_COLUMNS, ModelInputs

READS = {
    "staging": {"source", "staging"},
    "marts": {"staging", "seeds", "marts"},
    "kpis": {"marts"},
    "rosters": {"marts"},
    "comparisons": {"staging", "marts"},
    "reporting": {"kpis", "comparisons", "reporting", "staging.lake", "marts.exchange_rates"},
}
"""What each layer may read. Of staging, reporting reads the lake's own records: windows, attempts, streams; of the
marts those that KPIs of every kind are converted by. Comparisons of streams say which days are not to be trusted."""

LOSING_JOINS = {
    "fct_ad_performance": "newest_names has each campaign, so that no row is lost",
    "fct_billed_periods": "looks up the period and the price around a change, which is kept without them",
    "fct_exchange_rates": "a day without the rate of the reporting currency has no cross rate",
    "fct_mrr_movements": "customers has each customer of the periods, so that no row is lost",
    "fct_order_lines": "the lines without an order are listed by order_lines_without_order",
    "fct_sheet_plans": "older states of a plan are left out, and what is no longer declared is no KPI",
    "fct_sheet_values": "what is no longer declared is no KPI",
    "fct_subscription_periods": "history has each account, and first_states has each part of the states",
    "fct_subscription_states": "snapshots has the window of each row; a part without a bill has its list price",
    "kpi_deals_closed": "adds the days on which a member has won nothing",
}
"""The marts and KPIs with a join that leaves out rows without a match, and where those rows go."""

ROWS_OF_ANOTHER = {"fct_balance_movements": "stg_stripe__balance_transactions"}
"""The views whose rows are one by one those of another model, where what makes them unique is tested."""

SHEETS = {"sheet_kpi_days", "sheet_kpi_given_days", "sheet_plan_days"}
"""What stands for every KPI that has no SQL of its own."""


@pytest.fixture(scope="session")
def manifest(parsed):
    """What dbt knows of the project."""
    return json.loads((parsed / "manifest.json").read_bytes())


@pytest.fixture(scope="session")
def models(manifest):
    """Every model by its name."""
    nodes = manifest["nodes"].values()
    return {node["name"]: node for node in nodes if node["resource_type"] == "model"}


def layer(unique_id: str, manifest) -> set[str]:
    """The layer of a node, and its folder inside the layer."""
    if unique_id in manifest["sources"]:
        return {"source"}
    folders = manifest["nodes"][unique_id]["fqn"][1:-1]
    return {folders[0], ".".join(folders)}


def in_layer(models, *names: str):
    """The models of some layers."""
    return [model for model in models.values() if model["fqn"][1] in names]


def kpis(models):
    """The models that are one KPI each: all of their layer but those that hold the KPIs kept in sheets."""
    return [model for model in in_layer(models, "kpis") if model["name"] not in SHEETS]


def published(models):
    """The models that are copied for everyone: all of reporting but its steps."""
    return [model for model in in_layer(models, "reporting") if "steps" not in model["fqn"]]


def checks_on(manifest, model) -> set[str]:
    """The names of the generic tests on a model and its columns."""
    return {
        node["test_metadata"]["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        and node.get("test_metadata")
        and node["attached_node"] == model["unique_id"]
    }


def test_what_takes_in_windows_is_made_of_nothing_that_is_another_each_day(manifest) -> None:
    inputs = ModelInputs(manifest, {}, pa.table({name: [] for name in WINDOW_COLUMNS}), {})
    taking = {
        name
        for name, node in manifest["nodes"].items()
        if node["config"].get("incremental_strategy") == "committed_windows"
    }
    assert "model.okra.fct_balance_movements" in taking
    assert [name for name in taking if inputs.reads_the_day(name)] == []


def test_every_model_is_in_a_layer(models) -> None:
    assert {model["fqn"][1] for model in models.values()} == set(READS)


def test_a_layer_reads_only_the_layers_below_it(models, manifest) -> None:
    broken = [
        f"{model['name']} ({model['fqn'][1]}) reads {read}"
        for model in models.values()
        for read in model["depends_on"]["nodes"]
        if not layer(read, manifest) & READS[model["fqn"][1]]
    ]
    assert broken == []


def test_a_staging_model_reads_its_own_source_only(models, manifest) -> None:
    for model in in_layer(models, "staging"):
        for read in model["depends_on"]["nodes"]:
            node = manifest["sources"].get(read) or manifest["nodes"][read]
            assert node["fqn"][2] == model["fqn"][2], f"{model['name']} reads {read}"


def test_every_source_has_a_model_that_reads_it(models, manifest) -> None:
    read = {name for model in models.values() for name in model["depends_on"]["nodes"]}
    assert sorted(set(manifest["sources"]) - read) == []


def test_every_model_says_what_a_row_is(models) -> None:
    assert [model["name"] for model in models.values() if not model["description"]] == []


def test_every_model_outside_the_steps_names_what_makes_a_row_unique(models, manifest) -> None:
    checked = [*in_layer(models, "staging", "marts", "kpis", "comparisons"), *published(models)]
    without = {m["name"] for m in checked if "primary_key" not in checks_on(manifest, m)}
    assert without == set(ROWS_OF_ANOTHER)
    for view, model in ROWS_OF_ANOTHER.items():
        assert models[model]["unique_id"] in models[view]["depends_on"]["nodes"]
        assert model not in without


def test_a_join_that_can_lose_rows_is_known(models) -> None:
    joining = {
        model["name"]
        for model in in_layer(models, "marts", "kpis", "rosters")
        if re.search(r"(?<!left )\bjoin\b", model["raw_code"])
    }
    assert joining == set(LOSING_JOINS), "say in LOSING_JOINS where rows without a match go"


def test_what_is_published_is_a_contract_of_described_and_typed_columns(models) -> None:
    assert {"kpis", "kpi_periods", "kpi_days"} <= {model["name"] for model in published(models)}
    for model in published(models):
        assert model["config"]["contract"]["enforced"], model["name"]
        for column in model["columns"].values():
            assert column["description"], f"{model['name']}.{column['name']}"
            assert column["data_type"], f"{model['name']}.{column['name']}"


def test_every_kpi_declares_what_it_is(models) -> None:
    assert len(kpis(models)) >= 16
    for model in kpis(models):
        assert model["name"].startswith("kpi_")
        kpi = model["config"]["meta"]["kpi"]
        told = {"label", "kind", "unit", "direction", "precision", "dimensions", "owner"}
        assert set(kpi) >= told, model["name"]
        assert kpi["kind"] in {"flow", "stock", "ratio", "distinct"}, model["name"]
        assert kpi["direction"] in {"up", "down"}, model["name"]
        assert "@" in kpi["owner"], model["name"]
        assert kpi["unit"] != "percent" or kpi["kind"] == "ratio", model["name"]


def test_a_kpi_has_the_columns_of_its_kind_and_one_a_dimension(models) -> None:
    by_kind = {
        "flow": {"day", "value"},
        "stock": {"day", "value"},
        "ratio": {"day", "numerator", "denominator"},
        "distinct": {"period", "period_start", "value"},
    }
    for model in kpis(models):
        kpi = model["config"]["meta"]["kpi"]
        expected = by_kind[kpi["kind"]] | {"account"} | set(kpi["dimensions"])
        assert set(model["columns"]) == expected, model["name"]


def test_money_of_a_source_with_several_currencies_is_told_by_currency(models) -> None:
    for model in kpis(models):
        kpi = model["config"]["meta"]["kpi"]
        if kpi["unit"] == "money":
            assert "currency" in kpi["dimensions"], model["name"]


def test_a_rule_across_models_says_what_it_guards(manifest) -> None:
    rules = [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and not node.get("test_metadata")
    ]
    assert rules
    for rule in rules:
        assert rule["name"].startswith("assert_"), rule["name"]
        assert rule["raw_code"].startswith(("-- ", "{#")), rule["name"]
