"""Compares run times with the lake in a bucket and in a folder.

    python -m tests.benchmarks.lake_in_bucket [START_DATE]

The store is moto's server on this machine, without and with a network's latency. It is written in Python and answers
one request at a time, so it is slower than a real store.
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
LATENCIES = (0.0, 0.03)
"""Seconds by which the store delays each request."""


def seconds(home: Home) -> tuple[float, float, float]:
    """The seconds of a first run, of a full rebuild of the models with scores, and of a second run."""
    first = took(home, "run")
    (home.path / "sample" / "warehouse.duckdb").unlink()
    return first, took(home, "score"), took(home, "run")


def took(home: Home, command: str) -> float:
    """The seconds of one command."""
    began = time.perf_counter()
    done = home.okra(command, timeout=3600)
    assert done.code == 0, done.err
    return time.perf_counter() - began


def main(start: str) -> None:
    """Print one row for each place."""
    base = {"OKRA_SANDBOX_TODAY": TODAY, "OKRA_START_DATE": start}
    rows: list[tuple[object, ...]] = []
    with tempfile.TemporaryDirectory() as folder, object_store() as store:
        in_folder = seconds(Home(Path(folder) / "folder", base))
        rows.append(("folder", *(f"{duration:.1f}" for duration in in_folder)))
        for number, delay in enumerate(LATENCIES):
            Bucket(store, f"lake-{number}")
            store.before = lambda environ, delay=delay: time.sleep(delay)  # type: ignore[misc]
            settings = base | store.environment | {"OKRA_LAKE": f"s3://lake-{number}/okra"}
            in_bucket = seconds(Home(Path(folder) / f"bucket-{number}", settings))
            cells = (
                f"{x:.1f} ({x / y:.2f} times)" for x, y in zip(in_bucket, in_folder, strict=True)
            )
            rows.append((f"bucket, {delay * 1000:.0f} ms latency", *cells))
    columns = ("lake in", "first run, s", "full rebuild, s", "second run, s")
    Console().print(plain_table(f"The sample company from {start}", columns, rows))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "2026-06-01")
