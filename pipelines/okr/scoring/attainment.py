"""How much of a goal is reached: the formulas of docs/okr-semantics.md, Score.

Each gives the raw attainment, 1 for a goal exactly met, unclamped unless the page says otherwise.
Amounts are in the KPI's unit and exact, whatever decimals they are shown with: hitting the target exactly is
exactly 1, and a cent short is less.
"""

from decimal import Decimal

from pipelines.okr.kpi.numbers import ONE, ZERO


def at_least(actual: Decimal, target: Decimal) -> Decimal:
    """A / T for a flow, or for a level without a baseline.

    Written as 1 + (A − T) / |T|, which is the same for T > 0 and keeps its sense for T < 0, where
    A / T would call a larger loss a better result. T = 0 is met or is not.
    """
    if target == 0:
        return ONE if actual >= target else ZERO
    return ONE + (actual - target) / abs(target)


def at_least_from(actual: Decimal, target: Decimal, baseline: Decimal) -> Decimal:
    """(A − S) / (T − S) for a level; from a baseline at or above T, hold the level."""
    if baseline >= target:
        return ONE if actual >= target else at_least(actual, target)
    return (actual - baseline) / (target - baseline)


def at_most(actual: Decimal, target: Decimal) -> Decimal:
    """1 up to the target, beyond it max(0, 2 − A/T): for a level without a baseline, or a budget.

    For T < 0 the distance past the target is taken as a share of |T|. T = 0 is met or is not.
    """
    if actual <= target:
        return ONE
    return ZERO if target == 0 else max(ZERO, ONE - (actual - target) / abs(target))


def at_most_from(actual: Decimal, target: Decimal, baseline: Decimal) -> Decimal:
    """(S − A) / (S − T) for a level; from a baseline at or below T, hold the level."""
    if baseline <= target:
        return at_most(actual, target)
    return (baseline - actual) / (baseline - target)


def inside(actual: Decimal, low: Decimal, high: Decimal) -> Decimal:
    """1 inside the band, both ends included, else 0."""
    return ONE if low <= actual <= high else ZERO


def toward_band(actual: Decimal, low: Decimal, high: Decimal) -> Decimal:
    """For a total that is not final yet: the lower end of the band is a goal, the upper end a budget."""
    return min(at_least(actual, low), at_most(actual, high))


def share(met: int, counted: int) -> Decimal | None:
    """Met windows ÷ elapsed windows, or members that meet it ÷ members; None without any."""
    return Decimal(met) / Decimal(counted) if counted else None
