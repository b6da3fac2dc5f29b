"""`okra new kpi`: a KPI in YAML alone, from a stream or from other KPIs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from connectors.sdk.contract import Stream
from pipelines.commands.scaffolding import Scaffold, ScaffoldError, checked, filled, scalar, title
from pipelines.okr.definition.faults import listed, suggestion
from pipelines.okr.definition.units import unit_fault

Streams = Mapping[str, Stream]
"""Streams by their names, such as `shop.orders`."""


@dataclass(frozen=True, kw_only=True)
class NewYamlKpi:
    """The options of a new KPI. It counts the rows of a stream, sums a column of it, or is worked out from others."""

    name: str
    source: str = ""
    day: str = ""
    summed: str = ""
    expr: str = ""
    by: Sequence[str] = ()
    unit: str = ""
    owner: str = "owner@example.com"


def yaml_kpi(new: NewYamlKpi, streams: Streams) -> Scaffold:
    """The file of a KPI. `streams`: those that are pulled. Raises `ScaffoldError`."""
    name = checked(new.name, "KPI")
    if new.expr and new.source:
        raise ScaffoldError("a KPI is from a stream or from other KPIs; leave --from or --expr out")
    lines = [*(of_kpis(new) if new.expr else of_stream(new, streams))]
    if new.unit and (fault := unit_fault(new.unit)):
        raise ScaffoldError("; ".join(fault))
    place = f"kpis/{name}.yml"
    names = {
        "name": name,
        "title": scalar(title(name)),
        "lines": "\n".join(f"  {line}" for line in lines),
        "owner": scalar(new.owner),
    }
    return Scaffold(
        {place: filled("kpi/kpis.yml", names)},
        [
            f"say in {place} which rows count (`where:`), and whether up is good",
            "okra check",
            f"okra kpi {name}   (its last 30 days, in seconds)",
            f"okra new okr {name.replace('_', '-')} --kpi {name}",
        ],
    )


def all_of(streams: Streams) -> str:
    """The streams there are, as the end of a sentence."""
    return f"the streams are {listed(streams)}" if streams else "sources.yml declares none"


def of_kpis(new: NewYamlKpi) -> Iterator[str]:
    """The lines that say how it is worked out from other KPIs. Its kind, and the unit of a sum, follow from those."""
    if "/" in new.expr and not new.unit:
        raise ScaffoldError("say what the quotient counts: --unit, `money` for amounts")
    yield f"expr: {scalar(new.expr)}"
    if new.unit:
        yield f"unit: {scalar(new.unit)}"


def of_stream(new: NewYamlKpi, streams: Streams) -> Iterator[str]:
    """The lines that say how it is worked out from a stream."""
    if not new.source:
        example = next(iter(streams), "shop.orders")
        raise ScaffoldError(
            f"say which stream it is from, such as --from {example} ({all_of(streams)}); or "
            "write --expr, or --sql for a model of your own"
        )
    stream = streams.get(new.source)
    if stream is None:
        remedy = suggestion(new.source, streams, all_of(streams))
        raise ScaffoldError(f"there is no stream {new.source}; {remedy}")
    columns = stream.schema.names
    by = [*new.by]
    if new.unit == "money" and "currency" in columns and "currency" not in by:
        by.append("currency")
    day = new.day or day_of(stream)
    if not day:
        raise ScaffoldError(f"say on which day a row counts: --day, one of {listed(columns)}")
    for column in filter(None, [day, new.summed, *by]):
        if column not in columns:
            remedy = suggestion(column, columns, f"the columns are {listed(columns)}")
            raise ScaffoldError(f"{new.source} has no column `{column}`; {remedy}")
    yield f"from: {new.source}"
    yield f"day: {day}"
    yield f"value: {f'sum({new.summed})' if new.summed else 'count(*)'}"
    if by:
        yield f"dimensions: [{', '.join(by)}]"
    yield "kind: flow"
    yield f"unit: {scalar(new.unit or new.summed or stream.name)}"


def day_of(stream: Stream) -> str:
    """The column that most likely says on which day a row counts; empty where none does.

    The cursor of rows that change is when they changed.
    """
    if not stream.mutable:
        return stream.cursor
    is_day = (pa.types.is_date, pa.types.is_timestamp)
    days = [
        field.name
        for field in stream.schema
        if field.name not in (stream.cursor, stream.gone) and any(is_(field.type) for is_ in is_day)
    ]
    return days[0] if days else ""
