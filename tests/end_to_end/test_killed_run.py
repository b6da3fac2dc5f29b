"""A run can be repeated, also where it was killed, at whatever moment: the same tables as if undisturbed."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.sdk import catalog
from connectors.sdk.contract import Source
from tests.end_to_end.conftest import OKRA, FirstRun, Home
from tests.limits import HANG_SECONDS


def early(home: Path) -> bool:
    """The run has just begun to keep records."""
    return any((home / "sample" / "dagster").glob("*.db"))


def pulling(home: Path) -> bool:
    """Some windows are committed, and some are not."""
    return sum(1 for _ in home.rglob("manifests.json")) > 5


def modelling(home: Path) -> bool:
    """Dbt has begun to write the warehouse."""
    return (home / "sample" / "warehouse.duckdb.wal").exists()


def exporting(home: Path) -> bool:
    """The file is published, its neighbours not all."""
    return (home / "okra.duckdb").exists()


MOMENTS = (early, pulling, modelling, exporting)


def kill_at(home: Home, moment: Callable[[Path], bool]) -> None:
    """Start a run and kill it, with all it has started, as soon as `moment` has come."""
    process = subprocess.Popen(
        [str(OKRA), "run"],
        env=home.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + HANG_SECONDS
    while not moment(home.path):
        assert process.poll() is None, "the run was over before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL


@pytest.mark.large
def test_the_next_run_completes_what_killed_ones_left(
    first_run: FirstRun, part: Mapping[str, str], new_home: Callable[..., Home]
) -> None:
    """Each run goes on where the one before it was killed, and is killed itself a step further on.

    The last is a second run of the day, as everything was pulled and modelled before: it asks for no more than may
    have changed, and comes to the same bytes.
    """
    home = new_home(**part)
    for moment in MOMENTS:
        kill_at(home, moment)

    done = home.okra("run", "--json")

    assert done.code == 0, done.err
    assert home.checksums() == first_run.checksums
    assert done.document["key_results"]
    assert done.document["sample_company"] is True
    tables = {"kpi_periods", "kpi_days", "key_result_scores", "objective_scores"}
    assert tables <= first_run.checksums.keys()
    first, last = (
        {source["source"]: source["windows"] for source in document["sources"]}
        for document in (first_run.document, done.document)
    )
    assert first.keys() == last.keys()
    for source, count in last.items():
        assert count <= open_windows(catalog.sources()[source]) < first[source], source


def open_windows(source: Source) -> int:
    """How many windows a source may still restate, at the most: its restatement window and the days around it."""
    return sum(
        (max(stream.restates_for, stream.arrives_within) + timedelta(days=2)).days
        for stream in source.streams
    )
