"""A goal that holds for each member of a dimension (`for_each`).

A member is present from the start if it had data before it, else from its first day with data. It
has left after its last day with data once it has had none for more than `Policy.absent_after_days`.
Totals are pro-rated to the days a member is present; levels are taken over those days.

Until the deadline a member meets the goal so far if a total is on its pace, if each elapsed window
of `per` met it, or if a level is where it should end.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from pipelines.okr.definition.question import Question
from pipelines.okr.kpi.numbers import ONE, figure
from pipelines.okr.kpi.periods import Cadence, Period
from pipelines.okr.kpi.readings import KpiView
from pipelines.okr.kpi.status import Policy, at_deadline, by_pace
from pipelines.okr.kpi.timeline import Timeline
from pipelines.okr.odds.open_goals import Settled, ShareOfGoals
from pipelines.okr.scoring import attainment, wording
from pipelines.okr.scoring.judging import NO_DATA_YET, Assessment, JudgedPart, judge, not_started
from pipelines.okr.scoring.pace import expected_share
from pipelines.okr.scoring.windowed import course_in, judge_windows, pro_rated


def judge_members(
    asked: Sequence[tuple[str, Question]],
    question: Question,
    course: Timeline,
    dimension: str,
    per: Cadence | None,
) -> list[JudgedPart]:
    """Where a goal for each member stands: as a whole, as a whole in each window of `per`, and in each member.

    `asked` has each member's own question.
    """
    members: list[JudgedPart] = []
    by_window: dict[Period, list[JudgedPart]] = {}
    for member, own in asked if course.begun else ():
        present = presence(own.view, course, question.policy)
        if present is None:
            continue
        if per is None:
            judged = judge(pro_rated(own, present.days, course.days), present)
            members.append(JudgedPart(judged, member=member))
            continue
        whole, *windows = judge_windows(replace(own, bar=ONE), course, per, present)
        members.append(replace(whole, member=member))
        for part in windows:
            if part.window is not None:
                by_window.setdefault(part.window, []).append(replace(part, member=member))
    summary = _Summary(question, dimension)
    in_windows = [
        JudgedPart(summary.of(by_window[window], days, paced=question.accumulates), window)
        for window in sorted(by_window, key=lambda window: window.start)
        if (days := course_in(window, course, None)) is not None
    ]
    paced = question.accumulates or per is not None
    return [JudgedPart(summary.of(members, course, paced=paced)), *in_windows, *members]


def presence(view: KpiView, course: Timeline, policy: Policy) -> Timeline | None:
    """The part of the course a member takes part in, by the data up to the cut; None if none."""
    if view.kpi.behaviour.reported_by_period:
        return course
    series = view.series
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

    def of(self, members: Sequence[JudgedPart], course: Timeline, *, paced: bool) -> Assessment:
        """The share of the members with data that meet the goal, and the worst one by name."""
        target = self.question.goal.target
        if not course.begun:
            return replace(not_started(course, target), outcome=NO_DATA_YET)
        known = {
            part.member: part.assessment for part in members if part.assessment.score is not None
        }
        met = sum(_meets(member, paced=paced) for member in known.values())
        raw = attainment.share(met, len(known))
        trust = frozenset[str]().union(*(part.assessment.trust for part in members))
        expected = ONE if paced else expected_share(course)
        blank = Assessment(course, "no_data", "", target=target, expected=expected, trust=trust)
        if raw is None:
            return replace(blank, why=wording.no_data(course, f"any {self.dimension}"))
        name = min(known, key=lambda member: (known[member].lead, member))
        shown = self._shown(name, known[name])
        why = wording.members_meeting(met, len(known), self.dimension, shown)
        stands = replace(blank, actual=known[name].actual, raw=raw, score=raw, why=why)
        bar = self.question.bar
        if course.past_due and all(member.decided for member in known.values()):
            status = at_deadline(raw, bar)
            return replace(stands, status=status, outcome=Settled(status == "achieved", float(raw)))
        # Members may still join; the odds are those of the present ones.
        outcome = ShareOfGoals(tuple(member.outcome for member in known.values()), bar)
        return replace(
            stands, status=by_pace(raw, expected, bar, self.question.policy), outcome=outcome
        )

    def _shown(self, name: str, member: Assessment) -> str:
        unit = self.question.view.kpi.unit
        if member.actual is None:
            return name
        asked = "" if member.target is None else f" (goal {figure(member.target, unit)})"
        return f"{name} with {figure(member.actual, unit)}{asked}"


def _meets(member: Assessment, *, paced: bool) -> bool:
    return member.status in ("on_track", "achieved") if paced else member.met
