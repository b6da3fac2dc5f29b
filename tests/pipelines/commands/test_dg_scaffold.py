"""Dagster's own tool scaffolds a connector as `okra new connector` does."""

import tomllib
from pathlib import Path

import dagster as dg
from dagster.components.scaffold.scaffold import get_scaffolder

from pipelines.commands import dg_scaffold as components
from pipelines.commands.scaffolding import connector
from pipelines.settings import BUILT_IN


def test_dg_scaffolds_the_files_of_a_connector_and_leaves_no_empty_folder(tmp_path: Path) -> None:
    asked_for = tmp_path / "pipelines" / "defs" / "parcelo"
    asked_for.mkdir(parents=True)
    scaffolder = get_scaffolder(components.Connector)
    scaffolder.scaffold(
        dg.ScaffoldRequest(
            type_name="pipelines.commands.dg_scaffold.Connector",
            target_path=asked_for,
            scaffold_format="yaml",
            project_root=tmp_path,
            params=scaffolder.get_scaffold_params()(stream="deliveries"),
        )
    )
    written = {
        path.relative_to(tmp_path).as_posix(): path.read_text()
        for path in tmp_path.rglob("*")
        if path.is_file()
    }
    assert written == connector("parcelo", "deliveries").files
    assert not asked_for.exists()


def test_dg_is_told_where_to_look() -> None:
    project = tomllib.loads((BUILT_IN / "pyproject.toml").read_text())["tool"]["dg"]["project"]
    assert components.__name__ in project["registry_modules"]
