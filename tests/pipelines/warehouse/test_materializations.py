"""How DuckDB makes tables and views: `macros/materializations.sql`, over models that change between builds."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.inputs.composing import files_below
from pipelines.inputs.composition import Composition
from pipelines.settings import BUILT_IN, Settings
from pipelines.warehouse.dbt_build import build, parsed_manifest
from pipelines.warehouse.dbt_environment import dbt_environment
from pipelines.warehouse.dbt_parse import ensure_manifest
from pipelines.warehouse.project import ComposedProject

# dbt's parser says so of itself when it is imported
pytestmark = pytest.mark.filterwarnings("ignore:sqlglotrs is deprecated:DeprecationWarning")
MACROS = {x: path for x, path in files_below(BUILT_IN).items() if x.startswith("macros/")}
DESCRIBED = """
models:
  - name: shown
    description: What is shown
    config: {contract: {enforced: true}, persist_docs: {relation: true, columns: true}}
    columns: [{name: amount, data_type: integer, description: How much}]
    data_tests: [{primary_key: {arguments: {columns: [amount]}}}]
"""
FIRST = {
    "models/marts/shown.sql": "select 1 as amount",
    "models/marts/shown.yml": DESCRIBED,
    "models/marts/kept.sql": "select 1 as amount",
    "models/marts/turned.sql": "{{ config(materialized='view') }} select 1 as amount",
    "models/marts/back.sql": "select 1 as amount",
    "models/marts/hooked.sql": """
        {{ config(post_hook="insert into {{ this }} select amount + 1 from {{ this }}") }}
        select 1 as amount
    """,
    "models/marts/parent.sql": "select 1 as amount",
    "models/marts/parent.yml": """
models:
  - name: parent
    config: {contract: {enforced: true}}
    columns: [{name: amount, data_type: integer, constraints: [{type: primary_key}]}]
""",
}
THEN = {
    **FIRST,
    "models/marts/shown.sql": "select 2 as amount",
    "models/marts/kept.sql": "select cast(error('no') as integer) as amount",
    "models/marts/turned.sql": "select 2 as amount",
    "models/marts/back.sql": "{{ config(materialized='view') }} select 2 as amount",
    "models/marts/parent.sql": "select 2 as amount",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the models were built as they were first, and then as they are."""
    home = tmp_path_factory.mktemp("home")
    for models in (FIRST, THEN):
        project = project_in(home, models)
        built(project).remove_artifacts()
    return home


def project_in(home: Path, models: dict[str, str]) -> ComposedProject:
    project = ComposedProject(Settings(_env_file=None, home=home), Composition(MACROS, models))
    ensure_manifest(project, os.environ)
    return project


def built(project: ComposedProject, nodes: set[str] | None = None) -> Any:
    return build(project, [], dbt_environment(project, project.settings.today(), "run"), nodes)


def answer(home: Path, query: str) -> Sequence[Any]:
    path = Settings(_env_file=None, home=home).warehouse_path
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_a_table_has_the_new_rows_and_its_comments(home: Path) -> None:
    assert answer(home, "select amount from marts.shown") == [(2,)]
    comments = "select comment from duckdb_tables() where table_name = 'shown'"
    assert answer(home, comments) == [("What is shown",)]
    comments = "select comment from duckdb_columns() where table_name = 'shown'"
    assert answer(home, comments) == [("How much",)]


def test_a_table_stays_as_it_was_where_its_query_fails(home: Path) -> None:
    assert answer(home, "select amount from marts.kept") == [(1,)]


def test_a_view_becomes_a_table_and_a_table_a_view(home: Path) -> None:
    kinds = "select table_name, table_type from information_schema.tables where table_name in ('turned', 'back')"
    assert dict(answer(home, kinds)) == {"turned": "BASE TABLE", "back": "VIEW"}
    assert answer(home, "select amount from marts.turned") == [(2,)]
    assert answer(home, "select amount from marts.back") == [(2,)]


def test_a_hook_runs_after_its_table(home: Path) -> None:
    assert answer(home, "select amount from marts.hooked order by 1") == [(1,), (2,)]


def test_a_table_with_a_key_that_others_may_point_to_is_made_by_dbt_duckdb(home: Path) -> None:
    assert answer(home, "select amount from marts.parent") == [(2,)]


def test_nothing_is_left_beside_the_tables(home: Path) -> None:
    names = answer(
        home, "select table_name from information_schema.tables where table_schema = 'marts'"
    )
    assert {name for (name,) in names} == {
        "shown", "kept", "turned", "back", "hooked", "parent",
    }  # fmt: skip


def test_the_nodes_that_are_asked_for_are_built_and_no_test_of_them(home: Path) -> None:
    results = built(project_in(home, THEN), {"model.okra.shown"}).results
    assert [(result.node, result.status) for result in results] == [("model.okra.shown", "success")]


def test_dbt_duckdb_still_has_the_materializations_that_are_called(home: Path) -> None:
    macros = parsed_manifest(project_in(home, THEN)).macros
    for kind in ("table", "incremental"):
        assert f"macro.dbt_duckdb.materialization_{kind}_duckdb" in macros
