"""How a key result stands, in words of one language, built from its columns."""

from decimal import Decimal
from typing import Any

from pipelines.publishing.scorecard.language import Language
from pipelines.publishing.scorecard.reading import Row, Rows

_SETTLED = ("achieved", "missed")
_GOOD = ("achieved", "on_track")


def goal(row: Row, places: int, language: Language) -> str:
    """`at least 7 deals in each month, by every sales rep`; the stored words where the columns are not there."""
    if row["kpi"] is None:
        return language.text("goal.milestone")
    if row.get("comparison") is None:
        return str(row["goal"])
    bounds: dict[str, Any] = {
        end: language.amount(row[end], row["unit"], places)
        for end in ("low", "high")
        if row[end] is not None
    }
    words = [language.text(f"goal.{row['comparison']}", **bounds)]
    if row["where"]:
        words.append(f"({row['where']})")
    if row["per"]:
        words.append(language.text(f"goal.per.{row['per']}"))
    if row["over"]:
        words.append(language.text(f"goal.over.{row['over']}"))
    if row["for_each"]:
        words.append(language.text("goal.for_each", dimension=row["for_each"].replace("_", " ")))
    return " ".join(words)


def sentence(row: Row, parts: Rows, places: int, language: Language) -> str:
    """Where it stands, and against what."""
    if row["status"] == "not_started":
        return language.text("why.not_started", start=language.day(row["period_start"]))
    if row["kpi"] is None:
        done = "why.done" if row["score"] == 1 else "why.not_done"
        return language.text(done, deadline=language.day(row["deadline"]))
    if row["actual"] is None and row["score"] is None:
        return language.text("why.no_data")
    if row.get("for_each"):
        return _of_members(row, parts, places, language)
    if row.get("per"):
        return _of_windows(row, parts, places, language)
    figures: dict[str, Any] = {
        "actual": language.amount(row["actual"], row["unit"], places),
        "goal": goal(row, places, language),
        "deadline": language.day(row["deadline"]),
        "through": language.day(row["data_through"] or row["as_of"]),
    }
    if row["status"] in _SETTLED:
        return language.text("why.settled", **figures)
    return language.text(
        "why.under_way",
        score=language.share(row["raw_attainment"], 1),
        expected=language.share(row["expected"], 1),
        **figures,
    )


def _of_windows(row: Row, parts: Rows, places: int, language: Language) -> str:
    over = [part for part in parts if part["status"] in _SETTLED]
    still_open = [
        part for part in parts if part["status"] not in _SETTLED and part["actual"] is not None
    ]
    met = sum(part["status"] == "achieved" for part in over)
    words = [
        language.text(f"why.windows.{row['per']}", len(over), met=language.number(Decimal(met)))
    ]
    words += [
        language.text(
            "why.open",
            window=language.window(part["window"]),
            actual=language.amount(part["actual"], row["unit"], places),
        )
        for part in still_open
    ]
    return " ".join(words)


def _of_members(row: Row, parts: Rows, places: int, language: Language) -> str:
    members = [part for part in parts if part["member"] != "total" and part["score"] is not None]
    if not members:
        return language.text("why.no_data")
    share = row["raw_attainment"] or Decimal(0)
    met = int((share * len(members)).to_integral_value())
    worst = min(members, key=lambda part: (_lead(part), part["member"]))
    return language.text(
        "why.members",
        len(members),
        met=language.number(Decimal(met)),
        member=worst["member"],
        actual=language.amount(worst["actual"], row["unit"], places),
    )


def is_met(part: Row) -> bool:
    """Whether it does what is asked of it, as far as it can be told: a window, a member, a goal."""
    return part["status"] in _GOOD


def _lead(part: Row) -> Decimal:
    lead: Decimal = (part["raw_attainment"] or Decimal(0)) - (part["expected"] or Decimal(0))
    return lead


def trust_flags(trust: str | None, language: Language) -> list[str]:
    """What is not to be trusted, each in words; a flag there are no words for stands as it is."""
    if not trust or trust == "ok":
        return []
    found = []
    for flag in trust.split(","):
        name, _, detail = flag.partition(":")
        key = f"trust.{name}"
        found.append(language.text(key, detail=detail or "?") if language.has(key) else flag)
    return found
