"""Sheets as they should be, with the figure of each row: what a correct reading of the unchanged sheet gives."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from connectors.spreadsheet.declared import SheetKpi, SheetKpis

TODAY = date(2026, 11, 25)
FIRST = date(2026, 9, 1)
KPIS = {
    "calls": SheetKpi(kind="flow", unit="calls"),
    "hours": SheetKpi(kind="flow", unit="hours", precision=2),
    "sales": SheetKpi(kind="flow", unit="money", precision=2, decimal=","),
    "costs": SheetKpi(kind="flow", unit="money", precision=2, decimal="."),
    "refunds": SheetKpi(kind="flow", unit="money", precision=2),
    "churn": SheetKpi(kind="stock", unit="percent", scale="0-100"),
    "occupancy": SheetKpi(kind="stock", unit="percent", scale="0-1"),
    "satisfaction": SheetKpi(kind="stock", unit="percent"),
    "nps": SheetKpi(kind="ratio", unit="percent"),
    "sessions": SheetKpi(kind="flow", unit="sessions", every="week"),
    "headcount": SheetKpi(kind="stock", unit="people", dimensions=("team",)),
    "visits": SheetKpi(kind="flow", unit="visits", dimensions=("team",)),
}
DECLARED = SheetKpis(KPIS)
TEAMS = ("sales", "Zo\u00eb & co", "\u00c5se", "north-west")
STORES = ("101", "205", "330")
COMMENTS = (
    "",
    "",
    "",
    "ok",
    "two sick",
    "caf\u00e9",
    'the "big" one',
    "a, b; c",
    "line\nbreak",
    "250",
)
COLUMNS = ("kpi", "date", "value", "numerator", "denominator", "team", "comment")


@dataclass
class SheetRow:
    """A row: what it means, and what its cells are (texts, or the values of a workbook's cells)."""

    kpi: str
    day: date
    numbers: dict[str, Decimal]
    member: str
    cells: dict[str, Any]
    formats: dict[str, str] = field(default_factory=dict)
    """Number formats of a workbook's cells."""
    unquoted: set[str] = field(default_factory=set)
    """Cells that are written into a CSV without quotes, whatever they hold."""
    extra: list[str] = field(default_factory=list)
    """Cells behind the last column."""
    omits_end: bool = False
    """Whether the empty cells at its end are left out."""

    @property
    def key(self) -> tuple[str, date, str]:
        """What identifies its figure."""
        return self.kpi, self.day, self.member


@dataclass
class Sheet:
    """A sheet, and how it is written into a file."""

    is_workbook: bool
    rows: list[SheetRow]
    columns: list[str]
    separator: str = ","
    names_separator: bool = False
    encoding: str = "utf-8"
    newline: str = "\n"
    ends_with_newline: bool = True
    title: list[str] = field(default_factory=list)
    header: dict[str, str] = field(default_factory=dict)
    """How columns are called, where it is another form of their name."""
    merged: list[tuple[int, int, str]] = field(default_factory=list)
    """First and last row (by index) and column of merged cells."""
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[str] = field(default_factory=set)
    repeats_header_at: int | None = None


def good_sheet(rng: Random) -> Sheet:
    """A sheet with some rows of several KPIs, all of which can be read."""
    is_workbook = rng.random() < 0.25
    rows = []
    for kpi in rng.sample(sorted(KPIS), rng.randint(2, 5)):
        step = 7 if kpi == "sessions" else 1
        days = [FIRST + timedelta(days=n) for n in range(3, (TODAY - FIRST).days, step)]
        for day in rng.sample(days, rng.randint(1, 4)):
            members = {"headcount": TEAMS, "visits": STORES}.get(kpi, ("",))
            rows += [
                good_row(rng, kpi, day, member, is_workbook=is_workbook)
                for member in rng.sample(members, rng.randint(1, len(members)))
            ]
    rng.shuffle(rows)
    return Sheet(is_workbook, rows, list(COLUMNS))


def good_row(rng: Random, kpi: str, day: date, member: str, *, is_workbook: bool) -> SheetRow:
    """A row that can be read."""
    declared = KPIS[kpi]
    numbers = {column: good_number(rng, declared) for column in declared.number_columns}
    row = SheetRow(kpi, day, numbers, member, {}, omits_end=rng.random() < 0.1)
    row.cells = {"kpi": kpi, "date": day if is_workbook else day.isoformat(), "team": member}
    # a member that is a number may be typed as one
    if is_workbook and member.isdigit() and rng.random() < 0.5:
        row.cells["team"] = int(member)
    row.cells["comment"] = rng.choice(COMMENTS)
    if not is_workbook and row.cells["comment"] == "250":
        row.cells["comment"] = "call 250"
    for column, number in numbers.items():
        if is_workbook:
            row.cells[column], form = workbook_number(rng, declared, number)
            row.formats[column] = form
        else:
            row.cells[column] = text_number(rng, declared, number)
    if is_workbook:
        row.formats["date"] = rng.choice(["yyyy-mm-dd", "dd.mm.yyyy", "d-mmm-yy", "mm-dd-yy"])
    return row


def good_number(rng: Random, kpi: SheetKpi) -> Decimal:
    """A figure as the KPI may have it."""
    if kpi.is_share:
        return Decimal(rng.randint(0, 1200)).scaleb(-3)
    if kpi.is_whole or kpi.is_ratio:
        return Decimal(
            rng.choice([rng.randint(0, 40), rng.randint(0, 9999), rng.randint(0, 2_000_000)])
        )
    return Decimal(rng.choice([rng.randint(-900, 9999), rng.randint(0, 99_999_999)])).scaleb(-2)


def plain(number: Decimal, mark: str = ".") -> str:
    """A number without thousands and without zeros at its end."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace(".", mark)


def text_number(rng: Random, kpi: SheetKpi, number: Decimal) -> str:
    """A number as it may be written into a CSV."""
    mark = kpi.decimal or "."
    if not kpi.is_share:
        return plain(number, mark)
    percent = f"{plain(number * 100, mark)}{rng.choice(['%', ' %'])}"
    if kpi.scale is None or rng.random() < 0.3:
        return percent
    return plain(number * 100 if kpi.scale == "0-100" else number, mark)


def workbook_number(rng: Random, kpi: SheetKpi, number: Decimal) -> tuple[float | int, str]:
    """A number of a workbook's cell, and its format."""
    if kpi.is_share and (kpi.scale is None or rng.random() < 0.3):
        return float(number), rng.choice(["0%", "0.0%"])
    if kpi.is_share and kpi.scale == "0-100":
        return float(number * 100), "General"
    is_whole = number == number.to_integral_value()
    return (int(number) if is_whole else float(number)), rng.choice(["General", "0.00", "#,##0"])
