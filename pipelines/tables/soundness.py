"""Whether a database can be read: whole, or as far as opening it tells."""

import sqlite3
from contextlib import closing
from pathlib import Path

import duckdb

from pipelines.connections import connect_in_memory
from pipelines.file_modes import is_on_read_only_disk
from pipelines.tables.table import attach, quoted

DAMAGED = (
    "not a valid DuckDB database",
    "Could not read enough bytes",
    "Corrupt database",
    "Corrupted database",
    "Is a directory",
    "Checksum mismatch",
    "computed checksum",
    "Serialization Error",
    "Failed to deserialize",
    "INTERNAL Error",
    "Failure while replaying WAL",
)
"""What DuckDB says of a file that is none of its own, cut off, or changed."""
SET_ASIDE = ".damaged"
"""Added to the name of a damaged database that was moved out of the way."""

_TABLES = """
    select schema_name, table_name from duckdb_tables() where database_name = 'file' order by all
"""


def is_damage(error: Exception) -> bool:
    """Whether an error of DuckDB or SQLite says that the file itself is damaged, and not that it cannot be had."""
    if isinstance(error, sqlite3.DatabaseError):
        return not isinstance(error, sqlite3.OperationalError)
    return any(words in str(error) for words in DAMAGED)


def damage_in(path: Path, *, whole: bool) -> str | None:
    """What is wrong with a DuckDB file, in one line; None where nothing is, and where there is no file.

    `whole`: read every row of every table, as DuckDB compares the checksum of a block when it reads it.
    Raises `duckdb.Error` where the file cannot be had, because another process writes it or nobody may read it.
    """
    if not path.exists():
        return None
    with connect_in_memory(path) as connection:
        try:
            attach(connection, {"file": path})
            tables = connection.execute(_TABLES).fetchall()
            for schema, table in tables if whole else ():
                place = f"file.{quoted(schema)}.{quoted(table)}"
                connection.execute(f"select sum(hash(row)) from {place} as row").fetchall()
        except (duckdb.Error, RuntimeError, UnicodeDecodeError) as error:
            if isinstance(error, duckdb.Error) and not is_damage(error):
                raise
            return str(error).partition("\n")[0]
    return None


def damage_in_sqlite(path: Path, *, whole: bool) -> str | None:
    """The same of a SQLite file. One without a byte is a database to SQLite, and nothing that was written here."""
    if not path.exists():
        return None
    if not path.stat().st_size:
        return "it is empty"
    # where files can be written, SQLite makes two beside the database to read it (sqlite.org/wal.html#readonly)
    how = "immutable=1" if is_on_read_only_disk(path) else "mode=ro"
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?{how}", uri=True)) as connection:
            check = "pragma integrity_check(1)" if whole else "select count(*) from sqlite_master"
            [(answer,)] = connection.execute(check).fetchall()
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        return str(error)
    return None if not whole or answer == "ok" else str(answer)


def set_aside(path: Path) -> Path:
    """Move a damaged database out of the way, with what was not yet written into it. Returns where it is."""
    aside = path.with_name(f"{path.name}{SET_ASIDE}")
    for suffix in ("", ".wal", "-wal", "-shm"):
        own = path.with_name(f"{path.name}{suffix}")
        if own.exists():
            own.replace(own.with_name(f"{own.name}{SET_ASIDE}"))
    return aside
