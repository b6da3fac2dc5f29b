"""A goal that holds in each window (`per`): met windows ÷ windows that are over.

Only whole windows count: a month's target is not asked of half a month. A window without data is `no_data`, not
missed, and does not count. A window counts once nothing to come can change its result, which may be before its last
day; the open window is judged by its own pace.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from pipelines.okr.definition.question import Question
from pipelines.okr.kpi.numbers import ONE, ZERO, figure, rounded, rounded_up
from pipelines.okr.kpi.periods import Cadence, whole_windows
from pipelines.okr.kpi.roster import Presence
from pipelines.okr.kpi.status import by_pace, so_far
from pipelines.okr.kpi.timeline import Timeline
from pipelines.okr.odds.open_goals import Outcome, ShareOfGoals, outcome_of
from pipelines.okr.scoring import attainment, wording
from pipelines.okr.scoring.assessment import Assessment, JudgedPart, OpenWindow, WindowRecord
from pipelines.okr.scoring.judging import judge
from pipelines.okr.scoring.pace import paced_score

_DAY = timedelta(days=1)


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
    open_now: OpenWindow | None = None
    # A window has to meet the goal in full; that it need not be met in all of them is said by `met_in`.
    full = replace(question, bar=ONE)
    whole = Presence(((course.start, course.deadline),))
    in_course = whole_windows(course.start, course.deadline, cadence, fiscal)
    for window in in_course:
        presence = (present or whole).within(window.start, window.end)
        if presence is None:
            continue
        part = course_of(presence, course)
        asked = pro_rated(full.over_days(window.start, window.end), presence.days, window.days)
        actual: Decimal | None = None
        if part.begun:
            assessment = judge(asked, part, window)
            windows.append(JudgedPart(assessment, window))
            actual, outcome = assessment.actual, assessment.outcome
            if assessment.status == "no_data":
                if part.past_due and part.covered:
                    continue  # its source has nothing of it, and will not have
                outcome = outcome_of(asked, part, window)
        else:
            outcome = outcome_of(asked, part, window)
        outcomes.append(outcome)
        if window.start <= course.yesterday + _DAY <= window.end:
            open_now = OpenWindow(window.label, actual, outcome)
    needed = question.met_in.needed(len(outcomes), len(in_course))
    headline = _headline(question, course, cadence, windows, needed, len(outcomes))
    outcome = ShareOfGoals(tuple(outcomes), needed)
    return [JudgedPart(replace(headline, outcome=outcome, open_window=open_now)), *windows]


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
    question: Question,
    course: Timeline,
    cadence: Cadence,
    windows: Sequence[JudgedPart],
    needed: int,
    in_all: int,
) -> Assessment:
    begun = [part.assessment for part in windows]
    counted = [window for window in begun if window.decided]
    under_way = [
        part for part in windows if part.assessment.raw is not None and not part.assessment.decided
    ]
    record = WindowRecord(
        met=sum(window.status == "achieved" for window in counted),
        over=len(counted),
        needed=needed,
        in_all=in_all,
        in_a_row=_in_a_row(counted),
    )
    raw = attainment.share(record.met, record.over)
    # the open window is shown apart, also where its result is decided already
    final = [window for window in counted if window.course.past_due] or counted
    latest = final[-1] if final else under_way[-1].assessment if under_way else None
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
        expected=attainment.share(needed, in_all) if counted else ZERO,
        trust=frozenset[str]().union(*(window.trust for window in begun)),
        windows=record,
    )
    if not begun:
        fiscal = question.view.fiscal_year
        whole = whole_windows(course.start, course.deadline, cadence, fiscal)
        first = whole[0].start if whole else course.start
        return replace(blank, status="not_started", why=wording.not_started(first))
    if latest is None:
        lacking = [window for window in begun if window.lacks_target]
        return replace(blank, why=lacking[0].why, lacks_target=True) if lacking else blank
    still_open = [
        wording.open_window(part.window.label, figure(part.assessment.actual, kpi.unit))
        for part in under_way
        if part.window is not None and part.assessment.actual is not None
    ]
    required, current = _rates(question, counted)
    goal = question.goal.text(kpi.unit)
    if counted:
        why = wording.windows_met(
            record.met, record.over, needed, in_all, record.in_a_row, cadence, goal
        )
    else:
        why = f"{wording.first_window(cadence, begun[0].course)}; the goal is {goal} per {cadence}."
    why = " ".join([why, *still_open])
    stands = replace(blank, why=why, required_rate=required, current_rate=current)
    if raw is None:
        opened = under_way[-1].assessment
        return replace(stands, status=so_far(opened.status), paced_score=opened.paced_score)
    if record.settled is not None:
        return replace(stands, status="achieved" if record.settled else "missed", paced_score=raw)
    assert stands.expected is not None, "windows that are over have a pace"
    status = by_pace(raw, stands.expected, ONE, question.policy)
    return replace(stands, status=status, paced_score=paced_score(raw, stands.expected))


def _in_a_row(counted: Sequence[Assessment]) -> int:
    """How many of the latest windows met it one after the other."""
    missed = (
        number for number, window in enumerate(reversed(counted)) if window.status != "achieved"
    )
    return next(missed, len(counted))


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
