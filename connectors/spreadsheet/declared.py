"""The KPIs that a sheet may hold, from the file that OKRA_SHEET_KPIS names.

Read here as far as it says what a row looks like. Whoever makes KPIs of the rows checks the whole declaration, with
the line of each fault.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connectors.sdk.errors import Rejected
from connectors.sdk.project import current_project


class SheetKpi(BaseModel):
    """What the declaration of a KPI says about its rows; further keys are not read."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["flow", "stock", "ratio"] = Field(examples=["flow"])
    unit: str = ""
    precision: int = Field(0, ge=0, le=6, examples=["2"])
    every: Literal["day", "week", "month", "quarter"] = Field("day", examples=["month"])
    """The period for which a number is due."""
    dimensions: tuple[str, ...] = Field((), examples=["[team]"])
    """The further columns that are stored; no other is."""
    decimal: Literal[".", ","] | None = Field(None, examples=['","'])
    """What parts a number from its fraction where it is written as a text with thousands."""
    scale: Literal["0-1", "0-100"] | None = Field(None, examples=["0-100"])
    """Of a share: whether a number without a percent sign is 0.96 or 96 where it means 96 %."""

    @property
    def is_ratio(self) -> bool:
        """Whether a row has a numerator and a denominator instead of a value."""
        return self.kind == "ratio"

    @property
    def is_summed(self) -> bool:
        """Whether the numbers of several days add up, so that a period has one row."""
        return self.kind != "stock"

    @property
    def number_columns(self) -> tuple[str, ...]:
        """The columns that hold its numbers."""
        return ("numerator", "denominator") if self.is_ratio else ("value",)

    @property
    def is_share(self) -> bool:
        """Whether its value is a part of a whole, which may be written with a percent sign."""
        return self.unit == "percent" and not self.is_ratio

    @property
    def is_whole(self) -> bool:
        """Whether its values are whole numbers. Money of precision 0 is only shown in whole units."""
        return self.precision == 0 and not self.is_ratio and self.unit not in {"percent", "money"}


@dataclass(frozen=True)
class SheetKpis:
    """What the file declares."""

    kpis: Mapping[str, SheetKpi]
    """By name."""
    broken: frozenset[str] = frozenset()
    """The names whose declaration cannot be read."""


def declared_kpis(path: str) -> SheetKpis:
    """The declared KPIs. Raises `Rejected` where the file is no mapping of KPIs."""
    file = current_project() / Path(path.strip()).expanduser()
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        if not isinstance(content, dict):
            raise TypeError
    except FileNotFoundError:
        raise Rejected(
            f"OKRA_SHEET_KPIS names {file.name}, which is not there",
            f"declare the KPIs of the sheets in {path}: kind, unit, direction, owner of each",
        ) from None
    except (OSError, ValueError, TypeError, RecursionError, yaml.YAMLError):
        raise Rejected(
            f"{file.name} cannot be read as declarations of KPIs",
            "run `okra check`: it names the line",
        ) from None
    kpis, broken = {}, set()
    for name, declaration in content.items():
        try:
            kpis[str(name)] = SheetKpi.model_validate(declaration)
        except ValidationError:
            broken.add(str(name))
    return SheetKpis(kpis, frozenset(broken))


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
