"""What a pull says of the rows that it set aside."""

from datetime import UTC, date, datetime
from pathlib import Path

from connectors.lake.lake import Lake
from connectors.sdk.engine import pull
from connectors.sdk.windows import Range
from connectors.spreadsheet.source import SOURCE
from pipelines.commands.pulling import finding_lines

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
