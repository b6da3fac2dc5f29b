"""A shop's own database, of any kind that SQLAlchemy speaks: orders, their lines, what was shipped.

The database shows tables or views of these names, with at least these columns (see the streams below):

    orders       order_id, customer_id, ordered_at, status, currency, total_minor, updated_at
    order_lines  order_id, line_number, product, color, quantity, amount_minor, updated_at
    shipments    shipment_id, order_id, product, color, quantity, shipped_at, updated_at

`updated_at` is set with every change of a row: changes are found by it, and a row without it is counted and left
out. Rows are not deleted; an order that no longer counts has the status `cancelled`. A parcel without `shipped_at`
has not left yet. Amounts are in the currency's smallest unit. Timestamps without a zone are in DATABASE_TIMEZONE, in
which days are counted too; a date is its first moment, and of an hour that is repeated when clocks are set back, the
first is meant. (MySQL's DATETIME has no zone, its TIMESTAMP is an instant.) Read access is enough.

Rows are read in the order of `updated_at` and key, a page at a time, so that a row that changes meanwhile moves
ahead of the reader and is read again. A transaction that stays open for more than a day after it wrote
`updated_at` commits behind the reader: its rows come with their next change.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

import pyarrow as pa

from connectors.sdk.contract import (
    Calls,
    Declarable,
    Deletes,
    Finding,
    Limit,
    Option,
    Page,
    Slice,
    Source,
    Stream,
    column,
)
from connectors.sdk.declaring import Forms, Schemas
from connectors.sdk.errors import Drift
from connectors.sdk.rules import NO_DAY, example_of, message_of
from connectors.sql_database.asking import (
    BUCKET,
    TIMEOUT_SECONDS,
    database_of,
    describe,
    schema_of,
    zone_of,
)
from connectors.sql_database.declared import DeclaredStreams
from connectors.sql_database.engine import diagnose
from connectors.sql_database.forms import SqlForm, columns_of, stream_declared
from connectors.sql_database.paging import PagedTable, Position
from connectors.sql_database.rows import far_days, stored, text

if TYPE_CHECKING:  # SQLAlchemy takes most of a second to import: done when a database is opened
    import sqlalchemy as sa

T = TypeVar("T")
MOMENT = pa.timestamp("us", "UTC")
UPDATED_AT = column("updated_at", MOMENT, "When the row last changed")


def table(
    name: str, description: str, key: tuple[str, ...], *columns: pa.Field, counts_on: str = ""
) -> Stream:
    """A stream that is a table or view of the database."""
    return Stream(
        name=name,
        description=description,
        schema=pa.schema([*columns, UPDATED_AT]),
        key=key,
        cursor="updated_at",
        counts_on=counts_on,
        mutable=True,
        deletes=Deletes.STATUS,
        # long transactions commit behind the cursor
        arrives_within=timedelta(minutes=5),
        restates_for=timedelta(days=1),
        windows_per_slice=31,
    )


ORDERS = table(
    "orders",
    "Orders, as they stand",
    ("order_id",),
    column("order_id", pa.string(), "Names the order"),
    column("customer_id", pa.string(), "Names who ordered; null when nobody knows", null=True),
    column("ordered_at", MOMENT, "When it was placed"),
    column("status", pa.string(), "How far it has come",
           values=("placed", "paid", "shipped", "cancelled")),
    column("currency", pa.string(), "Currency of the amounts", values="ISO 4217"),
    column("total_minor", pa.int64(), "What it comes to", unit="smallest unit of the currency"),
    counts_on="ordered_at",
)  # fmt: skip
ORDER_LINES = table(
    "order_lines",
    "What was ordered: one row a line of an order",
    ("order_id", "line_number"),
    column("order_id", pa.string(), "The order"),
    column("line_number", pa.int32(), "Place of the line in the order, from 1"),
    column("product", pa.string(), "What was ordered", null=True),
    column("color", pa.string(), "In which colour; null where it has none", null=True),
    column("quantity", pa.int32(), "How many", unit="pieces"),
    column("amount_minor", pa.int64(), "What the line comes to",
           unit="smallest unit of the currency"),
)  # fmt: skip
SHIPMENTS = table(
    "shipments",
    "What left the house: one row a line of a parcel",
    ("shipment_id",),
    column("shipment_id", pa.string(), "Names the shipped line"),
    column("order_id", pa.string(), "The order; null for what was sent without one", null=True),
    column("product", pa.string(), "What was shipped", null=True),
    column("color", pa.string(), "In which colour; null where it has none", null=True),
    column("quantity", pa.int32(), "How many", unit="pieces"),
    column("shipped_at", MOMENT, "When it left; null before", null=True),
    counts_on="shipped_at",
)

PAGE_ROWS = 10_000
WORKERS = 4
NO_FORMS: Mapping[str, SqlForm] = MappingProxyType({})


class DatabaseConnection:
    """An open database."""

    def __init__(
        self, values: Mapping[str, str], calls: Calls, forms: Mapping[str, SqlForm] = NO_FORMS
    ) -> None:
        """Connects. `forms` are the declared streams.

        Raises `SourceError` when the options make no sense or the database refuses.
        """
        self._zone = zone_of(values)
        self._schema = schema_of(values)
        self._calls = calls
        self._database = database_of(values, WORKERS)
        self._declared = DeclaredStreams(
            self._database, forms, self._schema, self._zone, self._ask_once
        )
        self._tables: dict[str, PagedTable] = {}
        self._lock = Lock()
        try:
            self._ask(lambda connection: None)
        except BaseException:
            self.close()
            raise

    @property
    def zone(self) -> ZoneInfo:
        return self._zone

    def pages(self, piece: Slice) -> Iterator[Page]:
        """The rows that changed in the slice, in the order of their changes. A declared stream has its own way."""
        if piece.stream.name in self._declared:
            yield from self._declared.pages(piece)
            return
        table = self._table(piece.stream)
        after: Position | None = None
        while True:
            rows = self._rows(table, piece, after)
            inside = [row for row in rows if table.may_be_of(piece, row)]
            page = stored(piece.stream, inside, table.zones)
            findings = [] if after else self._undated(table, piece)
            yield Page(page, findings=[*findings, *far_days(piece, page)])
            if len(rows) < PAGE_ROWS:
                return
            before, after = after, table.position(rows[-1])
            if after == before:
                raise Drift(
                    f"{piece.stream.name} has more than {PAGE_ROWS} rows of one moment and key",
                    f"make {' and '.join(piece.stream.key)} unique",
                )

    def _undated(self, table: PagedTable, piece: Slice) -> list[Finding]:
        """The finding about rows that no slice has, as their cursor is no moment. It is the newest window's."""
        if not piece.reaches_now:
            return []
        count, keys = self._ask(table.undated)
        stream = piece.stream
        message = message_of(stream, NO_DAY, stream.schema.field(stream.cursor))
        shown = [dict(zip(stream.key, map(text, key), strict=True)) for key in keys]
        examples = [example_of(stream, key, NO_DAY, stream.cursor) for key in shown]
        finding = Finding(
            what=NO_DAY,
            message=message,
            rows=count,
            column=stream.cursor,
            examples=tuple(filter(None, examples)),
        )
        return [finding] if count else []

    def check(self, stream: Stream) -> bool:
        """Ask for the columns of a declared stream: its first row may cost as much as all of them."""
        if stream.name not in self._declared:
            return False
        self._declared.check(stream)
        return True

    def rows_since(self, stream: Stream, since: datetime) -> int | None:
        """How many rows of the table last changed at or after `since`."""
        if stream.name in self._declared:
            return self._declared.rows_since(stream, since)
        query = self._table(stream).count(since)
        return self._ask(lambda connection: int(connection.execute(query).scalar_one()))

    def close(self) -> None:
        self._database.close()

    def _rows(
        self, table: PagedTable, piece: Slice, after: Position | None
    ) -> Sequence[Sequence[Any]]:
        query = table.page(piece, after, PAGE_ROWS)
        return self._ask(lambda connection: connection.execute(query).all())

    def _ask(self, question: "Callable[[sa.Connection], T]") -> T:
        return self._ask_once(lambda: self._database.ask(question))

    def _ask_once(self, call: Callable[[], T]) -> T:
        answer: T = self._calls(BUCKET, call)
        return answer

    def _table(self, stream: Stream) -> PagedTable:
        """The table of a stream, inspected once."""
        with self._lock:
            if stream.name not in self._tables:
                self._tables[stream.name] = self._ask(
                    lambda connection: PagedTable(connection, stream, self._schema, self._zone)
                )
            return self._tables[stream.name]


def with_streams(source: Source, forms: Forms, schemas: Schemas) -> Source:
    """The source with the declared streams whose columns are known."""
    known = {
        name: schema
        for name, form in forms.items()
        if (schema := schemas.get(name) or columns_of(form)) is not None
    }
    streams = [stream_declared(name, forms[name], schema) for name, schema in known.items()]
    own = {stream.name: forms[stream.name] for stream in streams}
    return replace(
        source,
        streams=(*source.streams, *streams),
        open=lambda values, calls: DatabaseConnection(values, calls, own),
    )


SOURCE = Source(
    name="sql_database",
    title="SQL database",
    options=(
        Option(
            "DATABASE_URL",
            "Address of the database as SQLAlchemy writes it, with a user who may only read",
            secret=True,
        ),
        Option(
            "DATABASE_TIMEZONE",
            "Timezone of timestamps that have none, in which days are counted too",
            default="UTC",
        ),
        Option("DATABASE_SCHEMA", "Schema of the tables; empty for the user's own", default=""),
        Option(
            "DATABASE_TIMEOUT_SECONDS",
            "How long a query of a declared stream may take before it is ended",
            default=str(TIMEOUT_SECONDS),
        ),
    ),
    streams=(ORDERS, ORDER_LINES, SHIPMENTS),
    # a database documents no limit; this one keeps a loop from becoming a storm
    limits=(Limit(BUCKET, 200, burst=50),),
    open=DatabaseConnection,
    diagnose=diagnose,
    workers=WORKERS,
    declarable=Declarable(SqlForm, with_streams, describe, columns_of),
    # since 2 a TIMESTAMP of MySQL is the same moment whatever the zone of the session
    version="2",
)
