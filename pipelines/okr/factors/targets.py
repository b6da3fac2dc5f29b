"""The gap between a key result and its target, by member.

A target has no members of its own. It is split as the KPI was in as many days right before: every member
scaled by the one factor that makes them meet the target, so that a ratio keeps its weights and scales its
rates. Of a total that is still open, only the part that is due by now is held against the members; what
is not due yet stands apart (`remaining`). All of it sums to actual − target. A target is in the reporting
currency and was set at no rate, so it has no currency effect.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from pipelines.okr.factors.amounts import KpiAmounts
from pipelines.okr.factors.decomposition import ComparedAmounts
from pipelines.okr.factors.factor import Comparison, Factor
from pipelines.okr.factors.wording import target_text
from pipelines.okr.kpi.filters import Where
from pipelines.okr.kpi.periods import Cadence, Period, containing, previous
from pipelines.okr.kpi.readings import KpiView, read_latest_window
from pipelines.okr.kpi.series import KpiIndex


@dataclass(frozen=True, slots=True)
class Gap:
    """A key result with one target and an actual, as it was scored.

    `due` is the share of a total that should have come by `through`. `over` is the window of a level
    that is taken over the latest one; `where` the members the key result is held to.
    """

    key_result_id: str
    course: Period
    through: date
    target: Decimal
    actual: Decimal
    due: Decimal
    where: Where
    over: Cadence | None
    trust: Set[str]


def gap_factors(gap: Gap, amounts: KpiAmounts) -> Iterator[Factor]:
    """The factors of the gap: the whole, and the members where the days before are known.

    `amounts` are those of the KPI under the filter `gap.where`.
    """
    kpi = amounts.kpi
    days, before = _days(gap, amounts.index)
    compared = _compared(gap, amounts, days, before)
    comparison = Comparison(
        kpi=kpi,
        period=gap.course,
        through=gap.through,
        against="target",
        reference=gap.key_result_id,
        reference_text=target_text(gap.target, kpi),
        before=before if compared.members else None,
        trust=gap.trust,
    )
    yield from comparison.factors(compared, kpi.places_for(gap.target, gap.actual))


def _days(gap: Gap, index: KpiIndex) -> tuple[Period, Period]:
    """The days the actual was taken from, and as many before the whole of them."""
    course = gap.course
    if gap.over is not None:
        view = KpiView(index, gap.where, course.fiscal_year)
        reading = read_latest_window(view, course.start, gap.through, gap.over)
        assert reading.through is not None, "there is an actual, so there is a window"
        window = containing(reading.through, gap.over, course.fiscal_year)
        return window, previous(window)
    whole = Period(None, course.label, course.start, course.end, course.fiscal_year)
    days = Period(None, course.label, course.start, gap.through, course.fiscal_year)
    return days, previous(whole)


def _compared(gap: Gap, amounts: KpiAmounts, days: Period, before: Period) -> ComparedAmounts:
    target, actual = Fraction(gap.target), Fraction(gap.actual)
    open_total = amounts.kpi.accumulates and gap.over is None
    due = target * Fraction(gap.due) if open_total else target
    in_total = ComparedAmounts(actual, target, {})
    earlier, last = amounts.whole(before), amounts.last_known(days)
    level = earlier.value if earlier else None
    behaviour = amounts.kpi.behaviour
    if not level or (last is None and not behaviour.absent_member_is_zero):
        return in_total
    if behaviour.is_level and last is not None:
        days = replace(days, end=last)
    members = {}
    for breakdown in amounts.breakdowns:
        of_level = amounts.by_member(breakdown, before)
        scaled = {member: amount.scaled(due / level) for member, amount in of_level.items()}
        members[breakdown] = amounts.aligned(amounts.by_member(breakdown, days), scaled)
    return ComparedAmounts(actual, target, members, remaining=target - due)
