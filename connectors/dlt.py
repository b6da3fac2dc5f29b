"""Any source that others maintain for dlt (dlthub.com), by the name of its function in `sources.yml`.

    github:
      connector: dlt
      source: dlt_sources.github.github_issues
      args: {owner: acme, token: {env: GITHUB_TOKEN}}
      streams:
        issues:
          key: id
          cursor: updated_at
          since: start_date
          columns: {id: integer, state: text, updated_at: timestamp}

dlt only extracts, as `connectors.sdk.dlt_source` says. The function is called anew for each range of days. One that
takes a `session` gets one whose requests keep to the limit and are retried; any other follows dlt's own client.
"""

import importlib
import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import requests
from pydantic import Field

from connectors.sdk.contract import (
    Calls,
    Connection,
    Declarable,
    Limit,
    Option,
    Slice,
    Source,
    zone_named,
)
from connectors.sdk.declaring import Forms, Schemas, without_streams
from connectors.sdk.dlt_source import DltConnection, Resource, diagnose, dictionaries
from connectors.sdk.errors import Rejected
from connectors.sdk.fields import columns
from connectors.sdk.json_columns import WRITTEN, JsonColumnsForm
from connectors.sdk.rest import range_of
from connectors.sdk.stream_forms import TAKEN_ON, meant

FUNCTION, ARGS, TIMEZONE = "DLT_SOURCE", "DLT_ARGS", "DLT_TIMEZONE"
SESSION = "session"
"""The argument of a function that takes a session of `requests`."""
FROM_TEXT: Mapping[str, Callable[[str], Any]] = {
    "int": int,
    "float": float,
    "bool": lambda text: {"true": True, "false": False}[text.lower()],
}
"""By the type of an argument, how it comes of the text that is written."""


class ResourceStream(JsonColumnsForm):
    """A resource of the source."""

    resource: str = Field("", examples=["issues"])
    """Its name, where the stream has another."""

    def resource_of(self, name: str) -> Resource:
        """What gives the rows of a slice, by the declared columns."""
        readers = self.readers

        def rows(
            values: Mapping[str, str], piece: Slice, session: requests.Session
        ) -> Iterator[Mapping[str, Any]]:
            asked = range_of(piece, self.since, self.until, WRITTEN[self.moment])
            made = made_by(values, asked, session)
            day = {TAKEN_ON: piece.first} if self.snapshot else {}
            for row in dictionaries(resource_in(made, self.resource or name), name):
                yield columns(row, readers) | day

        return rows


def made_by(
    values: Mapping[str, str], asked: Mapping[str, str | int], session: requests.Session
) -> Any:
    """What the function makes of its arguments. Raises `Rejected` for arguments that it does not take, or lacks."""
    name = values[FUNCTION]
    function = function_named(name)
    parameters = inspect.signature(function).parameters
    written = {**json.loads(values.get(ARGS) or "{}"), **asked}
    takes_any = any(x.kind is x.VAR_KEYWORD for x in parameters.values())
    for argument in written if not takes_any else ():
        if argument not in parameters:
            raise Rejected(f"{name} takes no argument {argument!r}", meant(argument, parameters))
    if SESSION in parameters:
        written.setdefault(SESSION, session)
    for argument, parameter in parameters.items():
        is_needed = parameter.default is parameter.empty and argument not in written
        if is_needed and parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
            raise Rejected(f"{name} needs the argument {argument!r}", "add it to `args`")
    return function(**{x: typed(name, x, value, parameters) for x, value in written.items()})


def typed(name: str, argument: str, value: Any, parameters: Mapping[str, Any]) -> Any:
    """An argument in the type that the function says: whatever is written in sources.yml comes as a text."""
    parameter = parameters.get(argument)
    if parameter is None or not isinstance(value, str):
        return value
    kind = parameter.annotation
    if kind is parameter.empty and parameter.default is not None:
        kind = type(parameter.default)
    read = FROM_TEXT.get(str(getattr(kind, "__name__", kind)))
    if read is None:
        return value
    try:
        return read(value)
    except (ValueError, KeyError):
        raise Rejected(
            f"the argument {argument!r} of {name} is no {kind.__name__}", "correct it in `args`"
        ) from None


def function_named(name: str) -> Callable[..., Any]:
    """The function `package.module.function`. Raises `Rejected` where there is none."""
    module, _, attribute = name.strip().rpartition(".")
    try:
        function: Any = (
            getattr(importlib.import_module(module), attribute, None) if module else None
        )
    except ImportError as error:
        raise Rejected(
            f"`source: {name}` cannot be imported ({error.name or type(error).__name__})",
            "install its package where Okra is, or correct the name: package.module.function",
        ) from None
    if not callable(function):
        raise Rejected(
            f"`source: {name}` is no function",
            "write it as package.module.function, as one imports it in Python",
        )
    return function  # type: ignore[no-any-return]


def resource_in(made: Any, name: str) -> Any:
    """The resource of that name in a source; a resource is itself. Raises `Rejected` where there is none."""
    if not hasattr(made, "resources"):
        return made
    if name not in made.resources:
        raise Rejected(
            f"the dlt source has no resource {name!r}",
            meant(name, [*made.resources], "say which as `resource:`"),
        )
    return made.resources[name]


def with_streams(source: Source, forms: Forms, schemas: Schemas) -> Source:
    """The source that pulls the declared resources."""
    resources = {name: form.resource_of(name) for name, form in forms.items()}

    def open_source(values: Mapping[str, str], calls: Calls) -> Connection:
        zone = zone_named(
            values.get(TIMEZONE) or "UTC", "`timezone` is", "write it as Europe/Berlin"
        )
        return DltConnection(source.instance, resources, values, calls, zone, is_fitted=True)

    declared = tuple(form.stream(name) for name, form in forms.items())
    return replace(source, streams=(*source.streams, *declared), open=open_source)


SOURCE = Source(
    name="dlt",
    title="dlt source",
    options=(
        Option(FUNCTION, "The function that makes the source, as package.module.function"),
        Option(ARGS, "Its arguments, by name", secret=True, default="", is_mapping=True),
        Option(TIMEZONE, "Timezone in which days are counted", default="UTC"),
    ),
    streams=(),
    limits=(Limit("requests", 5),),
    open=without_streams("the dlt source"),
    diagnose=diagnose,
    declarable=Declarable(form=ResourceStream, with_streams=with_streams),
)
