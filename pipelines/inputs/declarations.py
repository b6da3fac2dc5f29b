"""What came of reading the declarations of KPIs: the KPIs that are sound, and the faults of the others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pipelines.errors import OkraError
from pipelines.okr.definition.faults import Fault
from pipelines.okr.kpi.kpi import Kpi


class KpiDefinitionError(OkraError):
    """A KPI's declaration is broken; the text has each fault on a line of its own."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


@dataclass(frozen=True)
class DeclaredKpis:
    """The KPIs whose declarations are sound, by name, and the faults of the others, by place.

    `broken` are the names of the others, each with the file that is at fault. `off` are those that are not computed,
    as no source feeds them, each with the sources that it lacks. `models` has the SQL of the models that are generated
    from declarations, by the model's name, and `places` where each KPI without SQL of its own is declared, by the
    KPI's name: `kpis/sales.yml:12`.
    """

    kpis: Mapping[str, Kpi] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    broken: Mapping[str, str] = field(default_factory=dict)
    off: Mapping[str, frozenset[str]] = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    doubts: tuple[Fault, ...] = ()
    """What is probably not meant, of declarations that are sound."""


def joined(parts: Iterable[DeclaredKpis]) -> DeclaredKpis:
    """The KPIs of several files. A name that is declared twice is that of the first."""
    kpis: dict[str, Kpi] = {}
    broken: dict[str, str] = {}
    off: dict[str, frozenset[str]] = {}
    models: dict[str, str] = {}
    places: dict[str, str] = {}
    faults: set[Fault] = set()
    doubts: set[Fault] = set()
    for part in parts:
        kpis = {**part.kpis, **kpis}
        broken = {**part.broken, **broken}
        off = {**part.off, **off}
        models = {**part.models, **models}
        places = {**part.places, **places}
        faults.update(part.faults)
        doubts.update(part.doubts)
    return DeclaredKpis(
        kpis, tuple(sorted(faults)), broken, off, models, places, tuple(sorted(doubts))
    )
