"""The kinds of files in a home, what may happen to each, and what has to come of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

OCTOBER = tuple(f"2026-10-{day}" for day in range(20, 32))


@dataclass(frozen=True)
class Kind:
    """A kind of file, and what is true after it was harmed."""

    places: str
    """A pattern below the home; the first file by name is harmed."""
    mended_by: Literal["repair", "run"] = "repair"
    """The command. What is made anew by every run needs no other."""
    lost: tuple[str, ...] = ()
    """The windows that no source gives a second time: named as lost, and their figures may differ."""
    spared: frozenset[str] = field(default=frozenset())
    """The harms by which nothing is lost all the same."""
    not_missed: bool = False
    """Whether nothing names it once it is deleted, because nothing else needs it."""


_RAW, _DAGSTER = "sample/lake/raw", "sample/dagster"
KINDS: Mapping[str, Kind] = {
    "lake file": Kind(f"{_RAW}/facebook_pages/page_insights/month=2026-10/*.parquet"),
    "lake file of a snapshot": Kind(
        f"{_RAW}/facebook_pages/page_snapshot/month=2026-10/*.parquet", lost=OCTOBER
    ),
    "manifest": Kind(f"{_RAW}/facebook_pages/page_snapshot/month=2026-10/manifests.json"),
    "schema of a stream": Kind(f"{_RAW}/*/*/_schema.parquet", "run"),
    "attempt": Kind(f"{_RAW}/*/*/_attempt.json", "run"),
    "catalog": Kind("sample/lake/windows.parquet", "run"),
    "other catalogs": Kind("sample/lake/[!w]*.parquet", "run"),
    "history log": Kind("sample/lake/history/*/month=*/*-kpi_period_history-*.parquet"),
    "history entries": Kind("sample/lake/history/*/month=*/entries.json"),
    "index": Kind("sample/history.duckdb"),
    "warehouse": Kind("sample/warehouse.duckdb"),
    "published": Kind("okra.duckdb"),
    "its manifest": Kind("okra.json"),
    "Parquet copy": Kind("parquet/kpi_periods.parquet"),
    "page": Kind("scorecard.html", "run"),
    "page of a KPI": Kind("kpi/headcount.html", "run"),
    "Dagster's runs": Kind(f"{_DAGSTER}/runs.db"),
    "Dagster's index": Kind(f"{_DAGSTER}/index.db"),
    "Dagster's schedules": Kind(f"{_DAGSTER}/schedules.db"),
    "Dagster's events of a run": Kind(f"{_DAGSTER}/????????-*.db", not_missed=True),
    "Dagster's empty file": Kind(f"{_DAGSTER}/empty-run-*.sqlite", "run"),
    "dbt's manifest": Kind("sample/target/manifest.json", "run"),
    "dbt's parsed files": Kind("sample/target/partial_parse.msgpack", "run"),
    "manifest's fingerprint": Kind("sample/target/manifest.fingerprint", "run"),
    "models left out": Kind("sample/target/left_out.json", "run"),
    "sample company's sheet": Kind("sample/sandbox/kpis-by-hand.csv", "run"),
    "lock": Kind("sample/run.lock", "run"),
}


def delete(path: Path) -> None:
    """The file is gone."""
    path.unlink()


def empty(path: Path) -> None:
    """The file has no byte."""
    write(path, b"")


def cut(path: Path) -> None:
    """The second half of the file is gone."""
    content = path.read_bytes()
    write(path, content[: len(content) // 2])


def flip(path: Path) -> None:
    """One bit in the middle of the file is another."""
    content = bytearray(path.read_bytes())
    if content:
        content[len(content) // 2] ^= 1
    write(path, bytes(content))


def write(path: Path, content: bytes) -> None:
    """Overwrite a file, also one that is read only."""
    path.chmod(0o600)
    path.write_bytes(content)


HARMS: Mapping[str, Callable[[Path], None]] = {x.__name__: x for x in (delete, empty, cut, flip)}
