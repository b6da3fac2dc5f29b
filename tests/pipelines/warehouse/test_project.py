"""Where dbt runs, and where it keeps what it makes of the models."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pipelines import settings as okra_settings
from pipelines.inputs.composition import Composition
from pipelines.settings import BUILT_IN
from pipelines.warehouse import project as models
from pipelines.warehouse.project import (
    ComposedProject,
    choices_of_others,
    ensure_manifest,
    has_seeds_elsewhere,
    parse,
    project_of,
    static_environment,
)
from pipelines.warehouse.project_folder import make_folder
from tests.projects import OKRA


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """OKRA_HOME of the sample company."""
    monkeypatch.setenv("OKRA_ENV_FILE", str(tmp_path / "no.env"))
    monkeypatch.setenv("OKRA_HOME", str(tmp_path))
    return tmp_path


def project() -> ComposedProject:
    return project_of(okra_settings.load())


def test_all_homes_have_what_is_made_of_the_whole_in_common(home: Path) -> None:
    assert project().manifest == BUILT_IN / "target" / "manifest.json"
    assert project().folder_without([]) == BUILT_IN


def test_a_part_of_the_project_has_a_folder_in_its_home(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRIPE_API_KEY", "rk_test_1")
    assert project().manifest == home / "target" / "manifest.json"
    assert project().folder_without([]) == home / "target" / "project"
    environment = static_environment(project())
    assert environment["OKRA_KPIS"].split(",") == [
        *("average_transaction_value", "gross_revenue", "mrr", "mrr_movements", "net_revenue"),
        *("processing_fees", "refunds_and_disputes"),
    ]
    assert "fct_deals" in environment["OKRA_LEFT_OUT"].split(",")


def test_engines_do_not_write_over_each_others(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    by_duckdb = project().manifest
    monkeypatch.setenv("OKRA_ENGINE", "spark")
    assert project().manifest != by_duckdb


def test_a_checkout_that_may_not_be_written_is_left_alone(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # by whom, for root may write anywhere
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert project().target.is_relative_to(home)


def test_what_dbt_remembers_of_another_folder_is_parsed_anew(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a broken file is mended, dbt still knew its seeds in a folder that is gone by then."""
    whole = ComposedProject(okra_settings.load(), OKRA)
    monkeypatch.setattr(ComposedProject, "target", home)
    remembered = home / "partial_parse.msgpack"
    remembered.write_bytes(b"")
    parsed = []

    def dbt_parse(project: object, environment: object, folder: Path, faults: object) -> None:
        parsed.append(folder)
        root = home / "gone" if remembered.exists() else folder
        seed = {"root_path": str(root), "original_file_path": "dbt_project.yml"}
        nodes = {"seed.x": {**seed, "package_name": "okra", "depends_on": {}}}
        (home / "manifest.json").write_text(json.dumps({"nodes": nodes}))

    monkeypatch.setattr(models, "dbt_parse", dbt_parse)
    assert parse(whole, {}, OKRA, []) is None
    assert parsed == [BUILT_IN, BUILT_IN]
    assert not has_seeds_elsewhere(json.loads((home / "manifest.json").read_text()), BUILT_IN)
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

    original = models.dbt_parse
    monkeypatch.setattr(models, "dbt_parse", dbt_parse)

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
    monkeypatch.setattr(models, "version", lambda name: "1.99.0")
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

    monkeypatch.setattr(models, "dbt_parse", dbt_parse)
    monkeypatch.setattr(models, "variables_read", lambda project: ["OKRA_ENGINE"])
    monkeypatch.setattr(models, "begin_with_shared_parse", lambda project: None)
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


def test_a_link_to_a_seed_is_the_seed(tmp_path: Path) -> None:
    (tmp_path / "x.csv").symlink_to(BUILT_IN / "models/seeds/stripe_movement_kinds.csv")
    place = "models/seeds/stripe_movement_kinds.csv"
    make_folder(Composition({place: BUILT_IN / place}), tmp_path / "composed")
    seed = {"root_path": str(BUILT_IN), "original_file_path": place, "package_name": "okra"}
    assert not has_seeds_elsewhere({"nodes": {"seed.x": seed}}, tmp_path / "composed")


@pytest.fixture
def files(tmp_path: Path) -> Mapping[str, Path]:
    (tmp_path / "a.sql").write_text("select 1")
    return {"models/a.sql": tmp_path / "a.sql"}


def stamps(folder: Path) -> Mapping[str, int]:
    return {x.name: x.lstat().st_mtime_ns for x in folder.rglob("*") if not x.is_dir()}


def test_only_what_differs_is_written(tmp_path: Path, files: Mapping[str, Path]) -> None:
    folder, written = (
        tmp_path / "composed",
        {"models/b.sql": "select 2", "models/c.sql": "select 3"},
    )
    make_folder(Composition(files, written), folder)
    before = stamps(folder)
    make_folder(Composition(files, written), folder)
    assert stamps(folder) == before
    make_folder(Composition(files, {**written, "models/b.sql": "select 4"}), folder)
    changed = {name for name, stamp in stamps(folder).items() if stamp != before[name]}
    assert changed == {"b.sql"}
    assert (folder / "models/b.sql").read_text() == "select 4"


def test_what_is_gone_is_removed(tmp_path: Path, files: Mapping[str, Path]) -> None:
    folder = tmp_path / "composed"
    make_folder(Composition(files, {"models/b.sql": "select 2"}), folder)
    make_folder(Composition({}, {"models/a.sql": "select 5"}), folder)
    assert [path.name for path in (folder / "models").iterdir()] == ["a.sql"]
    assert (folder / "models/a.sql").read_text() == "select 5"
    assert files["models/a.sql"].read_text() == "select 1", "whose file is nobody's but theirs"


def test_what_a_shell_chose_for_another_dbt_project_does_not_count() -> None:
    """With DBT_EMPTY every table would have been made without a row."""
    environment = {
        "DBT_TARGET": "prod",
        "DBT_EMPTY": "1",
        "DBT_ENGINE_DEFER": "1",
        "DBT_ENV_SECRET_TOKEN": "a model's own",
        "TARGET": "another program's",
    }
    assert choices_of_others(environment) == {
        "DBT_TARGET": "",
        "DBT_EMPTY": "",
        "DBT_ENGINE_DEFER": "",
    }
