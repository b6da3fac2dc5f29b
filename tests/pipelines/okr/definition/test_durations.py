"""How long something takes, as it is written."""

import pytest
from pydantic import TypeAdapter, ValidationError

from pipelines.okr.definition.durations import Duration

DURATION = TypeAdapter(Duration)


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("1 day", 1), ("10 days", 10), ("1 week", 7), ("4 weeks", 28), ("4weeks", 28),
        (" 2  weeks ", 14), ("0 days", 0), ("999 days", 999), (0, 0),
    ],
)  # fmt: skip
def test_days_and_weeks_are_days(written, days):
    assert DURATION.validate_python(written) == days


@pytest.mark.parametrize(
    "written", ["1 month", "1000 days", "4", 4, "-1 day", "1.5 weeks", "weeks", True, False, None]
)
def test_anything_else_is_none(written):
    with pytest.raises(
        ValidationError, match="is no duration; write it such as 10 days or 4 weeks"
    ):
        DURATION.validate_python(written)
