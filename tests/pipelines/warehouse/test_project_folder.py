"""The folder that dbt runs in: links to what is in the project, and nothing else."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from pipelines.inputs.composition import Composition
from pipelines.settings import BUILT_IN
from pipelines.warehouse.dbt_parse import (
    has_seeds_elsewhere,
)
from pipelines.warehouse.project_folder import make_folder


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
