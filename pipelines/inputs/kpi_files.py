"""The KPIs there are: one `models/kpis/kpi_<name>.sql` and its YAML each, and those kept in sheets.

There is no list to keep.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import yaml

from pipelines.inputs.sheet_kpis import KpiDefinitionError, read_sheet_kpis
from pipelines.okr.kpi.conversion import MONEY, ConversionError
from pipelines.okr.kpi.kpi import Kpi
from pipelines.settings import ROOT, Settings

KPI_FOLDER = ROOT / "models" / "kpis"
PREFIX = "kpi_"


def declared_kpis(settings: Settings) -> dict[str, Kpi]:
    """Every KPI of this installation by name. Raises `KpiDefinitionError`."""
    kpis = read_kpis(KPI_FOLDER, settings.sheet_kpis_path)
    return {kpi.name: kpi for kpi in in_currency(kpis.values(), settings.currency)}


def in_currency(kpis: Iterable[Kpi], currency: str) -> Iterator[Kpi]:
    """The KPIs with the currency as the unit of those in money."""
    for kpi in kpis:
        yield replace(kpi, unit=currency) if kpi.unit == MONEY else kpi


def kpi_models() -> dict[str, str]:
    """The SQL of each model that works out a KPI, by the model's name."""
    return {path.stem: path.read_text(encoding="utf-8") for path in KPI_FOLDER.glob("*.sql")}


def kpi_names(folder: Path) -> list[str]:
    """The names of the KPIs that have SQL, in order."""
    return sorted(path.stem.removeprefix(PREFIX) for path in folder.glob(f"{PREFIX}*.sql"))


def read_kpis(folder: Path, sheet_kpis: Path) -> dict[str, Kpi]:
    """Every KPI by name: as `config.meta.kpi` in the YAML beside its SQL declares it, or `sheet_kpis`.

    Raises `KpiDefinitionError`.
    """
    names = kpi_names(folder)
    with_sql = {name: read_kpi(folder / f"{PREFIX}{name}.sql") for name in names}
    return with_sql | read_sheet_kpis(sheet_kpis, shown(sheet_kpis), names)


def shown(path: Path) -> str:
    """A path as a person would type it: from the project, where it is inside."""
    return os.path.relpath(path, ROOT) if path.is_relative_to(ROOT) else str(path)


def read_kpi(sql: Path) -> Kpi:
    """The KPI that `sql` computes."""
    described = sql.with_suffix(".yml")
    where = shown(described)
    if not described.exists():
        raise KpiDefinitionError(
            f"{where}: missing; describe the KPI (kind, unit, direction) beside its SQL"
        )
    content = yaml.safe_load(described.read_text(encoding="utf-8")) or {}
    models = [model for model in content.get("models", []) if model.get("name") == sql.stem]
    if not models:
        raise KpiDefinitionError(f"{where}: describes no model {sql.stem}; name it so")
    meta = models[0].get("config", {}).get("meta", {}).get("kpi")
    if not isinstance(meta, Mapping):
        raise KpiDefinitionError(f"{where}: has no config.meta.kpi; add kind, unit and direction")
    missing = [key for key in ("kind", "unit", "direction", "owner") if key not in meta]
    if missing:
        raise KpiDefinitionError(f"{where}: config.meta.kpi lacks {', '.join(missing)}; add it")
    denominator = meta.get("denominator", "sum")
    if denominator not in ("sum", "level") or (denominator == "level" and meta["kind"] != "ratio"):
        raise KpiDefinitionError(
            f"{where}: denominator is {denominator!r} of a {meta['kind']}; leave it out, or make it "
            "`level` in a ratio whose denominator is averaged over the days"
        )
    meta = {**meta, "description": models[0].get("description", "")}
    try:
        return Kpi.declared(sql.stem.removeprefix(PREFIX), meta, sql.stem)
    except ConversionError as error:
        raise KpiDefinitionError(f"{where}: {error.what}; {error.remedy}") from None
