"""What a leading indicator that helps changes in the futures of the KPI that follows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from pipelines.okr.definition.definitions import Objective
from pipelines.okr.forecast.training_series import Floats
from pipelines.okr.kpi.readings import KpiView
from pipelines.okr.kpi.series import KpiIndex
from pipelines.okr.leads.foresight import signals_of
from pipelines.okr.leads.result import LeadResult
from pipelines.okr.leads.testing import MOST_ORIGINS, latest_day, leads_of
from pipelines.okr.odds.changed_futures import FuturesChange
from pipelines.okr.odds.estimates import TAIL
from pipelines.okr.odds.simulated_kpis import part_of
from pipelines.okr.odds.training_data import TrainingData


@dataclass(frozen=True, slots=True)
class LeadChange:
    """Moves the middle of the follower's futures by `ahead` half-widths of their 90 % interval, `days` ahead.

    Of a total the steps up to then bring so much more, evenly; of a level it is reached by then, and stays. The goals
    on members of the follower are left as they are: the lead was tested on the whole.
    """

    follower: str
    ahead: float
    days: int

    def __call__(
        self, view: KpiView, cut: date, data: TrainingData, futures: tuple[Floats, ...]
    ) -> tuple[Floats, ...]:
        if view.kpi.name != self.follower or view.where:
            return futures
        through = data.coming.through(cut + timedelta(days=self.days))
        steps = min(max(through, 1), futures[0].shape[1])
        behaviour = view.kpi.behaviour
        added = behaviour.added(futures, 0, steps)
        values = behaviour.final_value([0.0] * len(added), added, steps)
        values = values[~np.isnan(values)]
        if not len(values):
            return futures
        low, middle, high = np.quantile(values, (TAIL, 0.5, 1 - TAIL))
        moved = self.ahead * float(high - middle if self.ahead > 0 else middle - low)
        top = futures[0].copy()
        if behaviour.is_level:
            # of futures that end before the lead is over, the part that is due by then
            part = steps / max(through, steps)
            way = np.minimum(np.arange(1, top.shape[1] + 1) / steps, 1.0) * part
            top += np.float32(moved) * way.astype(np.float32)
        elif middle > 0:
            top[:, :steps] *= np.float32(max(1 + moved / float(middle), 0.0))
        return (part_of(top, futures[1]) if data.is_share else top, *futures[1:])


def changes_by_leads(
    objectives: Sequence[Objective],
    indexes: Mapping[str, KpiIndex],
    as_of: date,
    results: Sequence[LeadResult],
) -> list[FuturesChange]:
    """The changes by the leads that help; of several on one KPI, by the one that takes most off the Brier score."""
    helping = {result.key_result_id: result for result in results if result.verdict == "helps"}
    best: dict[str, LeadResult] = {}
    for result in helping.values():
        other = best.get(result.leads)
        if other is None or (result.gain or 0) > (other.gain or 0):
            best[result.leads] = result
    changes: list[FuturesChange] = []
    for lead in leads_of(objectives):
        helper = helping.get(lead.key_result_id)
        latest = latest_day(lead, indexes, as_of)
        if helper is None or best[helper.leads] is not helper or latest is None:
            continue
        grid = lead.grid(indexes, latest)
        if grid is None or helper.by_days is None or helper.slope is None:
            continue
        reach = grid.periods_in(helper.by_days)
        count = len(grid.periods)
        places = list(range(max(4 * reach, count - MOST_ORIGINS), count + 1))
        if not places:
            continue
        signal = float(signals_of(grid.leads, places, reach)[-1])
        changes.append(LeadChange(helper.leads, float(helper.slope) * signal, helper.by_days))
    return changes
