"""The KPIs that are kept in sheets: declared in one YAML file, without SQL.

    headcount:
      kind: stock            # flow, stock or ratio
      unit: people           # `money` in the reporting currency, `percent` for a share
      direction: up          # which way is better
      owner: people@example.com
      every: month           # how often a number is due: day (the default), week, month, quarter
      dimensions: [team]     # the further columns that are read; no other is
      precision: 0
      label: Headcount
      description: People employed, as counted on the last day of the month.

All but kind, unit, direction and owner may be left out. With the dimension `currency` money is in its own
currency, and `conversion` and `money` say how it is converted, as in pipelines/okr/kpi/conversion.py.
"""

from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from connectors.spreadsheet.declared import SheetKpi
from pipelines.errors import OkraError
from pipelines.okr.definition.definitions import refusal
from pipelines.okr.definition.faults import Fault, form_faults
from pipelines.okr.definition.yaml_tree import Tree, TreeError, read_tree
from pipelines.okr.kpi.conversion import ConversionError
from pipelines.okr.kpi.kpi import Direction, Kpi

SHEET_MODEL = "sheet_kpi_days"
"""The model of all KPIs that are kept in sheets."""
SLUG = r"^[a-z][a-z0-9_]*$"
COLUMNS = {"kpi", "date", "value", "numerator", "denominator"}
"""What no dimension can be called: a sheet has these columns anyway."""
Slug = Annotated[str, Field(pattern=SLUG)]


class KpiDefinitionError(OkraError):
    """A KPI does not say what a KPI must say; the text names file, fault and remedy."""


class SheetKpiDeclaration(SheetKpi):
    """All that the file says of one KPI: about its rows, which the connector reads, and about what they mean."""

    model_config = ConfigDict(extra="forbid")

    unit: str = Field(min_length=1, examples=["people"])
    direction: Direction = Field(examples=["up"])
    owner: str = Field(min_length=1, examples=["people@example.com"])
    dimensions: tuple[Slug, ...] = Field((), examples=["[team]"])
    precision: int = Field(0, ge=0, le=6, examples=["2"])
    label: str = Field("", examples=["Headcount"])
    description: str = Field("", examples=["People employed"])
    conversion: Any = Field(None, examples=["booking"])
    money: list[str] | None = Field(None, examples=["[numerator, denominator]"])

    @field_validator("kind", mode="before")
    @classmethod
    def _no_distinct(cls, kind: object) -> object:
        if kind == "distinct":
            raise refusal(
                "a distinct count cannot be kept in a sheet",
                "write `kind: stock` and how often it is counted, such as `every: month`",
            )
        return kind

    @field_validator("dimensions")
    @classmethod
    def _own_names(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name in COLUMNS:
                raise refusal(f"no dimension can be called `{name}`", "rename the sheet's column")
            if names.count(name) > 1:
                raise refusal(f"the dimension `{name}` is given twice", "keep one of them")
        return names

    @model_validator(mode="after")
    def _convertible(self) -> Self:
        try:
            self.named("")
        except ConversionError as error:
            raise refusal(error.what, error.remedy) from None
        return self

    def named(self, name: str) -> Kpi:
        """The KPI of this name."""
        return Kpi.declared(name, self.model_dump(), SHEET_MODEL)


def read_sheet_kpis(path: Path, shown: str, taken: Collection[str] = ()) -> dict[str, Kpi]:
    """The KPIs that the file declares, by name; none where there is no file.

    `shown` is what the file is called in a fault, `taken` are the names of the KPIs in SQL.
    Raises `KpiDefinitionError` with every fault on a line of its own, as `file:line: fault; remedy`.
    """
    if not path.exists():
        return {}
    try:
        tree = read_tree(path.read_text(encoding="utf-8", errors="replace"))
    except TreeError as error:
        fault = Fault(shown, error.line, error.what, error.remedy)
        raise KpiDefinitionError(str(fault)) from None
    kpis: dict[str, Kpi] = {}
    faults: list[Fault] = []
    if tree.data is not None and not isinstance(tree.data, dict):
        faults.append(Fault(shown, 1, "not a mapping of KPIs", "write `name:` and its keys below"))
    for name in tree.data if isinstance(tree.data, dict) else ():
        faults += name_faults(shown, tree, name, taken)
        if not isinstance(tree.at(name), dict):
            what = f"`{name}` declares nothing"
            remedy = "write `kind:`, `unit:`, `direction:` and `owner:` below it"
            faults.append(Fault(shown, tree.line((name,)), what, remedy))
            continue
        try:
            kpis[name] = SheetKpiDeclaration.model_validate(tree.at(name)).named(name)
        except ValidationError as error:
            for fault in form_faults(shown, below(tree, name), error, SheetKpiDeclaration):
                faults.append(Fault(shown, fault.line, f"`{name}`: {fault.what}", fault.remedy))
    if faults:
        raise KpiDefinitionError("\n".join(str(fault) for fault in sorted(set(faults))))
    return kpis


def name_faults(shown: str, tree: Tree, name: str, taken: Collection[str]) -> list[Fault]:
    """What is wrong with the name of a KPI."""
    line = tree.line((name,))
    if not name.replace("_", "a").isalnum() or not name.islower() or not name[:1].isalpha():
        what = f"`{name}` is no name of a KPI"
        return [Fault(shown, line, what, "write lower-case letters, digits and _ only")]
    if name in taken:
        what = f"`{name}` is already computed by models/kpis/kpi_{name}.sql"
        return [Fault(shown, line, what, "give one of them another name")]
    return []


def below(tree: Tree, name: str) -> Tree:
    """The part of a tree below one of its keys, with the lines it has in the file."""
    lines = {path[1:]: line for path, line in tree.lines.items() if path[:1] == (name,)}
    return Tree(tree.at(name), lines)
