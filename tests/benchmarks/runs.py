"""Runs commands in processes of their own, and says what they cost: CPU seconds by part, seconds and peak memory."""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TypeVar

from tests.benchmarks import cpu_parts

Run = TypeVar("Run")
OKRA = str(Path(sys.executable).with_name("okra"))


@dataclass(frozen=True)
class Cost:
    """What one run cost, the processes that it started included."""

    cpu: float
    wall: float
    parts: Mapping[str, float]
    """CPU seconds by part; they sum to `cpu`."""
    walls: Mapping[str, float]
    """Seconds by part; those of dbt's nodes are within a part of the process that started dbt."""
    peaks: Mapping[str, int]
    """Bytes of memory by part, of the process that had most."""
    nodes: Mapping[str, float]
    """CPU seconds of each node of dbt."""
    output: str

    @property
    def peak(self) -> int:
        """Bytes of memory of the process that had most."""
        return max(self.peaks.values())


def run(command: Sequence[str], settings: Mapping[str, str], cwd: Path | None = None) -> Cost:
    """Run once. Raises SystemExit with its output where it does nothing (exit code 2) or dies."""
    with tempfile.TemporaryDirectory(
        prefix="okra-parts.",
        ignore_cleanup_errors=True,  # a process that is ending may still write into it
    ) as folder:
        environment = {**clean_environment(), **settings, **cpu_parts.environment(Path(folder))}
        before, began = cpu_of_children(), time.perf_counter()
        done = subprocess.run(
            command, env=environment, cwd=cwd, capture_output=True, text=True, check=False
        )
        wall, cpu = time.perf_counter() - began, cpu_of_children() - before
        processes = cpu_parts.processes(Path(folder))
    # 1 is that of a source that failed, which `okra run` of the sample company must not
    if done.returncode or not processes:
        raise SystemExit(
            f"{' '.join(command)} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
        )
    parts = summed(process["cpu"] for process in processes)
    walls = summed(process["wall"] for process in processes)
    nodes = summed(process["nodes"] for process in processes)
    peaks: dict[str, int] = {}
    for process in processes:
        peaks |= {name: max(peak, peaks.get(name, 0)) for name, peak in process["peaks"].items()}
    if missing := [door for process in processes for door in process["missing"]]:
        raise SystemExit(f"adapt DOORS in {cpu_parts.__file__}: there is no {', '.join(missing)}")
    # what an interpreter does after its last function: it takes everything down, and closes DuckDB's files
    of_dbt = sum(process["children"] for process in processes if not process["dbt"])
    in_dbt = sum(sum(process["cpu"].values()) for process in processes if process["dbt"])
    parts[cpu_parts.START_OF_DBT] += of_dbt - in_dbt
    parts[cpu_parts.END] += cpu - sum(parts.values())
    return Cost(cpu, wall, parts, walls, peaks, nodes, done.stdout + done.stderr)


def summed(of_processes: Iterable[Mapping[str, float]]) -> defaultdict[str, float]:
    """The seconds of each part, in all processes."""
    total: defaultdict[str, float] = defaultdict(float)
    for seconds in of_processes:
        for name, spent in seconds.items():
            total[name] += spent
    return total


def clean_environment() -> dict[str, str]:
    """The environment without Okra's, Dagster's and dbt's variables."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("OKRA_", "DAGSTER_", "DBT_", "PYTHON"))
    }


def cpu_of_children() -> float:
    """The CPU seconds of all processes that this one has started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def medians(parts: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The median of each part over several runs; a part that a run had not is 0 in it."""
    values: defaultdict[str, list[float]] = defaultdict(list)
    for name in dict.fromkeys(name for run in parts for name in run):
        values[name] = [run.get(name, 0.0) for run in parts]
    return {name: median(seconds) for name, seconds in values.items()}


def median_of(costs: Sequence[Run], what: Callable[[Run], float]) -> float:
    """The median of one figure of several runs."""
    return median(what(cost) for cost in costs)


def spread(values: Sequence[float]) -> str:
    """`12.3 (11.9–13.0)`: the median, with the smallest and the largest."""
    return f"{median(values):.1f} ({min(values):.1f}–{max(values):.1f})"
