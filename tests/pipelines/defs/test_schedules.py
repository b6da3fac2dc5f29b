"""A report follows each pull that nobody's command drives, and only once no pull is going."""

import dagster as dg
import pytest
from dagster._core.test_utils import create_run_for_test

from pipelines.defs.schedules import newest_pull
from pipelines.orchestration.instance import CLI, STARTED_BY

STRIPE = frozenset({dg.AssetKey(["raw_stripe", "balance_transactions"])})
SCORES = frozenset({dg.AssetKey(["okr", "key_result_scores"])})
DONE, GOING = dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.STARTED


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def run(instance, job, status, assets=None, tags=None) -> str:
    made = create_run_for_test(
        instance, job_name=job, status=status, asset_selection=assets, tags=tags
    )
    return made.run_id


def test_nothing_follows_where_nothing_was_pulled(instance) -> None:
    run(instance, "report", DONE)
    run(instance, "__ASSET_JOB", DONE, SCORES)
    assert newest_pull(instance) is None


def test_a_morning_s_pull_is_followed_even_when_it_failed(instance) -> None:
    failed = run(instance, "ingest", dg.DagsterRunStatus.FAILURE)
    assert newest_pull(instance) == failed


def test_a_backfill_from_the_ui_is_followed(instance) -> None:
    backfill = run(instance, "__ASSET_JOB", DONE, STRIPE)
    assert newest_pull(instance) == backfill


def test_it_waits_while_any_pull_is_going(instance) -> None:
    run(instance, "ingest", DONE)
    run(instance, "__ASSET_JOB", GOING, STRIPE)
    assert newest_pull(instance) is None


def test_a_command_makes_its_own_report(instance) -> None:
    run(instance, "ingest", DONE, tags={STARTED_BY: CLI})
    assert newest_pull(instance) is None
