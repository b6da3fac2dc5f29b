"""How people read figures: one language's texts, numbers, money and days."""

import re
from datetime import date, datetime
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml
from babel import Locale
from babel.core import get_global
from babel.dates import format_date, format_datetime, format_skeleton
from babel.numbers import (
    format_compact_currency,
    format_compact_decimal,
    format_currency,
    format_decimal,
    format_percent,
)

from pipelines.publishing.scorecard.periods import month_of, quarter_of, span_of, week_of

PERCENT = "percent"
TEXTS = Path(__file__).with_name("texts")
_CURRENCIES = frozenset(get_global("all_currencies"))
_SUREST = Decimal("0.95")
_LEAST_SURE = Decimal("0.05")
_LARGE = 1000
_MINUS = "−"


@cache
def languages() -> tuple[str, ...]:
    """The languages there are texts in."""
    return tuple(sorted(path.stem for path in TEXTS.glob("*.yml")))


@cache
def _texts(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((TEXTS / f"{name}.yml").read_text(encoding="utf-8"))
    return content


class Language:
    """Texts, numbers and days as `locale` has them (`es`, `es-MX`); English where there are no texts in it."""

    def __init__(self, locale: str) -> None:
        wanted = Locale.parse(locale, sep="-" if "-" in locale else "_")
        self._locale = wanted if wanted.language in languages() else Locale("en")

    @property
    def code(self) -> str:
        """For HTML: `es`, `es-MX`."""
        return str(self._locale).replace("_", "-")

    @cached_property
    def _own(self) -> dict[str, Any]:
        return _texts(self._locale.language)

    def text(self, key: str, count: int | None = None, **values: Any) -> str:
        """The text of `key` (`status.on_track`) with its values; by `count` in the singular or the plural."""
        found: Any = self._own
        for part in key.split("."):
            found = found[part]
        if count is not None:
            found = found[self._locale.plural_form(count)]
            values["count"] = self.number(Decimal(count))
        return str(found).format(**values)

    def has(self, key: str) -> bool:
        """Whether there is such a text."""
        found: Any = self._own
        for part in key.split("."):
            if not isinstance(found, dict) or part not in found:
                return False
            found = found[part]
        return True

    def number(self, value: Decimal, places: int = 0, *, signed: bool = False) -> str:
        """`1,234.5`, or `1.234,5`; up to so many decimals."""
        pattern = "#,##0" + ("." + "#" * places if places else "")
        return _typeset(format_decimal(value, _signed(pattern, signed), self._locale))

    def amount(
        self, value: Decimal | None, unit: str | None, places: int = 0, *, signed: bool = False
    ) -> str:
        """A figure in its unit: `$1,787,596.36`, `96 %`, `33,300 people`; a dash for none."""
        if value is None:
            return "–"
        if unit == PERCENT:
            return self.share(value, max(0, places - 2), signed=signed)
        if unit in _CURRENCIES:
            return self._money(value, str(unit), places, signed=signed)
        return f"{self.number(value, places, signed=signed)} {unit or ''}".rstrip()

    def _money(self, value: Decimal, unit: str, places: int, *, signed: bool) -> str:
        whole = value == value.to_integral_value()
        digits = "" if whole or not places else "." + "0" * places
        pattern = re.sub(r"[.]0+", digits, self._locale.currency_formats["standard"].pattern)
        return _typeset(
            format_currency(
                value, unit, _signed(pattern, signed), self._locale, currency_digits=False
            )
        )

    def axis(self, value: Decimal, unit: str | None) -> str:
        """A figure short enough for an axis: `$2M`, `96%`, `1.2K`."""
        if unit == PERCENT:
            return self.share(value, 1)
        digits = 0 if value == value.to_integral_value() and abs(value) < 1000 else 2
        if unit in _CURRENCIES:
            return _typeset(
                format_compact_currency(
                    value, str(unit), locale=self._locale, fraction_digits=digits
                )
            )
        return _typeset(format_compact_decimal(value, locale=self._locale, fraction_digits=digits))

    def share(self, value: Decimal | None, places: int = 0, *, signed: bool = False) -> str:
        """A share as a percentage, rounded down, so that what is not quite 100 % is not called it."""
        if value is None:
            return "–"
        step = Decimal(1).scaleb(-places - 2)
        rounding = ROUND_HALF_EVEN if signed or value < 0 else ROUND_FLOOR
        digits = "0" + ("." + "#" * places if places else "")
        pattern = re.sub(r"[#,0.]+", digits, self._locale.percent_formats[None].pattern, count=1)
        cut = value.quantize(step, rounding=rounding)
        return _typeset(format_percent(cut, _signed(pattern, signed), self._locale))

    def estimate(self, value: Decimal, unit: str | None, places: int) -> str:
        """A figure that is not known to the cent, so that it is not shown to the cent."""
        large = unit != PERCENT and abs(value) >= _LARGE
        return self.amount(round(value) + Decimal(0) if large else value, unit, places)

    def points(self, change: Decimal) -> str:
        """A change of a share in percentage points: `+2 points`; empty when it rounds to nothing."""
        shown = (change * 100).quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
        if not shown:
            return ""
        return self.text("change.points", int(abs(shown)), change=self.number(shown, signed=True))

    def odds(self, probability: Decimal | None) -> str:
        """`7 in 10`; 0 and 1 are for what is settled, so that what is nearly so is put in twentieths."""
        if probability is None:
            return self.text("odds.none")
        if probability in (0, 1):
            return self.text("odds.certain" if probability else "odds.impossible")
        if probability < _LEAST_SURE:
            return self.text("odds.hardly")
        if probability > _SUREST:
            return self.text("odds.nearly")
        tenths = (probability * 10).quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
        return self.text("odds.tenths", tenths=min(max(int(tenths), 1), 9))

    def day(self, day: date, form: str = "medium") -> str:
        """`24 Nov 2026`: short enough for a table, clear in any country."""
        if form == "axis":
            return format_skeleton("MMM", day, locale=self._locale)
        if form == "axis-day":
            return format_skeleton("MMMd", day, locale=self._locale)
        return format_date(day, form, self._locale)

    def moment(self, moment: datetime) -> str:
        """An instant in UTC."""
        return f"{format_datetime(moment, 'medium', locale=self._locale)} UTC"

    def span(self, start: date, end: date) -> str:
        """`2026`, `Q3 2026`, `November 2026`, or its first and last day."""
        kind = span_of(start, end)
        if kind == "year":
            return str(start.year)
        if kind == "half":
            return self.text("period.half", half=1 if start.month == 1 else 2, year=start.year)
        if kind == "quarter":
            return self.text("period.quarter", quarter=quarter_of(start), year=start.year)
        if kind == "month":
            return format_skeleton("yMMMM", start, locale=self._locale)
        if start == end:
            return self.day(start)
        return f"{self.day(start)} – {self.day(end)}"

    def window(self, label: str, *, short: bool = False) -> str:
        """A window of `per` by its label: `2026-W48`, `2026-11`, `2026-Q4`, `2026-H2`, `2026`.

        A short one is for an axis.
        """
        month, week = month_of(label), week_of(label)
        if month is not None:
            return format_skeleton("yMMM", month, locale=self._locale)
        if week is not None:
            key = "period.short_week" if short else "period.week"
            return self.text(key, week=week[1], year=week[0])
        matched = re.fullmatch(r"(\d{4})-([QH])([1-4])", label)
        if matched is None:
            return label
        year, kind, place = matched.groups()
        if kind == "Q":
            return self.text("period.quarter", quarter=place, year=year)
        return self.text("period.half", half=place, year=year)


def _signed(pattern: str, signed: bool) -> str:
    """The pattern, with a sign before positive numbers as well."""
    if not signed:
        return pattern
    positive = pattern.split(";")[0]
    return f"+{positive};-{positive}"


def _typeset(text: str) -> str:
    return text.replace("-", _MINUS)
