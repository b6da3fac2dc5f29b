"""One goal over one course of days: how much of it is reached, whether that is enough, and why."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property

from pipelines.okr.definition.question import Question
from pipelines.okr.kpi.numbers import ONE, ZERO, clamped, decimals_of, figure, shown
from pipelines.okr.kpi.periods import Period
from pipelines.okr.kpi.readings import (
    NO_READING,
    KpiReading,
    counted_period,
    read,
    read_latest_window,
    read_window,
)
from pipelines.okr.kpi.status import Status, at_deadline, by_pace
from pipelines.okr.kpi.timeline import Timeline
from pipelines.okr.odds.open_goals import NoOdds, OpenGoal, Outcome, Settled, outcome_of
from pipelines.okr.scoring import attainment, pace, wording
from pipelines.okr.scoring.assessment import Assessment, not_started
from pipelines.okr.scoring.missing_days import stands_without_gaps


def judge(question: Question, course: Timeline, window: Period | None = None) -> Assessment:
    """Where the goal stands on this course; with a window of `per`, in that window alone."""
    baseline, target = question.shown_baseline, question.goal.target
    if not course.begun:
        return not_started(course, target, baseline, outcome_of(question, course, window))
    reading, course = _reading(question, course, window)
    [expected] = pace.expected_shares(question, course, [course.elapsed])
    blank = Assessment(
        course, "no_data", "", baseline, target, expected=expected, trust=reading.trust
    )
    blank = replace(blank, trust=reading.trust | question.target_trust)
    if question.unknown:
        actual = None if reading.value is None else question.shown(reading.value)
        outcome = NoOdds("the target is not known")
        return replace(
            blank,
            value=reading.value,
            actual=actual,
            why=question.unknown,
            outcome=outcome,
            lacks_target=True,
        )
    if reading.value is None:
        return replace(blank, why=wording.no_data(course, question.subject))
    return _Judgement(question, course, reading, reading.value, expected, window).assessment()


def _reading(
    question: Question, course: Timeline, window: Period | None
) -> tuple[KpiReading, Timeline]:
    if course.cut < course.start:
        return NO_READING, course
    view = question.view
    is_counted = view.kpi.behaviour.reported_by_period
    if is_counted and window is None and question.over is None:
        window = counted_period(view, course.start, course.deadline)
    if is_counted and window is not None:
        reading = read_window(view, window, course.cut)
        if reading.through is not None:
            # The count covers the window up to this day only.
            course = replace(course, cut=min(course.cut, reading.through))
        return reading, course
    if window is not None:
        # A member is read over the days on which it is present; its goal is pro-rated to them.
        return replace(read(view, course.start, course.cut), label=window.label), course
    if question.over is not None:
        return read_latest_window(view, course.start, course.cut, question.over), course
    return read(view, course.start, course.cut), course


@dataclass(frozen=True)
class _Judgement:
    """A goal whose KPI has a value. The exact value is compared."""

    question: Question
    course: Timeline
    reading: KpiReading
    value: Decimal
    expected: Decimal
    window: Period | None = None

    def assessment(self) -> Assessment:
        required, current = self._rates
        actual = self.question.shown(self.value)
        return Assessment(
            course=self.course,
            status=self._status,
            why=self._why,
            baseline=self.question.shown_baseline,
            target=self.question.goal.target,
            value=self.value,
            actual=actual,
            gap=self.question.goal.gap(actual),
            raw=self._raw,
            score=self._score,
            expected=self.expected,
            paced_score=self._paced_score,
            required_rate=required,
            current_rate=current,
            expected_actual=self._expected_actual(actual),
            trust=self.reading.trust | self.question.baseline_trust | self.question.target_trust,
            outcome=self._outcome,
        )

    def _expected_actual(self, actual: Decimal) -> Decimal | None:
        """The pace in the KPI's unit; it never looks like the actual value where the two differ."""
        due = pace.in_units(self.question, self.expected)
        if due is None:
            return None
        places = self.question.goal.places(self.question.view.kpi)
        return shown(due, places, at_least=actual, at_most=actual)

    @property
    def _outcome(self) -> Outcome:
        spent = self.question.goal.comparison == "at_most" and not self._is_final
        if self._settled and not spent:
            return Settled(self._status == "achieved", self._score)
        if self.course.past_due and self._gaps:
            outcome: Outcome = NoOdds("days of data are missing")
        else:
            outcome = outcome_of(self.question, self.course, self.window)
        if not self._settled:
            return outcome
        # the budget is spent, and what is still to come takes the score further down
        if isinstance(outcome, OpenGoal):
            return replace(outcome, lost_at=self._score)
        return Settled(False, self._score, ZERO, outcome.why if isinstance(outcome, NoOdds) else "")

    @cached_property
    def _raw(self) -> Decimal:
        goal, baseline, value = self.question.goal, self.question.baseline, self.value
        if goal.comparison == "between":
            low, high = goal.band
            if self.question.accumulates and not self._settled:
                return attainment.toward_band(value, low, high)
            return attainment.inside(value, low, high)
        assert goal.target is not None, "only a band has no single target"
        rising = goal.comparison == "at_least"
        if baseline is None or self.question.accumulates:
            return (attainment.at_least if rising else attainment.at_most)(value, goal.target)
        by_way = attainment.at_least_from if rising else attainment.at_most_from
        return by_way(value, goal.target, baseline)

    @cached_property
    def _reached_on(self) -> date | None:
        """The day a total first reached its target, which it may have lost since."""
        target = self.question.goal.target
        if not self._is_total or self.question.goal.comparison != "at_least":
            return None
        if target is None or target <= 0:
            return None
        series = self.question.view.series
        return series.first_reached(self.course.start, self.course.cut, target)

    @cached_property
    def _score(self) -> Decimal:
        return clamped(self._raw)

    @property
    def _is_total(self) -> bool:
        """Whether it is a plain sum; a flow per head is not, as it falls when there are more heads."""
        return self.question.accumulates and self.question.view.kpi.behaviour.is_sum

    @property
    def _uncovered(self) -> int:
        """The days that should have data by now and have not been delivered."""
        return max(0, (self.course.last_due - self.course.cut).days)

    @property
    def _gaps(self) -> int:
        return self.reading.gaps if self.question.accumulates else 0

    @property
    def _is_final(self) -> bool:
        """Whether all of its days are over, and known as far as they matter."""
        if not (self.course.past_due and self.course.covered):
            return False
        return not self._gaps or (
            self._is_total
            and stands_without_gaps(self.question, self.course, self.value, self._gaps)
        )

    @cached_property
    def _settled(self) -> bool:
        """Whether no later day can change the outcome."""
        if self._is_final:
            return True
        if not self._is_total or self.question.view.index.can_fall(self.course.cut):
            return False
        # a total that only grows keeps what it has reached, and stays above what it has passed
        goal, (_, highest) = self.question.goal, self.question.met_range
        if highest is not None:
            return self.value > highest
        return goal.low is not None and goal.low > 0 and self.value >= goal.low

    @cached_property
    def _status(self) -> Status:
        question = self.question
        if self._settled:
            return at_deadline(self._raw, question.bar)
        if self._progress is None:
            return by_pace(self._score, self.expected, question.bar, question.policy)
        return by_pace(self._progress, ONE, question.bar, question.policy)

    @cached_property
    def _progress(self) -> Decimal | None:
        """How a budget, or a band of a total, stands against time: 1 is in step. None of any other goal."""
        question = self.question
        if not question.accumulates or question.goal.comparison == "at_least":
            return None
        assert question.goal.high is not None, "a budget or a band"
        progress = pace.budget_progress(self.value, question.goal.high, self.expected)
        if question.goal.comparison == "between" and self.expected > 0:
            low, _ = question.goal.band
            progress = min(progress, attainment.at_least(self.value, low) / self.expected)
        return progress

    @property
    def _exceeds_pace(self) -> bool:
        """Whether its upper end is what is at stake: of a budget it always is, of a band where it is used too fast."""
        question = self.question
        if not question.accumulates or question.goal.high is None:
            return False
        return question.goal.comparison == "at_most" or (
            self.value > question.goal.high * self.expected
            and self.value >= question.goal.band[0] * self.expected
        )

    @property
    def _paced_score(self) -> Decimal:
        """The score it ends with if it goes on at its pace."""
        question = self.question
        if self._is_final:
            return self._score
        if question.accumulates and question.goal.comparison == "at_most" and self.expected > 0:
            assert question.goal.high is not None, "a budget"
            return clamped(attainment.at_most(self.value / self.expected, question.goal.high))
        if self._progress is not None:
            return clamped(self._progress)
        return pace.paced_score(self._score, self.expected)

    @cached_property
    def _rates(self) -> tuple[Decimal | None, Decimal | None]:
        """The required and the current rate a day; levels that are averages have none."""
        question, course = self.question, self.course
        kpi, goal = question.view.kpi, question.goal
        if question.accumulates:
            current = pace.current_rate(kpi, self.value, course.elapsed - self.reading.gaps)
            if goal.comparison == "at_most":
                assert goal.high is not None
                left = goal.high - self.value
                return pace.required_rate(kpi, left, course.remaining, at_most=True), current
            assert goal.low is not None
            return pace.required_rate(kpi, goal.low - self.value, course.remaining), current
        if not kpi.behaviour.is_level or question.over is not None or goal.target is None:
            return None, None
        change = goal.target - self.value
        rising = goal.comparison == "at_least"
        required = pace.required_rate(kpi, change if rising else -change, course.remaining)
        growth = question.growth(course.start, course.cut)
        current = None if growth is None else pace.current_rate(kpi, *growth)
        return (required if rising or required is None else -required + ZERO), current

    @property
    def _why(self) -> str:
        question, course = self.question, self.course
        kpi, goal = question.view.kpi, question.goal
        near = question.shown(self.value)
        actual = figure(near, kpi.unit, decimals_of(near))
        asked = goal.text(kpi.unit)
        if self._settled:
            if self._reached_on is not None and goal.target is not None:
                target, lost = figure(goal.target, kpi.unit), self._raw < ONE
                return wording.reached_on(target, self._reached_on, actual, lost=lost)
            if not course.past_due:
                return wording.passed(actual, course.cut, asked)
            sentence = wording.final(actual, asked, course, self.reading.label)
            return wording.with_harmless_gaps(sentence, self._gaps)
        when = f"by {course.cut}"
        if goal.high and self._exceeds_pace:
            limit = figure(goal.high, kpi.unit) if goal.comparison == "between" else ""
            progress = wording.used_of_budget(self.value / abs(goal.high), self.expected, limit)
        elif question.accumulates:
            progress = wording.reached_and_pace(self._raw, self.expected)
        else:
            when = f"in {self.reading.label}" if self.reading.label else f"on {course.cut}"
            progress = wording.reached_and_pace(self._raw, self.expected, " of the way")
            if question.holds and not question.lacks_history and question.baseline is not None:
                start = figure(question.shown(question.baseline), kpi.unit)
                progress = wording.to_hold(start)
        if question.accumulates:
            progress += wording.rates(kpi, goal, *self._rates)
        sentence = wording.under_way(actual, when, asked, course.deadline, progress)
        # Sources often deliver a day or two late, which matters only once the goal should be final.
        uncovered = self._uncovered if course.past_due else 0
        sentence = wording.with_missing(sentence, self._gaps, uncovered)
        return wording.without_history(sentence, course) if question.lacks_history else sentence
