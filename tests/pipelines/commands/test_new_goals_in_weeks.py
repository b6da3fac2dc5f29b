"""`okra new okr` in a company whose fiscal year is made of whole weeks."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import app


def test_a_new_goal_without_a_period_is_of_the_present_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "okra.yml").write_text("fiscal_calendar: 4-4-5\nfiscal_year_start: 2\n")
    (tmp_path / "numbers.csv").write_text("kpi,date,value\nsignups,2026-11-02,5\n")
    (tmp_path / "sources.yml").write_text("spreadsheet@desk: {sheets: numbers.csv}\n")
    (tmp_path / "okr_definitions").mkdir()
    (tmp_path / "kpis").mkdir()
    (tmp_path / "kpis" / "desk.yml").write_text(
        "signups: {sheet: desk, kind: flow, unit: people, direction: up, owner: a@example.com}\n"
    )
    monkeypatch.setenv("OKRA_PROJECT", str(tmp_path))
    done = CliRunner().invoke(app, ["new", "okr", "sell-more", "--kpi", "signups", "--target", "9"])
    assert done.exit_code == 0, done.output
    assert "-P" in (tmp_path / "okr_definitions" / "sell-more.yml").read_text()
