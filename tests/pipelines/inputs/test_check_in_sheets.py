"""Check-ins in sheets."""

import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook

from pipelines.inputs.day import Day
from pipelines.settings import Settings

TODAY = date(2026, 11, 25)
GOALS = """\
objective: Ship
id: ship
period: 2026-11
key_results:
  - {id: units, kpi: units_shipped, at_least: 900}
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "okrs").mkdir()
    (tmp_path / "okrs" / "ship.yml").write_text(GOALS)
    (tmp_path / "check_ins").mkdir()
    return Settings(
        _env_file=None, home=tmp_path, okr_definitions=tmp_path / "okrs", sandbox_today=TODAY
    )


def test_a_row_of_a_csv_is_a_check_in(settings: Settings) -> None:
    (settings.check_ins_path / "weekly.csv").write_text(
        "Key result,Day,By,Confidence,Note,Decision\n"
        'ship/units,2026-11-20,ana@example.com,80 %,"Six, on their way",\n'
        ",,,,,\n"
        "ship/units,2026-11-24,,,,Go on\n"
    )
    day = Day(settings, TODAY)
    assert day.faults == ()
    first, second = day.check_ins
    assert (first.day, first.by, first.confidence, first.note, first.decision) == (
        date(2026, 11, 20), "ana@example.com", Decimal("0.8"), "Six, on their way", None,
    )  # fmt: skip
    assert (second.day, second.decision) == (date(2026, 11, 24), "Go on")


def test_a_workbook_has_days_and_percentages_of_its_own(settings: Settings) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["key_result", "day", "confidence"])
    sheet.append(["ship/units", date(2026, 11, 20), 0.65])
    sheet["B2"].number_format, sheet["C2"].number_format = "yyyy-mm-dd", "0%"
    content = io.BytesIO()
    book.save(content)
    (settings.check_ins_path / "weekly.xlsx").write_bytes(content.getvalue())
    day = Day(settings, TODAY)
    assert day.faults == ()
    [said] = day.check_ins
    assert (said.day, said.confidence) == (date(2026, 11, 20), Decimal("0.65"))


@pytest.mark.parametrize(
    ("sheet", "fault"),
    [
        ("key_result,day,note\nship/unit,2026-11-20,x\n",
         "weekly.csv:2: no key result is called `ship/unit`"),
        ("key_result,day,confidence\n\nship/units,2026-11-20,80\n", "weekly.csv:3: a confidence of 8000"),
        ("key_result,day,mood\nship/units,2026-11-20,good\n", "weekly.csv:2: unknown key `mood`"),
        ("goal,on\nship/units,2026-11-20\n", "weekly.csv:1: no row has the columns key_result and day"),
        ('key_result,day\n"ship/units,2026-11-20\n', "weekly.csv:1: "),
    ],
)  # fmt: skip
def test_a_row_with_a_fault_is_named_and_the_others_count(
    settings: Settings, sheet: str, fault: str
) -> None:
    (settings.check_ins_path / "weekly.csv").write_text(sheet)
    (settings.check_ins_path / "2026.yml").write_text(
        "- {key_result: ship/units, day: 2026-11-02, note: Slow start}\n"
    )
    day = Day(settings, TODAY)
    assert [said.note for said in day.check_ins] == ["Slow start"]
    assert any(fault in str(told) for told in day.faults), day.faults
