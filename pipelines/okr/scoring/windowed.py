"""A goal that holds in each window (`per`): met windows ÷ elapsed windows.

Only whole windows count: a month's target is not asked of half a month. A window without data is
`no_data`, not missed, and does not count; the open window is judged by its own pace.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from pipelines.okr.definition.question import Question
from pipelines.okr.kpi.numbers import ONE, ZERO, figure, rounded, rounded_up
from pipelines.okr.kpi.periods import Cadence, whole_windows
from pipelines.okr.kpi.roster import Presence
from pipelines.okr.kpi.status import at_deadline, by_pace, so_far
from pipelines.okr.kpi.timeline import Timeline
from pipelines.okr.odds.open_goals import NoOdds, Outcome, Settled, ShareOfGoals, outcome_of
from pipelines.okr.scoring import attainment, wording
from pipelines.okr.scoring.judging import Assessment, JudgedPart, judge


def judge_windows(
    question: Question, course: Timeline, cadence: Cadence, present: Presence | None = None
) -> list[JudgedPart]:
    """Where a goal per window stands: the goal as a whole first, then each window that has begun.

    Args:
        question: the goal of one window.
        course: the whole course; its windows are those that lie in it.
        cadence: the length of a window.
        present: for a member, the days on which it is there; its goal is pro-rated in a window that has
            only some of them, and not asked in one that has none.
    """
    fiscal = question.view.fiscal_year
    windows: list[JudgedPart] = []
    outcomes: list[Outcome] = []
    # A window has to meet the goal in full; the bar of an aspirational objective is for the share of windows.
    full = replace(question, bar=ONE)
    whole = Presence(((course.start, course.deadline),))
    for window in whole_windows(course.start, course.deadline, cadence, fiscal):
        presence = (present or whole).within(window.start, window.end)
        if presence is None:
            continue
        part = course_of(presence, course)
        asked = pro_rated(full.over_days(window.start, window.end), presence.days, window.days)
        if not part.begun:
            outcomes.append(outcome_of(asked, part, window))
            continue
        assessment = judge(asked, part, window)
        windows.append(JudgedPart(assessment, window))
        if assessment.status != "no_data":
            outcomes.append(assessment.outcome)
        elif not part.past_due:
            outcomes.append(outcome_of(asked, part, window))
    headline = _headline(question, course, cadence, windows)
    outcome: Outcome = ShareOfGoals(tuple(outcomes), question.bar)
    if headline.decided:
        outcome = Settled(headline.status == "achieved", headline.score or ZERO)
    elif headline.status == "not_started":
        outcome = NoOdds("it has not started")
    return [JudgedPart(replace(headline, outcome=outcome)), *windows]


def course_of(presence: Presence, course: Timeline) -> Timeline:
    """The part of a course from the first to the last day of a presence."""
    return Timeline(presence.start, presence.end, min(course.cut, presence.end), course.yesterday)


def pro_rated(question: Question, days: int, whole: int) -> Question:
    """The question for a part of its days: a total shrinks with them, a level does not."""
    if days == whole or not question.accumulates:
        return question
    goal = question.goal.pro_rated(Decimal(days) / Decimal(whole), question.view.kpi.precision)
    return replace(question, goal=goal)


def _headline(
    question: Question, course: Timeline, cadence: Cadence, windows: Sequence[JudgedPart]
) -> Assessment:
    begun = [part.assessment for part in windows]
    counted = [window for window in begun if window.is_over]
    under_way = [
        part for part in windows if part.assessment.raw is not None and not part.assessment.is_over
    ]
    met = sum(window.status == "achieved" for window in counted)
    raw = attainment.share(met, len(counted))
    latest = counted[-1] if counted else under_way[-1].assessment if under_way else None
    kpi = question.view.kpi
    blank = Assessment(
        course=course,
        status="no_data",
        why=wording.no_data(course, question.subject),
        target=latest.target if latest else question.goal.target,
        actual=latest.actual if latest else None,
        gap=latest.gap if latest else None,
        raw=raw,
        score=raw,
        expected=ONE if counted else ZERO,
        trust=frozenset[str]().union(*(window.trust for window in begun)),
    )
    if not begun:
        fiscal = question.view.fiscal_year
        whole = whole_windows(course.start, course.deadline, cadence, fiscal)
        first = whole[0].start if whole else course.start
        return replace(blank, status="not_started", why=wording.not_started(first))
    if latest is None:
        lacking = [window for window in begun if window.lacks_target]
        return replace(blank, why=lacking[0].why) if lacking else blank
    still_open = [
        wording.open_window(part.window.label, figure(part.assessment.actual, kpi.unit))
        for part in under_way
        if part.window is not None and part.assessment.actual is not None
    ]
    required, current = _rates(question, counted)
    goal = question.goal.text(kpi.unit)
    if counted:
        why = wording.windows_met(met, len(counted), cadence, goal)
    else:
        why = f"{wording.first_window(cadence, begun[0].course)}; the goal is {goal} per {cadence}."
    why = " ".join([why, *still_open])
    stands = replace(blank, why=why, required_rate=required, current_rate=current)
    if raw is None:
        return replace(stands, status=so_far(under_way[-1].assessment.status))
    if course.past_due and not under_way:
        return replace(stands, status=at_deadline(raw, question.bar))
    return replace(stands, status=by_pace(raw, ONE, question.bar, question.policy))


def _rates(
    question: Question, counted: Sequence[Assessment]
) -> tuple[Decimal | None, Decimal | None]:
    """In units a window: what each has to bring, and what the elapsed ones brought on average."""
    target, kpi = question.goal.target, question.view.kpi
    actuals = [window.value for window in counted if window.value is not None]
    if not question.accumulates or target is None or not actuals:
        return None, None
    mean = rounded(sum(actuals, ZERO) / len(actuals), max(1, kpi.precision))
    return rounded_up(target, kpi.precision), mean
