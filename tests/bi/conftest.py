"""Installs common clients of the published file, each into a folder of its own, and runs each in its own process.

A separate suite, because it needs the package registries:

    pytest tests/bi

OKRA_BI_CACHE   folder that keeps installed clients (default: a temporary one)
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
"""Messages of uv and npm when the registry cannot be reached. Any other error fails the test."""
Questions = Mapping[str, str]
Answers = dict[str, Any]


@dataclass(frozen=True)
class Command:
    """An installed client that can be run on a file."""

    words: Sequence[str]
    environment: Mapping[str, str]

    def __call__(self, path: Path, questions: Questions | None = None) -> Answers:
        """The client's answers about the file at `path`. It runs in the file's folder, with the questions on stdin."""
        words = [*self.words, str(path)]
        end = run(words, self.environment, text=json.dumps(questions or {}), folder=path.parent)
        assert end.returncode == 0, end.stderr
        answers: Answers = json.loads(end.stdout)
        return answers


@dataclass(frozen=True)
class Clients:
    """Installs clients below `folder`."""

    folder: Path

    def python(self, script: str, *requirements: str, builds: bool = False) -> Command:
        """A program in `clients/` that can import only the standard library and `requirements`.

        `builds`: some of what they require has no wheel, and is built from its sources.
        """
        wheels = [] if builds else ["--only-binary", ":all:"]
        folder = self.installed(
            [str(Path(sys.executable).with_name("uv")), "pip", "install", "--quiet"],
            ["--python", sys.executable, *wheels, "--target"],
            requirements,
        )
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(folder)}
        return Command([sys.executable, "-S", str(CLIENTS / script)], environment)

    def node(self, script: str, *requirements: str) -> Command:
        """A program in `clients/` for the installed Node, with `requirements` from npm."""
        node, npm = shutil.which("node"), shutil.which("npm")
        if node is None or npm is None:
            pytest.skip("Node is not installed")
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
    """Run `command` and wait for it."""
    return subprocess.run(
        command,
        env=environment,
        input=text,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )


@pytest.fixture(scope="session")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Clients:
    """The clients, installed where OKRA_BI_CACHE says."""
    given = os.environ.get("OKRA_BI_CACHE")
    return Clients(Path(given).resolve() if given else tmp_path_factory.mktemp("clients"))


@pytest.fixture(scope="session")
def published(request: pytest.FixtureRequest) -> Path:
    """The published file of the sample company: OKRA_BI_FILE, or the result of a run."""
    given = os.environ.get("OKRA_BI_FILE")
    if given:
        return Path(given).resolve()
    path: Path = request.getfixturevalue("sample").published
    return path


@pytest.fixture(scope="session")
def manifest(published: Path) -> dict[str, Any]:
    """The content of okra.json beside the published file."""
    content: dict[str, Any] = json.loads(published.with_suffix(".json").read_text("utf-8"))
    return content
