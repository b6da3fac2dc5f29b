"""A day of the sample company, and the graph of its project."""

import json
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.inputs.day import Day
from pipelines.settings import Settings
from pipelines.warehouse.build_results import Graph
from tests.models.conftest import parsed, session_folder
from tests.projects import OKRA

__all__ = ["parsed", "session_folder"]


@pytest.fixture(scope="module")
def graph(parsed: Path) -> Graph:
    return Graph(json.loads((parsed / "manifest.json").read_bytes()), OKRA)


@pytest.fixture
def day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Day:
    """A day of the sample company, whose project has been parsed without a fault."""
    settings = Settings(_env_file=None, home=tmp_path, sandbox_today=date(2026, 11, 25))
    settings.warehouse_path.parent.mkdir(parents=True)
    duckdb.connect(str(settings.warehouse_path)).close()
    return Day(settings, date(2026, 11, 25))
