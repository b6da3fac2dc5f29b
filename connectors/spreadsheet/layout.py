"""How a sheet is laid out, where it is not the plain form: declared once in `sources.yml`, and never guessed.

spreadsheet@finance:
  sheets: finance.xlsx#Plan
  layout:
    periods: month                  # a column a month; without it, a row a day or period
    columns: {kpi: Kennzahl, region: Region}
    rows: {Umsatz: budget_revenue, Personalkosten: staff_costs}
    skip: [Summe, Summe 2026]       # sub-totals and notes, in rows and in columns
    language: de                    # names of months, and the decimal mark
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from typing import Literal, Self

from babel import Locale, UnknownLocaleError
from babel.numbers import get_decimal_symbol
from pydantic import BaseModel, ConfigDict, Field, model_validator

from connectors.sdk.sheets.cells import Cell, is_empty
from connectors.sdk.sheets.columns import columns_of
from connectors.sdk.stream_forms import Names, refusal, repeated
from connectors.spreadsheet.declared import SheetKpi
from connectors.spreadsheet.header import NUMBERS
from connectors.spreadsheet.values import BadCell, name_in

OF_ROWS = ("kpi", "date", *NUMBERS)
"""The columns that are no dimension."""
MARKS: tuple[Literal[".", ","], ...] = (".", ",")
Cadence = Literal["day", "week", "month", "quarter"]


class Layout(BaseModel):
    """The keys of `layout`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    periods: Cadence | None = Field(None, examples=["month"])
    """The sheet is wide: it has a column a day, week, month or quarter."""
    columns: Mapping[str, str] = Field({}, examples=["{kpi: Kennzahl, date: Datum, value: Betrag}"])
    """By what a column is, what its header says."""
    kpi: str = Field("", examples=["budget_revenue"])
    """The one KPI that all rows are of, where no column names it."""
    rows: Mapping[str, str] = Field({}, examples=["{Umsatz: budget_revenue}"])
    """By what the column of the KPI says, the KPI."""
    skip: Names = Field((), examples=["[Summe]"])
    """What rows and columns say that are sub-totals or notes."""
    language: str = Field("", examples=["de"])
    """Of the names of months and quarters, and of the numbers that are texts; English without it."""
    decimal: Literal[".", ","] | None = Field(None, examples=['","'])
    """The decimal mark of numbers that are texts, where it is not that of the language."""
    days: Literal["YYYY-MM-DD", "DD.MM.YYYY", "DD/MM/YYYY", "MM/DD/YYYY"] = Field(
        "YYYY-MM-DD", examples=["DD.MM.YYYY"]
    )
    """How days are written that are texts."""
    year: int | Literal["above"] | None = Field(None, examples=["2026"])
    """The year of headers without one; `above` where the row above the header has it."""
    dash: Literal["zero", "empty"] | None = Field(None, examples=["zero"])
    """What a lone `-` means: 0, or a number that is not there."""
    times: Decimal | Mapping[str, Decimal] = Field(
        Decimal(1), examples=["1000", "{budget_revenue: 1000}"]
    )
    """What numbers are multiplied by: 1000 where they are in thousands. By KPI where they are of some alone."""

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.language:
            try:
                self.locale  # noqa: B018 it is read once, to know that there is one
            except (UnknownLocaleError, ValueError):
                what = f"`language: {self.language}` is not known"
                raise refusal(what, "write it such as de, fr or de_AT", key="language") from None
        if self.kpi and ("kpi" in self.columns or self.rows):
            what = "`kpi` beside `rows` or a column of the KPI"
            raise refusal(what, "keep one of them", key="kpi")
        written = self.times if isinstance(self.times, Mapping) else {"": self.times}
        for times in written.values():
            if times <= 0:
                raise refusal(f"`times: {times}` is not above 0", "write 1000", key="times")
        if self.periods is None and self.year is not None:
            what = "`year` is for a sheet with a column a period"
            raise refusal(what, "add `periods:`, or leave it out", key="year")
        for role in self.columns:
            if self.periods and role in OF_ROWS and role != "kpi":
                what = f"a sheet with a column a {self.periods} has no column `{role}`"
                raise refusal(what, "name `kpi` and the dimensions only", key="columns")
        headers = [header_name(text) for text in self.columns.values()]
        if named_twice := repeated(headers):
            what = f"`columns` has the header `{named_twice[0]}` twice"
            raise refusal(what, "name each column once", key="columns")
        for text in (*self.rows, *self.columns.values()):
            if is_skipped(text, self.skip):
                what = f"`{text}` is read and skipped at once"
                raise refusal(what, "keep one of them", key="skip")
        return self

    @cached_property
    def locale(self) -> Locale:
        """The locale of the language. Raises `UnknownLocaleError`, ValueError."""
        return Locale.parse((self.language or "en").replace("-", "_"))

    @cached_property
    def mark(self) -> Literal[".", ","] | None:
        """The decimal mark that is declared for the sheet; None where nothing is."""
        if self.decimal or not self.language:
            return self.decimal
        symbol = get_decimal_symbol(self.locale)
        return next((mark for mark in MARKS if mark == symbol), None)

    def of(self, kpi: SheetKpi) -> SheetKpi:
        """The KPI as its numbers are written in the sheet; what it declares itself counts before that."""
        return (
            kpi if kpi.decimal or not self.mark else kpi.model_copy(update={"decimal": self.mark})
        )

    def times_of(self, kpi: str) -> Decimal:
        """What the numbers of a KPI are multiplied by."""
        if isinstance(self.times, Mapping):
            return self.times.get(kpi, Decimal(1))
        return self.times

    def header(self, role: str) -> str:
        """The name of the header of a column."""
        return header_name(self.columns.get(role, role))

    @property
    def names(self) -> frozenset[str]:
        """The names that the header has, by which it is known in a text file."""
        roles = (
            {*self.columns}
            | (set() if self.kpi else {"kpi"})
            | (set() if self.periods else {"date"})
        )
        return frozenset(self.header(role) for role in roles)

    def skips(self, cell: Cell) -> bool:
        """Whether a cell says that its row or column is a sub-total or a note."""
        return not is_empty(cell) and is_skipped(cell, self.skip)

    def kpi_named(self, cell: Cell) -> str:
        """The name of the KPI that a cell of the column of the KPI means. Raises `BadCell`."""
        name = name_in(cell)
        names = {name_in(text): kpi for text, kpi in self.rows.items()}
        return names.get(name, name)


def is_skipped(cell: Cell, skip: tuple[str, ...]) -> bool:
    """Whether a text is one of those that are skipped."""
    try:
        return name_in(cell) in map(name_in, skip)
    except BadCell:
        return False


def header_name(text: str) -> str:
    """A header as columns are compared by it: without capitals, with one _ for blanks and dashes."""
    return next(iter(columns_of([text])), "")


PLAIN = Layout()
"""The form of a sheet without a declared layout."""
