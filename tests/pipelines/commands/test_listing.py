"""`okra sources` and `okra check` of a company's folder with accounts."""

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import app

SECRET = "rk_live_canary_9ab1"


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(("OKRA_", "STRIPE_")):
            monkeypatch.delenv(name)
    (tmp_path / "okra.yml").write_text("")
    (tmp_path / "okr_definitions").mkdir()
    (tmp_path / "sources.yml").write_text(
        "stripe@eu: {api_key: {env: EU_KEY}, timezone: Europe/Berlin}\n"
        "stripe@us: {api_key: {env: US_KEY}, timezon: Etc/UTC}\n"
    )
    (tmp_path / ".env").write_text(f"EU_KEY={SECRET}\n")
    monkeypatch.setenv("OKRA_PROJECT", str(tmp_path))


def test_each_account_is_listed_with_its_settings_and_no_secret(company) -> None:
    done = CliRunner().invoke(app, ["sources"], catch_exceptions=False, env={"COLUMNS": "200"})
    assert done.exit_code == 0
    lines = " ".join(done.stdout.split())
    assert "Stripe (eu) (stripe@eu): on" in lines
    assert "api_key EU_KEY (set, hidden)" in lines
    assert "timezone Europe/Berlin" in lines
    assert "Stripe (stripe): on as stripe@eu, stripe@us" in lines
    assert "Stripe (us) (stripe@us): FAILS: sources.yml:2:" in lines
    assert SECRET not in done.output


def test_machines_are_told_the_same(company) -> None:
    done = CliRunner().invoke(app, ["sources", "--json"], catch_exceptions=False)
    by_name = {source["source"]: source for source in json.loads(done.stdout)}
    assert by_name["stripe@eu"]["connector"] == "stripe"
    assert by_name["stripe@eu"]["state"] == "on"
    set_keys = [x["name"] for x in by_name["stripe@eu"]["settings"] if x["set"]]
    assert set_keys == ["api_key", "timezone"]
    assert SECRET not in done.output


def test_a_fault_of_sources_yml_is_one_of_the_check(company) -> None:
    done = CliRunner().invoke(app, ["check", "--json"], catch_exceptions=False)
    assert done.exit_code == 1
    assert json.loads(done.stdout) == [
        {
            "file": "sources.yml",
            "line": 2,
            "fault": "`stripe@us`: unknown key `timezon`",
            "remedy": "did you mean `timezone`?",
        }
    ]
