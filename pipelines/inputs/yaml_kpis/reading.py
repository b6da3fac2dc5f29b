"""Reads `kpis/*.yml`: which KPIs are declared in it, what is wrong with the others, and the SQL of each.

    defaults: {owner: sales@example.com, direction: up}
    orders: {from: shop.orders, day: ordered_at, value: count(*), kind: flow, unit: orders}
    margin: {expr: net_sales - costs}

An entry that is broken takes down its own KPI, and no other. docs/kpis.md has every key.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import ValidationError

from connectors.sdk.contract import Stream
from connectors.sdk.rules import adds_up
from pipelines.inputs.composition import PREFIX, Composition, sources_off
from pipelines.inputs.declarations import DeclaredKpis
from pipelines.inputs.sheet_kpis import PLAN_MODEL, SHEET_MODEL
from pipelines.inputs.yaml_kpis import expressions, stream_sql
from pipelines.inputs.yaml_kpis.expressions import ExpressionError
from pipelines.inputs.yaml_kpis.forms import (
    FORMS,
    WAYS,
    ExpressionKpi,
    QueryKpi,
    SheetKpi,
    StreamKpi,
)
from pipelines.inputs.yaml_kpis.fragments import complaints, counts_distinct, divides
from pipelines.okr.definition.faults import (
    Fault,
    blank_faults,
    form_faults,
    listed,
    suggestion,
    unreadable,
)
from pipelines.okr.definition.kpi_declaration import NAME, NAME_REMEDY, KpiDeclaration
from pipelines.okr.definition.yaml_tree import Tree
from pipelines.okr.kpi.conversion import MONEY
from pipelines.okr.kpi.kpi import ACCOUNT, Kpi
from pipelines.settings import Settings, shown
from pipelines.settings.kpi_queries import DEFAULTS, KpiFile, kpi_yaml_files

SHEETS = "spreadsheet"
"""The connector of KPIs that are kept in sheets."""
CLAIMED = re.compile(rf"^({NAME})[ \t]*:", re.MULTILINE)
"""A line that declares a KPI, in a file that is not YAML as a whole."""


@dataclass(frozen=True)
class Surroundings:
    """What the declarations are held against."""

    streams: Mapping[str, Mapping[str, Stream]]
    """The streams of each source that is pulled, by name."""
    declared: Collection[str]
    """The streams that are declared in `sources.yml`: `shop.orders`."""
    off: Collection[str]
    """The sources that are known and not on."""
    undescribed: Mapping[str, str]
    """Why the columns of a declared stream are not known: by `shop.orders`."""
    models: Collection[str]
    """The models of the project."""
    written: Mapping[str, Kpi]
    """The KPIs that have SQL."""
    own_sql: Mapping[str, str]
    """The file of each KPI that has SQL in the project's own folder."""
    sheets: Collection[str]
    """The instances of sheets, as a KPI can name them."""


@dataclass
class Reading:
    """What came of the files so far."""

    around: Surroundings
    kpis: dict[str, Kpi] = field(default_factory=dict)
    models: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    off: dict[str, frozenset[str]] = field(default_factory=dict)
    faults: set[Fault] = field(default_factory=set)
    waiting: dict[str, "Entry"] = field(default_factory=dict)
    """KPIs that are worked out from others, which are read first."""

    @property
    def declared(self) -> DeclaredKpis:
        """All of it."""
        return DeclaredKpis(
            self.kpis, tuple(sorted(self.faults)), self.broken, self.off, self.models, self.places
        )

    def fail(self, name: str, *faults: Fault) -> None:
        """A KPI that cannot be computed, and why."""
        self.faults.update(faults)
        self.broken[name] = faults[0].file

    def add(self, entry: "Entry", kpi: Kpi, sql: str = "") -> None:
        """A sound KPI, with its SQL where it has a model of its own."""
        self.kpis[entry.name] = kpi
        if sql:
            self.models[kpi.model] = sql


@dataclass(frozen=True)
class Entry:
    """What is written of one KPI, and where."""

    name: str
    file: str
    tree: Tree
    """With the defaults of its file. The lines are those of the file."""

    def fault(self, what: str, remedy: str, *keys: str) -> Fault:
        """A fault of a key of the entry, or of all of it."""
        return Fault(self.file, self.tree.line(keys), f"`{self.name}`: {what}", remedy)


def read_yaml_kpis(
    settings: Settings, project: Composition, written: Mapping[str, Kpi]
) -> DeclaredKpis:
    """The KPIs that the project declares in YAML. `written`: those that have SQL in the composed project."""
    reading = Reading(surroundings_of(settings, project, written))
    for file in kpi_yaml_files(settings.project_path, apart=settings.sheet_kpis_path):
        read_file(reading, file)
    for name in [*reading.waiting]:
        read_expression(reading, name, ())
    return reading.declared


def surroundings_of(
    settings: Settings, project: Composition, written: Mapping[str, Kpi]
) -> Surroundings:
    """What the declarations of this installation are held against."""
    instances = settings.configured_instances.values()
    return Surroundings(
        streams={
            source: {stream.name: stream for stream in streams}
            for source, streams in settings.streams_by_source.items()
        },
        declared={f"{x.source.name}.{stream}" for x in instances for stream in x.forms},
        off=sources_off(settings),
        undescribed={
            f"{x.source.name}.{stream}": why
            for x in instances
            for stream, why in x.undescribed.items()
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


def read_file(reading: Reading, file: KpiFile) -> None:
    """The KPIs of one file."""
    where = shown(file.path)
    if file.error:
        reading.faults.add(unreadable(where, file.error))
        reading.broken.update(dict.fromkeys(CLAIMED.findall(file.text), where))
        return
    if file.tree.data is not None and not isinstance(file.tree.data, dict):
        fault = Fault(where, 1, "not a mapping of KPIs", "write `name:` and its keys below")
        reading.faults.add(fault)
        return
    defaults = file.tree.at(DEFAULTS)
    if defaults is not None and not isinstance(defaults, dict):
        line = file.tree.line((DEFAULTS,))
        fault = Fault(where, line, f"`{DEFAULTS}` is no mapping", "write keys of KPIs below it")
        reading.faults.add(fault)
    for name in file.entries:
        below = file.tree.below(name)
        entry = Entry(name, where, Tree(file.of(name), below.lines, below.blank))
        faults = [*name_faults(reading, entry)]
        if name in reading.places:
            continue_with = f"keep one of them; the other is in {reading.places[name]}"
            faults.append(entry.fault("declared twice", continue_with))
        else:
            reading.places[name] = f"{where}:{entry.tree.line(())}"
        if faults:
            reading.fail(name, *faults)
        else:
            read_entry(reading, entry)


def name_faults(reading: Reading, entry: Entry) -> Iterator[Fault]:
    """What is wrong with the name of a KPI."""
    if not re.fullmatch(NAME, entry.name):
        line = entry.tree.line(())
        yield Fault(entry.file, line, f"`{entry.name}` is no name of a KPI", NAME_REMEDY)
    if sql := reading.around.own_sql.get(entry.name):
        yield entry.fault(f"already computed by {sql}", "give one of them another name")


def read_entry(reading: Reading, entry: Entry) -> None:
    """One KPI: of the way that its keys say."""
    written = entry.tree.data
    if not isinstance(written, dict):
        remedy = "write where it comes from (`from:`, `connection:`, `sheet:` or `expr:`) and what it means"
        reading.fail(entry.name, entry.fault("declares nothing", remedy))
        return
    if blanks := blank_faults(entry.file, entry.tree):
        reading.fail(entry.name, *(entry.fault(x.what, x.remedy) for x in blanks))
        return
    ways = [way for way in WAYS if way in written]
    if len(ways) != 1:
        what = f"both {' and '.join(f'`{x}`' for x in ways)}" if ways else "no word on its figures"
        remedy = f"write one of {', '.join(f'`{x}`' for x in WAYS.values())}"
        reading.fail(entry.name, entry.fault(what, remedy, *ways[-1:]))
        return
    if ways[0] == "expr":
        reading.waiting[entry.name] = entry
        return
    form = checked(reading, entry, FORMS[ways[0]], written)
    if isinstance(form, StreamKpi):
        read_of_stream(reading, entry, form)
    elif isinstance(form, QueryKpi):
        read_of_query(reading, entry, form)
    elif isinstance(form, SheetKpi):
        read_of_sheet(reading, entry, form)


def checked(
    reading: Reading, entry: Entry, form: type[KpiDeclaration], written: Mapping[str, object]
) -> KpiDeclaration | None:
    """The declaration, or None where it has faults, which are noted."""
    try:
        return form.model_validate(written)
    except ValidationError as error:
        faults = form_faults(entry.file, entry.tree, error, form)
        reading.fail(
            entry.name,
            *(Fault(x.file, x.line, f"`{entry.name}`: {x.what}", x.remedy) for x in faults),
        )
        return None


def read_of_sheet(reading: Reading, entry: Entry, form: SheetKpi) -> None:
    """A KPI that is kept in a sheet; the connector reads its rows."""
    sheet = form.sheet
    if sheet not in reading.around.sheets:
        known = reading.around.sheets
        remedy = suggestion(sheet, known, f"the sheets of sources.yml: {listed(known)}")
        reading.fail(entry.name, entry.fault(f"there is no sheet `{sheet}`", remedy, "sheet"))
        return
    reading.add(entry, form.of_sheet(entry.name))


def read_of_query(reading: Reading, entry: Entry, form: QueryKpi) -> None:
    """A KPI that is a query: its stream is that of the connection and the KPI's name."""
    source = form.connection.partition("@")[0]
    if not is_there(reading, entry, source, "connection"):
        return
    if entry.name not in reading.around.streams[source]:
        reason = reading.around.undescribed.get(f"{source}.{entry.name}", "")
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
    kpi = form.named(entry.name, f"{PREFIX}{entry.name}")
    reading.add(entry, kpi, stream_sql.sql_of(rows, "day"))


def read_of_stream(reading: Reading, entry: Entry, form: StreamKpi) -> None:
    """A KPI that is worked out from the rows of a stream."""
    source, _, name = form.source.partition(".")
    stream = None
    if name:
        if not is_there(reading, entry, source, "from"):
            return
        stream = reading.around.streams[source].get(name)
        if stream is None:
            fault = missing_stream(reading, entry, source, name)
            reading.fail(entry.name, fault)
            return
    if stream_sql.model_of(form.source) not in reading.around.models:
        known = reading.around.models
        remedy = suggestion(form.source, known, "name a stream such as shop.orders, or a model")
        what = f"there is no model `{stream_sql.model_of(form.source)}`"
        reading.fail(entry.name, entry.fault(what, remedy, "from"))
        return
    day = form.day or (stream.cursor if stream and stream.snapshot else "")
    is_declared = form.source in reading.around.declared
    # Okra's own staging models rename columns, so those of a connector's own streams are not known
    columns = {*stream.schema.names, ACCOUNT} if stream and is_declared else None
    if faults := [*stream_faults(entry, form, day, stream, columns)]:
        reading.fail(entry.name, *faults)
        return
    kpi = form.named(entry.name, f"{PREFIX}{entry.name}")
    reading.add(entry, kpi, stream_sql.sql_of(form, day))


def is_there(reading: Reading, entry: Entry, source: str, key: str) -> bool:
    """Whether a source is pulled. Notes what is wrong, or that it is off, where it is not."""
    if source in reading.around.streams:
        return True
    if source in reading.around.off:
        reading.off[entry.name] = frozenset({source})
        return False
    known = {*reading.around.streams, *reading.around.off}
    remedy = suggestion(source, known, f"declare it in sources.yml; there are {listed(known)}")
    reading.fail(entry.name, entry.fault(f"there is no source `{source}`", remedy, key))
    return False


def missing_stream(reading: Reading, entry: Entry, source: str, stream: str) -> Fault:
    """The fault of a KPI whose stream is not there."""
    name = f"{source}.{stream}"
    if name in reading.around.undescribed:
        reason = reading.around.undescribed[name] or "nobody has asked for them"
        what = f"the columns of {name} are not known yet: {reason}"
        return entry.fault(what, "run `okra check`, which asks for them", "from")
    known = reading.around.streams[source]
    remedy = suggestion(stream, known, f"the streams of {source} are {listed(known)}")
    return entry.fault(f"{source} has no stream `{stream}`", remedy, "from")


def stream_faults(
    entry: Entry, form: StreamKpi, day: str, stream: Stream | None, columns: set[str] | None
) -> Iterator[Fault]:
    """What is wrong with the columns and the SQL of a KPI. `columns`: those there are, where that is known."""
    if not day:
        yield entry.fault(
            "no `day`, which says on which day a row counts",
            f"add `day:` with a date or a moment{'' if columns is None else ': ' + listing(stream)}",
        )
    elif columns is not None and day not in columns:
        remedy = suggestion(day, columns, f"the columns are {listed(columns)}")
        yield entry.fault(f"`day: {day}` is no column of {form.source}", remedy, "day")
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


def addition_faults(entry: Entry, form: StreamKpi, stream: Stream | None) -> Iterator[Fault]:
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
        if form.unit == MONEY and divides(text):
            remedy = "divide in the query of the stream, or write a numerator and a denominator"
            yield entry.fault(f"`{key}: {text}` divides money, which is not exact", remedy, key)
        for name in named_columns(stream, text) if form.kind != "distinct" else ():
            what = f"`{name}` counts different people or is a rate, and its days do not add up"
            yield entry.fault(f"`{key}: {text}`: {what}", "pull it by month, or divide counts", key)


def named_columns(stream: Stream | None, text: str) -> Iterator[str]:
    """The columns in a fragment whose values cannot be added up."""
    for column in stream.schema if stream else ():
        if not adds_up(column) and re.search(rf"\b{column.name}\b", text):
            yield column.name


def listing(stream: Stream | None) -> str:
    """The columns of a stream that can be a day."""
    import pyarrow as pa

    fields = stream.schema if stream else ()
    kinds = (pa.types.is_date, pa.types.is_timestamp)
    return listed(x.name for x in fields if any(is_kind(x.type) for is_kind in kinds))


def read_expression(reading: Reading, name: str, path: tuple[str, ...]) -> None:
    """A KPI that is worked out from others, after those."""
    entry = reading.waiting.pop(name)
    written = entry.tree.data
    assert isinstance(written, dict), "an entry with `expr` is a mapping"
    try:
        expression = expressions.parsed(str(written["expr"]))
        for part in expression.names:
            if part in (name, *path):
                circle = " -> ".join((*path, name, part))
                raise ExpressionError(f"it is worked out from itself: {circle}", "break the circle")
            if part in reading.waiting:
                read_expression(reading, part, (*path, name))
        parts = parts_of(reading, entry, expression.names)
        if parts is None:
            return
        given = expressions.derived(expression, parts)
        differing = [
            key
            for key in ("kind", "unit", "every")
            if key in written and key in given and written[key] != given[key]
        ]
        for key in differing:
            what = f"`{key}: {written[key]}` of what is a {key} of {given[key]}"
            raise ExpressionError(what, f"leave `{key}` out")
        form = checked(reading, entry, ExpressionKpi, {**given, **written})
        if form is None:
            return
        kpi = form.named(name, f"{PREFIX}{name}")
        if unshared := [
            x for x in kpi.dimensions if x not in expressions.common_dimensions([*parts.values()])
        ]:
            raise ExpressionError(
                f"`{unshared[0]}` is no dimension of all its parts",
                f"leave it out; they share {listed(expressions.common_dimensions([*parts.values()]))}",
            )
    except ExpressionError as error:
        reading.fail(name, entry.fault(error.what, error.remedy, "expr"))
        return
    reading.add(entry, kpi, expressions.sql_of(expression, kpi, parts))


def parts_of(reading: Reading, entry: Entry, names: Collection[str]) -> dict[str, Kpi] | None:
    """The KPIs of these names; None where one is off, which turns this one off too. Raises `ExpressionError`."""
    known = {**reading.around.written, **reading.kpis}
    if off := frozenset().union(*(reading.off.get(name, frozenset()) for name in names)):
        reading.off[entry.name] = off
        return None
    parts = {}
    for name in names:
        if name in reading.broken:
            raise ExpressionError(f"`{name}` is broken", f"correct it in {reading.broken[name]}")
        if name not in known:
            remedy = suggestion(name, known, f"the KPIs are {listed(known)}")
            raise ExpressionError(f"there is no KPI `{name}`", remedy)
        if known[name].model in (SHEET_MODEL, PLAN_MODEL):
            raise ExpressionError(
                f"`{name}` is kept in a sheet, which is filled in on some days only",
                "name KPIs from streams or queries",
            )
        parts[name] = known[name]
    return parts
