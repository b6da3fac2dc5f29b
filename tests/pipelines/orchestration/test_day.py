"""The day as Dagster's steps are handed it."""

from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from pipelines.orchestration.day import DayResource


def test_the_steps_of_a_run_share_one_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OKRA_ENV_FILE", "no such file")
    monkeypatch.setenv("OKRA_HOME", str(tmp_path))
    days = []

    @dg.asset
    def first(day: DayResource) -> None:
        days.append(day.read())

    @dg.asset(deps=[first])
    def second(day: DayResource) -> None:
        days.append(day.read())

    config = {"resources": {"day": {"config": {"as_of": "2026-11-25"}}}}
    resources = {"day": DayResource()}
    for _ in range(2):
        assert dg.materialize([first, second], resources=resources, run_config=config).success
    assert [day.as_of for day in days] == [date(2026, 11, 25)] * 4
    assert days[0] is days[1], "what one step has read, the next one has"
    assert days[2] is days[3]
    assert days[0] is not days[2], "another run reads anew"


def test_without_a_date_today_is_played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OKRA_ENV_FILE", "no such file")
    monkeypatch.setenv("OKRA_HOME", str(tmp_path))
    monkeypatch.setenv("OKRA_SANDBOX_TODAY", "2026-11-25")
    assert DayResource().read().as_of == date(2026, 11, 25)
    assert DayResource().read().is_today
    assert not DayResource(as_of="2026-11-24").read().is_today
