"""How far a goal is from its target says the same as its status, or nothing."""

from decimal import Decimal

import pytest

from pipelines.publishing.standings import gap_at_end, gap_today


@pytest.mark.parametrize(
    ("status", "gap", "said"),
    [
        ("achieved", "-3", "-3"),
        ("achieved", "3", None),  # of the latest week, while enough others met it
        ("missed", "3", "3"),
        ("missed", "-3", None),
        ("off_track", "-3", None),  # a budget that is used too fast
        ("on_track", "3", "3"),  # it is under way
        ("on_track", "-3", "-3"),
    ],
)
def test_a_gap_never_says_the_opposite_of_the_status(status, gap, said):
    row = {"status": status, "gap": Decimal(gap)}
    assert gap_today(row) == gap_at_end(row) == (None if said is None else Decimal(said))


def test_an_open_window_says_nothing_of_a_goal_that_is_settled():
    """12 above the target of 101 in the open week, and too few weeks are left."""
    row = {
        "status": "missed", "comparison": "at_least", "gap": Decimal(33), "target": Decimal(101),
        "open_window": "2026-W29", "windows_in_all": 12, "window_forecast_p50": Decimal(113),
    }  # fmt: skip
    assert gap_at_end(row) is None
    assert gap_at_end(row | {"status": "off_track"}) == -12
