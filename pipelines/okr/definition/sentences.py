"""A goal as one sentence: what it means, before it is scored."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from pipelines.okr.definition.definitions import KeyResult, Objective
from pipelines.okr.definition.field_types import MEASURED
from pipelines.okr.definition.goals import Goal, each_in_words, goal_of, targets_in_words
from pipelines.okr.definition.measures import Measure
from pipelines.okr.kpi.filters import in_words
from pipelines.okr.kpi.kpi import PERCENT, Kpi
from pipelines.okr.kpi.numbers import figure
from pipelines.okr.kpi.readings import KpiReading
from pipelines.okr.kpi.status import Policy


def sentence(
    objective: Objective,
    result: KeyResult,
    kpi: Kpi | None,
    measured: KpiReading | None = None,
    asked: Goal | None = None,
    policy: Policy | None = None,
) -> str:
    """What a key result asks for, with its dates and its baseline.

    Args:
        objective: the objective it belongs to.
        result: the key result.
        kpi: its KPI; None for a milestone.
        measured: the level before the period, of `from: measured`; None where there are no figures to read it from.
        asked: the goal with the numbers that another KPI gives; None where nothing is known of them.
        policy: that of `scoring.score`.
    """
    deadline = day_in_words(objective.deadline(result))
    if kpi is None:
        return f"done by {deadline}"
    words = [_subject(objective, result, kpi, policy)]
    start = "".join(_baseline(objective, result, kpi, measured))
    goal = (asked or goal_of(result)).text(kpi.unit)
    if own := targets_in_words(result, kpi.unit):
        goal = f"{goal} ({own})"
    words.append(f"from {start} to {goal}" if start else goal)
    period = objective.period
    begins = "starts" if period.cadence is None else f"{period.label} starts"
    return f"{', '.join(words)}, by {deadline} ({begins} on {day_in_words(period.start)})"


def measure_sentence(measure: Measure) -> str:
    """What is done, on which figures, and from when it can be judged."""
    members = ", ".join(in_words(measure.where))
    what = f"“{measure.what}” on {measure.kpi}"
    words = [f"{what} ({members})" if members else what]
    if measure.ends is None:
        words.append(f"from {day_in_words(measure.start)} on")
    else:
        words.append(f"from {day_in_words(measure.start)} to {day_in_words(measure.ends)}")
    if measure.visible_from > measure.start:
        words.append(f"to be seen in full from {day_in_words(measure.visible_from)}")
    if measure.expected is not None:
        words.append(f"expected to change it by {figure(measure.expected, PERCENT)}")
    if measure.controls:
        words.append(f"held against {', '.join(in_words(measure.controls))}")
    return ", ".join(words)


def _subject(objective: Objective, result: KeyResult, kpi: Kpi, policy: Policy | None) -> str:
    """What is measured: the KPI, its members, and the days that count."""
    members = ", ".join(in_words(result.where))
    subject = f"{kpi.name} ({members})" if members else kpi.name
    if result.for_each:
        subject += f" of {each_in_words(result)}"
    if result.per:
        windows = objective.windows_in(result)
        needed = objective.met_in(result, policy).needed(windows, windows)
        if needed == windows:
            return f"{subject} in each {result.per}"
        return f"{subject} in a {result.per}, met in {needed} of {windows}"
    if result.over:
        which = "each whole" if result.between else "the latest whole"
        return f"{subject} of {which} {result.over}"
    if kpi.behaviour.reported_by_period:
        since = day_in_words(objective.period.start)
        return (
            f"{subject} of the whole time since {since} where the source counts that, else of the latest whole period "
            "in it"
        )
    if kpi.behaviour.is_level:
        return f"the latest {subject}"
    start = day_in_words(objective.period.start)
    return f"{subject} in total since {start}" if kpi.accumulates else f"{subject} since {start}"


def _baseline(
    objective: Objective, result: KeyResult, kpi: Kpi, measured: KpiReading | None
) -> Iterator[str]:
    """The level from which progress is measured, as parts of one text; none without a baseline."""
    if isinstance(result.baseline, Decimal):
        yield figure(result.baseline, kpi.unit)
    elif result.baseline == MEASURED:
        before = day_in_words(objective.period.start)
        if measured is None:
            yield f"its value before {before}"
        elif measured.value is None:
            yield f"0 (nothing is known from before {before})"
        else:
            yield figure(measured.value, kpi.unit, kpi.precision)
            if measured.label:
                yield f" ({measured.label})"
            elif measured.through:
                yield f" ({day_in_words(measured.through)})"


def day_in_words(day: date) -> str:
    """`31 December 2026`."""
    return f"{day.day} {day:%B} {day.year}"
