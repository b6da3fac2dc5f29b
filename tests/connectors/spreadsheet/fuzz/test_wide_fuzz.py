"""Sheets with a column a month and something wrong in them: a figure is read as it was meant, or not at all."""

from collections import Counter
from datetime import date
from decimal import Decimal
from random import Random

from connectors.sdk.errors import SourceError
from connectors.sdk.sheets.files import grid_of
from connectors.spreadsheet.declared import SheetKpi, SheetKpis
from connectors.spreadsheet.entries import Days
from connectors.spreadsheet.layout import Layout
from connectors.spreadsheet.rows import read_rows

LAYOUT = Layout.model_validate(
    {"periods": "month", "language": "de", "skip": ["Summe"], "columns": {"kpi": "Kennzahl"}}
)
KPIS = SheetKpis({
    "heads": SheetKpi(kind="stock", unit="people", every="month"),
    "sales": SheetKpi(kind="flow", unit="money", every="month", precision=2),
    "costs": SheetKpi(kind="flow", unit="money", every="month", precision=2),
})  # fmt: skip
DAYS = Days(date(2026, 1, 1), date(2026, 11, 25))
MONTHS = ("Januar", "Februar", "März", "April", "Mai", "Juni")
ENDS = tuple(
    date(2026, month, day) for month, day in ((1, 31), (2, 28), (3, 31), (4, 30), (5, 31), (6, 30))
)
HEADERS = (
    "{name} 2026",
    "{short} 26",
    "{short}. 26",
    "{number:02}.2026",
    "2026-{number:02}",
    "{number}/2026",
)
BAD_HEADERS = (
    "",
    "Summe",
    "Jna 26",
    "{number:02}/26",
    "Januar 2026",
    "{name}",
    "Kommentar",
    "2026",
)
BAD_CELLS = (
    "-",
    "n/a",
    "1.5",
    "1,5 €",
    "12 %",
    "#####",
    "=B2",
    "5-5",
    "1E+05",
    "",
    "01.02.2026",
    "x",
)


def german(number: Decimal, rng: Random) -> str:
    text = (
        f"{abs(number):,.2f}".replace(",", " ")
        .replace(".", ",")
        .replace(" ", rng.choice([".", ""]))
    )
    text = text.removesuffix(",00")
    return text if number >= 0 else rng.choice([f"-{text}", f"({text})", f"{text}-"])


def outcome(seed: int) -> str:
    rng = Random(seed)
    form = rng.choice(HEADERS)
    headers = [form.format(name=x, short=x[:3], number=n) for n, x in enumerate(MONTHS, 1)]
    meant: dict[tuple[str, date], Decimal] = {}
    rows = []
    for kpi in KPIS.kpis:
        cells = []
        for end in ENDS:
            is_whole = kpi == "heads"
            number = Decimal(rng.choice([rng.randint(0, 999), rng.randint(-9, 2_000_000)]))
            meant[kpi, end] = abs(number) if is_whole else number / rng.choice([1, 100])
            cells.append(german(meant[kpi, end], rng))
        rows.append([kpi, *cells])
    separator = rng.choice([";", ";", "\t", ","])
    changed: set[tuple[str, date]] = set()
    for _ in range(rng.choice([0, 1, 2, 4])):
        what = rng.choice(["header", "cell", "ragged", "shifted", "total"])
        row, place = rng.randrange(3), rng.randrange(6)
        if what == "header":
            wrong = rng.choice(BAD_HEADERS)
            headers[place] = wrong.format(name=MONTHS[place], number=place + 1)
        elif what == "cell" and len(rows[row]) > place + 1:
            rows[row][place + 1] = rng.choice(BAD_CELLS)
            changed.add((rows[row][0], ENDS[place]))
        elif what == "ragged" and 2 < len(rows[row]) < 8:
            changed.add((rows[row][0], ENDS[len(rows[row]) - 2]))
            rows[row].pop()
        elif what == "shifted" and rows[row][0] in KPIS.kpis:
            rows[row].append("7")
        else:
            rows.append(["Summe", *"123456"])
    table = [["Kennzahl", *headers], *rows]
    text = "\n".join(separator.join(line) for line in table) + "\n"
    try:
        read, findings = read_rows(
            [grid_of(text.encode(), "plan.csv", "", LAYOUT.names)], KPIS, DAYS, LAYOUT
        )
    except SourceError as error:
        assert "; " in str(error), f"seed {seed}: no remedy in {error}"
        return "refused"
    for read_row in read:
        key = read_row["kpi"], read_row["date"]
        if key not in changed:
            assert Decimal(read_row["value"]) == meant[key], (
                f"seed {seed}: {read_row} for {meant[key]} in {text}"
            )
    told = {(x.kpi, x.day) for x in findings}
    known = {(read_row["kpi"], read_row["date"]) for read_row in read}
    if separator != ",":
        last = {
            kpi: max((day for name, day in known if name == kpi), default=ENDS[0])
            for kpi in KPIS.kpis
        }
        for kpi, day in meant.keys() - known - changed:
            is_told = (
                (kpi, day) in told or (kpi, None) in told or day > last[kpi] or "Summe" in headers
            )
            assert is_told, f"seed {seed}: {kpi} of {day} is missing without a word in {text}"
    return "told" if findings else "read"


def test_no_wide_sheet_is_misread() -> None:
    outcomes = Counter(outcome(seed) for seed in range(600))
    assert min(outcomes["read"], outcomes["told"], outcomes["refused"]) > 50
