"""The day that a run plays, and the inputs that it reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from pipelines.inputs.check_in_files import check_ins_of
from pipelines.inputs.declarations import DeclaredKpis
from pipelines.inputs.facts import read_facts
from pipelines.inputs.kpi_files import declared_kpis
from pipelines.inputs.okr_files import read_objectives
from pipelines.inputs.run_id import run_id
from pipelines.okr.definition.check_ins import CheckIn
from pipelines.okr.definition.faults import Fault
from pipelines.okr.definition.loading import Loaded
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.series import KpiIndex, index_facts
from pipelines.settings import Settings


@dataclass(frozen=True)
class Day:
    """One day in the business zone, played with data up to the day before it.

    Each input is read once, when a step first uses it, so that all steps of a run work with the same data. Use
    `run_id` only after the lake's catalog was written, and `indexes` only after the models have run.
    """

    settings: Settings
    as_of: date

    @property
    def is_today(self) -> bool:
        """Whether the day is the present one, and not a past day that is played again."""
        return self.as_of == self.settings.today()

    @cached_property
    def run_id(self) -> str:
        """The hash of all inputs of the day's figures. Raises `LakeError`."""
        return run_id(self.settings, self.as_of)

    @cached_property
    def declared(self) -> DeclaredKpis:
        """The KPIs whose declarations are sound, and the faults of the others."""
        return declared_kpis(self.settings)

    @cached_property
    def loaded(self) -> Loaded:
        """The valid objectives, and the faults of the others. Raises `NoDefinitionsError`."""
        return read_objectives(self.settings, self.declared)

    @property
    def kpis(self) -> Mapping[str, Kpi]:
        """Every sound KPI by name."""
        return self.declared.kpis

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults of `sources.yml`, own connectors, KPI and OKR files and check-ins. Raises `NoDefinitionsError`."""
        return (
            *self.settings.source_faults,
            *self.declared.faults,
            *self.loaded.faults,
            *self.check_in_faults,
        )

    @property
    def check_ins(self) -> Sequence[CheckIn]:
        """The sound check-ins. Raises `NoDefinitionsError`."""
        return self._check_ins[0]

    @property
    def check_in_faults(self) -> Sequence[Fault]:
        """The faults of the other check-ins. Raises `NoDefinitionsError`."""
        return self._check_ins[1]

    @cached_property
    def _check_ins(self) -> tuple[Sequence[CheckIn], Sequence[Fault]]:
        return check_ins_of(self.settings, self.loaded)

    @cached_property
    def indexes(self) -> dict[str, KpiIndex]:
        """The facts of each KPI, by its name. Raises `NoFactsError`."""
        return index_facts(read_facts(self.settings.warehouse_path, self.kpis))
