"""One key result on a day: judged as a whole, by its windows and by its members."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from pipelines.okr.definition.budgets import AskedNumbers, asked_numbers, budget_of
from pipelines.okr.definition.definitions import KeyResult, Objective
from pipelines.okr.definition.field_types import MEASURED, KpiTarget
from pipelines.okr.definition.fingerprints import key_result_fingerprint
from pipelines.okr.definition.goals import Goal, goal_in_words, goal_of
from pipelines.okr.definition.plans import DatedPlan
from pipelines.okr.definition.question import PlannedWay, Question
from pipelines.okr.definition.unseen_members import UnseenMember, unseen_members
from pipelines.okr.kpi.facts import MODEL_FAILED, TOTAL
from pipelines.okr.kpi.numbers import ONE, ZERO, published_share
from pipelines.okr.kpi.periods import Cadence
from pipelines.okr.kpi.readings import KpiView, read_baseline
from pipelines.okr.kpi.series import KpiIndex
from pipelines.okr.kpi.status import PACE_STATUSES, Policy, at_deadline, by_odds
from pipelines.okr.kpi.timeline import Timeline
from pipelines.okr.odds.odds import Odds
from pipelines.okr.odds.open_goals import NoOdds, OpenGoal, Settled, ShareOfGoals, last_window
from pipelines.okr.scoring import wording
from pipelines.okr.scoring.asked_members import asked_members
from pipelines.okr.scoring.assessment import Assessment, JudgedPart, not_started
from pipelines.okr.scoring.evidence import Evidence
from pipelines.okr.scoring.judging import judge
from pipelines.okr.scoring.members import AskedMember, EachMember
from pipelines.okr.scoring.scorecard import KeyResultScore, trust_column
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
    def parts(self) -> list[JudgedPart]:
        """The whole first, then windows and members."""
        result, course, cadence = self.result, self._course, self._window_cadence
        if result.milestone is not None:
            return [JudgedPart(self._milestone(course, result.milestone.done))]
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

    def row(self, part: JudgedPart, odds: Odds, window_odds: Odds | None = None) -> KeyResultScore:
        """What is published of a part; `window_odds` are those of its open window."""
        objective, result, index, stands = self.objective, self.result, self.index, part.assessment
        unit = index.kpi.unit if index is not None else None
        standing = index.standing_flags if index is not None else frozenset()
        has_data = index is not None and index.data_through is not None
        why = stands.why
        unseen = {member.flag for member in self._unseen}
        status = by_odds(stands.status, odds.probability, self.policy)
        missed_early = status == "missed" and isinstance(stands.outcome, ShareOfGoals)
        if stands.status in PACE_STATUSES or (missed_early and not stands.course.past_due):
            why = wording.with_odds(why, odds, unit or "")
        if stands.status == "not_started" and (odds.probability is not None or odds.why):
            why = wording.with_odds(why, odds, unit or "")
        if stands.status == "no_data" and MODEL_FAILED in standing:
            why = wording.model_failed(result.kpi or "")
        why = wording.with_unseen(why, self._unseen)
        if part.member == TOTAL and part.window is None:
            why = wording.with_untargeted(why, self._untargeted, named=result.name_members)
        return KeyResultScore(
            as_of=self.as_of,
            objective_id=objective.id,
            key_result_id=self.id,
            name=result.name or result.id,
            kpi=result.kpi,
            goal=goal_in_words(result, unit or "", self._goal_shown),
            window=part.window.label if part.window else TOTAL,
            member=part.member,
            period_start=stands.course.start,
            deadline=stands.course.deadline,
            baseline=stands.baseline,
            target=stands.target,
            actual=stands.actual,
            raw_attainment=None if stands.raw is None else published_share(stands.raw, self._bar),
            score=None if stands.score is None else published_share(stands.score, self._bar),
            expected=None if stands.expected is None else published_share(stands.expected),
            required_rate=stands.required_rate,
            current_rate=stands.current_rate,
            forecast_p10=odds.low,
            forecast_p50=odds.middle,
            forecast_p90=odds.high,
            probability=odds.probability,
            probability_uncorrected=odds.uncorrected,
            status=status,
            why=why,
            trust=trust_column(stands.trust | standing | unseen | self._plan_flags),
            data_through=stands.course.cut if has_data else None,
            definition_hash=key_result_fingerprint(objective, result),
            weight=result.weight,
            unit=unit,
            gap=stands.gap,
            expected_actual=stands.expected_actual,
            **_record(stands, window_odds),
        )

    @cached_property
    def _unseen(self) -> list[UnseenMember]:
        """The members that the definition names and no row has ever had, most likely misspelt."""
        index = self.index
        if index is None:
            return []
        slips = unseen_members(self.result, index.members, index.roster_members)
        return [slip if self.result.name_members else slip.unnamed for slip in slips]

    @property
    def _bar(self) -> Decimal:
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
        return self._question_of(self._view, self._bar)

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
    def _plan_flags(self) -> frozenset[str]:
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
    def _goal_shown(self) -> Goal | None:
        """The goal with the numbers that budgets give; None where its file says all there is."""
        if self.result.milestone is not None or self.index is None or not self._numbers.from_kpis:
            return None
        return self._question.goal

    @cached_property
    def _untargeted(self) -> list[str]:
        """The members with data, or on the roster, for which the file has no target."""
        own, dimension = self.result.member_targets, self.result.for_each
        if own is None or dimension is None or self.index is None:
            return []
        asked = asked_members(self._view, dimension, self._course)
        return [name for name, _ in asked if name not in own.names]

    def _milestone(self, course: Timeline, done: bool) -> Assessment:
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
        if file := self.evidence.broken_kpis.get(self.result.kpi or ""):
            return f"Its KPI {self.result.kpi} is broken: see {file}."
        return f"No data of {self.result.kpi} at all."


def _record(stands: Assessment, window_odds: Odds | None) -> dict[str, Any]:
    """The columns of windows and of members; those of the open window with its odds."""
    columns: dict[str, Any] = {}
    if (windows := stands.windows) is not None:
        columns |= {
            "windows_met": windows.met,
            "windows_over": windows.over,
            "windows_needed": windows.needed,
            "windows_in_all": windows.in_all,
            "windows_in_a_row": windows.in_a_row,
        }
    if (window := stands.open_window) is not None:
        columns |= {"open_window": window.label, "window_actual": window.actual}
        if window_odds is not None:
            columns |= {
                "window_probability": window_odds.probability,
                "window_forecast_p50": window_odds.middle,
            }
    if (members := stands.members) is not None:
        columns |= {
            "members_met": members.met,
            "members_judged": members.judged,
            "furthest_behind": members.furthest_behind,
        }
    return columns
