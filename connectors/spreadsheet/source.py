"""Sheets that people keep by hand: KPIs that no system knows, one row a KPI and day.

    kpi,date,value,team
    headcount,2026-10-31,42,sales

OKRA_SHEETS lists the sheets: CSV, TSV or XLSX by path or address, Google Sheets by the link in the browser.
Of a workbook the first sheet is read, or the one behind a `#`: `kpis.xlsx#2026`. OKRA_SHEET_KPIS declares
the KPIs; besides `kpi`, `date` and the numbers only the columns that a KPI names as its dimensions are
stored, as JSON in one column, so that a private column (`comment`, `entered_by`) never leaves the sheet.

Any row may be edited at any time. Each run therefore reads each sheet once, whole, and compares every day; a day
whose rows are the same changes no file, and a removed row is removed from the lake.

What a day without a row means
------------------------------
A window holds what the sheets had for a day when they were read. An empty window does not mean zero. A KPI is known
in the days, weeks, months or quarters (`every`) that have a row, which the models derive from its own rows
(`sheet_kpi_given_days`); any other is missing, since a number was due. Where there was nothing, a person writes 0.
So `data_through` of a monthly KPI is the end of the last month that is filled in.

What cannot be read
-------------------
A row that is not as its KPI is declared is set aside with a finding, and all others are stored. A file that cannot
be read at all fails the pull, and what was read of it before is kept.

Corrections usually come with the next month's figure: after 31 days a window counts as settled. It is read again
all the same, and a late correction shows as a restatement.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

import pyarrow as pa
from pydantic import ValidationError

from connectors.sdk import google_api
from connectors.sdk.contract import (
    ACCOUNT,
    ONE_DAY,
    Calls,
    Finding,
    Option,
    Page,
    Slice,
    Source,
    Stream,
    column,
)
from connectors.sdk.errors import Rejected
from connectors.sdk.sheets import listed
from connectors.sdk.sheets.listed import ListedSheets, business_zone
from connectors.sdk.yaml_data import NotYamlError, yaml_data
from connectors.spreadsheet.declared import declared_kpis
from connectors.spreadsheet.entries import Days, Row
from connectors.spreadsheet.fiscal_periods import (
    CALENDARS,
    MONTHS,
    NAMED_BY,
    WEEKDAYS,
    YEAR_ENDS,
    FiscalPeriods,
)
from connectors.spreadsheet.layout import Layout
from connectors.spreadsheet.rows import read_rows

T = TypeVar("T")

KPI_VALUES = Stream(
    name="kpi_values",
    description="The KPIs that people keep by hand: one row a KPI, day and combination of members",
    schema=pa.schema(
        [
            column("kpi", pa.string(), "Name of the KPI, as declared"),
            column("date", pa.date32(), "The day the row is dated"),
            column(
                "dimensions", pa.string(), "Member by declared dimension: a JSON object of texts"
            ),
            column("value", pa.string(), "Decimal, of a flow or stock", null=True),
            column("numerator", pa.string(), "Decimal, upper side of a ratio", null=True),
            column("denominator", pa.string(), "Decimal, lower side of a ratio", null=True),
        ]
    ),
    key=("kpi", "date", "dimensions"),
    cursor="date",
    restates_for=timedelta(days=31),
    reread=True,
    windows_per_slice=366,
)

KPI_PLANS = Stream(
    name="kpi_plans",
    description="The plans that people keep by hand, as they stand: one row a KPI, day and combination of members",
    schema=pa.schema(
        [
            column("read_on", pa.date32(), "The day on which the sheets were read"),
            *KPI_VALUES.schema,
        ]
    ),
    key=KPI_VALUES.key,
    cursor="read_on",
    snapshot=True,
)


class SpreadsheetConnection:
    """The sheets, read when the first day is asked for."""

    def __init__(self, values: Mapping[str, str], calls: Calls) -> None:
        """Raises `SourceError` when the options make no sense or the declarations cannot be read."""
        self._zone = business_zone(values)
        self._fiscal = fiscal_periods(values)
        self._start = setting(values, "OKRA_START_DATE", DEFAULT_START, date.fromisoformat)
        self._layout = layout_of(values.get("SPREADSHEET_LAYOUT", ""))
        self._declared = declared_kpis(
            values.get("OKRA_SHEET_KPIS") or DEFAULT_KPIS, values.get(ACCOUNT, "")
        )
        self._sheets = ListedSheets("OKRA_SHEETS", values, calls)
        self._read: tuple[dict[date, list[Row]], Sequence[Finding]] | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The business zone, in which people date the rows."""
        return self._zone

    def pages(self, piece: Slice) -> Iterator[Page]:
        is_plan = piece.stream.snapshot
        yesterday = piece.last - ONE_DAY if is_plan else piece.data_through or piece.last_day
        if self._read is None:
            grids = self._sheets.grids(self._layout.names)
            days = Days(self._start, yesterday + ONE_DAY, self._fiscal)
            rows, findings = read_rows(grids, self._declared, days, self._layout)
            self._read = by_day(rows), findings
        rows_of, findings = self._read
        plans = {name for name, kpi in self._declared.kpis.items() if kpi.plan}
        if is_plan:
            yield Page(
                rows=[
                    {"read_on": piece.last, **row}
                    for rows in rows_of.values()
                    for row in rows
                    if row["kpi"] in plans
                ],
                findings=[x for x in findings if x.kpi in plans],
            )
            return
        yield Page(
            rows=[
                row
                for day in piece.windows
                for row in rows_of.get(day, ())
                if row["kpi"] not in plans
            ],
            findings=[
                x for x in findings if x.kpi not in plans and self._is_of(piece, yesterday, x.day)
            ],
        )

    def _is_of(self, piece: Slice, yesterday: date, day: date | None) -> bool:
        """Whether a finding is told with this slice: that of its day, or the newest one where no window has the day."""
        if day is not None and self._start <= day <= yesterday:
            return piece.first <= day <= piece.last
        return piece.last == yesterday

    def close(self) -> None:
        self._sheets.close()


def layout_of(text: str) -> Layout:
    """The layout that is declared. Raises `Rejected`."""
    try:
        return Layout.model_validate(yaml_data(text) or {})
    except (ValidationError, NotYamlError) as error:
        what = "the layout of the sheets cannot be read"
        if isinstance(error, ValidationError):
            [first, *_] = error.errors(include_url=False)
            what = f"{what}: {'.'.join(map(str, first['loc']))} {first['msg']}".replace(";", ",")
        raise Rejected(what, "run `okra check`: it names the line in sources.yml") from None


def fiscal_periods(values: Mapping[str, str]) -> FiscalPeriods:
    """The calendar that months and quarters are of. Raises `Rejected`."""
    return FiscalPeriods(
        setting(values, "OKRA_FISCAL_YEAR_START", "1", int),
        setting(values, "OKRA_FISCAL_CALENDAR", MONTHS, one_of(CALENDARS)),
        setting(values, "OKRA_FISCAL_WEEK_START", "sunday", one_of(WEEKDAYS)),
        setting(values, "OKRA_FISCAL_LAST_WEEK", "nearest", one_of(YEAR_ENDS)),
        setting(values, "OKRA_FISCAL_YEAR_NAMED_BY", "end", one_of(NAMED_BY)),
    )


def one_of(words: Collection[str]) -> Callable[[str], str]:
    """What takes these words alone, and raises `ValueError` for others."""

    def read(value: str) -> str:
        if value not in words:
            raise ValueError(value)
        return value

    return read


def setting(values: Mapping[str, str], name: str, default: str, how: Callable[[str], T]) -> T:
    """A setting that is no text. Raises `Rejected`."""
    try:
        return how(values.get(name, "").strip() or default)
    except ValueError:
        raise Rejected(f"{name} cannot be read", f"write it like {default}") from None


def by_day(rows: Iterable[Row]) -> dict[date, list[Row]]:
    """The rows of each day."""
    days: dict[date, list[Row]] = {}
    for row in rows:
        days.setdefault(row["date"], []).append(row)
    return days


DEFAULT_KPIS = "models/kpis/sheet_kpis.yml"
DEFAULT_START = "2024-12-01"

SOURCE = Source(
    name="spreadsheet",
    title="Spreadsheets",
    options=(
        Option(
            "OKRA_SHEETS",
            "The sheets, comma-separated: paths, addresses, links of Google Sheets",
            secret=True,  # whoever has a shared link has the sheet
            may_be_written=True,
        ),
        Option("OKRA_SHEET_KPIS", "YAML file that declares their KPIs", default=DEFAULT_KPIS),
        Option(
            "SPREADSHEET_LAYOUT",
            "How the sheets are laid out, where it is not one row a KPI and day with the columns kpi, date and value",
            default="",
            is_mapping=True,
            form=Layout,
        ),
        *listed.OPTIONS,
        Option("OKRA_FISCAL_YEAR_START", "First month of the fiscal year", default="1"),
        Option(
            "OKRA_FISCAL_YEAR_NAMED_BY", "What a fiscal year is named by: end, start", default="end"
        ),
        Option(
            "OKRA_FISCAL_CALENDAR",
            "What a fiscal year is made of: months, or weeks as in 4-4-5",
            default=MONTHS,
        ),
        Option(
            "OKRA_FISCAL_WEEK_START",
            "Day on which the weeks of a year of whole weeks begin",
            default="sunday",
        ),
        Option(
            "OKRA_FISCAL_LAST_WEEK",
            "Where a year of whole weeks ends: nearest, last",
            default="nearest",
        ),
        Option("OKRA_START_DATE", "First day to pull", default=DEFAULT_START),
    ),
    streams=(KPI_VALUES, KPI_PLANS),
    limits=listed.LIMITS,
    open=SpreadsheetConnection,
    diagnose=google_api.diagnose,
    # the sheets are read once for all slices
    workers=1,
)
