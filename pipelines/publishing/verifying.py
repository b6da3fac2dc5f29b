"""Holds the published files against okra.json: is each there, whole, with the rows that were published?"""

from collections.abc import Iterator
from pathlib import Path

import duckdb

from pipelines.connections import connect_in_memory
from pipelines.publishing.snapshot import digest_of, published_before
from pipelines.tables.contents import content_of, row_hash
from pipelines.tables.soundness import is_damage
from pipelines.tables.table import Table, attach, literal, tables_in, views_in

NO_MANIFEST = "is missing, or cannot be read"


def published_faults(target: Path) -> Iterator[tuple[Path, str]]:
    """Each file that is not as it was published, and what is wrong with it. Reads every row."""
    noted = published_before(target)
    if not noted and target.exists():
        yield target.with_suffix(".json"), NO_MANIFEST
    if not target.exists():
        if noted:
            yield target, "is missing"
        return
    with connect_in_memory(target) as connection:
        connection.execute("set timezone = 'UTC'")
        try:
            attach(connection, {"published": target})
            tables = {x.name: x for x in tables_in(connection, "published")}
            views = {x.name: x for x in views_in(connection, "published")}
        except duckdb.Error as error:
            if not is_damage(error):
                raise
            yield target, f"is damaged ({first_line(error)})"
            return
        for name, of_table in noted.items():
            table = tables.get(name) or views.get(name)
            if table is None:
                yield target, f"lacks the table {name}"
                continue
            try:
                written = content_of(connection, table)
            except duckdb.Error as error:
                yield target, f"is damaged in {name} ({first_line(error)})"
                return
            if written.checksum != of_table["checksum"]:
                yield target, f"has other rows in {name} than were published"
            path = target.parent / "parquet" / f"{name}.parquet"
            if fault := fault_of_copy(connection, table, path, of_table.get("parquet", "")):
                yield path, fault


def fault_of_copy(
    connection: duckdb.DuckDBPyConnection, table: Table, path: Path, digest: str
) -> str | None:
    """What is wrong with the Parquet file of a table; None where nothing is.

    `digest`: the hash of its bytes; empty where an earlier version wrote it, so that its rows are compared.
    """
    if not path.exists():
        return "is missing"
    if digest:
        return None if digest_of(path) == digest else "is not as it was written"
    row = row_hash(table.columns, is_cast=True)
    totals = []
    for place in (f"read_parquet({literal(str(path))})", table.place):
        try:
            query = f"select count(*), sum({row}) from {place}"
            totals.append(connection.execute(query).fetchall())
        except (duckdb.Error, RuntimeError, UnicodeDecodeError) as error:
            return f"is damaged ({first_line(error)})"
    return None if totals[0] == totals[1] else "has other rows than were published"


def first_line(error: Exception) -> str:
    """The beginning of what DuckDB says, without the path of the file."""
    line = str(error).partition("\n")[0]
    return line if len(line) < 80 else f"{line[:77]}..."
