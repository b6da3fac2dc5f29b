"""What scores and odds are worked out from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from pipelines.okr.forecast.recalibration import Graded
from pipelines.okr.kpi.series import KpiIndex
from pipelines.okr.kpi.status import Policy
from pipelines.okr.odds.changed_futures import FuturesChange


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known on the day `as_of`; data of the day itself and later are not looked at.

    `indexes` are the facts of each KPI, by its name; a KPI without facts gives `no_data`. `graded` are earlier
    predictions whose goals have come due, one a goal: they correct the odds. `faulty_kpis` are those that cannot have
    facts, each with the sentence that says why. `changes` is what is known of the futures beside the KPIs' own past.
    """

    indexes: Mapping[str, KpiIndex]
    as_of: date
    policy: Policy = field(default_factory=Policy)
    graded: Sequence[Graded] = ()
    faulty_kpis: Mapping[str, str] = field(default_factory=dict)
    changes: Sequence[FuturesChange] = ()
