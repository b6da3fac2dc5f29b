"""The dbt packages of a company are installed where its project is put together."""

import os
from pathlib import Path

import pytest

from pipelines.inputs.composing import with_packages
from pipelines.inputs.composition import Composition
from pipelines.warehouse.packages import install_packages
from pipelines.warehouse.project_folder import make_folder


def installed(acme: Path, folder: Path) -> list[str]:
    """What is wrong with the packages of a company, after they were to be installed."""
    composition = with_packages(Composition({}), acme / "packages.yml")
    make_folder(composition, folder)
    return [fault.sentence for fault in install_packages(composition, folder, os.environ)]


def test_a_package_is_installed_and_one_that_is_not_there_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme, folder = tmp_path / "acme", tmp_path / "composed"
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    for name in ("acme", "shared", "temporary"):
        (tmp_path / name).mkdir()
    (tmp_path / "shared/dbt_project.yml").write_text(
        "name: shared\nversion: 1.0.0\nconfig-version: 2\n"
    )
    (acme / "packages.yml").write_text("packages:\n  - local: ../shared\n")
    assert installed(acme, folder) == []
    assert (folder / "dbt_packages/shared/dbt_project.yml").exists()
    (acme / "packages.yml").write_text("packages:\n  - local: ../nowhere\n")
    [sentence] = installed(acme, folder)
    assert sentence.startswith("the packages cannot be installed: No dbt_project.yml found at")
    assert [*(tmp_path / "temporary").iterdir()] == [], "dbt leaves nothing elsewhere"
    assert [*folder.glob(".downloads-*")] == []
    (acme / "packages.yml").unlink()
    assert installed(acme, folder) == []
    assert not (folder / "dbt_packages").exists()
