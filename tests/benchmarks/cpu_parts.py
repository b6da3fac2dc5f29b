"""Says to which part of a run each second of processor time goes, in its process and in those that it starts.

A run is measured as a person starts it: `CPU_PARTS_FOLDER=FOLDER` and `measured/` in PYTHONPATH, and nothing else is
different. Each process writes a file into FOLDER when it ends. The functions of `DOORS` begin a part and end it; time
within two of them belongs to the inner one. What the threads of a process do belongs to the part that its main thread
is in. Where nodes of dbt are running, the time is divided equally among them.
"""

import atexit
import importlib
import json
import os
import resource
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

FOLDER = "CPU_PARTS_FOLDER"
"""The variable with the folder of the measurements."""
REPOSITORY = Path(__file__).parents[2]

IMPORTS, START_OF_DBT = "imports", "dbt's start and end"
DEFINITIONS, RECORDS = "Dagster's definitions", "Dagster's runs and records"
INPUTS, SERVERS = "settings and declarations", "the sample company's servers"
CATALOG, MODELS, TESTS = "the lake's catalog", "models", "tests of the models"
FACTS, SCORING, FACTORS, FINDINGS = "reading facts", "scoring", "factors", "findings"
HISTORY, PUBLISHING, PAGES, DIGEST = "history", "publishing", "pages", "digest"
COMMAND, END = "the command's own", "end of the process"
PULL = "pull: "

DOORS: Mapping[str, Mapping[str, str]] = {
    "pipelines.settings.loading": {"load": INPUTS},
    "pipelines.inputs.kpi_files": {"declared_kpis": INPUTS},
    "pipelines.inputs.okr_files": {"read_objectives": INPUTS},
    "pipelines.inputs.run_id": {"run_id": INPUTS},
    "pipelines.inputs.facts": {"read_facts": FACTS},
    "pipelines.okr.kpi.series": {"index_facts": FACTS},
    "pipelines.orchestration.runner": {
        "Runner.__init__": DEFINITIONS,
        "Runner._execute": RECORDS,
        "close_killed_runs": RECORDS,
    },
    "pipelines.orchestration.run_records": {"remove_old_runs": RECORDS},
    "dagster._core.definitions.definitions_class": {"Definitions.resolve_job_def": DEFINITIONS},
    "pipelines.steps.pull": {"pull_accounts": PULL},
    "connectors.sandbox.company": {
        "SampleCompany._serve": SERVERS,
        "SampleCompany.take_past_snapshots": SERVERS,
        "SampleCompany.__exit__": SERVERS,
    },
    "pipelines.steps.model": {"prepare_models": CATALOG},
    "pipelines.warehouse.dbt_build": {"build": START_OF_DBT},
    "pipelines.steps.score": {"write_scores": SCORING},
    "pipelines.steps.factors": {"write_factors": FACTORS},
    "pipelines.tables.factors": {"dimensions_that_miss": FACTORS},
    "pipelines.steps.findings": {"write_findings": FINDINGS},
    "pipelines.steps.remember": {"write_kpi_history": HISTORY},
    "pipelines.history.recording": {"record_scores": HISTORY},
    "pipelines.history.predictions": {
        "write_predictions": HISTORY,
        "graded_before": HISTORY,
        "first_final_scores": HISTORY,
    },
    "pipelines.steps.publish": {"publish_report": PUBLISHING},
    "pipelines.publishing.scorecard.writing": {"write_scorecard": PAGES},
    "pipelines.publishing.board.writing": {"write_board": PAGES},
    "pipelines.steps.digest": {"send_due": DIGEST},
}
"""The part that each function begins, by module. They are replaced when their module has been imported."""
NODES = "dbt.task.runnable"
"""The module whose `GraphRunnableTask.call_runner` runs one node of dbt."""
CONNECTIONS = "connectors.sandbox.http_server"
"""The module whose threads answer for the sample company."""


class Measurement:
    """The seconds of this process so far, by part."""

    def __init__(self, *, is_dbt: bool) -> None:
        self.is_dbt = is_dbt
        self.cpu: defaultdict[str, float] = defaultdict(float)
        self.wall: defaultdict[str, float] = defaultdict(float)
        self.nodes: defaultdict[str, float] = defaultdict(float)
        """CPU seconds of each node of dbt."""
        self.peaks: defaultdict[str, int] = defaultdict(int)
        """The most memory of the process in each part, in bytes."""
        self.missing: list[str] = []
        """The functions of `DOORS` that their modules do not have."""
        self.thread = threading.get_ident()
        """The main thread."""
        self._lock = threading.RLock()
        self._open = [START_OF_DBT if is_dbt else COMMAND]
        self._running: list[tuple[str, str]] = []
        self._cpu, self._wall = 0.0, process_began()

    @property
    def is_in_dbt(self) -> bool:
        """Whether the main thread starts dbt, whose imports belong to its start."""
        return self._open[-1] == START_OF_DBT

    def settle(self, *, peaks: bool = True) -> None:
        """Give the time and the memory since the last change to what was going on. Call it with the lock.

        `peaks`: whether memory is read too, which would take longer than many an import.
        """
        cpu, wall = own_cpu(), time.time()
        spent, took = cpu - self._cpu, wall - self._wall
        self._cpu, self._wall = cpu, wall
        parts = [part for part, _ in self._running] or [self._open[-1]]
        for part in parts:
            self.cpu[part] += spent / len(parts)
            self.wall[part] += took / len(parts)
        for _, node in self._running:
            self.nodes[node] += spent / len(parts)
        if peaks:
            peak = memory_since_last()
            for part in parts:
                self.peaks[part] = max(self.peaks[part], peak)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """A part of the main thread; in another thread it changes nothing."""
        if threading.get_ident() != self.thread:
            yield
            return
        with self._lock:
            self.settle(peaks=name != IMPORTS)
            self._open.append(name)
        try:
            yield
        finally:
            with self._lock:
                self.settle(peaks=name != IMPORTS)
                self._open.pop()

    @contextmanager
    def node(self, part: str, name: str) -> Iterator[None]:
        """A node of dbt, in any thread."""
        running = part, name
        with self._lock:
            self.settle()
            self._running.append(running)
        try:
            yield
        finally:
            with self._lock:
                self.settle()
                self._running.remove(running)

    def move(self, seconds: float, part: str) -> None:
        """Give seconds that another thread has measured of itself to `part`."""
        with self._lock:
            self.settle()
            self.cpu[self._open[-1]] -= seconds
            self.cpu[part] += seconds

    def end(self) -> None:
        """From now on the process ends."""
        with self._lock:
            self.settle()
            self._open = [START_OF_DBT if self.is_dbt else END]
            self._running = []

    def document(self) -> dict[str, Any]:
        """What was measured, and the CPU seconds of the children that have ended."""
        with self._lock:
            self.settle()
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return {
            "dbt": self.is_dbt,
            "missing": self.missing,
            "cpu": dict(self.cpu),
            "wall": dict(self.wall),
            "nodes": dict(self.nodes),
            "peaks": dict(self.peaks),
            "children": children.ru_utime + children.ru_stime,
        }


def own_cpu() -> float:
    """The CPU seconds of all threads of this process since it began."""
    return time.process_time()


def memory_since_last() -> int:
    """The most memory that this process had since the last call, in bytes. See proc(5), `clear_refs`."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith("VmHWM:"):
            Path("/proc/self/clear_refs").write_text("5", "ascii")
            return int(line.split()[1]) * 1024
    raise OSError("/proc/self/status has no VmHWM")


def process_began() -> float:
    """When this process began, in seconds since the epoch. From proc(5), whose clock ticks a hundred times a second."""
    ticks = int(Path("/proc/self/stat").read_text("ascii").rpartition(")")[2].split()[19])
    uptime = float(Path("/proc/uptime").read_text("ascii").split()[0])
    return time.time() - uptime + ticks / os.sysconf("SC_CLK_TCK")


def measure_process() -> None:
    """Measure this process from its start to its end, when `CPU_PARTS_FOLDER` names a folder."""
    folder = os.environ.get(FOLDER)
    if not folder:
        return
    is_dbt = (
        "dbt" in Path(sys.argv[0] if sys.argv else "").name
        or "pipelines.warehouse.dbt_command" in sys.orig_argv
    )
    measurement = Measurement(is_dbt=is_dbt)
    importing: Any = importlib._bootstrap
    original, depth = importing._find_and_load, 0

    def find_and_load(name: str, import_: Callable[..., Any]) -> Any:
        nonlocal depth
        if depth or measurement.is_in_dbt or threading.get_ident() != measurement.thread:
            module = original(name, import_)
        else:
            depth += 1
            try:
                with measurement.part(IMPORTS):
                    module = original(name, import_)
            finally:
                depth -= 1
        replace_doors(name, measurement)
        return module

    importing._find_and_load = find_and_load
    # the first to be registered is the last to be called
    atexit.register(write, measurement, Path(folder))
    leave, own = os._exit, os.getpid()

    def leave_at_once(status: int) -> None:
        if os.getpid() == own:  # not a fork of it
            write(measurement, Path(folder))
        leave(status)

    os._exit = leave_at_once  # type: ignore[assignment]
    threading._register_atexit(measurement.end)  # type: ignore[attr-defined]


def write(measurement: Measurement, folder: Path) -> None:
    document, path = measurement.document(), folder / f"{os.getpid()}.json"
    part = path.with_suffix(".part")
    part.write_text(json.dumps(document), "utf-8")
    part.replace(path)  # a process that is killed now leaves no half of a document


def replace_doors(module: str, measurement: Measurement) -> None:
    """Have the doors of a module, which has just been imported, begin and end their parts."""
    content: Any = sys.modules.get(module)
    if content is None or getattr(content, "_is_measured", False):
        return
    if module in DOORS:
        content._is_measured = True
        for door, part in DOORS[module].items():
            *path, name = door.split(".")
            owner = content
            for step in path:
                owner = getattr(owner, step, None)
            if function := getattr(owner, name, None):
                setattr(owner, name, through(function, part, measurement))
            else:
                measurement.missing.append(f"{module}:{door}")
    elif module == NODES:
        content._is_measured = True
        run = content.GraphRunnableTask.call_runner

        @wraps(run)
        def call_runner(task: Any, runner: Any) -> Any:
            part = TESTS if runner.node.resource_type in ("test", "unit_test") else MODELS
            with measurement.node(part, str(runner.node.unique_id)):
                return run(task, runner)

        content.GraphRunnableTask.call_runner = call_runner
    elif module == CONNECTIONS:
        content._is_measured = True
        answer = content.ThreadingHTTPServer.process_request_thread

        @wraps(answer)
        def process_request_thread(*arguments: Any) -> None:
            try:
                answer(*arguments)
            finally:
                measurement.move(time.thread_time(), SERVERS)

        content.ThreadingHTTPServer.process_request_thread = process_request_thread


def through(door: Callable[..., Any], part: str, measurement: Measurement) -> Callable[..., Any]:
    """A function with its part around it."""

    @wraps(door)
    def measured(*arguments: Any, **named: Any) -> Any:
        name = part + arguments[1][0].name if part == PULL else part
        with measurement.part(name):
            return door(*arguments, **named)

    return measured


def environment(folder: Path) -> dict[str, str]:
    """The variables with which a process and its children are measured, into `folder`."""
    path = [Path(__file__).parent / "measured", REPOSITORY]
    return {FOLDER: str(folder), "PYTHONPATH": os.pathsep.join(map(str, path))}


def processes(folder: Path) -> Sequence[dict[str, Any]]:
    """What each process has written."""
    return [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))]
