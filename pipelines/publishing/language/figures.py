"""Numbers, money, shares and odds as the readers of one language write them."""

import re
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal, localcontext
from functools import lru_cache
from typing import Any

from babel.core import Locale
from babel.numbers import (
    format_compact_currency,
    format_compact_decimal,
    format_currency,
    format_decimal,
    format_percent,
)

from pipelines.okr.kpi.kpi import PERCENT
from pipelines.okr.kpi.numbers import EXACT, decimals_of, is_currency, rounded, told_apart
from pipelines.okr.kpi.status import SETTLED_STATUSES
from pipelines.publishing.language.translation import Translation
from pipelines.publishing.published import Row

_LARGE_AMOUNT = 1000
_MINUS_SIGN = "−"
_SURELY, _HARDLY = Decimal("0.99"), Decimal("0.01")
NO_VALUE = "–"


@lru_cache(100_000)
def _number(value: Decimal, is_signed: bool, pattern: str, locale: Locale) -> str:
    """A number as a pattern has it. Pages repeat their figures, and Babel reads the pattern again for each.

    `is_signed`: whether a 0 has a sign, as 0 and -0 are equal.
    """
    with localcontext(EXACT):  # Babel's arithmetic is that of the thread, which fails at 28 digits
        return _typeset(format_decimal(value, pattern, locale))


@lru_cache(100_000)
def _percentage(value: Decimal, is_signed: bool, pattern: str, locale: Locale) -> str:
    """A share as a pattern of percentages has it."""
    with localcontext(EXACT):
        return _typeset(format_percent(value, pattern, locale))


@lru_cache(100_000)
def _money(value: Decimal, is_signed: bool, unit: str, pattern: str, locale: Locale) -> str:
    """An amount of a currency as a pattern has it."""
    with localcontext(EXACT):
        return _typeset(format_currency(value, unit, pattern, locale, currency_digits=False))


class Figures(Translation):
    """Texts with figures in them."""

    def counted(self, count: int | Decimal) -> str:
        return self.number(Decimal(count))

    def number(self, value: Decimal, places: int = 0, *, signed: bool = False) -> str:
        """`1,234.5`, or `1.234,5`; up to so many decimals."""
        pattern = "#,##0" + ("." + "#" * places if places else "")
        return _number(value, value.is_signed(), _signed(pattern, signed), self._locale)

    def amount(
        self, value: Decimal | None, unit: str | None, places: int = 0, *, signed: bool = False
    ) -> str:
        """A figure in its unit: `$1,787,596.36`, `96 %`, `33,300 people`, `1 person`; a dash for none."""
        if value is None:
            return NO_VALUE
        if unit == PERCENT:
            return self.share(value, max(0, places - 2), signed=signed)
        if is_currency(unit):
            return self._money(value, str(unit), places, signed=signed)
        number = self.number(value, places, signed=signed)
        return f"{number} {self.unit(unit, rounded(value, places))}".rstrip()

    def unit(self, unit: str | None, count: Decimal) -> str:
        """`person` for 1, `people` for any other count; a unit that the language does not know stands as it is."""
        if not unit:
            return ""
        key = f"units.{unit}"
        return self.text(key, count.normalize()) if self.has(key) else unit

    def _money(self, value: Decimal, unit: str, places: int, *, signed: bool) -> str:
        whole = value == value.to_integral_value()
        # nobody writes a tenth of a dollar
        digits = "" if whole or not places else "." + "0" * max(2, places)
        pattern = re.sub(r"[.]0+", digits, self._locale.currency_formats["standard"].pattern)
        return _money(value, value.is_signed(), unit, _signed(pattern, signed), self._locale)

    def compact(self, value: Decimal, unit: str | None) -> str:
        """`$2M`, `96%`, `1.2K`."""
        if unit == PERCENT:
            return self.share(value, 1)
        digits = 0 if value == value.to_integral_value() and abs(value) < _LARGE_AMOUNT else 2
        with localcontext(EXACT):
            if is_currency(unit):
                return _typeset(
                    format_compact_currency(
                        value, str(unit), locale=self._locale, fraction_digits=digits
                    )
                )
            return _typeset(
                format_compact_decimal(value, locale=self._locale, fraction_digits=digits)
            )

    def share(
        self,
        value: Decimal | None,
        places: int = 0,
        *,
        signed: bool = False,
        exactly: bool = False,
    ) -> str:
        """A share as a percentage with up to so many decimals, or `exactly` so many.

        A positive one is rounded down, so that 99.9 % is not shown as 100 %.
        """
        if value is None:
            return NO_VALUE
        rounding = ROUND_HALF_EVEN if signed or value < 0 else ROUND_FLOOR
        digits = "0" + ("." + ("0" if exactly else "#") * places if places else "")
        pattern = re.sub(r"[#,0.]+", digits, self._locale.percent_formats[None].pattern, count=1)
        with localcontext(EXACT):
            shown = value.quantize(Decimal(1).scaleb(-places - 2), rounding)
        return _percentage(shown, shown.is_signed(), _signed(pattern, signed), self._locale)

    def score_and_pace(self, score: Decimal | None, expected: Decimal | None) -> tuple[str, str]:
        """A score and its pace, with as many decimals as it takes to tell them apart: `90.4%` and `90.1%`."""
        if score is None or expected is None:
            return self.share(score), self.share(expected)
        shown = told_apart(score, expected)
        places = decimals_of(shown[0]) - 2
        return (
            self.share(shown[0], places, exactly=True),
            self.share(shown[1], places, exactly=True),
        )

    def points(self, change: Decimal) -> str:
        """A change of a share in percentage points: `+2 points`; empty when it rounds to nothing."""
        shown = rounded(change * 100, 0)
        if not shown:
            return ""
        return self.text("change.points", int(abs(shown)), change=self.number(shown, signed=True))

    def odds(self, probability: Decimal | None) -> str:
        """`77%`, rounded down; `<1%` and `>99%` of what is not settled, as only a settled goal has 0 or 100."""
        if probability is None:
            return self.text("odds.none")
        if 0 < probability < _HARDLY:
            return f"<{self.share(_HARDLY)}"
        if _SURELY < probability < 1:
            return f">{self.share(_SURELY)}"
        return self.share(probability)

    def odds_of(self, row: Row) -> str:
        """The odds of a goal or an objective; of one that is settled, its status.

        Of an objective with parts that have no odds, what its other parts say: `at most 12%`.
        """
        if row["status"] in SETTLED_STATUSES:
            return self.text(f"odds.{row['status']}")
        low, high = row.get("probability_at_least"), row.get("probability_at_most")
        if row["probability"] is not None or low is None or high is None:
            return self.odds(row["probability"])
        if low < _HARDLY:
            certain = high > _SURELY
            return self.odds(None) if certain else self.text("odds.most", odds=self.odds(high))
        if high > _SURELY:
            return self.text("odds.least", odds=self.odds(low))
        return self.text("odds.between", low=self.odds(low), high=self.odds(high))

    def has_odds(self, row: Row) -> bool:
        """Whether `odds_of` says how likely it is."""
        return row["status"] not in SETTLED_STATUSES and self.odds_of(row) != self.odds(None)


def _signed(pattern: str, signed: bool) -> str:
    """The pattern, with a sign before positive numbers as well."""
    if not signed:
        return pattern
    positive = pattern.split(";")[0]
    return f"+{positive};-{positive}"


def _typeset(text: Any) -> str:
    return str(text).replace("-", _MINUS_SIGN)
