"""A past day can be played again, and what a run would pull can be asked. A second run: test_killed_run.py."""

from collections.abc import Callable

import pytest

from pipelines.settings import BUILT_IN
from tests.end_to_end.conftest import FirstRun, Home


@pytest.mark.large
def test_a_past_day_is_scored_beside_today_and_changes_no_kpi(first_run: FirstRun) -> None:
    home, before = first_run.home, first_run.checksums
    for (run,) in home.rows("select distinct dagster_run_id from runs"):
        assert not list((BUILT_IN / "target").glob(f"models-{run[:7]}-*")), (
            "dbt's account of a run stays"
        )

    past = home.okra("score", "--as-of", "2026-11-10", "--json")

    assert past.code == 0, past.err
    assert home.checksums()["kpi_periods"] == before["kpi_periods"]
    assert home.rows("select distinct as_of::varchar from key_result_scores order by 1") == [
        ("2026-11-10",),
        ("2026-11-25",),
    ]


def test_a_dry_run_says_what_would_be_pulled_and_pulls_nothing(
    new_home: Callable[..., Home],
) -> None:
    home = new_home(OKRA_SANDBOX_TODAY="2026-11-25", OKRA_START_DATE="2026-11-16")
    done = home.ask(
        "run", "--dry-run", "--source", "stripe", "--source", "facebook_pages", "--json"
    )
    [stripe] = [plan for plan in done.document if plan["stream"] == "balance_transactions"]
    assert stripe["windows"] == [f"2026-11-{day}" for day in range(16, 25)]
    assert not list(home.path.rglob("manifests.json"))
    assert not home.published.exists()
