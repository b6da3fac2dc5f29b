"""What `okra explain` says of a key result, from the rows of its chain."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from pipelines.commands.explain import factor_lines, lever_lines, levers_title, part_lines
from pipelines.publishing.key_result_chain import KeyResultChain
from pipelines.publishing.language.language import Amounts, Language

WHY = "-3 deals on the first 24 days of October: Cy -3."


def chain(definition: str) -> KeyResultChain:
    nothing: dict[str, Any] = dict.fromkeys(KeyResultChain.__dataclass_fields__, ())
    moved = {"compared_with": "previous", "why": WHY}
    return KeyResultChain(
        **nothing | {"definitions": [{"definition": definition}], "factors": [moved]}
    )


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        ('{"name_members": false}', "-3 deals on the first 24 days of October."),
        ('{"name_members": true}', WHY),
        ("{}", WHY),
    ],
)
def test_what_moved_it_names_nobody_where_the_goal_does_not(definition: str, words: str) -> None:
    assert factor_lines(chain(definition)) == [("against period before", words)]


DEALS = Amounts(Language("en"), "deals", 0, as_published=True)


def test_levers_of_a_lost_goal_are_said_to_bring_back_its_open_window() -> None:
    change = {
        "window": "2026-11", "asked_member": "total", "member": "total", "driver": "rate",
        "possible": True, "change": Decimal(4), "current_rate": Decimal("0.06"),
        "needed_rate": Decimal("1.06"),
    }  # fmt: skip
    nothing: dict[str, Any] = dict.fromkeys(KeyResultChain.__dataclass_fields__, ())
    lost = KeyResultChain(
        **nothing
        | {
            "score": {"as_of": date(2026, 11, 27), "deadline": date(2026, 12, 31)},
            "levers": [change], "defined": {}, "kpi": {"kind": "flow"},
        }
    )  # fmt: skip
    assert levers_title(lost, DEALS.language) == "What would bring the open window back (November)"
    assert lever_lines(lost, DEALS) == [
        ("rate", "4 more deals than forecast (November) would be enough.")
    ]


def test_members_stand_by_their_gap_the_largest_first() -> None:
    parts = [
        {
            "member": member, "window": "total", "actual": Decimal(actual),
            "target": Decimal(target), "status": "off_track",
        }
        for member, actual, target in (("Amina", 6, 7), ("Ben", 4, 9), ("Cy", 2, 5))
    ]  # fmt: skip
    row = {"for_each": "sales_rep", "comparison": "at_least", "per": None}
    names = [name for name, _ in part_lines(row, parts, DEALS)]
    assert names == ["Ben", "Cy", "Amina"]
