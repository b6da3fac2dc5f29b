"""Which key results a period can be closed with: those of which nothing is to come."""

from datetime import date
from typing import Any

import pytest

from pipelines.publishing.review.closing import is_final

END = date(2026, 11, 30)


def row(status: str, through: date | None) -> dict[str, Any]:
    return {"status": status, "data_through": through, "deadline": END}


@pytest.mark.parametrize(
    ("status", "through", "final"),
    [
        ("achieved", END, True),
        ("missed", date(2026, 11, 29), False),
        ("on_track", END, False),
        # a sheet whose November nobody has filled in yet
        ("no_data", date(2026, 10, 31), False),
        ("no_data", END, True),
        # of a KPI that is broken or off, nothing is ever to come
        ("no_data", None, True),
    ],
)
def test_a_goal_without_data_is_waited_for_until_its_last_day_was_delivered(
    status: str, through: date | None, final: bool
) -> None:
    assert is_final(row(status, through)) is final
