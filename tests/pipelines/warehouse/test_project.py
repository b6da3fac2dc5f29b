"""Where dbt keeps what it makes of the models."""

import json
from pathlib import Path

import pytest

from pipelines import settings as okra_settings
from pipelines.settings import ROOT
from pipelines.warehouse import project as models
from pipelines.warehouse.project import has_seeds_elsewhere, manifest_path, parse, target_folder


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """OKRA_HOME of a company with a source of its own."""
    monkeypatch.setenv("OKRA_ENV_FILE", str(tmp_path / "no.env"))
    monkeypatch.setenv("OKRA_HOME", str(tmp_path))
    monkeypatch.setenv("STRIPE_API_KEY", "rk_test_1")
    return tmp_path


def test_all_homes_have_what_is_made_of_the_models_in_common(home: Path) -> None:
    assert manifest_path(okra_settings.load()) == ROOT / "target" / "manifest.json"


def test_engines_do_not_write_over_each_others(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    by_duckdb = manifest_path(okra_settings.load())
    monkeypatch.setenv("OKRA_ENGINE", "spark")
    assert manifest_path(okra_settings.load()) != by_duckdb


def test_a_checkout_that_may_not_be_written_is_left_alone(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # by whom, for root may write anywhere
    monkeypatch.setattr(models.os, "access", lambda path, mode: False)
    assert target_folder(okra_settings.load()).is_relative_to(home)


def test_what_dbt_remembers_of_another_folder_is_parsed_anew(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a broken file is mended, dbt still knew its seeds in the mirror, which is gone by then."""
    mirror, project = home / "mirror", home / "project"
    monkeypatch.setattr(models, "target_folder", lambda settings: home)
    remembered = home / "partial_parse.msgpack"
    remembered.write_bytes(b"")
    parsed = []

    def dbt_parse(settings: object, environment: object, folder: Path, faults: object) -> None:
        parsed.append(folder)
        root = mirror if remembered.exists() else folder
        nodes = {"seed.x": {"root_path": str(root), "depends_on": {}}}
        (home / "manifest.json").write_text(json.dumps({"nodes": nodes}))

    monkeypatch.setattr(models, "dbt_parse", dbt_parse)
    assert parse(okra_settings.load(), {}, project, []) is None
    assert parsed == [project, project]
    assert not has_seeds_elsewhere(json.loads((home / "manifest.json").read_text()), project)
    assert parse(okra_settings.load(), {}, project, []) is None
    assert len(parsed) == 3, "once it is right, it is parsed once"
