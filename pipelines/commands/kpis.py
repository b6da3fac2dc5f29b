"""`okra kpis` lists the KPIs; `okra kpi NAME` shows one of them without a whole run."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from connectors.sdk.contract import Source
from pipelines.commands.console import Output, note_sample_company
from pipelines.commands.progress import PullBars
from pipelines.commands.terminal import plain_table
from pipelines.errors import OkraError
from pipelines.inputs.composing import compose, with_kpis
from pipelines.inputs.composition import Composition
from pipelines.inputs.declarations import DeclaredKpis
from pipelines.inputs.kpi_files import declared_kpis
from pipelines.inputs.sheet_kpis import SHEET_MODEL
from pipelines.okr.definition.faults import suggestion
from pipelines.okr.kpi.facts import TOTAL
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.numbers import ZERO, figure, rounded
from pipelines.okr.kpi.periods import Period
from pipelines.publishing.published import NothingPublishedError, Row, opened
from pipelines.settings import Settings, shown
from pipelines.steps.one_kpi import KpiDays, read_days, streams_below_kpis

LISTED = ("KPI", "Kind", "Unit", "Dimensions", "Sources", "Data", "Owner")
MAX_MEMBERS = 6
"""Members of a dimension that get a column of their own."""

_PUBLISHED_PLACES = 6
"""The decimals of published figures."""


class UnknownKpiError(OkraError):
    """There is no such KPI, or it cannot be computed; the text says why."""


def kpis(settings: Settings, output: Output) -> None:
    """Every KPI; those that are off or broken, and why."""
    declared = declared_kpis(settings)
    documents = kpi_documents(settings, declared)
    if output.as_json:
        output.json(
            {
                "kpis": documents,
                "off": {name: sorted(lacking) for name, lacking in sorted(declared.off.items())},
                "broken": dict(sorted(declared.broken.items())),
                "faults": [str(fault) for fault in declared.faults],
            }
        )
        return
    note_sample_company(settings, output)
    if documents:
        output.out.print(plain_table("KPIs", LISTED, map(listed_row, documents)))
    else:
        output.note("There is no KPI yet; `okra new kpi NAME` writes one")
    for lacking, names in off_by_source(declared).items():
        output.note(f"Off, without {lacking}: {', '.join(names)}")
    for fault in declared.faults:
        output.warn(str(fault))


def listed_row(document: Mapping[str, Any]) -> tuple[str, ...]:
    """The cells of a KPI in the list."""
    through = document["data_through"]
    return (
        document["kpi"],
        document["kind"],
        document["unit"],
        ", ".join(document["dimensions"]),
        ", ".join(sorted({stream.partition(".")[0] for stream in document["streams"]})),
        f"{document['first_day']} to {through}" if through else "not yet",
        document["owner"],
    )


def kpi_documents(settings: Settings, declared: DeclaredKpis) -> list[dict[str, Any]]:
    """Each sound KPI for machines, with the days that the last run published of it: null where there was none."""
    try:
        with opened(settings.published_path) as file:
            rows = file.rows("select kpi, data_from, data_through, trust from kpis")
    except NothingPublishedError:
        rows = []
    published: dict[str, Row] = {row["kpi"]: row for row in rows}
    streams = streams_below_kpis(settings, declared)
    project = with_kpis(compose(settings), declared)
    return [
        {
            "kpi": name,
            "label": kpi.label,
            "kind": kpi.kind,
            "unit": kpi.unit,
            "direction": kpi.direction,
            "dimensions": list(kpi.dimensions),
            "streams": sorted(f"{source}.{stream}" for source, stream in streams[name]),
            "first_day": published.get(name, {}).get("data_from"),
            "data_through": published.get(name, {}).get("data_through"),
            "trust": published.get(name, {}).get("trust"),
            "owner": kpi.owner,
            "declared": place_of(settings, declared, project, kpi),
        }
        for name, kpi in sorted(declared.kpis.items())
    ]


def place_of(settings: Settings, declared: DeclaredKpis, project: Composition, kpi: Kpi) -> str:
    """The file in which a KPI is computed or declared."""
    if place := declared.places.get(kpi.name):
        return place
    if kpi.model == SHEET_MODEL:
        return shown(settings.sheet_kpis_path)
    return project.shown(project.models[kpi.model])


def off_by_source(declared: DeclaredKpis) -> Mapping[str, Sequence[str]]:
    """The KPIs that are off, by the sources that they lack."""
    names: dict[str, list[str]] = {}
    for name, lacking in sorted(declared.off.items()):
        names.setdefault(", ".join(sorted(lacking)), []).append(name)
    return names


def kpi(
    settings: Settings, name: str, days: int, output: Output, *, is_pulled: bool, with_sql: bool
) -> bool:
    """Some days of one KPI, in total and by member. Returns whether every account could be pulled."""
    declared = declared_kpis(settings)
    chosen = chosen_kpi(declared, name)
    if with_sql:
        sql = sql_of(settings, declared, chosen)
        output.out.print(sql, markup=False, highlight=False, soft_wrap=True)
        return True
    note_sample_company(settings, output)
    with PullBars(output.err) as bars:
        shown_days = read_days(settings, declared, chosen, days, progress=bars, is_pulled=is_pulled)
    for line in bars.lines(shown_days.failed):
        (output.warn if "FAILED" in line else output.note)(line)
    if output.as_json:
        output.json(days_document(shown_days))
    elif chosen.behaviour.reported_by_period:
        show_periods(shown_days, output)
    else:
        show_days(shown_days, output)
    for stream in shown_days.begins_here:
        output.note(
            f"The lake has nothing of {stream} before {shown_days.first}: figures that look further back are not "
            "whole until `okra run`"
        )
    return not shown_days.failed


def chosen_kpi(declared: DeclaredKpis, name: str) -> Kpi:
    """The KPI of this name. Raises `UnknownKpiError`, which says why there is none."""
    if name in declared.kpis:
        return declared.kpis[name]
    if name in declared.broken:
        faults = [str(fault) for fault in declared.faults if f"`{name}`" in fault.what]
        raise UnknownKpiError("\n".join(faults) or f"{name} is broken: see {declared.broken[name]}")
    if name in declared.off:
        lacking = " and ".join(sorted(declared.off[name]))
        raise UnknownKpiError(
            f"{name} is off, as {lacking} is; `okra sources` shows how to turn it on"
        )
    remedy = suggestion(name, declared.kpis, "`okra kpis` lists them")
    raise UnknownKpiError(f"there is no KPI {name!r}; {remedy}")


def feeding(settings: Settings, sources: Sequence[Source], names: Sequence[str]) -> list[Source]:
    """Those of the accounts that feed the KPIs of these names, each with the streams that do.

    Raises `UnknownKpiError`.
    """
    declared = declared_kpis(settings)
    below = streams_below_kpis(settings, declared)
    streams = {stream for name in names for stream in below[chosen_kpi(declared, name).name]}
    narrowed = [
        replace(
            source, streams=tuple(x for x in source.streams if (source.name, x.name) in streams)
        )
        for source in sources
    ]
    return [source for source in narrowed if source.streams]


def sql_of(settings: Settings, declared: DeclaredKpis, chosen: Kpi) -> str:
    """The model that computes a KPI."""
    project = with_kpis(compose(settings), declared)
    return project.text(project.models[chosen.model]).rstrip()


def show_days(of: KpiDays, output: Output) -> None:
    """A line a day, or a period that it is given for: the total, its members, and what is not to be trusted."""
    kpi = of.kpi
    heading = kpi.every.capitalize()
    rows = [
        (x.label, in_unit(of.total(x).value, kpi.unit) or "missing", of.trust(x))
        for x in of.periods
    ]
    output.out.print(plain_table(kpi.label, (heading, "Total", "Trust"), rows))
    for dimension in kpi.dimensions:
        members = largest_members(of, dimension)
        if not members:
            continue
        by_period = [
            (
                period.label,
                *(in_unit(of.member(dimension, x, period).value, kpi.unit) for x in members),
            )
            for period in of.periods
        ]
        more = len(of.index.members(dimension)) - len(members)
        title = f"By {dimension}" + (f", without {more} more" if more else "")
        output.out.print(plain_table(title, (heading, *members), by_period))


def in_unit(value: Decimal | None, unit: str) -> str:
    """The figure with its unit and the decimals that are published; empty for none."""
    return "" if value is None else figure(rounded(value, _PUBLISHED_PLACES), unit)


def largest_members(of: KpiDays, dimension: str) -> list[str]:
    """The members with the largest values over the days, the largest first."""

    def size(member: str) -> tuple[bool, Decimal]:
        value = of.over_all(dimension, member).value
        return value is None, -abs(value or ZERO)

    return sorted(of.index.members(dimension), key=size)[:MAX_MEMBERS]


def show_periods(of: KpiDays, output: Output) -> None:
    """A line for each period of a distinct count that ends within the days or is under way."""
    rows = [
        (
            x["period"],
            x["period_start"],
            x["dimension"],
            x["member"],
            in_unit(x["value"], of.kpi.unit),
            x["data_through"],
        )
        for x in period_documents(of)
    ]
    columns = ("Period", "Starts", "Dimension", "Member", "Value", "Data through")
    output.out.print(plain_table(of.kpi.label, columns, rows))


def period_documents(of: KpiDays) -> list[dict[str, Any]]:
    """The periods of a distinct count that have data of these days."""
    return [
        {
            "period": fact.period,
            "period_start": fact.period_start,
            "dimension": fact.dimension,
            "member": fact.member,
            "value": fact.value,
            "data_through": fact.data_through,
        }
        for facts in of.index.distinct.values()
        for fact in facts
        if fact.data_through >= of.first and fact.period_start <= of.last
    ]


def days_document(of: KpiDays) -> dict[str, Any]:
    """The same for machines."""
    content: dict[str, Any] = {"kpi": of.kpi.name, "unit": of.kpi.unit, "failed": dict(of.failed)}
    if of.kpi.behaviour.reported_by_period:
        return content | {"periods": period_documents(of)}
    return content | {"periods": [period_document(of, period) for period in of.periods]}


def period_document(of: KpiDays, period: Period) -> dict[str, Any]:
    """One day, or one period that the KPI is given for, for machines: a value that is missing is null."""
    members = {
        dimension: {
            member: of.member(dimension, member, period).value
            for member in of.index.members(dimension)
        }
        for dimension in of.kpi.dimensions
    }
    return {
        "period": period.label,
        "start": period.start,
        "end": period.end,
        TOTAL: of.total(period).value,
        "members": members,
        "trust": of.trust(period),
    }
