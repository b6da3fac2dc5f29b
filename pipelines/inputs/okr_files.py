"""Reads the OKR files of this installation and checks them against its KPIs."""

from dataclasses import replace
from pathlib import Path

from pipelines.errors import OkraError
from pipelines.inputs.contents import contents_of
from pipelines.inputs.declarations import DeclaredKpis
from pipelines.okr.definition.loading import Loaded, load
from pipelines.settings import Settings, shown


class NoDefinitionsError(OkraError):
    """The folder of the OKR files is missing; the message names it and the remedy."""


def definition_files(settings: Settings) -> list[Path]:
    """The OKR files of this installation. Raises `NoDefinitionsError` when their folder is missing."""
    folder = settings.definitions_path
    is_named = "okr_definitions" in settings.model_fields_set
    if settings.is_company and not is_named and not folder.exists():
        return []  # a company that has no goal yet
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


def read_objectives(settings: Settings, declared: DeclaredKpis) -> Loaded:
    """The valid objectives, checked against the KPIs, and the faults of the others. Raises `NoDefinitionsError`."""
    contents, closed = contents_of(definition_files(settings))
    loaded = load(
        contents,
        declared.kpis,
        settings.fiscal_year,
        broken_kpis=declared.broken,
        off_kpis=declared.off,
    )
    return replace(loaded, faults=tuple(sorted([*closed, *loaded.faults])))
