"""How this process opens DuckDB: within the memory that OKRA_MEMORY allows; what does not fit is spilled to disk.

By itself DuckDB takes 80 % of the container's memory, or of the machine's, and would leave too little to Python beside
it. The models are limited in profiles.yml.
"""

import os
from functools import lru_cache
from pathlib import Path

import duckdb

from pipelines import settings as okra_settings

DISABLED_OPTIMIZERS = "statistics_propagation"
"""With it, DuckDB 2.0.1 loses rows of some joins (docs/decisions/0025). profiles.yml says the same to dbt."""


def connect(path: Path, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """A connection to the file at `path`, which spills into `<path>.tmp`, as DuckDB does by default."""
    return limited(duckdb.connect(str(path), read_only=read_only))


def connect_in_memory(beside: Path) -> duckdb.DuckDBPyConnection:
    """A connection without a file of its own, which spills into `<beside>.tmp`."""
    connection = limited(duckdb.connect())
    # not the working directory, which may be a checkout that only another user can write
    connection.execute("set temp_directory = $1", [f"{beside}.tmp"])
    return connection


def limited(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """`connection`, after it was given the limit, and without the optimizer that loses rows."""
    # set afterwards: as part of the configuration it would keep others from opening the same file without it
    connection.execute(f"set memory_limit = '{_memory(frozenset(os.environ.items()), Path.cwd())}'")
    connection.execute(f"set disabled_optimizers = '{DISABLED_OPTIMIZERS}'")
    return connection


@lru_cache(maxsize=1)
def _memory(_environment: frozenset[tuple[str, str]], _folder: Path) -> str:
    """The limit under these variables in this folder. Read once: a run opens a dozen connections."""
    return okra_settings.load().memory
