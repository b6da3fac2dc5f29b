"""Reads `kpis/*.yml`: which KPIs are declared in it, what is wrong with the others, and the SQL of each.

    defaults: {owner: sales@example.com, direction: up}
    orders: {from: shop.orders, day: ordered_at, value: count(*), kind: flow, unit: orders}
    margin: {expr: net_sales - costs}

An entry that is broken takes down its own KPI, and no other. docs/kpis.md has every key.
"""

import re
from collections.abc import Iterator, Mapping

from connectors.spreadsheet.declared import account_of
from pipelines.inputs.composition import Composition
from pipelines.inputs.declarations import DeclaredKpis
from pipelines.inputs.sheet_kpis import CLAIMED
from pipelines.inputs.yaml_kpis.available import available_in
from pipelines.inputs.yaml_kpis.entries import KpiEntry, Reading, checked
from pipelines.inputs.yaml_kpis.expression_kpis import read_expression
from pipelines.inputs.yaml_kpis.forms import FORMS, WAYS, QueryKpi, SheetKpi, StreamKpi
from pipelines.inputs.yaml_kpis.stream_kpis import read_of_query, read_of_stream
from pipelines.okr.definition.faults import Fault, blank_faults, listed, suggestion, unreadable
from pipelines.okr.definition.kpi_declaration import NAME, NAME_REMEDY
from pipelines.okr.definition.yaml_tree import Tree
from pipelines.okr.kpi.kpi import Kpi
from pipelines.settings import Settings, shown
from pipelines.settings.kpi_queries import DEFAULTS, KpiFile, kpi_yaml_files
from pipelines.settings.sources_file import UNNAMED


def read_yaml_kpis(
    settings: Settings, project: Composition, written: Mapping[str, Kpi]
) -> DeclaredKpis:
    """The KPIs that the project declares in YAML. `written`: those that have SQL in the composed project."""
    reading = Reading(available_in(settings, project, written))
    for file in kpi_yaml_files(settings.project_path, without=settings.sheet_kpis_path):
        read_file(reading, file)
    while reading.waiting:  # one that names others reads those too
        read_expression(reading, next(iter(reading.waiting)), ())
    return reading.declared


def read_file(reading: Reading, file: KpiFile) -> None:
    """The KPIs of one file."""
    where = shown(file.path)
    if file.error:
        reading.faults.add(unreadable(where, file.error))
        reading.broken.update(dict.fromkeys(CLAIMED.findall(file.text), where))
        return
    if file.tree.data is not None and not isinstance(file.tree.data, dict):
        fault = Fault(where, 1, "not a mapping of KPIs", "write `name:` and its keys below")
        reading.faults.add(fault)
        return
    defaults = file.tree.at(DEFAULTS)
    if defaults is not None and not isinstance(defaults, dict):
        line = file.tree.line((DEFAULTS,))
        fault = Fault(where, line, f"`{DEFAULTS}` is no mapping", "write keys of KPIs below it")
        reading.faults.add(fault)
    parts = file.tree.parts
    for name in file.entries:
        below = parts[name]
        entry = KpiEntry(name, where, Tree(file.of(name), below.lines, below.blank))
        faults = [*name_faults(reading, entry)]
        if name in reading.places:
            continue_with = f"keep one of them; the other is in {reading.places[name]}"
            faults.append(entry.fault("declared twice", continue_with))
        else:
            reading.places[name] = f"{where}:{entry.tree.line(())}"
        if faults:
            reading.fail(name, *faults)
        else:
            read_entry(reading, entry)


def name_faults(reading: Reading, entry: KpiEntry) -> Iterator[Fault]:
    """What is wrong with the name of a KPI."""
    if not re.fullmatch(NAME, entry.name):
        line = entry.tree.line(())
        yield Fault(entry.file, line, f"`{entry.name}` is no name of a KPI", NAME_REMEDY)
    if sql := reading.available.own_sql.get(entry.name):
        yield entry.fault(f"already computed by {sql}", "give one of them another name")


def read_entry(reading: Reading, entry: KpiEntry) -> None:
    """One KPI: of the way that its keys say."""
    written = entry.tree.data
    if not isinstance(written, dict):
        remedy = "write where it comes from (`from:`, `connection:`, `sheet:` or `expr:`) and what it means"
        reading.fail(entry.name, entry.fault("declares nothing", remedy))
        return
    if blanks := blank_faults(entry.file, entry.tree):
        reading.fail(entry.name, *(entry.fault(x.what, x.remedy) for x in blanks))
        return
    ways = [way for way in WAYS if way in written]
    if len(ways) != 1:
        what = f"both {' and '.join(f'`{x}`' for x in ways)}" if ways else "no word on its figures"
        remedy = f"write one of {', '.join(WAYS.values())}"
        reading.fail(entry.name, entry.fault(what, remedy, *ways[-1:]))
        return
    if ways[0] == "expr":
        reading.waiting[entry.name] = entry
        return
    form = checked(reading, entry, FORMS[ways[0]], written)
    if isinstance(form, StreamKpi):
        read_of_stream(reading, entry, form)
    elif isinstance(form, QueryKpi):
        read_of_query(reading, entry, form)
    elif isinstance(form, SheetKpi):
        read_of_sheet(reading, entry, form)


def read_of_sheet(reading: Reading, entry: KpiEntry, form: SheetKpi) -> None:
    """A KPI that is kept in a sheet; the connector reads its rows."""
    sheet = form.sheet
    if sheet not in reading.available.sheets:
        known = reading.available.sheets
        remedy = suggestion(sheet, known, f"the sheets of sources.yml: {listed(known)}")
        reading.fail(entry.name, entry.fault(f"there is no sheet `{sheet}`", remedy, "sheet"))
        return
    reading.add(entry, form.of_sheet(entry.name, account_of(sheet) or UNNAMED))
