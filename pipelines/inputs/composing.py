"""Puts the dbt project together: Okra's own files less what is off, a company's over them, and generated ones."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import yaml

from connectors.sdk import catalog
from connectors.sdk.contract import Source
from connectors.sdk.yaml_data import NotYamlError, yaml_data
from pipelines.inputs.composition import (
    FOLDERS,
    KPI_FOLDER,
    KPI_PREFIX,
    PACKAGES,
    SUFFIXES,
    Composition,
    is_macro,
    kind,
    names_in,
    stem,
)
from pipelines.inputs.declarations import DeclaredKpis
from pipelines.inputs.generated_models import kpi_files, sources_file, staging_files
from pipelines.inputs.model_sources import macros_defined, off_models, references
from pipelines.okr.definition.faults import Fault
from pipelines.settings import BUILT_IN, Settings, shown

SHEET_KPIS = f"{KPI_FOLDER}/sheet_kpis.yml"
"""The sample company's sheet KPIs, which are beside its models."""
_SAMPLE = re.compile(r"^\s+sample:\s*true\b", re.MULTILINE)
"""Says in a KPI's YAML that the KPI is the sample company's alone."""


def compose(settings: Settings) -> Composition:
    """The project of this installation, less the KPIs that are generated (`with_kpis`)."""
    own = files_below(settings.project_path) if settings.is_company else {}
    built_in = files_below(BUILT_IN)
    if settings.is_company:
        built_in = without_sample(built_in)
    unnamed = {place for place in own if not is_utf_8(place)}
    named = {place: path for place, path in own.items() if place not in unnamed}
    composition = without_off(overlaid(built_in, named), sources_off(settings))
    faults = [
        Fault(shown(own[place]), 1, "the file's name is not UTF-8", "rename it")
        for place in sorted(unnamed)
    ]
    composition = replace(composition, faults=(*composition.faults, *faults))
    return with_packages(with_staging(composition, settings), settings.project_path / PACKAGES)


def with_packages(composition: Composition, path: Path) -> Composition:
    """The project with a company's packages, if it has any. A local one is below the company's folder."""
    if not path.exists():
        return composition
    text = text_of(path)
    try:
        content = yaml_data(text)
    except NotYamlError:
        content = None  # dbt says what is wrong
    listed = content.get("packages") if isinstance(content, dict) else None
    for package in listed if isinstance(listed, list) else []:
        if isinstance(package, dict) and "local" in package:
            package["local"] = str((path.parent / str(package["local"])).resolve())
            text = yaml.safe_dump(content, sort_keys=False)
    return composition.with_generated({PACKAGES: text}, {PACKAGES: shown(path)})


def with_kpis(composition: Composition, declared: DeclaredKpis) -> Composition:
    """The project with the models of KPIs that are generated from their declarations.

    A KPI that the project keeps in a sheet needs none, and Okra's own model of its name goes.
    """
    composition = without_replaced(composition, declared)
    files = kpi_files(declared.models, declared.kpis.values())
    places = {kpi.model: declared.places.get(name, "") for name, kpi in declared.kpis.items()}
    return composition.with_generated(files, {x: places[stem(x)] or x for x in files})


def without_replaced(composition: Composition, declared: DeclaredKpis) -> Composition:
    """The project without the models of KPIs that another model works out: that of the KPIs kept in sheets."""
    replaced = {
        f"{KPI_PREFIX}{name}": kpi
        for name, kpi in declared.kpis.items()
        if f"{KPI_PREFIX}{name}" in composition.models and kpi.model != f"{KPI_PREFIX}{name}"
    }
    told = [
        f"{declared.places.get(kpi.name, kpi.name)}, kept in a sheet, replaces Okra's own {composition.models[model]}"
        for model, kpi in replaced.items()
    ]
    places = {
        x for x in composition.places if stem(x) in replaced and x.startswith(f"{KPI_FOLDER}/")
    }
    rest = composition.without(places)
    return replace(rest, replaced=(*rest.replaced, *told)) if replaced else composition


def with_staging(composition: Composition, settings: Settings) -> Composition:
    """The project with the staging models of the streams that are declared in `sources.yml`."""
    for source, accounts in settings.sources_by_name.items():
        fixed = catalog.sources()[source].streams if source in catalog.sources() else ()
        names = {stream.name for stream in fixed}
        declared = [x for x in settings.streams_by_source[source] if x.name not in names]
        for stream in declared:
            entry, line = declaration(settings, accounts, stream.name)
            files = staging_files(source, stream)
            taken = [composition.models[stem(x)] for x in files if stem(x) in composition.models]
            if taken:
                what = f"`{entry}: {stream.name}`: {composition.shown(taken[0])} has the name of its staging model"
                fault = Fault(shown(settings.sources_path), line, what, "rename one of them")
                composition = replace(composition, faults=(*composition.faults, fault))
            else:
                origin = f"{shown(settings.sources_path)}:{line}"
                composition = composition.with_generated(files, dict.fromkeys(files, origin))
        if declared:
            title = f"{accounts[0].title}, as declared in {shown(settings.sources_path)}"
            composition = composition.with_generated(sources_file(source, title, declared), {})
    return composition


def declaration(settings: Settings, accounts: Iterable[Source], stream: str) -> tuple[str, int]:
    """The instance that declares a stream of a source, and the line of the stream."""
    for account in accounts:
        entry = settings.sources_file.entries.get(account.instance)
        if entry and stream in entry.stream_lines:
            return account.instance, entry.stream_lines[stream]
    return next(iter(accounts)).instance, 1


def sources_off(settings: Settings) -> set[str]:
    """The sources that are known and that no instance feeds."""
    configured = {x.source.name for x in settings.configured_instances.values()}
    return (catalog.sources().keys() | configured) - settings.sources_by_name.keys()


def files_below(root: Path) -> dict[str, Path]:
    """The files that dbt reads below a folder, by their places. Hidden ones belong to editors."""
    return {
        path.relative_to(root).as_posix(): path
        for folder in FOLDERS
        for path in sorted((root / folder).rglob("*"))
        if path.suffix in SUFFIXES and not path.name.startswith(".")
        # beside the tests of dbt are those of Python
        if folder == "models" or path.suffix != ".py"
    }


def is_utf_8(place: str) -> bool:
    """Whether a place is a text, as dbt needs it. In a name of another encoding, each byte is half a character."""
    try:
        place.encode()
    except UnicodeEncodeError:
        return False
    return True


def without_sample(files: Mapping[str, Path]) -> dict[str, Path]:
    """Okra's own files without the KPIs that only the sample company has."""
    sample = {
        stem(place)
        for place, path in files.items()
        if place.startswith(f"{KPI_FOLDER}/{KPI_PREFIX}")
        and place.endswith(".yml")
        and _SAMPLE.search(path.read_text(encoding="utf-8"))
    }
    return {
        place: path
        for place, path in files.items()
        if place != SHEET_KPIS and not (place.startswith(KPI_FOLDER) and stem(place) in sample)
    }


def overlaid(built_in: Mapping[str, Path], own: Mapping[str, Path]) -> Composition:
    """Okra's own files with a company's over them. A model, description, test or macro of the same name is replaced."""
    taken = {(kind(place), stem(place)): place for place in own if not is_macro(place)}
    for place, path in own.items():
        if kind(place) == "description":
            # one file may describe several models
            taken |= {("description", name): place for name in names_in(text_of(path), "models")}
    if not own:
        return Composition(built_in)
    macros = {name: place for place in own if is_macro(place) for name in macro_names(own[place])}
    kept: dict[str, Path] = {}
    generated: dict[str, str] = {}
    replacements: set[str] = set()
    for place, path in built_in.items():
        if is_macro(place):
            names = macro_names(path) & macros.keys()
            replacements |= {f"{macros[name]} replaces Okra's own {name}" for name in names}
            # a file of the same name has other macros
            aside = place.replace("macros/", "macros/built_in/", 1) if place in own else place
            if names:
                generated[aside] = without_macros(text_of(path), names)
            else:
                kept[aside] = path
        elif replacement := taken.get((kind(place), stem(place))):
            if kind(place) != "description":
                replacements.add(f"{replacement} replaces Okra's own")
        else:
            kept[place] = path
    return Composition({**kept, **own}, generated, replaced=tuple(sorted(replacements)))


def without_off(composition: Composition, off: Collection[str]) -> Composition:
    """The project without the models that read the sources that are off, and what describes or tests them."""
    if not off:
        return composition
    sql = composition.sql
    # the published tables are there whatever feeds them
    kept = {name for name in sql if composition.models[name].startswith("models/reporting/")}
    lacking = off_models(sql, off, kept)
    lacking |= unread_seeds(composition, lacking)
    tests = {
        stem(place): composition.text(place)
        for place in composition.places
        if place.startswith("tests/")
    }
    gone = lacking.keys() | off_models({**sql, **tests}, off, kept).keys()
    files = {
        place
        for place in composition.places
        if not is_macro(place) and (stem(place) in gone or is_source_of(place, off))
    }
    own = {
        place: lacking[name]
        for name, place in composition.models.items()
        if name in lacking and not composition.written[place].is_relative_to(BUILT_IN)
    }
    return replace(composition.without(files), off=lacking, own_off=own)


def unread_seeds(
    composition: Composition, lacking: Mapping[str, frozenset[str]]
) -> dict[str, frozenset[str]]:
    """Okra's own seeds that only models read that are off, each with the sources that these lack."""
    readers: dict[str, set[str]] = {}
    for model, sql in composition.sql.items():
        for parent in references(sql):
            readers.setdefault(parent, set()).add(model)
    return {
        name: frozenset().union(*(lacking[x] for x in readers[name]))
        for name, place in composition.models.items()
        if place.endswith(".csv")
        and composition.written[place].is_relative_to(BUILT_IN)
        and readers.get(name)
        and readers[name] <= lacking.keys()
    }


def is_source_of(place: str, off: Collection[str]) -> bool:
    """Whether a file describes the streams of one of these sources to dbt."""
    name = re.fullmatch(r"_(\w+)__sources", stem(place))
    return bool(name and name[1] in off)


def macro_names(path: Path) -> set[str]:
    """`macro business_day`, … of a file of macros."""
    return {name for name, _ in macros_defined(text_of(path))}


def without_macros(text: str, names: Collection[str]) -> str:
    """A file of macros without some of them."""
    for name, block in macros_defined(text):
        if name in names:
            text = text.replace(block, "")
    return text


def text_of(path: Path) -> str:
    """The text of a file, however broken."""
    return path.read_text(encoding="utf-8", errors="replace")
