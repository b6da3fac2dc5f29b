"""When the project is parsed again, and what a parse begins with."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from pipelines import settings as okra_settings
from pipelines.inputs.composition import Composition
from pipelines.settings import BUILT_IN
from pipelines.warehouse import dbt_parse as parsing
from pipelines.warehouse.dbt_parse import ensure_manifest, has_seeds_elsewhere, parse
from pipelines.warehouse.project import ComposedProject
from tests.projects import OKRA


def test_what_dbt_remembers_of_another_folder_is_parsed_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a broken file is mended, dbt still knew its seeds in a folder that is gone by then."""
    whole = ComposedProject(okra_settings.Settings(_env_file=None, home=tmp_path), OKRA)
    monkeypatch.setattr(ComposedProject, "target", tmp_path)
    remembered = tmp_path / "partial_parse.msgpack"
    remembered.write_bytes(b"")
    parsed = []

    def dbt_parse(project: object, environment: object, folder: Path, faults: object) -> None:
        parsed.append(folder)
        root = tmp_path / "gone" if remembered.exists() else folder
        seed = {"root_path": str(root), "original_file_path": "dbt_project.yml"}
        nodes = {"seed.x": {**seed, "package_name": "okra", "depends_on": {}}}
        (tmp_path / "manifest.json").write_text(json.dumps({"nodes": nodes}))

    monkeypatch.setattr(parsing, "dbt_parse", dbt_parse)
    assert parse(whole, {}, OKRA, []) is None
    assert parsed == [BUILT_IN, BUILT_IN]
    assert not has_seeds_elsewhere(json.loads((tmp_path / "manifest.json").read_text()), BUILT_IN)
    assert parse(whole, {}, OKRA, []) is None
    assert len(parsed) == 3, "once it is right, it is parsed once"


@pytest.mark.filterwarnings("ignore:sqlglotrs is deprecated:DeprecationWarning")
def test_a_parse_is_kept_until_a_file_or_a_variable_that_it_read_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A company's own model can ask for any variable. What it asks for in a run only is not part of the parse."""
    settings = okra_settings.Settings(_env_file=None, home=tmp_path)
    tagged = """{{ config(tags=[env_var("TEAM", "nobody")]) }}"""
    dated = """select '{{ env_var("OKRA_AS_OF", "") if execute }}' as day"""
    parsed = []

    def dbt_parse(project: ComposedProject, *arguments: Any) -> str | None:
        parsed.append(project)
        return original(project, *arguments)

    original = parsing.dbt_parse
    monkeypatch.setattr(parsing, "dbt_parse", dbt_parse)

    def tags(sql: str, **environment: str) -> list[str]:
        project = ComposedProject(settings, Composition({}, {"models/marts/a.sql": sql}))
        manifest = ensure_manifest(project, {**os.environ, **environment})
        node = json.loads(manifest.read_bytes())["nodes"]["model.okra.a"]
        return [*node["tags"], f"parsed {len(parsed)} times"]

    assert tags(tagged + dated) == ["nobody", "parsed 1 times"]
    assert tags(tagged + dated, OKRA_AS_OF="2026-11-26") == ["nobody", "parsed 1 times"]
    assert tags(tagged + dated, TEAM="sales") == ["sales", "parsed 2 times"]
    assert tags(tagged + dated, TEAM="sales") == ["sales", "parsed 2 times"]
    assert tags(dated, TEAM="sales") == ["parsed 3 times"]
    monkeypatch.setattr("pipelines.warehouse.project.version", lambda name: "1.99.0")
    assert tags(dated, TEAM="sales") == ["parsed 4 times"], "another dbt cannot read this parse"


@pytest.mark.parametrize(
    "name", ["manifest.json", "partial_parse.msgpack", "manifest.fingerprint", "left_out.json"]
)
def test_a_parse_that_is_not_as_it_was_written_is_made_again(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = okra_settings.Settings(_env_file=None, home=tmp_path)
    project = ComposedProject(settings, Composition({}, {"models/marts/a.sql": "select 1"}))
    began_with = []

    def dbt_parse(project: ComposedProject, *arguments: Any) -> None:
        kept = project.target / "partial_parse.msgpack"
        began_with.append(kept.read_bytes() if kept.exists() else None)
        kept.write_bytes(b"what dbt keeps")
        project.manifest.write_text('{"nodes": {}, "metadata": {}}')

    monkeypatch.setattr(parsing, "dbt_parse", dbt_parse)
    monkeypatch.setattr(parsing, "variables_read", lambda project: ["OKRA_ENGINE"])
    monkeypatch.setattr(parsing, "begin_with_shared_parse", lambda project: None)
    file = project.target / name
    for harm in (Path.unlink, lambda x: x.write_bytes(x.read_bytes()[:-3]), flip_middle):
        ensure_manifest(project, {})
        ensure_manifest(project, {})
        before, parses = file.read_bytes(), len(began_with)
        harm(file)
        ensure_manifest(project, {})
        assert len(began_with) == parses + 1
        assert file.read_bytes() == before
    assert {*began_with} <= {None, b"what dbt keeps"}, "dbt begins with nothing that is damaged"


def flip_middle(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x80
    path.write_bytes(content)
