"""A lever in one plain sentence: what it takes, or how far it can go."""

from decimal import Decimal

from pipelines.okr.kpi.facts import TOTAL
from pipelines.okr.kpi.kpi import PERCENT, Kpi
from pipelines.okr.kpi.numbers import ZERO, figure, percentage
from pipelines.okr.levers.drivers import Driver
from pipelines.okr.odds.wagers import Reach


def enough(
    driver: Driver,
    goal: Reach,
    rates: tuple[Decimal, Decimal],
    change: Decimal,
    share: Decimal | None,
) -> str:
    """What has to change, `share` being the change as a part of what comes anyway."""
    kpi, (now, needed) = goal.question.lens.kpi, rates
    relative = "" if share is None else f" ({'+' if share > 0 else '-'}{percentage(abs(share))})"
    amount = f"{figure(abs(change), driver.unit)} {'more' if change > 0 else 'less'}"
    if driver.kind == "mix":
        worst, best = driver.moved
        left = f"{figure(needed, PERCENT)} of {figure(now, PERCENT)}"
        return f"{figure(abs(change), PERCENT)} moved from {worst}, which keeps {left}, to {best}"
    if driver.kind == "denominator":
        return f"{amount} in the denominator by {goal.end}, the same above it{relative}"
    who = "" if driver.member == TOTAL else f"{driver.member}: "
    at, instead = _rate(needed, kpi, driver.unit), _rate(now, kpi, _sign(kpi))
    if kpi.kind == "ratio":
        when = "a head and day" if kpi.denominator == "level" else "from here on"
        return f"{who}{at} {when} instead of {instead}{relative}"
    at = _rate(needed, kpi, "")
    if kpi.kind == "distinct" and goal.window is not None:
        return f"{who}{amount} in {goal.window.label}, {at} instead of {instead}{relative}"
    return f"{who}{amount} by {goal.end}, {at} a day instead of {instead}{relative}"


def with_odds(sentence: str, odds: Decimal | None) -> str:
    return f"{sentence}." if odds is None else f"{sentence}: then the odds are {percentage(odds)}."


def no_end(driver: Driver) -> str:
    """It may go on for ever, and that is not enough: where the odds have no record, or a band is too narrow."""
    return f"No change{_of(driver)} alone is enough"


def not_enough(driver: Driver, kpi: Kpi, at: Decimal, outcome: Decimal | None) -> str:
    """How far it can go: there it stands `at`, and the goal comes to `outcome`."""
    end = "" if outcome is None else f" it would come to {figure(outcome, kpi.unit)}"
    if driver.kind == "mix":
        worst, best = driver.moved
        return f"Even with all of {worst} moved to {best}{end}"
    if driver.kind == "denominator":
        return f"Even with nothing more to divide by{end}"
    if kpi.kind == "stock":
        return f"Even with nothing left{_of(driver)}{end}"
    if at == ZERO:
        return f"Even with nothing more{_of(driver)}{end}"
    return f"Even with {_rate(at, kpi, kpi.unit)}{_of(driver)} from here on{end}"


def _of(driver: Driver) -> str:
    return "" if driver.member == TOTAL else f" of {driver.member}"


def _sign(kpi: Kpi) -> str:
    """The unit where a figure means nothing without it."""
    return PERCENT if kpi.unit == PERCENT else ""


def _rate(rate: Decimal, kpi: Kpi, unit: str) -> str:
    places = kpi.precision if kpi.kind in ("ratio", "distinct") else None
    return figure(rate if places is not None else rate.normalize(), unit, places)
