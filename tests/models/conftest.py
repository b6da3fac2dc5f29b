"""A lake made of rows, and dbt run over it for real."""

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from connectors.contract import Cadence, Stream, column, next_window
from connectors.lake import Attempt, Lake, Manifest, schema_hash
from connectors.lake_catalog import ATTEMPTS, STREAMS, WINDOWS, row_of, write_table

ROOT = Path(__file__).resolve().parents[2]
PULLED_AT = datetime(2026, 1, 1, 6, tzinfo=UTC)

_DAY, _WHEN, _TEXT, _INT = pa.date32(), pa.timestamp("us", "UTC"), pa.string(), pa.int64()
_SHIPPED_ROW = {"order_id": _TEXT, "product": _TEXT, "color": _TEXT, "quantity": pa.int32()}
_COLUMNS: Mapping[tuple[str, str], Mapping[str, pa.DataType]] = {
    ("google_analytics", "traffic_by_channel"): {
        "date": _DAY,
        "channel": _TEXT,
        "sessions": _INT,
        "engaged_sessions": _INT,
        "users": _INT,
        "new_users": _INT,
    },
    ("google_analytics", "visitors_by_day"): {"date": _DAY, "visitors": _INT},
    ("google_analytics", "visitors_by_month"): {"month": _DAY, "visitors": _INT},
    ("stripe", "balance_transactions"): {
        "id": _TEXT,
        "created_at": _WHEN,
        "available_on": _DAY,
        "type": _TEXT,
        "reporting_category": _TEXT,
        "currency": _TEXT,
        "amount_minor": _INT,
        "fee_minor": _INT,
        "net_minor": _INT,
        "exchange_rate": _TEXT,
        "source_id": _TEXT,
    },
    ("facebook_pages", "page_snapshot"): {
        "date": _DAY,
        "page_id": _TEXT,
        "likes": _INT,
        "followers": _INT,
    },
    ("facebook_pages", "page_insights"): {"date": _DAY, "metric": _TEXT, "value": _INT},
    ("sql_database", "orders"): {
        "order_id": _TEXT,
        "customer_id": _TEXT,
        "ordered_at": _WHEN,
        "status": _TEXT,
        "currency": _TEXT,
        "total_minor": _INT,
        "updated_at": _WHEN,
    },
    ("sql_database", "order_lines"): {
        "order_id": _TEXT,
        "line_number": pa.int32(),
        "product": _TEXT,
        "color": _TEXT,
        "quantity": pa.int32(),
        "amount_minor": _INT,
        "updated_at": _WHEN,
    },
    ("sql_database", "shipments"): {
        "shipment_id": _TEXT,
        **_SHIPPED_ROW,
        "shipped_at": _WHEN,
        "updated_at": _WHEN,
    },
}


def _stream(name: str, columns: Mapping[str, pa.DataType]) -> Stream:
    first = next(iter(columns))
    return Stream(
        name=name,
        description=name,
        schema=pa.schema([column(n, kind, n, null=True) for n, kind in columns.items()]),
        key=(first,),
        cursor=first,
        window=Cadence.MONTH if name.endswith("_by_month") else Cadence.DAY,
        snapshot=name.endswith("_snapshot"),
    )


DECLARED = {place: _stream(place[1], columns) for place, columns in _COLUMNS.items()}


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
            streams.append(
                {
                    "source": source,
                    "stream": stream.name,
                    "cadence": stream.window.value,
                    "snapshot": stream.snapshot,
                }
            )
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
