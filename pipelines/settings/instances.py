"""The instances of connectors that an installation has: those of `sources.yml` and those of the environment.

An instance is one account of one system. The environment's variables mean the one without an account.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa

from connectors.sdk import catalog
from connectors.sdk.contract import IN_HOME, Option, Source, Stream, StreamForm, zone_named
from connectors.sdk.errors import Rejected, SourceError
from connectors.sdk.source_settings import as_set
from pipelines.okr.definition.faults import Fault
from pipelines.settings.accounts import difference_of, streams_of_source
from pipelines.settings.described_streams import Descriptions, fingerprint
from pipelines.settings.instance_values import Surroundings, shared_options, values_in, values_of
from pipelines.settings.sources_file import UNNAMED, Entry, SourcesFile

OF_ZONE = "_TIMEZONE"
"""How the names of options end that are the name of a zone."""


@dataclass(frozen=True)
class Instance:
    """One account of one system: what is pulled of it, and with which values."""

    source: Source
    values: Mapping[str, str] = field(default_factory=dict)
    """By the option's name."""
    error: SourceError | None = None
    """Why it cannot be pulled at all."""
    errors: Mapping[str, SourceError] = field(default_factory=dict)
    """By stream, why it cannot be pulled although another account has it."""
    forms: Mapping[str, StreamForm] = field(default_factory=dict)
    """The declared streams."""
    undescribed: Mapping[str, str] = field(default_factory=dict)
    """Why a declared stream has no columns yet; empty where nobody asked for them."""
    faults: tuple[Fault, ...] = ()
    """What is wrong in the file, where that shows only beside the environment, another account or the system."""


def instance_name(source: str, account: str) -> str:
    """What an account is called, `stripe@eu`, from how catalog or models name it: '' or `main` have no name."""
    return source if account in ("", UNNAMED) else f"{source}@{account}"


def source_and_account(instance: str) -> tuple[str, str]:
    """The source of an instance, and the account as the models call it."""
    source, _, account = instance.partition("@")
    return source, account or UNNAMED


def instances_of(
    file: SourcesFile, around: Surroundings, descriptions: Descriptions
) -> Mapping[str, Instance]:
    """Every instance that is configured, by name, in the order of the names."""
    claimed = file.variables - shared_options()
    own = {name: x for name, x in around.environment.items() if name not in claimed}
    instances = {
        name: of_file(entry, replace(around, environment=own), around, descriptions)
        for name, entry in file.entries.items()
    }
    for name, source in catalog.sources_of_environment().items():
        if name not in instances and (values := values_in(own, source, around.home)) is not None:
            instances[name] = Instance(source, values)
    return dict(sorted(with_siblings(instances, file, around.shown).items()))


def of_file(
    entry: Entry, own: Surroundings, around: Surroundings, descriptions: Descriptions
) -> Instance:
    """The instance that an entry of the file means.

    `own`: with the variables that mean the connector's one unnamed instance.
    """
    source = entry.source
    forms, schemas, undescribed = described(entry, descriptions)
    if forms and source.declarable:
        source = source.declarable.with_streams(source, forms, schemas)
    broken = {stream: as_error(fault) for stream, fault in entry.broken_streams.items()}
    instance = Instance(source, {}, None, broken, forms, undescribed)
    if entry.faults:
        return replace(instance, error=as_error(entry.faults[0]))
    try:
        values = values_of(entry, own, around)
    except SourceError as error:
        fault = Fault(own.shown, entry.line, f"`{entry.instance}`: {error.message}", error.remedy)
        return replace(instance, error=error, faults=(fault,))
    missing = [x for x in source.options if x.name not in values]
    if missing:
        fault = missing_value(entry, missing[0], own.shown)
        return replace(instance, error=as_error(fault), faults=(fault,))
    if unreadable := unreadable_value(source, values):
        fault = Fault(own.shown, entry.line, unreadable.message, unreadable.remedy)
        return replace(instance, error=as_error(fault), faults=(fault,))
    faults = (not_described(entry, stream, why, own.shown) for stream, why in undescribed.items())
    return replace(instance, values=values, faults=tuple(faults))


def unreadable_value(source: Source, values: Mapping[str, str]) -> SourceError | None:
    """Why a look-back, a rate or a zone cannot be read; None where all can."""
    zones = [x.name for x in source.options if x.name.endswith(OF_ZONE)]
    try:
        as_set(source, values)
        for name in zones:
            if zone := values[name].strip():
                zone_named(zone, f"{name} is", "write an IANA name such as Europe/Berlin")
    except SourceError as error:
        return error.renamed(source.written_as)
    return None


def not_described(entry: Entry, stream: str, why: str, shown: str) -> Fault:
    """The fault of a declared stream whose columns are not known."""
    what = f"`{entry.instance}: {stream}` is left out, as its columns are not known"
    reason, _, remedy = (why or "nobody has asked for them; run `okra check`").rpartition("; ")
    if not reason:
        reason, remedy = remedy, "correct its declaration"
    # the stream of a KPI's query has no line here
    return Fault(shown, entry.stream_lines.get(stream, entry.line), f"{what}: {reason}", remedy)


def described(
    entry: Entry, descriptions: Descriptions
) -> tuple[Mapping[str, StreamForm], Mapping[str, pa.Schema], Mapping[str, str]]:
    """The declared streams, the columns of those that are known, and why those of the others are not."""
    source = entry.source
    if source.declarable is None or source.declarable.describe is None:
        return entry.forms, {}, {}
    answers = descriptions.get(entry.instance, {})
    schemas: dict[str, pa.Schema] = {}
    unknown: dict[str, str] = {}
    columns_of = source.declarable.columns_of
    for stream, form in entry.forms.items():
        answer = answers.get(stream)
        if columns_of and (schema := columns_of(form)) is not None:
            schemas[stream] = schema
        elif answer is None or answer.fingerprint != fingerprint(source, form):
            unknown[stream] = ""
        elif answer.schema is None:
            unknown[stream] = answer.fault
        else:
            schemas[stream] = answer.schema
    return entry.forms, schemas, unknown


def missing_value(entry: Entry, option: Option, shown: str) -> Fault:
    """The fault of an instance without a value that its connector needs."""
    key = option.key(entry.source.connector)
    example = f"{{env: {option.name}}}" if option.secret else "..."
    what = f"`{entry.instance}`: no `{key}`"
    return Fault(shown, entry.line, what, f"add it such as `{key}: {example}`")


def as_error(fault: Fault) -> SourceError:
    """A fault of the file as the reason why nothing is pulled."""
    return Rejected(f"{fault.file}:{fault.line}: {fault.what}", fault.remedy)


def with_siblings(
    instances: Mapping[str, Instance], file: SourcesFile, shown: str
) -> dict[str, Instance]:
    """The instances, each held against the other accounts of its source.

    An account that lacks a stream because its declaration is broken has the other accounts' stream, which it cannot
    pull. So a total does not pass for whole without it.
    """
    by_source: dict[str, dict[str, Instance]] = {}
    for name, instance in instances.items():
        by_source.setdefault(instance.source.name, {})[name] = instance
    result: dict[str, Instance] = {}
    for accounts in by_source.values():
        before: list[Instance] = []
        streams = streams_of_source(instance.source for instance in accounts.values())
        for name, instance in accounts.items():
            line = file.entries[name].line if name in file.entries else 1
            checked = with_errors(instance, streams, shown, line)
            if what := second_of(checked, before):
                fault = Fault(shown, line, f"`{name}` {what}", "remove one of them")
                checked = replace(checked, error=as_error(fault), faults=(fault,))
            before.append(checked)
            result[name] = checked
    return result


def with_errors(
    instance: Instance, streams: Mapping[str, Stream], shown: str, line: int
) -> Instance:
    """The instance with the streams that it lacks or has in another shape than the accounts before it."""
    own = {stream.name: stream for stream in instance.source.streams}
    errors = dict(instance.errors)
    faults = instance.faults
    for name, stream in own.items():
        if difference := difference_of(stream, streams[name]):
            what = f"`{instance.source.instance}: {name}` has {difference} in another account"
            fault = Fault(shown, line, what, "declare the stream alike in all accounts")
            faults = (*faults, fault)
            errors[name] = as_error(fault)
            own[name] = streams[name]
    for name, why in instance.undescribed.items():
        errors.setdefault(
            name, Rejected(f"the columns of {name} are not known", why or "run `okra check`")
        )
    for name in errors.keys() & streams.keys():
        own.setdefault(name, streams[name])
    source = instance.source
    if tuple(own.values()) != source.streams:
        source = replace(source, streams=tuple(own.values()))
    return replace(instance, source=source, errors=errors, faults=faults)


PLACES = ("_BASE", "_ENDPOINT", "_SCHEMA")
"""How the names of options end that say where an account is."""


def second_of(instance: Instance, others: Sequence[Instance]) -> str:
    """Why there cannot be this account beside the others of its source; empty where there can."""
    if others and not instance.source.has_accounts:
        return (
            f"is a second account beside `{others[0].source.instance}`, of which there is only one"
        )
    # other names have streams of their own, which may be other tables of one database
    if instance.error or instance.source.name != instance.source.connector:
        return ""
    for other in others:
        if told_apart_by(other) == told_apart_by(instance):
            return f"is the same account as `{other.source.instance}`, and would count twice"
    return ""


def told_apart_by(instance: Instance) -> Mapping[str, str]:
    """The values that say which account it is: those that it cannot do without, where it is, and a layout.

    A secret says so only where nothing else does: an account can have two keys. How an account is read, such as its
    zone, does not.
    """
    options = instance.source.options
    needed = [x for x in options if x.default is None]
    needed = [x for x in needed if not x.secret] or needed
    if needed:
        options = (*needed, *(x for x in options if x.form or x.name.endswith(PLACES)))
    in_home = {x.name for x in options if IN_HOME in (x.default or "")}
    return {
        option.name: instance.values.get(option.name, "").strip()
        for option in options
        if option.name not in in_home
    }
