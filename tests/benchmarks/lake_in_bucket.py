"""How much longer a run takes with its lake in a bucket than in a folder, the rest being equal.

    python -m tests.benchmarks.lake_in_bucket [START_DATE]

The store is moto's server on this machine, alone and with the delay of a store that is a network away. It is
written in Python and answers one request at a time, so what it takes is more than a store would.
"""

import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console

from pipelines.commands.terminal import plain_table
from tests.end_to_end.conftest import Home
from tests.object_store.buckets import Bucket
from tests.object_store.server import object_store

TODAY = "2026-11-25"
DELAYS = (0.0, 0.03)
"""Seconds that the store lets each request wait."""


def seconds(home: Home) -> tuple[float, float, float]:
    """How long a first run takes, all models made anew with the scores, and a second run."""
    first = took(home, "run")
    (home.path / "sample" / "warehouse.duckdb").unlink()
    return first, took(home, "score"), took(home, "run")


def took(home: Home, command: str) -> float:
    """How long one command takes."""
    began = time.perf_counter()
    done = home.okra(command, timeout=3600)
    assert done.code == 0, done.err
    return time.perf_counter() - began


def main(start: str) -> None:
    """Print a row a place."""
    base = {"OKRA_SANDBOX_TODAY": TODAY, "OKRA_START_DATE": start}
    rows: list[tuple[object, ...]] = []
    with tempfile.TemporaryDirectory() as folder, object_store() as store:
        near = seconds(Home(Path(folder) / "near", base))
        rows.append(("folder", *(f"{each:.1f}" for each in near)))
        for number, delay in enumerate(DELAYS):
            Bucket(store, f"lake-{number}")
            store.before = lambda environ, delay=delay: time.sleep(delay)  # type: ignore[misc]
            settings = base | store.environment | {"OKRA_LAKE": f"s3://lake-{number}/okra"}
            far = seconds(Home(Path(folder) / f"far-{number}", settings))
            told = (f"{x:.1f} ({x / y:.2f} times)" for x, y in zip(far, near, strict=True))
            rows.append((f"bucket, {delay * 1000:.0f} ms away", *told))
    columns = ("lake in", "first run, s", "models anew, s", "second run, s")
    Console().print(plain_table(f"The sample company from {start}", columns, rows))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "2026-06-01")
