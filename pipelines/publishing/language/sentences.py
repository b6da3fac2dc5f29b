"""How a key result stands, in words of one language, built from its columns."""

from decimal import Decimal
from typing import Any

from pipelines.okr.kpi.status import GOOD_STATUSES, PACE_STATUSES, SETTLED_STATUSES
from pipelines.publishing.language.language import Amounts, Language
from pipelines.publishing.published import Row, Rows


def goal(row: Row, amounts: Amounts) -> str:
    """`at least 7 deals every month for each sales rep`; the column `goal` where the definition is gone."""
    language = amounts.language
    if row["kpi"] is None:
        return language.text("goal.milestone")
    ends = {"at_least": ("low",), "at_most": ("high",), "between": ("low", "high")}
    if any(row.get(end) is None for end in ends.get(row.get("comparison") or "", ("low",))):
        return str(
            row["goal"]
        )  # also where another KPI gives its number, or each member has its own
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
        words.append(language.text("goal.for_each", dimension=language.dimension(row["for_each"])))
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
    over = [part for part in parts if _is_over(part, row)]
    met = sum(part["status"] == "achieved" for part in over)
    still_open = [
        language.text(
            "why.open",
            window=language.window(part["window"], today=row["as_of"]),
            actual=amounts.text(part["actual"]),
        )
        for part in parts
        if not _is_over(part, row) and part["actual"] is not None
    ]
    counted = language.text(
        f"why.windows.{row['per']}", len(over), met=language.number(Decimal(met))
    )
    return " ".join([counted if over else _first_window(row, parts, language), *still_open])


def _first_window(row: Row, parts: Rows, language: Language) -> str:
    """Why no window counts yet."""
    waits = any(part["deadline"] < row["as_of"] for part in parts if part["window"] != "total")
    return language.text("why.none_final" if waits else f"why.first.{row['per']}")


def _of_members(row: Row, parts: Rows, amounts: Amounts) -> str:
    language, share = amounts.language, row["raw_attainment"]
    members = [part for part in parts if part["member"] != "total"]
    if share is None:  # no window is over yet
        pace = [part for part in members if part["status"] in PACE_STATUSES]
        on_pace = language.number(Decimal(sum(map(is_met, pace))))
        first = _first_window(row, parts, language)
        return f"{first} {language.text('why.on_pace', len(pace), met=on_pace)}" if pace else first
    known = [part for part in members if part["score"] is not None]
    if not known:  # the file asks that nobody is named
        return language.text("why.unnamed", share=language.share(share))
    met = int((share * len(known)).to_integral_value())
    words = [language.text("why.members", len(known), met=language.number(Decimal(met)))]
    last = max(known, key=lambda part: _gap(part, row))
    if met < len(known) and sum(_gap(part, row) == _gap(last, row) for part in known) == 1:
        asked = goal_of_part(row, last, amounts)
        actual = amounts.text(last["actual"])
        words.append(
            language.text("why.furthest", member=last["member"], actual=actual, goal=asked)
        )
    return " ".join(words)


def goal_of_part(row: Row, part: Row, amounts: Amounts) -> str:
    """The target of one member; of a band both ends."""
    if part["target"] is not None:
        return amounts.text(part["target"])
    return "–".join(amounts.text(row.get(end)) or "?" for end in ("low", "high"))


def _is_over(part: Row, row: Row) -> bool:
    """Whether a window counts: it is decided, and not before its last day."""
    return part["status"] in SETTLED_STATUSES and part["deadline"] < row["as_of"]


def _gap(part: Row, row: Row) -> Decimal:
    """How far a member is from meeting its own goal, in the KPI's unit; below 0 is what it has to spare."""
    actual = Decimal(part["actual"] or 0)
    if part["target"] is None:
        low, high = row.get("low"), row.get("high")
        gaps = [] if low is None else [Decimal(low) - actual]
        return max(gaps if high is None else [*gaps, actual - Decimal(high)], default=Decimal(0))
    missing = Decimal(part["target"]) - actual
    return -missing if row.get("comparison") == "at_most" else missing


def is_met(part: Row) -> bool:
    """Whether a window, a member or a goal is achieved, or on track to be."""
    return part["status"] in GOOD_STATUSES
