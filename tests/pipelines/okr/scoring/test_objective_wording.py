"""Why an objective stands where it stands, from its figures alone."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from pipelines.okr.scoring.objective_wording import Standing, Weak, why

BAR = Decimal("0.9")


def said(**figures: Any) -> str:
    usual: dict[str, Any] = {
        "status": "on_track", "score": Decimal("0.5"), "expected": Decimal("0.4"), "bar": BAR,
        "probability": Decimal("0.834"), "no_odds": "", "lacking": (), "odds_range": None, "paced": None,
        "middle": Decimal("0.95"), "most": Decimal(1), "is_over": False, "starts": date(2026, 10, 1),
        "is_before": False, "parts": 3, "well": 2, "silent": 0, "silent_has_data": False, "weak": None,
    }  # fmt: skip
    return why(Standing(**usual | figures))


def test_it_says_how_many_parts_do_well_and_where_it_is_heading():
    assert said() == (
        "2 of 3 parts are on track or achieved. It is heading for a score of 95 %; the odds that its score ends at "
        "90 % or more are 83 %."
    )
    assert said(well=1).startswith("1 of 3 parts is on track or achieved. ")
    assert said(middle=None).endswith(
        "achieved. The odds that its score ends at 90 % or more are 83 %."
    )


def test_of_an_only_part_only_what_is_good_is_counted():
    assert said(parts=1, well=1).startswith("Its only part is on track or achieved. It is heading")
    assert said(parts=1, well=0).startswith("It is heading")


@pytest.mark.parametrize(
    ("odds", "text"),
    [
        ("0.0099", "<1 %"),
        ("0.01", "1 %"),
        ("0.29999", "29 %"),
        ("0.99", "99 %"),
        ("0.9901", ">99 %"),
    ],
)
def test_odds_are_rounded_down_and_never_certain(odds, text):
    assert said(probability=Decimal(odds)).endswith(f"or more are {text}.")


@pytest.mark.parametrize(
    ("middle", "text"),
    [
        ("0.9", "90 %"),
        ("0.8999", "89 %"),
        ("0.89999", "89 %"),
        ("0.9034", "90 %"),
        ("0.96", "96 %"),
    ],
)
def test_a_score_below_the_bar_is_never_shown_as_the_bar(middle, text):
    assert f"for a score of {text};" in said(middle=Decimal(middle))


def test_where_two_decimals_do_not_tell_a_score_from_the_bar_it_says_so():
    assert "score of 90.1 %;" in said(middle=Decimal("0.901"), bar=Decimal("0.9015"))
    assert "score of just below 90 %;" in said(middle=Decimal("0.90150"), bar=Decimal("0.90151"))


def test_what_is_over_has_a_score_and_what_was_needed():
    over = {"is_over": True, "probability": None, "well": 3}
    assert said(status="achieved", score=Decimal("0.93"), **over).endswith(
        "Its score is 93 %, and 90 % was enough."
    )
    assert said(status="missed", score=None, **over).endswith(
        "Its score is 0 %, and 90 % was needed."
    )


def test_what_is_settled_before_its_end_says_what_it_can_end_at():
    assert "Its score can no longer end below 90 %, which is enough." in said(status="achieved")
    assert "It can no longer be met: its score ends at 70 % at most, and 90 % is needed." in said(
        status="missed", most=Decimal("0.7")
    )


def test_without_odds_it_says_the_pace_and_the_reason():
    none = {"probability": None, "no_odds": "it has milestones"}
    assert said(**none).endswith("No part has a score yet. No odds: it has milestones.")
    assert said(**none, paced=Decimal("0.95")).endswith(
        "At its pace it ends at a score of 95 %, and 90 % is enough. No odds: it has milestones."
    )


def test_parts_without_odds_leave_a_range_of_odds():
    none = {"probability": None, "lacking": (("Ship it", "it is a milestone"), ("b", "c"))}
    assert said(**none).endswith("No odds, as “Ship it” and 1 more have none: it is a milestone.")
    assert said(**none, odds_range=(Decimal("0.2"), Decimal("0.995"))).endswith(
        "Whatever becomes of those parts, they are between 20 % and >99 %."
    )
    part = {"probability": None, "lacking": (("Ship it", "it is a milestone"),)}
    assert said(**part, odds_range=(Decimal("0.2"), Decimal("0.6"))).endswith(
        "No odds, as “Ship it” has none: it is a milestone. Whatever becomes of that part, they are between "
        "20 % and 60 %."
    )


@pytest.mark.parametrize(
    ("weak", "more", "ending"),
    [
        (
            Weak("Revenue", Decimal("0.12")),
            {},
            "“Revenue” is likely to cost most: 12 % of the score.",
        ),
        (
            Weak("Revenue", Decimal("0.01")),
            {},
            "“Revenue” is likely to cost most: 1 % of the score.",
        ),
        (
            Weak("Revenue", Decimal("0.12")),
            {"is_over": True, "status": "missed"},
            "“Revenue” costs most: 12 % of the score.",
        ),
        (Weak("Revenue", Decimal("0.0099")), {}, "or more are 83 %."),
        (Weak("Revenue", None), {}, "or more are 83 %."),
        (Weak("Revenue", Decimal("0.12")), {"parts": 1}, "or more are 83 %."),
    ],
)
def test_the_part_that_costs_most_is_named_from_a_hundredth_on(weak, more, ending):
    assert said(weak=weak, **more).endswith(ending)


def test_parts_that_do_not_count_are_told():
    assert said(silent=1).endswith("1 of 3 has no data and does not count.")
    assert said(silent=2, silent_has_data=True).endswith("2 of 3 have no score and do not count.")
    assert "count" not in said(silent=2, score=None)


def test_before_its_start_and_without_data_or_parts_there_is_nothing_else_to_say():
    assert said(score=None, is_before=True) == "It starts on 2026-10-01."
    assert said(score=None, status="no_data") == "None of its 3 parts has data yet."
    assert said(parts=0) == (
        "It has no key results, and no objective below it counts in its score."
    )
