"""The OKR files of this installation, read against its KPIs."""

from pathlib import Path

from pipelines.errors import OkraError
from pipelines.inputs.kpi_files import declared_kpis, shown
from pipelines.okr.definition.loading import Loaded, load
from pipelines.okr.kpi.kpi import Kpi
from pipelines.settings import Settings


class NoDefinitionsError(OkraError):
    """The folder of the OKR files is not there; the text names it and what to do."""


def definition_files(settings: Settings) -> list[Path]:
    """The OKR files of this installation. Raises `NoDefinitionsError` when their folder is missing."""
    folder = settings.definitions_path
    if not folder.is_dir():
        raise NoDefinitionsError(
            f"{shown(folder)} is no folder; make it, or set OKRA_OKR_DEFINITIONS to where the OKR files are"
        )
    return files_below(folder)


def files_below(folder: Path) -> list[Path]:
    """The OKR files below a folder, by their paths; none where there is no such folder.

    Files and folders whose name begins with a dot are left out, as an editor's and a version control's own are.
    """
    return sorted(
        path
        for suffix in ("yml", "yaml")
        for path in folder.rglob(f"*.{suffix}")
        if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def read_objectives(settings: Settings) -> tuple[Loaded, dict[str, Kpi]]:
    """The sound objectives, the faults of the others, and the KPIs they were read against.

    Raises `NoDefinitionsError`, and `KpiDefinitionError` when a KPI is not described.
    """
    kpis = declared_kpis(settings)
    files = {
        shown(path): path.read_text(encoding="utf-8", errors="replace")
        for path in definition_files(settings)
    }
    return load(files, kpis, settings.fiscal_year_start), kpis
