"""A command's runs of Dagster's jobs: what is not done is told."""

from collections.abc import Iterator
from datetime import date

import dagster as dg
import pytest

from pipelines.orchestration import runner
from pipelines.orchestration.day import DayResource
from pipelines.orchestration.runner import Runner, StepFailedError
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
