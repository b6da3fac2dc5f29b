"""The accounts of one source: what they have in common, and what sets one apart from the others."""

from collections.abc import Iterable
from dataclasses import replace

from connectors.lake.catalog import joined_columns
from connectors.sdk.contract import Source, Stream


def by_name(sources: Iterable[Source]) -> dict[str, tuple[Source, ...]]:
    """The accounts of each source."""
    accounts: dict[str, tuple[Source, ...]] = {}
    for source in sources:
        accounts[source.name] = (*accounts.get(source.name, ()), source)
    return accounts


def streams_by_name(sources: Iterable[Source]) -> dict[str, tuple[Stream, ...]]:
    """The streams of each source, whatever the number of its accounts."""
    return {
        name: tuple(streams_of_source(accounts).values())
        for name, accounts in by_name(sources).items()
    }


def streams_of_source(sources: Iterable[Source]) -> dict[str, Stream]:
    """The streams of all accounts of a source, by name: each with the columns that it has in any account."""
    streams: dict[str, Stream] = {}
    for source in sources:
        for stream in source.streams:
            first = streams.setdefault(stream.name, stream)
            schema = joined_columns(first.schema, stream.schema)
            if schema is not first.schema:
                streams[stream.name] = replace(first, schema=schema)
    return streams


COMPARED = ("key", "cursor", "counts_on", "window", "snapshot", "mutable")
"""What a stream has in common in all accounts of its source, beside the types of its columns."""


def difference_of(stream: Stream, other: Stream) -> str:
    """What differs between two accounts' streams of one name, in words; empty where nothing does."""
    for name in COMPARED:
        if getattr(stream, name) != getattr(other, name):
            return f"another {name}"
    for column in stream.schema:
        if (
            column.name in other.schema.names
            and column.type != other.schema.field(column.name).type
        ):
            return f"another type of {column.name}"
    return ""
