"""What a pull says of the rows that it set aside."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from connectors.lake.lake import Lake
from connectors.sdk.engine import pull
from connectors.sdk.windows import Range
from connectors.spreadsheet.source import SOURCE
from pipelines.commands.pulling import finding_lines
from tests.companies.conftest import Company

NOVEMBER = (date(2026, 11, 1), date(2026, 11, 24))
KPI = "calls: {kind: flow, unit: calls, direction: up, owner: a@example.com}"


def pulled(folder: Path, *rows: str) -> Lake:
    """A lake with the rows of a sheet of November."""
    sheet, declarations, lake = folder / "kpis.csv", folder / "kpis.yml", Lake(folder / "lake")
    sheet.write_text("\n".join(["kpi,date,value", *rows, ""]))
    declarations.write_text(KPI)
    values = {"OKRA_SHEETS": str(sheet), "OKRA_SHEET_KPIS": str(declarations)}
    noon = datetime(2026, 11, 25, 12, tzinfo=UTC)
    pull(SOURCE, values, lake, Range(*NOVEMBER), now=lambda: noon)
    return lake


def test_a_pull_names_what_is_wrong_with_the_rows_of_its_days(tmp_path):
    lake = pulled(tmp_path, "calls,2026-11-02,5", "calls,2026-11-03,five", "calls,2026-11-04,1.5")
    lines = finding_lines(lake, SOURCE, NOVEMBER)
    assert [line.partition(" is ")[0] for line in lines] == [
        "kpis.csv, row 3, column `value`",
        "kpis.csv, row 4, column `value`",
    ]
    assert all(line.endswith("(rows: 1)") for line in lines)
    third = (date(2026, 11, 3), date(2026, 11, 3))
    assert len(finding_lines(lake, SOURCE, third)) == 1


def test_a_pull_of_good_rows_says_nothing(tmp_path):
    lake = pulled(tmp_path, "calls,2026-11-02,5")
    assert finding_lines(lake, SOURCE, NOVEMBER) == []


def ago(days: int) -> str:
    """A day so long before today, which a company of one's own cannot move."""
    return str(datetime.now(UTC).date() - timedelta(days))


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """A company with a sheet of calls a day, in which one row cannot be read; nothing is pulled yet."""
    company = Company(tmp_path)
    company.write("okra.yml", f"timezone: UTC\nstart_date: {ago(20)}\n")
    company.write("sources.yml", "spreadsheet: {sheets: kpis.csv}\n")
    company.write(
        "kpis/calls.yml",
        "calls: {sheet: spreadsheet, kind: flow, unit: calls, direction: up, owner: a@b.example}\n",
    )
    company.write("kpis.csv", f"kpi,date,value\ncalls,{ago(9)},5\ncalls,{ago(8)},five\n")
    return company


def test_a_dry_run_shows_the_windows_and_pulls_none(company: Company) -> None:
    days = ("--from", ago(9), "--to", ago(7))
    plans = company.document("pull", "spreadsheet", *days, "--dry-run")
    [values] = [plan for plan in plans if plan["stream"] == "kpi_values"]
    assert values["windows"] == [ago(9), ago(8), ago(7)]
    assert not [*company.folder.glob("data/lake/raw/*")]


def test_a_range_is_pulled_and_what_is_wrong_in_it_is_told(company: Company) -> None:
    done = company.okra("pull", "spreadsheet", "--from", ago(9), "--to", ago(7))
    assert "kpis.csv, row 3, column `value` is a text, which is no number" in done.stderr
    assert done.returncode == 1, "something is wrong"
    assert [*company.folder.glob("data/lake/raw/spreadsheet/kpi_values/*/*.parquet")]
    again = company.document("backfill", "spreadsheet", "--from", ago(9), "--to", ago(9))
    assert again["source"] == "spreadsheet", "of days without a fault nothing else is told"


@pytest.mark.parametrize(("first", "last", "said"), [
    (7, 9, "--to {last} is before --from {first}; swap them"),
    (30, 9, "--from {first} is before OKRA_START_DATE ({start}); set that earlier first"),
    (9, -1, "--to {last} is in the future; today is {today}"),
])  # fmt: skip
def test_days_that_cannot_be_pulled_are_refused_in_one_line(
    company: Company, first: int, last: int, said: str
) -> None:
    done = company.okra("pull", "spreadsheet", "--from", ago(first), "--to", ago(last))
    days = {"first": ago(first), "last": ago(last), "start": ago(20), "today": ago(0)}
    assert done.returncode == 2
    assert said.format(**days) in " ".join(done.stderr.split())
