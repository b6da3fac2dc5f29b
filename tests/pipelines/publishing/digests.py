"""Digests of a few goals, for tests."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from pipelines.publishing.digest.digest import (
    Change,
    Digest,
    Pages,
    digest_of,
)
from pipelines.publishing.language.language import Language
from pipelines.publishing.standings import Standing, Standings

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
DAY_BEFORE = date(2026, 11, 22)
ANA, BEN = "ana@example.com", "ben@example.com"
ODD = "<script>alert(1)</script> *a* _b_ | [x](https://evil.example)"


def goal(
    status: str = "on_track", name: str = "Sixty deals", before: str | None = None, **changed: Any
) -> Standing:
    row = {
        "as_of": MONDAY, "objective_id": "sales", "key_result_id": "sales/deals", "name": name, "owner": ANA,
        "status": status, "probability": Decimal("0.826"), "score": Decimal("0.9"), "trust": "ok",
        "kpi": "deals", "unit": "deals", "precision": 0, "gap": Decimal(7), "comparison": "at_least",
        "deadline": date(2026, 12, 31), "open_window": None,
    } | changed  # fmt: skip
    earlier = {"status": before, "probability": Decimal("0.9")} if before else None
    return Standing(row, earlier, depth=1)


def objective(status: str = "on_track", depth: int = 0, **changed: Any) -> Standing:
    row = {
        "objective_id": "sales", "name": "Sell more", "owner": ANA, "parent_id": None, "status": status,
        "score": Decimal("0.9"), "expected": Decimal("0.95"), "probability": Decimal("0.826"), "trust": "ok",
    } | changed  # fmt: skip
    return Standing(row, depth=depth)


def digest_with(
    *lines: Standing, compared_with: date | None = DAY_BEFORE, locale: str = "en", **others: Any
) -> Digest:
    pages = Pages(
        "https://okr.example.com/scorecard.html", lambda line: f"https://okr.example.com/#{line.id}"
    )
    standings = Standings(MONDAY, compared_with, {}, lines)
    return digest_of(standings, Language(locale), pages, **others)


def digest(day: date, status: str = "on_track") -> Digest:
    changed = [Change("Sixty deals", "on_track", status)] if status != "on_track" else []
    return replace(digest_with(goal(status), changes=changed), as_of=day)
