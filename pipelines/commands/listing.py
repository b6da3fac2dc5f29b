"""`okra sources`: the sources, and the settings that turn each one on."""

from rich.markup import escape
from rich.table import Table

from connectors.sdk import catalog
from connectors.sdk.contract import Option, Source
from connectors.sdk.source_settings import settings_of
from pipelines.commands.console import Output
from pipelines.settings import Settings, shown


def sources(settings: Settings, output: Output) -> None:
    """Every source: on or off, its settings (secrets hidden), its streams."""
    known, own = catalog.sources(), catalog.own_connectors().sources
    if output.as_json:
        output.json([document(settings, source) for source in known.values()])
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
    if settings.sample_company:
        output.note("No source is configured, so runs use the sample company.")
    output.note("Settings come from the environment or from .env; a source is on once all are set.")


def origin(source: Source) -> str:
    """Which file a connector of the company's is in, and whether Okra has one of the same name."""
    file = shown(catalog.file_of(source))
    replaced = source.name in catalog.built_in()
    return f"your own, {file}" + (", instead of Okra's" if replaced else "")


def state(settings: Settings, source: Source) -> str:
    """`on`, `off`, `sample company`, or what is missing."""
    if source.name in settings.half_configured:
        return f"off: {', '.join(settings.half_configured[source.name])} missing"
    if source.name not in settings.sources_by_name:
        return "off"
    return "sample company" if settings.sample_company else "on"


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
