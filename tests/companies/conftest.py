"""Companies that are not the sample company: a folder of their own, data of their own, and no line of Python."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from connectors.sdk import catalog
from connectors.sdk.source_settings import settings_of
from tests.limits import HANG_SECONDS

HERE = Path(__file__).parent
OKRA = Path(sys.executable).with_name("okra")
OF_SOURCES = {
    option.name for source in catalog.sources().values() for option in settings_of(source)
}


@dataclass(frozen=True)
class Company:
    """A company's folder, and the environment that its commands are run in."""

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    program: Path = OKRA
    """The command: that of this environment, or of one with the wheel in it."""

    def write(self, place: str, text: str) -> None:
        """A file of the company."""
        path = self.folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def okra(self, *arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
        """Run a command in the company's folder to its end."""
        return self.process(str(self.program), *arguments, **settings)

    def process(self, *command: str, **settings: str) -> "subprocess.CompletedProcess[str]":
        """Run a program in the company's folder to its end, with nothing of the machine's own settings."""
        clean = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("OKRA_", "DAGSTER_")) and name not in OF_SOURCES
        }
        return subprocess.run(
            command,
            cwd=self.folder,
            env={**clean, "DBT_LOG_LEVEL_FILE": "none", **self.settings, **settings},
            capture_output=True,
            text=True,
            check=False,
            timeout=HANG_SECONDS,
        )

    def document(self, *arguments: str, **settings: str) -> Any:
        """What a command prints with `--json`."""
        done = self.okra(*arguments, "--json", **settings)
        return json.loads(done.stdout)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What the published file answers."""
        with duckdb.connect(str(self.folder / "data" / "okra.duckdb"), read_only=True) as file:
            return file.execute(query, list(values)).fetchall()
