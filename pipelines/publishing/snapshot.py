"""The published file: a copy of the warehouse's public tables that anyone may open at any time.

    okra.duckdb          the tables, with comments, and views; replaced by rename, never open for writing
    parquet/<table>.parquet    the same rows for tools without DuckDB, also of the views of days
    csv/<table>.csv      the same on request; lists and maps are JSON, days and moments ISO 8601, the latter in UTC,
                         what is empty is unknown, and no text begins as a formula does
    okra.json            what was published: run, day, rows and checksum of each table, hash of its Parquet file;
                         written last

Readers that have the old file open keep reading the old file; new ones get the new one. The file has no
write-ahead log and is read-only, so that a tool which opens it for writing by mistake fails at once.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from connectors.lake import atomic_files
from pipelines.connections import connect_in_memory
from pipelines.okr.kpi.periods import CALENDAR_YEAR, FiscalYear
from pipelines.publishing.database import write_database
from pipelines.publishing.schema_version import SCHEMA_VERSION
from pipelines.tables.contents import Content, content_of
from pipelines.tables.table import (
    Column,
    Table,
    attach,
    is_nested,
    literal,
    quoted,
    tables_in,
    views_in,
)

CHECKSUM = "okra_checksum"
"""The key of a Parquet file's metadata under which the checksum of its rows is."""

DIGEST_LENGTH = 20

FORMULA = r"^[=+\-@\t\r\n＝＋－＠]"
"""How a text begins that a spreadsheet takes for a formula; also in wide letters, and after what it leaves out."""
APOSTROPHE = "'"


@dataclass(frozen=True)
class PublishedTable:
    """One table or view as it was published. `checksum` is that of its rows: equal rows, equal checksum.

    `parquet` is the hash of the bytes of its Parquet file.
    """

    name: str
    rows: int
    checksum: str
    parquet: str
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
    contents = dict[str, Content]()
    atomic_files.replace(
        target,
        lambda temporary: contents.update(
            write_database(files, temporary, storage_version, fiscal_year, previous=target)
        ),
    )
    published = export(target, contents, csv=csv)
    names = {table.name for table in published}
    remove_other_exports(target.parent / "parquet", names)
    remove_other_exports(target.parent / "csv", names if csv else set())
    manifest = {
        "schema_version": SCHEMA_VERSION,
        **about,
        **{
            kind: {
                table.name: {
                    "rows": table.rows,
                    "checksum": table.checksum,
                    "parquet": table.parquet,
                }
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


def export(
    target: Path, contents: Mapping[str, Content], *, csv: bool = False
) -> list[PublishedTable]:
    """Write each published table and view of days as Parquet, and as CSV where it is wanted, beside `target`.

    A Parquet file that holds the same rows already stays as it is. `contents`: what tables hold, as far as it is known.
    """
    published = []
    folder = target.parent / "parquet"
    noted = published_before(target)
    with connect_in_memory(target) as connection:
        connection.execute("set threads = 1")
        # a CSV has the moments of a session's zone; everyone gets the same, wherever the run was
        connection.execute("set timezone = 'UTC'")
        attach(connection, {"published": target})
        written = checksums_of(connection, folder)
        tables = tables_in(connection, "published")
        for table in [*tables, *views_in(connection, "published")]:
            content = contents.get(table.name) or content_of(connection, table)
            path = folder / f"{table.name}.parquet"
            before = noted.get(table.name, {})
            # not the hash of a file that stays, which may have been damaged meanwhile
            digest = before.get("parquet", "") if before.get("checksum") == content.checksum else ""
            if written.get(table.name) != content.checksum:
                options = f"format parquet, kv_metadata {{{CHECKSUM}: {literal(content.checksum)}}}"
                copy(connection, f"from {table.place}", path, options)
                digest = ""
            if csv:
                own = target.parent / "csv" / f"{table.name}.csv"
                copy(connection, flat(table), own, "format csv, header")
            is_view = table not in tables
            digest = digest or digest_of(path)
            published.append(
                PublishedTable(table.name, content.rows, content.checksum, digest, is_view=is_view)
            )
    return published


def published_before(target: Path) -> Mapping[str, Mapping[str, Any]]:
    """What okra.json says of each table and view; empty where there is none, or none that can be read."""
    try:
        content = json.loads(target.with_suffix(".json").read_text("utf-8"))
        noted: Mapping[str, Mapping[str, Any]] = content["tables"] | content["views"]
    except (OSError, ValueError, LookupError, TypeError):
        return {}
    return noted


def digest_of(path: Path) -> str:
    """A hash of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:DIGEST_LENGTH]


def checksums_of(connection: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, str]:
    """The checksum of the rows of each Parquet file in `folder`, by table, as far as the files say it."""
    try:
        rows = connection.execute(
            "select file_name, decode(value) from parquet_kv_metadata($1) where decode(key) = $2",
            [f"{folder}/*.parquet", CHECKSUM],
        ).fetchall()
    except duckdb.Error:  # no file, or one that cannot be read, so that all are written
        return {}
    return {Path(file).stem: checksum for file, checksum in rows}


def copy(connection: duckdb.DuckDBPyConnection, query: str, path: Path, options: str) -> None:
    """Replace a file by the rows of `query`."""
    atomic_files.replace(
        path,
        lambda temporary: connection.execute(
            f"copy ({query}) to {literal(str(temporary))} ({options})"
        ),
    )


def flat(table: Table) -> str:
    """A query for the rows of `table` as a CSV has them.

    Lists and maps are JSON, as nothing but DuckDB reads its own notation. A text that a spreadsheet would take for a
    formula has an apostrophe before it (owasp.org/www-community/attacks/CSV_Injection).
    """
    selected = ", ".join(
        f"{in_csv(quoted(name), column)} as {quoted(name)}"
        for name, column in table.columns.items()
    )
    return f"select {selected} from {table.place}"


def in_csv(name: str, column: Column) -> str:
    """The expression of a column's values in a CSV."""
    if is_nested(column):
        return f"to_json({name})"
    if column.type.removesuffix(" not null") != "varchar":
        return name
    return (
        f"if(regexp_matches({name}, {literal(FORMULA)}), {literal(APOSTROPHE)} || {name}, {name})"
    )


def remove_other_exports(folder: Path, names: set[str]) -> None:
    """Remove the files of tables other than `names`, which are no longer published."""
    for path in folder.glob(f"*.{folder.name}"):
        if path.stem not in names:
            path.unlink()
