"""Reads the OKR files of this installation and checks them against its KPIs."""

from pathlib import Path

from pipelines.errors import OkraError
from pipelines.inputs.kpi_files import declared_kpis, shown
from pipelines.okr.definition.loading import Loaded, load
from pipelines.okr.kpi.kpi import Kpi
from pipelines.settings import Settings


class NoDefinitionsError(OkraError):
    """The folder of the OKR files is missing; the message names it and the remedy."""


def definition_files(settings: Settings) -> list[Path]:
    """The OKR files of this installation. Raises `NoDefinitionsError` when their folder is missing."""
    folder = settings.definitions_path
    if not folder.is_dir():
        raise NoDefinitionsError(
            f"{shown(folder)} is no folder; make it, or set OKRA_OKR_DEFINITIONS to where the OKR files are"
        )
    return okr_files(settings)


def okr_files(settings: Settings) -> list[Path]:
    """The files below the folder of OKR files, sorted by path; none when there is no such folder.

    Files and folders whose names begin with a dot belong to editors and version control, and are left out. So is the
    declaration of sheet KPIs, which `okra init` writes into a subfolder.
    """
    folder = settings.definitions_path
    return sorted(
        path
        for suffix in ("yml", "yaml")
        for path in folder.rglob(f"*.{suffix}")
        if path.resolve() != settings.sheet_kpis_path
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def read_objectives(settings: Settings) -> tuple[Loaded, dict[str, Kpi]]:
    """The valid objectives, the faults of the others, and the KPIs they were checked against.

    Raises `NoDefinitionsError`, and `KpiDefinitionError` when a KPI is not described.
    """
    kpis = declared_kpis(settings)
    files = {
        shown(path): path.read_text(encoding="utf-8", errors="replace")
        for path in definition_files(settings)
    }
    return load(files, kpis, settings.fiscal_year_start), kpis
