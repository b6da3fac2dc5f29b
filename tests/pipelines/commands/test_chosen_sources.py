"""Which accounts a command means."""

import os
from pathlib import Path

import pytest

from pipelines import settings as okra_settings
from pipelines.commands.daily import chosen_sources
from pipelines.settings import Settings, SettingsError


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in os.environ:
        if name.startswith("OKRA_"):
            monkeypatch.delenv(name)
    (tmp_path / "okra.yml").write_text("")
    (tmp_path / "sources.yml").write_text(
        "stripe@eu: {api_key: {env: EU}}\nstripe@us: {api_key: {env: US}}\n"
        "hubspot: {access_token: {env: HUB}}\n"
    )
    monkeypatch.setenv("OKRA_PROJECT", str(tmp_path))
    return okra_settings.load()


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        ([], ["hubspot", "stripe@eu", "stripe@us"]),
        (["stripe"], ["stripe@eu", "stripe@us"]),
        (["stripe@us"], ["stripe@us"]),
        (["hubspot", "stripe@eu"], ["hubspot", "stripe@eu"]),
    ],
)
def test_a_source_means_all_its_accounts(
    settings: Settings, names: list[str], chosen: list[str]
) -> None:
    assert [source.instance for source in chosen_sources(settings, names)] == chosen


def test_an_account_that_is_not_there_is_refused_with_those_that_are(settings: Settings) -> None:
    with pytest.raises(SettingsError, match="stripe@uk is no active source; active are hubspot, "):
        chosen_sources(settings, ["stripe@uk"])
