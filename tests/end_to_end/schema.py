"""The columns that are promised under a schema version, and those of a published file.

    python -m tests.end_to_end.schema data/okra.duckdb

adds the file's new tables and columns to the promise, and takes nothing away: a promised column that is gone or
has another type is an error. To break the promise, raise SCHEMA_VERSION: the next version has a list of its own.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import duckdb

from pipelines.publishing.schema_version import SCHEMA_VERSION

Schema = Mapping[str, Mapping[str, str]]
"""Type by column by table."""

PROMISE = Path(__file__).with_name(f"schema_v{SCHEMA_VERSION}.json")


def promised() -> Schema:
    """What is promised under the present version; nothing before the version's first list is written."""
    promise: Schema = json.loads(PROMISE.read_text("utf-8")) if PROMISE.exists() else {}
    return promise


def published(path: Path) -> Schema:
    """The tables and columns of the file at `path`."""
    tables: dict[str, dict[str, str]] = {}
    with duckdb.connect(str(path), read_only=True) as connection:
        rows = connection.execute(
            "select table_name, column_name, data_type from duckdb_columns() "
            "where not internal order by table_name, column_index"
        ).fetchall()
    for table, column, kind in rows:
        tables.setdefault(table, {})[column] = kind
    return tables


def broken(promise: Schema, published: Schema) -> list[str]:
    """Each promised table and column that is not in `found` as it was promised."""
    faults = []
    for table, columns in promise.items():
        if table not in published:
            faults.append(f"{table} is gone")
            continue
        for column, kind in columns.items():
            now = published[table].get(column)
            if now is None:
                faults.append(f"{table}.{column} is gone")
            elif now != kind:
                faults.append(f"{table}.{column} was {kind}, is {now}")
    return faults


def widened(promise: Schema, published: Schema) -> Schema:
    """The promise with what is new in `published`. Raises `ValueError` when something of it is broken."""
    faults = broken(promise, published)
    if faults:
        raise ValueError("; ".join(faults))
    return {
        table: {**promise.get(table, {}), **published[table]}
        for table in sorted({*promise, *published})
    }


if __name__ == "__main__":
    wider = widened(promised(), published(Path(sys.argv[1])))
    PROMISE.write_text(json.dumps(wider, indent=1) + "\n", "utf-8")
