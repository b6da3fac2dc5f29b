"""What is kept of the KPIs before there is anything to keep."""

from datetime import date
from pathlib import Path

from pipelines.connections import connect
from pipelines.history.restatements import RESTATEMENTS
from pipelines.inputs.day import Day
from pipelines.settings import Settings
from pipelines.steps.remember import write_kpi_history


def test_a_first_run_without_a_figure_leaves_an_empty_log_of_restatements(tmp_path: Path) -> None:
    """The table for charts reads it, and was a fault of the run without it."""
    settings = Settings(_env_file=None, home=tmp_path, sandbox_today=date(2026, 8, 10))
    settings.warehouse_path.parent.mkdir(parents=True, exist_ok=True)
    with connect(settings.warehouse_path) as connection:
        connection.execute("create schema reporting")
        connection.execute("create table reporting.kpi_periods (run_id varchar)")

    assert write_kpi_history(Day(settings, date(2026, 8, 10))) is None

    with connect(settings.warehouse_path, read_only=True) as connection:
        assert connection.execute(f"select count(*) from {RESTATEMENTS.place}").fetchall() == [(0,)]
