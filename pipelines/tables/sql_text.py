"""Names, texts and tables as SQL writes them."""

from collections.abc import Iterator, Mapping

Columns = Mapping[str, tuple[str, str]]
"""The type and the meaning of each column, by its name."""


def quoted(name: str) -> str:
    """`name` as an identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """`text` as a string."""
    return "'" + text.replace("'", "''") + "'"


def typed(columns: Columns) -> str:
    """The columns with their types, as a new table declares them."""
    return ", ".join(f"{quoted(name)} {kind}" for name, (kind, _) in columns.items())


def meanings(columns: Columns) -> dict[str, str]:
    """What each column is, by its name."""
    return {name: text for name, (_, text) in columns.items()}


def comments(place: str, text: str | None, columns: Mapping[str, str | None]) -> Iterator[str]:
    """Statements that say what the table at `place` and its columns are; where there is no text, none."""
    if text:
        yield f"comment on table {place} is {literal(text)}"
    for name, meaning in columns.items():
        if meaning:
            yield f"comment on column {place}.{quoted(name)} is {literal(meaning)}"
