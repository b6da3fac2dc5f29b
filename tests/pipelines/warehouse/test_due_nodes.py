"""Which models a build makes again, and which tests it runs."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipelines.inputs.composition import Composition
from pipelines.settings import BUILT_IN
from pipelines.warehouse.due_nodes import DueNodes, Made, due_nodes
from pipelines.warehouse.fingerprints import ModelInputs

TODAY = date(2026, 11, 27)
ENVIRONMENT = {"OKRA_AS_OF": "2026-11-27", "OKRA_RUN_ID": "run", "OKRA_TIMEZONE": "UTC"}
OWN_KPI = "kpi_of_ours"


def node(name: str, layer: str, *above: str, materialized: str = "table", **how: Any) -> Any:
    return {
        "raw_code": how.get("sql", f"select * from {name}"),
        "checksum": {},
        "config": {"materialized": materialized, "incremental_strategy": how.get("strategy")},
        "description": "",
        "columns": {"amount": {"data_type": how.get("type", "integer"), "description": ""}},
        "sources": how.get("sources", []),
        "depends_on": {"nodes": list(above), "macros": how.get("macros", [])},
        "attached_node": how.get("attached"),
        "original_file_path": f"models/{layer}/{name}.sql",
        "fqn": ["okra", layer, name],
    }


def manifest(**changed: Any) -> Mapping[str, Any]:
    """A stream, its mart, a KPI of Okra's and one of a company, what reports them, and a test of each."""
    stream = [["stripe", "charges"]]
    models = {
        "stg": node("stg", "staging", sources=stream, sql=changed.get("stg", "select 1")),
        "in_place": node(
            "in_place",
            "staging",
            sources=[["hubspot", "deals"]],
            materialized="view",
            strategy="committed_windows",
        ),
        "windows": node("windows", "staging", sources=[["lake", "windows"]]),
        "mart": node(
            "mart",
            "marts",
            "model.okra.stg",
            macros=changed.get("macros", []),
            type=changed.get("type", "integer"),
        ),
        "kpi_sales": node("kpi_sales", "kpis", "model.okra.mart", materialized="view"),
        OWN_KPI: node(OWN_KPI, "kpis", "model.okra.mart", materialized="view"),
        "kpi_days": node("kpi_days", "reporting", "model.okra.kpi_sales", "model.okra.windows"),
        "today": node("today", "reporting", macros=["macro.okra.as_of"]),
    }
    tests = {
        f"test_{name}": node(f"test_{name}", "tests", attached=f"model.okra.{name}")
        for name in models
    }
    macros = {
        "macro.okra.as_of": {"macro_sql": "as of", "depends_on": {"macros": []}},
        "macro.okra.outer": {"macro_sql": "outer", "depends_on": {"macros": ["macro.okra.inner"]}},
        "macro.okra.inner": {"macro_sql": changed.get("inner", ""), "depends_on": {"macros": []}},
    }
    nodes = {f"model.okra.{name}": model for name, model in models.items()}
    return {
        "nodes": nodes | {f"test.okra.{name}": x for name, x in tests.items()},
        "macros": macros,
    }


def inputs(
    checksum: str = "a",
    catalog: str = "1",
    environment: Mapping[str, str] = ENVIRONMENT,
    **changed: Any,
) -> ModelInputs:
    windows = pa.table(
        {
            "source": ["stripe", "stripe", "hubspot"],
            "account": ["", "eu", ""],
            "stream": ["charges", "charges", "deals"],
            "window": [TODAY, TODAY, TODAY],
            "checksum": ["a", checksum, changed.pop("deals", "d")],
            "files": [["a"], ["b"], [changed.pop("file", "c")]],
        }
    )
    return ModelInputs(manifest(**changed), environment, windows, {"windows": catalog})


def made_of(before: ModelInputs, tested_on: date | None = TODAY) -> Made:
    return Made(before.fingerprints, tested_on, before.definitions)


@pytest.fixture(scope="module")
def composition() -> Composition:
    places = (x["original_file_path"] for x in manifest()["nodes"].values())
    company = Path("/company")
    return Composition(
        written={x: (company if OWN_KPI in x else BUILT_IN) / x for x in places},
        generated={}, origins={}, off={}, own_off={}, faults=(), replaced=(),
    )  # fmt: skip


def due(composition: Composition, now: ModelInputs, made: Made, day: date = TODAY) -> DueNodes:
    return due_nodes(now, composition, made, day, everything=False)


def names(nodes: Any) -> set[str]:
    return {name.rpartition(".")[2] for name in nodes}


def test_nothing_is_made_again_where_nothing_changed(composition: Composition) -> None:
    plan = due(composition, inputs(), made_of(inputs()))
    assert (plan.models, plan.tests, plan.renewed_views) == (set(), set(), set())


def test_a_window_of_any_account_makes_the_tables_below_its_stream_again(composition) -> None:
    plan = due(composition, inputs(checksum="b"), made_of(inputs()))
    assert names(plan.models) == {"stg", "mart", "kpi_days"}
    # a view shows the new rows as it is
    assert names(plan.renewed_views) == {"kpi_sales", OWN_KPI}


def test_tests_between_guard_what_came_in_and_the_models_of_a_company(composition) -> None:
    plan = due(composition, inputs(checksum="b"), made_of(inputs()))
    assert names(plan.tests) == {"test_stg", "test_mart", f"test_{OWN_KPI}"}


def test_a_window_of_another_stream_makes_that_stream_again_alone(composition: Composition) -> None:
    assert names(due(composition, inputs(deals="e"), made_of(inputs())).models) == {"in_place"}


def test_a_view_of_the_lakes_files_is_made_again_when_its_rows_move(composition) -> None:
    moved = due(composition, inputs(file="month"), made_of(inputs()))
    assert (names(moved.models), names(moved.renewed_views)) == ({"in_place"}, set())


def test_the_catalog_makes_those_again_that_read_it(composition: Composition) -> None:
    plan = due(composition, inputs(catalog="2"), made_of(inputs()))
    assert names(plan.models) == {"windows", "kpi_days"}


def test_the_next_day_makes_those_again_that_read_the_day(composition: Composition) -> None:
    tomorrow = inputs(
        environment={**ENVIRONMENT, "OKRA_AS_OF": "2026-11-28", "OKRA_RUN_ID": "next"}
    )
    plan = due(composition, tomorrow, made_of(inputs()), TODAY + timedelta(days=1))
    assert names(plan.models) == {"today"}


@pytest.mark.parametrize(
    "now",
    [
        inputs(stg="select 2"),
        inputs(type="bigint"),
        inputs(environment={**ENVIRONMENT, "OKRA_TIMEZONE": "Asia/Tokyo"}),
    ],
    ids=["another text", "another declared type", "another setting"],
)
def test_another_text_or_setting_makes_and_tests_everything(now, composition) -> None:
    plan = due(composition, now, made_of(inputs()))
    assert plan.is_everything
    assert names(plan.models) == {
        "stg",
        "in_place",
        "windows",
        "mart",
        "kpi_sales",
        OWN_KPI,
        "kpi_days",
        "today",
    }
    assert len(plan.tests) == len(plan.models)


def test_a_home_that_was_moved_makes_the_views_of_its_files_again_alone(
    composition: Composition,
) -> None:
    moved = inputs(
        environment={**ENVIRONMENT, "OKRA_WAREHOUSE": "/elsewhere", "OKRA_LAKE": "/lake"}
    )
    plan = due(composition, moved, made_of(inputs()))
    assert names(plan.models) == {"in_place"}
    assert names(plan.tests) == {"test_in_place"}


def test_a_macro_counts_that_is_called_by_another(composition: Composition) -> None:
    before = inputs(macros=["macro.okra.outer"])
    now = inputs(macros=["macro.okra.outer"], inner="changed")
    assert due(composition, now, made_of(before)).is_everything


@pytest.mark.parametrize(
    ("tested_on", "is_everything"),
    [
        (TODAY - timedelta(days=6), False),
        (TODAY - timedelta(days=7), True),
        (None, True),
        # the clock was ahead
        (TODAY + timedelta(days=1), True),
    ],
    ids=["six days ago", "a week ago", "something failed", "in the future"],
)
def test_everything_is_tested_once_a_week(tested_on, is_everything, composition) -> None:
    plan = due(composition, inputs(), made_of(inputs(), tested_on))
    assert plan.is_everything == is_everything


def test_a_model_whose_table_is_gone_is_made_again(composition: Composition) -> None:
    made = made_of(inputs())
    remaining = {name: x for name, x in made.models.items() if name != "model.okra.mart"}
    plan = due(composition, inputs(), Made(remaining, made.tested_on, made.definitions))
    assert names(plan.models) == {"mart"}
