"""Runs `dbt build`: on DuckDB within this process, on Spark in a process of its own (docs/decisions/0042)."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import ExitStack, chdir, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.errors import OkraError
from pipelines.settings import BUILT_IN
from pipelines.warehouse.build_results import NodeResult, node_results
from pipelines.warehouse.dbt_command import with_lists_in_file
from pipelines.warehouse.dbt_messages import errors_in, sentence_of
from pipelines.warehouse.dbt_names import flat_names
from pipelines.warehouse.dbt_parse import kept_parse, manifest_of
from pipelines.warehouse.kept_parses import PARSED_FILE
from pipelines.warehouse.project import ComposedProject, dbt_program

RUN_FOLDER = "models-"
"""How the folder of one build's artifacts begins, below dbt's target folder."""
RESULT_EVENTS = frozenset({"LogModelResult", "LogSeedResult", "LogSnapshotResult", "LogTestResult"})
"""dbt's events that say how a model or a test ended."""
SELECTED = "okra:selected"
"""The tag by which the nodes of a build are selected."""
_LEVELS_SHOWN = frozenset({"info", "warn", "error"})

Event = Mapping[str, Any]
"""An event of dbt's, as its JSON log has it (https://docs.getdbt.com/reference/events-logging)."""


class DbtFailedError(OkraError):
    """dbt came to build nothing; the text is dbt's own."""


@dataclass(frozen=True)
class Build:
    """What a build came to. `events`: those of `RESULT_EVENTS`, in their order."""

    results: Sequence[NodeResult]
    events: Sequence[Event]
    folder: Path
    """Where dbt wrote the SQL that it ran."""

    def remove_artifacts(self) -> None:
        """Remove the folder, unless something failed: then it stays for debugging."""
        if not any(result.failed for result in self.results):
            shutil.rmtree(self.folder, ignore_errors=True)


def build(
    project: ComposedProject,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    nodes: Set[str] | None = None,
) -> Build:
    """Run `dbt build` with `arguments`. `environment`: the variables that the project reads, beside this process's.

    `nodes`: the ids of the models and tests that are built, where `arguments` select none.

    Call this only while no other thread uses the warehouse: dbt opens it with settings of its own. What dbt tells goes
    to standard output. Raises `DbtFailedError`.
    """
    project.target.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=RUN_FOLDER, dir=project.target))
    own = {"DBT_TARGET_PATH": str(folder), "DBT_LOG_PATH": str(folder)}
    run = build_in_own_process if project.settings.engine == "spark" else build_here
    results, events = run(project, ["build", *arguments], {**environment, **own}, nodes)
    return Build(results, events, folder)


def build_here(
    project: ComposedProject,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    nodes: Set[str] | None,
) -> tuple[list[NodeResult], list[Event]]:
    """Run dbt in this process, on what was parsed before.

    Nothing that dbt would write for a reader outside is written, and no log: its lines cost as much as a third of the
    SQL, as each is searched for secrets.
    """
    # here, because dbt's import takes a second
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner
    from dbt_common.events.functions import msg_to_dict

    events: list[Event] = []

    def note(event: Any) -> None:
        if event.info.level in _LEVELS_SHOWN and event.info.msg:
            print(event.info.msg, flush=True)  # noqa: T201 - Dagster keeps what a step prints
        if event.info.name in RESULT_EVENTS:
            events.append(msg_to_dict(event))

    flags = ("--no-write-json", "--log-level", "none", "--log-level-file", "none")
    folders = ("--project-dir", str(project.folder), "--profiles-dir", str(BUILT_IN))
    manifest = parsed_manifest(project)
    if nodes is not None:
        # one criterion: dbt looks through all nodes for each, three times
        for node in nodes:
            manifest.nodes[node].tags.append(SELECTED)
        arguments = [*arguments, *selecting([f"tag:{SELECTED}"])]
    with ExitStack() as restored:
        restored.enter_context(variables(environment))
        restored.enter_context(chdir(project.folder))
        restored.enter_context(interrupts_for_dbt())
        restored.enter_context(flat_names())
        # dbt keeps the file open, and DuckDB opens it with other settings only when it is closed
        restored.callback(DuckDBConnectionManager.close_all_connections)
        runner = dbtRunner(manifest=manifest, callbacks=[note])
        outcome = runner.invoke([*flags, *arguments, *folders])
    if isinstance(outcome.exception, KeyboardInterrupt):
        raise outcome.exception
    if outcome.result is None:
        raise DbtFailedError(f"dbt built nothing: {sentence_of(str(outcome.exception))}")
    results = outcome.result.results  # type: ignore[union-attr]
    return [
        NodeResult(
            row.node.unique_id,
            str(row.status),
            row.message or "",
            row.failures,
            getattr(row.node, "compiled_code", None) or "",
        )
        for row in results
        if row.node.resource_type != "operation"  # a hook of the whole run
    ], events


def parsed_manifest(project: ComposedProject) -> Any:
    """What dbt keeps of the parse, as dbt's own object. A build writes into it, so that each reads it anew."""
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    manifest = Manifest.from_msgpack(kept_parse(project), decoder=extended_mashumuro_decoder)
    # what dbt's loader adds to a parse that it kept
    manifest.build_parent_and_child_maps()  # type: ignore[no-untyped-call]
    manifest.build_flat_graph()  # type: ignore[no-untyped-call]
    return manifest


def selecting(criteria: Sequence[str]) -> Sequence[str]:
    """The arguments that select what the criteria name, and no tests beside it."""
    return ["--indirect-selection", "empty", "--select", " ".join(criteria)]


@contextmanager
def variables(environment: Mapping[str, str]) -> Iterator[None]:
    """Set variables of this process, and restore them at the end."""
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def interrupts_for_dbt() -> Iterator[None]:
    """Have Ctrl-C and a termination raise KeyboardInterrupt, at which dbt cancels its queries.

    Dagster's own handler raises an error that dbt does not know.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    signals = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, signal.default_int_handler) for number in signals]
    try:
        yield
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)


def build_in_own_process(
    project: ComposedProject,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    nodes: Set[str] | None,
) -> tuple[list[NodeResult], list[Event]]:
    """Run the program that makes a Spark session before dbt, and read its log."""
    folder = Path(environment["DBT_TARGET_PATH"])
    if nodes is not None:
        known = manifest_of(project)["nodes"]
        # a name is not enough: `kpis` is also a folder
        names = sorted(".".join(known[node]["fqn"]) for node in nodes)
        arguments = [*arguments, *selecting([f"fqn:{name}" for name in names])]
    (folder / PARSED_FILE).write_bytes(kept_parse(project))
    lines: list[str] = []
    with subprocess.Popen(  # noqa: S603 - our own program, arguments of our own
        [str(dbt_program(project.settings)), "--log-format", "json", *arguments,
         "--project-dir", str(project.folder), "--profiles-dir", str(BUILT_IN)],
        env=with_lists_in_file({**os.environ, **environment}, folder),
        cwd=project.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        try:
            for line in process.stdout:
                lines.append(line)
                print(message_of(line), flush=True)  # noqa: T201 - Dagster keeps what a step prints
        except BaseException:
            process.send_signal(signal.SIGINT)
            raise
    results = folder / "run_results.json"
    if not results.exists():
        told = "\n".join(errors_in("".join(lines))) or "".join(lines[-20:])
        raise DbtFailedError(f"dbt built nothing: {sentence_of(told)}")
    events = [json.loads(line) for line in lines if line.startswith("{")]
    return node_results(json.loads(results.read_bytes())), [
        event for event in events if event["info"]["name"] in RESULT_EVENTS
    ]


def message_of(line: str) -> str:
    """What a line of dbt's JSON log says; a line that is none, such as one of Spark's, as it is."""
    return str(json.loads(line)["info"]["msg"]) if line.startswith("{") else line.rstrip()
