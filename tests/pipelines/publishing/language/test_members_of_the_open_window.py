"""A goal for each member in each month: all met the last one, and in the open one nobody is on pace."""

from datetime import date
from decimal import Decimal
from typing import Any

from pipelines.publishing.language.language import Amounts, Language
from pipelines.publishing.language.sentences import sentence

AMOUNTS = {"en": Amounts(Language("en"), "deals", 0), "es": Amounts(Language("es"), "deals", 0)}
GOAL: dict[str, Any] = {
    "as_of": date(2026, 11, 28), "kpi": "deals", "goal": "at least 7 deals", "comparison": "at_least",
    "per": "month", "for_each": "rep", "over": None, "status": "off_track", "actual": Decimal(8), "score": Decimal(1),
    "raw_attainment": Decimal(1), "expected": Decimal(1), "probability": Decimal("0.001"), "target": Decimal(7),
    "period_start": date(2026, 10, 1), "deadline": date(2026, 12, 31), "members_met": 9, "members_judged": 9,
    "open_window": "2026-11", "furthest_behind": None,
}  # fmt: skip


def window(label: str, met: int) -> dict[str, Any]:
    counts = {"members_met": met, "members_judged": 9}
    return {"window": label, "member": "total", "score": Decimal(1), "status": "off_track"} | counts


def test_the_open_window_is_told_beside_those_that_were_met() -> None:
    parts = [window("2026-10", 9), window("2026-11", 0)]
    assert sentence(GOAL, parts, AMOUNTS["en"]) == (
        "9 of 9 members meet it. In the open window (November), 0 of 9 are on pace. "
        "The odds of meeting it are <1%."
    )
    assert "En el periodo abierto (noviembre), 0 de 9 llevan el ritmo." in sentence(
        GOAL, parts, AMOUNTS["es"]
    )


def test_nothing_is_said_of_a_window_that_is_not_at_hand() -> None:
    assert sentence(GOAL, (), AMOUNTS["en"]) == (
        "9 of 9 members meet it. The odds of meeting it are <1%."
    )
