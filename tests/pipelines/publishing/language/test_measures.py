"""Measures and leads in words."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from pipelines.publishing.language.language import Amounts, Language
from pipelines.publishing.language.leads import lead
from pipelines.publishing.language.measures import measure

TODAY = date(2026, 11, 25)


def row(**columns: Any) -> dict[str, Any]:
    return {
        "measure": "More calls", "start": date(2026, 9, 1), "ends": None, "where": None,
        "verdict": "supported", "reason": None, "better": True, "first_day": date(2026, 9, 1),
        "last_day": date(2026, 10, 26), "effect": Decimal(120), "effect_low": Decimal(50),
        "effect_high": Decimal(190), "effect_share": Decimal("0.123"),
        "effect_share_low": Decimal("0.05"), "effect_share_high": Decimal("0.19"),
        "controls": None, "next_look": None,
    } | columns  # fmt: skip


def said(locale: str = "en", **columns: Any) -> str:
    return measure(row(**columns), Amounts(Language(locale), "USD", 2), TODAY)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (
            {},
            "More calls (since Sep 1). Supported: +12% against what was foreseen without it (+5% to +19%), "
            "Sep 1, 2026 – Oct 26, 2026.",
        ),
        (
            {"better": False, "controls": "lee"},
            "More calls (since Sep 1). Supported, but the wrong way: +12% against what was foreseen without it "
            "(+5% to +19%), Sep 1, 2026 – Oct 26, 2026. Held against lee.",
        ),
        (
            {"effect_share": None, "effect_share_low": None, "effect_share_high": None},
            "More calls (since Sep 1). Supported: +$120 against what was foreseen without it (+$50 to +$190), "
            "Sep 1, 2026 – Oct 26, 2026.",
        ),
        (
            {"verdict": "not_distinguishable", "ends": date(2026, 12, 1), "where": "kim"},
            "More calls (Sep 1 to Dec 1, kim). Not distinguishable from chance: +12% against what was foreseen "
            "without it (+5% to +19%), Sep 1, 2026 – Oct 26, 2026.",
        ),
        (
            {"verdict": "cannot_tell", "reason": "too_early", "next_look": date(2026, 12, 3)},
            "More calls (since Sep 1). Cannot tell: too early. The next look is on the data of Dec 3.",
        ),
        (
            {"verdict": "cannot_tell", "reason": "two_at_once", "next_look": date(2026, 12, 3)},
            "More calls (since Sep 1). Cannot tell: another measure was at work on the same figures.",
        ),
    ],
)
def test_a_verdict_says_what_it_rests_on_and_no_more(columns: dict[str, Any], words: str) -> None:
    assert said(**columns) == words


@pytest.mark.parametrize(
    "reason",
    [
        "not_started", "too_early", "too_short", "little_history", "two_at_once", "missing_data", "no_data",
    ],
)  # fmt: skip
@pytest.mark.parametrize("locale", ["en", "es"])
def test_each_reason_has_its_words(locale: str, reason: str) -> None:
    words = said(locale, verdict="cannot_tell", reason=reason)
    assert "measure." not in words
    assert words.endswith(".")


def test_spanish_readers_get_spanish() -> None:
    assert "Respaldada: +12" in said("es")
    assert "frente a lo previsto sin ella" in said("es")


def test_a_lead_says_whether_it_helps_with_its_figures() -> None:
    columns = {
        "leads": "page_likes", "leads_label": "Page likes", "verdict": "helps", "by_days": 28,
        "brier": Decimal("0.205"), "brier_with": Decimal("0.18"), "gain": Decimal("0.122"), "past_days": 60,
    }  # fmt: skip
    assert lead(columns, Language("en")) == (
        "Helps to foresee Page likes, 28 days ahead: with it, the Brier score of goals on Page likes changes by "
        "−12.2% (0.18 instead of 0.205, on 60 past days). It is in the odds."
    )
    assert lead(columns | {"verdict": "no_evidence"}, Language("en")).startswith("No evidence that")
    assert lead(columns | {"verdict": "cannot_tell"}, Language("es")).startswith(
        "No se puede decir"
    )
