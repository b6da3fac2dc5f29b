"""A source whose windows begin before the first day to pull: exchange rates, as 1 January has none of its own."""

from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import pytest

from connectors.lake.lake import Lake
from connectors.sdk.windows import Range
from pipelines import settings as okra_settings
from pipelines.orchestration.ui_metadata import materializations
from pipelines.settings import Settings
from pipelines.steps.pull import plan_source, pull_source

NEW_YEAR = date(2026, 1, 1)
FIRST_DAYS = Range(NEW_YEAR, NEW_YEAR + timedelta(days=1))
RATES = """Date,USD,
2026-01-02,1.1740,
2025-12-31,1.1750,
2025-12-24,1.1780,
"""


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A company that begins on 1 January 2026."""
    (tmp_path / "okra.yml").write_text(f"start_date: {NEW_YEAR}\n")
    (tmp_path / "rates.csv").write_text(RATES)
    (tmp_path / "sources.yml").write_text("exchange_rates: {exchange_rates: rates.csv}\n")
    monkeypatch.setenv("OKRA_PROJECT", str(tmp_path))
    return okra_settings.load()


def test_the_week_before_the_first_day_is_pulled_too(company: Settings) -> None:
    source = company.instances["exchange_rates"]
    [plan] = plan_source(company, source, FIRST_DAYS)
    assert plan.windows == 9, "a week, 1 and 2 January"
    pull_source(company, source, FIRST_DAYS, run_id="")
    lake = Lake(company.lake_location)
    windows = lake.manifests("exchange_rates", "euro_rates")
    assert min(windows) == NEW_YEAR - timedelta(days=7)
    assert {day for day, window in windows.items() if window.rows} == {
        date(2025, 12, 31),
        date(2026, 1, 2),
    }


def test_later_days_that_are_asked_for_are_pulled_alone(company: Settings) -> None:
    second = NEW_YEAR + timedelta(days=1)
    source = company.instances["exchange_rates"]
    [plan] = plan_source(company, source, Range(second, second))
    assert plan.windows == 1


def test_dagster_is_told_of_its_partitions_alone(company: Settings) -> None:
    reports = pull_source(company, company.instances["exchange_rates"], FIRST_DAYS, run_id="")
    with dg.DagsterInstance.ephemeral() as instance:
        events = materializations(reports, company, instance)
    assert [event.partition for event in events] == ["2026-01-01", "2026-01-02"]
