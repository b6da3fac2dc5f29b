"""In plain words why an objective stands where it stands."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal

from pipelines.okr.kpi.numbers import ONE, ZERO, percentage
from pipelines.okr.kpi.status import SETTLED_STATUSES, Status

_SHOWN_COST = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Weak:
    """The part that costs most of the score, and how much of it."""

    name: str
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the sentence about an objective is made of; scores, bar and odds are shares.

    `middle` is the score that half of the futures do not exceed, `most` the one that none exceeds. `lacking` are the
    parts without odds, each with the reason; then `odds_range` are the odds with nothing and with all of them, and
    `paced` is the score it ends with if they go on at their pace. `silent` parts have no score.
    """

    status: Status
    score: Decimal | None
    expected: Decimal | None
    bar: Decimal
    probability: Decimal | None
    no_odds: str
    lacking: tuple[tuple[str, str], ...]
    odds_range: tuple[Decimal, Decimal] | None
    paced: Decimal | None
    middle: Decimal | None
    most: Decimal
    is_over: bool
    starts: date
    is_before: bool
    parts: int
    well: int
    silent: int
    silent_has_data: bool
    weak: Weak | None


def why(standing: Standing) -> str:
    """How many parts are on track, where its score is heading, and the part that costs most."""
    if not standing.parts:
        return "It has no key results, and no objective below it counts in its score."
    if standing.score is None and standing.is_before:
        return f"It starts on {standing.starts}."
    if standing.status == "no_data":
        return f"None of its {standing.parts} parts has data yet."
    sentences = [_counted(standing), _heading(standing), _costs(standing), _silent(standing)]
    return " ".join(sentence for sentence in sentences if sentence)


def _counted(standing: Standing) -> str:
    if standing.parts == 1:
        return "Its only part is on track or achieved." if standing.well else ""
    verb = "is" if standing.well == 1 else "are"
    return f"{standing.well} of {standing.parts} parts {verb} on track or achieved."


def _heading(standing: Standing) -> str:
    bar = _whole(standing.bar)
    if standing.status in SETTLED_STATUSES and standing.is_over:
        needed = "was enough" if standing.status == "achieved" else "was needed"
        return f"Its score is {_exact(standing.score or ZERO, standing.bar)}, and {bar} {needed}."
    if standing.status == "achieved":
        return f"Its score can no longer end below {bar}, which is enough."
    if standing.status == "missed":
        most = _exact(standing.most, standing.bar)
        return f"It can no longer be met: its score ends at {most} at most, and {bar} is needed."
    if standing.probability is not None:
        likely = f"the odds that its score ends at {bar} or more are {_odds(standing.probability)}"
        if standing.middle is None:
            return f"{likely[0].upper()}{likely[1:]}."
        return f"It is heading for a score of {_exact(standing.middle, standing.bar)}; {likely}."
    return f"{_pace(standing)}{_without_odds(standing)}"


def _pace(standing: Standing) -> str:
    if standing.score is None or standing.paced is None:
        return "No part has a score yet. "
    ends = _exact(standing.paced, standing.bar)
    return f"At its pace it ends at a score of {ends}, and {_whole(standing.bar)} is enough. "


def _without_odds(standing: Standing) -> str:
    if not standing.lacking:
        return f"No odds: {standing.no_odds}."
    name, reason = standing.lacking[0]
    others = len(standing.lacking) - 1
    more = f" and {others} more" if others else ""
    verb = "have" if others else "has"
    sentence = f"No odds, as “{name}”{more} {verb} none: {reason}."
    low, high = (_odds(end) for end in standing.odds_range or (ZERO, ONE))
    if (low, high) == ("<1 %", ">99 %"):
        return sentence
    what = "those parts" if others else "that part"
    return f"{sentence} Whatever becomes of {what}, they are between {low} and {high}."


def _costs(standing: Standing) -> str:
    weak = standing.weak
    if weak is None or weak.cost is None or weak.cost < _SHOWN_COST or standing.parts == 1:
        return ""
    verb = "costs" if standing.is_over else "is likely to cost"
    return f"“{weak.name}” {verb} most: {_whole(weak.cost)} of the score."


def _silent(standing: Standing) -> str:
    if not standing.silent or standing.score is None:
        return ""
    lacking = "score" if standing.silent_has_data else "data"
    have, does = ("has", "does") if standing.silent == 1 else ("have", "do")
    return f"{standing.silent} of {standing.parts} {have} no {lacking} and {does} not count."


def _whole(share: Decimal) -> str:
    return percentage(share, 0)


def _exact(score: Decimal, bar: Decimal) -> str:
    """A score in whole percent, or with as many decimals as show that it is below the bar."""
    for places in (0, 1, 2):
        text = percentage(score, places)
        if score >= bar or percentage(bar, places) != text:
            return text
    return f"just below {_whole(bar)}"


def _odds(probability: Decimal) -> str:
    """Odds in whole percent, rounded down; `<1 %` and `>99 %` where it is not settled."""
    if probability < Decimal("0.01"):
        return "<1 %"
    return ">99 %" if probability > Decimal("0.99") else percentage(probability, 0, ROUND_FLOOR)
