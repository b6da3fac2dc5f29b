"""Check-ins that cannot be read are told, and are no fault."""

from datetime import date

from connectors.lake.manifest import Attempt, Finding
from pipelines.settings import Settings
from pipelines.steps.findings import pull_findings
from tests.pipelines.steps.findings.noted import NOON, commit, written


def test_a_row_of_a_sheet_of_check_ins_is_no_fault_and_gone_once_it_is_corrected(
    settings: Settings,
) -> None:
    sheet = {"source": "check_ins", "stream": "check_ins"}
    no_day = Finding(what="no_date", message="weekly.csv, row 4, column day, is empty: write it")
    commit(settings, date(2026, 11, 23), no_day, **sheet)
    commit(settings, date(2026, 11, 24), no_day, **sheet)
    [told] = written(settings)
    assert (told["message"], told["rows"], told["is_fault"]) == (no_day.message, 1, False)
    commit(settings, date(2026, 11, 25), **sheet)
    assert written(settings) == []


def test_a_check_in_that_cannot_be_read_is_told_and_no_fault(settings: Settings) -> None:
    settings.check_ins_path.mkdir()
    (settings.check_ins_path / "2026.yml").write_text("- {key_result: ship/units, note: x}\n")
    [told] = written(settings)
    assert (told["what"], told["is_fault"]) == ("broken_check_in", False)
    assert str(told["message"]).endswith("2026.yml:1: no `day`; add it such as `day: 2026-11-20`")


def test_check_ins_that_were_read_last_stay_where_their_sheet_cannot_be_read() -> None:
    denied = "Google Sheets denies access; share the document"
    failed = Attempt(
        source="check_ins@ops", stream="check_ins", at=NOON, outcome="permission", message=denied
    )
    [told] = pull_findings([failed], {}, {})
    assert told.message == f"check_ins@ops failed: {denied}; the check-ins that were read last stay"
