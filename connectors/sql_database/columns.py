"""What columns a query gives: their names, and their types as the database says them.

Drivers describe the columns of an answer in their own ways. PostgreSQL's say the number of a type, MySQL's the code of
one, SQLite knows the types of columns that come straight from a table. Where none says it, the first rows do.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from connectors.sdk.errors import Rejected
from connectors.sdk.stream_forms import COLUMN_NAME, COLUMN_TYPES, OWN_COLUMNS
from connectors.sql_database.engine import MYSQL
from connectors.sql_database.forms import SqlForm
from connectors.sql_database.paging import moment

if TYPE_CHECKING:
    import sqlalchemy as sa

FIRST_ROWS = 1_000
"""Rows that are read to tell a type that the database does not say."""
MOST_DECIMALS = 18
"""Of a column's declared decimals. One with more is kept with nine, as one that declares none."""
POSTGRESQL_TYPES: Mapping[int, str] = {
    16: "boolean", 17: "bytes", 20: "integer", 21: "integer", 23: "integer", 26: "integer",
    700: "number", 701: "number", 790: "money", 1700: "decimal",
    1082: "date", 1114: "timestamp", 1184: "instant", 114: "json", 3802: "json",
}  # fmt: skip
"""By the number of a built-in type (pg_type.oid). Others are texts, or arrays."""
MYSQL_TYPES: Mapping[int, str] = {
    1: "integer", 2: "integer", 3: "integer", 8: "integer", 9: "integer", 13: "integer",
    4: "number", 5: "number", 0: "decimal", 246: "decimal",
    10: "date", 14: "date", 7: "instant", 12: "timestamp", 245: "json", 16: "bytes", 255: "bytes",
    11: "text", 15: "text", 247: "text", 248: "text", 253: "text", 254: "text",
}  # fmt: skip
"""By the code of a type in MySQL's protocol. Those that are missing are texts or bytes: the first rows say which."""
SQLITE_TYPES: Sequence[tuple[str, str]] = (
    (r"BOOL|TINYINT\s*\(1\)", "boolean"), ("INT", "integer"), ("DATETIME|TIMESTAMP", "timestamp"),
    ("DATE", "date"), ("DEC|NUMERIC|MONEY", "decimal"), ("REAL|FLOA|DOUB", "number"), ("JSON", "json"),
    ("BLOB|BINARY", "bytes"), ("CHAR|TEXT|CLOB|UUID|STRING", "text"),
)  # fmt: skip
"""By what the declared type has in its name."""
DAY_TEXT = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class ResultColumn:
    """A column of a query's answer."""

    name: str
    """In lower case, as it is stored."""
    original: str
    """As the database calls it."""
    kind: str = ""
    """One of `COLUMN_TYPES`, or `instant` (a timestamp with its zone), `money`, `array`, `bytes`; empty where the
    database does not say it."""
    decimals: int | None = None
    """Of a decimal, how many digits are behind the point; None where it declares none."""
    otherwise: str = ""
    """The kind where neither the database nor the first rows say it, as there are none."""

    @property
    def stored_type(self) -> pa.DataType:
        """The type that it is stored in."""
        decimals = self.decimals
        if self.kind == "decimal" and decimals is not None and decimals <= MOST_DECIMALS:
            return pa.decimal128(38, max(decimals, 0))
        stored = {"instant": "timestamp", "money": "decimal", "array": "json"}
        return COLUMN_TYPES[stored.get(self.kind, self.kind)]


def columns_in(connection: "sa.Connection", query: "sa.Select[Any]") -> list[ResultColumn]:
    """The columns that a query gives, as far as the database says their types. `query` gives no rows.

    Raises `Rejected` where one has no name that it can be stored under.
    """
    result = connection.execute(query)
    cursor = result.cursor
    description: list[tuple[Any, ...]] = (
        [] if cursor is None else [tuple(column) for column in cursor.description or ()]
    )
    result.close()
    dialect = connection.dialect.name
    quote = "`" if dialect in MYSQL else '"'
    names = names_of([str(column[0]) for column in description], quote)
    if dialect == "postgresql":
        kinds = list(postgresql_kinds(connection, description))
    elif dialect in MYSQL:
        kinds = [mysql_kind(column) for column in description]
    else:
        kinds = [(python_kind(column[1]), None) for column in description]
    return [
        ResultColumn(name, str(column[0]), kind, decimals, "text" if dialect in MYSQL else "")
        for name, column, (kind, decimals) in zip(names, description, kinds, strict=True)
    ]


def names_of(originals: Sequence[str], quote: str = '"') -> list[str]:
    """The names that columns are stored under. Raises `Rejected` where one cannot be.

    `quote`: what the database quotes names with. In MySQL `"Net total"` is a text, the same in each row.
    """
    names: list[str] = []
    for original in originals:
        name = original.lower()
        if not COLUMN_NAME.fullmatch(name):
            raise Rejected(
                f"the query's column `{original}` has no name that it can be stored under",
                "give it one of letters, digits and underscores, such as "
                f"{quote}{original}{quote} as {name_like(original)}",
            )
        if name in OWN_COLUMNS:
            raise Rejected(
                f"`{name}` is a column that Okra adds itself", f"write `{name} as own_{name}`"
            )
        if name in names:
            raise Rejected(f"the query gives two columns `{name}`", "give one of them another name")
        names.append(name)
    return names


def name_like(original: str) -> str:
    """A name that a column can be stored under, as much like its own as may be."""
    plain = re.sub(r"[^a-z0-9]+", "_", original.lower()).strip("_")
    return plain if COLUMN_NAME.fullmatch(plain) else "net_total"


def postgresql_kinds(
    connection: "sa.Connection", description: Sequence[Sequence[Any]]
) -> Iterator[tuple[str, int | None]]:
    """The kind and the decimals of each column of a PostgreSQL answer."""
    import sqlalchemy as sa

    others = sorted({int(column[1]) for column in description} - POSTGRESQL_TYPES.keys())
    arrays: set[int] = set()
    if others:
        of_types = sa.text(
            "select oid from pg_type where typcategory = 'A' and oid in :numbers"
        ).bindparams(sa.bindparam("numbers", others, sa.BigInteger(), expanding=True))
        arrays = {int(row[0]) for row in connection.execute(of_types).all()}
    for column in description:
        number, precision, scale = int(column[1]), column[4], column[5]
        kind = POSTGRESQL_TYPES.get(number, "array" if number in arrays else "text")
        has_scale = kind == "decimal" and precision is not None and precision <= 1_000
        yield kind, scale if has_scale else None


def mysql_kind(column: Sequence[Any]) -> tuple[str, int | None]:
    """The kind and the decimals of a column of a MySQL answer. tinyint(1) and bit(1) are its booleans."""
    code = column[1]
    if code in (1, 16) and column[3] == 1:
        return "boolean", None
    kind = MYSQL_TYPES.get(code, "") if isinstance(code, int) else ""
    return kind, column[5] if kind == "decimal" else None


def python_kind(code: Any) -> str:
    """The kind of a column whose driver says the class of its values (pyodbc's); empty where it does not."""
    kinds: Mapping[Any, str] = {
        bool: "boolean", int: "integer", float: "number", Decimal: "decimal", str: "text",
        date: "date", datetime: "timestamp", bytes: "bytes", bytearray: "bytes",
    }  # fmt: skip
    return kinds.get(code, "") if isinstance(code, type) else ""


def sqlite_columns(
    connection: "sa.Connection", query: "sa.Select[Any]", columns: Sequence[ResultColumn]
) -> list[ResultColumn]:
    """The columns with the types that SQLite knows: of those that come straight from a table."""
    import sqlalchemy as sa

    text = str(query.compile(connection, compile_kwargs={"literal_binds": True}))
    declared: list[str] = []
    with suppress(sa.exc.SQLAlchemyError):  # no view can be made: the first rows say the types
        connection.exec_driver_sql(f"create temporary view okra_described as {text}")
        listed = connection.exec_driver_sql("pragma temp.table_info(okra_described)")
        declared = [str(row[2]) for row in listed]
        connection.exec_driver_sql("drop view temp.okra_described")
    if len(declared) != len(columns):
        return [*columns]
    return [sqlite_column(column, kind) for column, kind in zip(columns, declared, strict=True)]


def sqlite_column(column: ResultColumn, declared: str) -> ResultColumn:
    """A column with the type that its table declares."""
    for words, kind in SQLITE_TYPES:
        if re.search(words, declared, re.IGNORECASE):
            scale = re.search(r"\(\s*\d+\s*,\s*(\d+)\s*\)", declared)
            decimals = int(scale[1]) if scale and kind == "decimal" else None
            return ResultColumn(column.name, column.original, kind, decimals)
    return column


def kind_of_values(values: Sequence[Any], *, is_moment: bool, zone: ZoneInfo) -> str:
    """The kind of a column by the values of its first rows; empty where none of them says it.

    `is_moment`: whether the declaration says that it is a day or a moment, which may be written as a text.
    """
    present = [value for value in values if value is not None]
    types = {type(value) for value in present}
    if not types:
        return ""
    if is_moment and str in types:
        readable = [x for x in present if isinstance(moment(x, zone), datetime)]
        if len(readable) * 2 >= len(present):  # the others become findings
            is_day = all(DAY_TEXT.fullmatch(str(value)) for value in readable)
            return "date" if is_day else "timestamp"
    for kind, classes in (
        ("boolean", {bool}),
        ("integer", {int}),
        ("number", {int, float}),
        ("decimal", {int, Decimal}),
        ("date", {date}),
        ("bytes", {bytes, bytearray, memoryview}),
        ("json", {dict, list}),
    ):
        if types <= classes:
            return kind
    if all(isinstance(value, datetime) for value in present):
        return "instant" if any(value.tzinfo for value in present) else "timestamp"
    return "text"


def described(
    name: str,
    form: SqlForm,
    columns: Sequence[ResultColumn],
    first_rows: Sequence[Sequence[Any]],
    zone: ZoneInfo,
) -> pa.Schema:
    """The columns of a stream as they are stored. Raises `Rejected` where the type of one is not known.

    `first_rows` are read only where the database does not say all types.
    """
    moments = {form.placed_by, form.gone}
    fields = []
    for place, column in enumerate(columns):
        values = [row[place] for row in first_rows]
        kind = column
        if not column.kind:
            guess = kind_of_values(values, is_moment=column.name in moments, zone=zone)
            kind = ResultColumn(column.name, column.original, guess or column.otherwise)
        if kind.kind == "bytes":
            raise Rejected(
                f"stream {name}: `{column.name}` holds bytes, which are not stored",
                "leave it out of the query, or write it as a text or a number",
            )
        wanted = form.type_of(column.name)
        if not kind.kind and wanted is None:
            raise Rejected(
                f"stream {name}: neither the database nor the first rows say the type of `{column.name}`",
                f"add `types: {{{column.name}: integer}}`, or another of {', '.join(COLUMN_TYPES)}",
            )
        stored = wanted if wanted is not None else kind.stored_type
        fields.append(form.field(column.name, stored))
    return pa.schema(fields)


def as_json(value: Any) -> Any:
    """A list or mapping of a driver as its JSON text; any other value as it is."""
    if isinstance(value, dict | list):
        with suppress(TypeError, ValueError):
            return json.dumps(value, default=str, ensure_ascii=False)
    return value
