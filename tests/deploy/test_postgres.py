"""Parallel runs on one PostgreSQL, also while the server is interrupted."""

from datetime import date, timedelta
from pathlib import Path

from tests.deploy.conftest import Production, until, windows_of
from tests.end_to_end.conftest import Home

LAST = date(2026, 11, 24)


def days(count: int) -> list[str]:
    """The `count` days up to yesterday."""
    return [(LAST - timedelta(day)).isoformat() for day in reversed(range(count))]


def assert_equals_undisturbed_run(
    production: Production, folder: Path, source: str, stream: str, span: list[str]
) -> None:
    """Lake and records equal those of a plain `okra backfill` of the same windows."""
    home = Home(folder, {"OKRA_SANDBOX_TODAY": "2026-11-25"})
    done = home.okra("backfill", source, "--from", span[0], "--to", span[-1])
    assert done.code == 0, done.err
    undisturbed = windows_of(folder / "sample" / "lake", source, stream)
    assert len(undisturbed) == len(span)
    assert production.windows(source, stream) == undisturbed
    assert production.materialized(source, stream) == set(span)


def test_two_backfills_run_in_parallel_and_a_report_follows(
    production: Production, tmp_path: Path
) -> None:
    span = days(700)
    names = [
        production.backfill("stripe", "balance_transactions", span),
        production.backfill("zendesk", "tickets", span),
    ]
    stripe, zendesk = (production.ended(name) for name in names)
    assert stripe["startTime"] < zendesk["endTime"]
    assert zendesk["startTime"] < stripe["endTime"]
    for source, stream in (("stripe", "balance_transactions"), ("zendesk", "tickets")):
        assert_equals_undisturbed_run(production, tmp_path / "alone", source, stream, span)

    def report() -> object:
        return [run for run in production.runs(pipelineName="report") if run["status"] == "SUCCESS"]

    until(report, "the report")
    assert production.home.row(
        "select count(*) from kpi_days where kpi = 'net_revenue' and day = $1", LAST
    ) != (0,)


def test_a_run_survives_a_postgresql_that_is_down_for_half_a_minute(
    production: Production, tmp_path: Path
) -> None:
    span = days(300)
    name = production.backfill("stripe", "balance_transactions", span)
    until(lambda: production.run_of(name, "STARTED"), "the start of the run")
    until(lambda: production.windows("stripe", "balance_transactions"), "the first window")
    production.server.be_away(30)
    production.ended(name)
    assert_equals_undisturbed_run(
        production, tmp_path / "alone", "stripe", "balance_transactions", span
    )
