"""The published file: a copy of the warehouse's public tables that anyone may open at any time.

    okra.duckdb          the tables, with comments; replaced by rename, never open for writing
    parquet/<table>.parquet, csv/<table>.csv    the same rows for tools without DuckDB; in CSV, lists and maps are
                         JSON, days and moments ISO 8601, the latter in UTC, and what is empty is unknown
    okra.json            what was published: run, day, rows and checksum of each table; written last

Readers that have the old file open keep reading the old file; new ones get the new one. The file has no
write-ahead log and is read-only, so that a tool which opens it for writing by mistake fails at once.
"""

import hashlib
import json
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from connectors.lake.atomic_files import replace
from pipelines.publishing import stamp
from pipelines.publishing.stamp import SCHEMA_VERSION, Stamp, write_stamp
from pipelines.tables.sql_text import comments, literal, quoted

SCHEMAS = ("reporting", "okr", "main")
"""The schemas whose tables are public: models and scores of the warehouse, and all of the history."""


@dataclass(frozen=True)
class PublishedTable:
    """One table as it was published. `checksum` is that of its Parquet file: equal rows, equal checksum."""

    name: str
    rows: int
    checksum: str


@dataclass(frozen=True)
class PublicTable:
    """A table to be published: the name under which its file is attached, its schema and its name."""

    database: str
    schema: str
    name: str

    @property
    def place(self) -> str:
        """The table, as SQL names it."""
        return ".".join(map(quoted, (self.database, self.schema, self.name)))


def publish(
    warehouse: Path,
    target: Path,
    about: Mapping[str, Any],
    storage_version: str,
    history: Path | None = None,
) -> list[PublishedTable]:
    """Copy the public tables of `warehouse` and `history` to `target` and its neighbours, each replaced in one step.

    `about` goes into okra.json. Raises `duckdb.Error` or `OSError`, with the old files left as they were.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    files = {"warehouse": warehouse}
    if history is not None and history.exists():
        files["history"] = history
    tables = public_tables(files)
    replace(target, lambda temporary: write_database(files, temporary, tables, storage_version))
    names = sorted([*(table.name for table in tables), stamp.NAME])
    published = [export(target, name) for name in names]
    remove_exports_of_other_tables(target.parent, {table.name for table in published})
    manifest = {
        "schema_version": SCHEMA_VERSION,
        **about,
        "tables": {
            table.name: {"rows": table.rows, "checksum": table.checksum} for table in published
        },
    }
    text = json.dumps(manifest, indent=1, default=str) + "\n"
    replace(target.with_suffix(".json"), lambda temporary: temporary.write_text(text, "utf-8"))
    return published


def public_tables(files: Mapping[str, Path]) -> list[PublicTable]:
    """Each public table of the files, by name."""
    with duckdb.connect() as connection:
        attach(connection, files)
        found = connection.execute(
            "select table_catalog, table_schema, table_name from information_schema.tables "
            "where table_catalog in (select unnest($1)) and table_schema in (select unnest($2)) "
            "and table_type = 'BASE TABLE' order by table_name",
            [list(files), list(SCHEMAS)],
        ).fetchall()
    return [PublicTable(*row) for row in found]


def attach(connection: duckdb.DuckDBPyConnection, files: Mapping[str, Path]) -> None:
    """Attach the files, for reading, by their names."""
    for name, path in files.items():
        connection.execute(f"attach {literal(str(path))} as {name} (read_only)")


def write_database(
    files: Mapping[str, Path], path: Path, tables: Sequence[PublicTable], storage_version: str
) -> None:
    """Write `tables` and their comments into a new database at `path`, in an order that is always the same."""
    with duckdb.connect() as connection:
        # one thread, so that equal rows come out as equal bytes
        connection.execute("set threads = 1")
        attach(connection, files)
        connection.execute(
            f"attach {literal(str(path))} as published (storage_version {literal(storage_version)})"
        )
        for table in tables:
            copy = f"published.main.{quoted(table.name)}"
            connection.execute(f"create table {copy} as select * from {table.place} order by all")
            for statement in comments(copy, *texts_of(connection, table)):
                connection.execute(statement)
        write_stamp(connection, "published.main", Stamp(version("okra"), datetime.now(UTC)))
        connection.execute("detach published")
    path.chmod(stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH)


def texts_of(
    connection: duckdb.DuckDBPyConnection, table: PublicTable
) -> tuple[str | None, dict[str, str | None]]:
    """What the table is said to be, and each of its columns, in their order."""
    where = "database_name = $1 and schema_name = $2 and table_name = $3"
    place = [table.database, table.schema, table.name]
    [(text,)] = connection.execute(
        f"select comment from duckdb_tables() where {where}", place
    ).fetchall()
    columns = connection.execute(
        f"select column_name, comment from duckdb_columns() where {where} order by column_index",
        place,
    ).fetchall()
    return text, dict(columns)


def export(target: Path, name: str) -> PublishedTable:
    """Write one published table as Parquet and CSV beside `target`."""
    with duckdb.connect(str(target), read_only=True) as connection:
        connection.execute("set threads = 1")
        # a CSV has the moments of a session's zone; everyone gets the same, wherever the run was
        connection.execute("set timezone = 'UTC'")
        for kind, query, options in (
            ("parquet", f"from {quoted(name)}", "format parquet"),
            ("csv", flat(connection, name), "format csv, header"),
        ):

            def write(temporary: Path, query: str = query, options: str = options) -> None:
                connection.execute(f"copy ({query}) to {literal(str(temporary))} ({options})")

            replace(target.parent / kind / f"{name}.{kind}", write)
        rows = connection.execute(f"select count(*) from {quoted(name)}").fetchall()[0][0]
    content = (target.parent / "parquet" / f"{name}.parquet").read_bytes()
    return PublishedTable(name, rows, hashlib.sha256(content).hexdigest()[:16])


def flat(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """A query for the rows of `table` with lists and maps as JSON: nothing but DuckDB reads its own notation."""
    columns = connection.execute(
        "select column_name, data_type from duckdb_columns() "
        "where table_name = $1 and not internal order by column_index",
        [table],
    ).fetchall()
    selected = ", ".join(
        f"to_json({quoted(name)}) as {quoted(name)}"
        if kind.endswith("]") or kind.startswith(("MAP(", "STRUCT("))
        else quoted(name)
        for name, kind in columns
    )
    return f"select {selected} from {quoted(table)}"


def remove_exports_of_other_tables(folder: Path, names: set[str]) -> None:
    """Remove the Parquet and CSV of tables that are no longer published."""
    for kind in ("parquet", "csv"):
        for path in (folder / kind).glob(f"*.{kind}"):
            if path.stem not in names:
                path.unlink()
