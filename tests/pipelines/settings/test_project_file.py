"""A company's folder has its settings in okra.yml, and everything that it writes is looked for in that folder."""

from datetime import date
from pathlib import Path

import pytest

from pipelines import settings as okra_settings
from pipelines.settings import BUILT_IN, Settings, SettingsError, shown


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A company's folder, and an environment without Okra's settings."""
    for name in (*Settings.model_fields, "PROJECT", "ENV_FILE"):
        monkeypatch.delenv(f"OKRA_{name.upper()}", raising=False)
    folder = tmp_path / "acme"
    folder.mkdir()
    (folder / "okra.yml").write_text("")
    monkeypatch.chdir(folder)
    return folder


def faults(company: Path, content: str) -> list[str]:
    (company / "okra.yml").write_text(content)
    with pytest.raises(SettingsError) as refused:
        okra_settings.load()
    return str(refused.value).split("\n")


def test_the_project_is_the_folder_with_okra_yml_around_the_working_directory(
    company: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = company / "kpis"
    inside.mkdir()
    monkeypatch.chdir(inside)
    settings = okra_settings.load()
    assert settings.project_path == company
    assert settings.is_company
    assert settings.definitions_path == company / "okr_definitions"
    assert settings.home_path == company / "data"
    assert settings.sources_path == company / "sources.yml"
    assert shown(company / "kpis" / "sales.yml") == "kpis/sales.yml"


def test_a_named_project_wins_over_the_working_directory(
    company: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "okra.yml").write_text("currency: EUR\n")
    monkeypatch.setenv("OKRA_PROJECT", str(other))
    settings = okra_settings.load()
    assert (settings.project_path, settings.currency) == (other, "EUR")


@pytest.mark.parametrize("made", [True, False])
def test_a_folder_without_okra_yml_is_no_project(
    company: Path, monkeypatch: pytest.MonkeyPatch, made: bool
) -> None:
    folder = company / "typo"
    if made:
        folder.mkdir()
    monkeypatch.setenv("OKRA_PROJECT", str(folder))
    what = "has no okra.yml" if made else "is no folder"
    with pytest.raises(SettingsError, match=f"{folder} {what}; .*okra init {folder}"):
        okra_settings.load()


def test_elsewhere_the_project_is_okras_own_checkout(
    company: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OKRA_ENV_FILE", str(tmp_path / "no.env"))
    settings = okra_settings.load()
    assert settings.project_path == BUILT_IN
    assert not settings.is_company


def test_a_company_without_sources_is_not_the_sample_company(company: Path) -> None:
    settings = okra_settings.load()
    assert not settings.sample_company
    assert settings.instances == {}
    assert settings.state_path == company / "data"


def test_the_environment_wins_over_env_and_env_over_okra_yml(
    company: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (company / "okra.yml").write_text(
        "timezone: Europe/Berlin\ncurrency: EUR\nlocale: es\nstart_date: 2025-03-01\n"
        "sandbox_limits: false\nkeep_runs_days: 7\n"
    )
    (company / ".env").write_text("OKRA_CURRENCY=CHF\nOKRA_LOCALE=en\n")
    monkeypatch.setenv("OKRA_CURRENCY", "GBP")
    settings = okra_settings.load()
    assert (settings.currency, settings.locale, settings.timezone) == ("GBP", "en", "Europe/Berlin")
    assert (settings.start_date, settings.keep_runs_days) == (date(2025, 3, 1), 7)
    assert settings.sandbox_limits is False


def test_sources_that_read_settings_of_okra_read_those_of_okra_yml(
    company: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (company / "okra.yml").write_text("timezone: Europe/Berlin\n")
    assert okra_settings.load().environment["OKRA_TIMEZONE"] == "Europe/Berlin"
    monkeypatch.setenv("OKRA_TIMEZONE", "Europe/Madrid")
    assert okra_settings.load().environment["OKRA_TIMEZONE"] == "Europe/Madrid"


def test_each_fault_of_okra_yml_has_its_line_and_remedy(company: Path) -> None:
    assert faults(company, "currency: EUR\ntimezon: Europe/Berlin\n") == [
        "okra.yml:2: unknown setting `timezon`; did you mean `timezone`?"
    ]
    assert faults(company, "\ncurrency: EURO\n") == [
        "okra.yml:2: currency: 'EURO' is no currency (three letters, ISO 4217); did you mean EUR?"
    ]
    assert faults(company, "timezone: Europe/Berlin\ncurrency:\n") == [
        "okra.yml:2: `currency` has no value; write one, or leave the line out"
    ]
    assert faults(company, "timezone: {zone: UTC}\n") == [
        "okra.yml:1: `timezone` is a mapping; write `timezone:` and one value"
    ]
    assert faults(company, "- timezone\n") == [
        "okra.yml:1: not a mapping of settings; write `timezone: Europe/Berlin`"
    ]


def test_a_secret_in_okra_yml_is_refused_and_not_repeated(company: Path) -> None:
    assert faults(company, "digest: slack://secret\n") == [
        "okra.yml:1: `digest` is a secret; write OKRA_DIGEST=... into .env instead"
    ]


def test_a_list_is_what_the_variable_has_between_commas(company: Path) -> None:
    (company / "sources.yml").write_text("stripe: {api_key: {env: KEY}}\n")
    (company / "okra.yml").write_text("sources: [stripe]\n")
    assert okra_settings.load().sources == ("stripe",)
