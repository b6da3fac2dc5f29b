"""The wheel has what a checkout has at its root, and finds it without a checkout."""

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from pipelines.settings import BUILT_IN
from tests.wheels import build_wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(BUILT_IN, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's content, where the checkout is not."""
    folder = tmp_path_factory.mktemp("unpacked")
    with ZipFile(wheel) as content:
        content.extractall(folder)
    return folder


def files(root: Path, *patterns: str) -> set[str]:
    return {
        path.relative_to(root).as_posix()
        for pattern in patterns
        for path in root.glob(pattern)
        if path.is_file()
    }


def test_the_models_and_the_configuration_are_inside_and_no_test_of_python(unpacked: Path) -> None:
    inside = unpacked / "pipelines" / "built_in"
    expected = files(BUILT_IN, "models/**/*", "macros/**/*.sql", "tests/models/**/*.sql")
    expected |= {"dbt_project.yml", "profiles.yml", "dagster.yaml"}
    assert files(inside, "**/*") == expected
    assert {path.name for path in unpacked.iterdir() if path.suffix != ".dist-info"} == {
        "connectors",
        "pipelines",
    }


def run(unpacked: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command as it is in the wheel."""
    kept = {name: x for name, x in os.environ.items() if not name.startswith(("OKRA_", "DAGSTER_"))}
    return subprocess.run(
        [sys.executable, "-c", "from pipelines.cli import main; main()", *arguments],
        cwd=folder,
        env=kept | {"PYTHONPATH": str(unpacked), "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("command", ["run", "sources", "ui", "check"])
def test_without_a_project_one_line_says_how_to_make_one(
    unpacked: Path, tmp_path: Path, command: str
) -> None:
    done = run(unpacked, tmp_path, command)
    assert done.returncode == 2
    assert " ".join(done.stderr.split()) == (
        f"okra: there is no okra.yml in {tmp_path} or above it; `okra init acme` makes the folder acme, "
        "then `cd acme`"
    )


def test_a_project_is_made_and_read_without_a_checkout(unpacked: Path, tmp_path: Path) -> None:
    made = run(unpacked, tmp_path, "init", "acme", "--yes")
    assert made.returncode == 0, made.stderr
    done = run(unpacked, tmp_path / "acme", "run")
    assert done.returncode == 2
    assert " ".join(done.stderr.split()).startswith(
        "okra: no source is on; write one into sources.yml, such as"
    )
    named = run(unpacked, tmp_path, "--project", "acme", "sources", "--json")
    assert '"source": "stripe"' in named.stdout
