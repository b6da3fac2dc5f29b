"""Reads the KPIs that are worked out from the rows of a stream, and those that a query gives."""

import re
from collections.abc import Iterator

from connectors.sdk.contract import Stream
from connectors.sdk.rules import adds_up
from pipelines.inputs.composition import KPI_PREFIX
from pipelines.inputs.yaml_kpis import stream_sql
from pipelines.inputs.yaml_kpis.entries import KpiEntry, Reading
from pipelines.inputs.yaml_kpis.forms import QueryKpi, StreamKpi
from pipelines.inputs.yaml_kpis.fragments import (
    QUOTED,
    complaints,
    counts_distinct,
    divides,
    not_added_up,
)
from pipelines.okr.definition.faults import Fault, listed, suggestion
from pipelines.okr.kpi.conversion import CURRENCY, MONEY
from pipelines.okr.kpi.kpi import ACCOUNT

NOT_ADDED_UP = re.compile(
    r"\b(?:(?:median|avg|percentile_\w+|quantile\w*|approx_\w+)\s*\(|count\s*\(\s*distinct\b)",
    re.IGNORECASE,
)
"""A function in any database's SQL whose values of two days or members are no sum of theirs."""


def read_of_stream(reading: Reading, entry: KpiEntry, form: StreamKpi) -> None:
    """A KPI that is worked out from the rows of a stream."""
    source, _, name = form.source.partition(".")
    stream = None
    if name:
        if not is_there(reading, entry, source, "from"):
            return
        stream = reading.available.streams[source].get(name)
        if stream is None:
            fault = missing_stream(reading, entry, source, name)
            reading.fail(entry.name, fault)
            return
    if stream_sql.model_of(form.source) not in reading.available.models:
        known = reading.available.models
        remedy = suggestion(form.source, known, "name a stream such as shop.orders, or a model")
        what = f"there is no model `{stream_sql.model_of(form.source)}`"
        reading.fail(entry.name, entry.fault(what, remedy, "from"))
        return
    day = form.day or (stream.cursor if stream and stream.snapshot else "")
    is_declared = form.source in reading.available.declared
    # Okra's own staging models rename columns, so those of a connector's own streams are not known
    columns = {*stream.schema.names, ACCOUNT} if stream and is_declared else None
    if faults := [*stream_faults(entry, form, day, stream, columns)]:
        reading.fail(entry.name, *faults)
        return
    kpi = form.named(entry.name, f"{KPI_PREFIX}{entry.name}")
    if columns is not None:
        reading.doubts.update(currency_doubts(entry, form, columns))
    # by another day than that of the snapshot, each earlier snapshot would add the same rows again
    is_present = stream is not None and stream.snapshot and day != stream.cursor
    reading.add(entry, kpi, stream_sql.sql_of(form, day, is_present=is_present))


def read_of_query(reading: Reading, entry: KpiEntry, form: QueryKpi) -> None:
    """A KPI that is a query: its stream is that of the connection and the KPI's name."""
    source = form.connection.partition("@")[0]
    if not is_there(reading, entry, source, "connection"):
        return
    if form.plan:
        remedy = "declare its rows as a `snapshot: true` stream and read them by their day, or use a sheet"
        what = "`plan: true` of a query, which is not asked for days to come"
        reading.fail(entry.name, entry.fault(what, remedy, "plan"))
        return
    if entry.name not in reading.available.streams[source]:
        stream = f"{source}.{entry.name}"
        if refused := reading.available.refused.get(stream):
            reading.fail(entry.name, entry.fault(refused.what, refused.remedy, "query"))
            return
        reason = reading.available.undescribed.get(stream, "")
        what = f"the query on `{form.connection}` cannot be pulled{reason and ': ' + reason}"
        reading.fail(entry.name, entry.fault(what, "name a connection to a SQL database"))
        return
    sides = ("numerator", "denominator") if form.kind == "ratio" else ("value",)
    rows = StreamKpi.model_validate(
        {
            "from": f"{source}.{entry.name}",
            **{side: f"sum({side})" for side in sides},
            **form.model_dump(include={"kind", "unit", "direction", "owner", "dimensions"}),
            **form.model_dump(include={"conversion", "money"}),
        }
    )
    kpi = form.named(entry.name, f"{KPI_PREFIX}{entry.name}")
    columns = {*reading.available.streams[source][entry.name].schema.names}
    reading.doubts.update(currency_doubts(entry, rows, columns))
    reading.doubts.update(addition_doubts(entry, form))
    reading.add(entry, kpi, stream_sql.sql_of(rows, "day"))


def addition_doubts(entry: KpiEntry, form: QueryKpi) -> Iterator[Fault]:
    """That the figures of a query probably do not add up over the days or the members."""
    over = "days" if form.kind == "flow" else "members of its dimensions"
    call = NOT_ADDED_UP.search(QUOTED.sub(" ", form.query))
    if form.kind == "ratio" or not call or (form.kind == "stock" and not form.dimensions):
        return
    name = call[0].lower()
    shown = f"{name}...)" if name.endswith("(") else f"{name} ...)"
    yield entry.fault(
        f"the query has `{shown}`, and the {over} of a {form.kind} are added up",
        "leave out `dimensions`, or write a `kind: ratio` such as the share that is within a limit"
        if form.kind == "stock"
        else "write `kind: ratio` with both sides, `kind: distinct` over the rows, or `kind: stock`",
        "query",
    )


def is_there(reading: Reading, entry: KpiEntry, source: str, key: str) -> bool:
    """Whether a source is pulled. Notes what is wrong, or that it is off, where it is not."""
    if source in reading.available.streams:
        return True
    if source in reading.available.off:
        reading.off[entry.name] = frozenset({source})
        return False
    known = {*reading.available.streams, *reading.available.off}
    remedy = suggestion(source, known, f"declare it in sources.yml; there are {listed(known)}")
    reading.fail(entry.name, entry.fault(f"there is no source `{source}`", remedy, key))
    return False


def missing_stream(reading: Reading, entry: KpiEntry, source: str, stream: str) -> Fault:
    """The fault of a KPI whose stream is not there."""
    name = f"{source}.{stream}"
    if name in reading.available.undescribed:
        reason = reading.available.undescribed[name] or "nobody has asked for them"
        what = f"the columns of {name} are not known yet: {reason}"
        return entry.fault(what, "run `okra check`, which asks for them", "from")
    known = reading.available.streams[source]
    otherwise = f"its streams are {listed(known)}" if known else "declare it in sources.yml"
    remedy = suggestion(stream, known, otherwise)
    return entry.fault(f"{source} has no stream `{stream}`", remedy, "from")


def stream_faults(
    entry: KpiEntry, form: StreamKpi, day: str, stream: Stream | None, columns: set[str] | None
) -> Iterator[Fault]:
    """What is wrong with the columns and the SQL of a KPI. `columns`: those there are, where that is known."""
    if not day:
        yield entry.fault(
            "no `day`, which says on which day a row counts",
            f"add `day:` with a date or a moment{'' if columns is None else ': ' + names_of_days(stream)}",
        )
    elif columns is not None and day not in columns:
        remedy = suggestion(day, columns, f"the columns are {listed(columns)}")
        yield entry.fault(f"`day: {day}` is no column of {form.source}", remedy, "day")
    elif columns is not None and day not in days_of(stream):
        remedy = f"name a date or a moment: {names_of_days(stream)}"
        yield entry.fault(f"`day: {day}` is no date and no moment", remedy, "day")
    elif stream and stream.snapshot and day == stream.cursor and form.kind == "flow":
        what = f"a flow of {form.source}, whose snapshots would be added up over the days"
        yield entry.fault(what, "write `kind: stock`, or the `day:` of each row", "kind")
    for name in form.dimensions:
        if name not in form.members and columns is not None and name not in columns:
            remedy = suggestion(name, columns, f"the columns are {listed(columns)}")
            yield entry.fault(f"`{name}` is no column of {form.source}", remedy, "dimensions")
        if name == ACCOUNT:
            yield entry.fault(
                "`account` is a dimension by itself where accounts have names",
                "leave it out",
                "dimensions",
            )
    for key, text, is_aggregate in form.fragments:
        for what, remedy in complaints(text, is_aggregate=is_aggregate, columns=columns):
            yield entry.fault(f"`{key}: {text}`: {what}", remedy, key)
    yield from addition_faults(entry, form, stream)


def addition_faults(entry: KpiEntry, form: StreamKpi, stream: Stream | None) -> Iterator[Fault]:
    """What does not add up over days and members although the kind says that it does."""
    for key in ("value", "numerator", "denominator"):
        text = getattr(form, key)
        if not text:
            continue
        counted = counts_distinct(text) - set(stream.key if stream else ())
        if form.kind == "distinct" and not counts_distinct(text):
            remedy = "write `value: count(distinct customer)`, or `kind: flow`"
            yield entry.fault(f"`{key}: {text}` counts nothing distinct", remedy, key)
        if form.kind != "distinct" and counted:
            what = f"`{key}: {text}` counts a {min(counted)} once a day, and its days are added up"
            yield entry.fault(what, "write `kind: distinct`, or count rows", key)
        # a level is not added up over days; over members it is
        is_added = form.kind in ("flow", "ratio") or (form.kind == "stock" and form.dimensions)
        if is_added and (aggregate := not_added_up(text)):
            what = f"`{key}: {text}`: {aggregate} of two days or members is no sum of theirs"
            remedy = "write sums and counts; an average is a `kind: ratio` of the two"
            yield entry.fault(what, remedy, key)
        if form.unit == MONEY and divides(text):
            remedy = "divide in the query of the stream, or write a numerator and a denominator"
            yield entry.fault(f"`{key}: {text}` divides money, which is not exact", remedy, key)
        for name in named_columns(stream, text) if form.kind != "distinct" else ():
            what = f"`{name}` counts different people or is a rate, and its days do not add up"
            yield entry.fault(f"`{key}: {text}`: {what}", "pull it by month, or divide counts", key)


def currency_doubts(entry: KpiEntry, form: StreamKpi, columns: set[str]) -> Iterator[Fault]:
    """That amounts of several currencies are probably added up as if they were of one."""
    says_it = any(re.search(rf"\b{CURRENCY}\b", text, re.I) for _, text, _ in form.fragments)
    if form.unit == MONEY and CURRENCY in columns - {*form.dimensions} and not says_it:
        yield entry.fault(
            f"money without the dimension `{CURRENCY}`, though {form.source} has a column `{CURRENCY}`: "
            "all amounts count as they stand, in the reporting currency",
            f"add `dimensions: [{CURRENCY}]` where each amount is in the currency of its row",
        )


def named_columns(stream: Stream | None, text: str) -> Iterator[str]:
    """The columns in a fragment whose values cannot be added up."""
    for column in stream.schema if stream else ():
        if not adds_up(column) and re.search(rf"\b{column.name}\b", text):
            yield column.name


def names_of_days(stream: Stream | None) -> str:
    """The columns of a stream that can be a day, for a sentence."""
    return listed(days_of(stream))


def days_of(stream: Stream | None) -> list[str]:
    """The columns of a stream that can be a day."""
    import pyarrow as pa

    fields = stream.schema if stream else ()
    kinds = (pa.types.is_date, pa.types.is_timestamp)
    return [x.name for x in fields if any(is_kind(x.type) for is_kind in kinds)]
