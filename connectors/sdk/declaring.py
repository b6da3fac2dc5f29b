"""Streams that a user declares in `sources.yml`, beside those that a connector has by itself.

A connector that can pull what it is told to (a query, a report, a list) says so with a `Declarable`: what can be
written of one stream, and how a `Source` comes of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from connectors.sdk.errors import Rejected

if TYPE_CHECKING:
    from connectors.sdk.contract import Calls, Connection, Source

Schemas = Mapping[str, pa.Schema]
"""The columns of streams, by the stream's name."""


class StreamForm(BaseModel):
    """What can be written of any declared stream. A connector adds the keys that it needs."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    description: str = Field("", examples=["Orders, as they stand"])


Forms = Mapping[str, Any]
"""The declarations of streams, by the stream's name: each is an instance of the connector's `Declarable.form`."""


@dataclass(frozen=True)
class Declarable:
    """What streams of a connector can be declared, and what comes of a declaration."""

    form: type[StreamForm]
    """The keys of one stream. Its validators say what is wrong and what would be right."""
    with_streams: Callable[["Source", Forms, Schemas], "Source"]
    """The source that pulls the declared streams as well. Calls nothing. A stream whose columns only the system can
    tell, and that has no schema yet, is left out."""
    describe: Callable[[Mapping[str, str], "Calls", Forms], Schemas] | None = None
    """Asks the system for the columns of streams; None where declarations say them. Raises `SourceError`. What it
    answers is kept, and asked for again when a declaration changes."""
    columns_of: Callable[[StreamForm], pa.Schema | None] | None = None
    """The columns that a declaration says itself, where `describe` need not be asked; None where it does not."""


def without_streams(what: str) -> Callable[[Mapping[str, str], "Calls"], "Connection"]:
    """How a connector is opened that has declared streams only, where none is. `what`: `the REST API`."""

    def refuse(values: Mapping[str, str], calls: "Calls") -> "Connection":
        raise Rejected(f"no stream of {what} is declared", "add `streams:` to it in sources.yml")

    return refuse
