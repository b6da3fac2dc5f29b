"""Each setting of an installation with its type and default.

Settings come from environment variables, from `.env` and from `okra.yml` in the project; the first of them wins.
"""

import os
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, PrivateAttr
from pydantic_settings import BaseSettings, SettingsConfigDict

from connectors.sdk.project import CHECKOUT, current_project
from pipelines.errors import OkraError
from pipelines.file_modes import Readers
from pipelines.okr.kpi.periods import NamedBy
from pipelines.okr.kpi.status import Policy
from pipelines.okr.kpi.week_calendars import YearEnds
from pipelines.settings.project_file import ProjectFile, read_project_file
from pipelines.settings.types import (
    ClosedDays,
    Currency,
    Day,
    FilePath,
    HolidaysOf,
    LakeLocation,
    LocaleName,
    Memory,
    Month,
    Names,
    Odds,
    Secrets,
    Share,
    SiteAddress,
    StorageVersion,
    Zone,
)
from pipelines.settings.variables import PREFIX

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_USUAL = Policy()


class SettingsError(OkraError):
    """A setting is invalid; the message names it and the remedy."""


def env_file(project: Path) -> Path:
    """The file of a project that secrets and settings are read from, besides the environment."""
    return Path(os.environ.get("OKRA_ENV_FILE", project / ".env"))


class DeclaredSettings(BaseSettings):
    """What one project can set. In the environment, a field's name is `OKRA_` and the field in capitals.

    Paths start at the project, not in the working directory.
    """

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
    fiscal_calendar: Literal["months", "4-4-5", "4-5-4", "5-4-4", "13x4"] = Field(
        "months", description="What a fiscal year is made of: months, or whole weeks"
    )
    fiscal_week_start: Weekday = Field(
        "sunday", description="Day on which the weeks of a fiscal year of whole weeks begin"
    )
    fiscal_last_week: YearEnds = Field(
        "nearest",
        description="Of a year of whole weeks: whether its last day is the one nearest to the end of a month, or the "
        "last in it",
    )
    holidays: HolidaysOf = Field(
        "",
        description="Whose public holidays are closed: a country or a part of it, such as DE or US-CA",
    )
    closed_days: ClosedDays = Field(
        (),
        description="Other days on which the company is closed: 2026-12-24, or 12-24 for each year",
    )
    largest_members: int = Field(
        1_000,
        ge=1,
        description="Members of a dimension that a period has by name, the largest; the others together are `other`",
    )
    start_date: Day = Field(date(2024, 12, 1), description="First day to pull")
    okr_definitions: FilePath = Field(
        Path("okr_definitions"), description="Folder of the OKR files"
    )
    sheet_kpis: FilePath = Field(
        Path("models/kpis/sheet_kpis.yml"),
        description="Declares the KPIs that come from OKRA_SHEETS",
    )
    on_track_from: Odds = Field(_USUAL.likely, description="Odds from which a goal is on track")
    off_track_below: Odds = Field(
        _USUAL.unlikely, description="Odds below which a goal is off track"
    )
    at_risk_from_pace: Share = Field(
        _USUAL.at_risk_from,
        description="Share of the pace below which a goal without odds is off track",
    )
    committed_bar: Share = Field(
        _USUAL.committed_bar, description="Score with which a committed objective is achieved"
    )
    aspirational_bar: Share = Field(
        _USUAL.aspirational_bar,
        description="Score with which an aspirational objective is achieved; the share of its targets that is enough",
    )
    committed_met_in: Share = Field(
        _USUAL.committed_met_in,
        description="Share of its windows that a committed goal is met in, where its file has no met_in",
    )
    aspirational_met_in: Share = Field(
        _USUAL.aspirational_met_in, description="The same of an aspirational goal"
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
    csv: bool = Field(
        False, description="Whether the published tables are written as CSV files too: 1 for yes"
    )
    readers: Readers = Field(
        "nobody",
        description="Who else on this machine may read what is published: nobody, group, everybody",
    )
    build_everything: bool = Field(
        False,
        description="Whether each run makes and tests every model, whatever changed, as one does each week: 1 for yes",
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
    site_url: SiteAddress | None = Field(
        None, description="Where a web server shows the pages of OKRA_HOME, for links to them"
    )
    internal_files: bool = Field(
        False,
        description="Whether sheets and rates may be at web addresses inside this network (10.…): 1 for yes",
    )
    log: Literal["none", "text", "json"] = Field(
        "none",
        description="Lines on standard error, one a window, stream, step and run: none, text, json",
    )
    ui_hosts: Names = Field(
        (),
        description="Names by which Dagster's UI is reached through a proxy, like dagster.example.com",
    )
    digest: Secrets = Field(
        (),
        description="Where the digest goes: Apprise URLs, separated by blanks; ana@example.com=URL has her goals alone",
    )
    digest_weekday: Weekday = Field("monday", description="The day of the weekly digest")
    dagster_home: FilePath | None = Field(
        None,
        description="Folder of dagster.yaml (default: Okra's own); deploy has one for PostgreSQL and many workers",
    )
    sandbox_today: Day | None = Field(None, description="The day the sample company lives in")
    sandbox_limits: bool = Field(
        True, description="Whether the sample company has the vendors' request limits"
    )

    _project: Path = PrivateAttr(default_factory=current_project)

    @property
    def project_path(self) -> Path:
        """The folder of what the company writes: okra.yml, sources.yml, its OKRs, KPIs, models and connectors."""
        return self._project

    @property
    def is_company(self) -> bool:
        """Whether the project is a company's own folder, not Okra's checkout with the sample company."""
        return self._project != CHECKOUT

    @cached_property
    def project_file(self) -> ProjectFile:
        """What `okra.yml` says."""
        return read_project_file(self.project_path, type(self).model_fields)

    @cached_property
    def home_path(self) -> Path:
        """OKRA_HOME, absolute."""
        return (self.project_path / self.home).resolve()
