"""The top of the scorecard: how many key results have which status, and what the page can be filtered by."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.okr.kpi.status import STATUSES
from pipelines.publishing.language.language import Language
from pipelines.publishing.scorecard.lines import ATTENTION_STATUSES, Line
from pipelines.publishing.standings import Standing

STATUS_ORDER = (*STATUSES[:-2], "not_started", "no_data")
"""The scorecard shows goals that have not started before those without data; a digest the other way round."""


@dataclass(frozen=True)
class Count:
    """The key results with one status."""

    status: str
    count: int


def counts(lines: Sequence[Line | Standing]) -> list[Count]:
    """The statuses that occur, best first."""
    number = Counter(line.status for line in lines)
    return [Count(status, number[status]) for status in STATUS_ORDER if number[status]]


def choices(lines: Sequence[Line], language: Language) -> dict[str, dict[str, str]]:
    """What the lines can be filtered by: by filter the values that occur, with their labels."""
    owners = sorted({line.owner for line in lines if line.owner})
    periods = sorted({line.period for line in lines})
    statuses = {count.status: language.text(f"status.{count.status}") for count in counts(lines)}
    if statuses.keys() & set(ATTENTION_STATUSES):
        statuses = {"attention": language.text("first.attention"), **statuses}
    return {
        "owner": {owner: owner for owner in owners},
        "status": statuses,
        "period": {f"{start}/{end}": language.span(start, end) for start, end in periods},
    }
