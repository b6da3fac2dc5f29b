"""The files of an installation's dbt project, by their place in it; composing.py puts them together.

dbt runs in a folder of links to them (pipelines/warehouse/project.py). Here they are text, so that declarations, checks
and the project that dbt parses always speak of the same files.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from pipelines.okr.definition.faults import Fault
from pipelines.settings import shown

MODEL_SUFFIXES = (".sql", ".py", ".csv")
SUFFIXES = (*MODEL_SUFFIXES, ".yml", ".yaml")
FOLDERS = ("models", "macros", "tests/models")
"""The folders of a dbt project, in Okra's own and in a company's."""
KPI_FOLDER = "models/kpis"
ROSTERS = "models/rosters"
KPI_PREFIX = "kpi_"
PACKAGES = "packages.yml"
"""The dbt packages that a company uses."""


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
        replacements = [
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
            replaced=(*rest.replaced, *replacements),
        )


def stem(place: str) -> str:
    """The name of a file without its folder and its ending: that of a model."""
    name = place.rpartition("/")[2]
    return name.rpartition(".")[0] or name


def is_model(place: str) -> bool:
    """Whether a file makes a table: a model or a seed."""
    return place.startswith("models/") and place.endswith(MODEL_SUFFIXES)


def is_macro(place: str) -> bool:
    """Whether a file has macros."""
    return place.startswith("macros/")


def kind(place: str) -> str:
    """What a file is; of each kind a name is there once."""
    if place.startswith("tests/"):
        return "test"
    return "model" if place.endswith(MODEL_SUFFIXES) else "description"


def names_in(text: str, section: str) -> set[str]:
    """The names listed in YAML that has this section; it is read as text, as it may be broken."""
    if not re.search(rf"^{section}\s*:", text, re.MULTILINE):
        return set()
    return set(re.findall(r"^\s*-\s*name:\s*['\"]?([\w.]+)", text, re.MULTILINE))
