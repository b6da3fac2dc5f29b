"""What Okra says to people in one language, on pages and in messages, the terminal and the user interfaces."""

from dataclasses import dataclass
from decimal import Decimal

from pipelines.okr.kpi.kpi import PERCENT
from pipelines.okr.kpi.numbers import ZERO, decimals_of, is_currency, rounded
from pipelines.publishing.language.days import Days
from pipelines.publishing.language.figures import NO_VALUE, Figures

_LARGE_AMOUNT = 1000


class Language(Figures, Days):
    """Texts, numbers and days as `locale` has them (`es`, `es-MX`); English where no texts exist in its language.

    Quarters, halves and years are those of `fiscal_year`.
    """


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
        """`$1,787,596.36`, `96 %`, `33,300 people`, `1 person`; a dash for none."""
        return self.language.amount(value, self.unit, self._places(value))

    def number(self, value: Decimal | None) -> str:
        """The same without a unit that is a word: `$1,787,596.36`, `96 %`, `33,300`."""
        if self.has_word:
            return NO_VALUE if value is None else self.language.number(value, self._places(value))
        return self.text(value)

    @property
    def has_word(self) -> bool:
        """Whether the unit is a word that stands behind the figure, such as `people`."""
        return self.unit != PERCENT and not is_currency(self.unit)

    def word(self, value: Decimal) -> str:
        """The unit as it stands behind the figure: `person`, `people`; empty for a sign or none."""
        return self.language.unit(self.unit, value) if self.has_word else ""

    def _places(self, value: Decimal | None) -> int:
        if value is None or not self.as_published:
            return self.places
        return max(self.places, decimals_of(value.normalize()))

    def change(self, value: Decimal | None) -> str:
        """The same with a sign: `+$1,200`; empty for none."""
        if value is None:
            return ""
        if self.unit == PERCENT:
            return self._points(value, signed=True)
        return self.language.amount(value, self.unit, self._places(value), signed=True)

    def distance(self, value: Decimal) -> str:
        """How far two figures are apart: `3 deals`, and of shares `1.2 points`."""
        if self.unit == PERCENT:
            return self._points(abs(value))
        return self.text(abs(value))

    def gap(self, gap: Decimal | None, comparison: str | None) -> str:
        """How far a figure is from its target: `$12,300 short`, `3 deals to spare`; a dash for none.

        Of a goal to stay below, `3 deals too many` is said as `3 deals over`.
        """
        if gap is None:
            return NO_VALUE
        if not gap:
            return self.language.text("gap.none")
        missed = {"at_most": "gap.over", "between": "gap.outside"}.get(
            comparison or "", "gap.short"
        )
        return self.language.text(missed if gap > 0 else "gap.to_spare", amount=self.distance(gap))

    def _points(self, value: Decimal, *, signed: bool = False) -> str:
        """A difference of shares in percentage points."""
        places = max(0, self._places(value) - 2)
        shown = rounded(value.scaleb(2), places)
        return self.language.text(
            "change.points",
            shown.normalize(),
            change=self.language.number(shown, places, signed=signed),
        )

    def estimated(self, value: Decimal) -> Decimal:
        """A forecast as it is shown: a large one without decimals, as it is not known that exactly."""
        large = self.unit != PERCENT and abs(value) >= _LARGE_AMOUNT
        return round(value) + ZERO if large else value

    def estimate(self, value: Decimal) -> str:
        """A forecast in its unit."""
        return self.text(self.estimated(value))

    def axis(self, value: Decimal) -> str:
        """A figure short enough for an axis: `$2M`, `96%`, `1.2K`."""
        return self.language.compact(value, self.unit)
