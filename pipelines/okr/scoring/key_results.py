"""One key result on a day: judged as a whole, by its windows and by its members."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from pipelines.okr.definition.budgets import AskedNumbers, asked_numbers, budget_of
from pipelines.okr.definition.definitions import KeyResult, Objective
from pipelines.okr.definition.field_types import MEASURED, KpiTarget
from pipelines.okr.definition.fingerprints import key_result_fingerprint
from pipelines.okr.definition.goals import Goal, goal_of
from pipelines.okr.definition.plans import DatedPlan
from pipelines.okr.definition.question import PlannedWay, Question
from pipelines.okr.definition.unseen_members import UnseenMember, unseen_members
from pipelines.okr.kpi.facts import TOTAL
from pipelines.okr.kpi.numbers import ONE, ZERO
from pipelines.okr.kpi.periods import Cadence
from pipelines.okr.kpi.readings import KpiView, read_baseline
from pipelines.okr.kpi.series import KpiIndex
from pipelines.okr.kpi.status import Policy, at_deadline
from pipelines.okr.kpi.timeline import Timeline
from pipelines.okr.odds.open_goals import NoOdds, OpenGoal, Settled, ShareOfGoals, last_window
from pipelines.okr.scoring import wording
from pipelines.okr.scoring.asked_members import asked_members
from pipelines.okr.scoring.assessment import Assessment, JudgedPart, not_started
from pipelines.okr.scoring.evidence import Evidence
from pipelines.okr.scoring.judging import judge
from pipelines.okr.scoring.members import AskedMember, EachMember
from pipelines.okr.scoring.windowed import judge_windows

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class JudgedKeyResult:
    """One key result on the day of the evidence."""

    objective: Objective
    result: KeyResult
    evidence: Evidence

    @property
    def as_of(self) -> date:
        return self.evidence.as_of

    @property
    def policy(self) -> Policy:
        return self.evidence.policy

    @property
    def index(self) -> KpiIndex | None:
        """The facts of its KPI; None when nothing is known of it."""
        return self.evidence.indexes.get(self.result.kpi or "")

    @property
    def id(self) -> str:
        return self.objective.key_result_id(self.result)

    @cached_property
    def definition_hash(self) -> str:
        """Of what it is scored by; each of its rows has it."""
        return key_result_fingerprint(self.objective, self.result)

    @cached_property
    def parts(self) -> list[JudgedPart]:
        """The whole first, then windows and members."""
        result, course, cadence = self.result, self._course, self._window_cadence
        if result.milestone is not None:
            return [JudgedPart(self._milestone(course, done=result.milestone.done))]
        if self.index is None:
            return [JudgedPart(self._without_figure(course, self._no_facts))]
        if result.for_each is None and self._view.lacks_total:
            return [JudgedPart(self._without_figure(course, wording.no_total(self.index.kpi.name)))]
        if result.for_each is not None:
            return self._members(course, result.for_each)
        if cadence is not None:
            return judge_windows(self._question, course, cadence)
        return [JudgedPart(judge(self._question, course))]

    @property
    def published_parts(self) -> list[JudgedPart]:
        """The parts, without members where the file asks that nobody is named."""
        named = self.result.name_members
        return [part for part in self.parts if named or part.member == TOTAL]

    @property
    def whole(self) -> Assessment:
        return self.parts[0].assessment

    @property
    def single_question(self) -> Question | None:
        """The question to a KPI that is read over the whole course; None of windows, members and milestones."""
        by_parts = self.result.for_each is not None or self._window_cadence is not None
        return None if self.index is None or by_parts else self._question

    def open_goals(self) -> Iterator[tuple[str, str, OpenGoal]]:
        """The goals that are open on the day, with their window and member.

        Of a goal per window it is that of the open window, of a goal for each member that of each member.
        """
        for part in self.parts:
            if part.window is not None or (part.member == TOTAL) != (self.result.for_each is None):
                continue
            outcome = part.assessment.outcome
            goals = outcome.parts if isinstance(outcome, ShareOfGoals) else ()
            open_now = (
                goal
                for goal in goals
                if isinstance(goal, OpenGoal) and goal.start <= self.as_of <= goal.end
            )
            goal = outcome if isinstance(outcome, OpenGoal) else next(open_now, None)
            if goal is not None:
                window = goal.window if self._window_cadence else None
                yield window.label if window else TOTAL, part.member, goal

    @cached_property
    def unseen(self) -> list[UnseenMember]:
        """The members that the definition names and no row has ever had, most likely misspelt."""
        index = self.index
        if index is None:
            return []
        slips = unseen_members(self.result, index.members, index.roster_members)
        return [slip if self.result.name_members else slip.unnamed for slip in slips]

    @property
    def bar(self) -> Decimal:
        """The share of its target with which it counts as achieved."""
        return self.policy.bar(self.objective.commitment)

    @property
    def _window_cadence(self) -> Cadence | None:
        """The windows of which a share has to meet the goal: those of `per`, and those of a band over `over`."""
        return self.result.per or (self.result.over if self.result.between else None)

    @property
    def _known_through(self) -> date:
        """The last day whose data may be used, whenever its time is."""
        yesterday = self.as_of - _DAY
        known = self.index.data_through if self.index is not None else None
        return yesterday if known is None else min(yesterday, known)

    @property
    def _course(self) -> Timeline:
        start, deadline = self.objective.period.start, self.objective.deadline(self.result)
        yesterday = self.as_of - _DAY
        known = self.index.data_through if self.index is not None else None
        cut = min(yesterday, deadline, start - _DAY if known is None else known)
        return Timeline(start, deadline, cut, yesterday)

    def _members(self, course: Timeline, dimension: str) -> list[JudgedPart]:
        view, result = self._view, self.result
        own = result.member_targets
        listed = result.members if own is None else own.names
        members = [*asked_members(view, dimension, course, listed)]
        if any(name == TOTAL for name, _ in members):
            return [JudgedPart(self._without_figure(course, wording.member_total(dimension)))]
        asked = [
            AskedMember(name, self._question_of(view.member(dimension, name), ONE, name), present)
            for name, present in members
        ]
        goal = EachMember(self._question, dimension, self._window_cadence, result.name_members)
        return goal.judge(asked, course)

    @property
    def _view(self) -> KpiView:
        assert self.index is not None, "without facts there is nothing to ask"
        return KpiView(self.index, self.result.where, self.objective.period.fiscal_year)

    @cached_property
    def _question(self) -> Question:
        return self._question_of(self._view, self.bar)

    def _question_of(self, view: KpiView, bar: Decimal, member: str | None = None) -> Question:
        result, objective = self.result, self.objective
        over = None if result.between else result.over
        numbers = self._numbers
        if member is not None and result.for_each is not None:
            numbers = numbers.of_member(result.for_each, member, goal_of(result, member))
        asked = Question(view, numbers.goal, self.policy, bar, over)
        asked = replace(asked, met_in=objective.met_in(result, self.policy), plan=self._plan)
        if numbers.from_kpis:
            asked = replace(asked, numbers=numbers)
            if self._window_cadence is None and (member is not None or result.for_each is None):
                asked = asked.over_days(*self._days_of_target)
        if isinstance(result.baseline, Decimal):
            return replace(asked, baseline=result.baseline)
        if result.baseline != MEASURED:
            return asked
        before = read_baseline(view, objective.period, over, self._known_through)
        unknown = before.value is None
        start = ZERO if unknown else before.value
        return replace(
            asked,
            baseline=start,
            measured=True,
            lacks_history=unknown,
            baseline_trust=frozenset() if unknown else before.trust,
        )

    @cached_property
    def _plan(self) -> PlannedWay | None:
        plan, fiscal_year = self.result.plan, self.objective.period.fiscal_year
        if plan is None or isinstance(plan, DatedPlan):
            return None if plan is None else PlannedWay(plan)
        budget = budget_of(KpiTarget(plan.kpi), self.result, self.evidence.indexes, fiscal_year)
        return PlannedWay(budget=budget)

    @property
    def plan_flags(self) -> frozenset[str]:
        """A flag where the KPI of the plan has no number for all of its days, so that the pace goes without it."""
        plan, course = self._plan, self._course
        if plan is None or plan.shares_of_total(course.start, course.deadline, [1]) is not None:
            return frozenset()
        assert plan.budget is not None, "a plan with dates has all of its days"
        return frozenset({f"no_plan:{plan.budget.target.kpi}"})

    @cached_property
    def _numbers(self) -> AskedNumbers:
        fiscal_year = self.objective.period.fiscal_year
        return asked_numbers(self.result, self.evidence.indexes, fiscal_year)

    @property
    def _days_of_target(self) -> tuple[date, date]:
        """The days that the target of the whole goal is taken from: of `over`, the last window by the deadline."""
        start, deadline = self.objective.period.start, self.objective.deadline(self.result)
        if self.result.over is None:
            return start, deadline
        window = last_window(deadline, self.result.over, self.objective.period.fiscal_year)
        return window.start, window.end

    @property
    def goal_shown(self) -> Goal | None:
        """The goal with the numbers that budgets give; None where its file says all there is."""
        if self.result.milestone is not None or self.index is None or not self._numbers.from_kpis:
            return None
        return self._question.goal

    @cached_property
    def untargeted(self) -> list[str]:
        """The members with data, or on the roster, for which the file has no target."""
        own, dimension = self.result.member_targets, self.result.for_each
        if own is None or dimension is None or self.index is None:
            return []
        asked = asked_members(self._view, dimension, self._course)
        return [name for name, _ in asked if name not in own.names]

    def _milestone(self, course: Timeline, *, done: bool) -> Assessment:
        """Nothing is expected of a milestone before the day it is due."""
        if not course.begun:
            return not_started(course, ONE)
        raw, due = ONE if done else ZERO, course.deadline
        missed = f"Not done by {due}." if course.past_due else f"Not done; it is due on {due}."
        return Assessment(
            course,
            at_deadline(raw, ONE) if course.past_due else "on_track",
            "Done." if done else missed,
            target=ONE,
            actual=raw,
            raw=raw,
            score=raw,
            expected=ONE if course.past_due else ZERO,
            paced_score=raw if course.past_due else ONE,
            outcome=Settled(done, raw)
            if done or course.past_due
            else NoOdds("a milestone is kept by hand"),
        )

    def _without_figure(self, course: Timeline, why: str) -> Assessment:
        target = self.result.target
        if not course.begun:
            return not_started(course, target)
        return Assessment(course, "no_data", why, target=target)

    @property
    def _no_facts(self) -> str:
        no_data = f"No data of {self.result.kpi} at all."
        return self.evidence.faulty_kpis.get(self.result.kpi or "", no_data)
