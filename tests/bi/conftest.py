"""The clients that people open the published file with: each installed into a folder, each a process of its own.

A suite of its own, as it needs the package registries:

    pytest tests/bi

OKRA_BI_CACHE   a folder in which installed clients are kept; a temporary one if it is not set
OKRA_BI_FILE    a published file of the sample company, to save the minutes of a run
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from pipelines.tables.locks import exclusive
from tests.end_to_end.conftest import sample, shared_folder

__all__ = ["sample", "shared_folder"]

CLIENTS = Path(__file__).with_name("clients")
UNREACHABLE = (
    "Failed to fetch",
    "ECONNREFUSED",
    "ENOTFOUND",
    "EAI_AGAIN",
    "ETIMEDOUT",
    "ECONNRESET",
)
"""What uv and npm say when there is no way to the registry. Everything else that they say is a fault."""
Questions = Mapping[str, str]
Answers = dict[str, Any]


@dataclass(frozen=True)
class Command:
    """A client that is installed, ready to be run on a file."""

    words: Sequence[str]
    environment: Mapping[str, str]

    def __call__(self, path: Path, questions: Questions | None = None) -> Answers:
        """What it prints of the file at `path`, in whose folder it runs, with the questions on its standard input."""
        words = [*self.words, str(path)]
        end = run(words, self.environment, text=json.dumps(questions or {}), folder=path.parent)
        assert end.returncode == 0, end.stderr
        answers: Answers = json.loads(end.stdout)
        return answers


@dataclass(frozen=True)
class Clients:
    """Installs clients below `folder` and asks them."""

    folder: Path

    def python(self, script: str, *requirements: str) -> Command:
        """A program in `clients/` that finds the standard library and `requirements`, and nothing else."""
        folder = self.installed(
            [str(Path(sys.executable).with_name("uv")), "pip", "install", "--quiet"],
            ["--python", sys.executable, "--only-binary", ":all:", "--target"],
            requirements,
        )
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(folder)}
        return Command([sys.executable, "-S", str(CLIENTS / script)], environment)

    def node(self, script: str, *requirements: str) -> Command:
        """A program in `clients/` under the machine's Node, with `requirements` of npm."""
        node, npm = shutil.which("node"), shutil.which("npm")
        if node is None or npm is None:
            pytest.skip("there is no Node on this machine")
        folder = self.installed(
            [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"],
            ["--prefix"],
            requirements,
        )
        environment = {"PATH": os.environ["PATH"], "OKRA_BI_MODULES": str(folder / "node_modules")}
        return Command([node, str(CLIENTS / script)], environment)

    def installed(
        self, installer: Sequence[str], into: Sequence[str], requirements: Sequence[str]
    ) -> Path:
        """The folder in which `requirements` are installed. Skips the test when no registry can be reached."""
        words = json.dumps([Path(installer[0]).name, *requirements])
        folder = self.folder / sha256(words.encode()).hexdigest()[:16]
        done = folder / ".installed"
        with exclusive(folder.with_suffix(".lock"), wait=300):
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir(parents=True)
                end = run([*installer, *into, str(folder), *requirements], dict(os.environ))
                if end.returncode and any(word in end.stderr for word in UNREACHABLE):
                    pytest.skip(f"no registry can be reached for {', '.join(requirements)}")
                assert end.returncode == 0, end.stderr
                done.touch()
        return folder


def run(
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    text: str | None = None,
    folder: Path | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run `command` to its end."""
    return subprocess.run(
        command,
        env=environment,
        input=text,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.fixture(scope="session")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Clients:
    """The clients, installed where OKRA_BI_CACHE says."""
    given = os.environ.get("OKRA_BI_CACHE")
    return Clients(Path(given).resolve() if given else tmp_path_factory.mktemp("clients"))


@pytest.fixture(scope="session")
def published(request: pytest.FixtureRequest) -> Path:
    """The published file of the sample company: OKRA_BI_FILE, or that of a run."""
    given = os.environ.get("OKRA_BI_FILE")
    if given:
        return Path(given).resolve()
    path: Path = request.getfixturevalue("sample").published
    return path


@pytest.fixture(scope="session")
def manifest(published: Path) -> dict[str, Any]:
    """What okra.json says of the published file."""
    found: dict[str, Any] = json.loads(published.with_suffix(".json").read_text("utf-8"))
    return found
