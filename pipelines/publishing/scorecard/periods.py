"""What a pair of days or a window's label names: a year, a half, a quarter, a month, a week."""

import re
from datetime import date, timedelta
from typing import Literal

Named = Literal["year", "half", "quarter", "month"]
_LENGTHS: dict[int, Named] = {12: "year", 6: "half", 3: "quarter", 1: "month"}


def span_of(start: date, end: date) -> Named | None:
    """The calendar's name of the days from `start` to `end`, if it has one."""
    after = end + timedelta(days=1)
    if start.day != 1 or after.day != 1:
        return None
    months = (after.year - start.year) * 12 + after.month - start.month
    named = _LENGTHS.get(months)
    return named if named and (start.month - 1) % months == 0 else None


def quarter_of(day: date) -> int:
    """1 to 4."""
    return (day.month - 1) // 3 + 1


def month_of(label: str) -> date | None:
    """The first day of the month that a label like `2026-11` names."""
    matched = re.fullmatch(r"(\d{4})-(\d\d)", label)
    return date(int(matched[1]), int(matched[2]), 1) if matched else None


def week_of(label: str) -> tuple[int, int] | None:
    """Year and number of the ISO week that a label like `2026-W48` names."""
    matched = re.fullmatch(r"(\d{4})-W(\d\d)", label)
    return (int(matched[1]), int(matched[2])) if matched else None
