"""The course of a key result by day: where it stood, where its pace would have it, where its futures lead.

Only a goal that is one number over the whole course has one. A goal per window or for each member has a row of
scores for each of them instead; a milestone is done or not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import ceil
from typing import Annotated

from pipelines.okr.columns import KeyResultId, LastAsOf, Number
from pipelines.okr.definition.question import Question
from pipelines.okr.kpi.numbers import rounded
from pipelines.okr.kpi.periods import CADENCES, Cadence, whole_windows
from pipelines.okr.kpi.readings import (
    counted_period,
    read_latest_window,
    read_window,
    reported,
    value_of,
)
from pipelines.okr.kpi.timeline import Timeline
from pipelines.okr.odds.forecast_bands import Quantiles
from pipelines.okr.scoring import pace

MAX_DAYS = 60
"""Days of a course that are kept: enough for a line, few enough for thousands of them."""


@dataclass(frozen=True, slots=True)
class CoursePoint:
    """A key result on a day of its course, in the KPI's unit; None where it is not known.

    `actual` is what the goal is held against, to date: a total since the start, a level as it
    stood. `pace` is what would be a score as expected on that day. The forecasts are for days
    after the data end; those of the last day are the headline's.
    """

    as_of: LastAsOf
    key_result_id: KeyResultId
    day: Annotated[date, "A day of the course"]
    actual: Annotated[
        Number | None,
        "What the goal is held against, to date, in unit: a total since the start, a level as it stood; NULL after "
        "data_through, and where there was no data yet",
    ]
    pace: Annotated[
        Number | None,
        "The value whose score would be the expected one on that day, in unit; NULL for a band",
    ]
    forecast_p10: Annotated[
        Number | None,
        "In unit: 1 in 10 futures are lower on that day; NULL up to data_through, and without odds",
    ]
    forecast_p50: Annotated[Number | None, "In unit: half of the futures are lower on that day"]
    forecast_p90: Annotated[Number | None, "In unit: 1 in 10 futures are higher on that day"]


def days_of(question: Question, course: Timeline) -> list[date]:
    """The days of a course that are kept: among them always the start, the cut and the deadline.

    What is read from windows changes at the ends of windows only.
    """
    cadence = _cadence(question)
    if cadence is None:
        step = ceil(course.days / (MAX_DAYS - 2))
        days = {course.start + timedelta(days=n) for n in range(0, course.days, step)}
    else:
        fiscal = question.view.fiscal_year
        windows = whole_windows(course.start, course.deadline, cadence, fiscal)
        days = {window.end for window in windows[-(MAX_DAYS - 2) :]}
    if course.elapsed:
        days.add(course.cut)
    return sorted(days | {course.deadline})


def course_points(
    as_of: date,
    key_result_id: str,
    question: Question,
    course: Timeline,
    bands: Mapping[date, Quantiles],
) -> list[CoursePoint]:
    """The course on each of its days; `bands` has the forecasts of those after the cut."""
    days = days_of(question, course)
    return [
        CoursePoint(
            as_of,
            key_result_id,
            day,
            _actual(question, course, day) if day <= course.cut else None,
            due,
            *bands.get(day, (None, None, None)),
        )
        for day, due in zip(days, _paces(question, course, days), strict=True)
    ]


def _cadence(question: Question) -> Cadence | None:
    """The length of the windows that the value is read from; None when it is read to date."""
    if question.over is not None or not question.view.kpi.behaviour.reported_by_period:
        return question.over
    kinds = {fact.period for fact in reported(question.view)}
    return max(kinds, key=CADENCES.index, default=None)


def _actual(question: Question, course: Timeline, day: date) -> Decimal | None:
    view = question.view
    if question.over is not None:
        value = read_latest_window(view, course.start, day, question.over).value
    elif counted := counted_period(view, course.start, course.deadline):
        # what had been counted by an earlier day is not reported
        value = read_window(view, counted, day).value if day == course.cut else None
    else:
        value = value_of(view, course.start, day)
    return None if value is None else question.shown(value)


def _paces(question: Question, course: Timeline, days: Sequence[date]) -> list[Decimal | None]:
    """The value on each day whose score is the expected one; a band has none."""
    if question.goal.target is None:
        return [None] * len(days)
    places = question.goal.places(question.view.kpi)
    elapsed = [(day - course.start).days + 1 for day in days]
    due = (
        pace.in_units(question, share) for share in pace.expected_shares(question, course, elapsed)
    )
    return [None if value is None else rounded(value, places) for value in due]
