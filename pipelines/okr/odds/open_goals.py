"""What has still to come true for a goal to be met: what simulated futures are asked.

A goal on a KPI is an `OpenGoal`. A goal for each window or each member is a `ShareOfGoals`. What is already
settled is `Settled`; where there can be no odds it is `NoOdds`, which says why.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from pipelines.okr.definition.question import Question
from pipelines.okr.forecast.training_series import Exact, Floats, Truth
from pipelines.okr.kpi.numbers import rounded
from pipelines.okr.kpi.periods import (
    CADENCES,
    Cadence,
    FiscalYear,
    Period,
    containing,
    previous,
)
from pipelines.okr.kpi.readings import KpiView, read_window, reported
from pipelines.okr.kpi.timeline import Timeline
from pipelines.okr.odds.training_data import TrainingData

_DAY = timedelta(days=1)
_KNOWN_NOISE = 1e-12
"""How far a sum of decimals may be from itself as a float, relative to it."""
_DRAWN_NOISE = 2e-7
"""The same for simulated values, which have 24 bits."""
_MISS_MARGIN = 1e-5


@dataclass(frozen=True, slots=True)
class Settled:
    """A goal that is met or missed for good; `score` is the share of it that is reached, from 0 to 1, and exact.

    Where the score is still open although the verdict is not, it ends between `least` and `score`; `no_odds` says why
    nobody knows more.
    """

    met: bool
    score: Decimal
    least: Decimal | None = None
    no_odds: str = ""


@dataclass(frozen=True, slots=True)
class NoOdds:
    """There are no odds; `why` ends a sentence that begins with “No odds:”."""

    why: str


@dataclass(frozen=True, eq=False, slots=True)
class OpenGoal:
    """The KPI over the days from `start` to `end` meets the goal; it is known through `cut`.

    `window` is the window of `per`, `over` or of a distinct count that is read in the end. `lost_at` is the score of a
    goal that is missed for good and whose score can still fall; None of any other.
    """

    question: Question
    start: date
    end: date
    cut: date
    window: Period | None = None
    lost_at: Decimal | None = None

    @property
    def reported_cadence(self) -> Cadence | None:
        """The cadence of a distinct count, whose steps are periods; None where a step is a day."""
        reported = self.question.view.kpi.behaviour.reported_by_period
        return self.window.cadence if reported and self.window else None

    def steps(self, data: TrainingData) -> int:
        """How many steps have to be simulated."""
        return data.coming.through(self.end)

    def open_steps(self, data: TrainingData) -> tuple[int, int]:
        """The steps to come that count: how many do not yet, and with how many it ends."""
        return data.coming.through(max(self.start - _DAY, self.cut)), self.steps(data)

    @property
    def still_open(self) -> tuple[int, int]:
        """The days to come that count: how many do not yet, and with how many it ends."""
        return max((self.start - self.cut).days - 1, 0), (self.end - self.cut).days

    @property
    def delivered_days(self) -> int:
        return self.question.view.index.delivered_days(self.start, self.cut)

    def averaged_over(self, data: TrainingData) -> int:
        """The days over which a denominator that is a level is averaged in the end."""
        first, last = self.open_steps(data)
        return self.delivered_days + data.missing(self.start, self.cut) + last - first

    @property
    def known(self) -> tuple[float, ...]:
        """What each column has come to by the cut; of a distinct count, what was counted in its window."""
        view = self.question.view
        if view.kpi.behaviour.reported_by_period:
            assert self.window is not None, "a distinct count is read by its periods"
            return (float(read_window(view, self.window, self.cut).value or 0),)
        return tuple(map(float, view.series.sums(self.start, self.cut)))

    def known_in(self, data: TrainingData) -> tuple[float | Exact, ...]:
        """What each column has come to by the cut in each future: what is known, and what missing days brought."""
        if self.question.view.kpi.behaviour.is_level:
            return self.known
        missing = data.of_missing(self.start, self.cut)
        if not missing:
            return self.known
        return tuple(
            known + brought.sum(axis=1, dtype=np.float64)
            for known, brought in zip(self.known, missing, strict=True)
        )

    def to_come(self, futures: tuple[Floats, ...], data: TrainingData) -> list[Exact]:
        """What the steps that count still bring to each column in each future (paths,)."""
        return self.question.view.kpi.behaviour.added(futures, *self.open_steps(data))

    def final_values(self, futures: tuple[Floats, ...], data: TrainingData) -> Exact:
        """The KPI's final value in each future; `futures` are (paths, steps) for each column."""
        behaviour = self.question.view.kpi.behaviour
        if behaviour.is_level and not self.steps(data):
            return np.full(len(futures[0]), self.latest_level)
        added = self.to_come(futures, data)
        return behaviour.final_value(self.known_in(data), added, self.averaged_over(data))

    @property
    def latest_level(self) -> float:
        """A stock's level on the last day that is known."""
        known = self.question.view.series.last(date.min, self.cut)
        return float(known[1]) if known else 0.0

    def shown(self, value: float) -> Decimal:
        """A simulated value as it is published beside the goal; the noise of floats is no miss."""
        question = self.question
        exact = Decimal(repr(value))
        near = rounded(exact, question.goal.places(question.view.kpi))
        is_noise = abs(exact - near) <= abs(exact) * Decimal(_DRAWN_NOISE)
        return near if is_noise else question.shown(exact)

    def met(self, final: Exact) -> Truth:
        """Whether each final value (paths,) meets the goal by its bar; one that is NaN does not."""
        return self._inside(final, *self.question.met_range)

    def scores(self, final: Exact) -> Exact:
        """The score of each final value (paths,), at most 1: the formulas of `attainment`, for many at once."""
        goal = self.question.goal
        met = self._inside(final, goal.low, goal.high)
        if goal.target is None:
            return met.astype(np.float64)
        way, target = float(self.question.way), float(goal.target)
        better = final - target if goal.comparison == "at_least" else target - final
        short = 1 + better / way if way else np.zeros_like(better)
        score = np.where(met, 1.0, np.minimum(short, 1 - _MISS_MARGIN))
        return np.nan_to_num(score, nan=0.0)

    def _inside(self, final: Exact, low: Decimal | None, high: Decimal | None) -> Truth:
        """Whether each value lies between the ends, as far as floats can tell."""
        noise = self.noise(final)
        inside: Truth = ~np.isnan(final)
        if low is not None:
            inside &= final >= float(low) - noise
        if high is not None:
            inside &= final <= float(high) + noise
        return inside

    def noise(self, final: Exact) -> Exact:
        """How far each final value (paths,) may be from what it would be in exact numbers."""
        known = max(1.0, *map(abs, self.known))
        is_sum = self.question.view.kpi.behaviour.is_sum
        drawn = np.abs(final - self.known[0] if is_sum else final)
        noise: Exact = _KNOWN_NOISE * known + _DRAWN_NOISE * drawn
        return noise

    def in_window_ending(self, day: date) -> "OpenGoal | None":
        """The same of the latest window over by a day; None of one that is not still to come."""
        if self.window is None or self.window.cadence is None:
            return None
        window = last_window(day, self.window.cadence, self.question.view.fiscal_year)
        if window.end <= self.cut:
            return None
        return replace(self, start=window.start, end=window.end, window=window)


@dataclass(frozen=True, eq=False, slots=True)
class ShareOfGoals:
    """Enough of several goals are met: `needed` of them."""

    parts: tuple["Outcome", ...]
    needed: int


Outcome = Settled | NoOdds | OpenGoal | ShareOfGoals
"""How a goal ends, as far as that is known."""


def open_goals_of(outcome: Outcome) -> Iterator[OpenGoal]:
    if isinstance(outcome, OpenGoal):
        yield outcome
    elif isinstance(outcome, ShareOfGoals):
        for part in outcome.parts:
            yield from open_goals_of(part)


def outcome_of(question: Question, course: Timeline, window: Period | None = None) -> Outcome:
    """What has to come true for a goal that is not settled, on this course."""
    view, end = question.view, course.deadline
    if question.unknown:
        return NoOdds("the target is not known")
    if view.kpi.behaviour.reported_by_period and question.over is None:
        window = window or _last_reported(view, course)
        if window is None:
            return NoOdds("no period of the source ends by the deadline")
        return OpenGoal(question, window.start, window.end, course.cut, window)
    if question.over is None:
        if course.cut >= end:
            return NoOdds("days of data are missing")
        return OpenGoal(question, course.start, end, course.cut, window)
    last = last_window(end, question.over, view.fiscal_year)
    if last.start < course.start:
        return NoOdds(f"no whole {question.over} lies before the deadline")
    if last.end <= course.cut:
        return NoOdds(f"the last {question.over} is over, but its data are not complete")
    return OpenGoal(question, last.start, last.end, course.cut, last)


def last_window(end: date, cadence: Cadence, fiscal_year: FiscalYear) -> Period:
    """The latest window of the cadence that is over by the end."""
    window = containing(end, cadence, fiscal_year)
    return window if window.end <= end else previous(window)


def _last_reported(view: KpiView, course: Timeline) -> Period | None:
    """The last period of the longest kind that the source reports and the course has whole."""
    kinds = {fact.period for fact in reported(view)}
    for cadence in sorted(kinds, key=CADENCES.index, reverse=True):
        window = last_window(course.deadline, cadence, view.fiscal_year)
        if window.start >= course.start:
            return window
    return None
