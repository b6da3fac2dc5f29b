"""What a goal will be read from in the end: what is known of it already, and what each future still brings."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from pipelines.okr.definition.question import Question
from pipelines.okr.forecast.grading import Truth
from pipelines.okr.forecast.history import Exact, Floats
from pipelines.okr.kpi.kpi import PERCENT
from pipelines.okr.kpi.readings import read
from pipelines.okr.odds.histories import Past
from pipelines.okr.odds.wagers import Reach, way_of

_ALONE = np.ones(1)


@dataclass(frozen=True, eq=False)
class Outlook:
    """A goal in each of a number of futures; arrays have the shape (paths,).

    `ends` is where the KPI ends, of a ratio its numerator; `coming` is the part of it that is still to come.
    `below` is a ratio's denominator in the end, 1 for what is none, and `below_coming` the part to come.
    Both are such that the KPI is `ends` ÷ `below`. `reached` says which futures meet the goal on the way.
    `share` says that it is a percentage whose numerator never exceeds its denominator.
    """

    goal: Reach
    ends: Exact
    coming: Exact
    below: Exact
    below_coming: Exact
    days: int
    reached: Truth | None = None
    share: bool = False

    @property
    def question(self) -> Question:
        return self.goal.question

    @property
    def short(self) -> Exact:
        """What has to be added to `ends` for the goal to be met in each future."""
        low = lowest(self.question)
        missing: Exact = np.full_like(self.ends, -np.inf) if low is None else self._gap(low)
        return missing if self.reached is None else np.where(self.reached, -np.inf, missing)

    @property
    def spare(self) -> Exact:
        """What may be added to it at most: infinite for a goal that has no upper end."""
        high = highest(self.question)
        return np.full_like(self.ends, np.inf) if high is None else self._gap(high)

    def _gap(self, level: Decimal) -> Exact:
        gap: Exact = float(level) * self.below - self.ends
        # over a denominator of 0 there is no value, and no goal is met
        return np.where(self.below > 0, gap, np.nan)

    def with_more(self, added: Exact | float, below: Exact | float = 0.0) -> float | None:
        """Where half of the futures end lower, with so much more; None over a denominator of 0."""
        bottom = self.below + below
        known = bottom > 0
        return float(np.median((self.ends + added)[known] / bottom[known])) if known.any() else None


def lowest(question: Question) -> Decimal | None:
    """The least that is enough, by the bar; None where there is no lower end."""
    goal = question.goal
    if goal.comparison == "at_most" or goal.low is None:
        return None
    return goal.low - _room(question) if goal.comparison == "at_least" else goal.low


def highest(question: Question) -> Decimal | None:
    """The most that is still enough, by the bar; None where there is no upper end."""
    goal = question.goal
    if goal.comparison == "at_least" or goal.high is None:
        return None
    return goal.high + _room(question) if goal.comparison == "at_most" else goal.high


def _room(question: Question) -> Decimal:
    """How far from its target an aspirational goal may end."""
    return way_of(question) * (1 - question.bar)


def forecast(goal: Reach, past: Past, futures: tuple[Floats, ...]) -> Outlook:
    """The goal in the simulated futures."""
    lens = goal.question.lens
    first, last = goal.still_open
    if lens.kpi.kind == "ratio":
        known_top, known_bottom = lens.index.series(lens.where).sides(goal.start, goal.cut)
        top, bottom = goal.coming(futures)
        return _ratio(
            goal, (float(known_top), float(known_bottom)), (top, bottom), share=past.share
        )
    ends = goal.outcomes(futures, past)
    nothing = np.ones_like(ends), np.zeros_like(ends)
    if past.cadence is not None:
        return Outlook(goal, ends, ends, *nothing, days=1)
    if lens.kpi.kind == "stock":
        return Outlook(goal, ends, ends - _now(goal), *nothing, days=last)
    on_the_way = goal.reached_on_the_way(futures)
    low = lowest(goal.question)
    reached = None if on_the_way is None or low is None else on_the_way >= float(low)
    known = float(read(lens, goal.start, goal.cut).value or 0)
    return Outlook(goal, ends, ends - known, *nothing, days=last - first, reached=reached)


def steady(goal: Reach) -> Outlook | None:
    """The goal in the one future in which all goes on as so far; None where too little is known for that."""
    lens, (first, last) = goal.question.lens, goal.still_open
    series = lens.index.series(lens.where)
    if lens.kpi.kind == "distinct":
        return None  # who comes again is not counted again, so there is no rate to go on with
    if lens.kpi.kind == "stock":
        begin, end = series.first(goal.start, goal.cut), series.last(goal.start, goal.cut)
        if begin is None or end is None:
            return None
        since, start = begin
        if goal.question.baseline is not None:
            since, start = goal.start - timedelta(days=1), goal.question.baseline
        passed = (end[0] - since).days
        growth = float(end[1] - start) / passed * last if passed else 0.0
        ends = _ALONE * (float(end[1]) + growth)
        return Outlook(goal, ends, _ALONE * growth, _ALONE, 0 * _ALONE, days=last)
    days = lens.index.delivered_days(goal.start, goal.cut)
    if days == 0:
        return None
    per_day = (last - first) / days
    if lens.kpi.kind == "ratio":
        top, bottom = (float(side) for side in series.sides(goal.start, goal.cut))
        sides = _ALONE * top * per_day, _ALONE * bottom * per_day
        return _ratio(goal, (top, bottom), sides, share=0 <= top <= bottom)
    known = float(series.total(goal.start, goal.cut))
    coming = _ALONE * known * per_day
    return Outlook(goal, known + coming, coming, _ALONE, 0 * _ALONE, days=last - first)


def _ratio(
    goal: Reach, known: tuple[float, float], coming: tuple[Exact, Exact], *, share: bool
) -> Outlook:
    first, last = goal.still_open
    # a denominator that is a level counts as its average over the days
    over = goal.averaged_over if goal.question.lens.kpi.denominator == "level" else 1
    (top, bottom), (top_coming, bottom_coming) = known, coming
    return Outlook(
        goal,
        ends=top + top_coming,
        coming=top_coming,
        below=(bottom + bottom_coming) / over,
        below_coming=bottom_coming,
        days=last - first,
        share=share and goal.question.lens.kpi.unit == PERCENT,
    )


def _now(goal: Reach) -> float:
    """A stock's level on the last day that is known."""
    lens = goal.question.lens
    known = lens.index.series(lens.where).last(date.min, goal.cut)
    return float(known[1]) if known else 0.0
