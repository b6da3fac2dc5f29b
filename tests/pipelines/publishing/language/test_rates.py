"""What a goal needs a day, in words."""

from decimal import Decimal
from typing import Any

import pytest

from pipelines.publishing.language.language import Amounts, Language
from pipelines.publishing.language.rates import rates

PEOPLE = Amounts(Language("en"), "people", 0)


def row(**columns: Any) -> dict[str, Any]:
    return {
        "status": "at_risk", "comparison": "at_least", "per": None,
        "required_rate": Decimal(16), "current_rate": Decimal("35.4"),
    } | columns  # fmt: skip


def test_counts_are_told_by_day_from_ten_a_day_on() -> None:
    assert rates(row(), PEOPLE) == [
        ("Needed per day", "16 people"),
        ("So far per day", "35.4 people"),
    ]


def test_two_people_in_two_months_are_not_one_a_day() -> None:
    # 2 people in 62 days are 0.03 a day, which is published as 1, the next whole number
    assert rates(row(required_rate=Decimal(1), current_rate=Decimal(0)), PEOPLE) == []


@pytest.mark.parametrize(
    ("unit", "places", "columns", "needed"),
    [
        ("USD", 2, {"required_rate": Decimal("3.76")}, ("Needed per day", "$3.76")),
        (
            "people",
            0,
            {"per": "week", "required_rate": Decimal(3)},
            ("Needed per week", "3 people"),
        ),
    ],
)
def test_money_and_whole_windows_are_told_however_small(
    unit: str, places: int, columns: dict[str, Any], needed: tuple[str, str]
) -> None:
    assert rates(row(**columns), Amounts(Language("en"), unit, places))[0] == needed
