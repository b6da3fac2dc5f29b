"""Ctrl-C and SIGTERM end a run at once: nothing is scored or published of a pull that was cut off."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from connectors.exchange_rates import SOURCE
from connectors.lake.lake import Lake
from connectors.sdk.contract import Page, Slice
from connectors.sdk.engine import Progress
from pipelines.orchestration import runner
from pipelines.orchestration.ui_metadata import raw_key
from pipelines.settings import Settings
from tests.connectors.sdk.engine.fake_source import (
    VISITS,
    FakeConnection,
    numbers,
    source,
    take,
    visits_of,
)

BOTH = [signal.SIGINT, signal.SIGTERM]


@pytest.fixture
def handlers() -> Iterator[None]:
    """Both as the command `okra` handles them in a terminal, and as before afterwards."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in BOTH}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def pulling(number: signal.Signals, *, in_step: bool) -> dg.Definitions:
    """The pull of exchange rates, in which a signal arrives: while it works, or when it has just ended."""
    days = dg.DailyPartitionsDefinition("2026-11-01")
    [stream] = SOURCE.streams

    @dg.multi_asset(
        name=f"pull_{SOURCE.name}",
        specs=[
            dg.AssetSpec(raw_key(SOURCE.name, stream.name), skippable=True, partitions_def=days)
        ],
        backfill_policy=dg.BackfillPolicy.single_run(),
        config_schema={"mode": str},
        hooks={ended(number)} if not in_step else None,
    )
    def pull() -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
        if in_step:
            os.kill(os.getpid(), number)
            time.sleep(0)
        yield from ()

    job = dg.define_asset_job("ingest", dg.AssetSelection.assets(pull))
    return dg.Definitions(assets=[pull], jobs=[job])


def ended(number: signal.Signals) -> dg.HookDefinition:
    @dg.success_hook
    def told(context: dg.HookContext) -> None:
        os.kill(os.getpid(), number)

    return told


@pytest.mark.usefixtures("handlers")
@pytest.mark.parametrize("number", BOTH)
@pytest.mark.parametrize("in_step", [True, False])
def test_a_pull_that_is_told_to_stop_stops_the_run(
    monkeypatch: pytest.MonkeyPatch, number: signal.Signals, *, in_step: bool
) -> None:
    monkeypatch.setattr(runner, "defs", lambda: pulling(number, in_step=in_step))
    settings = Settings(_env_file=None, sandbox_today=date(2026, 11, 25))
    days = (date(2026, 11, 2), date(2026, 11, 3))
    with dg.DagsterInstance.ephemeral() as instance, pytest.raises(KeyboardInterrupt):
        runner.Runner(settings, instance, debug=False).pull([SOURCE], Progress(), days, "due")


@pytest.mark.usefixtures("handlers")
def test_a_slice_that_waits_for_its_answer_is_not_waited_for(tmp_path: Path) -> None:
    asked, answered = threading.Event(), threading.Event()

    def pages(piece: Slice) -> Iterator[Page]:
        asked.set()
        answered.wait()
        yield Page(visits_of(piece))

    def stop() -> None:
        asked.wait()
        os.kill(os.getpid(), signal.SIGINT)

    lake = Lake(tmp_path)
    threading.Thread(target=stop).start()
    try:
        with pytest.raises(KeyboardInterrupt):
            take(source(FakeConnection({"visits": pages}), VISITS), lake)
        assert not answered.is_set()
        assert numbers(lake) == {}
        assert lake.survey().attempts == []
    finally:
        answered.set()
