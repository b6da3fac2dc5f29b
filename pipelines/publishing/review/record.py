"""The record of a closed period, in `reviews/<period>.yml`. What stands in it stays as it was closed."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from connectors.lake.atomic_files import replace
from pipelines.errors import OkraError

_HEAD = """\
# Written by `okra close`. What stands here stays as it was closed; `okra close {period}` shows what became known later.
"""


class RecordError(OkraError):
    """A record cannot be read; the text names it and the remedy."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LastWord(_Part):
    """The last check-in of the period."""

    day: date
    by: str | None = None
    confidence: Decimal | None = None
    note: str | None = None
    brier: Decimal | None = None
    """(confidence − met)²."""


class ClosedKeyResult(_Part):
    """A key result as it ended. Amounts are in `unit`, a percentage is a fraction; score and odds are from 0 to 1."""

    id: str
    """With the objective's: `ship/units`."""
    name: str
    goal: str
    kpi: str | None = None
    unit: str | None = None
    target: Decimal | None = None
    actual: Decimal | None = None
    score: Decimal | None = None
    status: str
    why: str = ""
    trust: str = "ok"
    definition_hash: str
    odds: Mapping[date, Decimal] = {}
    """Their course: on the first and the last day, and between them in quarters."""
    brier: Decimal | None = None
    """The mean of (odds − met)² over all days on which they were given."""
    said: LastWord | None = None
    restated: Sequence[str] = ()
    """Figures of its KPI within the period that became others after its end and before it was closed."""

    @property
    def is_missed(self) -> bool:
        return self.status == "missed"


class ClosedMeasure(_Part):
    """What was done, with the verdict of the day of the closing."""

    measure: str
    kpi: str
    start: date
    verdict: str
    words: str
    """The verdict with the effect and its interval, in words."""


class ClosedObjective(_Part):
    """An objective as it ended."""

    id: str
    name: str
    owner: str | None = None
    commitment: str
    score: Decimal | None = None
    status: str
    odds: Mapping[date, Decimal] = {}
    brier: Decimal | None = None
    key_results: Sequence[ClosedKeyResult]
    measures: Sequence[ClosedMeasure] = ()


class Review(_Part):
    """A closed period."""

    period: str
    start: date
    end: date
    closed_on: date
    as_of: date
    """The day whose scores these are."""
    run_id: str
    objectives: Sequence[ClosedObjective]


def record_path(folder: Path, period: str) -> Path:
    """Where the record of a period is."""
    return folder / f"{period}.yml"


def read_record(path: Path) -> Review | None:
    """The record of a closed period; None of one that is open. Raises `RecordError`."""
    if not path.exists():
        return None
    try:
        return Review.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError, ValidationError) as error:
        first = next(iter(str(error).splitlines()), "")
        raise RecordError(
            f"{path.name} of the closed periods cannot be read ({first}); "
            "take back what was changed in it, or move it away to close the period anew"
        ) from None


def write_record(review: Review, path: Path, text: str) -> None:
    """Write the review for people beside the record, and the record last: it is what closes the period."""
    replace(path.with_suffix(".md"), lambda temporary: temporary.write_text(text, encoding="utf-8"))
    content = yaml.safe_dump(
        review.model_dump(mode="json", exclude_defaults=True),
        sort_keys=False,
        allow_unicode=True,
        width=1000,
    )
    head = _HEAD.format(period=review.period)
    replace(path, lambda temporary: temporary.write_text(head + content, encoding="utf-8"))
