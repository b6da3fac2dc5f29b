"""A lake made of rows, and dbt run over it for real.

A warehouse takes dbt seconds to build and DuckDB milliseconds to read: tests share few warehouses and ask each
of them much. One that is `built` is made once, whichever test asks first and however many processes test.
"""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
import pytest

from connectors.lake.catalog import write_catalog
from connectors.lake.lake import Lake
from connectors.lake.manifest import Attempt, Finding, Manifest, schema_hash
from connectors.lake.month import as_document, read_month
from connectors.sdk import catalog
from connectors.sdk.contract import Source, Stream, next_window
from connectors.sdk.fitting import fitting
from connectors.sdk.rules import values_of
from connectors.sdk.windows import instants
from pipelines.inputs.kpi_files import (
    by_account,
    in_currency,
    read_kpis,
)
from pipelines.okr.kpi.kpi import Kpi
from pipelines.warehouse.kpi_declarations import write_kpis
from tests.models.dbt_process import PARSED, run_dbt
from tests.projects import OKRA

ROOT = Path(__file__).resolve().parents[2]
WAREHOUSE = "warehouse.duckdb"
NO_SHEET_KPIS = Path("no-sheet-kpis.yml")


PULLED_AT = datetime(2026, 1, 1, 6, tzinfo=UTC)

DECLARED: Mapping[tuple[str, str], Stream] = {
    (source.name, stream.name): stream
    for source in catalog.sources().values()
    for stream in source.streams
}


def made_up_value(field: pa.Field, day: date) -> Any:
    """A value that fits a column, for a test that is not about it: NULL where a row may lack it."""
    if field.nullable:
        return None
    if allowed := values_of(field):
        return "USD" if isinstance(allowed, str) else allowed[0]
    if pa.types.is_timestamp(field.type):
        return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    if pa.types.is_date(field.type):
        return day
    if pa.types.is_boolean(field.type):
        return False
    if pa.types.is_list(field.type):
        return []
    return "" if pa.types.is_string(field.type) else 0


@dataclass
class RowLake:
    """A lake that is filled by hand: each call of `window` commits one, as a pull would."""

    root: Path
    streams: Mapping[tuple[str, str], Stream] = field(default_factory=lambda: DECLARED)
    """By source and stream."""

    @property
    def lake(self) -> Lake:
        return Lake(self.root)

    def window(
        self,
        source: str,
        stream: str,
        day: date,
        rows: Iterable[Mapping[str, Any]] = (),
        *,
        settled: bool = True,
        flags: tuple[str, ...] = (),
        findings: tuple[Finding, ...] = (),
        data_through: date | None = None,
        zone: str = "UTC",
    ) -> None:
        """Commit a window of a source in `zone`. What a row does not mention is NULL, or made up where it is needed.

        `source` may be an account, such as `stripe@eu`.
        """
        declared = self.streams[source.partition("@")[0], stream]
        made_up = {field.name: made_up_value(field, day) for field in declared.schema}
        table, misfits, _ = fitting(declared, [made_up | dict(row) for row in rows])
        assert not misfits, "a pull would have set it aside"
        through = data_through or next_window(day, declared.window) - timedelta(days=1)
        since, until = instants(declared, day, through, ZoneInfo(zone))
        manifest = Manifest(
            source=source,
            stream=stream,
            window=day,
            data_through=through,
            pulled_at=PULLED_AT,
            rows=table.num_rows,
            bytes=0,
            checksum="",
            schema_hash=schema_hash(declared.schema),
            settled=settled,
            flags=flags,
            findings=findings,
            connector_version="1",
            run_id="",
            files=(),
            since=since,
            until=until,
        )
        self.lake.commit(manifest, [table])

    def empty(self, source: str, stream: str, first: date, last: date, **how: Any) -> None:
        """Commit each day's window without a row: the source was asked, and had nothing."""
        for day in days(first, last):
            self.window(source, stream, day, **how)

    def remove(self, source: str, stream: str, day: date) -> None:
        """Take a window back: it is no longer committed."""
        key = f"{self.lake.folder(source, stream)}/month={day:%Y-%m}/manifests.json"
        document = self.lake.store.get(key)
        assert document
        month = read_month(document)
        windows = {window: x for window, x in month.windows.items() if window != day}
        self.lake.store.put(key, as_document(replace(month, windows=windows)))
        # else the catalog of before would bring it back
        self.lake.store.remove(["windows.parquet"])

    def rename(self, key: str, source: str) -> None:
        """Have the month at `key` be one of `source`."""
        document = self.lake.store.get(key)
        assert document
        month = read_month(document)
        windows = {day: replace(x, source=source) for day, x in month.windows.items()}
        self.lake.store.put(key, as_document(replace(month, windows=windows)))

    def accounts(self) -> list[Source]:
        """Every source: its accounts that have a folder, or the one without a name."""
        known = catalog.sources()
        instances = (path.name.partition("@") for path in sorted(self.root.glob("raw/*@*")))
        named = [replace(known[source], account=account) for source, _, account in instances]
        with_names = {source.name for source in named}
        unnamed = [
            source
            for name, source in known.items()
            if name not in with_names or any(self.root.glob(f"raw/{name}/*/month=*"))
        ]
        return [*named, *unnamed]

    def attempt(self, source: str, stream: str, outcome: str, at: datetime = PULLED_AT) -> None:
        """How the last pull of the stream ended, and when."""
        self.lake.record(Attempt(source=source, stream=stream, at=at, outcome=outcome))


@dataclass
class Warehouse:
    """A warehouse of its own, that dbt builds from a lake."""

    folder: Path
    lake: RowLake
    parsed: Path
    """The target folder of a run that has read the project already."""

    @property
    def path(self) -> Path:
        return self.folder / WAREHOUSE

    def build(self, as_of: date, *arguments: str, **how: Any) -> None:
        """Run dbt as the pipeline does; its output is in the failure when there is one."""
        done = self.run(as_of, "build", *arguments, **how)
        assert done.returncode == 0, done.stdout + done.stderr

    def build_over(
        self, empty: "Warehouse", as_of: date, sources: Iterable[str], *arguments: str, **how: Any
    ) -> None:
        """Build from a copy of a warehouse without data, where this lake has data of `sources` alone.

        Of the models, only those are built that the lake's catalog, the day or these sources reach.
        """
        shutil.copy(empty.path, self.path)
        reached = ("staging.lake+", "calendar+", *(f"staging.{source}+" for source in sources))
        self.build(as_of, "--select", *reached, *arguments, **how)

    def run(
        self, as_of: date, *arguments: str, sheet_kpis: Iterable[Kpi] = (), **how: Any
    ) -> subprocess.CompletedProcess[str]:
        """Run dbt, however it ends."""
        accounts = self.lake.accounts()
        write_catalog(self.lake.lake, accounts)
        kpis = [*read_kpis(OKRA, NO_SHEET_KPIS).kpis.values(), *sheet_kpis]
        if named := {source.name for source in accounts if source.account}:
            kpis = [*by_account(kpis, named, OKRA.sql)]
            how["kpis_by_account"] = ",".join(kpi.name for kpi in kpis if kpi.by_account)
        write_kpis(self.lake.lake, in_currency(kpis, how.get("currency", "USD")))
        return dbt(self, as_of, *arguments, **how)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the warehouse answers."""
        with duckdb.connect(str(self.path), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def column(self, query: str) -> list[Any]:
        """The first column of the answer."""
        return [row[0] for row in self.rows(query)]

    def alter(self, statement: str) -> None:
        """Change the warehouse behind dbt's back."""
        with duckdb.connect(str(self.path)) as connection:
            connection.execute(statement)

    def periods(self, kpi: str, period: str, dimension: str = "total") -> "Periods":
        """The rows of `kpi_periods` of one kind of period, by their start and member."""
        with duckdb.connect(str(self.path), read_only=True) as connection:
            answer = connection.execute(
                "select * from reporting.kpi_periods where kpi = ? and period = ? and dimension = ?",
                [kpi, period, dimension],
            )
            names = [column[0] for column in answer.description]
            rows = [
                SimpleNamespace(**dict(zip(names, row, strict=True))) for row in answer.fetchall()
            ]
        return Periods({(row.period_start, row.member): row for row in rows})

    def copy_to(self, folder: Path) -> "Warehouse":
        """The same warehouse over the same lake once more, to be changed."""
        shutil.copy(self.path, folder / WAREHOUSE)
        return replace(self, folder=folder)

    def in_two_accounts(self, folder: Path, as_of: date, *kpis: str) -> "Warehouse":
        """A warehouse of these KPIs over the same rows twice, with the same ids: in the accounts `eu` and `us`."""
        doubled = replace(self, folder=folder, lake=RowLake(folder / "lake"))
        for source in sorted((self.lake.root / "raw").iterdir()):
            for account in ("eu", "us"):
                instance = f"{source.name}@{account}"
                copied = shutil.copytree(source, doubled.lake.root / "raw" / instance)
                for file in copied.rglob("manifests.json"):
                    doubled.lake.rename(str(file.relative_to(doubled.lake.root)), instance)
        # the same rows have been tested in the one account
        only = ("--resource-type", "model", "--resource-type", "seed")
        doubled.build(as_of, *only, "--select", *(f"+kpi_{kpi}" for kpi in kpis))
        return doubled

    def kpi_rows(self, kpi: str, account: str = "main") -> list[str]:
        """The rows of a KPI in one account, without its name, as texts in order."""
        rows = self.rows(
            f"select * exclude (account) from kpis.kpi_{kpi} where account = '{account}'"
        )
        return sorted(
            str(row).replace(f" ({account})", "").replace(f", {account})", ")") for row in rows
        )


@dataclass(frozen=True)
class Periods:
    """Rows of `kpi_periods`: `periods[date(2026, 1, 1)].value`."""

    rows: Mapping[tuple[date, str], Any]

    def __getitem__(self, start: date) -> Any:
        return self.of(start, "total")

    def __contains__(self, start: date) -> bool:
        return any(day == start for day, _ in self.rows)

    def of(self, start: date, member: str) -> Any:
        """The row of one member of the dimension that was asked for."""
        return self.rows[start, member]

    @property
    def starts(self) -> list[date]:
        """The first days of the periods that have a row."""
        return sorted({start for start, _ in self.rows})


def dbt(
    warehouse: Warehouse, as_of: date, *arguments: str, project: Path = ROOT, **settings: str
) -> subprocess.CompletedProcess[str]:
    """One run of dbt over a warehouse. `settings` by the end of their name: `fiscal_year_start="2"`."""
    kpis = sorted(p.stem.removeprefix("kpi_") for p in (project / "models/kpis").glob("kpi_*.sql"))
    target = warehouse.folder / "target"
    environment = {
        "OKRA_LAKE": str(warehouse.lake.root),
        # relative: dbt parses a project anew when its profile has changed, the warehouse's path included
        "OKRA_WAREHOUSE": WAREHOUSE,
        "OKRA_AS_OF": as_of.isoformat(),
        "OKRA_KPIS": ",".join(kpis),
        "DBT_TARGET_PATH": str(target),
        "DBT_LOG_PATH": str(warehouse.folder / "logs"),
        "DBT_LOG_LEVEL_FILE": "none",
        # what a build came to is asked of the warehouse; of other commands, tests read dbt's files
        "DBT_WRITE_JSON": str(arguments[0] != "build"),
        # where a test builds a part of the project, only the tests of that part
        "DBT_INDIRECT_SELECTION": "buildable",
        **{f"OKRA_{name.upper()}": value for name, value in settings.items()},
    }
    parsed = warehouse.parsed if warehouse.parsed.exists() else None
    if parsed and project != ROOT:
        # the manifest is of another project: dbt parses what differs
        target.mkdir(exist_ok=True)
        shutil.copy(parsed / PARSED, target)
        parsed = None
    return run_dbt(
        *arguments,
        project=project,
        folder=warehouse.folder,
        environment=environment,
        parsed=parsed,
    )


def days(first: date, last: date) -> list[date]:
    """Every day from `first` to `last`, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def once(folder: Path, make: Callable[[], None]) -> None:
    """Have `make` fill `folder`, unless this or another process of the session has done so."""
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "made").exists():
            make()
            (folder / "made").touch()


@pytest.fixture(scope="session")
def session_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of the test session have in common."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def parsed(session_folder: Path) -> Path:
    """The target folder of a dbt that has read the project: manifest and all."""
    folder = session_folder / "parsed"
    target = folder / "target"

    def parse() -> None:
        done = dbt(Warehouse(folder, RowLake(folder / "lake"), target), date(2026, 1, 1), "parse")
        assert done.returncode == 0, done.stdout + done.stderr

    once(folder, parse)
    return target


@pytest.fixture(scope="session")
def warehouse_in(tmp_path_factory: pytest.TempPathFactory, parsed: Path) -> Any:
    """Makes an empty warehouse over an empty lake."""

    def make(name: str) -> Warehouse:
        folder = tmp_path_factory.mktemp(name)
        return Warehouse(folder, RowLake(folder / "lake"), parsed)

    return make


@pytest.fixture(scope="session")
def built(session_folder: Path, parsed: Path) -> Any:
    """Makes a warehouse by its name, once: `make` is given an empty one, to fill its lake and to build it."""

    def warehouse(name: str, make: Callable[[Warehouse], None]) -> Warehouse:
        folder = session_folder / name
        empty = Warehouse(folder, RowLake(folder / "lake"), parsed)
        once(folder, lambda: make(empty))
        return empty

    return warehouse


@pytest.fixture(scope="session")
def empty(built: Any) -> Warehouse:
    """A warehouse over a lake that holds nothing at all."""
    return built("empty", lambda warehouse: warehouse.build(date(2026, 1, 1)))  # type: ignore[no-any-return]
