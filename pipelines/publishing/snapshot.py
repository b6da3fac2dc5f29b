"""The published file: a copy of the warehouse's public tables that anyone may open at any time.

    okra.duckdb          the tables, with comments, and views; replaced by rename, never open for writing
    parquet/<table>.parquet    the same rows for tools without DuckDB, also of the views of days
    csv/<table>.csv      the same on request; lists and maps are JSON, days and moments ISO 8601, the latter in UTC,
                         and what is empty is unknown
    okra.json            what was published: run, day, rows and checksum of each table; written last

Readers that have the old file open keep reading the old file; new ones get the new one. The file has no
write-ahead log and is read-only, so that a tool which opens it for writing by mistake fails at once.
"""

import hashlib
import json
import stat
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from connectors.lake import atomic_files
from pipelines.connections import connect_in_memory
from pipelines.okr.kpi.periods import CALENDAR_YEAR, FiscalYear
from pipelines.publishing.bi.charts import create_charts
from pipelines.publishing.bi.inner_tables import marked
from pipelines.publishing.schema_version import PUBLISHED_FILE, SCHEMA_VERSION, PublishedFile
from pipelines.tables.table import Table, attach, literal, quoted, tables_in, views_in

SCHEMAS = ("reporting", "okr", "main")
"""The schemas whose tables are public: models and scores of the warehouse, and all of the history."""


@dataclass(frozen=True)
class PublishedTable:
    """One table or view as it was published. `checksum` is that of its Parquet file: equal rows, equal checksum."""

    name: str
    rows: int
    checksum: str
    is_view: bool = False


def publish(
    warehouse: Path,
    target: Path,
    about: Mapping[str, Any],
    storage_version: str,
    history: Path | None = None,
    fiscal_year: FiscalYear = CALENDAR_YEAR,
    *,
    csv: bool = False,
) -> list[PublishedTable]:
    """Copy the public tables of `warehouse` and `history` to `target` and its neighbours, each replaced in one step.

    Without `csv`, CSV files of an earlier publication are removed: they would go out of date. `about` goes
    into okra.json. Raises `duckdb.Error` or `OSError`, with the old files left as they were.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    files = {"warehouse": warehouse}
    if history is not None and history.exists():
        files["history"] = history
    atomic_files.replace(
        target,
        lambda temporary: write_database(files, temporary, storage_version, fiscal_year),
    )
    published = export(target, csv=csv)
    names = {table.name for table in published}
    remove_other_exports(target.parent / "parquet", names)
    remove_other_exports(target.parent / "csv", names if csv else set())
    manifest = {
        "schema_version": SCHEMA_VERSION,
        **about,
        **{
            kind: {
                table.name: {"rows": table.rows, "checksum": table.checksum}
                for table in published
                if table.is_view == (kind == "views")
            }
            for kind in ("tables", "views")
        },
    }
    text = json.dumps(manifest, indent=1, default=str) + "\n"
    atomic_files.replace(
        target.with_suffix(".json"), lambda temporary: temporary.write_text(text, "utf-8")
    )
    return published


def write_database(
    files: Mapping[str, Path],
    path: Path,
    storage_version: str,
    fiscal_year: FiscalYear = CALENDAR_YEAR,
) -> None:
    """Write the public tables and their comments into a new database, in an order that is always the same."""
    with connect_in_memory(path) as connection:
        # one thread, so that equal rows come out as equal bytes
        connection.execute("set threads = 1")
        attach(connection, files)
        connection.execute(
            f"attach {literal(str(path))} as published (storage_version {literal(storage_version)})"
        )
        tables = [table for name in files for table in tables_in(connection, name, SCHEMAS)]
        for table in sorted(tables, key=lambda table: table.name):
            copy = marked(replace(table, schema=PUBLISHED_FILE.schema))
            connection.execute(
                f"create table {copy.place} as select * from {table.place} order by all"
            )
            copy.describe(connection)
        file = PublishedFile(SCHEMA_VERSION, version("okra"), datetime.now(UTC))
        PUBLISHED_FILE.replace(connection, [file])
        connection.execute("use published")
        create_charts(connection, fiscal_year)
        connection.execute("use memory")
        connection.execute("detach published")
    path.chmod(stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH)


def export(target: Path, *, csv: bool = False) -> list[PublishedTable]:
    """Write each published table and view of days as Parquet, and as CSV where it is wanted, beside `target`."""
    published = []
    with connect_in_memory(target) as connection:
        connection.execute("set threads = 1")
        # a CSV has the moments of a session's zone; everyone gets the same, wherever the run was
        connection.execute("set timezone = 'UTC'")
        attach(connection, {"published": target})
        tables = tables_in(connection, "published")
        for table in [*tables, *views_in(connection, "published")]:
            parquet = target.parent / "parquet" / f"{table.name}.parquet"
            copy(connection, f"from {table.place}", parquet, "format parquet")
            if csv:
                path = target.parent / "csv" / f"{table.name}.csv"
                copy(connection, flat(table), path, "format csv, header")
            [(rows,)] = connection.execute(f"select count(*) from {table.place}").fetchall()
            checksum = hashlib.sha256(parquet.read_bytes()).hexdigest()[:16]
            is_view = table not in tables
            published.append(PublishedTable(table.name, rows, checksum, is_view=is_view))
    return published


def copy(connection: duckdb.DuckDBPyConnection, query: str, path: Path, options: str) -> None:
    """Replace a file by the rows of `query`."""
    atomic_files.replace(
        path,
        lambda temporary: connection.execute(
            f"copy ({query}) to {literal(str(temporary))} ({options})"
        ),
    )


def flat(table: Table) -> str:
    """A query for the rows of `table` with lists and maps as JSON: nothing but DuckDB reads its own notation."""
    selected = ", ".join(
        f"to_json({quoted(name)}) as {quoted(name)}"
        if column.type.endswith("]") or column.type.startswith(("map(", "struct("))
        else quoted(name)
        for name, column in table.columns.items()
    )
    return f"select {selected} from {table.place}"


def remove_other_exports(folder: Path, names: set[str]) -> None:
    """Remove the files of tables other than `names`, which are no longer published."""
    for path in folder.glob(f"*.{folder.name}"):
        if path.stem not in names:
            path.unlink()
