"""`okra check-in`: what is written, and what is refused."""

import io
from datetime import date
from pathlib import Path

import pytest
from rich.console import Console

from pipelines.commands.check_in import CheckInError, check_in
from pipelines.commands.console import Output
from pipelines.inputs.day import Day
from pipelines.settings import Settings

TODAY = date(2026, 11, 25)
GOALS = """\
objective: Ship
id: ship
owner: ana@example.com
period: 2026-11
key_results:
  - {id: units, kpi: units_shipped, at_least: 900}
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "okrs").mkdir()
    (tmp_path / "okrs" / "ship.yml").write_text(GOALS)
    return Settings(
        _env_file=None, home=tmp_path, okr_definitions=tmp_path / "okrs", sandbox_today=TODAY
    )


def say(settings: Settings, *, dry_run: bool = False, day: date = TODAY, **said: str) -> str:
    err = io.StringIO()
    words = dict.fromkeys(("by", "confidence", "note", "decision"), "")
    words |= {"key_result": "ship/units"} | said
    output = Output(Console(file=io.StringIO()), Console(file=err, width=300))
    check_in(settings, words, day, output, dry_run=dry_run)
    return err.getvalue()


def test_a_check_in_is_appended_to_the_file_of_its_year(settings: Settings) -> None:
    (settings.check_ins_path).mkdir()
    file = settings.check_ins_path / "2026.yml"
    file.write_text("# by hand\n- {key_result: ship/units, day: 2026-11-02, note: Slow start}\n")
    say(settings, key_result="units", confidence="80 %", note="Six: on their way")
    assert file.read_text().startswith("# by hand\n- {key_result: ship/units, day: 2026-11-02")
    first, second = Day(settings, TODAY).check_ins
    assert (first.note, second.note) == ("Slow start", "Six: on their way")
    assert (second.key_result, second.day, second.by) == ("ship/units", TODAY, "ana@example.com")
    assert Day(settings, TODAY).faults == ()


def test_a_dry_run_writes_nothing(settings: Settings) -> None:
    assert "would write into" in say(settings, note="Later", dry_run=True)
    assert not settings.check_ins_path.exists()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"key_result": "unit", "note": "x"}, "no key result is called `unit`"),
        ({"confidence": "lots"}, "`lots` is not a number"),
        ({}, "a check-in that says nothing"),
        ({"note": "x", "day": date(2026, 11, 26)}, "is still to come"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_one_line(
    settings: Settings, said: dict[str, str], why: str
) -> None:
    with pytest.raises(CheckInError, match=why) as raised:
        say(settings, **said)
    assert "\n" not in str(raised.value)
    assert not settings.check_ins_path.exists()


def test_a_fault_of_an_earlier_check_in_does_not_stop_the_next_one(settings: Settings) -> None:
    settings.check_ins_path.mkdir()
    (settings.check_ins_path / "2026.yml").write_text(
        "- {key_result: ship/gone, day: 2026-11-02}\n"
    )
    say(settings, note="On")
    day = Day(settings, TODAY)
    assert [said.note for said in day.check_ins] == ["On"]
    assert len(day.faults) == 2, "no such key result, and nothing said"
