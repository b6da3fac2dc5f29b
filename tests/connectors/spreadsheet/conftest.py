"""Sheets that a person keeps, and a lake that they are pulled into at noon of 25 November 2026."""

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from connectors.lake.lake import Lake
from connectors.lake.manifest import Finding
from connectors.sandbox.google_sheets import SheetsServer
from connectors.sdk.contract import Page, Slice
from connectors.sdk.engine import StreamReport, pull
from connectors.sdk.errors import SourceError
from connectors.sdk.windows import Range
from connectors.spreadsheet.source import KPI_VALUES, SOURCE
from tests.connectors.clock import unslept

NOVEMBER = Range(date(2026, 11, 1), date(2026, 11, 24))
DECLARATIONS = """
calls: {kind: flow, unit: calls, direction: up, owner: a@example.com}
hours: {kind: flow, unit: hours, direction: up, owner: a@example.com, precision: 2}
sales: {kind: flow, unit: money, direction: up, owner: a@example.com, precision: 2, decimal: ","}
costs: {kind: flow, unit: money, direction: down, owner: a@example.com, precision: 2, decimal: "."}
churn: {kind: stock, unit: percent, direction: down, owner: a@example.com, scale: 0-100}
occupancy: {kind: stock, unit: percent, direction: up, owner: a@example.com, scale: 0-1}
headcount:
  {kind: stock, every: month, unit: people, direction: up, owner: a@example.com, dimensions: [team]}
satisfaction: {kind: stock, unit: percent, direction: up, owner: a@example.com}
nps: {kind: ratio, every: month, unit: percent, direction: up, owner: a@example.com}
sessions: {kind: flow, every: week, unit: sessions, direction: up, owner: a@example.com}
"""


class Desk:
    """Where a person keeps sheets."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lake = Lake(folder / "lake")
        self.declarations = folder / "sheet_kpis.yml"
        self.declarations.write_text(DECLARATIONS)
        self.waits: list[float] = []
        self.servers: list[SheetsServer] = []
        self._page: Page | None = None
        """What was read last, where nothing was pulled since."""

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def pulled(self, *locations: object, wanted: Range = NOVEMBER, **values: str) -> StreamReport:
        """What pulling these sheets came to."""
        options = {
            "OKRA_SHEETS": ", ".join(str(location) for location in locations),
            "OKRA_SHEET_KPIS": str(self.declarations),
        } | values
        self._page = None
        calls = unslept(SOURCE, self.waits)
        now = datetime(2026, 11, 25, 12, tzinfo=UTC)
        reports = pull(SOURCE, options, self.lake, wanted, now=lambda: now, calls=calls)
        return next(report for report in reports if report.stream.name == KPI_VALUES.name)

    def read(self, content: str | bytes, name: str = "kpis.csv") -> Page:
        """What the source gives of a sheet with this content, without a lake: November up to yesterday."""
        options = {
            "OKRA_SHEETS": str(self.write(name, content)),
            "OKRA_SHEET_KPIS": str(self.declarations),
        }
        first, last = NOVEMBER.first, NOVEMBER.last
        piece = Slice(KPI_VALUES, first, last, ZoneInfo("UTC"), data_through=last)
        (self._page,) = SOURCE.open(options, unslept(SOURCE)).pages(piece)
        return self._page

    def findings(self) -> list[Finding]:
        """What is wrong with the rows, as it was read or as the lake keeps it."""
        if self._page:
            return list(self._page.findings)
        windows = self.lake.manifests("spreadsheet", KPI_VALUES.name).values()
        return [finding for manifest in windows for finding in manifest.findings]

    def finding(self, content: str | bytes, name: str = "kpis.csv") -> Finding:
        """The only thing that is wrong with the rows of a sheet with this content."""
        (finding,) = self.read(content, name).findings
        return finding

    def set_aside(self, content: str | bytes, name: str = "kpis.csv") -> str:
        """What a person is told of the only bad rows in a sheet with this content; they are not stored."""
        finding = self.finding(content, name)
        assert finding.is_set_aside
        return finding.message

    def fault(self, content: str | bytes, name: str = "kpis.csv") -> str:
        """What a person is told of a file that cannot be read at all."""
        with pytest.raises(SourceError) as caught:
            self.read(content, name)
        return str(caught.value)

    def rows(self) -> list[dict[str, Any]]:
        """What was read, or everything the lake holds."""
        if self._page:
            return [dict(row) for row in self._page.rows]
        windows = self.lake.manifests("spreadsheet", KPI_VALUES.name)
        tables = [self.lake.read("spreadsheet", KPI_VALUES, window) for window in windows]
        return pa.concat_tables(tables).to_pylist() if tables else []

    def values(self) -> list[tuple[str, str, str | None]]:
        """KPI, day and value of each row in the lake."""
        return [(row["kpi"], f"{row['date']}", row["value"]) for row in self.rows()]

    def serve(self, server: SheetsServer) -> SheetsServer:
        self.servers.append(server)
        return server


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    for server in desk.servers:
        server.close()


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"


class Excel:
    """XLSX files as Excel writes them, by their XML: cells with formats, formulas, errors."""

    EMPTY = "<c/>"

    @staticmethod
    def text(value: str) -> str:
        return f'<c t="inlineStr"><is><t>{value}</t></is></c>'

    @staticmethod
    def number(value: str) -> str:
        """A number as its digits stand in the file: Excel writes 17 of them."""
        return f"<c><v>{value}</v></c>"

    @staticmethod
    def day(value: date, fraction: float = 0) -> str:
        """A cell that is formatted as a date: days since the last of 1899, where 1900 has a leap day."""
        serial = (value - date(1899, 12, 30)).days + fraction
        return f'<c s="1"><v>{serial:g}</v></c>'

    @staticmethod
    def percent(value: str) -> str:
        return f'<c s="2"><v>{value}</v></c>'

    @staticmethod
    def error(value: str = "#DIV/0!") -> str:
        return f'<c t="e"><f>A1/0</f><v>{value}</v></c>'

    @staticmethod
    def formula(result: str | None = None) -> str:
        return f"<c><f>1+1</f>{f'<v>{result}</v>' if result else ''}</c>"

    def header(self, *names: str) -> list[str]:
        return [self.text(name) for name in names or ("kpi", "date", "value")]

    @staticmethod
    def file(**sheets: list[list[str]]) -> bytes:
        return workbook(**sheets)


@pytest.fixture
def excel() -> Excel:
    return Excel()


def workbook(**sheets: list[list[str]]) -> bytes:
    """A workbook with these sheets, row by row; `[]` is an empty row."""
    target = io.BytesIO()
    names = list(sheets)
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("[Content_Types].xml", content_types(len(names)))
        archive.writestr("_rels/.rels", relations([("officeDocument", "xl/workbook.xml")]))
        listed = "".join(
            f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(names, 1)
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>',
        )
        parts = [("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(names) + 1)]
        archive.writestr(
            "xl/_rels/workbook.xml.rels", relations([*parts, ("styles", "styles.xml")])
        )
        archive.writestr(
            "xl/styles.xml",
            f'<styleSheet xmlns="{MAIN}"><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/>'
            '<xf numFmtId="9"/></cellXfs></styleSheet>',
        )
        for n, name in enumerate(names, 1):
            rows = "".join(
                f'<row r="{r}">{"".join(c)}</row>' for r, c in enumerate(sheets[name], 1)
            )
            archive.writestr(
                f"xl/worksheets/sheet{n}.xml",
                # the dimension is wrong, as some programs write it
                f'<worksheet xmlns="{MAIN}"><dimension ref="A1"/><sheetData>{rows}</sheetData></worksheet>',
            )
    return target.getvalue()


def relations(parts: list[tuple[str, str]]) -> str:
    entries = "".join(
        f'<Relationship Id="rId{n}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(parts, 1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{entries}</Relationships>'


def content_types(count: int) -> str:
    sheets = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{SHEET}.worksheet+xml"/>'
        for n in range(1, count + 1)
    )
    return (
        f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{SHEET}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{SHEET}.styles+xml"/>{sheets}</Types>'
    )
