"""Each setting of an installation with its type and default, and the paths that follow from them.

Settings come from environment variables, from `.env` and from `okra.yml` in the project; the first of them wins.
A source is on when its own variables are set, or `sources.yml` has it. When no source is on in Okra's own checkout,
runs use the sample company.
"""

import os
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

from dotenv import dotenv_values
from pydantic import Field, PrivateAttr
from pydantic_settings import BaseSettings, SettingsConfigDict

from connectors.lake.addresses import folder_at, is_in_bucket
from connectors.sdk import catalog
from connectors.sdk.contract import Source, Stream
from connectors.sdk.errors import SourceError
from connectors.sdk.project import BUILT_IN, CHECKOUT, current_project
from pipelines.errors import OkraError
from pipelines.okr.definition.faults import Fault, suggestion, unreadable
from pipelines.okr.definition.yaml_tree import TreeError
from pipelines.okr.kpi.periods import FiscalYear, NamedBy
from pipelines.okr.kpi.status import Policy
from pipelines.settings.accounts import by_name, streams_by_name
from pipelines.settings.described_streams import read_descriptions
from pipelines.settings.instance_values import Surroundings, shared_options
from pipelines.settings.instances import Instance, instances_of
from pipelines.settings.kpi_queries import with_queries
from pipelines.settings.project_file import ProjectFile, read_project_file
from pipelines.settings.secret_files import from_files, secrets
from pipelines.settings.sources_file import SourcesFile, read_sources
from pipelines.settings.types import (
    Currency,
    Day,
    FilePath,
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
from pipelines.settings.variables import PREFIX, misspelt_options
from pipelines.settings.written_files import content_of

SOURCES_FILE = "sources.yml"
"""The file that declares instances of connectors and their streams."""
_USUAL = Policy()


class SettingsError(OkraError):
    """A setting is invalid; the message names it and the remedy."""


def env_file(project: Path) -> Path:
    """The file of a project that secrets and settings are read from, besides the environment."""
    return Path(os.environ.get("OKRA_ENV_FILE", project / ".env"))


class Settings(BaseSettings):
    """The settings of one project. In the environment, a field's name is `OKRA_` and the field in capitals.

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
    digest: Secrets = Field(
        (),
        description="Where the digest goes: Apprise URLs, separated by blanks; ana@example.com=URL has her goals alone",
    )
    digest_weekday: Literal[
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"
    ] = Field("monday", description="The day of the weekly digest")
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
    def zone(self) -> ZoneInfo:
        """The business zone."""
        return ZoneInfo(self.timezone)

    @cached_property
    def fiscal_year(self) -> FiscalYear:
        """The fiscal year: its first month, and what names it."""
        return FiscalYear(self.fiscal_year_start, self.fiscal_year_named_by)

    @cached_property
    def policy(self) -> Policy:
        """The thresholds of statuses."""
        return Policy(
            likely=self.on_track_from,
            unlikely=self.off_track_below,
            at_risk_from=self.at_risk_from_pace,
            aspirational_bar=self.aspirational_bar,
            committed_bar=self.committed_bar,
        )

    @cached_property
    def environment(self) -> Mapping[str, str]:
        """The variables of `.env`, overridden by the environment. Sources' own variables are looked up here.

        Some sources read settings of Okra's, such as the zone, so those of `okra.yml` are here as variables too.
        """
        in_project = {
            f"{PREFIX}{name.upper()}": value for name, value in self.project_file.values.items()
        }
        if self.is_company:
            in_project.setdefault("OKRA_SHEET_KPIS", str(self.sheet_kpis_path))
        file = env_file(self.project_path)
        in_file = {
            name: value
            for name, value in dotenv_values(file, encoding="utf-8-sig").items()
            if value
        }
        written = in_project | in_file | {name: x for name, x in os.environ.items() if x}
        names = secrets(self.sources_file.variables)
        return written | from_files(written, names, self.project_path)

    @cached_property
    def sources_path(self) -> Path:
        """The file that declares instances of connectors and their streams."""
        return self.project_path / SOURCES_FILE

    @cached_property
    def sources_file(self) -> SourcesFile:
        """What `sources.yml` says. Raises `SettingsError` where it is not YAML."""
        if not self.sources_path.exists():
            return SourcesFile()
        try:
            file = read_sources(content_of(self.sources_path), SOURCES_FILE)
            return with_queries(file, self.project_path)
        except TreeError as error:
            raise SettingsError(str(unreadable(SOURCES_FILE, error))) from None

    @cached_property
    def configured_instances(self) -> Mapping[str, Instance]:
        """The instances that are configured, by name: those that OKRA_SOURCES leaves out too."""
        around = Surroundings(
            self.environment, self.home_path, self.sources_path.parent, SOURCES_FILE
        )
        return instances_of(self.sources_file, around, read_descriptions(self.descriptions_path))

    @cached_property
    def source_faults(self) -> tuple[Fault, ...]:
        """What is wrong in `sources.yml` and with the company's own connectors."""
        others = {x for instance in self.configured_instances.values() for x in instance.faults}
        connectors = {
            Fault(x.file.relative_to(self.project_path).as_posix(), x.line, x.what, x.remedy)
            for x in catalog.own_connectors().broken.values()
        }
        return tuple(sorted({*self.sources_file.faults, *others, *connectors}))

    def values_of(self, source: Source) -> Mapping[str, str] | None:
        """The values of an instance's options; None where it is not configured, as those of the sample company.

        Raises `SourceError` where `sources.yml` does not say them, or a variable that it names is not set.
        """
        instance = self.configured_instances.get(source.instance)
        if instance is None:
            return None
        if instance.error:
            raise instance.error
        return instance.values

    def errors_of(self, source: Source) -> Mapping[str, SourceError]:
        """Why streams of an instance cannot be pulled, by stream: what `sources.yml` says of them is wrong."""
        instance = self.configured_instances.get(source.instance)
        if instance is None:
            return {}
        if instance.error:
            return {stream.name: instance.error for stream in source.streams}
        return instance.errors

    @cached_property
    def half_configured(self) -> dict[str, list[str]]:
        """The sources that are off although some of their settings are set, with the missing settings.

        A credential counts that is one source's alone, even where others would do instead.
        """
        missing_settings = {}
        for name, source in catalog.sources_of_environment().items():
            if name in self.sources_file.entries:
                continue
            own = self.environment.keys() - self.sources_file.variables
            required = [option.name for option in source.options if option.default is None]
            missing = [option for option in required if option not in own]
            secrets = {option.name for option in source.options if option.secret}
            if missing and own & ({*required} | secrets - shared_options()):
                missing_settings[name] = missing
        return missing_settings

    @cached_property
    def misspelt(self) -> list[str]:
        """The variables of the environment that are like a setting of a source that is not set, with that setting."""
        places = dict.fromkeys(os.environ.keys() - self.sources_file.variables, "environment")
        return list(misspelt_options(places, self.environment))

    @cached_property
    def instances(self) -> Mapping[str, Source]:
        """What a run pulls, by instance: what is configured; without any, all sources of the sample company."""
        known = {name: x.source for name, x in self.configured_instances.items()}
        if self.sample_company:
            known = catalog.sources_of_environment()
        connectors = catalog.sources()
        names = {*known, *connectors, *(source.name for source in known.values())}
        unknown = sorted(set(self.sources) - names)
        if unknown:
            raise SettingsError(
                f"OKRA_SOURCES names {', '.join(unknown)}; "
                + " ".join(
                    suggestion(name, names, f"the sources are {', '.join(sorted(names))}")
                    for name in unknown
                )
            )
        return {
            instance: source
            for instance, source in known.items()
            if not self.sources or {instance, source.name} & {*self.sources}
        }

    def require_source(self) -> None:
        """Raise `SettingsError` where there is nothing to pull, with what to write."""
        if self.instances:
            return
        if self.source_faults:
            raise SettingsError(f"no source is on: {self.source_faults[0]}")
        raise SettingsError(
            "no source is on; write one into sources.yml, such as "
            "`stripe: {api_key: {env: STRIPE_API_KEY}}` (`okra sources` lists them with their settings)"
        )

    @cached_property
    def sources_in_lake(self) -> tuple[Source, ...]:
        """The accounts whose windows the models read: the configured ones, and those that a source had before.

        Of a source with named accounts alone, the windows without an account are not read: its account was named since,
        and has been pulled again under its name.
        """
        known = [instance.source for instance in self.configured_instances.values()]
        names = {source.name for source in known}
        return (*known, *(x for name, x in catalog.sources().items() if name not in names))

    @cached_property
    def sources_by_name(self) -> Mapping[str, tuple[Source, ...]]:
        """The accounts of each source that a run pulls."""
        return by_name(self.instances.values())

    @cached_property
    def streams_by_source(self) -> Mapping[str, tuple[Stream, ...]]:
        """The streams of each source that a run pulls, whatever the number of its accounts."""
        return streams_by_name(self.instances.values())

    @cached_property
    def streams_in_lake(self) -> Mapping[str, tuple[Stream, ...]]:
        """The streams that the models read, by source: those of sources that are off now, too."""
        return streams_by_name(self.sources_in_lake)

    @cached_property
    def sample_company(self) -> bool:
        """True when no source is configured in Okra's own checkout, so that runs use the sample company."""
        return not self.is_company and not self.configured_instances and not self.sources_file.names

    @cached_property
    def home_path(self) -> Path:
        """OKRA_HOME, absolute."""
        return (self.project_path / self.home).resolve()

    @cached_property
    def state_path(self) -> Path:
        """The folder of lake, warehouse and Dagster's records. The sample company has a folder of its own."""
        return self.home_path / "sample" if self.sample_company else self.home_path

    @cached_property
    def descriptions_path(self) -> Path:
        """The file of the columns of declared streams, as their systems described them."""
        return self.home_path / "streams.json"

    @cached_property
    def lake_location(self) -> Path | str:
        """The raw lake: a folder, or an address in an object store."""
        if is_in_bucket(self.lake):
            return self.lake.rstrip("/")
        if not self.lake:
            return self.state_path / "lake"
        return (self.project_path / folder_at(self.lake)).resolve()

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
    def board_path(self) -> Path:
        """The HTML page for the board, made for print."""
        return self.home_path / "board.html"

    @cached_property
    def owners_path(self) -> Path:
        """The folder of the pages that have the goals of one owner alone."""
        return self.home_path / "site"

    def address_of(self, page: Path) -> str:
        """The address of a page in OKRA_HOME: below OKRA_SITE_URL, or its path on this machine without one."""
        if self.site_url is None:
            return str(page)
        return f"{self.site_url}/{quote(page.relative_to(self.home_path).as_posix())}"

    @cached_property
    def dagster_home_path(self) -> Path:
        """The folder of dagster.yaml. A company has a copy of Okra's in its own, as Dagster may write beside it."""
        if self.dagster_home:
            return (self.project_path / self.dagster_home).resolve()
        return self.state_path / "dagster" if self.is_company else BUILT_IN

    @cached_property
    def definitions_path(self) -> Path:
        """The folder of the OKR files."""
        return (self.project_path / self.okr_definitions).resolve()

    @cached_property
    def sheet_kpis_path(self) -> Path:
        """The file that declares the KPIs kept in sheets."""
        if self.is_company and "sheet_kpis" not in self.model_fields_set:
            return self.project_path / "kpis" / "sheet_kpis.yml"
        return (self.project_path / self.sheet_kpis).resolve()

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
