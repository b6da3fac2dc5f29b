"""The KPIs of this installation: with SQL and YAML of their own, kept in sheets, or declared in `kpis/*.yml`.

There is no list to keep. A file that is broken takes down its own KPI, and no other.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from pipelines.inputs.composing import compose
from pipelines.inputs.composition import KPI_FOLDER, KPI_PREFIX, Composition, stem
from pipelines.inputs.declarations import DeclaredKpis, KpiDefinitionError, joined
from pipelines.inputs.model_sources import sources_below
from pipelines.inputs.rosters import roster_faults
from pipelines.inputs.sheet_kpis import SHEET_MODEL, SHEETS, read_sheet_kpis
from pipelines.inputs.yaml_kpis.reading import read_yaml_kpis
from pipelines.okr.definition.faults import (
    Fault,
    blank_faults,
    form_faults,
    unreadable,
)
from pipelines.okr.definition.kpi_declaration import NAME, NAME_REMEDY, KpiDeclaration
from pipelines.okr.definition.yaml_tree import Tree, TreeError, decoded, read_tree
from pipelines.okr.kpi.conversion import MONEY
from pipelines.okr.kpi.kpi import Kpi
from pipelines.settings import BUILT_IN, Settings, shown
from pipelines.settings.written_files import content_of

DECLARED_BELOW = ("config", "meta", "kpi")
"""The keys of a model in dbt's YAML below which its KPI is declared."""


def declared_kpis(settings: Settings) -> DeclaredKpis:
    """Every KPI that a source feeds, with the reporting currency as the unit of those in money."""
    project = compose(settings)
    declared = read_kpis(project, settings.sheet_kpis_path, is_company=settings.is_company)
    if "sheet_kpis" in settings.model_fields_set and not settings.sheet_kpis_path.exists():
        remedy = "declare the KPIs of the sheets in it, or unset OKRA_SHEET_KPIS"
        fault = Fault(shown(settings.sheet_kpis_path), 1, "the file is missing", remedy)
        declared = joined([declared, DeclaredKpis(faults=(fault,))])
    in_yaml = read_yaml_kpis(settings, project, declared.kpis)
    declared = joined([in_yaml, without(declared, in_yaml.places)])
    kpis = in_currency(declared.kpis.values(), settings.currency)
    # those of a broken instance too: what it delivered before is in the lake
    named = {name.partition("@")[0] for name in settings.sources_file.names if "@" in name}
    if named:
        kpis = by_account(kpis, named, {**project.sql, **declared.models})
    with_days = (
        kpi if kpi.working_days is None else replace(kpi, working_days=settings.working_days)
        for kpi in kpis
    )
    return replace(declared, kpis={kpi.name: kpi for kpi in with_days})


def without(declared: DeclaredKpis, names: Collection[str]) -> DeclaredKpis:
    """The KPIs without those of these names, which the project declares in another way."""
    return replace(
        declared,
        kpis={name: kpi for name, kpi in declared.kpis.items() if name not in names},
        off={name: sources for name, sources in declared.off.items() if name not in names},
    )


def in_currency(kpis: Iterable[Kpi], currency: str) -> Iterator[Kpi]:
    """The KPIs with the currency as the unit of those in money."""
    for kpi in kpis:
        yield replace(kpi, unit=currency) if kpi.unit == MONEY else kpi


def by_account(
    kpis: Iterable[Kpi], sources: Collection[str], models: Mapping[str, str]
) -> Iterator[Kpi]:
    """The KPIs, with the dimension `account` where they stand on one of the sources, whose accounts have names.

    `models`: the SQL of all models, by name. What is kept in a sheet has no account.
    """
    below = sources_below(models)
    for kpi in kpis:
        read = below.get(kpi.model, frozenset())
        if kpi.sheet_parts or kpi.is_plan:
            read -= {SHEETS}
        yield kpi if read.isdisjoint(sources) else kpi.of_accounts()


def read_kpis(project: Composition, sheet_kpis: Path, *, is_company: bool = False) -> DeclaredKpis:
    """Every KPI: as `config.meta.kpi` in the YAML beside its SQL declares it, or `sheet_kpis`.

    One that a company keeps in its sheets replaces Okra's own of the same name.
    """
    names = project.kpi_sql
    taken = [
        name
        for name, place in names.items()
        if not (is_company and project.written[place].is_relative_to(BUILT_IN))
    ]
    in_sheets = read_sheet_kpis(sheet_kpis, shown(sheet_kpis), taken, project.rosters)
    off = DeclaredKpis(faults=project.faults, off=project.kpis_off)
    if SHEET_MODEL in project.off:
        off = replace(
            off, off={**off.off, **dict.fromkeys(in_sheets.kpis, project.off[SHEET_MODEL])}
        )
        in_sheets = DeclaredKpis()
    off = without(off, in_sheets.kpis)
    with_sql = [read_alone(project, name) for name in names if name not in in_sheets.kpis]
    return joined([*with_sql, in_sheets, off, *strays(project)])


def read_alone(project: Composition, name: str) -> DeclaredKpis:
    """A KPI that has SQL, or its faults."""
    sql = project.written[project.kpi_sql[name]]
    described = project.written.get(f"{KPI_FOLDER}/{KPI_PREFIX}{name}.yml")
    try:
        return DeclaredKpis({name: read_kpi(sql, described, project.rosters)})
    except KpiDefinitionError as error:
        return DeclaredKpis(faults=error.faults, broken={name: error.faults[0].file})


def strays(project: Composition) -> Iterator[DeclaredKpis]:
    """The faults of files that have the name of a KPI's, and are not read as one."""
    for place, path in sorted(project.written.items()):
        name = stem(place).removeprefix(KPI_PREFIX)
        if not place.startswith(f"{KPI_FOLDER}/") or not stem(place).startswith(KPI_PREFIX):
            continue
        if place.endswith(".sql") and name not in project.kpi_sql:
            what = "a KPI in a folder of its own is not read"
            yield stray(path, what, f"move it and its YAML to {KPI_FOLDER}")
        if place == f"{KPI_FOLDER}/{KPI_PREFIX}{name}.yml" and stem(place) not in project.models:
            yield stray(path, f"{KPI_PREFIX}{name}.sql is missing", "write the SQL of this KPI")


def stray(path: Path, what: str, remedy: str) -> DeclaredKpis:
    """The fault of a file that is not read."""
    file = shown(path)
    return DeclaredKpis(
        faults=(Fault(file, 1, what, remedy),), broken={path.stem.removeprefix(KPI_PREFIX): file}
    )


def read_kpi(sql: Path, described: Path | None = None, rosters: Collection[str] = ()) -> Kpi:
    """The KPI that `sql` computes. Raises `KpiDefinitionError`.

    `described`: the YAML that declares it, where it is not beside its SQL; `rosters`: those that there are.
    """
    described = described or sql.with_suffix(".yml")
    where, name = shown(described), sql.stem.removeprefix(KPI_PREFIX)
    if not re.fullmatch(NAME, name):
        raise KpiDefinitionError(
            Fault(shown(sql), 1, f"`{name}` is no name of a KPI", f"{NAME_REMEDY}, in both files")
        )
    if not described.exists():
        other = described.with_suffix(".yaml")
        remedy = "describe the KPI (kind, unit, direction, owner) beside its SQL"
        remedy = f"rename {other.name}" if other.exists() else remedy
        raise KpiDefinitionError(Fault(where, 1, "the file is missing", remedy))
    try:
        decoded(content_of(sql))
    except TreeError as error:
        raise KpiDefinitionError(unreadable(shown(sql), error)) from None
    try:
        tree = read_tree(content_of(described))
    except TreeError as error:
        raise KpiDefinitionError(unreadable(where, error)) from None
    path = declaration_path(where, tree, sql.stem)
    faults = blank_faults(where, tree.below(*path))
    if not faults:
        try:
            declaration = KpiDeclaration.model_validate(described_by(tree, path))
        except ValidationError as error:
            faults = form_faults(where, tree.below(*path), error, KpiDeclaration)
        else:
            faults = list(roster_faults(where, tree.below(*path), declaration.rosters, rosters))
    if faults:
        raise KpiDefinitionError(
            *(replace(fault, what=f"`{name}`: {fault.what}") for fault in faults)
        )
    return declaration.named(name, sql.stem)


def declaration_path(where: str, tree: Tree, model: str) -> tuple[str | int, ...]:
    """The keys that lead to the declaration of a model's KPI. Raises `KpiDefinitionError`."""
    models = tree.at("models")
    listed = models if isinstance(models, list) else []
    places = [place for place in range(len(listed)) if tree.at("models", place, "name") == model]
    if not places:
        line = tree.line(("models",))
        fault = Fault(where, line, f"describes no model {model}", f"write `- name: {model}`")
        raise KpiDefinitionError(fault)
    if len(places) > 1:
        line = tree.line(("models", places[1], "name"))
        fault = Fault(where, line, f"describes the model {model} twice", "keep one of them")
        raise KpiDefinitionError(fault)
    path = ("models", places[0], *DECLARED_BELOW)
    if not isinstance(tree.at(*path), dict):
        remedy = "add kind, unit, direction and owner below it"
        raise KpiDefinitionError(Fault(where, tree.line(path), "no `config.meta.kpi`", remedy))
    return path


def described_by(tree: Tree, path: tuple[str | int, ...]) -> dict[str, object]:
    """What is declared at `path`, with the description of its model where it has none of its own."""
    declared = tree.at(*path)
    assert isinstance(declared, dict), "a declaration is a mapping"
    description = tree.at(*path[:2], "description")
    return {"description": description if isinstance(description, str) else "", **declared}
