"""The KPIs that a sheet may hold, from the file that OKRA_SHEET_KPIS names.

Read here as far as it says what a row looks like. Whoever makes KPIs of the rows checks the whole declaration, with
the line of each fault.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connectors.sdk.errors import Rejected
from connectors.sdk.project import current_project
from connectors.sdk.yaml_data import yaml_data

CONNECTOR = "spreadsheet"


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
    plan: bool = Field(False, examples=["true"])
    """Whether its days to come are known, as those of a budget are."""

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


def declared_kpis(path: str, account: str = "") -> SheetKpis:
    """The KPIs of the sheets of an account. Raises `Rejected` where a file is no mapping of KPIs.

    Those of the account without a name are in the file at `path`. Besides, each KPI in the project's `kpis/` whose
    `sheet` names the account is one: `sheet: finance` for `spreadsheet@finance`, `sheet: spreadsheet` for the other.
    """
    project = current_project()
    kpis: dict[str, SheetKpi] = {}
    broken: set[str] = set()
    for name, declaration in declarations_in(project / "kpis", account).items():
        add(name, declaration, kpis, broken)
    if account or (kpis and not (project / Path(path.strip()).expanduser()).exists()):
        return SheetKpis(kpis, frozenset(broken))
    for written, declaration in declarations_of_file(path).items():
        add(str(written), declaration, kpis, broken)
    return SheetKpis(kpis, frozenset(broken))


def add(name: str, declaration: object, kpis: dict[str, SheetKpi], broken: set[str]) -> None:
    """Read one declaration as far as it says what a row looks like."""
    try:
        kpis[name] = SheetKpi.model_validate(declaration)
    except ValidationError:
        broken.add(name)


def declarations_in(folder: Path, account: str) -> Mapping[str, object]:
    """The declarations of KPIs in the files of a folder that are kept in the sheets of an account.

    A file that cannot be read declares none: `okra check` says why.
    """
    declarations: dict[str, object] = {}
    for file in sorted([*folder.rglob("*.yml"), *folder.rglob("*.yaml")]):
        if any(part.startswith(".") for part in file.relative_to(folder).parts):
            continue
        try:
            if not file.is_file():  # a pipe would be waited for
                continue
            content = yaml_data(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if not isinstance(content, dict):
            continue
        defaults = content.pop("defaults", None)
        for name, own in content.items():
            whole = {
                **(defaults if isinstance(defaults, dict) else {}),
                **(own if isinstance(own, dict) else {}),
            }
            if account_of(whole.get("sheet")) == account:
                declarations[str(name)] = whole
    return declarations


def account_of(sheet: object) -> str | None:
    """The account that the key `sheet` of a KPI names; None where it names no sheet."""
    if not isinstance(sheet, str) or not sheet.strip():
        return None
    name = sheet.strip()
    return "" if name == CONNECTOR else name.removeprefix(f"{CONNECTOR}@")


def declarations_of_file(path: str) -> Mapping[object, object]:
    """What a file with nothing but the KPIs of sheets declares. Raises `Rejected`."""
    file = current_project() / Path(path.strip()).expanduser()
    try:
        content = yaml_data(file.read_text(encoding="utf-8")) or {}
        if not isinstance(content, dict):
            raise TypeError
    except FileNotFoundError:
        raise Rejected(
            f"OKRA_SHEET_KPIS names {file.name}, which is not there",
            f"declare the KPIs of the sheets in {path}: kind, unit, direction, owner of each",
        ) from None
    except (OSError, ValueError, TypeError):
        raise Rejected(
            f"{file.name} cannot be read as declarations of KPIs",
            "run `okra check`: it names the line",
        ) from None
    return content
