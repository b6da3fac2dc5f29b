"""Writing the published database: a copy of the previous one, in which only the rows that differ are written.

What a day costs then depends on what it changed and little on how long the history is (docs/decisions/0045).
"""

import logging
import shutil
import stat
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import duckdb

from pipelines.connections import connect_in_memory
from pipelines.okr.kpi.periods import CALENDAR_YEAR, FiscalYear
from pipelines.publishing.bi.charts import CHARTS, create_charts
from pipelines.publishing.bi.inner_tables import marked
from pipelines.publishing.schema_version import PUBLISHED_FILE, SCHEMA_VERSION, PublishedFile
from pipelines.tables.contents import Content, bring_up_to_date
from pipelines.tables.findings import FINDINGS
from pipelines.tables.table import attach, literal, quoted, tables_in

SCHEMAS = ("reporting", "okr", "main")
"""The schemas whose tables are public: models and scores of the warehouse, and all of the history."""
_ADDED = {*CHARTS, "calendar", PUBLISHED_FILE.name}
"""The published tables that are no copies."""
_STORAGE = """
    select tags['storage_version'], free_blocks, used_blocks
    from duckdb_databases() inner join pragma_database_size() using (database_name)
    where database_name = 'published'
"""
_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
_log = logging.getLogger(__name__)


class _StartAnew(Exception):
    """The previous file is of no use for the next one."""


def write_database(
    files: Mapping[str, Path],
    path: Path,
    storage_version: str,
    fiscal_year: FiscalYear = CALENDAR_YEAR,
    previous: Path | None = None,
) -> Mapping[str, Content]:
    """Write the public tables of `files` and their comments into the new database `path`. Returns what they hold.

    Starts from a copy of the file `previous`, if there is one that can be read. Raises `duckdb.Error` or `OSError`.
    """
    write_ahead_log = path.with_name(f"{path.name}.wal")
    contents = None
    try:
        if previous is not None and previous.exists():
            try:
                shutil.copyfile(previous, path)
                contents = _write(files, path, storage_version, fiscal_year)
            except (duckdb.Error, _StartAnew) as reason:
                _log.info(f"{previous.name} is written anew: {str(reason).partition(chr(10))[0]}")
                path.unlink(missing_ok=True)
                write_ahead_log.unlink(missing_ok=True)
        if contents is None:
            contents = _write(files, path, storage_version, fiscal_year)
    finally:
        # only an error leaves it behind
        write_ahead_log.unlink(missing_ok=True)
    path.chmod(stat.S_IMODE(path.stat().st_mode) & ~_WRITABLE)
    return contents


def _write(
    files: Mapping[str, Path], path: Path, storage_version: str, fiscal_year: FiscalYear
) -> Mapping[str, Content]:
    with connect_in_memory(path) as connection:
        # one thread, so that equal rows come out in the same order
        connection.execute("set threads = 1")
        attach(connection, files)
        connection.execute(
            f"attach {literal(str(path))} as published (storage_version {literal(storage_version)})"
        )
        _refuse_bloated(connection, storage_version)
        connection.execute("begin")
        tables = [table for name in files for table in tables_in(connection, name, SCHEMAS)]
        existing = {table.name: table for table in tables_in(connection, "published")}
        _drop(connection, existing.keys() - {table.name for table in tables} - _ADDED)
        contents = {}
        for table in sorted(tables, key=lambda table: table.name):
            target = marked(replace(table, schema=PUBLISHED_FILE.schema))
            contents[table.name] = bring_up_to_date(
                connection, table, target, existing.get(table.name)
            )
        file = PublishedFile(SCHEMA_VERSION, version("okra"), datetime.now(UTC))
        PUBLISHED_FILE.replace(connection, [file])
        connection.execute("commit")
        connection.execute("use published")
        contents |= create_charts(connection, fiscal_year)
        connection.execute("use memory")
        connection.execute("detach published")
    # a row is added where a chart is left out
    return {name: content for name, content in contents.items() if name != FINDINGS.name}


def _refuse_bloated(connection: duckdb.DuckDBPyConnection, storage_version: str) -> None:
    """Raises `_StartAnew` for a file of another storage version, and for one that is mostly empty."""
    [(storage, free, used)] = connection.execute(_STORAGE).fetchall()
    if used and storage.removesuffix("+") != storage_version:
        raise _StartAnew(f"its storage version is {storage}")
    if free > used:
        raise _StartAnew("it is mostly empty")


def _drop(connection: duckdb.DuckDBPyConnection, names: Iterable[str]) -> None:
    for name in names:
        connection.execute(f"drop table {PUBLISHED_FILE.schema}.{quoted(name)}")
