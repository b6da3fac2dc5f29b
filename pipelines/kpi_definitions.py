"""The KPIs there are: one `models/kpis/kpi_<name>.sql` and its YAML each. There is no list to keep."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from pipelines.errors import OkraError
from pipelines.okr.kpi import Kpi

PREFIX = "kpi_"


class KpiDefinitionError(OkraError):
    """A KPI's YAML does not say what a KPI must say; the text names file, fault and remedy."""


def read_kpis(folder: Path) -> dict[str, Kpi]:
    """Every KPI by name, as `config.meta.kpi` in the YAML beside its SQL declares it.

    Raises `KpiDefinitionError`.
    """
    return {
        path.stem.removeprefix(PREFIX): read_kpi(path)
        for path in sorted(folder.glob(f"{PREFIX}*.sql"))
    }


def read_kpi(sql: Path) -> Kpi:
    """The KPI that `sql` computes."""
    described = sql.with_suffix(".yml")
    where = f"{described.parent.name}/{described.name}"
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
    return kpi_of(sql.stem.removeprefix(PREFIX), models[0].get("description", ""), meta, where)


def kpi_of(name: str, description: str, meta: Mapping[str, Any], where: str) -> Kpi:
    """The KPI that `meta` declares."""
    missing = [key for key in ("kind", "unit", "direction", "owner") if key not in meta]
    if missing:
        raise KpiDefinitionError(f"{where}: config.meta.kpi lacks {', '.join(missing)}; add it")
    return Kpi(
        name=name,
        kind=meta["kind"],
        unit=str(meta["unit"]),
        direction=meta["direction"],
        precision=int(meta.get("precision", 0)),
        dimensions=tuple(meta.get("dimensions", ())),
        owner=str(meta["owner"]),
        description=" ".join(description.split()),
        label=str(meta.get("label", name.replace("_", " "))),
    )
