"""The drivers of a goal: the KPI as a whole, each member of its dimensions, and of a ratio its mix and denominator."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from pipelines.okr.forecast.training_series import Exact
from pipelines.okr.kpi.kpi import PERCENT
from pipelines.okr.levers.drivers import DenominatorDriver, Driver, MixDriver
from pipelines.okr.levers.member_shares import latest_levels, latest_shares
from pipelines.okr.odds.goal_forecast import GoalForecast

MIN_MIX_SHARE = 0.05
"""The share of a denominator that a member has at least, for its ratio to say what more of it would do."""
_MIX_PLACES = 4


def drivers_of(forecast: GoalForecast) -> Iterator[Driver]:
    """Every driver of the goal: the whole first, then the members of each dimension."""
    view = forecast.question.view
    behaviour = view.kpi.behaviour
    whole = _whole_ratio(forecast) if behaviour.is_quotient else _whole(forecast)
    if whole is None:
        return
    yield whole
    if behaviour.reported_by_period:
        return  # its members do not add up to it
    for dimension in view.kpi.dimensions:
        if isinstance(view.where.get(dimension), str):
            continue
        if behaviour.is_quotient:
            yield from _of_ratio(forecast, whole, dimension)
        elif behaviour.is_level:
            yield from _of_stock(forecast, whole, dimension)
        else:
            yield from _of_flow(forecast, whole, dimension)
    if behaviour.is_quotient and _may_move_denominator(forecast):
        yield _denominator(forecast)


def _whole(forecast: GoalForecast) -> Driver:
    """What a day brings; a change is one over all of the days to come, the same in each future."""
    kpi = forecast.question.view.kpi
    step = 1 / max(forecast.days, 1)
    to_come = float(np.median(forecast.to_come))
    least = -np.inf if kpi.behaviour.is_level else _nothing_left(forecast.to_come)
    return Driver(
        unit=kpi.unit,
        places=kpi.precision,
        now=to_come * step,
        base=to_come,
        least=least,
        step=step,
        per_day=kpi.behaviour.is_amount,
    )


def _nothing_left(to_come: Exact) -> Exact | float:
    """At the least, nothing comes; without a limit where what comes may be negative."""
    return -np.inf if to_come.min(initial=0) < 0 else -to_come


def _of_flow(forecast: GoalForecast, whole: Driver, dimension: str) -> Iterator[Driver]:
    for own in latest_shares(forecast.goal, dimension):
        if own.top > 0:
            yield replace(
                whole,
                now=whole.now * own.top,
                base=whole.base * own.top,
                least=whole.least * own.top,
                dimension=dimension,
                member=own.member,
            )


def _of_stock(forecast: GoalForecast, whole: Driver, dimension: str) -> Iterator[Driver]:
    """A member grows as it has of late, and cannot fall below 0."""
    for own in latest_levels(forecast.goal, dimension):
        yield replace(
            whole,
            now=own.growth,
            base=own.growth * forecast.days,
            least=-max(own.level, 0.0),
            dimension=dimension,
            member=own.member,
        )


def _whole_ratio(forecast: GoalForecast) -> Driver | None:
    kpi = forecast.question.view.kpi
    whole = Driver(unit=kpi.unit, places=kpi.precision, now=0.0, base=0.0)
    return _ratio(forecast, whole, top=1.0, bottom=1.0)


def _ratio(forecast: GoalForecast, driver: Driver, *, top: float, bottom: float) -> Driver | None:
    """The driver with the ratio of its shares of the numerators (`top`) and denominators (`bottom`) to come."""
    numerators, denominators = forecast.to_come * top, forecast.denominator_to_come * bottom
    if denominators.sum() <= 0:
        return None
    least: Exact | float = -np.inf if numerators.min() < 0 else -numerators
    most: Exact | float = (
        np.maximum(denominators - numerators, 0.0) if forecast.is_share else np.inf
    )
    limits = 0.0 if numerators.min() >= 0 else -np.inf, 1.0 if forecast.is_share else np.inf
    now = min(float(numerators.sum() / denominators.sum()), limits[1])
    return replace(
        driver, now=now, base=now, effect=denominators, least=least, most=most, limits=limits
    )


def _of_ratio(forecast: GoalForecast, whole: Driver, dimension: str) -> Iterator[Driver]:
    """Each member's own ratio, and what moves between the best and the worst of them."""
    shares: list[tuple[Driver, float]] = []
    for own in latest_shares(forecast.goal, dimension):
        member = replace(whole, dimension=dimension, member=own.member)
        driver = (
            _ratio(forecast, member, top=own.top, bottom=own.bottom) if own.bottom > 0 else None
        )
        if driver is not None:
            shares.append((driver, own.bottom))
            yield driver
    if not forecast.question.view.kpi.accumulates and len(shares) > 1:
        mix = _mix(forecast, shares, dimension)
        if mix is not None:
            yield mix


def _mix(
    forecast: GoalForecast, shares: list[tuple[Driver, float]], dimension: str
) -> Driver | None:
    """The share of the denominators to come that goes from the worst member to the best one."""
    comparison = forecast.question.goal.comparison
    members = [(driver.now, share, driver.member) for driver, share in shares]
    members = [member for member in members if member[1] >= MIN_MIX_SHARE]
    if comparison == "between" or len(members) < 2:
        return None
    sign = 1 if comparison == "at_least" else -1
    ordered = sorted(members, key=lambda member: (sign * member[0], member[2]))
    (worst_rate, share, worst), (best_rate, _, best) = ordered[0], ordered[-1]
    effect = forecast.denominator_to_come * abs(best_rate - worst_rate)
    if not effect.any():
        return None
    return MixDriver(
        unit=PERCENT,
        places=_MIX_PLACES,
        now=share,
        base=share,
        effect=effect,
        least=0.0,
        most=effect * share,
        step=-1.0,
        limits=(0.0, 1.0),
        dimension=dimension,
        member=f"{worst} > {best}",
        worst=worst,
        best=best,
    )


def _may_move_denominator(forecast: GoalForecast) -> bool:
    """Whether the denominator can change without the numerator: not where the one is a part of the other."""
    kpi = forecast.question.view.kpi
    is_separate = not forecast.is_share and kpi.unit != PERCENT and not kpi.accumulates
    positive = float(forecast.final.min(initial=0)) >= 0 and min(forecast.question.goal.ends) > 0
    return is_separate and positive and float(forecast.denominator_to_come.mean()) > 0


def _denominator(forecast: GoalForecast) -> Driver:
    to_come = forecast.denominator_to_come
    amount, step = float(np.median(to_come)), 1 / max(forecast.days, 1)
    return DenominatorDriver(
        unit="", places=0, now=amount * step, base=amount, least=-to_come, step=step, per_day=True
    )
