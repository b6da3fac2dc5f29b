"""The data dictionary: every published table and column with its meaning, as the file itself tells it.

python -m pipelines.publishing.dictionary data/okra.duckdb > docs/data-dictionary.md
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipelines.connections import connect_in_memory
from pipelines.publishing.schema_version import SCHEMA_VERSION
from pipelines.tables.table import Table, attach, tables_in

_HEAD = f"""\
# Data dictionary

The tables of `okra.duckdb`, and of the Parquet and CSV files beside it. This page is made from the file itself
(`make dictionary`), whose tables and columns carry the same texts as comments.

Schema version {SCHEMA_VERSION} (the table `schema_version`, and `okra.json`): under one version columns are added;
none goes, and none changes its meaning.
"""


def dictionary(path: Path) -> str:
    """The page, as Markdown."""
    with connect_in_memory(path) as connection:
        attach(connection, {"published": path})
        return "".join(_pages(tables_in(connection, "published")))


def _pages(tables: Iterable[Table]) -> Iterator[str]:
    yield _HEAD
    for table in tables:
        yield f"\n## {table.name}\n\n{_line(table.comment)}\n\n| column | type | meaning |\n|---|---|---|\n"
        for name, column in table.columns.items():
            yield f"| `{name}` | {column.type} | {_line(column.comment)} |\n"


def _line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(dictionary(Path(sys.argv[1])))
