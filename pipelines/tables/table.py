"""A published table is declared once: by the dataclass of its rows, whose fields are the columns.

The SQL types follow from the fields' types and the comments from their texts (`pipelines.okr.columns`). CREATE TABLE,
the comments, what is inserted, the data dictionary and the columns in Dagster's UI follow from the declaration.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

import duckdb
import pyarrow as pa

from pipelines.connections import connect
from pipelines.okr.columns import SqlType

_SQL_TYPES = {
    str: "varchar",
    date: "date",
    datetime: "timestamp with time zone",
    int: "integer",
    bool: "boolean",
    Sequence[str]: "varchar[]",
}
_IN_DATABASE = """
    with places as (
        select database_name, schema_name, table_name, comment, false as is_view from duckdb_tables()
        union all
        select database_name, schema_name, view_name, comment, true from duckdb_views() where not internal
    )

    select schema_name, table_name, any_value(places.comment), list(
        [column_name, data_type, columns.comment] order by column_index
    )
    from duckdb_columns() as columns
    inner join places using (database_name, schema_name, table_name)
    where database_name = $1 and schema_name in (select unnest($2)) and is_view = $3
    group by schema_name, table_name
    order by table_name
"""

_COMMENTS = """
    select '' as column_name, coalesce(comment, '')
    from duckdb_tables()
    where database_name = current_database() and schema_name = $1 and table_name = $2
    union all
    select column_name, coalesce(comment, '')
    from duckdb_columns()
    where database_name = current_database() and schema_name = $1 and table_name = $2
"""

_ROWS_AT_ONCE = 512


class Column(NamedTuple):
    """The SQL type of a column, with `not null` where it always has a value, and its comment."""

    type: str
    comment: str


@dataclass(frozen=True)
class Table:
    """A table. `key` is its primary key, if it has one; `schema` may have an attached database's name before it."""

    name: str
    comment: str
    columns: Mapping[str, Column]
    key: Sequence[str] = ()
    schema: str = "okr"

    @property
    def place(self) -> str:
        """The table's qualified name, quoted."""
        return f"{self.schema}.{quoted(self.name)}"

    def create(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Create the table if there is none; add the columns that one of an earlier version lacks."""
        if self._is_as_declared(connection):
            return
        connection.execute(f"create schema if not exists {self.schema}")
        connection.execute(f"create table if not exists {self.place} ({self._definition})")
        for name, column in self.columns.items():
            added = f"{quoted(name)} {column.type.removesuffix(' not null')}"
            connection.execute(f"alter table {self.place} add column if not exists {added}")
        self.describe(connection)

    def recreate(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Create the table without rows, in the place of one that may be there."""
        connection.execute(f"create schema if not exists {self.schema}")
        connection.execute(f"create or replace table {self.place} ({self._definition})")
        self.describe(connection)

    def describe(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Set the comments of the table and its columns."""
        comment_on(connection, "table", self.place, self.comment, self.columns)

    def replace(
        self, connection: duckdb.DuckDBPyConnection, rows: Sequence[object], **constants: object
    ) -> None:
        """Replace the table and all of its rows. `constants` as in `append`."""
        self.recreate(connection)
        self.append(connection, rows, **constants)

    def replace_partition(
        self,
        connection: duckdb.DuckDBPyConnection,
        column: str,
        value: object,
        rows: Sequence[object],
        **constants: object,
    ) -> None:
        """Replace the rows with this `value` in `column`, and keep the others. `constants` as in `append`."""
        self.create(connection)
        connection.execute(f"delete from {self.place} where {quoted(column)} = $1", [value])
        self.append(connection, rows, **constants)

    def replace_by_query(
        self, connection: duckdb.DuckDBPyConnection, query: str, parameters: object = None
    ) -> None:
        """Replace the table and all of its rows by those of `query`, which has its columns in order."""
        self.recreate(connection)
        connection.execute(f"insert into {self.place} {query}", parameters)

    def append(
        self, connection: duckdb.DuckDBPyConnection, rows: Sequence[object], **constants: object
    ) -> None:
        """Insert `rows`, whose attributes are named as the columns. `constants`: columns with one value in all rows."""
        if not rows:
            return
        # by columns, and typed beforehand: there can be half a million rows
        schema = connection.sql(f"from {self.place} limit 0").to_arrow_table().schema
        values = by_column(rows, [name for name in self.columns if name not in constants])
        values |= {name: [value] * len(rows) for name, value in constants.items()}
        arrays = {name: _array(values[name], schema.field(name).type) for name in self.columns}
        connection.register("appended", pa.table(arrays))
        connection.execute(f"insert into {self.place} by name from appended")
        connection.unregister("appended")

    def _is_as_declared(self, connection: duckdb.DuckDBPyConnection) -> bool:
        """Whether it is there with its columns and comments: to look costs less than to declare all of it again."""
        comments = dict(connection.execute(_COMMENTS, [self.schema, self.name]).fetchall())
        declared = {name: column.comment for name, column in self.columns.items()}
        return (declared | {"": self.comment}).items() <= comments.items()

    @property
    def _definition(self) -> str:
        columns = [f"{quoted(name)} {column.type}" for name, column in self.columns.items()]
        if self.key:
            columns.append(f"primary key ({', '.join(map(quoted, self.key))})")
        return ", ".join(columns)


def by_column(rows: Sequence[object], names: Sequence[str]) -> dict[str, list[object]]:
    """The values of each attribute, in the order of the rows."""
    columns: dict[str, list[object]] = {name: [] for name in names}
    # some rows at a time, as they are then near each other in the processor's caches
    for first in range(0, len(rows), _ROWS_AT_ONCE):
        part = rows[first : first + _ROWS_AT_ONCE]
        for name, values in columns.items():
            values += [getattr(row, name) for row in part]
    return columns


def columns_of(*rows: type, **more: Any) -> dict[str, Column]:
    """The columns that the fields of dataclasses declare, and after them `more` columns by their annotations."""
    fields = [get_type_hints(row, include_extras=True) for row in rows]
    return {name: _column(hint) for hints in (*fields, more) for name, hint in hints.items()}


def tables_in(
    connection: duckdb.DuckDBPyConnection, database: str, schemas: Iterable[str] = ("main",)
) -> list[Table]:
    """The tables of an attached database as it describes them itself, by name; without keys."""
    return _described(connection, database, schemas, are_views=False)


def views_in(
    connection: duckdb.DuckDBPyConnection, database: str, schemas: Iterable[str] = ("main",)
) -> list[Table]:
    """The views of an attached database, as if they were tables."""
    return _described(connection, database, schemas, are_views=True)


def _described(
    connection: duckdb.DuckDBPyConnection, database: str, schemas: Iterable[str], *, are_views: bool
) -> list[Table]:
    rows = connection.execute(_IN_DATABASE, [database, list(schemas), are_views]).fetchall()
    return [
        Table(
            name,
            comment or "",
            {column: Column(kind.lower(), text or "") for column, kind, text in columns},
            schema=f"{quoted(database)}.{quoted(schema)}",
        )
        for schema, name, comment, columns in rows
    ]


def comment_on(
    connection: duckdb.DuckDBPyConnection,
    kind: Literal["table", "view"],
    place: str,
    comment: str,
    columns: Mapping[str, Column],
) -> None:
    """Set the comments of a table or view and its columns, as far as there are any."""
    comments = {f"{kind} {place}": comment} | {
        f"column {place}.{quoted(name)}": column.comment for name, column in columns.items()
    }
    connection.execute(
        ";\n".join(
            f"comment on {what} is {literal(text)}" for what, text in comments.items() if text
        )
    )


def is_nested(column: Column) -> bool:
    """Whether its values are lists, maps or structs."""
    kind = column.type.removesuffix(" not null")
    return kind.endswith("]") or kind.startswith(("map(", "struct("))


@contextmanager
def transaction(path: Path, **attached: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Write the database at `path` in one transaction; others are attached for reading, under their names.

    An error leaves the database as it was. The session's zone is UTC.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with connect(path) as connection:
        connection.execute("set TimeZone = 'UTC'")
        attach(connection, attached)
        connection.execute("begin")
        yield connection
        connection.execute("commit")


def attach(connection: duckdb.DuckDBPyConnection, files: Mapping[str, Path]) -> None:
    """Attach databases for reading, under their names."""
    for name, path in files.items():
        connection.execute(f"attach {literal(str(path))} as {quoted(name)} (read_only)")


def quoted(name: str) -> str:
    """`name` as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """`text` as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def _column(annotation: Any, comment: str = "", required: str = " not null") -> Column:
    """The column of a field, such as `Annotated[Number | None, "What it is"]`."""
    sql_type = ""
    if get_origin(annotation) is Annotated:
        annotation, *texts = get_args(annotation)
        for text in reversed(texts):
            if isinstance(text, SqlType):
                sql_type = text
            else:
                comment = comment or text
    if get_origin(annotation) in (Union, UnionType):
        first, *others = get_args(annotation)
        return _column(first, comment, "" if type(None) in others else required)
    if get_origin(annotation) is Literal:
        annotation = str
    return Column((sql_type or _SQL_TYPES[annotation]) + required, comment)


def _array(values: list[Any], kind: pa.DataType) -> pa.Array:
    try:
        return pa.array(values, type=kind)
    except pa.ArrowInvalid:
        # a goal may have more decimals than the column, which then rounds it
        return pa.array([None if value is None else str(value) for value in values])
