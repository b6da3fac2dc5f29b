"""A command's runs of Dagster's jobs: what is not done is told."""

from collections.abc import Iterator
from datetime import date

import dagster as dg
import pytest

from connectors.exchange_rates import SOURCE
from connectors.sdk.engine import Progress
from pipelines.orchestration import runner
from pipelines.orchestration.day import DayResource
from pipelines.orchestration.runner import Runner, StepFailedError
from pipelines.orchestration.ui_metadata import raw_key
from pipelines.settings import Settings


def reporting(*, builds_roster: bool) -> dg.Definitions:
    """A report of two tables, of which the second is published."""

    @dg.multi_asset(
        name="models",
        specs=[dg.AssetSpec("kpis", skippable=True), dg.AssetSpec("roster", skippable=True)],
    )
    def models() -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
        yield dg.MaterializeResult(asset_key="kpis")
        if builds_roster:
            yield dg.MaterializeResult(asset_key="roster")

    @dg.asset(deps=["roster"])
    def published() -> None:
        pass

    return dg.Definitions(
        assets=[models, published],
        jobs=[dg.define_asset_job("report")],
        resources={"day": DayResource()},
    )


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def report(
    definitions: dg.Definitions, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "defs", lambda: definitions)
    settings = Settings(_env_file=None, sandbox_today=date(2026, 11, 25))
    Runner(settings, instance, debug=False).report(None)


def test_a_report_that_does_not_come_to_publish_has_failed(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StepFailedError, match="published did not run, because a table before it"):
        report(reporting(builds_roster=False), instance, monkeypatch)


def test_a_report_of_which_each_step_runs_has_not(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    report(reporting(builds_roster=True), instance, monkeypatch)


def pulling() -> dg.Definitions:
    """The pull of exchange rates, which yields nothing, so that the check of its table is skipped."""
    days = dg.DailyPartitionsDefinition("2026-11-01")
    [stream] = SOURCE.streams
    key = raw_key(SOURCE.name, stream.name)

    @dg.multi_asset(
        name=f"pull_{SOURCE.name}",
        specs=[dg.AssetSpec(key, skippable=True, partitions_def=days)],
        backfill_policy=dg.BackfillPolicy.single_run(),
        config_schema={"mode": str},
    )
    def pull() -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
        yield from ()

    @dg.asset_check(asset=key)
    def fresh() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=True)

    job = dg.define_asset_job("ingest", dg.AssetSelection.assets(key))
    return dg.Definitions(assets=[pull], asset_checks=[fresh], jobs=[job])


def test_a_pull_whose_checks_are_skipped_has_not_failed(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "defs", pulling)
    settings = Settings(_env_file=None, sandbox_today=date(2026, 11, 25))
    days = (date(2026, 11, 2), date(2026, 11, 3))
    [pulled] = Runner(settings, instance, debug=False).pull([SOURCE], Progress(), days, "due")
    assert pulled.message == ""
