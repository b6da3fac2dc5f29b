"""The goal of a key result in words of one language, built from its definition."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from pipelines.okr.kpi.filters import NOT
from pipelines.publishing.language.language import Amounts, Language
from pipelines.publishing.published import Row

_ENDS: Mapping[str, Sequence[str]] = {
    "at_least": ("low",), "at_most": ("high",), "between": ("low", "high"),
}  # fmt: skip


def goal(row: Row, amounts: Amounts) -> str:
    """`at least 7 deals every month for each sales rep`; the column `goal` where the definition is gone."""
    language = amounts.language
    if row["kpi"] is None:
        return language.text("goal.milestone")
    if any(row.get(end) is None for end in _ENDS.get(row.get("comparison") or "", ("low",))):
        return str(
            row["goal"]
        )  # also where another KPI gives its number, or each member has its own
    bounds: dict[str, Any] = {
        end: amounts.text(row[end]) for end in ("low", "high") if row[end] is not None
    }
    words = [language.text(f"goal.{row['comparison']}", **bounds)]
    if members := _filter(row, language):
        words.append(f"({members})")
    if row["per"]:
        words.append(language.text(f"goal.per.{row['per']}"))
    if row["over"]:
        words.append(language.text(f"goal.over.{row['over']}"))
    if row["for_each"]:
        words.append(language.text("goal.for_each", dimension=language.dimension(row["for_each"])))
    return " ".join(words)


def earlier_goal(version: Row, row: Row, amounts: Amounts) -> str:
    """An earlier version of the goal of `row`, from its definition; as it was stored where that has another KPI."""
    stated = json.loads(version["definition"] or "{}")
    if stated.get("kpi") != row["kpi"]:
        return str(version["goal"])
    low, high = stated.get("between") or (stated.get("at_least"), stated.get("at_most"))
    try:
        bounds = {
            "low": None if low is None else Decimal(str(low)),
            "high": None if high is None else Decimal(str(high)),
        }
    except InvalidOperation:  # another KPI gives the number
        return str(version["goal"])
    earlier = {
        **row,
        **bounds,
        **{name: stated.get(name) for name in ("per", "over", "for_each")},
        "comparison": next((name for name in _ENDS if stated.get(name)), None),
        "where": None,
        "where_stated": json.dumps(stated.get("where")),
        "goal": version["goal"],
    }
    return goal(earlier, amounts)


def _filter(row: Row, language: Language) -> str:
    """The members that a goal is held to: `green, north or south, any sales rep but Kim`; empty for all."""
    stated = json.loads(row.get("where_stated") or "null")
    if not stated:
        return str(row["where"] or "")
    left_out = stated.get(NOT) or {}
    words = [_either(members, language) for name, members in stated.items() if name != NOT]
    words += [
        language.text(
            "goal.but", dimension=language.dimension(name), members=_either(members, language)
        )
        for name, members in left_out.items()
    ]
    return ", ".join(words)


def _either(members: Any, language: Language) -> str:
    """`north, east or south`."""
    names = [members] if isinstance(members, str) else [str(name) for name in members]
    if len(names) == 1:
        return names[0]
    return language.text("goal.or", first=", ".join(names[:-1]), last=names[-1])
