"""What the sample company keeps by hand: the same every time, and growing day by day."""

import csv
import io
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from connectors.lake.lake import Lake
from connectors.sandbox.company import SampleCompany
from connectors.sandbox.exchange_rates import history
from connectors.sandbox.spreadsheet import sheet
from connectors.sdk import catalog
from connectors.sdk.engine import pull
from connectors.sdk.windows import Range

TODAY = date(2026, 11, 25)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_later_sheet_begins_with_an_earlier_one() -> None:
    assert sheet(TODAY).startswith(sheet(date(2025, 7, 1)))
    assert sheet(TODAY) == sheet(TODAY)


def test_the_company_counts_heads_monthly_asks_quarterly_and_notes_each_friday() -> None:
    notes = rows(sheet(TODAY))
    heads = [row for row in notes if row["kpi"] == "headcount"]
    asked = [row["date"] for row in notes if row["kpi"] == "employee_nps"]
    noted = [date.fromisoformat(row["date"]) for row in notes if row["kpi"].startswith("team_")]
    assert len(heads) == 23 * 3  # December 2024 to October 2026, three teams
    assert asked == ["2024-12-31", "2025-03-31", "2025-06-30", "2025-09-30", "2025-12-31",
                     "2026-03-31", "2026-06-30", "2026-09-30"]  # fmt: skip
    assert {day.weekday() for day in noted} == {4}
    assert noted[-1] == date(2026, 11, 20)


def test_the_banks_copy_is_newest_first_and_has_no_weekend() -> None:
    quotes = rows(history(TODAY))
    days = [date.fromisoformat(row["Date"]) for row in quotes]
    assert days == sorted(days, reverse=True)
    assert (days[0], days[-1]) == (date(2026, 11, 24), date(2024, 12, 2))
    assert {day.weekday() for day in days} == {0, 1, 2, 3, 4}
    assert date(2025, 12, 25) not in days
    assert (quotes[-1]["ISK"], quotes[-1][""]) == ("N/A", "")
    older = rows(history(date(2026, 3, 2)))
    assert quotes[-len(older) :] == older


@pytest.mark.parametrize("name", ["spreadsheet", "exchange_rates"])
def test_the_connector_reads_all_of_it(tmp_path: Path, name: str) -> None:
    source, lake = catalog.sources()[name], Lake(tmp_path / "lake")
    now = datetime(2026, 11, 25, 12, tzinfo=UTC)
    with SampleCompany(TODAY, tmp_path / "home") as company:
        values = company.values(name)
        assert values is not None
        wanted = Range(date(2026, 9, 1), date(2026, 11, 24))
        report, *plans = pull(source, values, lake, wanted, now=lambda: now)
    assert [(plan.error, plan.rows) for plan in plans] in ([], [(None, 0)])  # it keeps no plan
    assert report.error is None
    assert len(report.committed) == 85
    assert [finding for manifest in report.committed for finding in manifest.findings] == []
    written = {
        # the two last months of heads, one survey, twelve Fridays
        "spreadsheet": 2 * 3 + 1 + 12,
        # 61 weekdays of five currencies
        "exchange_rates": 61 * 5,
    }
    assert report.rows == written[name]
