"""How long something takes, as it is written: `4 weeks`, `10 days`. Not in months, which have no fixed length."""

import re
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

from pipelines.okr.definition.field_types import refusal
from pipelines.okr.forecast.training_series import WEEK

_WRITTEN = re.compile(r"(\d{1,3})\s*(days?|weeks?)")
_SCHEMA = {"type": "string", "pattern": r"^\d{1,3}\s*(days?|weeks?)$"}


def _days(written: object) -> int:
    """The number of days. A number that was read before is taken as it is."""
    if isinstance(written, int) and not isinstance(written, bool) and written == 0:
        return 0
    match = _WRITTEN.fullmatch(str(written).strip())
    if match is None:
        raise refusal(f"`{written}` is no duration", "write it such as 10 days or 4 weeks")
    return int(match[1]) * (WEEK if match[2].startswith("week") else 1)


Duration = Annotated[int, BeforeValidator(_days), WithJsonSchema(_SCHEMA)]
"""Days, written as `10 days` or `4 weeks`."""


def in_words(days: int) -> str:
    """A duration as a file writes it: `4 weeks`, `10 days`."""
    number, unit = (days // WEEK, "week") if days % WEEK == 0 else (days, "day")
    return f"{number} {unit}{'' if number == 1 else 's'}"
