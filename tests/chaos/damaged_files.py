"""Deletes, cuts off or flips a byte in each kind of file in turn: `okra repair` brings back the undisturbed tables.

    python -m tests.chaos.damaged_files [KIND ...]

Prints a line a fault: the kind of file, what was done to it, the exit code of `okra repair`, and which published tables
are not as they were, with what `okra repair` named as lost. `make chaos` runs all of it, for some minutes a fault.
"""

import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.end_to_end.conftest import GOALS_OF_PART, PART, Home

VARYING = {"runs", "windows", "attempts", "schema_version", "findings"}
"""Tables that tell of runs, or of what was wrong."""
STATE = "sample"
KINDS = {
    "lake file": f"{STATE}/lake/raw/stripe/*/month=*/*.parquet",
    "manifest": f"{STATE}/lake/raw/facebook_pages/*/month=*/manifests.json",
    "catalog": f"{STATE}/lake/windows.parquet",
    "history log": f"{STATE}/lake/history/*/month=*/*-kpi_period_history-*.parquet",
    "history entries": f"{STATE}/lake/history/*/month=*/entries.json",
    "index": f"{STATE}/history.duckdb",
    "warehouse": f"{STATE}/warehouse.duckdb",
    "published": "okra.duckdb",
    "Parquet copy": "parquet/kpi_periods.parquet",
    "run records": f"{STATE}/dagster/**/runs.db",
}


def delete(path: Path) -> None:
    path.unlink()


def cut(path: Path) -> None:
    content = path.read_bytes()
    write(path, content[: len(content) // 2])


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    write(path, bytes(content))


def write(path: Path, content: bytes) -> None:
    path.chmod(0o600)
    path.write_bytes(content)


HARMS: tuple[Callable[[Path], None], ...] = (delete, cut, flip)


def checksums(home: Path) -> dict[str, str]:
    """The published tables that hold figures."""
    tables = json.loads((home / "okra.json").read_text())["tables"]
    return {name: x["checksum"] for name, x in tables.items() if name not in VARYING}


def main(kinds: list[str]) -> bool:
    """Run the table of faults. Returns whether each was mended, or what is lost was named."""
    base = Path(tempfile.mkdtemp(prefix="okra-chaos."))
    goals = base / "okrs"
    goals.mkdir()
    for name in GOALS_OF_PART:
        shutil.copy(Path("okr_definitions") / f"{name}.yml", goals)
    settings = {**PART, "OKRA_OKR_DEFINITIONS": str(goals)}
    first = Home(base / "undisturbed", settings)
    assert first.okra("run", timeout=3_600).code == 0
    before, is_well = checksums(first.path), True
    for kind in kinds or KINDS:
        for harm in HARMS:
            home = Home(base / "harmed", settings)
            shutil.copytree(first.path, home.path)
            [file, *_] = sorted(home.path.glob(KINDS[kind]))
            harm(file)
            done = home.okra("repair", "--json", timeout=3_600)
            after = checksums(home.path)
            differing = sorted(name for name in before if after.get(name) != before[name])
            lost = done.document["lost"] if done.code in (0, 1) else done.err
            is_mended = not differing or bool(lost)
            is_well &= is_mended
            print(
                f"{kind:<16} {harm.__name__:<7} exit {done.code}  differing {differing}  lost {lost}"
            )
            shutil.rmtree(home.path)
    shutil.rmtree(base)
    return is_well


if __name__ == "__main__":
    sys.exit(not main(sys.argv[1:]))
