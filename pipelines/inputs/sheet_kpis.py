"""The KPIs that are kept in sheets: declared in one YAML file, without SQL.

    headcount:
      kind: stock            # flow, stock or ratio
      unit: people           # `money` in the reporting currency, `percent` for a share
      direction: up          # which way is better
      owner: people@example.com
      every: month           # how often a number is due: day (the default), week, month, quarter
      dimensions: [team]     # the further columns that are read; no other is
      proportion: false      # true of a share of a whole in percent: below 0 and above 100 % is then a finding
      precision: 0           # decimals; 0 (the default) means whole numbers, except for money and shares
      label: Headcount
      description: People employed, as counted on the last day of the month.

Two further keys say what a number means that could be read in two ways:

      decimal: ","           # 1.234 is 1234 and 1,5 is 1.5; or ".", the other way round
      scale: 0-100           # of a percent KPI: 96 is 96 %; or 0-1, where 0.96 is

All but kind, unit, direction and owner may be left out. A day, week, month or quarter without a row is missing: where
there was nothing, a row says 0. With the dimension `currency` money is in its own
currency, and `conversion` and `money` say how it is converted, as in pipelines/okr/kpi/conversion.py.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from connectors.spreadsheet.declared import SheetKpi
from pipelines.inputs.declarations import DeclaredKpis
from pipelines.inputs.rosters import roster_faults
from pipelines.okr.definition.faults import Fault, blank_faults, form_faults, unreadable
from pipelines.okr.definition.field_types import refusal
from pipelines.okr.definition.kpi_declaration import NAME, NAME_REMEDY, KpiDeclaration
from pipelines.okr.definition.yaml_tree import Tree, TreeError, read_tree
from pipelines.okr.kpi.kpi import Kpi
from pipelines.settings.sources_file import UNNAMED
from pipelines.settings.written_files import content_of

SHEETS = "spreadsheet"
"""The connector of KPIs that are kept in sheets."""
SHEET_MODEL = "sheet_kpi_days"
"""The model of all KPIs that are kept in sheets, but plans."""
PLAN_MODEL = "sheet_plan_days"
"""The model of all plans that are kept in sheets."""
CLAIMED = re.compile(rf"^({NAME})[ \t]*:", re.MULTILINE)
"""A line that declares a KPI, in a file that is not YAML as a whole."""


class SheetKpiDeclaration(KpiDeclaration, SheetKpi):
    """All that the file says of one KPI: about its rows, which the connector reads, and about what they mean."""

    kind: Literal["flow", "stock", "ratio"] = Field(examples=["flow"])

    @field_validator("kind", mode="before")
    @classmethod
    def _no_distinct(cls, kind: object) -> object:
        if kind == "distinct":
            raise refusal(
                "a distinct count cannot be kept in a sheet",
                "write `kind: stock` and how often it is counted, such as `every: month`",
            )
        return kind

    @model_validator(mode="after")
    def _summed_denominator(self) -> Self:
        if self.denominator != "sum":
            what = "the denominator of a sheet's ratio is added up"
            raise refusal(what, "leave `denominator` out", key="denominator")
        return self

    @model_validator(mode="after")
    def _scale_of_a_share(self) -> Self:
        if self.scale and not self.is_share:
            what = "only a flow or stock in `percent` has a `scale`"
            raise refusal(what, "remove it, or write `unit: percent`", key="scale")
        return self

    def of_sheet(self, name: str, account: str = UNNAMED) -> Kpi:
        """The KPI of this name, whose rows are in the sheets of this account."""
        if self.plan:
            return replace(self.named(name, PLAN_MODEL), account=account)
        kpi = self.named(name, SHEET_MODEL)
        return replace(kpi, account=account, sheet_parts=(name,))


def read_sheet_kpis(
    path: Path, shown: str, taken: Collection[str] = (), rosters: Collection[str] = ()
) -> DeclaredKpis:
    """The KPIs that the file declares; none where there is no file.

    `shown` is what the file is called in a fault, `taken` are the names of the KPIs in SQL, `rosters` those there are.
    """
    if not path.exists():
        return DeclaredKpis()
    text = ""
    try:
        content = content_of(path)
        text = content.decode("utf-8", errors="replace")
        tree = read_tree(content)
    except TreeError as error:
        broken = dict.fromkeys(CLAIMED.findall(text), shown)
        return DeclaredKpis(faults=(unreadable(shown, error),), broken=broken)
    if tree.data is None:
        return DeclaredKpis()
    if not isinstance(tree.data, dict):
        fault = Fault(shown, 1, "not a mapping of KPIs", "write `name:` and its keys below")
        return DeclaredKpis(faults=(fault,))
    kpis: dict[str, Kpi] = {}
    faults: set[Fault] = set()
    parts = tree.parts
    for name in tree.data:
        own = name_faults(shown, tree, name, taken)
        own += declaration_faults(shown, parts[name], name, rosters)
        faults.update(own)
        if not own:
            kpis[name] = SheetKpiDeclaration.model_validate(tree.at(name)).of_sheet(name)
    broken = {name: shown for name in tree.data if name not in kpis}
    return DeclaredKpis(kpis, tuple(sorted(faults)), broken)


def declaration_faults(
    shown: str, tree: Tree, name: str, rosters: Collection[str]
) -> Iterator[Fault]:
    """What is wrong with the keys of a KPI; `tree` has what is written below its name."""
    if not isinstance(tree.data, dict):
        what = f"`{name}` declares nothing"
        remedy = "write `kind:`, `unit:`, `direction:` and `owner:` below it"
        yield Fault(shown, tree.line(()), what, remedy)
        return
    if blanks := blank_faults(shown, tree):
        for fault in blanks:
            yield Fault(shown, fault.line, f"`{name}`: {fault.what}", fault.remedy)
        return
    try:
        declaration = SheetKpiDeclaration.model_validate(tree.data)
    except ValidationError as error:
        faults = form_faults(shown, tree, error, SheetKpiDeclaration)
    else:
        faults = list(roster_faults(shown, tree, declaration.rosters, rosters))
    for fault in faults:
        yield Fault(shown, fault.line, f"`{name}`: {fault.what}", fault.remedy)


def name_faults(shown: str, tree: Tree, name: str, taken: Collection[str]) -> list[Fault]:
    """What is wrong with the name of a KPI."""
    line = tree.line((name,))
    if not re.fullmatch(NAME, name):
        return [Fault(shown, line, f"`{name}` is no name of a KPI", NAME_REMEDY)]
    if name in taken:
        what = f"`{name}` is already computed by models/kpis/kpi_{name}.sql"
        return [Fault(shown, line, what, "give one of them another name")]
    return []
