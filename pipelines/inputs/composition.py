"""The files of the dbt project: Okra's own less what is off, the company's own over them, and those that are generated.

dbt runs in a folder of links to these files (pipelines/warehouse/project.py). Here they are put together as text, so
that declarations, checks and the project that dbt parses always speak of the same files.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import yaml

from connectors.sdk import catalog
from connectors.sdk.contract import Source
from pipelines.inputs.declarations import DeclaredKpis
from pipelines.inputs.generated_models import kpi_files, sources_file, staging_files
from pipelines.inputs.model_sources import macros_defined, off_models, references
from pipelines.okr.definition.faults import Fault
from pipelines.settings import BUILT_IN, Settings, shown

MODEL_SUFFIXES = (".sql", ".py", ".csv")
SUFFIXES = (*MODEL_SUFFIXES, ".yml", ".yaml")
FOLDERS = ("models", "macros", "tests/models")
"""The folders of a dbt project, in Okra's own and in a company's."""
KPI_FOLDER = "models/kpis"
ROSTERS = "models/rosters"
KPI_PREFIX = "kpi_"
PACKAGES = "packages.yml"
"""The dbt packages that a company uses."""
SHEET_KPIS = f"{KPI_FOLDER}/sheet_kpis.yml"
"""The sample company's sheet KPIs, which are beside its models."""
_SAMPLE = re.compile(r"^\s+sample:\s*true\b", re.MULTILINE)
"""Says in a KPI's YAML that the KPI is the sample company's alone."""


@dataclass(frozen=True)
class Composition:
    """The files of the dbt project, by their place in it, such as `models/kpis/kpi_mrr.sql`."""

    written: Mapping[str, Path]
    """The files that somebody wrote."""
    generated: Mapping[str, str] = field(default_factory=dict)
    """The content of the other files."""
    origins: Mapping[str, str] = field(default_factory=dict)
    """Where what a generated file comes from was declared: `kpis/sales.yml:12`."""
    off: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The models that are not there, as no source feeds them, each with the sources that it lacks."""
    own_off: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The places of the company's own among them."""
    faults: tuple[Fault, ...] = ()
    """The streams of which no model could be generated."""
    replaced: tuple[str, ...] = ()
    """A sentence for each file of the company's that replaces one of Okra's own."""

    @cached_property
    def places(self) -> list[str]:
        """Every place, in order."""
        return sorted({*self.written, *self.generated})

    @cached_property
    def models(self) -> Mapping[str, str]:
        """The place of each model and seed, by its name."""
        return {stem(place): place for place in self.places if is_model(place)}

    @cached_property
    def kpi_sql(self) -> Mapping[str, str]:
        """The place of the SQL of each KPI that has SQL, by the KPI's name."""
        return {
            stem(place).removeprefix(KPI_PREFIX): place
            for place in self.places
            if place.startswith(f"{KPI_FOLDER}/{KPI_PREFIX}")
            and place.endswith(".sql")
            and place.count("/") == KPI_FOLDER.count("/") + 1
        }

    @cached_property
    def sql(self) -> Mapping[str, str]:
        """The SQL of each model, by the model's name."""
        return {name: self.text(x) for name, x in self.models.items() if x.endswith(".sql")}

    @property
    def kpi_models(self) -> Mapping[str, str]:
        """The SQL of each model that works out a KPI, by the model's name."""
        return {
            stem(place): self.text(place)
            for place in self.places
            if place.startswith(f"{KPI_FOLDER}/") and place.endswith(".sql")
        }

    @cached_property
    def rosters(self) -> list[str]:
        """The names of the models that say who is meant by "each"."""
        return [stem(x) for x in self.places if x.startswith(f"{ROSTERS}/") and x.endswith(".sql")]

    @property
    def kpis_off(self) -> Mapping[str, frozenset[str]]:
        """The KPIs that are not there, as no source feeds them, each with the sources that it lacks."""
        return {
            model.removeprefix(KPI_PREFIX): lacking
            for model, lacking in self.off.items()
            if model.startswith(KPI_PREFIX)
        }

    def content(self, place: str) -> bytes:
        """What is in a file. Raises `OSError`."""
        path = self.written.get(place)
        return path.read_bytes() if path else self.generated[place].encode()

    def text(self, place: str) -> str:
        """The text of a file. What cannot be read is empty, and bytes that are not UTF-8 become question marks."""
        try:
            return self.content(place).decode("utf-8", errors="replace")
        except OSError:
            return ""

    def shown(self, place: str) -> str:
        """The file to mend where something is wrong with this one: as a person would type it."""
        path = self.written.get(place)
        return shown(path) if path else self.origins.get(place, place)

    def without(self, places: Collection[str]) -> "Composition":
        """The same project without some of its files."""
        return replace(
            self,
            written={x: path for x, path in self.written.items() if x not in places},
            generated={x: text for x, text in self.generated.items() if x not in places},
        )

    def with_generated(self, files: Mapping[str, str], origins: Mapping[str, str]) -> "Composition":
        """The project with generated files. A model of the same name, and what describes it, gives way."""
        names = {stem(place) for place in files if is_model(place)}
        old = {x for x in self.places if stem(x) in names and x.startswith("models/")}
        told = [
            f"{origins.get(place, place)} replaces Okra's own {self.models[stem(place)]}"
            for place in files
            if is_model(place) and stem(place) in self.models
        ]
        rest = self.without(old)
        return replace(
            rest,
            generated={**rest.generated, **files},
            origins={**rest.origins, **origins},
            off={model: lacking for model, lacking in rest.off.items() if model not in names},
            replaced=(*rest.replaced, *told),
        )


def stem(place: str) -> str:
    """The name of a file without its folder and its ending: that of a model."""
    name = place.rpartition("/")[2]
    return name.rpartition(".")[0] or name


def is_model(place: str) -> bool:
    """Whether a file makes a table: a model or a seed."""
    return place.startswith("models/") and place.endswith(MODEL_SUFFIXES)


def compose(settings: Settings) -> Composition:
    """The project of this installation, less the KPIs that are generated (`with_kpis`)."""
    own = files_below(settings.project_path) if settings.is_company else {}
    built_in = files_below(BUILT_IN)
    if settings.is_company:
        built_in = without_sample(built_in)
    composition = without_off(overlaid(built_in, own), sources_off(settings))
    return with_packages(with_staging(composition, settings), settings.project_path / PACKAGES)


def with_packages(composition: Composition, path: Path) -> Composition:
    """The project with a company's packages, if it has any. A local one is below the company's folder."""
    if not path.exists():
        return composition
    text = text_of(path)
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError:
        content = None  # dbt says what is wrong
    listed = content.get("packages") if isinstance(content, dict) else None
    for package in listed if isinstance(listed, list) else []:
        if isinstance(package, dict) and "local" in package:
            package["local"] = str((path.parent / str(package["local"])).resolve())
            text = yaml.safe_dump(content, sort_keys=False)
    return composition.with_generated({PACKAGES: text}, {PACKAGES: shown(path)})


def with_kpis(composition: Composition, declared: DeclaredKpis) -> Composition:
    """The project with the models of KPIs that are generated from their declarations."""
    files = kpi_files(declared.models, declared.kpis.values())
    places = {kpi.model: declared.places.get(name, "") for name, kpi in declared.kpis.items()}
    return composition.with_generated(files, {x: places[stem(x)] or x for x in files})


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
    told: set[str] = set()
    for place, path in built_in.items():
        if is_macro(place):
            names = macro_names(path) & macros.keys()
            told |= {f"{macros[name]} replaces Okra's own {name}" for name in names}
            # a file of the same name has other macros
            aside = place.replace("macros/", "macros/built_in/", 1) if place in own else place
            if names:
                generated[aside] = without_macros(text_of(path), names)
            else:
                kept[aside] = path
        elif replacement := taken.get((kind(place), stem(place))):
            if kind(place) != "description":
                told.add(f"{replacement} replaces Okra's own")
        else:
            kept[place] = path
    return Composition({**kept, **own}, generated, replaced=tuple(sorted(told)))


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


def is_macro(place: str) -> bool:
    """Whether a file has macros."""
    return place.startswith("macros/")


def kind(place: str) -> str:
    """What a file is; of each kind a name is there once."""
    if place.startswith("tests/"):
        return "test"
    return "model" if place.endswith(MODEL_SUFFIXES) else "description"


def macro_names(path: Path) -> set[str]:
    """`macro business_day`, … of a file of macros."""
    return {name for name, _ in macros_defined(text_of(path))}


def without_macros(text: str, names: Collection[str]) -> str:
    """A file of macros without some of them."""
    for name, block in macros_defined(text):
        if name in names:
            text = text.replace(block, "")
    return text


def names_in(text: str, section: str) -> set[str]:
    """The names listed in YAML that has this section; it is read as text, as it may be broken."""
    if not re.search(rf"^{section}\s*:", text, re.MULTILINE):
        return set()
    return set(re.findall(r"^\s*-\s*name:\s*['\"]?([\w.]+)", text, re.MULTILINE))


def text_of(path: Path) -> str:
    """The text of a file, however broken."""
    return path.read_text(encoding="utf-8", errors="replace")
