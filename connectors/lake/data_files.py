"""Data files: the rows of one window, or those of several windows of a month with a column that tells them apart."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

WINDOW_COLUMN = "_window"
"""Of a file that several windows share: the first day of the row's window."""
DIGEST_LENGTH = 20
"""Characters of the content's SHA-256 in a data file's name."""
LARGE_BYTES = 2**20
"""A window of so many bytes has a file of its own: it would gain nothing from sharing one."""

Columns = tuple[tuple[str, pa.DataType, bool], ...]


def columns_of(rows: pa.Table) -> Columns:
    """What the windows of one file have in common: names, types and nullability of the columns."""
    return tuple((field.name, field.type, field.nullable) for field in rows.schema)


def encoded(part: pa.Table) -> tuple[str, bytes]:
    """`part` as Parquet: the digest that its name begins with, and the bytes."""
    buffer = pa.BufferOutputStream()
    pq.write_table(part, buffer, compression="zstd")
    content = buffer.getvalue().to_pybytes()
    return hashlib.sha256(content).hexdigest()[:DIGEST_LENGTH], content


def decoded(content: bytes) -> pa.Table:
    """The rows of a data file."""
    return pq.read_table(pa.BufferReader(content))


def checksum(digests: Iterable[str]) -> str:
    """Equal for windows of equal content, whatever files they are in."""
    names = "".join(f"{digest}.parquet" for digest in digests)
    return hashlib.sha256(names.encode()).hexdigest()[:16]


def shared_table(rows_by_window: Mapping[date, pa.Table]) -> pa.Table:
    """The rows of several windows, which have the same columns, in the order of the windows."""
    field = pa.field(WINDOW_COLUMN, pa.date32(), nullable=False)
    return pa.concat_tables(
        rows.append_column(field, pa.repeat(pa.scalar(window, pa.date32()), rows.num_rows))
        for window, rows in sorted(rows_by_window.items())
    )


def rows_of_window(shared: pa.Table, window: date) -> pa.Table:
    """The rows of one window among those of a file that several share."""
    is_of_window = pc.equal(shared.column(WINDOW_COLUMN), pa.scalar(window, pa.date32()))
    return shared.filter(is_of_window).drop_columns([WINDOW_COLUMN])


def is_same(rows: pa.Table, others: pa.Table) -> bool:
    """Whether two tables have the same columns and rows in the same order. Not a number equals itself."""
    return rows.equals(others) or encoded(rows) == encoded(others)
