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
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from connectors.sdk.contract import (
    Calls,
    Finding,
    Limit,
    Option,
    Page,
    Slice,
    Source,
    Stream,
    column,
)
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
REMEDY = "download eurofxref-hist.zip again"
LARGEST_FILE = 64 * 2**20
"""Bytes of the CSV, unpacked. That of all years since 1999 has 2 MB."""
NO_RATE = {"N/A", ""}


@dataclass
class Rates:
    """The file's rates by day, and what is wrong with some of its cells and rows."""

    rows: dict[date, list[dict[str, Any]]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


class RatesConnection:
    """The file, read when the first day is asked for."""

    def __init__(self, values: Mapping[str, str], calls: Calls) -> None:
        self._location = values.get(OPTION, "").strip()
        self._calls = calls
        self._rates: Rates | None = None

    @property
    def zone(self) -> ZoneInfo:
        return FRANKFURT

    def pages(self, piece: Slice) -> Iterator[Page]:
        if self._rates is None:
            content = self._calls(BUCKET, lambda: read_file(self._location, OPTION))
            self._rates = rates_of(content, file_name(self._location))
        rates, windows = self._rates, piece.windows
        yield Page(
            [row for day in windows for row in rates.rows.get(day, ())],
            findings=[finding for finding in rates.findings if finding.day in windows],
        )

    def close(self) -> None:
        """Nothing is kept open."""


def rates_of(content: bytes, name: str) -> Rates:
    """The rates in the file. A row or cell that cannot be read is set aside, and the others are taken.

    Raises `Drift`, naming file and row, for a header of another form, and for a file without a row that can be read.
    """
    rows = list(csv.reader(io.StringIO(csv_text(content, name), newline="")))
    header = [cell.strip() for cell in rows[0]] if rows else []
    currencies = header[1:-1] if header and not header[-1] else header[1:]
    if header[:1] != ["Date"] or not all(re.fullmatch(r"[A-Z]{3}", name) for name in currencies):
        raise drift(f"{name}, row 1", "is not `Date` and currencies")
    if len(set(currencies)) < len(currencies):
        raise drift(f"{name}, row 1", "has a currency twice")
    filled = [(f"{name}, row {n}", row) for n, row in enumerate(rows[1:], start=2) if any(row)]
    days = [day_in(row[0]) for _, row in filled]
    if filled and not any(days):
        raise drift(f"{filled[0][0]}, column Date", "has no day such as 2026-11-24")
    rates = rates_by_day(filled, days, currencies)
    if rates.findings and not any(rates.rows.values()):
        raise Drift(rates.findings[0].message)
    return rates


def rates_by_day(
    filled: Sequence[tuple[str, list[str]]], days: Sequence[date | None], currencies: Sequence[str]
) -> Rates:
    """The rates of rows that are not empty, each with the words that say where it is in the file.

    `days` has the day of each row, None where it cannot be read. At least one row has a day.
    """
    rates = Rates()
    for number, ((where, row), day) in enumerate(zip(filled, days, strict=True)):
        if day is None:
            # rows are in the order of their days, so the next row with a day is the closest
            closest = next(filter(None, [*days[number:], *reversed(days[:number])]))
            rates.findings.append(
                unread(f"{where}, column Date", "has no day such as 2026-11-24", closest)
            )
        elif day in rates.rows:
            rates.findings.append(unread(where, "repeats a day of a row above it", day))
        elif len(row) <= len(currencies) or any(row[len(currencies) + 1 :]):
            rates.findings.append(unread(where, "has not as many cells as the header", day))
        else:
            rates.rows[day] = []
            for currency, cell in zip(currencies, row[1:], strict=False):
                rate = cell.strip()
                if re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,12})?", rate) and rate.strip("0."):
                    rates.rows[day].append({"date": day, "currency": currency, "rate": rate})
                elif rate not in NO_RATE:
                    what = f"{where}, column {currency}"
                    rates.findings.append(unread(what, "has no rate such as 1.1573", day))
    return rates


def unread(where: str, what: str, day: date) -> Finding:
    """The finding about a row or cell that is set aside."""
    remedy = "correct it, or download eurofxref-hist.zip again"
    return Finding(what="wrong_type", message=f"{where} {what}: {remedy}", day=day)


def csv_text(content: bytes, name: str) -> str:
    """The text of the CSV, which may be in a ZIP file."""
    try:
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                [first, *_] = archive.infolist()
                if first.file_size > LARGEST_FILE:
                    raise Rejected(f"{name} unpacks to more than it should", REMEDY)
                content = archive.read(first)
        return content.decode("utf-8-sig")
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError):
        raise Rejected(
            f"{name} is neither the bank's CSV nor a ZIP with it",
            REMEDY,
        ) from None


def day_in(text: str) -> date | None:
    """A day written as 2026-11-24; None for any other text."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


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
    has_accounts=False,
    # a first day without a rate has that of the last day before it (models/marts/exchange_rates)
    begins_before=timedelta(days=7),
)
