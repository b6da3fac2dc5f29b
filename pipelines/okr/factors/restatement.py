"""Restated history: what came from the business, and what from a past that is believed otherwise now.

Between what was published of the compared period and what is known of it today lies a change that no
day of this period brought. Told apart, the change against the old belief is

    now − then believed = (now − now known) + (now known − then believed)

Its second part is split over the members as a change is: by their own amounts, and of a ratio by what they
have in the whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pipelines.okr.factors.amounts import Amount, Amounts, Cut, KpiAmounts
from pipelines.okr.kpi.facts import TOTAL, DistinctFact


@dataclass(frozen=True)
class Believed:
    """A KPI as it was believed when a period of it was first published whole.

    What was believed is kept by one dimension at a time: `histories` has one of the whole (`total`) and one of
    each dimension.
    """

    histories: Mapping[str, KpiAmounts]

    def amounts(self, cut: Cut, start: date, end: date) -> Amounts | None:
        """The members' amounts then; None of dimensions inside each other, or where nothing was kept."""
        known = self.histories.get(cut[0]) if len(cut) == 1 else None
        return known.amounts(cut, start, end) if known else None

    def whole(self, start: date, end: date) -> Amount | None:
        """The amount of all members then; None where a day of these was not known."""
        total = self.histories.get(TOTAL)
        return total.whole(start, end) if total and total.covers(start, end) else None

    def reported(self, period: str, period_start: date) -> DistinctFact | None:
        """A distinct count as it was believed then."""
        total = self.histories.get(TOTAL)
        return total.reported(period, period_start) if total else None
