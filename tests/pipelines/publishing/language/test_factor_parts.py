"""The parts of a change in words: members by name, then the others, then what exchange rates did."""

from decimal import Decimal
from typing import Any

from pipelines.publishing.language.factors import parts_of
from pipelines.publishing.language.language import Language

ENGLISH = Language("en")


def part(member: str, contribution: int, effect: str = "change") -> dict[str, Any]:
    return {
        "dimension": "region",
        "member": member,
        "effect": effect,
        "contribution": Decimal(contribution),
    }


def test_exchange_rates_are_not_counted_among_the_other_members() -> None:
    """Four regions in a foreign currency: one other region, and no five others."""
    regions = [part("north", -40), part("south", -30), part("east", -20), part("west", -10)]
    rates = [part(name, 1, "currency") for name in ("north", "south", "east", "west")]
    assert parts_of([*regions, *rates], ENGLISH, 3) == [
        ("north", -40), ("south", -30), ("east", -20), ("1 other", -10), ("exchange rates", 4),
    ]  # fmt: skip


def test_where_every_member_is_named_the_rates_stand_alone() -> None:
    parts = parts_of([part("north", 5), part("north", -2, "currency")], ENGLISH, 1)
    assert parts == [("north", 5), ("exchange rates", -2)]


def test_what_was_restated_is_a_part_of_its_own() -> None:
    rows = [
        part("north", 5),
        part("south", 1),
        part("north", 3, "restatement"),
        part("south", 2, "restatement"),
    ]
    assert parts_of(rows, ENGLISH, 1) == [("north", 5), ("1 other", 1), ("restated past", 5)]
