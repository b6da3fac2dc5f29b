"""What the KPIs of `kpis/*.yml` are held against: the streams, models, sheets and KPIs that there are."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from connectors.sdk.contract import Stream
from pipelines.inputs.composing import sources_off
from pipelines.inputs.composition import Composition
from pipelines.inputs.sheet_kpis import SHEETS
from pipelines.okr.definition.faults import Fault
from pipelines.okr.kpi.kpi import Kpi
from pipelines.settings import Settings, shown


@dataclass(frozen=True)
class Available:
    """What the declarations are held against."""

    streams: Mapping[str, Mapping[str, Stream]]
    """The streams of each source that is pulled, by name."""
    declared: Collection[str]
    """The streams that are declared in `sources.yml`: `shop.orders`."""
    off: Collection[str]
    """The sources that are known and not on."""
    undescribed: Mapping[str, str]
    """Why the columns of a declared stream are not known: by `shop.orders`."""
    refused: Mapping[str, Fault]
    """What is wrong with the query of a KPI, by source and KPI. The fault has no place."""
    models: Collection[str]
    """The models of the project."""
    written: Mapping[str, Kpi]
    """The KPIs that have SQL."""
    own_sql: Mapping[str, str]
    """The file of each KPI that has SQL in the project's own folder."""
    sheets: Collection[str]
    """The instances of sheets, as a KPI can name them."""


def available_in(settings: Settings, project: Composition, written: Mapping[str, Kpi]) -> Available:
    """What the declarations of this installation are held against."""
    instances = settings.configured_instances.values()
    return Available(
        streams={
            source: {stream.name: stream for stream in streams}
            for source, streams in settings.streams_with_figures.items()
        },
        declared={f"{x.source.name}.{stream}" for x in instances for stream in x.forms},
        off=sources_off(settings),
        undescribed={
            f"{x.source.name}.{stream}": why
            for x in instances
            for stream, why in x.undescribed.items()
        },
        refused={
            f"{entry.source.name}.{kpi}": fault
            for entry in settings.sources_file.entries.values()
            for kpi, fault in entry.refused_queries.items()
        },
        models=project.models,
        written=written,
        own_sql={
            name: shown(path)
            for name, place in project.kpi_sql.items()
            if (path := project.written.get(place)) and path.is_relative_to(settings.project_path)
        },
        sheets={
            name
            for x in instances
            if x.source.connector == SHEETS
            for name in (x.source.instance, x.source.account or x.source.name)
        },
    )
