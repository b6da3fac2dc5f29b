"""The parse of the dbt project: when it is due, and what is left out of it so that the rest can be read."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from connectors.lake.atomic_files import replace
from pipelines.inputs.composition import PACKAGES, Composition
from pipelines.settings import BUILT_IN
from pipelines.tables.locks import exclusive
from pipelines.warehouse import dbt_command
from pipelines.warehouse.dbt_environment import static_environment
from pipelines.warehouse.dbt_messages import errors_in
from pipelines.warehouse.kept_parses import (
    FINGERPRINT_FILE,
    LEFT_OUT_FILE,
    PARSED_FILE,
    digest_of,
    forget_damaged,
    kept_state,
    state_of_parse,
)
from pipelines.warehouse.left_out import LeftOut, parse_what_can_be, write_left_out
from pipelines.warehouse.packages import install_packages
from pipelines.warehouse.project import ComposedProject
from pipelines.warehouse.project_folder import make_folder
from pipelines.warehouse.spark.requirements import require_spark

PROJECT_NAME = "okra"
PARSE_LOCK = "parse.lock"
"""The file that a process holds while it parses, as dbt writes in place."""
PARSE_TIMEOUT = 300.0
"""Seconds to wait for another process that parses the models."""


def ensure_manifest(project: ComposedProject, environment: Mapping[str, str]) -> Path:
    """Parse the models again if a file of the project has changed, or a variable that dbt read while it parsed them.

    Returns the manifest's path.

    What cannot be parsed is left out (`left_out`). `environment`: that of this process, which dbt's process gets too.
    Raises `ModelsError`, and `SparkMissingError` where the engine is not installed.
    """
    if project.settings.engine == "spark":
        require_spark()
    parsed = project.target / FINGERPRINT_FILE
    with exclusive(project.target / PARSE_LOCK, wait=PARSE_TIMEOUT):
        if not is_parsed(project, environment) or lacks_packages(project):
            forget_damaged(project.target)
            begin_with_shared_parse(project)
            faults = parse_what_can_be(
                project.composition,
                lambda composition, faults: parse(project, environment, composition, faults),
                packages_left_out(project, environment),
            )
            replace(
                project.target / LEFT_OUT_FILE,
                lambda temporary: write_left_out(temporary, faults),
            )
            state = parsed_state(project, environment, variables_read(project))
            replace(parsed, lambda temporary: temporary.write_text(state, "ascii"))
    return project.manifest


def is_parsed(project: ComposedProject, environment: Mapping[str, str]) -> bool:
    """Whether the manifest that is there is that of the files and the variables as they are now."""
    state = kept_state(project.target)
    names = state.get("variables")
    if not isinstance(names, dict):
        return False
    now: object = json.loads(parsed_state(project, environment, names))
    return now == state


def parsed_state(
    project: ComposedProject, environment: Mapping[str, str], names: Iterable[str]
) -> str:
    """What a parse is made from: the files, and the variables of these names; and what it wrote."""
    values = {**environment, **static_environment(project, [])}
    return state_of_parse(project.target, project.fingerprint, values, names)


def variables_read(project: ComposedProject) -> Iterable[str]:
    """The variables of the environment that dbt read while it parsed the project last."""
    # here, because dbt's import takes a second
    from dbt.parser.manifest import extended_mashumuro_decoder

    kept = extended_mashumuro_decoder(  # type: ignore[no-untyped-call]
        (project.target / PARSED_FILE).read_bytes()
    )
    return [str(name) for name in kept["env_vars"]]


def kept_parse(project: ComposedProject) -> bytes:
    """What dbt keeps of the parse, as it wrote it. Raises `LockedError` while another process parses too long."""
    with exclusive(project.target / PARSE_LOCK, wait=PARSE_TIMEOUT):
        return (project.target / PARSED_FILE).read_bytes()


def lacks_packages(project: ComposedProject) -> bool:
    """Whether packages could not be installed when the project was parsed last: a network may be there again."""
    return any(PACKAGES in fault.files for fault in project.left_out)


def packages_left_out(
    project: ComposedProject, environment: Mapping[str, str]
) -> Sequence[LeftOut]:
    """Install the packages of the project. Returns what is left out of it where that fails."""
    if PACKAGES not in project.composition.generated:
        return []
    folder = project.folder_without([])
    make_folder(project.composition, folder)
    variables = {**environment, **static_environment(project, [])}
    return install_packages(project.composition, folder, dbt_command.without_lists(variables))


def begin_with_shared_parse(project: ComposedProject) -> None:
    """Have the first parse in a home begin with what is parsed of the checkout, where that is there: dbt reads again
    what differs only.
    """
    shared, own = BUILT_IN / "target" / PARSED_FILE, project.target / PARSED_FILE
    if own.exists() or project.settings.engine != "duckdb":
        return
    written = kept_state(shared.parent).get("written", {})
    if shared.exists() and written.get(PARSED_FILE) == digest_of(shared):
        shutil.copyfile(shared, own)


def parse(
    project: ComposedProject,
    environment: Mapping[str, str],
    composition: Composition,
    faults: Sequence[LeftOut],
) -> str | None:
    """Run `dbt parse` over files of the project, which writes the manifest. Returns dbt's message where it fails."""
    folder = project.folder_without(faults)
    if folder != BUILT_IN:
        make_folder(composition, folder)
    message = dbt_parse(project, environment, folder, faults)
    if message is None and has_seeds_elsewhere(manifest_of(project), folder):
        # dbt keeps what it parsed in a folder that is gone, or from which a checkout was copied
        (project.target / PARSED_FILE).unlink(missing_ok=True)
        message = dbt_parse(project, environment, folder, faults)
    return message or cycle_in(manifest_of(project))


def manifest_of(project: ComposedProject) -> Mapping[str, Any]:
    """What dbt wrote when it parsed the project last."""
    content: Mapping[str, Any] = json.loads(project.manifest.read_bytes())
    return content


def has_seeds_elsewhere(manifest: Mapping[str, Any], folder: Path) -> bool:
    """Whether dbt would load a seed from another file than the project's."""
    return any(
        Path(node["root_path"], node["original_file_path"]).resolve()
        != (folder / node["original_file_path"]).resolve()
        for node in manifest["nodes"].values()
        if node.get("root_path") and node["package_name"] == PROJECT_NAME
    )


def dbt_parse(
    project: ComposedProject,
    environment: Mapping[str, str],
    folder: Path,
    faults: Sequence[LeftOut],
) -> str | None:
    """Run the command in a folder. Returns dbt's message where it fails."""
    variables = {**environment, **static_environment(project, faults)}
    done = subprocess.run(  # noqa: S603 - our own interpreter, arguments of our own
        [
            *(
                sys.executable,
                "-m",
                dbt_command.__name__,
                "--quiet",
                "--log-format",
                "json",
                "parse",
            ),
            *("--project-dir", str(folder), "--profiles-dir", str(BUILT_IN)),
        ],
        env=dbt_command.with_lists_in_file(variables, project.target),
        cwd=BUILT_IN,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return "\n".join(errors_in(done.stdout)) or (done.stdout + done.stderr).strip()
    return None


def cycle_in(manifest: Mapping[str, Any]) -> str | None:
    """A message that names the files of models which read each other; dbt finds out only when it builds them."""
    nodes = manifest["nodes"]
    done: set[str] = set()

    def walk(name: str, path: tuple[str, ...]) -> tuple[str, ...]:
        if name in path:
            return path[path.index(name) :]
        if name in done or name not in nodes:
            return ()
        for parent in nodes[name]["depends_on"].get("nodes", ()):
            if cycle := walk(parent, (*path, name)):
                return cycle
        done.add(name)
        return ()

    cycle = next(filter(None, (walk(name, ()) for name in nodes)), ())
    files = [nodes[name]["original_file_path"] for name in cycle]
    return f"these models read each other in a circle: {', '.join(files)}" if files else None
