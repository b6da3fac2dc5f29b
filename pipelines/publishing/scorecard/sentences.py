"""How a key result stands, in words of one language, built from its columns."""

from decimal import Decimal
from typing import Any

from pipelines.okr.kpi.status import GOOD_STATUSES, SETTLED_STATUSES
from pipelines.publishing.published import Row
from pipelines.publishing.scorecard.language import Amounts
from pipelines.publishing.scorecard.page_rows import Rows


def goal(row: Row, amounts: Amounts) -> str:
    """`at least 7 deals every month for each sales rep`; the column `goal` where the definition is gone."""
    language = amounts.language
    if row["kpi"] is None:
        return language.text("goal.milestone")
    if row.get("comparison") is None:
        return str(row["goal"])
    bounds: dict[str, Any] = {
        end: amounts.text(row[end]) for end in ("low", "high") if row[end] is not None
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


def sentence(row: Row, parts: Rows, amounts: Amounts) -> str:
    """Where it stands, and against what."""
    language = amounts.language
    if row["status"] == "not_started":
        return language.text("why.not_started", start=language.day(row["period_start"]))
    if row["kpi"] is None:
        done = "why.done" if row["score"] == 1 else "why.not_done"
        return language.text(done, deadline=language.day(row["deadline"]))
    if row["actual"] is None and row["score"] is None:
        return language.text("why.no_data")
    if row.get("for_each"):
        return _of_members(row, parts, amounts)
    if row.get("per"):
        return _of_windows(row, parts, amounts)
    figures: dict[str, Any] = {
        "actual": amounts.text(row["actual"]),
        "goal": goal(row, amounts),
        "deadline": language.day(row["deadline"]),
        "through": language.day(row["data_through"] or row["as_of"]),
    }
    if row["status"] in SETTLED_STATUSES:
        return language.text("why.settled", **figures)
    return language.text(
        "why.under_way",
        score=language.share(row["raw_attainment"], 1),
        expected=language.share(row["expected"], 1),
        **figures,
    )


def _of_windows(row: Row, parts: Rows, amounts: Amounts) -> str:
    language = amounts.language
    settled = [part["status"] for part in parts if part["status"] in SETTLED_STATUSES]
    met = language.number(Decimal(settled.count("achieved")))
    still_open = [
        language.text(
            "why.open",
            window=language.window(part["window"]),
            actual=amounts.text(part["actual"]),
        )
        for part in parts
        if part["status"] not in SETTLED_STATUSES and part["actual"] is not None
    ]
    return " ".join(
        [language.text(f"why.windows.{row['per']}", len(settled), met=met), *still_open]
    )


def _of_members(row: Row, parts: Rows, amounts: Amounts) -> str:
    language = amounts.language
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
        actual=amounts.text(worst["actual"]),
    )


def is_met(part: Row) -> bool:
    """Whether a window, a member or a goal is achieved, or on track to be."""
    return part["status"] in GOOD_STATUSES


def _lead(part: Row) -> Decimal:
    """How far the attained share is ahead of the expected one."""
    return Decimal(part["raw_attainment"] or 0) - Decimal(part["expected"] or 0)
