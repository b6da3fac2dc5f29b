"""A lake made of rows, and dbt run over it for real."""

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from connectors import catalog
from connectors.contract import Stream, next_window
from connectors.lake import Attempt, Lake, Manifest, schema_hash
from connectors.lake_catalog import ATTEMPTS, STREAMS, WINDOWS, row_of, stream_row, write_table

ROOT = Path(__file__).resolve().parents[2]


def nullable(stream: Stream) -> Stream:
    """The stream with every column free to be NULL, so that a test names only those it is about."""
    return replace(stream, schema=pa.schema([field.with_nullable(True) for field in stream.schema]))


PULLED_AT = datetime(2026, 1, 1, 6, tzinfo=UTC)

DECLARED: Mapping[tuple[str, str], Stream] = {
    (source.name, stream.name): nullable(stream)
    for source in catalog.sources().values()
    for stream in source.streams
}


@dataclass
class RowLake:
    """A lake that is filled by hand: each call of `window` commits one, as a pull would."""

    root: Path
    lake: Lake = field(init=False)
    manifests: dict[tuple[str, str, date], Manifest] = field(default_factory=dict)
    attempts: dict[tuple[str, str], Attempt] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lake = Lake(self.root)

    def window(
        self,
        source: str,
        stream: str,
        day: date,
        rows: Iterable[Mapping[str, Any]] = (),
        *,
        settled: bool = True,
        flags: tuple[str, ...] = (),
        data_through: date | None = None,
    ) -> None:
        """Commit a window. A column that a row does not mention is NULL."""
        declared = DECLARED[source, stream]
        table = pa.Table.from_pylist([dict(row) for row in rows], schema=declared.schema)
        end = next_window(day, declared.window) - timedelta(days=1)
        manifest = Manifest(
            source=source,
            stream=stream,
            window=day,
            data_through=data_through or end,
            pulled_at=PULLED_AT,
            rows=table.num_rows,
            bytes=0,
            checksum="",
            schema_hash=schema_hash(declared.schema),
            settled=settled,
            flags=flags,
            connector_version="1",
            run_id="",
            files=(),
        )
        self.manifests[source, stream, day] = self.lake.commit(manifest, [table])

    def empty(self, source: str, stream: str, first: date, last: date, **how: Any) -> None:
        """Commit each day's window without a row: the source was asked, and had nothing."""
        for day in days(first, last):
            self.window(source, stream, day, **how)

    def attempt(self, source: str, stream: str, outcome: str) -> None:
        """How the last pull of the stream ended."""
        self.attempts[source, stream] = Attempt(
            source=source, stream=stream, at=PULLED_AT, outcome=outcome
        )

    def write_catalog(self) -> None:
        """Write what dbt reads first."""
        streams = []
        for (source, _), stream in DECLARED.items():
            self.lake.declare(source, stream)
            streams.append(stream_row(source, stream))
        write_table(self.lake, "windows", [row_of(m) for m in self.manifests.values()], WINDOWS)
        write_table(self.lake, "attempts", [vars(a) for a in self.attempts.values()], ATTEMPTS)
        write_table(self.lake, "streams", streams, STREAMS)


@dataclass
class Warehouse:
    """A warehouse of its own, that dbt builds from a lake."""

    folder: Path
    lake: RowLake

    @property
    def path(self) -> Path:
        return self.folder / "warehouse.duckdb"

    def build(self, as_of: date, *arguments: str, **settings: str) -> None:
        """Run dbt as the pipeline does; its output is in the failure when there is one."""
        self.lake.write_catalog()
        done = dbt(self, as_of, "build", *arguments, **settings)
        assert done.returncode == 0, done.stdout + done.stderr

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the warehouse answers."""
        with duckdb.connect(str(self.path), read_only=True) as connection:
            return connection.execute(query).fetchall()


def dbt(
    warehouse: Warehouse, as_of: date, *arguments: str, **settings: str
) -> subprocess.CompletedProcess[str]:
    """One run of dbt over a warehouse. `settings` by the end of their name: `fiscal_year_start="2"`."""
    kpis = sorted(p.stem.removeprefix("kpi_") for p in (ROOT / "models/kpis").glob("kpi_*.sql"))
    named = {f"OKRA_{name.upper()}": value for name, value in settings.items()}
    environment = os.environ | {
        "OKRA_LAKE": str(warehouse.lake.root),
        "OKRA_WAREHOUSE": str(warehouse.path),
        "OKRA_AS_OF": as_of.isoformat(),
        "OKRA_KPIS": ",".join(kpis),
        "DBT_TARGET_PATH": str(warehouse.folder / "target"),
        "DBT_LOG_PATH": str(warehouse.folder / "logs"),
        **named,
    }
    command = [sys.executable, "-m", "dbt.cli.main", "--quiet", *arguments]
    return subprocess.run(
        [*command, "--project-dir", str(ROOT), "--profiles-dir", str(ROOT)],
        env=environment,
        cwd=warehouse.folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def days(first: date, last: date) -> list[date]:
    """Every day from `first` to `last`, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


@pytest.fixture(scope="session")
def warehouse_in(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Makes an empty warehouse over an empty lake."""

    def make(name: str) -> Warehouse:
        folder = tmp_path_factory.mktemp(name)
        return Warehouse(folder, RowLake(folder / "lake"))

    return make
