"""The table `schema_version` of the published file: one row that says what the file itself is."""

from dataclasses import dataclass
from datetime import datetime

import duckdb

from pipelines.tables.sql_text import comments, meanings, typed

SCHEMA_VERSION = 1
"""Raised when a published column changes its meaning or goes; columns may be added under the same number."""
NAME = "schema_version"

_COMMENT = "What this file is: one row. A reader that relies on columns checks it first"
_COLUMNS = {
    "schema_version": (
        "integer not null",
        "Under one version columns are added; none goes, and none changes its meaning",
    ),
    "okra_version": ("varchar not null", "The version of Okra that published the file"),
    "published_at": ("timestamp with time zone not null", "When the file was published"),
}


@dataclass(frozen=True)
class Stamp:
    """By which version of Okra the file is published, and when."""

    okra_version: str
    published_at: datetime


def write_stamp(connection: duckdb.DuckDBPyConnection, schema: str, stamp: Stamp) -> None:
    """Write the table and its comments into `schema`."""
    place = f"{schema}.{NAME}"
    connection.execute(f"create table {place} ({typed(_COLUMNS)})")
    connection.execute(
        f"insert into {place} values ($1, $2, $3)",  # noqa: S608 - the name is ours
        [SCHEMA_VERSION, stamp.okra_version, stamp.published_at],
    )
    for statement in comments(place, _COMMENT, meanings(_COLUMNS)):
        connection.execute(statement)
