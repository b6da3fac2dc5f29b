"""A goal that holds for each member of a dimension (`for_each`).

A member is present from the start if it had data before it, else from its first day with data. It
is taken to have left after its last day with data once it has been silent for longer than
`Policy.absent_after_days`; a shorter silence is a quiet time. Totals are pro-rated to the days a
member is present; levels are taken over those days.

Until the deadline a member meets the goal so far if a total is on its pace, if each elapsed window
of `per` met it, or if a level is where it should end.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from pipelines.okr.definition.question import Question
from pipelines.okr.kpi.numbers import ONE, ZERO, figure
from pipelines.okr.kpi.periods import Cadence, Period
from pipelines.okr.kpi.readings import Lens
from pipelines.okr.kpi.status import Policy, at_deadline, by_pace
from pipelines.okr.kpi.timeline import Timeline
from pipelines.okr.odds.wagers import Settled, Share
from pipelines.okr.scoring import attainment, wording
from pipelines.okr.scoring.judging import NO_DATA_YET, Assessment, judge, not_started
from pipelines.okr.scoring.pace import expected_share
from pipelines.okr.scoring.windowed import Windowed, course_in, judge_windows, pro_rated

Membered = tuple[str, Assessment]


@dataclass(frozen=True, slots=True)
class Members:
    """Each member's standing, the whole goal, and the whole goal in each window of `per`."""

    headline: Assessment
    each: tuple[Membered, ...]
    windows: tuple[Windowed, ...]


def judge_members(
    asked: Sequence[tuple[str, Question]],
    question: Question,
    course: Timeline,
    dimension: str,
    per: Cadence | None,
) -> Members:
    """Where a goal for each member stands; `asked` has each member's own question."""
    each: list[Membered] = []
    by_window: dict[Period, list[Membered]] = {}
    for member, own in asked if course.begun else ():
        present = presence(own.lens, course, question.policy)
        if present is None:
            continue
        if per is None:
            each.append((member, judge(pro_rated(own, present.days, course.days), present)))
            continue
        windows = judge_windows(replace(own, bar=ONE), course, per, present)
        each.append((member, windows.headline))
        for window, one in windows.each:
            by_window.setdefault(window, []).append((member, one))
    summary = _Summary(question, dimension)
    in_windows = tuple(
        (window, summary.of(by_window[window], part, paced=question.accumulates))
        for window in sorted(by_window, key=lambda window: window.start)
        if (part := course_in(window, course, None)) is not None
    )
    paced = question.accumulates or per is not None
    return Members(summary.of(each, course, paced=paced), tuple(each), in_windows)


def presence(lens: Lens, course: Timeline, policy: Policy) -> Timeline | None:
    """The part of the course a member takes part in, by the data up to the cut; None if none."""
    if lens.kpi.behaviour.reported_by_period:
        return course
    series = lens.index.series(lens.where)
    known = series.last(date.min, course.cut)
    if known is None:
        return None
    last = known[0]
    earlier = series.has_data(date.min, course.start - timedelta(days=1))
    first = series.first(course.start, course.cut)
    start = course.start if earlier or first is None else first[0]
    silent = (course.cut - last).days > policy.absent_after_days
    end = last if silent else course.deadline
    if end < start:
        return None
    return Timeline(start, end, min(course.cut, end), course.yesterday)


@dataclass(frozen=True, slots=True)
class _Summary:
    question: Question
    dimension: str

    def of(self, each: Sequence[Membered], course: Timeline, *, paced: bool) -> Assessment:
        """The share of the members with data that meet the goal, and the worst one by name."""
        known = [(member, one) for member, one in each if one.score is not None]
        met = sum(_meets(one, paced=paced) for _, one in known)
        raw = attainment.share(met, len(known))
        trust = frozenset[str]().union(*(one.trust for _, one in each))
        target = self.question.goal.target
        expected = ONE if paced else expected_share(course)
        if not course.begun:
            return replace(not_started(course, target), wager=NO_DATA_YET)
        blank = Assessment(course, "no_data", "", target=target, expected=expected, trust=trust)
        if raw is None:
            return replace(blank, why=wording.no_data(course, f"any {self.dimension}"))
        name, worst = min(known, key=lambda pair: (_lead(pair[1]), pair[0]))
        why = wording.members_meeting(met, len(known), self.dimension, self._shown(name, worst))
        stands = replace(blank, actual=worst.actual, raw=raw, score=raw, why=why)
        bar = self.question.bar
        if course.past_due and all(one.decided for _, one in known):
            status = at_deadline(raw, bar)
            return replace(stands, status=status, wager=Settled(status == "achieved", float(raw)))
        # Who may still join is not known; those who are here are held to it together.
        wager = Share(tuple(one.wager for _, one in known), bar)
        return replace(
            stands, status=by_pace(raw, expected, bar, self.question.policy), wager=wager
        )

    def _shown(self, member: str, worst: Assessment) -> str:
        unit = self.question.lens.kpi.unit
        if worst.actual is None:
            return member
        asked = "" if worst.target is None else f" (goal {figure(worst.target, unit)})"
        return f"{member} with {figure(worst.actual, unit)}{asked}"


def _meets(one: Assessment, *, paced: bool) -> bool:
    return one.status in ("on_track", "achieved") if paced else one.met


def _lead(one: Assessment) -> Decimal:
    """How far a member is ahead of its own pace (or behind it, below 0)."""
    assert one.raw is not None, "only members with data are compared"
    return one.raw - (one.expected or ZERO)
