"""What killed and failed runs left behind goes after a day, and nothing else does."""

import os
import time
from datetime import date
from pathlib import Path

import pytest

from pipelines.orchestration.leftovers import remove_leftovers
from pipelines.settings import Settings
from pipelines.warehouse.project import project_of

TEMPORARY = (
    ".okra.duckdb.0a1b2c3d.tmp",
    ".okra.duckdb.0a1b2c3d.tmp.wal",
    "parquet/.kpis.parquet.0a1b2c3d.tmp",
    "sample/.history.duckdb.tmp",
    "sample/sandbox/.shop.sqlite.0a1b2c3d.tmp",
    "sample/lake/.windows.parquet.0a1b2c3d.tmp",
    "sample/lake/raw/stripe/charges/._attempt.json.0a1b2c3d.tmp",
    "sample/warehouse.duckdb.tmp/duckdb_temp_storage_DEFAULT-0.tmp",
    "sample/lake.tmp.d/.x.tmp",
    ".okra.duckdb.0a1b2c3d.tmp.tmp/duckdb_temp_block-1.block",
    "printing-x1y2/board.html",
)
LASTING = (
    "okra.duckdb",
    "okra.json",
    "notes.tmp",
    "sample/history.duckdb",
    "sample/history.duckdb.wal",
    "sample/history.duckdb.damaged",
    "sample/lake/raw/stripe/charges/month=2026-11/manifests.json",
    "sample/lake/broken/raw/stripe/charges/month=2026-11/manifests.json.0a1b2c3d",
    "sample/dagster/runs.db",
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, home=tmp_path / "data", sandbox_today=date(2026, 11, 25))


def write(path: Path, hours_ago: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    at = time.time() - hours_ago * 3_600
    for place in (path, path.parent):
        os.utime(place, (at, at))


def files(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


def test_what_is_left_over_goes_after_a_day(settings: Settings) -> None:
    for place in (*LASTING, *TEMPORARY):
        write(settings.home_path / place, 25)
    assert remove_leftovers(settings) == len(TEMPORARY)
    assert files(settings.home_path) == {*LASTING}
    assert remove_leftovers(settings) == 0


def test_what_a_run_at_work_may_need_stays(settings: Settings) -> None:
    for place in TEMPORARY:
        write(settings.home_path / place, 23)
    assert remove_leftovers(settings) == 0
    assert files(settings.home_path) == {*TEMPORARY}


def test_of_the_folders_of_failed_runs_the_newest_stays(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    target = tmp_path / "target"
    monkeypatch.setattr(type(project_of(settings)), "target", target)
    for hours, name in ((80, "models-a"), (60, "models-b"), (40, "models-c")):
        write(target / name / "run" / "kpis.sql", hours)
        at = time.time() - hours * 3_600
        os.utime(target / name, (at, at))
    write(target / "partial_parse.msgpack", 80)
    assert remove_leftovers(settings) == 2
    assert files(target) == {"models-c/run/kpis.sql", "partial_parse.msgpack"}
