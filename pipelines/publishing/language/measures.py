"""What is done about a goal, and what came of it, in words."""

from datetime import date
from decimal import Decimal

from pipelines.publishing.language.language import Amounts, Language
from pipelines.publishing.published import Row

_SMALL_SHARE = Decimal("0.1")


def measure(row: Row, amounts: Amounts, today: date) -> str:
    """`Two posts more a week (since Jun 1). Supported: +12% …`; `amounts` are those of its KPI."""
    return f"{named(row, amounts.language, today)} {verdict(row, amounts, today)}"


def named(row: Row, language: Language, today: date) -> str:
    """`Two posts more a week (since Jun 1).`"""
    first = language.day(row["start"], today=today)
    if row["ends"] is None:
        days = language.text("measure.since", day=first)
    else:
        days = language.text(
            "measure.days", first=first, last=language.day(row["ends"], today=today)
        )
    members = f", {row['where']}" if row["where"] else ""
    return f"{row['measure']} ({days}{members})."


def verdict(row: Row, amounts: Amounts, today: date) -> str:
    """`Supported: +12% against what was foreseen without it (+5% to +19%), Jun 1 – Aug 30, 2026.`"""
    language = amounts.language
    if row["verdict"] == "cannot_tell":
        return _cannot_tell(row, language, today)
    key = row["verdict"]
    if key == "supported" and not row["better"]:
        key = "supported_worse"
    effect, low, high = (_effect(row, end, amounts) for end in ("", "_low", "_high"))
    said = [
        language.text(
            f"measure.{key}",
            effect=effect,
            low=low,
            high=high,
            span=language.span(row["first_day"], row["last_day"]),
        )
    ]
    if row["controls"]:
        said.append(language.text("measure.controls", members=row["controls"]))
    if row["next_look"] is not None:
        day = language.day(row["next_look"], today=today)
        said.append(language.text("measure.next_look", day=day))
    return " ".join(said)


def _effect(row: Row, end: str, amounts: Amounts) -> str:
    """The effect or an end of its interval: as a share where there is one, else in the KPI's unit."""
    share = row[f"effect_share{end}"]
    if share is None:
        return amounts.change(row[f"effect{end}"])
    places = 1 if abs(share) < _SMALL_SHARE else 0
    return amounts.language.share(share, places, signed=True)


def _cannot_tell(row: Row, language: Language, today: date) -> str:
    reason, look = row["reason"], row["next_look"]
    words = language.text(f"measure.{reason}")
    if reason == "too_early" and look is not None:
        day = language.day(look, today=today)
        return f"{words} {language.text('measure.next_look', day=day)}"
    return words
