"""The data dictionary: every published table and column with its meaning, as the file itself tells it.

python -m pipelines.publishing.dictionary data/okra.duckdb > docs/data-dictionary.md
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb

from pipelines.publishing.stamp import SCHEMA_VERSION

_TABLES = "select table_name, comment from duckdb_tables() order by table_name"
_COLUMNS = """
    select column_name, data_type, comment from duckdb_columns()
    where table_name = $1 order by column_index
"""
_HEAD = f"""\
# Data dictionary

The tables of `okra.duckdb`, and of the Parquet and CSV files beside it. This page is made from the file itself
(`make dictionary`), whose tables and columns carry the same texts as comments.

Schema version {SCHEMA_VERSION} (the table `schema_version`, and `okra.json`): under one version columns are added;
none goes, and none changes its meaning.
"""


def dictionary(path: Path) -> str:
    """The page, as Markdown."""
    with duckdb.connect(str(path), read_only=True) as connection:
        return "".join(_pages(connection))


def _pages(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    yield _HEAD
    for table, comment in connection.execute(_TABLES).fetchall():
        yield f"\n## {table}\n\n{_line(comment)}\n\n| column | type | meaning |\n|---|---|---|\n"
        for name, kind, text in connection.execute(_COLUMNS, [table]).fetchall():
            yield f"| `{name}` | {kind.lower()} | {_line(text)} |\n"


def _line(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(dictionary(Path(sys.argv[1])))
