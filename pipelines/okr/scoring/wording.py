"""One plain sentence, with the figures, on why a goal stands where it stands."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from enum import Enum

from pipelines.okr.definition.goals import MOST_NAMED, Comparison, Goal
from pipelines.okr.definition.unseen_members import UnseenMember
from pipelines.okr.kpi.facts import TOTAL
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.numbers import ONE, ZERO, chance, figure, side_by_side
from pipelines.okr.kpi.timeline import Timeline
from pipelines.okr.odds.odds import Odds


def not_started(start: date) -> str:
    return f"It starts on {start}."


def no_data(course: Timeline, subject: str) -> str:
    if course.cut < course.start:
        return f"No data of {subject} since the start on {course.start}."
    return f"No data of {subject} from {course.start} to {course.cut}."


def no_total(kpi: str) -> str:
    return (
        f"{kpi} has no total over its accounts, as whoever two of them counted would be in it twice; "
        "write `where: {account: …}` or `for_each: account`."
    )


def member_total(dimension: str) -> str:
    return (
        f"A member of {dimension} is called `{TOTAL}`, which stands for the whole in the published tables; "
        "rename it at the source."
    )


def broken_kpi(kpi: str, file: str) -> str:
    return f"Its KPI {kpi} is broken: see {file}."


def lacking_kpi(what: str) -> str:
    """Of a KPI that nothing computes; `what` is wrong with it, and the remedy, which may be a question."""
    return f"It has no figures: {what}{'' if what.endswith('?') else '.'}"


def model_failed(kpi: str) -> str:
    return f"No figure of {kpi}, as a model that it stands on failed; the table findings says why."


def without_history(sentence: str, course: Timeline) -> str:
    return f"{sentence} There are no data from before the start on {course.start}, so the baseline is 0."


def final(actual: str, goal: str, course: Timeline, label: str) -> str:
    when = f"in {label}" if label else f"by {course.deadline}"
    return f"{actual} {when}; the goal was {goal}."


def under_way(actual: str, when: str, goal: str, deadline: date, progress: str) -> str:
    return f"{actual} {when}, the goal is {goal} by {deadline}: {progress}."


def reached_and_pace(reached: Decimal, pace: Decimal, of_the_way: str = "") -> str:
    score, due = side_by_side(reached, pace)
    return f"{score}{of_the_way}, where the pace is {due}"


def to_hold(baseline: str) -> str:
    """For a level that was on the good side of its target when its time began."""
    return f"it started at {baseline}, and is to be held"


def used_of_budget(used: Decimal, pace: Decimal, limit: str = "") -> str:
    """For a budget; with `limit` for the upper end of a band."""
    share, due = side_by_side(used, pace)
    of_limit = f" of {limit}" if limit else ""
    return f"{share}{of_limit} is used, where the pace is {due}"


def rates(kpi: Kpi, goal: Goal, required: Decimal | None, current: Decimal | None) -> str:
    """`; 70 units a day needed from here, 62.1 so far`, or nothing without rates."""
    if required is None or current is None:
        return ""
    need = "left for each day" if goal.comparison == "at_most" else "a day needed from here"
    return f"; {figure(required, kpi.unit)} {need}, {figure(current)} a day so far"


def passed(actual: str, day: date, goal: str) -> str:
    """For a total that only grows and has passed its goal before the deadline."""
    return f"{actual} by {day}; the goal is {goal}. It can no longer be met."


def reached_on(target: str, day: date, actual: str, *, lost: bool) -> str:
    if lost:
        return f"The target of {target} was reached on {day}; it has fallen to {actual} since."
    return f"The target of {target} was reached on {day}; it stands at {actual}."


def with_missing(sentence: str, gaps: int, uncovered: int) -> str:
    """The sentence, and how much data is missing for it to be final."""
    missing = gaps + uncovered
    return f"{sentence} {_are_missing(missing)}, so this is not final." if missing else sentence


def with_harmless_gaps(sentence: str, gaps: int) -> str:
    """The sentence of a verdict, and how many days it did without."""
    return f"{sentence} {_are_missing(gaps)}, and cannot change it." if gaps else sentence


def _are_missing(days: int) -> str:
    return "1 day of data is missing" if days == 1 else f"{days} days of data are missing"


def windows_met(
    met: int, over: int, needed: int, in_all: int, in_a_row: int, cadence: str, goal: str
) -> str:
    """The record: `25 of 46 weeks met the goal of at least 7 deals, the last 16 in a row; 30 of 52 are needed.`"""
    plural = "halves" if cadence == "half" else f"{cadence}s"
    record = f"{met} of {over} {cadence if over == 1 else plural} met the goal of {goal}"
    if 1 < in_a_row < over:
        record += f", the last {in_a_row} in a row"
    all_or_some = f"all {in_all}" if needed == in_all else f"{needed} of {in_all}"
    return f"{record}; {all_or_some} {'is' if in_all == 1 else 'are'} needed."


def first_window(cadence: str, first: Timeline) -> str:
    """Why a goal per window has no window to count yet."""
    return f"No {cadence} is final yet" if first.past_due else f"The first {cadence} is not over"


def open_window(label: str, actual: str) -> str:
    return f"{label} is open with {actual} so far."


class Standing(Enum):
    """What is said of a member that is where it should be: of several, and of each."""

    MEETS = "meet it", "meets it"
    MEETS_SO_FAR = "meet it so far", "meets it so far"
    ON_PACE = "are on pace", "is on pace"


def members_meeting(
    met: int,
    counted: int,
    dimension: str,
    named: str,
    comparison: Comparison,
    standing: Standing = Standing.MEETS,
) -> str:
    """How many members meet it; `named` is the one with the largest gap to its own goal, empty where nobody is."""
    several, everyone = standing.value
    if met < counted:
        last = f"; the furthest behind is {named}" if named else ""
        return f"{met} of {counted} members of {dimension} {several}{last}."
    most = "highest" if comparison == "at_most" else "lowest"
    last = f"; the {most} is {named}" if named and comparison != "between" else ""
    return f"Every member of {dimension} ({counted}) {everyone}{last}."


def members_on_pace(first_window: str, on_pace: int, counted: int, dimension: str) -> str:
    return f"{first_window}; {on_pace} of {counted} members of {dimension} are on pace for it."


def with_unseen(sentence: str, unseen: Iterable[UnseenMember]) -> str:
    """The sentence, with one more for each member that no row has ever had."""
    slips = (f"{str(slip)[0].upper()}{str(slip)[1:]}" for slip in unseen)
    return " ".join([sentence, *(slip if slip.endswith("?") else f"{slip}." for slip in slips)])


def with_untargeted(sentence: str, members: Sequence[str], *, named: bool) -> str:
    """The sentence, and who is not judged because the file, or the KPI that gives the targets, has none for them."""
    if not members:
        return sentence
    some, more = ", ".join(members[:MOST_NAMED]), len(members) - MOST_NAMED
    who = some if more <= 0 else f"{some} and {more} more"
    if not named:
        who = "1 member" if len(members) == 1 else f"{len(members)} members"
    return f"{sentence} Without a target, and not judged: {who}."


def with_odds(sentence: str, odds: Odds, unit: str) -> str:
    """The sentence, and how likely the goal is to be met, or why nobody can say."""
    if odds.probability is None:
        return f"{sentence} No odds: {odds.why}."
    if odds.probability in (ZERO, ONE):
        return sentence if odds.probability else f"{sentence} It can no longer be met."
    likely = f"{sentence} The odds of meeting it are {chance(odds.probability)}"
    if odds.low is None or odds.high is None:
        return f"{likely}."
    low, high = figure(odds.low, unit), figure(odds.high, unit)
    if low == high:
        return f"{likely}: it is heading for {low}."
    return f"{likely}: 8 of 10 futures end between {low} and {high}."
