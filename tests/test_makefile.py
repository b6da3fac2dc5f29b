"""`make` refuses a Python that is too old before it makes anything, and never goes on with half an installation."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.settings import BUILT_IN

OLD_PYTHON = """#!/bin/sh
exec {python} -c 'import sys; sys.version_info = (3, 10, 12); exec(sys.argv[1])' "$2"
"""
PYTHON = """#!/bin/sh
if [ "$1" = -m ]; then mkdir -p .venv/bin; cp pip .venv/bin/pip; fi
"""
PIP = """#!/bin/sh
[ "$3" = --quiet ] && exit 0
for package in $(seq 45); do echo "Collecting package-$package"; done
exit {code}
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copyfile(BUILT_IN / name, tmp_path / name)
    return tmp_path


def script(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def make(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *arguments, "PYTHON=./python"],
        cwd=checkout,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_old_python_is_named_with_the_remedy_and_nothing_is_made(checkout: Path) -> None:
    script(checkout / "python", OLD_PYTHON.format(python=sys.executable))
    done = make(checkout, "run")
    assert done.returncode != 0
    assert done.stderr.splitlines()[0] == (
        "Okra needs Python 3.11 or later, and ./python is 3.10.12. "
        "Install a newer one and name it: make run PYTHON=python3.12"
    )
    assert not (checkout / ".venv").exists()


def test_the_installation_shows_how_far_it_is(checkout: Path) -> None:
    script(checkout / "python", PYTHON)
    script(checkout / "pip", PIP.format(code=0))
    done = make(checkout, ".venv/.installed")
    assert done.returncode == 0, done.stderr
    locked = sum("==" in x for x in (checkout / "requirements.lock").read_text().splitlines()
                 if x[:1].isalnum())  # fmt: skip
    assert f"  20 of {locked} packages\n  40 of {locked} packages\n" in done.stdout
    assert (checkout / ".venv" / ".installed").exists()
    assert not (checkout / ".venv" / ".unfinished").exists()


def test_half_an_installation_is_not_used_again(checkout: Path) -> None:
    script(checkout / "python", PYTHON)
    script(checkout / "pip", PIP.format(code=3))
    assert make(checkout, ".venv/.installed").returncode != 0
    assert not (checkout / ".venv" / ".installed").exists()
    (checkout / ".venv" / "left-behind").touch()
    script(checkout / "pip", PIP.format(code=0))
    assert make(checkout, ".venv/.installed").returncode == 0
    assert not (checkout / ".venv" / "left-behind").exists()
