"""The working days of a company, from the settings: the public holidays of a country, and its own closed days."""

import re
from collections.abc import Sequence
from datetime import date

from pipelines.okr.kpi.working_days import WorkingDays

_EARLIER_YEARS, _LATER_YEARS = 10, 6


def checked_place(text: str) -> str:
    """`DE` or `DE-BY`, where its holidays are known; empty for none. Raises `ValueError`."""
    if not text:
        return text
    import holidays

    country, _, part = text.upper().partition("-")
    known = holidays.list_supported_countries()
    if country not in known:
        raise ValueError(
            f"{text!r} is no country with known holidays; write a code such as DE or US-CA"
        )
    if part and part not in known[country]:
        parts = ", ".join(known[country]) or "none"
        raise ValueError(f"{part!r} is no part of {country}; it has {parts}")
    return f"{country}-{part}" if part else country


def checked_closed_days(days: tuple[str, ...]) -> tuple[str, ...]:
    """`2026-12-24`, or `12-24` of each year. Raises `ValueError`."""
    for text in days:
        try:
            # a leap year, so that 29 February can be written
            date.fromisoformat(text if len(text) > 5 else f"2024-{text}")
        except ValueError:
            raise ValueError(
                f"{text!r} is no day; write 2026-12-24, or 12-24 for each year"
            ) from None
        if not re.fullmatch(r"(\d{4}-)?\d\d-\d\d", text):
            raise ValueError(f"{text!r} is no day; write 2026-12-24, or 12-24 for each year")
    return days


def working_days(place: str, closed_days: Sequence[str], first: date, today: date) -> WorkingDays:
    """The working days of a company in `place`, for the years in which it has data and goals."""
    years = range(first.year - _EARLIER_YEARS, today.year + _LATER_YEARS + 1)
    closed: set[date] = set()
    weekend = WorkingDays().weekend
    if place:
        import holidays

        country, _, part = place.partition("-")
        public = holidays.country_holidays(country, subdiv=part or None, years=years)
        closed |= set(public)
        weekend = frozenset(public.weekend)
    for text in closed_days:
        dates = [text] if len(text) > 5 else [f"{year}-{text}" for year in years]
        closed |= {day for written in dates if (day := _day(written)) is not None}
    return WorkingDays(frozenset(closed), weekend)


def _day(text: str) -> date | None:
    """The day; None for 29 February of a year that has none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
