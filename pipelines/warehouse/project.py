"""How dbt is told about this installation, and where its project is."""

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

MADE_OF = "manifest.made-of"
"""The file beside the manifest that tells what it was made of."""
PARSE_WAIT = 300.0
"""Seconds that a process waits for another that has dbt read the models."""


class ModelsError(OkraError):
    """The dbt project cannot be read; the text is dbt's own."""


def dbt_environment(settings: Settings, as_of: date, run_id: str) -> dict[str, str]:
    """The variables that the dbt project reads. `as_of`: the day being played; `run_id`: goes into the KPI rows."""
    return static_environment(settings) | {
        "OKRA_AS_OF": as_of.isoformat(),
        "OKRA_RUN_ID": run_id,
    }


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
        "OKRA_STORAGE_VERSION": settings.storage_version,
        "DBT_TARGET_PATH": str(target_folder(settings)),
        # not logs/, which Dagster takes for its own
        "DBT_LOG_PATH": str(target_folder(settings) / "logs"),
        "DO_NOT_TRACK": "1",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


def target_folder(settings: Settings) -> Path:
    """Where dbt keeps what it makes of the models, by engine.

    It stands in the checkout, where all homes have it in common; where a checkout may not be written (another
    user's, a file system of a container's), in this home.
    """
    shared = ROOT / "target"
    is_ours = os.access(shared if shared.exists() else ROOT, os.W_OK)
    folder = shared if is_ours else settings.state_path / "target"
    return folder / "spark" if settings.engine == "spark" else folder


def manifest_path(settings: Settings) -> Path:
    """Where `ensure_manifest` has dbt write its manifest."""
    return target_folder(settings) / "manifest.json"


def ensure_manifest(settings: Settings, environment: Mapping[str, str]) -> Path:
    """Dbt's manifest, made anew when anything it was made of is another. Returns its path.

    `environment`: that of this process, which dbt's process gets too. Raises `ModelsError`, and where the engine is
    missing `SparkMissingError`.
    """
    if settings.engine == "spark":
        require_spark()
    manifest, noted = manifest_path(settings), target_folder(settings) / MADE_OF
    made_of = sources_fingerprint()
    # dbt writes the manifest in place: two that begin at once would write through each other
    with exclusive(target_folder(settings) / "parse.lock", wait=PARSE_WAIT):
        if not (manifest.exists() and noted.exists() and noted.read_text("ascii") == made_of):
            parse(settings, environment)
            replace(noted, lambda temporary: temporary.write_text(made_of, "ascii"))
    return manifest


def parse(settings: Settings, environment: Mapping[str, str]) -> None:
    """Have dbt write the manifest. Raises `ModelsError` with what dbt says."""
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
    """The dbt that runs the models: that of this interpreter's environment, or the one with a Spark session."""
    if settings.engine == "spark":
        return ROOT / "pipelines" / "warehouse" / "spark" / "dbt-on-spark"
    return Path(sys.executable).with_name("dbt")


def sources_fingerprint() -> str:
    """Tells by name, size and time whether any file that dbt reads is another. A renamed one is."""
    paths = [ROOT / "dbt_project.yml", ROOT / "profiles.yml", *(ROOT / "macros").rglob("*.sql")]
    for suffix in ("sql", "yml", "csv"):
        paths += (ROOT / "models").rglob(f"*.{suffix}")
    paths += (ROOT / "tests" / "models").rglob("*.sql")
    seen = [
        (path.relative_to(ROOT).as_posix(), path.stat().st_size, path.stat().st_mtime_ns)
        for path in sorted(paths)
    ]
    return hashlib.sha256(repr(seen).encode()).hexdigest()


def catalog_lake(settings: Settings) -> None:
    """Write what the staging models read first: the lake's catalog and the KPIs that are declared.

    Raises `KpiDefinitionError`.
    """
    lake = open_lake(settings)
    write_kpis(lake, declared_kpis(settings).values())
    write_catalog(lake, catalog.sources().values())
