"""Exchange rates to the euro, as the European Central Bank publishes them.

OKRA_EXCHANGE_RATES is the path or address of the history: eurofxref-hist.zip as it is offered for download
at www.ecb.europa.eu/stats/eurofxref, or the CSV in it. The table is wide and the newest day comes first:

    Date,USD,JPY,…,
    2026-11-24,1.1573,179.95,…,

A rate is what one euro is worth in the currency; `N/A` means that there is none. There is a row for each working
day of the euro system, published at about 16:00 in Frankfurt. Each line ends in a comma, so the last column is
empty and has no name.

Every run reads the whole file once. A day without a row gives an empty window: a weekend, a holiday, or a day
after the file was downloaded. Once the file has the day, the next run stores it.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from connectors.sdk.contract import Calls, Limit, Option, Page, Slice, Source, Stream, column
from connectors.sdk.errors import Drift, Rejected
from connectors.sdk.remote_files import file_name, read_file

EURO_RATES = Stream(
    name="euro_rates",
    description="What a euro was worth in other currencies, each working day",
    schema=pa.schema(
        [
            column("date", pa.date32(), "Day of the rate"),
            column("currency", pa.string(), "Currency, ISO 4217"),
            column("rate", pa.string(), "Decimal", unit="units of the currency for one euro"),
        ]
    ),
    key=("date", "currency"),
    cursor="date",
    restates_for=timedelta(days=1),
    reread=True,
    windows_per_slice=366,
)

FRANKFURT = ZoneInfo("Europe/Berlin")
OPTION = "OKRA_EXCHANGE_RATES"
BUCKET = "files"
NO_RATE = {"N/A", ""}
Rates = dict[date, list[dict[str, Any]]]


class RatesConnection:
    """The file, read when the first day is asked for."""

    def __init__(self, values: Mapping[str, str], calls: Calls) -> None:
        self._location = values.get(OPTION, "").strip()
        self._calls = calls
        self._days: Rates | None = None

    @property
    def zone(self) -> ZoneInfo:
        return FRANKFURT

    def pages(self, piece: Slice) -> Iterator[Page]:
        if self._days is None:
            content = self._calls(BUCKET, lambda: read_file(self._location, OPTION))
            self._days = rates_of(content, file_name(self._location))
        yield Page([row for day in piece.windows for row in self._days.get(day, ())])

    def close(self) -> None:
        """Nothing is kept open."""


def rates_of(content: bytes, name: str) -> Rates:
    """The rates in the file, by day. Raises `Drift`, naming file, row and column, for a file of another form."""
    rows = list(csv.reader(io.StringIO(csv_text(content, name), newline="")))
    header = [cell.strip() for cell in rows[0]] if rows else []
    currencies = header[1:-1] if header and not header[-1] else header[1:]
    if header[:1] != ["Date"] or not all(re.fullmatch(r"[A-Z]{3}", name) for name in currencies):
        raise drift(f"{name}, row 1", "is not `Date` and currencies")
    if len(set(currencies)) < len(currencies):
        raise drift(f"{name}, row 1", "has a currency twice")
    rates: Rates = {}
    for number, row in enumerate(rows[1:], start=2):
        if not any(row):
            continue
        day = day_in(row[0], f"{name}, row {number}, column Date")
        if day in rates:
            raise drift(f"{name}, row {number}", "has a day that was there before")
        rates[day] = list(rates_in(row, day, currencies, f"{name}, row {number}"))
    return rates


def rates_in(
    row: Sequence[str], day: date, currencies: Sequence[str], where: str
) -> Iterator[dict[str, Any]]:
    """The rates in one line."""
    cells = [cell.strip() for cell in row[1:]]
    if len(cells) < len(currencies) or any(cells[len(currencies) :]):
        raise drift(where, "has not as many cells as the header")
    for currency, rate in zip(currencies, cells, strict=False):
        if rate in NO_RATE:
            continue
        if not re.fullmatch(r"\d{1,12}(\.\d{1,12})?", rate) or not rate.strip("0."):
            raise drift(f"{where}, column {currency}", "has no rate such as 1.1573")
        yield {"date": day, "currency": currency, "rate": rate}


def csv_text(content: bytes, name: str) -> str:
    """The text of the CSV, which may be in a ZIP file."""
    try:
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                content = archive.read(archive.namelist()[0])
        return content.decode("utf-8-sig")
    except (zipfile.BadZipFile, IndexError, UnicodeDecodeError):
        raise Rejected(
            f"{name} is neither the bank's CSV nor a ZIP with it",
            "download eurofxref-hist.zip again",
        ) from None


def day_in(text: str, where: str) -> date:
    """A day written as 2026-11-24."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise drift(where, "has no day such as 2026-11-24") from None


def drift(where: str, what: str) -> Drift:
    """A fault: the file does not have the form that the bank publishes."""
    return Drift(f"{where} {what}", "download eurofxref-hist.zip again")


SOURCE = Source(
    name="exchange_rates",
    title="Exchange rates",
    options=(Option(OPTION, "Path or address of the European Central Bank's eurofxref-hist"),),
    streams=(EURO_RATES,),
    limits=(Limit(BUCKET, 10, burst=10),),
    open=RatesConnection,
    # the file is read once for all slices
    workers=1,
)
