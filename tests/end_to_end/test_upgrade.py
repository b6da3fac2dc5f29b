"""Okra as its users have it: a wheel in a clean environment, a company in a folder, and an upgrade over both.

Installs Okra's packages from the registry, as pip does.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from pipelines.settings import BUILT_IN
from tests.projects import copy_checkout
from tests.wheels import build_wheel

ANSWERS = """Etc/UTC
EUR
1

spreadsheet
numbers.csv
flow
orders
up
day
ops@example.com
y
Ship more orders
orders
900
reach
period

ops@example.com
y
"""


@dataclass(frozen=True)
class Installation:
    """An environment with Okra's wheel in it, and a company's folder somewhere else."""

    environment: Path
    company: Path

    def pip(self, *arguments: str) -> None:
        pip = [self.environment / "bin" / "pip", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *arguments], check=True)

    def okra(self, *arguments: str, typed: str = "") -> str:
        """Run the command in the company's folder; what it printed."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("OKRA_", "DAGSTER_", "PYTHON", "VIRTUAL_ENV"))
        }
        done = subprocess.run(
            [self.environment / "bin" / "okra", *arguments],
            cwd=self.company,
            env=kept,
            input=typed,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def packages(self) -> dict[str, str]:
        """The files of Okra in the environment, with their content."""
        [folder] = (self.environment / "lib").glob("python*/site-packages")
        return contents(folder / "pipelines") | contents(folder / "connectors")

    def written(self) -> dict[str, str]:
        """The files that the company wrote, with their content."""
        files = contents(self.company)
        return {place: x for place, x in files.items() if not place.startswith("data/")}

    def history(self) -> dict[str, list[str]]:
        """The rows of each table of the history."""
        path = str(self.company / "data" / "history.duckdb")
        with duckdb.connect(path, read_only=True) as connection:
            names = "select schema_name, table_name from duckdb_tables()"
            tables = connection.execute(names).fetchall()
            return {
                name: sorted(map(str, connection.execute(f'from {schema}."{name}"').fetchall()))
                for schema, name in tables
            }

    def rows(self, query: str) -> list[tuple[object, ...]]:
        path = str(self.company / "data" / "okra.duckdb")
        with duckdb.connect(path, read_only=True) as connection:
            return connection.execute(query).fetchall()


def contents(folder: Path) -> dict[str, str]:
    """A hash of each file, by its place; without what Python compiles."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[Installation]:
    """The wheel of this checkout, installed, and a folder with a CSV: ten orders on each of the last sixty days."""
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "environment"], check=True)
    installation = Installation(tmp_path / "environment", tmp_path / "acme")
    wheel = build_wheel(BUILT_IN, tmp_path / "wheel")
    installation.pip("install", "--require-hashes", "-r", str(BUILT_IN / "requirements.lock"))
    installation.pip("install", "--no-deps", str(wheel))
    today = datetime.now(UTC).date()
    days = [today - timedelta(days=ago) for ago in range(60, 0, -1)]
    installation.company.mkdir()
    lines = ["kpi,date,value", *(f"orders,{day},10" for day in days)]
    (installation.company / "numbers.csv").write_text("\n".join(lines) + "\n")
    yield installation
    shutil.rmtree(tmp_path / "environment")  # hundreds of megabytes


def raised_version(folder: Path) -> Path:
    """The wheel of this checkout as that of a later version."""
    copy = folder / "later"
    copy_checkout(copy)
    project = copy / "pyproject.toml"
    text = project.read_text("utf-8")
    assert 'version = "0.1.0"' in text
    project.write_text(text.replace('version = "0.1.0"', 'version = "0.2.0"'), "utf-8")
    return build_wheel(copy, folder / "later-wheel")


def equal(before: Mapping[str, list[str]], after: Mapping[str, list[str]]) -> bool:
    return {name: rows for name, rows in after.items() if name in before} == before


@pytest.mark.large
def test_a_company_runs_from_a_wheel_and_an_upgrade_changes_neither_its_files_nor_its_history(
    installed: Installation, tmp_path: Path
) -> None:
    installed.okra("init", typed=ANSWERS)
    packages, written = installed.packages(), installed.written()
    installed.okra("run")
    assert installed.rows(
        "select sum(value) from kpi_periods where kpi = 'orders' and period = 'day'"
    ) == [(600,)], "ten on each of sixty days"
    assert installed.packages() == packages, "nothing is written beside the code"
    assert installed.written() == written
    history = installed.history()
    assert history["kpi_period_history"]
    assert history["key_result_score_history"]

    installed.pip("install", "--no-deps", str(raised_version(tmp_path)))
    assert "0.2.0" in installed.okra("--version")
    installed.okra("run")
    assert installed.written() == written
    assert equal(history, installed.history())
    assert installed.rows("select count(*) from restatements") == [(0,)]
