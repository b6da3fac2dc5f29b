"""Where dbt runs, and where it keeps what it makes of the models."""

import os
from pathlib import Path

import pytest

from pipelines import settings as okra_settings
from pipelines.settings import BUILT_IN
from pipelines.warehouse.dbt_environment import static_environment
from pipelines.warehouse.project import ComposedProject, project_of


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """OKRA_HOME of the sample company."""
    monkeypatch.setenv("OKRA_ENV_FILE", str(tmp_path / "no.env"))
    monkeypatch.setenv("OKRA_HOME", str(tmp_path))
    return tmp_path


def project() -> ComposedProject:
    return project_of(okra_settings.load())


def test_all_homes_have_what_is_made_of_the_whole_in_common(home: Path) -> None:
    assert project().manifest == BUILT_IN / "target" / "manifest.json"
    assert project().folder_without([]) == BUILT_IN


def test_a_part_of_the_project_has_a_folder_in_its_home(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRIPE_API_KEY", "rk_test_1")
    assert project().manifest == home / "target" / "manifest.json"
    assert project().folder_without([]) == home / "target" / "project"
    environment = static_environment(project())
    assert environment["OKRA_KPIS"].split(",") == [
        *("average_transaction_value", "gross_revenue", "mrr", "mrr_movements", "net_revenue"),
        *("processing_fees", "refunds_and_disputes"),
    ]
    assert "fct_deals" in environment["OKRA_LEFT_OUT"].split(",")


def test_engines_do_not_write_over_each_others(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    by_duckdb = project().manifest
    monkeypatch.setenv("OKRA_ENGINE", "spark")
    assert project().manifest != by_duckdb


def test_a_checkout_that_may_not_be_written_is_left_alone(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # by whom, for root may write anywhere
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert project().target.is_relative_to(home)
