"""The dbt project: what it is told about this installation, where its manifest is and when it is parsed."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from connectors.lake.addresses import is_in_bucket
from connectors.lake.atomic_files import replace
from connectors.lake.catalog import write_catalog
from pipelines.inputs.composing import compose, files_below, with_kpis
from pipelines.inputs.composition import KPI_PREFIX, PACKAGES, Composition
from pipelines.inputs.declarations import DeclaredKpis
from pipelines.inputs.kpi_files import declared_kpis
from pipelines.inputs.lake import open_lake
from pipelines.settings import BUILT_IN, Settings
from pipelines.tables.locks import exclusive
from pipelines.warehouse import dbt_command
from pipelines.warehouse.dbt_messages import errors_in
from pipelines.warehouse.kept_parses import (
    FINGERPRINT_FILE,
    LEFT_OUT_FILE,
    MANIFEST_FILE,
    PARSED_FILE,
    digest_of,
    forget_damaged,
    kept_state,
    state_of_parse,
)
from pipelines.warehouse.kpi_declarations import write_kpis
from pipelines.warehouse.left_out import (
    LeftOut,
    parse_what_can_be,
    read_left_out,
    write_left_out,
)
from pipelines.warehouse.packages import install_packages
from pipelines.warehouse.project_folder import ROOT_FILES, make_folder
from pipelines.warehouse.spark.requirements import require_spark

PROJECT_NAME = "okra"
PARSE_LOCK = "parse.lock"
"""The file that a process holds while it parses, as dbt writes in place."""
PARSE_TIMEOUT = 300.0
"""Seconds to wait for another process that parses the models."""
_CHOICES_OF_DBT = frozenset([
    "CACHE_SELECTED_ONLY", "DEFER", "DEFER_STATE", "DEFER_TO_STATE", "EMPTY", "EVENT_TIME_END", "EVENT_TIME_START",
    "EXCLUDE_RESOURCE_TYPES", "EXPORT_SAVED_QUERIES", "FAIL_FAST", "FAVOR_STATE", "FAVOR_STATE_MODE", "FULL_REFRESH",
    "INDIRECT_SELECTION", "INTROSPECT", "PARTIAL_PARSE", "PARTIAL_PARSE_FILE_DIFF", "PARTIAL_PARSE_FILE_PATH",
    "PROFILE", "RESOURCE_TYPES", "SAMPLE", "SINGLE_THREADED", "STATE", "STATIC_PARSER", "STORE_FAILURES", "TARGET",
    "USE_FAST_TEST_EDGES", "VERSION_CHECK", "WARN_ERROR", "WARN_ERROR_OPTIONS", "WRITE_JSON",
])  # fmt: skip
"""What dbt reads of the environment that says which models it makes of what, without `DBT_` or `DBT_ENGINE_`."""


@dataclass(frozen=True)
class ComposedProject:
    """The dbt project of an installation: its files, and where dbt runs in it and writes to."""

    settings: Settings
    composition: Composition

    @cached_property
    def is_checkout(self) -> bool:
        """Whether it has each file of Okra's own, and no other."""
        return self.composition.written == files_below(BUILT_IN) and not self.composition.generated

    @cached_property
    def target(self) -> Path:
        """The folder of dbt's artifacts, one for each engine.

        That of the whole of Okra's own project is beside it, so that all homes share what is parsed; every other is in
        the home, and so is this one where the checkout is read-only (another user's, or in a container).
        """
        shared = BUILT_IN / "target"
        is_writable = os.access(shared if shared.exists() else BUILT_IN, os.W_OK)
        is_shared = self.is_checkout and is_writable
        folder = shared if is_shared else self.settings.state_path / "target"
        return folder / "spark" if self.settings.engine == "spark" else folder

    @property
    def manifest(self) -> Path:
        """Where dbt writes its manifest."""
        return self.target / MANIFEST_FILE

    @property
    def left_out(self) -> list[LeftOut]:
        """What could not be parsed when it was parsed last."""
        return read_left_out(self.target / LEFT_OUT_FILE)

    @property
    def folder(self) -> Path:
        """The folder that dbt runs in: the checkout, or a folder of links to what is in the project."""
        return self.folder_without(self.left_out)

    def folder_without(self, faults: Sequence[LeftOut]) -> Path:
        """The folder of the project without what could not be parsed."""
        return BUILT_IN if self.is_checkout and not faults else self.target / "project"

    def source_of(self, place: str) -> tuple[Path, int | None]:
        """The file that a person wrote of which `place` comes, and the line in it."""
        if path := self.composition.written.get(place):
            return path, None
        file, _, line = self.composition.origins.get(place, "").partition(":")
        if not file:
            return self.folder / place, None
        return self.settings.project_path / file, int(line) if line.isdigit() else None

    @property
    def fingerprint(self) -> str:
        """A hash of every file that dbt reads, and of dbt's version, as another release reads no other's parse.

        Of a file that is generated it takes the content, else size and time.
        """
        own = {place: BUILT_IN / place for place in ROOT_FILES}
        files = [
            (place, path.stat().st_size, path.stat().st_mtime_ns)
            for place, path in sorted({**self.composition.written, **own}.items())
        ]
        versions = [version(name) for name in ("dbt-core", "dbt-adapters")]
        facts = [files, sorted(self.composition.generated.items()), versions]
        return hashlib.sha256(repr(facts).encode()).hexdigest()


def project_of(settings: Settings, declared: DeclaredKpis | None = None) -> ComposedProject:
    """The dbt project of this installation, as its files are now. `declared`: its KPIs, where they are read already."""
    kpis = declared_kpis(settings) if declared is None else declared
    return ComposedProject(settings, with_kpis(compose(settings), kpis))


def dbt_environment(project: ComposedProject, as_of: date, run_id: str) -> dict[str, str]:
    """The variables that the dbt project reads. `as_of`: the day being played; `run_id`: goes into the KPI rows."""
    return static_environment(project) | {"OKRA_AS_OF": as_of.isoformat(), "OKRA_RUN_ID": run_id}


def static_environment(
    project: ComposedProject, faults: Sequence[LeftOut] | None = None
) -> dict[str, str]:
    """The variables that do not change from run to run. `faults`: what is left out of the project, if not as parsed."""
    faults = project.left_out if faults is None else faults
    settings = project.settings
    missing = {model for fault in faults for model in fault.models}
    kpis = [x for x in sorted(project.composition.kpi_sql) if f"{KPI_PREFIX}{x}" not in missing]
    return {
        **choices_of_others(os.environ),
        "OKRA_ENGINE": settings.engine,
        "OKRA_PYTHON": sys.executable,
        "OKRA_LAKE": str(settings.lake_location),
        "OKRA_LAKE_IN_BUCKET": "1" if is_in_bucket(settings.lake_location) else "",
        "OKRA_WAREHOUSE": str(settings.warehouse_path),
        "OKRA_TIMEZONE": settings.timezone,
        "OKRA_CURRENCY": settings.currency,
        "OKRA_FISCAL_YEAR_START": str(settings.fiscal_year_start),
        "OKRA_FISCAL_WEEKS": fiscal_weeks(settings),
        "OKRA_LARGEST_MEMBERS": str(settings.largest_members),
        "OKRA_KPIS": ",".join(kpis),
        "OKRA_MACROS": macros_fingerprint(project.composition),
        "OKRA_LEFT_OUT": ",".join(sorted(missing | project.composition.off.keys())),
        "OKRA_MEMORY": settings.memory,
        "OKRA_STORAGE_VERSION": settings.storage_version,
        "DBT_TARGET_PATH": str(project.target),
        # not logs/, which Dagster takes for its own
        "DBT_LOG_PATH": str(project.target / "logs"),
        "DO_NOT_TRACK": "1",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


def choices_of_others(environment: Mapping[str, str]) -> dict[str, str]:
    """The choices that a shell makes for another dbt project (`DBT_TARGET=prod`), each as if it were not made.

    With some every run would fail, and with `DBT_EMPTY` all tables would be without a row.
    """
    return {
        name: ""
        for name in environment
        if name.startswith("DBT_")
        and name.removeprefix("DBT_").removeprefix("ENGINE_") in _CHOICES_OF_DBT
    }


def fiscal_weeks(settings: Settings) -> str:
    """A fiscal year of whole weeks as the macros read it: how many days after the first of its month it may begin, the
    first weekday, and the weeks of each period of a month, quarter and half; empty where it is made of months.
    """
    weeks = settings.fiscal_year.weeks
    if weeks is None:
        return ""
    parts = [
        ",".join(map(str, weeks.weeks_by(cadence))) for cadence in ("month", "quarter", "half")
    ]
    return " ".join([str(weeks.days_near), str(weeks.first_weekday), *parts])


def macros_fingerprint(composition: Composition) -> str:
    """A hash of the text of all macros: a table that is kept from run to run is made again when one of them changes."""
    places = sorted(place for place in composition.written if place.startswith("macros/"))
    texts = [(place, composition.text(place)) for place in places]
    return hashlib.sha256(repr(texts).encode()).hexdigest()[:12]


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


def dbt_program(settings: Settings) -> Path:
    """The dbt that runs the models: this environment's own, or the script that makes a Spark session first."""
    if settings.engine == "spark":
        return Path(__file__).parent / "spark" / "dbt-on-spark"
    return Path(sys.executable).with_name("dbt")


def catalog_lake(settings: Settings, declared: DeclaredKpis) -> None:
    """Write what the staging models read first: the lake's catalog and the KPIs that are declared."""
    lake = open_lake(settings)
    write_kpis(lake, declared.kpis.values())
    on = settings.sources_by_name
    write_catalog(lake, [source for source in settings.sources_in_lake if source.name in on])
