"""A goal that holds for each member of a dimension (`for_each`).

Totals are pro-rated to the days on which a member is there (`asked_members`); levels are taken over those days.

Until the deadline a member meets the goal so far if a total is on its pace, if each elapsed window
of `per` met it, or if a level is where it should end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from pipelines.okr.definition.question import Question
from pipelines.okr.kpi.numbers import ONE, ZERO, figure, rounded_up
from pipelines.okr.kpi.periods import Cadence, Period
from pipelines.okr.kpi.roster import Presence
from pipelines.okr.kpi.status import at_deadline, by_pace
from pipelines.okr.kpi.timeline import Timeline
from pipelines.okr.odds.open_goals import Outcome, Settled, ShareOfGoals
from pipelines.okr.scoring import wording
from pipelines.okr.scoring.assessment import (
    Assessment,
    JudgedPart,
    MemberRecord,
    OpenWindow,
    not_started,
)
from pipelines.okr.scoring.judging import judge
from pipelines.okr.scoring.pace import expected_share, paced_score
from pipelines.okr.scoring.windowed import course_of, judge_windows, pro_rated


@dataclass(frozen=True, slots=True)
class AskedMember:
    """A member that is asked: its own question, and the days on which it is there."""

    name: str
    question: Question
    present: Presence


@dataclass(frozen=True, slots=True)
class EachMember:
    """A goal for each member of a dimension: the question to all of them, with the windows of `per`.

    `are_named` says whether the one that is furthest behind is named.
    """

    question: Question
    dimension: str
    per: Cadence | None
    are_named: bool = True

    def judge(self, asked: Sequence[AskedMember], course: Timeline) -> list[JudgedPart]:
        """Where it stands: as a whole, as a whole in each window of `per`, and in each member."""
        members: list[JudgedPart] = []
        by_window: dict[Period, list[JudgedPart]] = {}
        for member in asked:
            own, span = member.question, course_of(member.present, course)
            if self.per is None:
                own = pro_rated(own, member.present.days, course.days)
                members.append(JudgedPart(judge(own, span), member=member.name))
                continue
            strict = replace(own, bar=ONE)
            whole, *windows = judge_windows(strict, course, self.per, member.present)
            members.append(replace(whole, member=member.name))
            for part in windows:
                if part.window is not None:
                    by_window.setdefault(part.window, []).append(replace(part, member=member.name))
        in_windows = [
            JudgedPart(self._in_window(window, by_window[window], course), window)
            for window in sorted(by_window, key=lambda window: window.start)
        ]
        paced = self.question.accumulates or self.per is not None
        if self.per is not None and any(part.assessment.score is not None for part in members):
            members = [_judged_by(part) for part in members]
        summary = self._summary(members, course, paced=paced)
        now = [part.assessment.open_window for part in members if part.assessment.open_window]
        if now and self.per is not None:
            # of the day's window: as a whole, it is open as long as one of the members still is
            everyone = ShareOfGoals(tuple(window.outcome for window in now), self._needed(len(now)))
            label = now[0].label
            shown = [part.assessment.actual for part in in_windows if _label(part) == label]
            summary = replace(
                summary, open_window=OpenWindow(label, next(iter(shown), None), everyone)
            )
        return [JudgedPart(summary), *in_windows, *members]

    def _needed(self, members: int) -> int:
        """How many of so many members have to meet it."""
        return int(rounded_up(self.question.bar * members, 0))

    def _in_window(
        self, window: Period, members: Sequence[JudgedPart], course: Timeline
    ) -> Assessment:
        days = course_of(Presence(((window.start, window.end),)), course)
        return self._summary(members, days, paced=self.question.accumulates)

    def _summary(
        self, members: Sequence[JudgedPart], course: Timeline, *, paced: bool
    ) -> Assessment:
        """The share of the members with data that meet the goal, and the one that is furthest behind."""
        question = self.question
        if not course.begun:
            outcomes = tuple(part.assessment.outcome for part in members)
            odds = ShareOfGoals(outcomes, self._needed(len(outcomes)))
            return not_started(course, question.goal.target, outcome=odds)
        judged = {
            part.member: part.assessment
            for part in members
            if part.assessment.status not in ("no_data", "not_started")
        }
        trust = frozenset[str]().union(*(part.assessment.trust for part in members))
        why = wording.no_data(course, f"any {self.dimension}")
        blank = Assessment(course, "no_data", why, target=question.goal.target, trust=trust)
        lacking = {part.member: part.assessment for part in members if part.assessment.lacks_target}
        if not judged:
            why = next((member.why for member in lacking.values()), why)
            return replace(blank, why=why, expected=ONE if paced else expected_share(course))
        known = {name: member for name, member in judged.items() if member.score is not None}
        last = min(known or judged, key=lambda name: (-_gap(judged[name]), name))
        blank = replace(blank, actual=judged[last].actual, gap=judged[last].gap)
        if not known:
            summary = self._before_first_window(blank, judged)
        else:
            outcomes = tuple(member.outcome for member in judged.values())
            summary = self._of_known(blank, known, last, outcomes, paced=paced)
        assert summary.members is not None, "members were judged"
        return replace(summary, members=replace(summary.members, untargeted=tuple(lacking)))

    def _of_known(
        self,
        blank: Assessment,
        known: Mapping[str, Assessment],
        last: str,
        outcomes: tuple[Outcome, ...],
        *,
        paced: bool,
    ) -> Assessment:
        course, bar, policy = blank.course, self.question.bar, self.question.policy
        met = sum(_meets(member, paced=paced) for member in known.values())
        share = Decimal(met) / len(known)
        expected = ONE if paced else expected_share(course)
        named = self._named(last, known)
        is_over = course.past_due and all(member.decided for member in known.values())
        standing = wording.Standing.ON_PACE if paced else wording.Standing.MEETS_SO_FAR
        why = wording.members_meeting(
            met,
            len(known),
            self.dimension,
            named,
            self.question.goal.comparison,
            wording.Standing.MEETS if is_over else standing,
        )
        behind = last if named and met < len(known) and _gap(known[last]) > 0 else None
        record = MemberRecord(met, len(known), behind)
        stands = replace(
            blank,
            raw=share,
            score=share,
            expected=expected,
            paced_score=paced_score(share, expected),
            why=why,
            members=record,
        )
        if is_over:
            status = at_deadline(share, bar)
            return replace(stands, status=status, outcome=Settled(status == "achieved", share))
        # Members may still join; the odds are those of the present ones.
        outcome = ShareOfGoals(outcomes, self._needed(len(outcomes)))
        return replace(stands, status=by_pace(share, expected, bar, policy), outcome=outcome)

    def _before_first_window(
        self, blank: Assessment, open_now: Mapping[str, Assessment]
    ) -> Assessment:
        """No window is over, so there is no share of windows yet; the open one is judged by its pace."""
        assert self.per is not None, "only windows can be waited for"
        bar, policy = self.question.bar, self.question.policy
        on_pace = sum(_meets(member, paced=True) for member in open_now.values())
        share = Decimal(on_pace) / len(open_now)
        first = next(iter(open_now.values())).course
        waiting = wording.first_window(self.per, first)
        return replace(
            blank,
            status=by_pace(share, ONE, bar, policy),
            expected=ZERO,
            paced_score=share,
            why=wording.members_on_pace(waiting, on_pace, len(open_now), self.dimension),
            outcome=ShareOfGoals(
                tuple(member.outcome for member in open_now.values()), self._needed(len(open_now))
            ),
            members=MemberRecord(on_pace, len(open_now)),
        )

    def _named(self, last: str, known: Mapping[str, Assessment]) -> str:
        """The member with the largest gap, with its figure and its target; empty where several tie.

        A band has no target, and may be pro-rated: what is said is how far the member is from it.
        """
        member, unit = known[last], self.question.view.kpi.unit
        tied = sum(_gap(other) == _gap(member) for other in known.values())
        if not self.are_named or tied > 1 or member.actual is None:
            return ""
        if member.target is not None:
            return f"{last} with {figure(member.actual, unit)} (goal {figure(member.target, unit)})"
        return f"{last} with {figure(member.actual, unit)} ({figure(_gap(member), unit)} outside)"


def _label(part: JudgedPart) -> str:
    return part.window.label if part.window else ""


def _judged_by(part: JudgedPart) -> JudgedPart:
    """A member with the figures it is judged by: none where no window of its own counts, as others are judged by those.

    What its open window has come to is in `open_window`.
    """
    if part.assessment.score is not None:
        return part
    return replace(part, assessment=replace(part.assessment, actual=None, gap=None))


def _gap(member: Assessment) -> Decimal:
    return ZERO if member.gap is None else member.gap


def _meets(member: Assessment, *, paced: bool) -> bool:
    return member.status in ("on_track", "achieved") if paced else member.met
