"""What is written in `sources.yml`: the instances of connectors, their settings and their streams.

    stripe@eu: {api_key: {env: STRIPE_EU_KEY}}
    shop:
      connector: sql_database
      url: {env: SHOP_URL}
      streams:
        orders: {query: "select ...", key: id, cursor: updated_at}

The name before `@` is the source's, after it the account. A fault is that of one stream or of one instance only.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from pydantic import BaseModel, ValidationError

from connectors.sdk import catalog
from connectors.sdk.contract import Source, StreamForm
from pipelines.okr.definition.faults import Fault, blank_faults, form_faults, listed, suggestion
from pipelines.okr.definition.yaml_tree import Tree, TreeError, read_tree
from pipelines.settings.instance_form import Value, form_of, keys_in, keys_of

NAME = "[a-z][a-z0-9]*(?:_[a-z0-9]+)*"
INSTANCE = re.compile(rf"({NAME})(?:@({NAME}))?")
READABLE = re.compile(rf"({NAME})@([A-Za-z0-9_.-]+)")
"""An account whose name is not as it should be, of a source whose name is."""
NAME_REMEDY = "write lower-case letters, digits and single underscores, such as `stripe@eu`"
UNNAMED = "main"
"""What the column `account` says of the instance without an account."""
RESERVED = frozenset({"lake"})
"""Names of sources that the models use themselves."""


@dataclass(frozen=True)
class Entry:
    """One instance as it is written."""

    instance: str
    line: int
    source: Source
    """The connector under the name and the account of the instance, without the declared streams."""
    values: Mapping[str, Value] = field(default_factory=dict)
    """By the option's name, which is not the key that is written."""
    forms: Mapping[str, StreamForm] = field(default_factory=dict)
    broken_streams: Mapping[str, Fault] = field(default_factory=dict)
    stream_lines: Mapping[str, int] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    """Of the instance itself, which cannot be pulled then."""
    refused_queries: Mapping[str, Fault] = field(default_factory=dict)
    """What is wrong with the queries of KPIs on it, by the KPI's name. The fault has no place."""


@dataclass(frozen=True)
class SourcesFile:
    """The instances of a file, by name, and everything that is wrong in it."""

    entries: Mapping[str, Entry] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    names: tuple[str, ...] = ()
    """Those of all that is written in it, broken or not."""
    variables: frozenset[str] = frozenset()
    """The environment variables that values are taken from, those of broken instances included."""


def read_sources(content: bytes, shown: str) -> SourcesFile:
    """The instances that the file declares. `shown` is what the file is called in a fault.

    Raises `TreeError` where the file is not YAML, as no instance can be told from another then.
    """
    tree = read_tree(content)
    if tree.data is None:
        return SourcesFile()
    if not isinstance(tree.data, dict):
        raise TreeError(
            tree.line(()), "not a mapping of sources", "write `stripe:` and its keys below"
        )
    entries: dict[str, Entry] = {}
    faults: list[Fault] = []
    for instance in tree.data:
        try:
            entry = read_entry(shown, tree, instance, entries)
        except FaultyEntry as error:
            faults += error.faults
        else:
            entries[instance] = entry
            faults += [*entry.faults, *entry.broken_streams.values()]
    return SourcesFile(
        entries, tuple(sorted(set(faults))), tuple(tree.data), frozenset(variables_in(tree.data))
    )


def variables_in(written: object) -> Iterator[str]:
    """The variables that are named anywhere in the file, as `{env: NAME}`."""
    if isinstance(written, dict):
        if isinstance(name := written.get("env"), str):
            yield name
        for value in written.values():
            yield from variables_in(value)


def own_blanks(shown: str, tree: Tree, instance: str) -> list[Fault]:
    """A fault for each key of the instance itself, not of its streams, that has no value."""
    own = tree.below(instance)
    own.blank = {path for path in own.blank if path[:1] != ("streams",) or len(path) == 1}
    return blank_faults(shown, own)


class FaultyEntry(Exception):
    """An instance of which it is not known what it is of."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(*map(str, faults))
        self.faults = faults


def read_entry(shown: str, tree: Tree, instance: str, others: Mapping[str, Entry]) -> Entry:
    """The instance of this name. `others`: those before it. Raises `FaultyEntry`."""
    line = tree.line((instance,))
    name, account, faults = names_of(instance, shown, line)
    written = tree.at(instance)
    if written is not None and not isinstance(written, dict):
        what = f"`{instance}` is no mapping"
        faults.append(Fault(shown, line, what, "write its settings below it, as `key: value`"))
    elif written is not None:
        faults += named(instance, own_blanks(shown, tree, instance))
    sibling = next((x.source for x in others.values() if x.source.name == name), None)
    connector, own = connector_of(shown, tree, instance, name, sibling)
    faults += own
    title = connector.title if name == connector.name else f"{connector.title} {name}"
    source = replace(
        connector,
        name=name,
        account=account,
        title=f"{title} ({account})" if account else title,
        streams=connector.streams if name == connector.name else (),
    )
    values, own = read_values(shown, tree, instance, source)
    faults += own
    written_as = {
        option.name: f"`{key}` of {instance}"
        for key, option in keys_of(source).items()
        # what the file does not say of the unnamed instance is said by a variable
        if instance != connector.name or option.name in values
    }
    source = replace(source, written_as=written_as)
    forms, broken = read_streams(shown, tree, instance, source)
    lines = {stream: tree.line((instance, "streams", stream)) for stream in {*forms, *broken}}
    return Entry(instance, line, source, values, forms, broken, lines, tuple(sorted(set(faults))))


def names_of(instance: str, shown: str, line: int) -> tuple[str, str, list[Fault]]:
    """The name and the account of an instance, and what is wrong with the account. Raises `FaultyEntry`."""
    match = INSTANCE.fullmatch(instance)
    faults = []
    if match is None:
        faults.append(Fault(shown, line, f"`{instance}` is no name of a source", NAME_REMEDY))
        match = READABLE.fullmatch(instance)
        if match is None:
            raise FaultyEntry(*faults)
    name, account = match[1], match[2] or ""
    if name in RESERVED:
        what = f"`{name}` is a name that Okra uses itself"
        raise FaultyEntry(Fault(shown, line, what, "give the source another name"))
    if account == UNNAMED:
        what = f"`{instance}`: `{UNNAMED}` is what the account without a name is called"
        raise FaultyEntry(Fault(shown, line, what, f"write `{name}`, or another name after the @"))
    return name, account, faults


def connector_of(
    shown: str, tree: Tree, instance: str, name: str, sibling: Source | None
) -> tuple[Source, list[Fault]]:
    """The connector of an instance. Raises `FaultyEntry` where it is not known at all.

    Where it says a wrong one, that of its name, or of another account of the source such as `sibling`: its streams are
    expected then, so that no total passes for whole without them.
    """
    known = catalog.sources()
    entries = tree.data if isinstance(tree.data, dict) else {}
    others = (tree.at(other, "connector") for other in entries if other.startswith(f"{name}@"))
    meant = next((str(x) for x in (name, *others) if x in known), "")
    written = tree.at(instance, "connector")
    asked = name if written is None else str(written)
    line = tree.line((instance, "connector"))
    if asked not in known:
        if broken := catalog.own_connectors().broken.get(asked):
            what = f"`{instance}`: the connector {asked} cannot be used, as {broken.what}"
            remedy = f"correct {broken.file.name}, line {broken.line}"
        elif written is None:
            what = f"`{instance}` has no `connector`, and `{name}` is none"
            remedy = suggestion(name, known, f"add `connector:` with one of {listed(known)}")
        else:
            what = f"`{instance}`: `connector: {asked}` is not known"
            remedy = suggestion(asked, known, f"the connectors are {listed(known)}")
        faults = [Fault(shown, line, what, remedy)]
        if not meant:
            raise FaultyEntry(*faults)
        return known[meant], faults
    if name in known and asked != name:
        what = f"`{instance}`: `{name}` is the name of another connector than `{asked}`"
        return known[name], [Fault(shown, line, what, "give the source another name")]
    if sibling and sibling.connector != asked:
        what = f"`{instance}` is of {asked}, and another account of `{name}` of {sibling.connector}"
        fault = Fault(shown, line, what, "give one of them another name before the @")
        return known[sibling.connector], [fault]
    return known[asked], []


def read_values(
    shown: str, tree: Tree, instance: str, source: Source
) -> tuple[Mapping[str, Value], list[Fault]]:
    """The values of the options by their names, and what is wrong with the keys of an instance."""
    own = tree.below(instance)
    written = own.data if isinstance(own.data, dict) else {}
    blank = {path[0] for path in own.blank if path}
    keys = keys_of(source)
    form = form_of(source.connector, tuple(keys.items()))
    try:
        checked = form.model_validate({k: v for k, v in written.items() if k not in blank})
    except ValidationError as error:
        return {}, named(instance, form_faults(shown, own, error, form))
    faults = [
        fault
        for key, option in keys.items()
        if option.form is not None and key in written
        for fault in form_faults_of(shown, own.below(key), option.form, f"{instance}: {key}")
    ]
    if faults:
        return {}, faults
    return {
        keys[key].name: getattr(checked, name)
        for name, field in form.model_fields.items()
        if name in checked.model_fields_set and (key := field.alias or "") in keys
    }, []


def form_faults_of(shown: str, tree: Tree, form: type[BaseModel], place: str) -> list[Fault]:
    """What is wrong with a mapping that has a form of its own."""
    try:
        form.model_validate(tree.data)
    except ValidationError as error:
        return named(place, form_faults(shown, tree, error, form))
    return []


def read_streams(
    shown: str, tree: Tree, instance: str, source: Source
) -> tuple[Mapping[str, StreamForm], Mapping[str, Fault]]:
    """The declarations of the streams of an instance, and the fault of each that is broken."""
    written = tree.at(instance, "streams")
    forms: dict[str, StreamForm] = {}
    broken: dict[str, Fault] = {}
    for stream in written if isinstance(written, dict) else {}:
        own = tree.below(instance, "streams", stream)
        try:
            forms[stream] = read_stream(shown, own, stream, source)
        except FaultyEntry as error:
            fault = named(f"{instance}: {stream}", error.faults)[0]
            broken[stream] = fault
    return forms, broken


def read_stream(shown: str, tree: Tree, stream: str, source: Source) -> StreamForm:
    """The declaration of one stream. Raises `FaultyEntry`."""
    line = tree.line(())
    if source.declarable is None:
        what = f"{source.connector} has its own streams only"
        raise FaultyEntry(Fault(shown, line, what, "remove it; docs/sources.md lists them"))
    if not re.fullmatch(NAME, stream):
        raise FaultyEntry(Fault(shown, line, "no name of a stream", NAME_REMEDY.partition(",")[0]))
    if any(stream == own.name for own in source.streams):
        what = f"{source.connector} has a stream of this name"
        raise FaultyEntry(Fault(shown, line, what, "give it another name"))
    if faults := blank_faults(shown, tree):
        raise FaultyEntry(*faults)
    form = source.declarable.form
    if not isinstance(tree.data, dict):
        what = "declares nothing"
        raise FaultyEntry(Fault(shown, line, what, f"write its keys: {listed(keys_in(form))}"))
    try:
        return form.model_validate(tree.data)
    except ValidationError as error:
        raise FaultyEntry(*form_faults(shown, tree, error, form)) from None


def named(place: str, faults: Iterable[Fault]) -> list[Fault]:
    """The faults, with what they are in before what is wrong."""
    return [replace(fault, what=f"`{place}`: {fault.what}") for fault in faults]
