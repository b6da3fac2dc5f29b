"""Rows that could be read, each for itself, and what they say of each other.

Rows with the same numbers for the same KPI, day and members are one row. Where the numbers differ, none of them is
taken: which of them is right depends on nothing that the sheet says, least of all on the order of its rows.
"""

import json
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from connectors.spreadsheet.declared import SheetKpi
from connectors.spreadsheet.findings import Findings
from connectors.spreadsheet.fiscal_periods import CALENDAR_YEAR, FiscalPeriods
from connectors.spreadsheet.values import AMBIGUOUS, OTHER_MARK, QUOTE, SPLIT, spelling_key

Row = dict[str, Any]
_LONGEST_GAP = timedelta(days=184)
"""Two quarters. A row that lies further before the next one of its KPI may have a wrong year."""


@dataclass(frozen=True)
class Days:
    """The days that are asked for, as the business counts them."""

    start: date
    """The first one that is ever pulled."""
    today: date
    """The first one that is not over."""
    fiscal: FiscalPeriods = CALENDAR_YEAR

    def period(self, kpi: SheetKpi, day: date) -> date:
        """The first day of the period that a row of `day` stands for."""
        return self.fiscal.first_day(day, kpi.every)


@dataclass(frozen=True)
class Entry:
    """A row that could be read."""

    kpi: str
    day: date
    members: tuple[tuple[str, str], ...]
    numbers: tuple[tuple[str, str | None], ...]
    place: str
    hinges_on_mark: bool = False
    """Whether a number of it is another one under the other decimal mark than is declared."""
    may_be_cut: bool = False
    """Whether a number of it and the cell behind it may be one number that a comma has cut in two."""
    column: str = ""
    """The header of its number, in a sheet with a column a period."""

    @property
    def row(self) -> Row:
        """As the lake keeps it."""
        dimensions = json.dumps(dict(self.members), ensure_ascii=False, sort_keys=True)
        return {"kpi": self.kpi, "date": self.day, "dimensions": dimensions, **dict(self.numbers)}


def without_conflicts(
    all_entries: Iterable[Entry], declared: Mapping[str, SheetKpi], days: Days, findings: Findings
) -> list[Entry]:
    """The rows without those that contradict each other, and without copies."""
    groups: dict[tuple[str, date, tuple[tuple[str, str], ...]], list[Entry]] = {}
    for entry in all_entries:
        kpi = declared[entry.kpi]
        start = days.period(kpi, entry.day) if kpi.is_summed else entry.day
        groups.setdefault((entry.kpi, start, entry.members), []).append(entry)
    kept = []
    for entries in groups.values():
        if len({(entry.day, entry.numbers) for entry in entries}) == 1:
            kept.append(entries[0])
            continue
        kpi = declared[entries[0].kpi]
        period = kpi.every if kpi.is_summed else "day"
        for day in sorted({entry.day for entry in entries}):
            first, *of_day = [entry for entry in entries if entry.day == day]
            other = next(entry for entry in entries if entry is not first)
            findings.add(
                [entry.place for entry in (first, *of_day)],
                "differing_rows",
                f"and {other.place} give {entries[0].kpi} different numbers for one {period}",
                "keep the right one, add them up in one row, or declare the column that tells "
                "them apart as a dimension",
                kpi=entries[0].kpi,
                day=day,
            )
    return kept


def without_doubtful_marks(entries: Iterable[Entry], findings: Findings) -> list[Entry]:
    """The rows without those that hinge on a comma or a mark of which other rows of the KPI show another meaning."""
    misdeclared = kpis_with(findings, {OTHER_MARK})
    with_commas = misdeclared | kpis_with(findings, {AMBIGUOUS, SPLIT})
    kept = []
    for entry in entries:
        if entry.may_be_cut and entry.kpi in with_commas:
            findings.add(
                [entry.place],
                SPLIT,
                f"and the cell behind its number may be one number of {entry.kpi}, which has commas in other rows",
                QUOTE,
                kpi=entry.kpi,
                day=entry.day,
            )
        elif entry.hinges_on_mark and entry.kpi in misdeclared:
            findings.add(
                [entry.place],
                AMBIGUOUS,
                f"has a number that depends on the decimal mark, and other rows of {entry.kpi} have "
                "another one than is declared",
                "correct the declared `decimal:`, or write all numbers with the same mark",
                kpi=entry.kpi,
                day=entry.day,
            )
        else:
            kept.append(entry)
    return kept


def kpis_with(findings: Findings, codes: Set[str]) -> set[str]:
    """The KPIs of which something of these kinds was found."""
    return {finding.kpi for finding in findings.all() if finding.what in codes}


def doubt_spellings(entries: Iterable[Entry], findings: Findings) -> None:
    """Note the members that differ from another, more frequent one in capital letters only."""
    spellings: dict[tuple[str, str, str], dict[str, list[Entry]]] = {}
    for entry in entries:
        for dimension, member in entry.members:
            key = (entry.kpi, dimension, spelling_key(member))
            spellings.setdefault(key, {}).setdefault(member, []).append(entry)
    for (kpi, dimension, _), by_member in spellings.items():
        usual, *others = sorted(by_member.values(), key=len, reverse=True)
        for entry in (entry for rows in others for entry in rows):
            findings.add(
                [entry.place],
                "two_spellings",
                f"differs from {usual[0].place} in the form of its letters only, and counts as another member",
                "write one of the two in all rows",
                column=dimension,
                kpi=kpi,
                day=entry.day,
                is_set_aside=False,
            )


def doubt_early_rows(
    early: Mapping[str, Sequence[tuple[date, str]]],
    entries: Iterable[Entry],
    start: date,
    findings: Findings,
    *,
    column: str,
) -> None:
    """Note the rows before `start`, but of a history that goes on into the rows that are taken.

    `early` has day and place of the rows, by KPI.
    """
    earliest: dict[str, date] = {}
    for entry in entries:
        earliest[entry.kpi] = min(entry.day, earliest.get(entry.kpi, entry.day))
    for kpi, rows in early.items():
        history_from = earliest.get(kpi, date.max)
        for day, _ in sorted(rows, reverse=True):
            if history_from - day > _LONGEST_GAP:
                break
            history_from = day
        alone = [(day, place) for day, place in rows if day < history_from]
        if alone:
            findings.add(
                [place for _, place in alone],
                "before_start",
                f"is {alone[0][0]}, before the first day that is asked for ({start})",
                "correct the year, or set OKRA_START_DATE to an earlier day",
                column=column,
                kpi=kpi,
                day=min(day for day, _ in alone),
            )
