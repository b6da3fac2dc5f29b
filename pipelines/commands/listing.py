"""`okra sources`: the sources, and the settings that turn each one on."""

from rich.markup import escape
from rich.table import Table

from connectors.sdk import catalog
from connectors.sdk.contract import Option, Source
from connectors.sdk.source_settings import settings_of
from pipelines.commands.console import Output
from pipelines.settings import Settings, shown
from pipelines.settings.instance_form import Value, keys_of
from pipelines.settings.sources_file import Entry


def sources(settings: Settings, output: Output) -> None:
    """Every source: on or off, its settings (secrets hidden), its streams."""
    known, own = catalog.sources(), catalog.own_connectors().sources
    if output.as_json:
        output.json(
            [document(settings, source) for source in known.values()]
            + [
                document_of_entry(settings, entry)
                for entry in settings.sources_file.entries.values()
            ]
        )
        return
    for source in known.values():
        output.out.print(f"[bold]{source.title}[/] ({source.name}): {state(settings, source)}")
        if source.name in own:
            output.out.print(f"  {origin(source)}", markup=False, highlight=False)
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
        for option in settings_of(source):
            table.add_row(
                f"  {option.name}", escape(value_of(settings, option)), option.description
            )
        output.out.print(table)
    for entry in settings.sources_file.entries.values():
        source = settings.configured_instances[entry.instance].source
        title = (
            f"[bold]{escape(source.title)}[/] ({source.instance}): {entry_state(settings, source)}"
        )
        output.out.print(title)
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
        for key, option in keys_of(entry.source).items():
            if value := entry.values.get(option.name):
                table.add_row(f"  {key}", escape(written(settings, value)), option.description)
        table.add_row("  streams", ", ".join(x.name for x in source.streams) or "none", "")
        output.out.print(table)
    for fault in settings.source_faults:
        output.warn(str(fault))
    if settings.sample_company:
        output.note("No source is configured, so runs use the sample company.")
    output.note(
        "Settings come from the environment, from .env or from sources.yml; a source is on once all are set."
    )


def origin(source: Source) -> str:
    """Which file a connector of the company's is in, and whether Okra has one of the same name."""
    file = shown(catalog.file_of(source))
    replaced = source.name in catalog.built_in()
    return f"your own, {file}" + (", instead of Okra's" if replaced else "")


def state(settings: Settings, source: Source) -> str:
    """`on`, `off`, `sample company`, or what is missing."""
    if source.name in settings.half_configured:
        return f"off: {', '.join(settings.half_configured[source.name])} missing"
    accounts = [x.instance for x in settings.instances.values() if x.connector == source.name]
    if not accounts:
        return "off"
    if accounts != [source.name]:
        return f"on as {', '.join(accounts)}"
    return "sample company" if settings.sample_company else "on"


def entry_state(settings: Settings, source: Source) -> str:
    """`on`, `off`, or why an instance of `sources.yml` cannot be pulled."""
    error = settings.configured_instances[source.instance].error
    if error:
        return f"FAILS: {escape(str(error))}"
    return "on" if source.instance in settings.instances else "off"


def written(settings: Settings, value: Value) -> str:
    """What `sources.yml` says of a value; not the value of a variable or of a file."""
    if value.env:
        is_set = bool(settings.environment.get(value.env))
        return f"{value.env} ({'set, hidden' if is_set else 'not set'})"
    if value.file:
        return f"the file {value.file}"
    return value.text if value.mapping is None else ", ".join(value.mapping)


def value_of(settings: Settings, option: Option) -> str:
    """What is set, unless it is a secret; the default where nothing is set."""
    value = settings.environment.get(option.name)
    if value:
        return "(set, hidden)" if option.secret else value
    if option.default is None:
        return "(not set)"
    return f"default: {option.default}" if option.default else ""


def document(settings: Settings, source: Source) -> dict[str, object]:
    """A source for machines; a secret's value is never in it."""
    return {
        "source": source.name,
        "title": source.title,
        "file": shown(catalog.file_of(source)),
        "state": state(settings, source),
        "streams": [stream.name for stream in source.streams],
        "settings": [
            {
                "name": option.name,
                "required": option.default is None,
                "secret": option.secret,
                "set": bool(settings.environment.get(option.name)),
                "description": option.description,
            }
            for option in settings_of(source)
        ],
    }


def document_of_entry(settings: Settings, entry: Entry) -> dict[str, object]:
    """An instance of `sources.yml` for machines."""
    source = settings.configured_instances[entry.instance].source
    return {
        "source": source.instance,
        "connector": source.connector,
        "title": source.title,
        "state": entry_state(settings, source),
        "streams": [stream.name for stream in source.streams],
        "settings": [
            {
                "name": key,
                "required": option.default is None,
                "secret": option.secret,
                "set": option.name in entry.values,
                "description": option.description,
            }
            for key, option in keys_of(entry.source).items()
        ],
    }
