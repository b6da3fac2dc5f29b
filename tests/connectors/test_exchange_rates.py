"""The bank's file: wide, newest first, a comma at each line's end."""

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from connectors.exchange_rates import EURO_RATES, SOURCE
from connectors.lake.lake import Lake
from connectors.sdk.engine import StreamReport, pull
from connectors.sdk.windows import Range
from tests.connectors.set_aside import set_aside

HISTORY = """Date,USD,JPY,ISK,
2026-11-24,1.1573,179.95,147.20,
2026-11-23,1.15,180,N/A,
2026-11-20,1.1490,179.5,,
"""
WEEK = Range(date(2026, 11, 18), date(2026, 11, 24))
Pulled = Callable[[str | bytes], StreamReport]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


@pytest.fixture
def pulled(tmp_path: Path, lake: Lake) -> Pulled:
    """Pulls a week of a file with this content, at noon of 25 November 2026."""

    def pulled(content: str | bytes) -> StreamReport:
        path = tmp_path / "eurofxref-hist.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        now = datetime(2026, 11, 25, 12, tzinfo=UTC)
        values = {"OKRA_EXCHANGE_RATES": str(path)}
        (report,) = pull(SOURCE, values, lake, WEEK, now=lambda: now)
        return report

    return pulled


def stored(lake: Lake) -> list[tuple[str, str, str]]:
    windows = lake.manifests("exchange_rates", EURO_RATES.name)
    rows = pa.concat_tables([lake.read("exchange_rates", EURO_RATES, window) for window in windows])
    return [(f"{row['date']:%d}", row["currency"], row["rate"]) for row in rows.to_pylist()]


def test_a_rate_is_the_decimal_in_the_file_and_none_is_none(pulled: Pulled, lake: Lake) -> None:
    report = pulled(HISTORY)
    assert report.error is None
    assert len(report.committed) == 7
    assert stored(lake) == [
        ("20", "JPY", "179.5"),
        ("20", "USD", "1.1490"),
        ("23", "JPY", "180"),
        ("23", "USD", "1.15"),
        ("24", "ISK", "147.20"),
        ("24", "JPY", "179.95"),
        ("24", "USD", "1.1573"),
    ]


def test_the_zip_that_the_bank_offers_is_read_as_it_is(pulled: Pulled, lake: Lake) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("eurofxref-hist.csv", HISTORY)
    assert pulled(packed.getvalue()).error is None
    assert len(stored(lake)) == 7


def test_a_copy_that_was_old_is_caught_up_with(pulled: Pulled, lake: Lake) -> None:
    head, newest, *older = HISTORY.splitlines(keepends=True)
    pulled(head + "".join(older))
    assert len(stored(lake)) == 4
    second = pulled(head + newest + "".join(older))
    assert [manifest.window for manifest in second.committed] == [date(2026, 11, 24)]
    assert len(stored(lake)) == 7


@pytest.mark.parametrize(("old", "new", "told"), [
    ("Date,USD", "Day,USD", "row 1 is not `Date` and currencies"),
    ("JPY,ISK", "JPY,Krona", "row 1 is not `Date` and currencies"),
    ("JPY,ISK", "JPY,JPY", "row 1 has a currency twice"),
    (HISTORY, "", "row 1 is not `Date` and currencies"),
])  # fmt: skip
def test_a_file_that_is_not_the_banks_is_refused_whole(
    pulled: Pulled, lake: Lake, old: str, new: str, told: str
) -> None:
    report = pulled(HISTORY.replace(old, new, 1))
    assert report.committed == []
    assert str(report.error) == f"eurofxref-hist.csv, {told}; download eurofxref-hist.zip again"


def test_a_file_that_is_no_csv_is_refused(pulled: Pulled) -> None:
    for content in (b"\xff\xfe\x00\xd8", b"PK\x03\x04 torn"):
        assert "neither the bank's CSV nor a ZIP with it" in str(pulled(content).error)


@pytest.mark.parametrize(("old", "new", "day", "told", "left"), [
    ("1.1573", "1,1573", 24, "row 2 has not as many cells as the header", 4),
    ("1.1573", "1.15.73", 24, "row 2, column USD has no rate such as 1.1573", 6),
    ("1.1573", "0.0000", 24, "row 2, column USD has no rate such as 1.1573", 6),
    ("1.1573", "-1.1573", 24, "row 2, column USD has no rate such as 1.1573", 6),
    ("1.1573", "#REF!", 24, "row 2, column USD has no rate such as 1.1573", 6),
    ("2026-11-23", "23/11/2026", 20, "row 3, column Date has no day such as 2026-11-24", 5),
    ("2026-11-20", "(other)", 23, "row 4, column Date has no day such as 2026-11-24", 5),
    ("2026-11-23", "2026-11-24", 24, "row 3 repeats a day of a row above it", 5),
    (",147.20,", "", 24, "row 2 has not as many cells as the header", 4),
])  # fmt: skip
def test_a_cell_that_cannot_be_read_is_named_and_the_other_rates_are_taken(
    pulled: Pulled, lake: Lake, old: str, new: str, day: int, told: str, left: int
) -> None:
    report = pulled(HISTORY.replace(old, new, 1))
    assert set_aside(report) == {("wrong_type", ""): 1}
    [(window, finding)] = [(x.window, y) for x in report.committed for y in x.findings]
    assert (window.day, finding.day) == (day, window)
    assert finding.message.startswith(f"eurofxref-hist.csv, {told}: correct it")
    assert len(stored(lake)) == left


def test_a_file_of_which_nothing_can_be_read_is_refused(pulled: Pulled) -> None:
    german = (
        HISTORY.replace("1.", "1,")
        .replace("179.", "179,")
        .replace("\n2026-11-23,1,15,180,N/A,", "")
    )
    report = pulled(german.replace(",179,5,,", ",179,5,1,"))
    assert report.committed == []
    assert "row 2 has not as many cells as the header" in str(report.error)
