"""A goal that holds in each window (`per`): met windows ÷ elapsed windows.

Only whole windows count: a month's target is not asked of half a month. A window without data is
`no_data`, not missed, and does not count; the open window stands apart, by its own pace.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from pipelines.okr.definition.question import Question
from pipelines.okr.kpi.numbers import ONE, ZERO, figure, rounded, rounded_up
from pipelines.okr.kpi.periods import Cadence, Period, whole_windows
from pipelines.okr.kpi.status import at_deadline, by_pace
from pipelines.okr.kpi.timeline import Timeline
from pipelines.okr.odds.wagers import Settled, Share, Unknown, Wager, reach
from pipelines.okr.scoring import attainment, wording
from pipelines.okr.scoring.judging import Assessment, judge

Windowed = tuple[Period, Assessment]


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows of a goal that have begun, and the whole goal they add up to."""

    headline: Assessment
    each: tuple[Windowed, ...]


def judge_windows(
    question: Question, course: Timeline, cadence: Cadence, present: Timeline | None = None
) -> Windows:
    """Where a goal per window stands.

    Args:
        question: the goal of one window.
        course: the whole course; its windows are those that lie in it.
        cadence: the length of a window.
        present: for a member, the days it takes part; its goal is pro-rated in a window that has
            only some of them, and not asked in one that has none.
    """
    fiscal = question.lens.fiscal_year_start
    each: list[Windowed] = []
    wagers: list[Wager] = []
    # Windows are judged in full; the bar of an aspirational objective is for the share of them.
    full = replace(question, bar=ONE)
    for window in whole_windows(course.start, course.deadline, cadence, fiscal):
        part = course_in(window, course, present)
        if part is None:
            continue
        asked = pro_rated(full, part.days, window.days)
        if not part.begun:
            wagers.append(reach(asked, part, window))
            continue
        one = judge(asked, part, window)
        each.append((window, one))
        if one.status != "no_data":
            wagers.append(one.wager)
        elif not part.past_due:
            wagers.append(reach(asked, part, window))
    wager = Share(tuple(wagers), question.bar)
    headline = replace(_headline(question, course, cadence, each), wager=wager)
    return Windows(_final(headline), tuple(each))


def _final(headline: Assessment) -> Assessment:
    """What is over has no odds any more, and what has no data none yet."""
    if headline.decided:
        score = float(headline.score or 0)
        return replace(headline, wager=Settled(headline.status == "achieved", score))
    if headline.status == "not_started":
        return replace(headline, wager=Unknown("it has not started"))
    return headline


def course_in(window: Period, course: Timeline, present: Timeline | None) -> Timeline | None:
    """The part of a course that a window has; None when a member is not present in it."""
    start, end = window.start, window.end
    if present is not None:
        start, end = max(start, present.start), min(end, present.deadline)
    if end < start:
        return None
    return Timeline(start, end, min(course.cut, end), course.yesterday)


def pro_rated(question: Question, days: int, whole: int) -> Question:
    """The question for a part of its days: a total shrinks with them, a level does not."""
    if days == whole or not question.accumulates:
        return question
    goal = question.goal.pro_rated(Decimal(days) / Decimal(whole), question.lens.kpi.precision)
    return replace(question, goal=goal)


def _headline(
    question: Question, course: Timeline, cadence: Cadence, each: Sequence[Windowed]
) -> Assessment:
    counted = [one for _, one in each if one.decided]
    under_way = [(window, one) for window, one in each if not one.decided and one.raw is not None]
    met = sum(one.status == "achieved" for one in counted)
    raw = attainment.share(met, len(counted))
    latest = counted[-1] if counted else under_way[-1][1] if under_way else None
    asked = question.goal.text(question.lens.kpi.unit)
    blank = Assessment(
        course=course,
        status="no_data",
        why=wording.no_data(course, question.subject),
        target=question.goal.target,
        actual=latest.actual if latest else None,
        raw=raw,
        score=raw,
        expected=ONE if counted else ZERO,
        trust=frozenset[str]().union(*(one.trust for _, one in each)),
    )
    if not each:
        return replace(blank, status="not_started", why=_first_window(course, cadence, question))
    if latest is None:
        return blank
    still_open = _open_windows(question, under_way)
    required, current = _rates(question, counted)
    why = wording.windows_met(met, len(counted), cadence, asked, still_open)
    stands = replace(blank, why=why, required_rate=required, current_rate=current)
    if raw is None:
        return replace(stands, status=under_way[-1][1].status)
    if course.past_due and not under_way:
        return replace(stands, status=at_deadline(raw, question.bar))
    return replace(stands, status=by_pace(raw, ONE, question.bar, question.policy))


def _first_window(course: Timeline, cadence: Cadence, question: Question) -> str:
    fiscal = question.lens.fiscal_year_start
    whole = whole_windows(course.start, course.deadline, cadence, fiscal)
    first = whole[0].start if whole else course.start
    return wording.not_started(replace(course, start=first))


def _open_windows(question: Question, under_way: Sequence[Windowed]) -> str:
    unit = question.lens.kpi.unit
    return " ".join(
        wording.open_window(window.label, figure(one.actual, unit))
        for window, one in under_way
        if one.actual is not None
    )


def _rates(
    question: Question, counted: Sequence[Assessment]
) -> tuple[Decimal | None, Decimal | None]:
    """In units a window: what each has to bring, and what the elapsed ones brought on average."""
    target, kpi = question.goal.target, question.lens.kpi
    actuals = [one.actual for one in counted if one.actual is not None]
    if not question.accumulates or target is None or not actuals:
        return None, None
    mean = rounded(sum(actuals, ZERO) / len(actuals), max(1, kpi.precision))
    return rounded_up(target, kpi.precision), mean
