"""The sources of an installation.

A source is on when its own variables are set, or `sources.yml` has it. When no source is on in Okra's own checkout,
runs use the sample company.
"""

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from dotenv import dotenv_values

from connectors.sdk import catalog
from connectors.sdk.contract import Source, Stream
from connectors.sdk.errors import SourceError
from pipelines.okr.definition.faults import Fault, suggestion, unreadable
from pipelines.okr.definition.yaml_tree import TreeError
from pipelines.settings.accounts import by_name, streams_by_name
from pipelines.settings.declared_settings import DeclaredSettings, SettingsError, env_file
from pipelines.settings.described_streams import read_descriptions
from pipelines.settings.instance_values import Surroundings, shared_options
from pipelines.settings.instances import Instance, instances_of
from pipelines.settings.kpi_queries import with_queries
from pipelines.settings.secret_files import from_files, secrets
from pipelines.settings.sources_file import SourcesFile, read_sources
from pipelines.settings.variables import PREFIX, misspelt_options
from pipelines.settings.written_files import content_of

SOURCES_FILE = "sources.yml"
"""The file that declares instances of connectors and their streams."""


class ConfiguredSources(DeclaredSettings):
    """The sources and accounts that the environment and `sources.yml` configure."""

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
            every = catalog.sources_of_environment()
            known = {name: source for name, source in every.items() if source.has_figures}
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
    def streams_with_figures(self) -> Mapping[str, tuple[Stream, ...]]:
        """Those of them that a KPI can be worked out from."""
        return streams_by_name(x for x in self.instances.values() if x.has_figures)

    @cached_property
    def sources_without_figures(self) -> frozenset[str]:
        """The names of the sources that no figure depends on, such as what people say."""
        return frozenset(x.name for x in self.sources_in_lake if not x.has_figures)

    @cached_property
    def streams_in_lake(self) -> Mapping[str, tuple[Stream, ...]]:
        """The streams that the models read, by source: those of sources that are off now, too."""
        return streams_by_name(self.sources_in_lake)

    @cached_property
    def sample_company(self) -> bool:
        """True when no source is configured in Okra's own checkout, so that runs use the sample company."""
        return not self.is_company and not self.configured_instances and not self.sources_file.names

    @cached_property
    def descriptions_path(self) -> Path:
        """The file of the columns of declared streams, as their systems described them."""
        return self.home_path / "streams.json"

    @cached_property
    def sheet_kpis_path(self) -> Path:
        """The file that declares the KPIs kept in sheets."""
        if self.is_company and "sheet_kpis" not in self.model_fields_set:
            return self.project_path / "kpis" / "sheet_kpis.yml"
        return (self.project_path / self.sheet_kpis).resolve()
