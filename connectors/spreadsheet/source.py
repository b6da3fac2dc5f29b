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
A window holds what the sheets had for a day when they were read. An empty window does not mean zero: up to which
day a KPI is filled in depends on its own rows and its rhythm (`every`), and is derived in the models
(`sheet_kpi_given_days`). A daily KPI is known from its first to its last row, and a flow without a row in between
was 0, as in any log. A weekly, monthly or quarterly KPI is known in the periods that have a row; a period without
one is missing, since a number was due. So `data_through` of a monthly KPI is the end of the last month that is
filled in, and a number that nobody has written yet is never a zero.

Corrections usually come with the next month's figure: after 31 days a window counts as settled. It is read again
all the same, and a late correction shows as a restatement.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa

from connectors.sdk import google_api
from connectors.sdk.contract import (
    Calls,
    Limit,
    Option,
    Page,
    Slice,
    Source,
    Stream,
    column,
    zone_named,
)
from connectors.sdk.http import usable_address
from connectors.sdk.remote_files import file_name, read_file
from connectors.spreadsheet.cells import Grid, grid_of
from connectors.spreadsheet.declared import declared_kpis
from connectors.spreadsheet.google import BUCKET, GoogleSheets, is_google_sheet
from connectors.spreadsheet.rows import Row, by_day, read_rows

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

DEFAULT_GOOGLE_BASE = "https://sheets.googleapis.com"
FILES = "files"


class SpreadsheetConnection:
    """The sheets, read when the first day is asked for."""

    def __init__(self, values: Mapping[str, str], calls: Calls) -> None:
        """Raises `SourceError` when the options make no sense or the declarations cannot be read."""
        self._locations = [part.strip() for part in values.get("OKRA_SHEETS", "").split(",")]
        self._locations = [location for location in self._locations if location]
        self._zone = zone_named(
            values.get("OKRA_TIMEZONE", "").strip() or "UTC",
            "OKRA_TIMEZONE is",
            "set it to a name such as Europe/Berlin",
        )
        self._fiscal_year_start = int(values.get("OKRA_FISCAL_YEAR_START") or 1)
        self._declared = declared_kpis(values.get("OKRA_SHEET_KPIS") or DEFAULT_KPIS)
        self._calls = calls
        self._google: GoogleSheets | None = None
        if any(is_google_sheet(location) for location in self._locations):
            base = values.get("GOOGLE_SHEETS_API_BASE") or DEFAULT_GOOGLE_BASE
            base = usable_address(base, "GOOGLE_SHEETS_API_BASE")
            credentials = values.get("GOOGLE_APPLICATION_CREDENTIALS", "")
            self._google = GoogleSheets(base, credentials, calls)
        self._days: dict[date, list[Row]] | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The business zone, in which people date the rows."""
        return self._zone

    def pages(self, piece: Slice) -> Iterator[Page]:
        if self._days is None:
            grids = [self._grid(location) for location in self._locations]
            self._days = by_day(read_rows(grids, self._declared, self._fiscal_year_start))
        yield Page([row for day in piece.windows for row in self._days.get(day, ())])

    def close(self) -> None:
        if self._google:
            self._google.close()

    def _grid(self, location: str) -> Grid:
        if self._google and is_google_sheet(location):
            return self._google.grid(location)
        place, _, tab = location.partition("#")
        content = self._calls(FILES, lambda: read_file(place, "OKRA_SHEETS"))
        return grid_of(content, file_name(place), tab)


DEFAULT_KPIS = "models/kpis/sheet_kpis.yml"

SOURCE = Source(
    name="spreadsheet",
    title="Spreadsheets",
    options=(
        Option(
            "OKRA_SHEETS",
            "The sheets, comma-separated: paths, addresses, links of Google Sheets",
            secret=True,  # whoever has a shared link has the sheet
        ),
        Option("OKRA_SHEET_KPIS", "YAML file that declares their KPIs", default=DEFAULT_KPIS),
        Option(
            "GOOGLE_APPLICATION_CREDENTIALS",
            "Path of the JSON key file of a service account that the Google sheets are shared with",
            default="",
        ),
        Option("GOOGLE_SHEETS_API_BASE", "Address of the Sheets API", default=DEFAULT_GOOGLE_BASE),
        Option("OKRA_TIMEZONE", "Zone in which the business counts its days", default="UTC"),
        Option("OKRA_FISCAL_YEAR_START", "First month of the fiscal year", default="1"),
    ),
    streams=(KPI_VALUES,),
    limits=(Limit(BUCKET, 1, burst=10), Limit(FILES, 10, burst=10)),
    open=SpreadsheetConnection,
    diagnose=google_api.diagnose,
    # the sheets are read once for all slices
    workers=1,
)
