"""What is known of a goal from its words alone, as where its definition is not at hand."""

from decimal import Decimal

import pytest

from pipelines.publishing.language.gaps import gap_text
from pipelines.publishing.language.language import Amounts, Language
from pipelines.publishing.standings import comparison_of


@pytest.mark.parametrize(
    ("goal", "comparison"),
    [
        ("at least 7 deals", "at_least"),
        ("at most 7 deals", "at_most"),
        ("between 130 people and 150 people", "between"),
        ("done", ""),
    ],
)
def test_which_way_a_goal_goes_is_read_from_its_words(goal: str, comparison: str) -> None:
    assert comparison_of({"goal": goal}) == comparison


def test_what_is_above_a_band_is_outside_and_not_short() -> None:
    row = {"goal": "between 130 people and 150 people", "gap": Decimal(9), "status": "off_track"}
    assert gap_text(row, Amounts(Language("en"), "people", 0)) == "9 people outside"
