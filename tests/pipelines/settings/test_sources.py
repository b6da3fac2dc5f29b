"""Which sources are on, and what their settings are when they are."""

from pathlib import Path

import pytest

from connectors.sdk import catalog
from pipelines import settings as okra_settings

ZENDESK = catalog.sources()["zendesk"]


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `.env` of its own, with a home beside it."""
    path = tmp_path / "my.env"
    monkeypatch.setenv("OKRA_ENV_FILE", str(path))
    monkeypatch.setenv("OKRA_HOME", str(tmp_path / "home"))
    return path


def test_a_file_of_a_source_is_in_the_home_unless_another_is_set(env: Path, tmp_path: Path) -> None:
    env.write_text("ZENDESK_SUBDOMAIN=acme\n")
    values = okra_settings.load().values_of(ZENDESK) or {}
    assert values["ZENDESK_TOKEN_FILE"] == f"{tmp_path}/home/tokens/zendesk.json"
    for written, meant in {
        "$OKRA_HOME/own/z.json": f"{tmp_path}/home/own/z.json",
        "/run/secrets/z.json": "/run/secrets/z.json",
    }.items():
        env.write_text(f"ZENDESK_SUBDOMAIN=acme\nZENDESK_TOKEN_FILE={written}\n")
        values = okra_settings.load().values_of(ZENDESK) or {}
        assert values["ZENDESK_TOKEN_FILE"] == meant


def test_a_look_back_is_among_the_values_of_a_source_only_where_it_is_set(env: Path) -> None:
    """The figure of the account counts where none is set, and a setting that equals the default is one."""
    for written, value in {"": None, "GOOGLE_ADS_RESTATES_DAYS=91": "91"}.items():
        env.write_text(f"GOOGLE_ADS_CUSTOMER_ID=482-910-5736\n{written}\n")
        values = okra_settings.load().values_of(catalog.sources()["google_ads"]) or {}
        assert values["GOOGLE_ADS_CUSTOMER_ID"] == "482-910-5736"
        assert values.get("GOOGLE_ADS_RESTATES_DAYS") == value


@pytest.mark.parametrize(
    ("written", "missing"),
    [
        ("ZENDESK_CLIENT_SECRET=s\n", ["ZENDESK_SUBDOMAIN"]),
        ("ZENDESK_OAUTH_TOKEN=t\n", ["ZENDESK_SUBDOMAIN"]),
        ("ZENDESK_TIMEZONE=Etc/UTC\n", None),  # no credential: not set up, and nothing is missing
        ("ZENDESK_SUBDOMAIN=acme\n", None),  # on: what is missing is told when it is asked
    ],
)
def test_a_source_with_a_credential_and_no_address_is_half_set_up(
    env: Path, written: str, missing: list[str] | None
) -> None:
    env.write_text(written)
    assert okra_settings.load().half_configured.get("zendesk") == missing
