"""A run can be repeated: it asks for no more than may have changed, and comes to the same bytes."""

from collections.abc import Callable
from datetime import timedelta

from connectors.sdk import catalog
from connectors.sdk.contract import Source
from pipelines.settings import ROOT
from tests.end_to_end.conftest import FirstRun, Home


def open_windows(source: Source) -> int:
    """How many windows a source may still restate, at the most: its restatement window and the days around it."""
    return sum(
        (max(stream.restates_for, stream.arrives_within) + timedelta(days=2)).days
        for stream in source.streams
    )


def test_a_second_run_of_the_day_pulls_what_may_have_changed_and_publishes_the_same_bytes(
    first_run: FirstRun,
) -> None:
    home, before = first_run.home, first_run.checksums

    second = home.okra("run", "--json")

    assert second.code == 0, second.err
    assert home.checksums() == before
    assert {"kpi_periods", "kpi_days", "key_result_scores", "objective_scores"} <= before.keys()
    windows = [
        {source["source"]: source["windows"] for source in document["sources"]}
        for document in (first_run.document, second.document)
    ]
    assert windows[0].keys() == windows[1].keys()
    for source, count in windows[1].items():
        assert count <= open_windows(catalog.sources()[source]) < windows[0][source], source

    for (run,) in home.rows("select distinct dagster_run_id from runs"):
        assert not list((ROOT / "target").glob(f"models-{run[:7]}-*")), (
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
    assert not list(home.path.rglob("manifest.json"))
    assert not home.published.exists()
