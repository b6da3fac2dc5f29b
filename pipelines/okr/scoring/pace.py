"""How far a goal should be by now, and the rates that lead there (docs/okr-semantics.md, Pace)."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from pipelines.okr.definition.question import PlannedWay, Question
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.numbers import ONE, ZERO, clamped, rounded, rounded_down, rounded_up
from pipelines.okr.kpi.season import season_of
from pipelines.okr.kpi.timeline import Timeline

_FINEST_PLACES = 4


def expected_shares(question: Question, course: Timeline, elapsed: Sequence[int]) -> list[Decimal]:
    """The share of the goal that is expected after each of so many days.

    A plan goes first. A total follows the course of the budget that gives its target, or the KPI's own season. A level
    follows the days, and so does a total that is too young to have a season; by the working days where its KPI says so.
    """
    if question.holds:
        return [ONE] * len(elapsed)
    if question.plan is not None:
        planned = _planned_shares(question, question.plan, course, elapsed)
        if planned is not None:
            return planned
    if question.accumulates and question.numbers is not None:
        due = question.numbers.shares(course.start, course.deadline, elapsed)
        if due is not None:
            return due
    season = season_of(question.view, course.cut) if question.accumulates else None
    if season is not None:
        return season.expected_shares(course, elapsed)
    working = question.view.kpi.working_days
    if working is not None and question.accumulates:
        shares = working.share(course.start, course.deadline, elapsed)
        if shares is not None:
            return shares
    return [_share_of_days(course, passed) for passed in elapsed]


def expected_share(course: Timeline) -> Decimal:
    """Elapsed ÷ total days: 0 on the day before the start, 1 at the deadline."""
    return _share_of_days(course, course.elapsed)


def _planned_shares(
    question: Question, plan: PlannedWay, course: Timeline, elapsed: Sequence[int]
) -> list[Decimal] | None:
    """The shares by the plan; None where its KPI does not say so."""
    if question.accumulates:
        return plan.shares_of_total(course.start, course.deadline, elapsed)
    target, start = question.goal.target, question.baseline or ZERO
    if plan.dated is None or target is None or target == start:
        return None
    days = [course.start + timedelta(days=passed - 1) for passed in elapsed]
    levels = [plan.dated.level(day, course.start, start, course.deadline, target) for day in days]
    return [clamped((level - start) / (target - start)) for level in levels]


def _share_of_days(course: Timeline, passed: int) -> Decimal:
    """The share of the course that so many days are, from 0 to 1."""
    return clamped(Decimal(passed) / Decimal(course.days))


def paced_score(score: Decimal, expected: Decimal) -> Decimal:
    """The score that is reached in the end by who has reached `score` where `expected` was due."""
    return clamped(score / expected) if expected > 0 else ONE


def in_units(question: Question, expected: Decimal) -> Decimal | None:
    """The value whose score is the expected one: the inverse of attainment, exact; None for a band.

    It is the pace in the KPI's unit.
    """
    target, baseline = question.goal.target, question.baseline
    if target is None:
        return None
    if question.accumulates:
        return target * expected
    if question.holds:
        return target
    if baseline is None and question.goal.comparison == "at_most":
        return target * (2 - expected)
    start = ZERO if baseline is None else baseline
    return start + (target - start) * expected


def budget_progress(actual: Decimal, budget: Decimal, expected: Decimal) -> Decimal:
    """How a budget stands against time: 1 is spending in step, 0.5 twice as fast as allowed."""
    if actual > budget:
        return ZERO
    if actual <= 0 or actual <= budget * expected:
        return ONE
    return budget * expected / actual


def required_rate(kpi: Kpi, to_go: Decimal, days: int, *, at_most: bool = False) -> Decimal | None:
    """What each of the remaining days has to bring (or, `at_most`, may bring); None without days.

    Units of the KPI a day, rounded to the safe side.
    """
    if days <= 0:
        return None
    needed = max(ZERO, to_go) / days
    places = _rate_places(kpi, needed)
    return rounded_down(needed, places) if at_most else rounded_up(needed, places)


def current_rate(kpi: Kpi, gained: Decimal, days: int) -> Decimal | None:
    """What a day has brought so far, on average; counts with at least one decimal."""
    if days <= 0:
        return None
    rate = gained / days
    return rounded(rate, max(1, _rate_places(kpi, rate)))


def _rate_places(kpi: Kpi, rate: Decimal) -> int:
    """The decimals of a rate a day: those of the KPI, and below ten a day as many as give two digits.

    Two people more in sixty days are 0.034 a day. As a whole number they would be one a day.
    """
    return max(kpi.precision, min(_FINEST_PLACES, 1 - rate.adjusted())) if rate else kpi.precision
