"""Which KPIs a sheet may hold, as the file that OKRA_SHEET_KPIS names declares them.

The connector needs four things of a declaration: the kind (one number a row, or two), the rhythm, the
dimensions (the only further columns that are stored) and whether it is a share. All else is checked where
the KPIs are made, with the line of each fault.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import yaml

from connectors.sdk.errors import Rejected
from connectors.sdk.remote_files import PROJECT

RHYTHMS = ("day", "week", "month", "quarter")


@dataclass(frozen=True)
class SheetKpi:
    """What a declaration says about the rows of a KPI."""

    kind: str = "flow"
    every: str = "day"
    dimensions: tuple[str, ...] = ()
    unit: str = ""

    @property
    def is_ratio(self) -> bool:
        """Whether a row has a numerator and a denominator instead of a value."""
        return self.kind == "ratio"


def declared_kpis(path: str) -> dict[str, SheetKpi]:
    """The declared KPIs by name. Raises `Rejected`."""
    where = PROJECT / Path(path.strip()).expanduser()
    name = where.name
    try:
        found = yaml.safe_load(where.read_text(encoding="utf-8")) or {}
    except FileNotFoundError:
        raise Rejected(
            f"OKRA_SHEET_KPIS names {name}, which is not there",
            f"declare the KPIs of the sheets in {path}: kind, unit, direction, owner of each",
        ) from None
    except (OSError, ValueError, yaml.YAMLError):
        raise broken(name) from None
    if not isinstance(found, dict):
        raise broken(name)
    return {str(kpi): declared(name, meta) for kpi, meta in found.items()}


def declared(name: str, meta: object) -> SheetKpi:
    """One declaration."""
    if not isinstance(meta, Mapping):
        raise broken(name)
    kind, every = str(meta.get("kind")), str(meta.get("every", "day"))
    dimensions = meta.get("dimensions") or []
    if kind not in {"flow", "stock", "ratio"} or every not in RHYTHMS:
        raise broken(name)
    if not isinstance(dimensions, list):
        raise broken(name)
    return SheetKpi(kind, every, tuple(str(each) for each in dimensions), str(meta.get("unit", "")))


def broken(name: str) -> Rejected:
    """The file is not what it must be; which line, the check of the definitions says."""
    return Rejected(
        f"{name} cannot be read as declarations of KPIs", "run `okra check`: it names the line"
    )


def period_of(day: date, every: str, fiscal_year_start: int) -> date:
    """The first day of the week (from Monday), month or fiscal quarter that `day` falls in."""
    if every == "week":
        return day - timedelta(days=day.weekday())
    if every == "month":
        return day.replace(day=1)
    if every == "quarter":
        months = day.year * 12 + day.month - 1
        months -= (day.month - fiscal_year_start) % 3
        return date(months // 12, months % 12 + 1, 1)
    return day
