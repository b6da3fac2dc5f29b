"""The texts, numbers, amounts and days of the pages in one language."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
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

from pipelines.okr.kpi.kpi import PERCENT
from pipelines.okr.kpi.numbers import ZERO, decimals_of, rounded
from pipelines.okr.kpi.periods import (
    CALENDAR_YEAR,
    Cadence,
    FiscalYear,
    PeriodError,
    containing,
    parse_period,
)

TEXTS = Path(__file__).with_name("texts")
_CURRENCIES = frozenset(get_global("all_currencies"))
_NEARLY_CERTAIN = Decimal("0.95")
_NEARLY_IMPOSSIBLE = Decimal("0.05")
_LARGE_AMOUNT = 1000
_MINUS_SIGN = "−"
NO_VALUE = "–"
_NAMED_PERIODS: tuple[Cadence, ...] = ("month", "quarter", "half", "year")


@cache
def languages() -> tuple[str, ...]:
    """The languages that have texts."""
    return tuple(sorted(path.stem for path in TEXTS.glob("*.yml")))


@cache
def _texts(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((TEXTS / f"{name}.yml").read_text(encoding="utf-8"))
    return content


class Language:
    """Texts, numbers and days as `locale` has them (`es`, `es-MX`); English where no texts exist in its language.

    Quarters, halves and years are those of `fiscal_year`.
    """

    def __init__(self, locale: str, fiscal_year: FiscalYear = CALENDAR_YEAR) -> None:
        self.fiscal_year = fiscal_year
        parsed = Locale.parse(locale, sep="-" if "-" in locale else "_")
        self._locale = parsed if parsed.language in languages() else Locale("en")

    @property
    def code(self) -> str:
        """For HTML: `es`, `es-MX`."""
        return str(self._locale).replace("_", "-")

    @cached_property
    def _own(self) -> dict[str, Any]:
        return _texts(self._locale.language)

    def text(self, key: str, count: int | None = None, **values: Any) -> str:
        """The text of `key` (`status.on_track`) with its values; by `count` in the singular or the plural."""
        template: Any = self._own
        for part in key.split("."):
            template = template[part]
        if count is not None:
            template = template[self._locale.plural_form(count)]
            values["count"] = self.number(Decimal(count))
        return str(template).format(**values)

    def trust_flags(self, trust: str | None) -> list[str]:
        """The flags of a `trust` column in words; a flag without a text stands as it is."""
        flags = [flag.partition(":") for flag in (trust or "ok").split(",") if flag != "ok"]
        return [
            self.text(f"trust.{name}", detail=detail or "?")
            if name in self._own["trust"]
            else f"{name}{colon}{detail}"
            for name, colon, detail in flags
        ]

    def number(self, value: Decimal, places: int = 0, *, signed: bool = False) -> str:
        """`1,234.5`, or `1.234,5`; up to so many decimals."""
        pattern = "#,##0" + ("." + "#" * places if places else "")
        return _typeset(format_decimal(value, _signed(pattern, signed), self._locale))

    def amount(
        self, value: Decimal | None, unit: str | None, places: int = 0, *, signed: bool = False
    ) -> str:
        """A figure in its unit: `$1,787,596.36`, `96 %`, `33,300 people`; a dash for none."""
        if value is None:
            return NO_VALUE
        if unit == PERCENT:
            return self.share(value, max(0, places - 2), signed=signed)
        if unit in _CURRENCIES:
            return self._money(value, str(unit), places, signed=signed)
        return f"{self.number(value, places, signed=signed)} {unit or ''}".rstrip()

    def _money(self, value: Decimal, unit: str, places: int, *, signed: bool) -> str:
        whole = value == value.to_integral_value()
        # nobody writes a tenth of a dollar
        digits = "" if whole or not places else "." + "0" * max(2, places)
        pattern = re.sub(r"[.]0+", digits, self._locale.currency_formats["standard"].pattern)
        return _typeset(
            format_currency(
                value, unit, _signed(pattern, signed), self._locale, currency_digits=False
            )
        )

    def compact(self, value: Decimal, unit: str | None) -> str:
        """`$2M`, `96%`, `1.2K`."""
        if unit == PERCENT:
            return self.share(value, 1)
        digits = 0 if value == value.to_integral_value() and abs(value) < _LARGE_AMOUNT else 2
        if unit in _CURRENCIES:
            return _typeset(
                format_compact_currency(
                    value, str(unit), locale=self._locale, fraction_digits=digits
                )
            )
        return _typeset(format_compact_decimal(value, locale=self._locale, fraction_digits=digits))

    def share(self, value: Decimal | None, places: int = 0, *, signed: bool = False) -> str:
        """A share as a percentage; a positive one is rounded down, so that 99.9 % is not shown as 100 %."""
        if value is None:
            return NO_VALUE
        rounding = ROUND_HALF_EVEN if signed or value < 0 else ROUND_FLOOR
        digits = "0" + ("." + "#" * places if places else "")
        pattern = re.sub(r"[#,0.]+", digits, self._locale.percent_formats[None].pattern, count=1)
        shown = value.quantize(Decimal(1).scaleb(-places - 2), rounding)
        return _typeset(format_percent(shown, _signed(pattern, signed), self._locale))

    def points(self, change: Decimal) -> str:
        """A change of a share in percentage points: `+2 points`; empty when it rounds to nothing."""
        shown = rounded(change * 100, 0)
        if not shown:
            return ""
        return self.text("change.points", int(abs(shown)), change=self.number(shown, signed=True))

    def odds(self, probability: Decimal | None) -> str:
        """`7 in 10`, or `less than 1 in 20` at the ends: `certain` and `out of reach` are for settled goals only."""
        if probability is None:
            return self.text("odds.none")
        if probability in (0, 1):
            return self.text("odds.certain" if probability else "odds.impossible")
        if probability < _NEARLY_IMPOSSIBLE:
            return self.text("odds.hardly")
        if probability > _NEARLY_CERTAIN:
            return self.text("odds.nearly")
        tenths = rounded(probability * 10, 0)
        return self.text("odds.tenths", tenths=min(max(int(tenths), 1), 9))

    def day(self, day: date, form: str = "medium") -> str:
        """`24 Nov 2026`: short enough for a table, clear in any country."""
        if form == "axis":
            return format_skeleton("MMM", day, locale=self._locale)
        if form == "axis-day":
            return format_skeleton("MMMd", day, locale=self._locale)
        return format_date(day, form, self._locale)

    def moment(self, moment: datetime) -> str:
        """`Nov 25, 2026, 6:30:00 AM UTC`, whatever the zone of `moment`."""
        return f"{format_datetime(moment.astimezone(UTC), 'medium', locale=self._locale)} UTC"

    def span(self, start: date, end: date) -> str:
        """`2026`, `Q3 2026`, `November 2026`, or its first and last day."""
        for cadence in _NAMED_PERIODS:
            period = containing(start, cadence, self.fiscal_year)
            if (period.start, period.end) == (start, end):
                if cadence == "month":
                    return format_skeleton("yMMMM", start, locale=self._locale)
                return self.window(period.label)
        if start == end:
            return self.day(start)
        return f"{self.day(start)} – {self.day(end)}"

    def window(self, label: str, *, short: bool = False) -> str:
        """A window of `per` by its label: `2026-W48`, `2026-11`, `2026-Q4`, `2026-H2`; any other label as it is.

        A short one is for an axis.
        """
        try:
            period = parse_period(label)
        except PeriodError:
            return label
        year, month = period.start.year, period.start.month
        if period.cadence == "month":
            return format_skeleton("yMMM", period.start, locale=self._locale)
        if period.cadence == "quarter":
            return self.text("period.quarter", quarter=(month + 2) // 3, year=year)
        if period.cadence == "half":
            return self.text("period.half", half=(month + 5) // 6, year=year)
        if period.cadence == "week":
            iso = period.start.isocalendar()
            key = "period.short_week" if short else "period.week"
            return self.text(key, week=iso.week, year=iso.year)
        return label


@dataclass(frozen=True)
class Amounts:
    """Figures of one KPI: its unit, and the decimals that it is shown with.

    Figures that are `as_published` keep all of their decimals: scores are published with those that tell a miss from
    a hit.
    """

    language: Language
    unit: str | None
    places: int
    as_published: bool = False

    def text(self, value: Decimal | None) -> str:
        """`$1,787,596.36`, `96 %`, `33,300 people`; a dash for none."""
        return self.language.amount(value, self.unit, self._places(value))

    def _places(self, value: Decimal | None) -> int:
        if value is None or not self.as_published:
            return self.places
        return max(self.places, decimals_of(value.normalize()))

    def change(self, value: Decimal | None) -> str:
        """The same with a sign: `+$1,200`; empty for none."""
        if value is None:
            return ""
        return self.language.amount(value, self.unit, self._places(value), signed=True)

    def estimate(self, value: Decimal) -> str:
        """A forecast; a large one without decimals, as it is not known that exactly."""
        large = self.unit != PERCENT and abs(value) >= _LARGE_AMOUNT
        return self.text(round(value) + ZERO if large else value)

    def axis(self, value: Decimal) -> str:
        """A figure short enough for an axis: `$2M`, `96%`, `1.2K`."""
        return self.language.compact(value, self.unit)


def _signed(pattern: str, signed: bool) -> str:
    """The pattern, with a sign before positive numbers as well."""
    if not signed:
        return pattern
    positive = pattern.split(";")[0]
    return f"+{positive};-{positive}"


def _typeset(text: str) -> str:
    return text.replace("-", _MINUS_SIGN)
