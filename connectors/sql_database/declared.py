"""Streams of a database that are declared in `sources.yml`: a query or a table, read in one statement a slice.

The statement sees one state of the database, so that no row is read twice or missed while others write.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from connectors.sdk.contract import Calls, Finding, Page, Slice, Stream, zone_named
from connectors.sdk.declaring import Forms, Schemas
from connectors.sdk.errors import Drift, Rejected
from connectors.sdk.rules import NO_DAY, WRONG_TYPE, example_of, kind_in_words, message_of
from connectors.sdk.stream_forms import TAKEN_ON, meant
from connectors.sql_database.columns import (
    FIRST_ROWS,
    ResultColumn,
    columns_in,
    described,
    sqlite_columns,
)
from connectors.sql_database.conversion import converted
from connectors.sql_database.engine import MYSQL, Database
from connectors.sql_database.forms import SqlForm, columns_of, stream_declared
from connectors.sql_database.paging import moment
from connectors.sql_database.statements import Statements, counted

if TYPE_CHECKING:
    import sqlalchemy as sa

T = TypeVar("T")
BATCH_ROWS = 10_000
TIMEOUT_SECONDS = 600
"""How long a statement may take where nothing is set: what a query over millions of rows takes, and no more."""
MOST_SECONDS = 86_400
REPEATED = "repeated_key"
"""The finding of two rows with one key."""


class Asks(Protocol):
    """Makes one call of the database, again where that may help."""

    def __call__(self, call: Callable[[], T]) -> T:
        """The result of `call`."""


def zone_of(values: Mapping[str, str]) -> ZoneInfo:
    """The zone in which days are counted. Raises `Rejected`."""
    return zone_named(
        values.get("DATABASE_TIMEZONE", "").strip() or "UTC",
        "DATABASE_TIMEZONE is",
        "set it to an IANA name such as Europe/Berlin",
    )


def schema_of(values: Mapping[str, str]) -> str | None:
    """The schema of tables; None for the user's own."""
    return values.get("DATABASE_SCHEMA", "").strip() or None


def database_of(values: Mapping[str, str], connections: int) -> Database:
    """The database of an instance. Connects when first asked. Raises `SourceError`."""
    written = values.get("DATABASE_TIMEOUT_SECONDS", "").strip() or str(TIMEOUT_SECONDS)
    if not written.isdecimal() or not 0 < int(written) <= MOST_SECONDS:
        raise Rejected(
            f"DATABASE_TIMEOUT_SECONDS is {written!r}, which is no number of seconds",
            f"set it to a whole number from 1 to {MOST_SECONDS}",
        )
    address = values.get("DATABASE_URL", "")
    return Database(address, connections, seconds=int(written), zone=zone_of(values).key)


def describe(values: Mapping[str, str], calls: Calls, forms: Forms) -> Schemas:
    """The columns of declared streams, as the database gives them. Raises `SourceError`."""
    database = database_of(values, 1)
    zone, schema = zone_of(values), schema_of(values)
    try:
        schemas = {}
        for name, form in forms.items():
            known = columns_of(form)
            if known is None:
                asked = Asked(name, form, database, zone, schema)
                known = calls("queries", asked.described)
            stream_declared(name, form, known)
            schemas[name] = known
        return schemas
    finally:
        database.close()


@dataclass(frozen=True)
class Asked:
    """A declared stream whose columns are asked for."""

    name: str
    form: SqlForm
    database: Database
    zone: ZoneInfo
    schema: str | None

    def described(self) -> pa.Schema:
        """Its columns, as they are stored."""
        return self.database.ask_reading(self._described)

    def statements(self) -> Statements:
        """What is sent for it."""
        return self.database.ask_reading(self._statements)

    def _statements(self, connection: "sa.Connection") -> Statements:
        before = Statements(self.form, self.schema, connection.dialect.name, self.zone)
        moments = {self.form.placed_by, self.form.gone}  # SQLite has texts for them
        if self.form.table:
            self._refuse_unknown_columns(connection)
        columns: Sequence[ResultColumn] = columns_in(connection, before.no_rows())
        if connection.dialect.name == "sqlite":
            columns = [
                replace(column, kind="")
                if column.kind == "text" and column.name in moments
                else column
                for column in sqlite_columns(connection, before.no_rows(), columns)
            ]
        return Statements(self.form, self.schema, connection.dialect.name, self.zone, columns)

    def _described(self, connection: "sa.Connection") -> pa.Schema:
        statements = self._statements(connection)
        is_known = all(
            column.kind or column.name in self.form.types for column in statements.columns
        )
        rows: Sequence[Any] = []
        if not is_known:
            today = datetime.now(self.zone).date()
            rows = connection.execute(statements.first_rows(today, FIRST_ROWS)).all()
        return described(self.name, self.form, statements.columns, rows, self.zone)

    def _refuse_unknown_columns(self, connection: "sa.Connection") -> None:
        """Raise `Rejected`, with what may be meant, where a table or a column of it does not exist."""
        import sqlalchemy as sa

        schema = self.form.schema_name or self.schema
        inspector = sa.inspect(connection)
        try:
            listed = {
                str(column["name"]) for column in inspector.get_columns(self.form.table, schema)
            }
        except sa.exc.NoSuchTableError:
            tables = [*inspector.get_table_names(schema), *inspector.get_view_names(schema)]
            raise Rejected(
                f"the database has no table or view `{self.form.table}`"
                + (f" in the schema `{schema}`" if schema else ""),
                meant(self.form.table, tables, "correct `table`, or `schema`"),
            ) from None
        except sa.exc.SQLAlchemyError:
            return  # MySQL lets nobody inspect a view who may only read it: the query itself tells
        folded = {name.lower() for name in listed}
        for column in self.form.columns:
            if column not in folded:
                raise Rejected(
                    f"`{self.form.table}` has no column `{column}`", meant(column, listed)
                )


class DeclaredStreams:
    """The declared streams of an open database."""

    def __init__(
        self,
        database: Database,
        forms: Mapping[str, SqlForm],
        schema: str | None,
        zone: ZoneInfo,
        ask: Asks,
    ) -> None:
        self._database = database
        self._forms = forms
        self._schema = schema
        self._zone = zone
        self._ask = ask
        self._statements: dict[str, Statements] = {}
        self._lock = Lock()

    def __contains__(self, name: str) -> bool:
        return name in self._forms

    def pages(self, piece: Slice) -> Iterator[Page]:
        """The rows of a slice, as the database gives them."""
        statements = self._statements_of(piece.stream)
        query = statements.rows(piece)

        def begun() -> tuple[Iterator[Sequence[Any]], Sequence[Any] | None]:
            batches = self._database.batches(query, BATCH_ROWS)
            return batches, next(batches, None)

        # only the beginning is tried again: a later fault leaves the slice as it was
        batches, batch = self._ask(begun)
        reading = Reading(piece, statements)
        with closing(batches):  # type: ignore[type-var]
            while batch is not None:
                yield reading.page(batch)
                batch = next(batches, None)
        yield Page([], findings=reading.repeated())

    def check(self, stream: Stream) -> None:
        """Ask for the columns of a stream, without rows. Raises `SourceError`."""
        self._statements_of(stream)

    def rows_since(self, stream: Stream, since: datetime) -> int:
        """How many rows last changed at or after `since`."""
        statements = self._statements_of(stream)
        query = statements.changed(since)

        def count(connection: "sa.Connection") -> int:
            if statements.dialect != "sqlite":
                return int(connection.execute(counted(query)).scalar_one())
            moments = (moment(value, self._zone) for (value,) in connection.execute(query))
            return sum(isinstance(at, datetime) and at >= since for at in moments)

        return self._ask(lambda: self._database.ask_reading(count))

    def _statements_of(self, stream: Stream) -> Statements:
        """What is sent for a stream, with its columns. Raises `Rejected` where they are not its own."""
        with self._lock:
            if stream.name not in self._statements:
                form = self._forms[stream.name]
                asked = Asked(stream.name, form, self._database, self._zone, self._schema)
                self._statements[stream.name] = fitting(stream, self._ask(asked.statements))
            return self._statements[stream.name]


def fitting(stream: Stream, statements: Statements) -> Statements:
    """The statements with the columns of the stream. Raises `Rejected` where the answer has others."""
    given = {column.name: column for column in statements.columns}
    names = [name for name in stream.schema.names if not (stream.snapshot and name == TAKEN_ON)]
    if missing := [name for name in names if name not in given]:
        raise Rejected(
            f"{stream.name} came without its column `{missing[0]}`",
            f"{meant(missing[0], given)} Correct the query, or `types`",
        )
    if more := [name for name in given if name not in names]:
        raise Rejected(
            f"{stream.name} gives a column `{more[0]}`, which is not among its own",
            "leave it out of the query, or name it in `types`",
        )
    if statements.dialect != "sqlite":
        for name in names:
            refuse_other_type(stream, name, given[name], statements.form)
    columns = [with_kind(given[name], stream.schema.field(name).type) for name in names]
    return replace(statements, columns=columns)


def refuse_other_type(stream: Stream, name: str, column: ResultColumn, form: SqlForm) -> None:
    """Raise `Drift` where a column no longer has the type that it is stored in."""
    stored = stream.schema.field(name).type
    if not column.kind or name in form.types:
        return
    if column.kind == "bytes" or column.stored_type != stored:
        raise Drift(
            f"{stream.name}.{name} was {kind_in_words(stored)} when its columns were asked for, and has another type "
            "now",
            f"say in `types` what it is to be stored as, such as `types: {{{name}: decimal}}`",
        )


def with_kind(column: ResultColumn, stored: pa.DataType) -> ResultColumn:
    """The column, compared as what it is stored as where the database does not say what it is."""
    if column.kind:
        return column
    return replace(column, kind="date" if pa.types.is_date(stored) else "timestamp")


@dataclass
class Reading:
    """What has been read of a slice so far."""

    piece: Slice
    statements: Statements
    _keys: list[np.ndarray] = field(default_factory=list)
    """A hash of each row's key. Keys themselves would fill the memory where there are millions."""
    _days: list[pa.Array] = field(default_factory=list)
    """What places each of these rows in its day."""

    def page(self, batch: Sequence[Any]) -> Page:
        """Rows of the answer as a page, and the findings of those that have no day or do not fit."""
        stream = self.piece.stream
        schema, count = stream.schema, len(batch)
        columns: dict[str, Sequence[Any]] = {}
        given = [*zip(*batch, strict=True)]
        for column, values in zip(self.statements.columns, given, strict=True):
            columns[column.name] = converted(
                schema.field(column.name),
                column,
                values,
                self.statements.zone,
                in_utc=self.statements.dialect in MYSQL,
            )
        if stream.snapshot:
            columns = {TAKEN_ON: [self.piece.first] * count, **columns}
        findings: list[Finding] = []
        dropped = self._undated(columns, findings) | self._too_long(columns, findings)
        if dropped:
            places = [place for place in range(count) if place not in dropped]
            columns = {
                name: [values[place] for place in places] for name, values in columns.items()
            }
        self._note_keys(columns)
        names = [*columns]
        rows = [dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        return Page(rows, findings=findings)

    def _undated(self, columns: Mapping[str, Sequence[Any]], findings: list[Finding]) -> set[int]:
        """The places of the rows without a day; a finding of each unless it has not happened yet."""
        stream = self.piece.stream
        kind = datetime if pa.types.is_timestamp(stream.schema.field(stream.cursor).type) else date
        placed = columns[stream.cursor]
        undated = {place for place, value in enumerate(placed) if type(value) is not kind}
        for place in sorted(undated):
            if not (stream.reread and placed[place] is None):
                findings.append(self._finding(columns, place, NO_DAY, stream.cursor, None))
        return undated

    def _too_long(self, columns: Mapping[str, Sequence[Any]], findings: list[Finding]) -> set[int]:
        """The places of the rows with a number of more decimals than are stored."""
        too_long: set[int] = set()
        for field_ in self.piece.stream.schema:
            if not pa.types.is_decimal(field_.type) or fits(field_.type, columns[field_.name]):
                continue
            for place, value in enumerate(columns[field_.name]):
                if place not in too_long and not fits(field_.type, [value]):
                    too_long.add(place)
                    findings.append(self._unrounded(columns, place, field_))
        return too_long

    def _unrounded(
        self, columns: Mapping[str, Sequence[Any]], place: int, field_: pa.Field
    ) -> Finding:
        value, scale = columns[field_.name][place], field_.type.scale
        is_long = (
            isinstance(value, Decimal)
            and value.is_finite()
            and -int(value.as_tuple().exponent) > scale
        )
        remedy = f"write round({field_.name}, {min(scale, 6)}) in the query" if is_long else ""
        placed = columns[self.piece.stream.cursor][place]
        return self._finding(columns, place, WRONG_TYPE, field_.name, placed, remedy)

    def _finding(
        self,
        columns: Mapping[str, Sequence[Any]],
        place: int,
        what: str,
        name: str,
        placed: Any,
        remedy: str = "",
    ) -> Finding:
        """The finding of a row that is left out."""
        stream = self.piece.stream
        row = {key: columns[key][place] for key in {*stream.key, name}}
        example = example_of(stream, row, what, name)
        words = (remedy,) if remedy else ()
        return Finding(
            what=what,
            message=message_of(stream, what, stream.schema.field(name), *words),
            column=name,
            day=self._day(placed),
            examples=(example,) if example else (),
        )

    def _day(self, placed: Any) -> date | None:
        if isinstance(placed, datetime):
            return placed.astimezone(self.piece.zone).date()
        return placed if isinstance(placed, date) else None

    def _note_keys(self, columns: Mapping[str, Sequence[Any]]) -> None:
        """Keep a hash of the key of each row, and where it is placed."""
        stream = self.piece.stream
        count = len(columns[stream.cursor])
        keys = zip(*(columns[name] for name in stream.key), strict=True)
        self._keys.append(np.fromiter(map(hash, keys), np.int64, count))
        self._days.append(pa.array(columns[stream.cursor], stream.schema.field(stream.cursor).type))

    def repeated(self) -> list[Finding]:
        """A finding for each day that has rows with the key of another row."""
        if not self._keys:
            return []
        stream = self.piece.stream
        keys = np.concatenate(self._keys)
        order = np.argsort(keys, kind="stable")
        again = order[1:][keys[order][1:] == keys[order][:-1]]
        if not len(again):
            return []
        placed = pa.chunked_array(self._days).take(pa.array(again)).to_pylist()
        days = Counter(map(self._day, placed))
        message = (
            f"{stream.name} has several rows of one {' and '.join(stream.key)}, of which one counts in a day: "
            "name in `key` the columns that tell rows apart, or correct the rows"
        )
        is_inside = {day for day in days if day and self.piece.first <= day <= self.piece.last_day}
        return [
            Finding(what=REPEATED, message=message, rows=number, is_set_aside=False, day=day)
            for day, number in days.items()
            if day in is_inside
        ]


def fits(kind: pa.DataType, values: Sequence[Any]) -> bool:
    """Whether numbers can be stored without a loss."""
    try:
        pa.array(values, kind)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        return False
    return True
