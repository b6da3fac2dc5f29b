"""What has to come true for a goal to be met: the question that is put to simulated futures.

A goal on a KPI is a `Reach`. A goal for each window or each member is a `Share` of others. What is already
settled is `Settled`; what nobody can give odds for is `Unknown`, and says why.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import numpy as np

from pipelines.okr.definition.question import Question
from pipelines.okr.forecast.history import Exact, Floats
from pipelines.okr.kpi.periods import CADENCES, Cadence, Period, containing, previous
from pipelines.okr.kpi.readings import Lens, read, read_window, reported
from pipelines.okr.kpi.timeline import Timeline
from pipelines.okr.odds.histories import Past, step_number

_NEAR = 1e-9
_SHORT = 1e-5


@dataclass(frozen=True, slots=True)
class Settled:
    """It is known how it ends; `score` is the share of the goal reached, from 0 to 1."""

    met: bool
    score: float


@dataclass(frozen=True, slots=True)
class Unknown:
    """There are no odds; `why` ends a sentence that begins with “No odds:”."""

    why: str


@dataclass(frozen=True, eq=False)
class Reach:
    """The KPI over the days from `start` to `end` meets the goal; it is known through `cut`.

    `window` is the window of `per`, `over` or of a distinct count that is read in the end.
    """

    question: Question
    start: date
    end: date
    cut: date
    window: Period | None = None

    @property
    def accumulates(self) -> bool:
        return self.question.accumulates

    def steps(self, past: Past) -> int:
        """How many steps have to be simulated."""
        if past.cadence is None:
            return (self.end - self.cut).days
        assert self.window is not None, "a distinct count is read by its periods"
        return step_number(self.window) - past.sides[0].end

    @property
    def still_open(self) -> tuple[int, int]:
        """The days to come that count: how many do not yet, and with how many it ends."""
        return max((self.start - self.cut).days - 1, 0), (self.end - self.cut).days

    @property
    def averaged_over(self) -> int:
        """The days over which a denominator that is a level is averaged in the end."""
        first, last = self.still_open
        return self.question.lens.index.delivered_days(self.start, self.cut) + last - first

    def coming(self, futures: tuple[Floats, ...]) -> list[Exact]:
        """What the days that count still bring to each side in each future (paths,)."""
        first, last = self.still_open
        return [paths[:, first:last].sum(axis=1, dtype=np.float64) for paths in futures]

    def outcomes(self, futures: tuple[Floats, ...], past: Past) -> Exact:
        """What the KPI comes to in each future; `futures` are (paths, steps) for each side."""
        lens = self.question.lens
        last = self.steps(past)
        if past.cadence is not None:
            assert self.window is not None
            counted = read_window(lens, self.window, self.cut).value
            # A count that is under way only grows.
            grown: Exact = np.maximum(futures[0][:, last - 1], float(counted or 0))
            return grown
        if lens.kpi.kind == "stock":
            return np.asarray(futures[0][:, last - 1], dtype=np.float64)
        coming = self.coming(futures)
        if lens.kpi.kind == "flow":
            known_total = float(read(lens, self.start, self.cut).value or 0)
            return np.asarray(known_total + coming[0], dtype=np.float64)
        known = lens.index.series(lens.where).sums(self.start, self.cut)
        top, bottom = (float(side) + more for side, more in zip(known, coming, strict=True))
        if lens.kpi.denominator == "level":
            top = top * self.averaged_over
        ratio: Exact = np.divide(top, bottom, out=np.full_like(top, np.nan), where=bottom != 0)
        return ratio

    def in_window_ending(self, day: date) -> "Reach | None":
        """The same of the latest window over by a day; None of one that is not still to come."""
        if self.window is None or self.window.cadence is None:
            return None
        window = last_window(day, self.window.cadence, self.question.lens.fiscal_year_start)
        if window.end <= self.cut:
            return None
        return replace(self, start=window.start, end=window.end, window=window)

    def reached_on_the_way(self, futures: tuple[Floats, ...]) -> Exact | None:
        """The highest total on the way in each future, for one that may fall again; else None."""
        goal = self.question.goal
        total = self.accumulates and self.question.lens.kpi.kind == "flow"
        if not total or goal.comparison != "at_least" or (goal.target or 0) <= 0:
            return None
        if futures[0].min(initial=0) >= 0:
            return None
        first, last = self.still_open
        known = float(read(self.question.lens, self.start, self.cut).value or 0)
        totals = np.cumsum(futures[0][:, first:last], axis=1, dtype=np.float64)
        highest: Exact = known + totals.max(axis=1, initial=0)
        return highest


@dataclass(frozen=True, eq=False)
class Share:
    """Enough of several goals are met: `bar` is the share of them that is enough."""

    parts: tuple["Wager", ...]
    bar: Decimal


Wager = Settled | Unknown | Reach | Share


def reach(question: Question, course: Timeline, window: Period | None = None) -> Wager:
    """What has to come true for a goal that is not settled, on this course."""
    lens, end = question.lens, course.deadline
    if lens.kpi.kind == "distinct":
        window = window or _last_reported(lens, course)
        if window is None:
            return Unknown("no period of the source ends by the deadline")
        return Reach(question, window.start, window.end, course.cut, window)
    if question.over is None:
        if course.cut >= end:
            return Unknown("days of data are missing")
        return Reach(question, course.start, end, course.cut, window)
    last = last_window(end, question.over, lens.fiscal_year_start)
    if last.start < course.start:
        return Unknown(f"no whole {question.over} lies before the deadline")
    if last.end <= course.cut:
        return Unknown(f"the last {question.over} is over, but its data are not complete")
    return Reach(question, last.start, last.end, course.cut, last)


def last_window(end: date, cadence: Cadence, fiscal_year_start: int) -> Period:
    """The latest window of the cadence that is over by the end."""
    window = containing(end, cadence, fiscal_year_start)
    return window if window.end <= end else previous(window)


def _last_reported(lens: Lens, course: Timeline) -> Period | None:
    """The last period of the longest kind that the source reports and the course has whole."""
    kinds = {fact.period for fact in reported(lens)}
    for cadence in sorted(kinds, key=CADENCES.index, reverse=True):
        window = last_window(course.deadline, cadence, lens.fiscal_year_start)
        if window.start >= course.start:
            return window
    return None


def attained(question: Question, outcomes: Exact) -> Exact:
    """The score of each outcome, at most 1: the formulas of `attainment`, for many at once."""
    goal = question.goal
    values = np.round(outcomes, goal.places(question.lens.kpi))
    if goal.comparison == "between":
        low, high = (float(end) for end in goal.band)
        return ((values >= low - _NEAR) & (values <= high + _NEAR)).astype(np.float64)
    assert goal.target is not None, "only a band has no single target"
    target = float(goal.target)
    better = values - target if goal.comparison == "at_least" else target - values
    way = float(way_of(question))
    short = 1 + better / way if way else np.zeros_like(better)
    return np.where(better >= -_NEAR, 1.0, np.minimum(short, 1 - _SHORT))


def way_of(question: Question) -> Decimal:
    """How far it is to the target: from the baseline, or from 0 without one or with a level to hold."""
    goal, baseline = question.goal, question.baseline
    assert goal.target is not None, "only a band has no single target"
    if baseline is not None and not question.accumulates:
        rising = goal.comparison == "at_least"
        way = goal.target - baseline if rising else baseline - goal.target
        if way > 0:
            return way
    return abs(goal.target)
