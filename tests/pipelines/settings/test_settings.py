"""Settings that cannot be right are refused, each with where it is set and what would be right."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.sdk.trust import authorities
from pipelines import settings as okra_settings
from pipelines.okr.kpi.status import Policy
from pipelines.settings import BUILT_IN, SettingsError
from pipelines.settings.variables import INTERNAL, options
from tests.connectors.tls import authority, without_authorities


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `.env` of its own, and an environment without Okra's settings."""
    path = tmp_path / "my.env"
    for name in (*okra_settings.Settings.model_fields, "SHEETS", "EXCHANGE_RATES"):
        monkeypatch.delenv(f"OKRA_{name.upper()}", raising=False)
    monkeypatch.setenv("OKRA_ENV_FILE", str(path))
    return path


def faults(env: Path, content: str | bytes) -> list[str]:
    env.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(SettingsError) as refused:
        okra_settings.load()
    return str(refused.value).replace(f"{env}:", "env:").split("\n")


@pytest.mark.parametrize(("written", "meant"), [
    ("OKRA_TIMEZON=", "OKRA_TIMEZONE"),
    ("OKRA_TIMEZON=Europe/Madrid", "OKRA_TIMEZONE"),
    ("OKRA_TIME_ZONE=Europe/Madrid", "OKRA_TIMEZONE"),
    ("okra_currancy=EUR", "OKRA_CURRENCY"),
    ("OKRA_SHEET=a.csv", "OKRA_SHEETS"),
    ("OKRA_FISCAL_YEAR=2", "OKRA_FISCAL_YEAR_START"),
    ("OKRA_EXCHANGE_RATE=rates.zip", "OKRA_EXCHANGE_RATES"),
    ("STRIPE_API_KYE=sk_1", "STRIPE_API_KEY"),
    ("STRIPE_KEY=sk_1", "STRIPE_API_KEY"),
    ("HUBSPOT_ACCESTOKEN=x", "HUBSPOT_ACCESS_TOKEN"),
    ("ZENDESK_TIMEZON=UTC", "ZENDESK_TIMEZONE"),
    ("META_ADS_RESTATE_DAYS=7", "META_ADS_RESTATES_DAYS"),
    ("HUBSPOT_REQUESTS_PER_MINUTE=60", "HUBSPOT_REQUESTS_PER_SECOND"),
    ("ZENDESK_REQUESTS_PER_SECOND=1", "ZENDESK_REQUESTS_PER_MINUTE"),
])  # fmt: skip
def test_a_misspelt_setting_is_told_with_the_one_that_was_meant(
    env: Path, written: str, meant: str
) -> None:
    name = written.partition("=")[0]
    told = faults(env, f"# mine\n\nOKRA_HOME=data\n{written}\n")
    assert told == [f"env:4: unknown setting {name}; did you mean {meant}?"]


def test_a_setting_that_is_like_no_other_is_told_where_they_are_listed(env: Path) -> None:
    assert faults(env, "OKRA_QUUX=1\n") == [
        "env:1: unknown setting OKRA_QUUX; .env.example lists the settings"
    ]


def test_a_misspelt_setting_of_the_environment_is_told_too(
    env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OKRA_CURRENCI", "EUR")
    assert faults(env, "") == [
        "environment: unknown setting OKRA_CURRENCI; did you mean OKRA_CURRENCY?"
    ]


def test_the_authorities_of_a_file_are_trusted_once_the_settings_are_read(
    env: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    without_authorities(monkeypatch)
    file = authority(tmp_path).file
    env.write_text(f"OKRA_CA_FILE={file}\n")
    okra_settings.load()
    assert authorities() == str(file)


def test_a_file_of_authorities_without_one_is_refused(env: Path, tmp_path: Path) -> None:
    assert faults(env, f"OKRA_CA_FILE={tmp_path}/gone.pem\n") == [
        f"OKRA_CA_FILE names {tmp_path}/gone.pem, which holds no certificates; write the path of a "
        "PEM file, with BEGIN CERTIFICATE in it"
    ]


def test_variables_of_other_programs_are_left_alone(
    env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "sample-company")
    monkeypatch.setenv("AWS_REGION", "eu-south-2")
    monkeypatch.setenv("STRIPE_API_KYE", "sk_1")
    monkeypatch.setenv("ZENDESK_TIMEZON", "UTC")
    monkeypatch.setenv("ZENDESK_TIMEZONE", "UTC")
    env.write_text("AWS_ACCESS_KEY_ID=a\nPGPASSWORD=b\nOKRA_AS_OF=2026-11-25\n")
    settings = okra_settings.load()
    assert (
        "environment: unknown setting STRIPE_API_KYE; did you mean STRIPE_API_KEY?"
        in settings.misspelt
    )
    assert not any("TIMEZON;" in line or "AWS" in line for line in settings.misspelt)


@pytest.mark.parametrize("name", [
    "OKRA_SERVICE_HOST", "OKRA_PORT", "OKRA_PORT_3000_TCP_ADDR", "OKRA_UI_SERVICE_PORT_HTTP", "OKRA_DB_PORT",
])  # fmt: skip
def test_what_kubernetes_sets_for_a_service_called_okra_is_no_setting(
    env: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "tcp://10.0.0.1:3000")
    env.write_text("")
    okra_settings.load()


def test_a_dagster_yaml_of_ones_own_can_take_variables_of_its_own(
    env: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dagster.yaml").write_text("storage: {postgres_url: {env: OKRA_PG_ADDRESS}}\n")
    monkeypatch.setenv("OKRA_DAGSTER_HOME", str(tmp_path))
    monkeypatch.setenv("OKRA_PG_ADDRESS", "postgres://")
    env.write_text("")
    okra_settings.load()


@pytest.mark.parametrize(("written", "told"), [
    ("OKRA_CURRENCY=EURO", "OKRA_CURRENCY: 'EURO' is no currency (three letters, ISO 4217); did you mean EUR?"),
    ("OKRA_CURRENCY=usd", "OKRA_CURRENCY: 'usd' is no currency (three letters, ISO 4217); did you mean USD?"),
    ("OKRA_CURRENCY=€", "OKRA_CURRENCY: '€' is no currency (three letters, ISO 4217); write its code, like EUR"),
    ("OKRA_CURRENCY=EUD", "OKRA_CURRENCY: 'EUD' is no currency (three letters, ISO 4217); did you mean "),
    ("OKRA_START_DATE=20260101", "OKRA_START_DATE: '20260101' is no day; write it like 2026-01-31"),
    ("OKRA_START_DATE=1767225600", "OKRA_START_DATE: '1767225600' is no day"),
    ("OKRA_START_DATE=01/02/2026", "OKRA_START_DATE: '01/02/2026' is no day"),
    ("OKRA_START_DATE=2026-02-30", "OKRA_START_DATE: '2026-02-30' is no day"),
    ("OKRA_START_DATE=2162-01-01", "OKRA_START_DATE: 2162-01-01 is after today; write the first day to pull"),
    ("OKRA_START_DATE=0206-01-01", "OKRA_START_DATE: '0206-01-01' is no day"),
    ("OKRA_SANDBOX_TODAY=2026", "OKRA_SANDBOX_TODAY: '2026' is no day"),
    ("OKRA_FISCAL_YEAR_START=October", "OKRA_FISCAL_YEAR_START: 'October' is no month; write a number"),
    ("OKRA_FISCAL_YEAR_START=0", "OKRA_FISCAL_YEAR_START: '0' is no month"),
    ("OKRA_FISCAL_YEAR_START=13", "OKRA_FISCAL_YEAR_START: '13' is no month"),
    ("OKRA_ON_TRACK_FROM=high", "OKRA_ON_TRACK_FROM: 'high' is no share; write one like 0.7 or 70 %"),
    ("OKRA_ON_TRACK_FROM=70", "OKRA_ON_TRACK_FROM: '70' is no share"),
    ("OKRA_ON_TRACK_FROM=100 %", "OKRA_ON_TRACK_FROM: odds of 1 are those of what is settled"),
    ("OKRA_OFF_TRACK_BELOW=0.7", "OKRA_OFF_TRACK_BELOW: 0.7 is not below OKRA_ON_TRACK_FROM (0.7)"),
    ("OKRA_COMMITTED_BAR=0", "OKRA_COMMITTED_BAR: '0' is no share"),
    ("OKRA_ASPIRATIONAL_BAR=nan", "OKRA_ASPIRATIONAL_BAR: 'nan' is no share"),
    ("OKRA_COMMITTED_MET_IN=10", "OKRA_COMMITTED_MET_IN: '10' is no share"),
    ("OKRA_FISCAL_YEAR_START=1.0", "OKRA_FISCAL_YEAR_START: '1.0' is no month"),
    ("OKRA_FISCAL_YEAR_NAMED_BY=begin", "OKRA_FISCAL_YEAR_NAMED_BY: "),
    ("OKRA_FISCAL_CALENDAR=4-4-4", "OKRA_FISCAL_CALENDAR: "),
    ("OKRA_FISCAL_WEEK_START=7", "OKRA_FISCAL_WEEK_START: "),
    ("OKRA_FISCAL_LAST_WEEK=first", "OKRA_FISCAL_LAST_WEEK: "),
    ("OKRA_TIMEZONE=Madrid", "OKRA_TIMEZONE: 'Madrid' is no time zone; write one like Europe/Madrid"),
    ("OKRA_TIMEZONE=localtime", "OKRA_TIMEZONE: 'localtime' is no time zone; write one like Europe/Madrid"),
    ("OKRA_TIMEZONE=right/Europe/Madrid", "OKRA_TIMEZONE: 'right/Europe/Madrid' is no time zone"),
    ("OKRA_TIMEZONE=Europe", "OKRA_TIMEZONE: 'Europe' is no time zone"),
    ("OKRA_ENGINE=duck", "OKRA_ENGINE: Input should be 'duckdb' or 'spark'"),
    ("OKRA_STORAGE_VERSION=1.2", "OKRA_STORAGE_VERSION: '1.2' is no version of DuckDB; write it like v1.2.0"),
    ("OKRA_LOCALE=fr", "OKRA_LOCALE: 'fr' is none of the languages"),
    ("OKRA_SANDBOX_LIMITS=perhaps", "OKRA_SANDBOX_LIMITS: "),
])  # fmt: skip
def test_a_value_that_cannot_be_right_is_refused(env: Path, written: str, told: str) -> None:
    [fault] = faults(env, f"{written}\n")
    assert fault.startswith(told)


@pytest.mark.parametrize(("content", "told"), [
    (b"OKRA_HOME=data\n# caf\xe9\n", "env:2: not UTF-8; save the file in UTF-8"),
    (b"OKRA_CURRENCY\n", "env:1: OKRA_CURRENCY has no value; write OKRA_CURRENCY=value"),
    (b"\nOKRA_HOME='data\nOKRA_CURRENCY=EUR\n", "env:2: no setting; write NAME=value, quotes closed"),
    (b"OKRA_CURRENCY=EUR\n\nOKRA_CURRENCY=USD\n", "env:3: OKRA_CURRENCY is also set in line 1; keep one"),
])  # fmt: skip
def test_a_file_of_settings_that_cannot_be_read_is_told_with_its_line(
    env: Path, content: bytes, told: str
) -> None:
    assert told in faults(env, content)


def test_a_source_that_there_is_not_is_told_with_the_one_that_was_meant(env: Path) -> None:
    env.write_text("OKRA_SOURCES=stripe,zendsk\n")
    with pytest.raises(SettingsError, match=r"OKRA_SOURCES names zendsk; did you mean `zendesk`\?"):
        okra_settings.load()


def test_a_byte_order_mark_and_settings_without_a_value_change_nothing(env: Path) -> None:
    env.write_bytes(
        b"\xef\xbb\xbfOKRA_CURRENCY=EUR\r\nOKRA_TIMEZONE=\r\nOKRA_FISCAL_YEAR_START=\r\n"
    )
    settings = okra_settings.load()
    assert (settings.currency, settings.timezone, settings.fiscal_year_start) == ("EUR", "UTC", 1)


def test_every_variable_of_the_project_is_known() -> None:
    read = set()
    for pattern in ("macros/**/*.sql", "models/**/*", "pipelines/**/*.py", "profiles.yml", "dbt_project.yml",
                    "dagster.yaml", "deploy/*", ".env.example"):  # fmt: skip
        for path in BUILT_IN.glob(pattern):
            if path.is_file():
                text = path.read_text(encoding="utf-8", errors="replace")
                read |= set(re.findall(r"\bOKRA_[A-Z][A-Z_]*[A-Z]\b", text))
    fields = {f"OKRA_{name.upper()}" for name in okra_settings.Settings.model_fields}
    assert read <= fields | options() | INTERNAL


def test_the_thresholds_of_statuses_are_shares_or_percentages(env: Path) -> None:
    env.write_text("OKRA_ON_TRACK_FROM=80 %\nOKRA_OFF_TRACK_BELOW=0.4\nOKRA_COMMITTED_BAR=1\n")
    policy = okra_settings.load().policy
    assert policy == Policy(
        likely=Decimal("0.8"), unlikely=Decimal("0.4"), committed_bar=Decimal(1)
    )
    env.write_text("")
    assert okra_settings.load().policy == Policy()
