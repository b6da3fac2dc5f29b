"""Asks a database for the columns of declared streams: once when they are described, and again when they are pulled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from connectors.sdk.contract import Calls, Stream, zone_named
from connectors.sdk.declaring import Forms, Schemas
from connectors.sdk.errors import Drift, Rejected
from connectors.sdk.rules import kind_in_words
from connectors.sdk.stream_forms import TAKEN_ON, meant
from connectors.sql_database.columns import (
    FIRST_ROWS,
    ResultColumn,
    columns_in,
    described,
    sqlite_columns,
)
from connectors.sql_database.engine import MYSQL, OTHER_ZONE, UTC, Database
from connectors.sql_database.forms import SqlForm, columns_of, stream_declared
from connectors.sql_database.statements import Statements

if TYPE_CHECKING:
    import sqlalchemy as sa

BUCKET = "queries"
TIMEOUT_SECONDS = 600
"""How long a statement may take where nothing is set: what a query over millions of rows takes, and no more."""
MOST_SECONDS = 86_400


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
                known = calls(BUCKET, asked.described)
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
        return self.database.ask_reading(self._described, in_utc=self.form.counts_zones_itself)

    def statements(self) -> Statements:
        """What is sent for it."""
        return self.database.ask_reading(self._statements, in_utc=self.form.counts_zones_itself)

    def _statements(self, connection: "sa.Connection") -> Statements:
        self._refuse_moments_of_another_zone(connection)
        originals = self._names_in_table(connection) if self.form.table else {}
        before = Statements(
            self.form, self.schema, connection.dialect.name, self.zone, originals=originals
        )
        moments = {self.form.placed_by, self.form.gone}  # SQLite has texts for them
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

    def _refuse_moments_of_another_zone(self, connection: "sa.Connection") -> None:
        """Raise `Rejected` where MySQL would show moments in UTC that are then read in the source's zone."""
        is_mysql = connection.dialect.name in MYSQL
        if not is_mysql or not self.form.shows_epochs or self.form.counts_zones_itself:
            return
        if self.zone.key == UTC or connection.info.get(OTHER_ZONE):
            return
        raise Rejected(
            f"`from_unixtime` gives moments in the session's zone, and the server does not know {self.zone.key}",
            "load its zones (mysql_tzinfo_to_sql /usr/share/zoneinfo | mysql mysql), or set `timezone: UTC`",
        )

    def _names_in_table(self, connection: "sa.Connection") -> Mapping[str, str]:
        """What the table calls its columns, by the names that they are stored under; empty where nobody tells.

        Raises `Rejected`, with what may be meant, where a table or a column of it does not exist.
        """
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
            return {}  # MySQL lets nobody inspect a view who may only read it: the query itself tells
        originals: dict[str, str] = {}
        for column in self.form.columns:
            named = sorted(name for name in listed if name.lower() == column)
            if not named:
                raise Rejected(
                    f"`{self.form.table}` has no column `{column}`", meant(column, listed)
                )
            if len(named) > 1:
                raise Rejected(
                    f"`{self.form.table}` has the columns `{named[0]}` and `{named[1]}`, which are both stored as "
                    f"`{column}`",
                    f'write a `query` that gives them two names, such as `"{named[0]}" as other_{column}`',
                )
            originals[column] = named[0]
        return originals


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
