"""There is no list of connectors to keep: what holds for one holds for every module that defines a source."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from connectors.sdk import catalog

FOLDER = Path(catalog.__file__).parents[1]
NAMES = sorted(catalog.sources())
ROOT = FOLDER.parent


@pytest.mark.parametrize("name", NAMES)
def test_a_source_is_called_what_its_file_or_folder_is_called(name: str) -> None:
    file = catalog.file_of(catalog.sources()[name])
    assert file in {FOLDER / f"{name}.py", FOLDER / name / "source.py"}
    assert file.is_file()


@pytest.mark.parametrize("name", NAMES)
def test_a_connector_imports_no_other_connector(name: str) -> None:
    files = [FOLDER / f"{name}.py", *(FOLDER / name).glob("*.py")]
    imported = {
        ".".join(node.module.split(".")[:2])
        for file in files
        if file.exists()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module
    }
    assert imported.isdisjoint({f"connectors.{other}" for other in NAMES if other != name})


def test_the_root_of_connectors_has_sources_and_three_rooms_and_nothing_else() -> None:
    modules = {path.stem for path in FOLDER.glob("*.py")} - {"__init__"}
    folders = {path.parent.name for path in FOLDER.glob("*/__init__.py")}
    assert modules | folders == {*NAMES, "lake", "sandbox", "sdk"}


@pytest.mark.parametrize("name", NAMES)
def test_no_two_streams_of_a_source_have_one_name(name: str) -> None:
    streams = [stream.name for stream in catalog.sources()[name].streams]
    assert len(streams) == len(set(streams))


def test_every_connector_is_found_where_no_extra_is_installed() -> None:
    """What only developers have does not hide an import that every installation would fail on."""
    extras = ["obstore", "dlt", "google.ads", "psycopg", "psycopg2", "pymysql", "boto3", "pyspark"]
    program = (
        f"import sys; sys.modules.update(dict.fromkeys({extras!r}))\n"
        "from connectors.sdk import catalog\n"
        "import pipelines.definitions\n"
        "print(*catalog.sources())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split() == list(catalog.sources())
