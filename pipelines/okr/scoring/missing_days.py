"""Whether days that were never delivered can still decide a total whose time is over (docs/decisions/0063)."""

from decimal import Decimal

from pipelines.okr.definition.question import Question
from pipelines.okr.kpi.numbers import ZERO
from pipelines.okr.kpi.timeline import Timeline

MOST_DAYS_MISSING = Decimal("0.1")
"""The share of its days without which a total can still be judged. More of them may be unlike all known days."""


def stands_without_gaps(question: Question, course: Timeline, total: Decimal, gaps: int) -> bool:
    """Whether so many missing days could not change the verdict on `total`.

    Each of them is taken for as low, and then for as high, as any day of the KPI's past.
    """
    if gaps > course.days * MOST_DAYS_MISSING:
        return False
    least, most = question.view.series.least_and_most(course.cut)
    low, high = question.met_range
    ends = total + gaps * min(least, ZERO), total + gaps * max(most, ZERO)
    verdicts = {(low is not None and end < low, high is not None and end > high) for end in ends}
    return len(verdicts) == 1
