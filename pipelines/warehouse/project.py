"""The dbt project: what it is told about this installation, where its manifest is and when it is parsed."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from connectors.lake.atomic_files import replace
from connectors.lake.catalog import write_catalog
from connectors.sdk import catalog
from pipelines.errors import OkraError
from pipelines.inputs.kpi_files import KPI_FOLDER, declared_kpis, kpi_names
from pipelines.inputs.lake import open_lake
from pipelines.settings import ROOT, Settings
from pipelines.tables.locks import exclusive
from pipelines.warehouse.kpi_declarations import write_kpis
from pipelines.warehouse.spark.requirements import require_spark

FINGERPRINT_FILE = "manifest.fingerprint"
"""The file beside the manifest that holds the fingerprint of the files it was parsed from."""
PARSE_TIMEOUT = 300.0
"""Seconds to wait for another process that parses the models."""


class ModelsError(OkraError):
    """The dbt project cannot be read; the text is dbt's own."""


def dbt_environment(settings: Settings, as_of: date, run_id: str) -> dict[str, str]:
    """The variables that the dbt project reads. `as_of`: the day being played; `run_id`: goes into the KPI rows."""
    return static_environment(settings) | {"OKRA_AS_OF": as_of.isoformat(), "OKRA_RUN_ID": run_id}


def static_environment(settings: Settings) -> dict[str, str]:
    """The variables that do not change from run to run."""
    return {
        "OKRA_ENGINE": settings.engine,
        "OKRA_PYTHON": sys.executable,
        "OKRA_LAKE": str(settings.lake_location),
        "OKRA_WAREHOUSE": str(settings.warehouse_path),
        "OKRA_TIMEZONE": settings.timezone,
        "OKRA_CURRENCY": settings.currency,
        "OKRA_FISCAL_YEAR_START": str(settings.fiscal_year_start),
        "OKRA_KPIS": ",".join(kpi_names(KPI_FOLDER)),
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


def ensure_manifest(settings: Settings, environment: Mapping[str, str]) -> Path:
    """Parse the models again if a file of the project has changed. Returns the manifest's path.

    `environment`: that of this process, which dbt's process gets too. Raises `ModelsError`, and `SparkMissingError`
    where the engine is not installed.
    """
    if settings.engine == "spark":
        require_spark()
    manifest, parsed = manifest_path(settings), target_folder(settings) / FINGERPRINT_FILE
    fingerprint = project_fingerprint()
    # dbt writes the manifest in place, so only one process may parse at a time
    with exclusive(target_folder(settings) / "parse.lock", wait=PARSE_TIMEOUT):
        if not (manifest.exists() and parsed.exists() and parsed.read_text("ascii") == fingerprint):
            parse(settings, environment)
            replace(parsed, lambda temporary: temporary.write_text(fingerprint, "ascii"))
    return manifest


def parse(settings: Settings, environment: Mapping[str, str]) -> None:
    """Run `dbt parse`, which writes the manifest. Raises `ModelsError` with dbt's output."""
    done = subprocess.run(  # noqa: S603 - our own interpreter, arguments of our own
        [sys.executable, "-m", "dbt.cli.main", "--quiet", "parse", "--project-dir", str(ROOT)],
        env={**environment, **static_environment(settings)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ModelsError(f"dbt cannot read the models: {(done.stdout + done.stderr).strip()}")


def dbt_program(settings: Settings) -> Path:
    """The dbt that runs the models: this environment's own, or the script that makes a Spark session first."""
    if settings.engine == "spark":
        return ROOT / "pipelines" / "warehouse" / "spark" / "dbt-on-spark"
    return Path(sys.executable).with_name("dbt")


def project_fingerprint() -> str:
    """A hash of path, size and modification time of every file that dbt reads."""
    paths = [ROOT / "dbt_project.yml", ROOT / "profiles.yml", *(ROOT / "macros").rglob("*.sql")]
    for suffix in ("sql", "yml", "csv"):
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
    write_catalog(lake, catalog.sources().values())
