"""A secret may be in a file: NAME_FILE names it, as Docker's secrets do."""

from pathlib import Path

import pytest

from connectors.sdk import catalog
from pipelines import settings as okra_settings
from pipelines.settings import Settings, SettingsError


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in (*Settings.model_fields, "ENV_FILE"):
        monkeypatch.delenv(f"OKRA_{name.upper()}", raising=False)
    (tmp_path / "okra.yml").write_text("")
    monkeypatch.setenv("OKRA_PROJECT", str(tmp_path))
    return tmp_path


def test_the_secret_of_a_source_is_read_from_the_file(
    company: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (company / "key").write_text("rk_live_1\n")
    monkeypatch.setenv("STRIPE_API_KEY_FILE", "key")  # from the project
    settings = okra_settings.load()
    values = settings.values_of(catalog.sources()["stripe"])
    assert values is not None
    assert values["STRIPE_API_KEY"] == "rk_live_1"
    assert settings.misspelt == []


def test_the_digest_and_what_sources_yml_names_are_read_from_files_too(company: Path) -> None:
    (company / "digest").write_text("json://127.0.0.1:1/a json://127.0.0.1:1/b\n")
    (company / "eu").write_text("rk_eu")
    (company / ".env").write_text(f"OKRA_DIGEST_FILE={company}/digest\nEU_KEY_FILE=eu\n")
    (company / "sources.yml").write_text("stripe@eu: {api_key: {env: EU_KEY}}\n")
    settings = okra_settings.load()
    assert len(settings.digest) == 2
    values = settings.values_of(settings.instances["stripe@eu"])
    assert values is not None
    assert values["STRIPE_API_KEY"] == "rk_eu"


@pytest.mark.parametrize(("written", "fault"), [
    ("STRIPE_API_KEY_FILE=gone\n",
     "STRIPE_API_KEY_FILE: gone is missing, empty or not readable; write the secret into it"),
    ("STRIPE_API_KEY=rk\nSTRIPE_API_KEY_FILE=key\n",
     "STRIPE_API_KEY and STRIPE_API_KEY_FILE are both set; keep one of them"),
    ("STRIPE_API_KYE_FILE=key\n",
     ".env:1: unknown setting STRIPE_API_KYE_FILE; did you mean STRIPE_API_KEY_FILE?"),
])  # fmt: skip
def test_a_file_that_says_nothing_is_refused(company: Path, written: str, fault: str) -> None:
    (company / "key").write_text("rk_live_1\n")
    (company / ".env").write_text(written)
    with pytest.raises(SettingsError) as refused:
        okra_settings.load()
    assert str(refused.value) == fault
