"""One KPI as it is written in `kpis/*.yml`, and what came of all of them so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import ValidationError

from pipelines.inputs.declarations import DeclaredKpis
from pipelines.inputs.yaml_kpis.available import Available
from pipelines.okr.definition.faults import Fault, form_faults
from pipelines.okr.definition.kpi_declaration import KpiDeclaration
from pipelines.okr.definition.yaml_tree import Tree
from pipelines.okr.kpi.kpi import Kpi


@dataclass(frozen=True)
class KpiEntry:
    """What is written of one KPI, and where."""

    name: str
    file: str
    tree: Tree
    """With the defaults of its file. The lines are those of the file."""

    def fault(self, what: str, remedy: str, *keys: str) -> Fault:
        """A fault of a key of the entry, or of all of it."""
        return Fault(self.file, self.tree.line(keys), f"`{self.name}`: {what}", remedy)


@dataclass
class Reading:
    """What came of the files so far."""

    available: Available
    kpis: dict[str, Kpi] = field(default_factory=dict)
    models: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    off: dict[str, frozenset[str]] = field(default_factory=dict)
    faults: set[Fault] = field(default_factory=set)
    doubts: set[Fault] = field(default_factory=set)
    """What is probably not meant, of sound KPIs."""
    waiting: dict[str, KpiEntry] = field(default_factory=dict)
    """KPIs that are worked out from others, which are read first."""

    @property
    def declared(self) -> DeclaredKpis:
        """All of it."""
        return DeclaredKpis(
            self.kpis,
            tuple(sorted(self.faults)),
            self.broken,
            self.off,
            self.models,
            self.places,
            tuple(sorted(self.doubts)),
        )

    def fail(self, name: str, *faults: Fault) -> None:
        """A KPI that cannot be computed, and why."""
        self.faults.update(faults)
        self.broken[name] = faults[0].file

    def add(self, entry: KpiEntry, kpi: Kpi, sql: str = "") -> None:
        """A sound KPI, with its SQL where it has a model of its own."""
        self.kpis[entry.name] = kpi
        if sql:
            self.models[kpi.model] = sql


def checked(
    reading: Reading, entry: KpiEntry, form: type[KpiDeclaration], written: Mapping[str, object]
) -> KpiDeclaration | None:
    """The declaration, or None where it has faults, which are noted."""
    try:
        return form.model_validate(written)
    except ValidationError as error:
        faults = form_faults(entry.file, entry.tree, error, form)
        reading.fail(
            entry.name,
            *(Fault(x.file, x.line, f"`{entry.name}`: {x.what}", x.remedy) for x in faults),
        )
        return None
