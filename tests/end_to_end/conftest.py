"""The command as a person runs it: a home of its own, the sample company on a fixed day.

Runs are processes of their own. What is asked of their results is asked in the tests' process, as starting one
takes longer than most commands.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from connectors.sdk import catalog
from connectors.sdk.source_settings import settings_of
from pipelines.cli import app
from pipelines.settings import BUILT_IN, Settings
from pipelines.tables.locks import exclusive
from tests.company import play
from tests.limits import HANG_SECONDS
from tests.models.conftest import parsed, session_folder

__all__ = ["parsed", "session_folder"]

TODAY = date(2026, 11, 25)
AFTER_THE_YEAR = date(2027, 1, 8)
OKRA = Path(sys.executable).with_name("okra")
OF_SOURCES = {
    option.name for source in catalog.sources().values() for option in settings_of(source)
}
WITHOUT_LIMITS = {"OKRA_SANDBOX_LIMITS": "false"}
"""The sample company's servers let a run ask as fast as it can."""
PART = {
    **WITHOUT_LIMITS,
    "OKRA_SANDBOX_TODAY": "2026-11-25",
    "OKRA_START_DATE": "2026-09-15",
    "OKRA_SOURCES": "facebook_pages,spreadsheet,sql_database,stripe",
}
"""A part of the sample company: a source of each kind (snapshots, files that are reread, rows that move, a ledger)."""
GOALS_OF_PART = (
    *("company-two-million", "marketing-audience", "operations-thingamajigs", "people-team"),
    "sales-widgets",
)


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """What `--json` printed."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Home:
    """A folder for OKRA_HOME and the settings that go with it. Nothing of the machine's own settings counts."""

    path: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a command in this home."""
        clean = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("OKRA_", "DAGSTER_")) and name not in OF_SOURCES
        }
        return {
            **clean,
            # every statement, formatted for a file that no test reads
            "DBT_LOG_LEVEL_FILE": "none",
            "OKRA_HOME": str(self.path),
            "OKRA_ENV_FILE": str(self.path / "no.env"),
            **self.settings,
        }

    @property
    def published(self) -> Path:
        """The published file."""
        return self.path / "okra.duckdb"

    def ask(self, *arguments: str, typed: str = "") -> Done:
        """Run a command in this process, with `typed` as the answers to its questions."""
        with self.entered():
            done = CliRunner().invoke(app, arguments, input=typed, catch_exceptions=False)
        return Done(done.exit_code, done.stdout, done.stderr)

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Let this process have the environment of a command in this home."""
        environment = self.environment
        with pytest.MonkeyPatch.context() as patched:
            for name in os.environ.keys() - environment.keys():
                patched.delenv(name)
            for name, value in environment.items():
                patched.setenv(name, value)
            yield

    def okra(self, *arguments: str, timeout: float = HANG_SECONDS, **settings: str) -> Done:
        """Run a command in a process of its own to its end; `settings` count for it alone."""
        done = subprocess.run(
            [str(OKRA), *arguments],
            env={**self.environment, **settings},
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What the published file answers."""
        with duckdb.connect(str(self.published), read_only=True) as connection:
            return connection.execute(query, list(values)).fetchall()

    def row(self, query: str, *values: object) -> tuple[Any, ...]:
        """The one row that the published file answers with."""
        [row] = self.rows(query, *values)
        return row

    def kpi(self, name: str, period: str, start: str, member: str = "total") -> tuple[Any, ...]:
        """Value, end, unit, source, data_through and complete of one row of `kpi_periods`."""
        return self.row(
            "select value, period_end, unit, sources, data_through, complete from kpi_periods "
            "where kpi = $1 and period = $2 and period_start = $3 and member = $4",
            name,
            period,
            start,
            member,
        )

    def checksums(self) -> dict[str, str]:
        """The checksum of each published table that holds figures: which runs came to them, and when, may differ."""
        manifest = json.loads((self.path / "okra.json").read_text())
        return {
            name: table["checksum"]
            for name, table in manifest["tables"].items()
            if name not in {"runs", "windows", "attempts", "schema_version"}
        }


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that the tests' processes share."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "end_to_end"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def sample(shared_folder: Path) -> Home:
    """The sample company on 25 November 2026. Read it; whoever changes something uses a home of their own."""
    home = Home(
        shared_folder / TODAY.isoformat(),
        {**WITHOUT_LIMITS, "OKRA_SANDBOX_TODAY": TODAY.isoformat()},
    )
    with exclusive(shared_folder / f"{TODAY.isoformat()}.lock", wait=HANG_SECONDS):
        if not home.published.exists():
            done = home.okra("run")
            assert done.code == 0, done.out + done.err
    return home


@pytest.fixture(scope="session")
def sample_after_the_year(shared_folder: Path, parsed: Path) -> Home:
    """The sample company on 8 January 2027, when the year 2026 is whole: its money and its sales.

    No command is run here: this is about the figures.
    """
    home = Home(shared_folder / AFTER_THE_YEAR.isoformat())
    settings = Settings(
        _env_file=None,
        home=home.path,
        sandbox_today=AFTER_THE_YEAR,
        start_date=date(2025, 12, 1),
        sources=("hubspot", "stripe"),
        sandbox_limits=False,
    )
    with exclusive(shared_folder / f"{AFTER_THE_YEAR.isoformat()}.lock", wait=HANG_SECONDS):
        if not home.published.exists():
            play(settings, AFTER_THE_YEAR, parsed)
    return home


@dataclass(frozen=True)
class FirstRun:
    """A run that nobody disturbed: where it was, what `--json` printed, and the figures that it published."""

    home: Home
    document: Any
    checksums: Mapping[str, str]


@pytest.fixture(scope="session")
def part(shared_folder: Path) -> Mapping[str, str]:
    """A part of the sample company, with the goals of that part: one on a KPI of another source would be a fault."""
    folder = shared_folder / "part-okrs"
    with exclusive(shared_folder / "part-okrs.lock", wait=HANG_SECONDS):
        folder.mkdir(exist_ok=True)
        for name in GOALS_OF_PART:
            shutil.copy(BUILT_IN / "okr_definitions" / f"{name}.yml", folder)
    return {**PART, "OKRA_OKR_DEFINITIONS": str(folder)}


@pytest.fixture(scope="session")
def first_run(shared_folder: Path, part: Mapping[str, str]) -> FirstRun:
    """A part of the sample company, run for the first time. One test goes on in its home: `checksums` are of before."""
    home, noted = Home(shared_folder / "part", part), shared_folder / "part.json"
    with exclusive(shared_folder / "part.lock", wait=HANG_SECONDS):
        if not noted.exists():
            done = home.okra("run", "--json")
            assert done.code == 0, done.err
            noted.write_text(json.dumps([done.document, home.checksums()]))
    return FirstRun(home, *json.loads(noted.read_text()))


@pytest.fixture
def new_home(tmp_path: Path) -> Callable[..., Home]:
    """Makes a home for a test that changes something."""

    def make(**settings: str) -> Home:
        return Home(tmp_path / "home", {**WITHOUT_LIMITS, **settings})

    return make
