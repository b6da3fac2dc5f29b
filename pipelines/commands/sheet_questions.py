"""What `okra init` asks about a person's own sheets: what the numbers in them are."""

import os
from collections.abc import Collection, Iterator
from pathlib import Path

from pydantic import ValidationError

from connectors.sdk.errors import SourceError
from connectors.sdk.sheets.cells import is_empty
from connectors.sdk.sheets.files import grid_of
from connectors.spreadsheet.header import header_of
from pipelines.commands.console import Output
from pipelines.commands.questions import ask, choose
from pipelines.commands.scaffolding import title
from pipelines.inputs.sheet_kpis import SheetKpiDeclaration
from pipelines.okr.definition.faults import form_faults
from pipelines.okr.definition.yaml_tree import Tree

KINDS = ("flow", "stock")
CADENCES = ("day", "week", "month", "quarter")


def ask_of_sheets(
    sheets: str, project: Path, taken: Collection[str], output: Output
) -> dict[str, dict[str, str]]:
    """The declaration of each KPI in the sheets, by its name. `taken`: names of KPIs that are declared elsewhere."""
    declared: dict[str, dict[str, str]] = {}
    for sheet in sheets.split(","):
        for name, is_ratio in kpis_in(sheet.strip(), project, output):
            if name not in taken and name not in declared:
                output.note(f"The sheet holds {name}:")
                declared[name] = declaration_of(name, output, is_ratio=is_ratio)
    return declared


def declaration_of(name: str, output: Output, *, is_ratio: bool) -> dict[str, str]:
    """What a KPI of a sheet is, asked until it can be right."""
    while True:
        fields = {
            "label": title(name),
            "kind": "ratio"
            if is_ratio
            else choose("  flow (adds up over days) or stock (a level)", KINDS, "flow"),
            "unit": ask("  unit (money, percent, orders, people ...)", "money"),
            "direction": choose("  better is up or down", ("up", "down"), "up"),
            "every": choose("  a number is due each day, week, month or quarter", CADENCES, "day"),
            "owner": ask("  who answers for it", "me@example.com"),
        }
        if fields["unit"] == "percent" and not is_ratio:
            fields["scale"] = choose("  all of it is 1 or 100", ("0-1", "0-100"), "0-100")
        try:
            SheetKpiDeclaration.model_validate(fields)
        except ValidationError as error:
            for fault in form_faults(name, Tree(fields), error, SheetKpiDeclaration):
                output.warn(f"  {fault.what}; {fault.remedy}")
        else:
            return fields


def kpis_in(location: str, project: Path, output: Output) -> Iterator[tuple[str, bool]]:
    """The KPIs of a CSV or workbook on this machine, and whether each is a ratio."""
    place, _, tab = location.partition("#")
    # the project's folder may not be there yet, so `..` is taken off the path first
    path = Path(os.path.normpath(project / Path(place).expanduser()))
    if not path.is_file():
        output.note(f"{location} is no file on this machine: declare its KPIs in kpis/")
        return
    try:
        grid = grid_of(path.read_bytes(), path.name, tab)
        header = header_of(grid, ())
    except SourceError as fault:
        output.warn(str(fault))
        return
    is_ratio: dict[str, bool] = {}
    for line in grid.lines[header.index + 1 :]:
        name = header.cell(line, "kpi")
        if isinstance(name, str) and (kpi := name.strip()):
            has_denominator = not is_empty(header.cell(line, "denominator"))
            is_ratio[kpi] = is_ratio.get(kpi, False) or has_denominator
    yield from is_ratio.items()
