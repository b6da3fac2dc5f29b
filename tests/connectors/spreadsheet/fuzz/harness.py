"""Reads many sheets with something wrong, and tells where one was misread.

    python -m tests.connectors.spreadsheet.fuzz.harness 10000 [first seed]

A sheet is misread when it raises anything but a `SourceError` with a remedy, when a figure is not that of the row as
it was meant, or when a row is missing without a finding about its KPI and day.
"""

import json
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from connectors.sdk.contract import Finding
from connectors.sdk.errors import SourceError
from connectors.sdk.sheets.files import grid_of
from connectors.sdk.sheets.google import grid_in
from connectors.spreadsheet.entries import Days
from connectors.spreadsheet.rows import read_rows
from tests.connectors.spreadsheet.fuzz.good_sheets import (
    DECLARED,
    FIRST,
    KPIS,
    TODAY,
    Sheet,
    SheetRow,
    good_sheet,
)
from tests.connectors.spreadsheet.fuzz.mutations import MUTATIONS, noise, torn
from tests.connectors.spreadsheet.fuzz.written import answer_of, content_of

DAYS = Days(FIRST, TODAY)
Key = tuple[str, date, str]
STANDS_ALONE = "one was taken without a finding"
"""How the fault ends of a row that was doubled and is read once."""


class Misread(AssertionError):
    """A sheet was read wrong."""


def check(seed: int) -> str:
    """Read the sheet of a seed. Returns what became of it; raises `Misread`."""
    rng = Random(seed)
    sheet = good_sheet(rng)
    names = rng.sample(sorted(MUTATIONS), rng.choice([0, 1, 1, 2, 3, 5]))
    for name in names:
        MUTATIONS[name](rng, sheet)
    is_google = sheet.is_workbook and rng.random() < 0.3
    content = answer_of(sheet) if is_google else content_of(sheet)
    damage = "" if is_google else rng.choices(["", "torn", "noise"], [8, 1, 1])[0]
    if isinstance(content, bytes) and damage:
        content = (torn if damage == "torn" else noise)(rng, content)
    try:
        return outcome_of(sheet, content, damage)
    except Misread as error:
        kind = "xlsx" if sheet.is_workbook else "csv"
        raise Misread(f"seed {seed} ({kind}: {', '.join([*names, damage])}): {error}") from None
    except Exception as error:
        raise Misread(f"seed {seed} ({', '.join([*names, damage])}): {error!r}") from error


def outcome_of(sheet: Sheet, content: bytes | dict[str, Any], damage: str) -> str:
    """What becomes of a file, or of an answer of Google Sheets. Raises `Misread`."""
    try:
        is_file = isinstance(content, bytes)
        grid = grid_of(content, "kpis") if is_file else grid_in(content, "kpis")
        rows, findings = read_rows([grid], DECLARED, DAYS)
    except SourceError as error:
        if "; " not in str(error):
            raise Misread(f"no remedy in {error}") from None
        return "refused"
    meant: dict[Key, list[SheetRow]] = {}
    for row in sheet.rows:
        meant.setdefault(row.key, []).append(row)
    wrong = [text for row in rows if (text := fault_of(row, meant, findings))]
    # the row in which a copy breaks off may have lost digits, or letters of its member, so that the row that it doubled
    # stands alone; bytes changed at random may make other ones
    allowed = {"": 0, "torn": 1, "noise": len(rows)}[damage]
    standing_alone = [text for text in wrong if text.endswith(STANDS_ALONE)]
    if max(len(wrong) - len(standing_alone), len(standing_alone)) > allowed:
        raise Misread("; ".join(wrong))
    read = {key_of(row) for row in rows}
    for kpi, member in {(key[0], key[2]) for key in read}:
        forms = {key[2] for key in read if key[0] == kpi and folded(key[2]) == folded(member)}
        if len(forms) > 1 and not any(x.what == "two_spellings" and x.kpi == kpi for x in findings):
            raise Misread(f"{kpi} has {forms} as two members")
    if not damage:
        for key, rows_of_key in meant.items():
            if all(is_unfilled(row, sheet.columns) for row in rows_of_key):
                continue  # it waits to be filled in
            if not any(same_row(key, other) for other in read) and not is_told(key, findings):
                raise Misread(f"{key} is missing without a finding")
    return "told" if findings else "read"


def fault_of(
    row: dict[str, Any], meant: dict[Key, list[SheetRow]], findings: Sequence[Finding]
) -> str:
    """How a row that was read differs from what it was meant to be; empty where it does not."""
    key = key_of(row)
    same = [rows for other, rows in meant.items() if same_row(key, other)]
    if not same:
        return f"{key} was meant by no row"
    for column in KPIS[key[0]].number_columns:
        figures = {meaning.numbers[column] for rows in same for meaning in rows}
        if Decimal(row[column]) not in figures:
            return f"{key}: {column} is {row[column]} and was meant to be {figures}"
        if len(figures) > 1 and not is_told(key, findings):
            return f"{key}: of {figures} {STANDS_ALONE}"
    return ""


def is_unfilled(row: SheetRow, columns: Sequence[str]) -> bool:
    """Whether no number was written into a row, or nothing at all into its `columns` but a comment."""
    empty = {column for column, cell in row.cells.items() if str(cell).strip() == ""}
    says = {"kpi", "date", "team", *row.numbers} & {*columns}
    return empty >= {*row.numbers} or empty >= says


def key_of(row: dict[str, Any]) -> Key:
    """What identifies a row that was read."""
    return row["kpi"], row["date"], json.loads(row["dimensions"]).get("team", "")


def same_row(key: Key, other: Key) -> bool:
    """Whether two keys differ at most in the letters of their member."""
    return key[:2] == other[:2] and folded(key[2]) == folded(other[2])


def folded(member: str) -> str:
    """A member's name without the differences that a finding tells of."""
    return unicodedata.normalize("NFC", member).casefold()


def is_told(key: Key, findings: Iterable[Finding]) -> bool:
    """Whether a finding is about the KPI and the day of a row, or about a row of the KPI with a day too early."""
    return any(
        x.kpi in {"", key[0]} and (x.day is None or x.day == key[1] or x.day < FIRST)
        for x in findings
    )


def main(arguments: list[str]) -> int:
    """Check so many sheets, print the counts, and the first misread ones."""
    count, first = int(arguments[0]), int(arguments[1]) if len(arguments) > 1 else 0
    outcomes: Counter[str] = Counter()
    misread: list[str] = []
    for seed in range(first, first + count):
        try:
            outcomes[check(seed)] += 1
        except Misread as error:
            misread.append(str(error))
    print(f"{count:,} sheets: {outcomes['read']:,} read, {outcomes['told']:,} with findings, "
          f"{outcomes['refused']:,} refused, {len(misread):,} misread")  # fmt: skip
    print(*misread[:20], sep="\n", end="\n" if misread else "")
    return 1 if misread else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
