"""The day that a run plays, and what the run reads for it."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from pipelines.inputs.facts import read_facts
from pipelines.inputs.okr_files import read_objectives
from pipelines.inputs.run_id import run_id
from pipelines.okr.definition.loading import Loaded
from pipelines.okr.kpi.facts import KpiFacts
from pipelines.okr.kpi.kpi import Kpi
from pipelines.settings import Settings


@dataclass(frozen=True)
class Day:
    """One day in the business zone, played with data up to the day before it.

    Each input is read when a step first asks for it, and kept: all steps of a run work with the same. So `run_id` is
    to be asked for after the lake's catalog was written, and `facts` after the models have run.
    """

    settings: Settings
    as_of: date

    @property
    def is_today(self) -> bool:
        """Whether the present day is played, and not a past one again."""
        return self.as_of == self.settings.today()

    @cached_property
    def run_id(self) -> str:
        """The fingerprint of everything that goes into the day's figures. Raises `LakeError`."""
        return run_id(self.settings, self.as_of)

    @cached_property
    def loaded(self) -> Loaded:
        """The sound objectives, and the faults of the others. Raises `NoDefinitionsError`, `KpiDefinitionError`."""
        return self._definitions[0]

    @cached_property
    def kpis(self) -> dict[str, Kpi]:
        """Every KPI by name. Raises `NoDefinitionsError`, `KpiDefinitionError`."""
        return self._definitions[1]

    @cached_property
    def facts(self) -> dict[str, KpiFacts]:
        """The facts of each KPI by its name. Raises `NoFactsError`, and what `kpis` raises."""
        return read_facts(self.settings.warehouse_path, self.kpis)

    @cached_property
    def _definitions(self) -> tuple[Loaded, dict[str, Kpi]]:
        return read_objectives(self.settings)
