"""Each setting of an installation with its type and default, and the paths that follow from them.

Settings come from environment variables or from `.env` at the project's root (the environment wins).
A source is on when its own variables are set. When no source is on, runs use the sample company.
"""

import os
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from dotenv import dotenv_values
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from connectors.lake.addresses import folder_at, is_in_bucket
from connectors.sdk import catalog
from connectors.sdk.contract import IN_HOME, Source
from connectors.sdk.source_settings import declared
from pipelines.errors import OkraError
from pipelines.okr.definition.faults import suggestion
from pipelines.okr.kpi.periods import FiscalYear, NamedBy
from pipelines.settings.types import (
    Currency,
    Day,
    FilePath,
    LakeLocation,
    LocaleName,
    Memory,
    Month,
    Names,
    Secrets,
    StorageVersion,
    Zone,
)
from pipelines.settings.variables import PREFIX, misspelt_options

ROOT = Path(__file__).resolve().parents[2]
"""The project's root. Paths to models, definitions and dagster.yaml start here, not in the working directory."""


class SettingsError(OkraError):
    """A setting is invalid; the message names it and the remedy."""


def env_file() -> Path:
    """The file that settings are read from, besides the environment."""
    return Path(os.environ.get("OKRA_ENV_FILE", ROOT / ".env"))


class Settings(BaseSettings):
    """The settings of one installation. In the environment, a field's name is `OKRA_` and the field in capitals."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file_encoding="utf-8-sig",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    home: FilePath = Field(Path("data"), description="Folder of everything Okra writes")
    lake: LakeLocation = Field(
        "", description="The raw lake: a folder, or s3://bucket/prefix (default: inside OKRA_HOME)"
    )
    engine: Literal["duckdb", "spark"] = Field("duckdb", description="What runs the models")
    spark_master: str = Field(
        "local[*]", description="Where Spark runs the models: local[*], spark://host:7077, yarn"
    )
    spark_warehouse: str | None = Field(
        None, description="Where Spark keeps its tables, a folder that all its machines share"
    )
    timezone: Zone = Field("UTC", description="Zone in which the business counts its days")
    fiscal_year_start: Month = Field(1, description="First month of the fiscal year")
    fiscal_year_named_by: NamedBy = Field(
        "end", description="Year that a fiscal year is named by: that of its end, or of its start"
    )
    start_date: Day = Field(date(2024, 12, 1), description="First day to pull")
    okr_definitions: FilePath = Field(
        Path("okr_definitions"), description="Folder of the OKR files"
    )
    sheet_kpis: FilePath = Field(
        Path("models/kpis/sheet_kpis.yml"),
        description="Declares the KPIs that come from OKRA_SHEETS",
    )
    currency: Currency = Field("USD", description="Currency that money adds up in")
    locale: LocaleName = Field(
        "en", description="Language of the scorecard, English or Spanish: en, es, es-MX"
    )
    sources: Names = Field(
        (), description="Only these sources, comma-separated (default: every configured one)"
    )
    storage_version: StorageVersion = Field(
        "v1.2.0", description="Oldest DuckDB that can read okra.duckdb"
    )
    memory: Memory = Field(
        "50%",
        description="Memory of DuckDB and of Spark's driver: 1GB, or a share of the container's or machine's",
    )
    ca_file: FilePath | None = Field(
        None,
        description="PEM file of the certificate authorities to trust instead of the public ones",
    )
    keep_runs_days: int = Field(
        30, ge=1, description="Days that Dagster's records and logs of a run are kept"
    )
    digest: Secrets = Field(
        (), description="Where the digest goes: Apprise URLs, separated by blanks"
    )
    digest_weekday: Literal[
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"
    ] = Field("monday", description="The day of the weekly digest")
    dagster_home: FilePath = Field(
        Path(), description="Folder of dagster.yaml; deploy has one for PostgreSQL and many workers"
    )
    sandbox_today: Day | None = Field(None, description="The day the sample company lives in")
    sandbox_limits: bool = Field(
        True, description="Whether the sample company has the vendors' request limits"
    )

    @cached_property
    def zone(self) -> ZoneInfo:
        """The business zone."""
        return ZoneInfo(self.timezone)

    @cached_property
    def fiscal_year(self) -> FiscalYear:
        """The fiscal year: its first month, and what names it."""
        return FiscalYear(self.fiscal_year_start, self.fiscal_year_named_by)

    @cached_property
    def environment(self) -> Mapping[str, str]:
        """The variables of `.env`, overridden by the environment. Sources' own variables are looked up here."""
        in_file = {
            name: value
            for name, value in dotenv_values(env_file(), encoding="utf-8-sig").items()
            if value
        }
        return in_file | {name: value for name, value in os.environ.items() if value}

    def configured(self, source: Source) -> Mapping[str, str] | None:
        """The values of a source's options, or None when one without a default is missing.

        `$OKRA_HOME` in the value of an option whose default has it stands for that folder. Look-backs and rates are
        given only where they are set, as a look-back that is set counts before that of the account, however equal to
        the default.
        """
        values = {
            option.name: self.environment.get(option.name, option.default)
            for option in source.options
        }
        for option, _ in declared(source):
            if option.name in self.environment:
                values[option.name] = self.environment[option.name]
        if any(value is None for value in values.values()):
            return None
        in_home = {x.name for x in source.options if IN_HOME in (x.default or "")}
        return {
            name: value.replace(IN_HOME, str(self.home_path)) if name in in_home else value
            for name, value in values.items()
            if value is not None
        }

    @cached_property
    def half_configured(self) -> dict[str, list[str]]:
        """The sources that are off although some of their settings are set, with the missing settings.

        A credential counts that is one source's alone, even where others would do instead.
        """
        missing_settings = {}
        sources = catalog.sources()
        shared = Counter(option.name for source in sources.values() for option in source.options)
        for name, source in sources.items():
            required = [option.name for option in source.options if option.default is None]
            missing = [option for option in required if not self.environment.get(option)]
            secrets = [x.name for x in source.options if x.secret and shared[x.name] == 1]
            if missing and any(self.environment.get(x) for x in {*required, *secrets}):
                missing_settings[name] = missing
        return missing_settings

    @cached_property
    def misspelt(self) -> list[str]:
        """The variables of the environment that are like a setting of a source that is not set, with that setting."""
        return list(misspelt_options(dict.fromkeys(os.environ, "environment"), self.environment))

    @cached_property
    def active(self) -> dict[str, Source]:
        """The sources that a run pulls: the configured ones; without any, all sources, served by the sample company."""
        known = catalog.sources()
        unknown = sorted(set(self.sources) - set(known))
        if unknown:
            raise SettingsError(
                f"OKRA_SOURCES names {', '.join(unknown)}; "
                + " ".join(
                    suggestion(name, known, f"the connectors are {', '.join(known)}")
                    for name in unknown
                )
            )
        configured = {
            name: source for name, source in known.items() if self.configured(source) is not None
        }
        return {
            name: source
            for name, source in (configured or known).items()
            if not self.sources or name in self.sources
        }

    @cached_property
    def sample_company(self) -> bool:
        """True when no source is configured, so that runs use the sample company."""
        return all(self.configured(source) is None for source in catalog.sources().values())

    @cached_property
    def home_path(self) -> Path:
        """OKRA_HOME, absolute."""
        return (ROOT / self.home).resolve()

    @cached_property
    def state_path(self) -> Path:
        """The folder of lake, warehouse and Dagster's records. The sample company has a folder of its own."""
        return self.home_path / "sample" if self.sample_company else self.home_path

    @cached_property
    def lake_location(self) -> Path | str:
        """The raw lake: a folder, or an address in an object store."""
        if is_in_bucket(self.lake):
            return self.lake.rstrip("/")
        return (ROOT / folder_at(self.lake)).resolve() if self.lake else self.state_path / "lake"

    @cached_property
    def warehouse_path(self) -> Path:
        """The DuckDB file that the models write. Only runs open it."""
        return self.state_path / "warehouse.duckdb"

    @cached_property
    def spark_path(self) -> Path:
        """The folder of Spark's files on this machine."""
        return self.state_path / "spark"

    @cached_property
    def spark_warehouse_place(self) -> str:
        """The folder or address of Spark's tables."""
        return self.spark_warehouse or str(self.spark_path / "warehouse")

    @cached_property
    def history_path(self) -> Path:
        """The DuckDB file of the published figures of earlier days. It cannot be rebuilt, so back it up."""
        return self.state_path / "history.duckdb"

    @cached_property
    def published_path(self) -> Path:
        """The published DuckDB file."""
        return self.home_path / "okra.duckdb"

    @cached_property
    def scorecard_path(self) -> Path:
        """The HTML page of the scorecard."""
        return self.home_path / "scorecard.html"

    @cached_property
    def dagster_home_path(self) -> Path:
        """The folder of dagster.yaml; by default the project's root."""
        return (ROOT / self.dagster_home).resolve()

    @cached_property
    def definitions_path(self) -> Path:
        """The folder of the OKR files."""
        return (ROOT / self.okr_definitions).resolve()

    @cached_property
    def sheet_kpis_path(self) -> Path:
        """The file that declares the KPIs kept in sheets."""
        return (ROOT / self.sheet_kpis).resolve()

    def now(self) -> datetime:
        """The present instant (UTC); with OKRA_SANDBOX_TODAY, noon of that day in the business zone."""
        if self.sandbox_today is None:
            return datetime.now(UTC)
        if not self.sample_company:
            raise SettingsError(
                "OKRA_SANDBOX_TODAY moves the sample company's clock, but a source is configured; unset it"
            )
        return datetime.combine(self.sandbox_today, time(12), tzinfo=self.zone).astimezone(UTC)

    def today(self) -> date:
        """The present day in the business zone."""
        return self.now().astimezone(self.zone).date()
