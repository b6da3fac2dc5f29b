"""The dbt project: what it is told about this installation, where its manifest is and when it is parsed."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from connectors.lake.atomic_files import replace
from connectors.lake.catalog import write_catalog
from pipelines.inputs.kpi_files import KPI_FOLDER, PREFIX, declared_kpis, kpi_names
from pipelines.inputs.lake import open_lake
from pipelines.settings import ROOT, Settings
from pipelines.tables.locks import exclusive
from pipelines.warehouse.kpi_declarations import write_kpis
from pipelines.warehouse.left_out import (
    LeftOut,
    parse_what_can_be,
    read_left_out,
    write_left_out,
)
from pipelines.warehouse.spark.requirements import require_spark

FINGERPRINT_FILE = "manifest.fingerprint"
"""The file beside the manifest that holds the fingerprint of the files it was parsed from."""
LEFT_OUT_FILE = "left_out.json"
"""The file beside the manifest that says what could not be parsed."""
PARSE_TIMEOUT = 300.0
"""Seconds to wait for another process that parses the models."""


def dbt_environment(settings: Settings, as_of: date, run_id: str) -> dict[str, str]:
    """The variables that the dbt project reads. `as_of`: the day being played; `run_id`: goes into the KPI rows."""
    return static_environment(settings) | {"OKRA_AS_OF": as_of.isoformat(), "OKRA_RUN_ID": run_id}


def static_environment(
    settings: Settings, faults: Sequence[LeftOut] | None = None
) -> dict[str, str]:
    """The variables that do not change from run to run. `faults`: what is left out of the project, if not as parsed."""
    faults = left_out(settings) if faults is None else faults
    models = {model for fault in faults for model in fault.models}
    kpis = [name for name in kpi_names(KPI_FOLDER) if f"{PREFIX}{name}" not in models]
    return {
        "OKRA_ENGINE": settings.engine,
        "OKRA_PYTHON": sys.executable,
        "OKRA_LAKE": str(settings.lake_location),
        "OKRA_WAREHOUSE": str(settings.warehouse_path),
        "OKRA_TIMEZONE": settings.timezone,
        "OKRA_CURRENCY": settings.currency,
        "OKRA_FISCAL_YEAR_START": str(settings.fiscal_year_start),
        "OKRA_KPIS": ",".join(kpis),
        "OKRA_LEFT_OUT": ",".join(sorted(models)),
        "OKRA_MEMORY": settings.memory,
        "OKRA_STORAGE_VERSION": settings.storage_version,
        "DBT_TARGET_PATH": str(target_folder(settings)),
        # not logs/, which Dagster takes for its own
        "DBT_LOG_PATH": str(target_folder(settings) / "logs"),
        "DO_NOT_TRACK": "1",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


def target_folder(settings: Settings) -> Path:
    """The folder of dbt's artifacts, one for each engine.

    It is in the checkout, so that all homes share it; in this home where the checkout is read-only (another user's, or
    in a container).
    """
    shared = ROOT / "target"
    is_writable = os.access(shared if shared.exists() else ROOT, os.W_OK)
    folder = shared if is_writable else settings.state_path / "target"
    return folder / "spark" if settings.engine == "spark" else folder


def manifest_path(settings: Settings) -> Path:
    """Where `ensure_manifest` has dbt write its manifest."""
    return target_folder(settings) / "manifest.json"


def left_out(settings: Settings) -> list[LeftOut]:
    """What could not be parsed of the project as it was parsed last."""
    return read_left_out(target_folder(settings) / LEFT_OUT_FILE)


def project_folder(settings: Settings) -> Path:
    """The folder that dbt is to run in: the project's own, or its mirror without what is left out."""
    return mirror_folder(settings) if left_out(settings) else ROOT


def mirror_folder(settings: Settings) -> Path:
    """Where the mirror of the project is, if there is one."""
    return target_folder(settings) / "project"


def ensure_manifest(settings: Settings, environment: Mapping[str, str]) -> Path:
    """Parse the models again if a file of the project has changed. Returns the manifest's path.

    What cannot be parsed is left out (`left_out`). `environment`: that of this process, which dbt's process gets too.
    Raises `ModelsError`, and `SparkMissingError` where the engine is not installed.
    """
    if settings.engine == "spark":
        require_spark()
    folder = target_folder(settings)
    manifest, parsed = manifest_path(settings), folder / FINGERPRINT_FILE
    fingerprint = project_fingerprint()
    # dbt writes the manifest in place, so only one process may parse at a time
    with exclusive(folder / "parse.lock", wait=PARSE_TIMEOUT):
        if not (manifest.exists() and parsed.exists() and parsed.read_text("ascii") == fingerprint):
            faults = parse_what_can_be(
                ROOT,
                mirror_folder(settings),
                lambda project, faults: parse(settings, environment, project, faults),
            )
            replace(folder / LEFT_OUT_FILE, lambda temporary: write_left_out(temporary, faults))
            replace(parsed, lambda temporary: temporary.write_text(fingerprint, "ascii"))
    return manifest


def parse(
    settings: Settings, environment: Mapping[str, str], project: Path, faults: Sequence[LeftOut]
) -> str | None:
    """Run `dbt parse` in a folder, which writes the manifest. Returns dbt's message where it fails."""
    message = dbt_parse(settings, environment, project, faults)
    if message is None and has_seeds_elsewhere(manifest_of(settings), project):
        # dbt keeps what it parsed in the mirror, which is gone, or in the folder that a checkout was copied from
        (target_folder(settings) / "partial_parse.msgpack").unlink(missing_ok=True)
        message = dbt_parse(settings, environment, project, faults)
    return message or cycle_in(manifest_of(settings))


def manifest_of(settings: Settings) -> Mapping[str, Any]:
    """What dbt has just written."""
    content: Mapping[str, Any] = json.loads(manifest_path(settings).read_bytes())
    return content


def has_seeds_elsewhere(manifest: Mapping[str, Any], project: Path) -> bool:
    """Whether dbt would load a seed from another folder than the project's."""
    folders = {node["root_path"] for node in manifest["nodes"].values() if node.get("root_path")}
    return any(Path(folder).resolve() != project.resolve() for folder in folders)


def dbt_parse(
    settings: Settings, environment: Mapping[str, str], project: Path, faults: Sequence[LeftOut]
) -> str | None:
    """Run the command. Returns dbt's message where it fails."""
    done = subprocess.run(  # noqa: S603 - our own interpreter, arguments of our own
        [
            *(sys.executable, "-m", "dbt.cli.main", "--quiet", "--log-format", "json", "parse"),
            *("--project-dir", str(project), "--profiles-dir", str(ROOT)),
        ],
        env={**environment, **static_environment(settings, faults)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return "\n".join(errors_in(done.stdout)) or (done.stdout + done.stderr).strip()
    return None


def errors_in(log: str) -> Iterator[str]:
    """The messages of the errors in a log of dbt's, which has a JSON object a line."""
    for line in log.splitlines():
        if line.startswith("{"):
            info = json.loads(line)["info"]
            if info["level"] == "error" and info["name"] != "MainStackTrace":
                yield info["msg"]


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
        return ROOT / "pipelines" / "warehouse" / "spark" / "dbt-on-spark"
    return Path(sys.executable).with_name("dbt")


def project_fingerprint() -> str:
    """A hash of path, size and modification time of every file that dbt reads."""
    paths = [ROOT / "dbt_project.yml", ROOT / "profiles.yml", *(ROOT / "macros").rglob("*.sql")]
    for suffix in ("sql", "py", "yml", "yaml", "csv"):
        paths += (ROOT / "models").rglob(f"*.{suffix}")
    paths += (ROOT / "tests" / "models").rglob("*.sql")
    files = [
        (path.relative_to(ROOT).as_posix(), path.stat().st_size, path.stat().st_mtime_ns)
        for path in sorted(paths)
    ]
    return hashlib.sha256(repr(files).encode()).hexdigest()


def catalog_lake(settings: Settings) -> None:
    """Write what the staging models read first: the lake's catalog and the KPIs that are declared."""
    lake = open_lake(settings)
    write_kpis(lake, declared_kpis(settings).kpis.values())
    write_catalog(lake, settings.sources_in_lake)
