"""A made-up digest: `python -m tests.pipelines.publishing.digest_example` writes it into docs/examples."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipelines.publishing.digest.digest import Digest, Pages, digest_of
from pipelines.publishing.language.language import Language
from pipelines.publishing.standings import Standing, Standings

FOLDER = Path(__file__).parents[3] / "docs" / "examples"
TODAY, WEEK_BEFORE, LAST = date(2026, 11, 23), date(2026, 11, 16), date(2026, 12, 31)
SITE = "https://okr.example.com/scorecard.html"


def goal(
    name: str, status: str, before: str, odds: str, odds_before: str, **changed: Any
) -> Standing:
    row = {
        "as_of": TODAY, "objective_id": "grow", "key_result_id": f"grow/{name[:4].lower()}", "name": name,
        "owner": "ana@example.com", "status": status, "probability": Decimal(odds), "trust": "ok", "kpi": "x",
        "comparison": "at_least", "deadline": LAST, "precision": 0,
    } | changed  # fmt: skip
    return Standing(row, {"status": before, "probability": Decimal(odds_before)}, depth=1)


def objective(name: str, status: str, odds: str, score: str, pace: str, depth: int) -> Standing:
    row = {
        "objective_id": "grow", "name": name, "owner": "ana@example.com", "status": status, "trust": "ok",
        "score": Decimal(score), "expected": Decimal(pace), "probability": Decimal(odds),
    }  # fmt: skip
    return Standing(row, depth=depth)


def example() -> Digest:
    lines = [
        objective("Become a two-million-dollar company", "at_risk", "0.553", "0.871", "0.8949", 0),
        goal("Generate $2 million in revenue", "at_risk", "on_track", "0.553", "0.741", gap=Decimal(220000),
             unit="USD"),
        goal("Sell 18,964 widgets", "achieved", "on_track", "1", "0.97", gap=Decimal(-120), unit="widgets"),
        objective("Never run out of people to talk to", "off_track", "0.004", "0.5", "0.9", 1),
        goal("95 new prospects a quarter", "off_track", "off_track", "0.12", "0.31", gap=Decimal(28), unit="prospects",
             owner="ben@example.com", open_window="2026-Q4", windows_in_all=4,
             target=Decimal(95), window_forecast_p50=Decimal(67)),
    ]  # fmt: skip
    return digest_of(
        Standings(TODAY, WEEK_BEFORE, {}, lines), Language("en"), Pages(SITE, lambda _: SITE)
    )


def contents() -> dict[str, str]:
    """The files, by name."""
    digest = example()
    return {"digest.html": digest.html, "digest.txt": digest.text}


if __name__ == "__main__":
    for name, content in contents().items():
        (FOLDER / name).write_text(content, "utf-8")
