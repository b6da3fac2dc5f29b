"""One line a window, a stream, a step and a run, with the run's id."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from dagster import DagsterInstance, Failure, asset, materialize

from connectors.lake.manifest import Manifest
from connectors.sdk.errors import Unavailable
from connectors.sdk.reports import StreamReport
from connectors.stripe.source import SOURCE
from pipelines.orchestration.structured_log import log_events, log_pull, write_as

STREAM = SOURCE.stream("balance_transactions")
WINDOW = Manifest(
    source="stripe",
    stream=STREAM.name,
    window=date(2026, 11, 26),
    data_through=date(2026, 11, 26),
    pulled_at=datetime(2026, 11, 27, 5, 0, 9, 120_000, UTC),
    rows=31,
    bytes=6210,
    checksum="c",
    schema_hash="s",
    settled=False,
    flags=(),
    findings=(),
    connector_version="1",
    run_id="run-1",
    files=(),
    since=None,
    until=None,
)


@pytest.fixture(autouse=True)
def silent_afterwards() -> Iterator[None]:
    yield
    write_as("none")


def test_a_pull_has_a_line_for_each_window_and_each_stream(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_as("json")
    report = StreamReport("stripe", STREAM, [WINDOW], {"settled": 700})
    failed = StreamReport("stripe@us", STREAM, error=Unavailable("Stripe does not answer"))
    log_pull("run-1", [report, failed])
    window, stream, other = map(json.loads, capsys.readouterr().err.splitlines())
    assert window == {
        "at": "2026-11-27T05:00:09.120+00:00",
        "event": "window",
        "run_id": "run-1",
        "source": "stripe",
        "stream": "balance_transactions",
        "window": "2026-11-26",
        "data_through": "2026-11-26",
        "rows": 31,
        "bytes": 6210,
        "settled": False,
    }
    assert (stream["event"], stream["outcome"]) == ("stream", "ok")
    assert (stream["windows"], stream["rows"], stream["skipped"]) == (1, 31, 700)
    assert (other["source"], other["outcome"]) == ("stripe@us", "unavailable")
    assert "Stripe does not answer" in other["message"]


def test_as_text_values_with_blanks_are_in_quotes(capsys: pytest.CaptureFixture[str]) -> None:
    write_as("text")
    log_pull("run-1", [StreamReport("stripe", STREAM, error=Unavailable("no\nanswer = none"))])
    [line] = capsys.readouterr().err.splitlines()
    assert " event=stream run_id=run-1 source=stripe stream=balance_transactions " in line
    assert '"no\\nanswer = none' in line


def test_steps_and_runs_say_how_they_ended(
    capsys: pytest.CaptureFixture[str],
) -> None:
    @asset
    def good() -> None: ...

    @asset
    def bad() -> None:
        raise Failure(description="the disk is full; make room")

    write_as("json")
    with DagsterInstance.ephemeral() as instance:
        run = materialize([good, bad], instance=instance, raise_on_error=False)
        capsys.readouterr()
        log_events(instance.all_logs(run.run_id))
    lines = [json.loads(x) for x in capsys.readouterr().err.splitlines()]
    steps = {x["step"]: x for x in lines if x["event"] == "step"}
    assert (steps["good"]["outcome"], steps["bad"]["outcome"]) == ("ok", "failed")
    assert steps["good"]["seconds"] >= 0
    assert steps["bad"]["message"] == "the disk is full; make room"
    [ended] = [x for x in lines if x["event"] == "run"]
    assert (ended["outcome"], ended["run_id"]) == ("failed", run.run_id)


def test_nothing_is_written_unless_it_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    write_as("none")
    log_pull("run-1", [StreamReport("stripe", STREAM, [WINDOW])])
    assert capsys.readouterr().err == ""
