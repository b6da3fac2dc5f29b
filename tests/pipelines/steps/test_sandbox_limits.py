"""Lifting the vendors' request limits of the sample company: OKRA_SANDBOX_LIMITS."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from connectors.hubspot.source import SOURCE
from connectors.sandbox.company import SampleCompany
from connectors.sandbox.hubspot import OBJECTS, TOKEN
from connectors.sdk.contract import Source
from connectors.sdk.throttle import ThrottledCalls
from pipelines.settings import Settings
from pipelines.steps import pull as step
from tests.limits import HANG_SECONDS

TODAY = date(2026, 11, 25)
YESTERDAY = step.Range(TODAY - timedelta(days=1), TODAY - timedelta(days=1))


def pulled_source(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Source:
    """The source that the step hands to the engine."""
    handed: list[Source] = []
    monkeypatch.setattr(step, "pull", lambda source, *_, **__: handed.append(source) or [])
    step.pull_source(settings, SOURCE, YESTERDAY, run_id="test")
    return handed[0]


def settings_of(home: Path, **values: Any) -> Settings:
    return Settings(_env_file=None, home=home, sandbox_today=TODAY, **values)


def test_the_sample_company_can_be_asked_without_limits(tmp_path):
    ask = {"json": {"limit": 1}, "headers": {"Authorization": f"Bearer {TOKEN}"}}
    with SampleCompany(TODAY, tmp_path, limited=False) as company:
        search = company.values("hubspot")["HUBSPOT_API_BASE"] + f"{OBJECTS}/deals/search"
        answers = [requests.post(search, **ask, timeout=HANG_SECONDS) for _ in range(20)]
    assert {answer.status_code for answer in answers} == {200}


def test_a_source_without_limits_waits_for_no_token():
    waits: list[float] = []
    calls = ThrottledCalls(SOURCE.without_limits().limits, SOURCE.diagnose, sleep=waits.append)
    for bucket in ("search", "rest"):
        for _ in range(1000):
            calls(bucket, lambda: None)
    assert waits == []


def test_the_setting_lifts_the_limits_of_the_sample_company(tmp_path, monkeypatch):
    assert pulled_source(settings_of(tmp_path), monkeypatch).limits == SOURCE.limits
    lifted = pulled_source(settings_of(tmp_path, sandbox_limits=False), monkeypatch)
    assert lifted.limits == SOURCE.without_limits().limits


def test_the_setting_never_lifts_the_limits_of_a_real_account(tmp_path, monkeypatch):
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "of-a-real-account")
    settings = Settings(_env_file=None, home=tmp_path, sandbox_limits=False)
    assert pulled_source(settings, monkeypatch) is SOURCE
