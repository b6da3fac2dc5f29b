"""Reading a table in the order of its cursor and key, a page at a time, on any database.

A page begins after the last row of the one before (keyset paging). No cursor is held open in the database, any
number of rows may share a moment, and a row that changes meanwhile moves ahead of the reader.
"""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from connectors.sdk.contract import Slice, Stream
from connectors.sdk.errors import Rejected
from connectors.sql_database.engine import MYSQL

if TYPE_CHECKING:
    import sqlalchemy as sa

Position = tuple[Any, ...]
"""Cursor and key of a row, as the database gave them."""
CURSOR = "okra_cursor"
MILLISECOND = timedelta(milliseconds=1)
FIRST_MOMENT, LAST_MOMENT = datetime(1, 1, 2), datetime(9999, 12, 30)
"""Between them every moment is one of Python's in any zone."""
NULLS_FIRST = {*MYSQL, "sqlite", "mssql"}
"""The dialects that sort NULL before every value. Others have words to say that they should."""
MIDNIGHT_AS_24 = re.compile(r"(?<=^\d{4}-\d\d-\d\d[ T])24(?=:00(:00(\.0+)?)?(Z|[+-]\d\d:\d\d)?$)")
"""The hour 24 of a day's end, which ISO 8601 and SQLite know and Python does not."""
UNREADABLE_MOMENT = "no moment that can be read"
ZERO_DATE = "0000-00-00"
"""What MySQL stores for no date. Some of its drivers give None for it, others this text."""


class PagedTable:
    """A table or view with the columns of a stream."""

    def __init__(
        self, connection: "sa.Connection", stream: Stream, schema: str | None, zone: ZoneInfo
    ) -> None:
        """`zone` is the one of timestamps without a zone. Raises `Rejected` if it cannot be read."""
        import sqlalchemy as sa

        self._sqlite = connection.dialect.name == "sqlite"
        self._postgresql = connection.dialect.name == "postgresql"
        self._bounded = self._postgresql or connection.dialect.name in MYSQL
        types = column_types(connection, stream, schema)
        in_utc = connection.dialect.name in MYSQL
        self.zones = {
            # MySQL's TIMESTAMP is an instant, shown in the session's zone; its DATETIME is a local time
            name: ZoneInfo("UTC") if in_utc and isinstance(types[name], sa.TIMESTAMP) else zone
            for name in stream.schema.names
        }
        """The zone of each column's moments that have none."""
        self._zone = self.zones[stream.cursor]
        columns = {
            # SQLite has no timestamp type: its values are taken as they are
            name: sa.column(name, sa.types.NullType() if self._sqlite else types[name])
            for name in stream.schema.names
        }
        self._table = sa.table(stream.name, *columns.values(), schema=schema)
        self._stamp = columns[stream.cursor]
        self._stamp_place = stream.schema.names.index(stream.cursor)
        self._cursor = self._cursor_of(self._stamp, f"{stream.name}.{stream.cursor}")
        self._key = [columns[name] for name in stream.key]
        has_order = connection.dialect.name in NULLS_FIRST
        self._order = [
            self._cursor,
            *(column if has_order else column.nulls_first() for column in self._key),
        ]
        self._places = [-1, *(stream.schema.names.index(name) for name in stream.key)]
        self._aware = bool(getattr(types[stream.cursor], "timezone", False))
        self._selected = [
            readable(columns[name], types[name])
            if self._postgresql and name not in (stream.cursor, *stream.key)
            else columns[name]
            for name in stream.schema.names
        ]

    def page(self, piece: Slice, after: Position | None, size: int) -> "sa.Select[Any]":
        """The query of the next `size` rows of the slice after a position: the stream's columns, and the cursor last.

        On SQLite the bounds are a little wider than the slice; the engine drops the rows outside.
        """
        import sqlalchemy as sa

        query = sa.select(*self._selected, self._cursor.label(CURSOR))
        margin = (
            MILLISECOND if self._sqlite else timedelta(0)
        )  # SQLite rounds moments to milliseconds
        if self._sqlite:
            # the text begins with a date, within a day of that in UTC: an index on it can be used
            query = query.where(
                self._stamp >= (piece.since - timedelta(days=1)).date().isoformat(),
                self._begins_with_year(),
            )
        if after is None:
            query = query.where(self._cursor >= self._bound(piece.since - margin))
        else:
            query = query.where(self._cursor >= after[0], self._beyond(after))
        if piece.reaches_now:
            if self._bounded:
                query = query.where(self._cursor < LAST_MOMENT)
        else:
            query = query.where(self._cursor < self._bound(piece.until + margin))
            if self._sqlite:
                end = (piece.until + timedelta(days=2)).date().isoformat()
                query = query.where(self._stamp < end)
        return query.order_by(*self._order).limit(sa.literal_column(str(int(size))))

    def count(self, since: datetime) -> "sa.Select[Any]":
        """The query of how many rows last changed at or after `since`."""
        import sqlalchemy as sa

        query = sa.select(sa.func.count()).select_from(self._table)
        if self._sqlite:  # as in `page`
            query = query.where(
                self._stamp >= (since - timedelta(days=1)).date().isoformat(),
                self._begins_with_year(),
            )
        return query.where(self._cursor >= self._bound(since))

    def _begins_with_year(self) -> "sa.ColumnElement[bool]":
        """Whether a text of SQLite begins as a day does: `10:00` and `now` are moments to it as well, of other days."""
        return self._stamp.op("GLOB", is_comparison=True)("[0-9][0-9][0-9][0-9]-*")

    def position(self, row: Sequence[Any]) -> Position:
        """The position of a row."""
        return tuple(row[place] for place in self._places)

    def may_be_of(self, piece: Slice, row: Sequence[Any]) -> bool:
        """Whether a row may be of the slice. What only SQLite takes for a moment is of the day that SQLite says."""
        if not self._sqlite or self._bound(piece.since) <= row[-1] < self._bound(piece.until):
            return True
        return piece.reaches_now or isinstance(moment(row[self._stamp_place], self._zone), datetime)

    def _beyond(self, after: Position) -> "sa.ColumnElement[bool]":
        """The condition of being after a position, column by column, as not every database compares tuples.

        A part of the key may be NULL. It comes before every value.
        """
        import sqlalchemy as sa

        places: Sequence[tuple[Any, Any]] = [*zip([self._cursor, *self._key], after, strict=True)]
        beyond: sa.ColumnElement[bool] = sa.false()
        for column, value in reversed(places):
            is_greater = column.is_not(None) if value is None else column > value
            is_equal = column.is_(None) if value is None else column == value
            beyond = sa.or_(is_greater, sa.and_(is_equal, beyond))
        return beyond

    def _cursor_of(self, stamp: Any, name: str) -> Any:
        """The expression that moments are compared by: the column, or on SQLite the moment in its text."""
        import sqlalchemy as sa

        if self._sqlite:
            return sa.func.strftime("%Y-%m-%d %H:%M:%f", stamp, type_=sa.String())
        if not isinstance(stamp.type, sa.DateTime):
            has_type = not isinstance(stamp.type, sa.types.NullType)
            what = f"has the type {stamp.type}, which is" if has_type else "is"
            raise Rejected(
                f"{name} {what} no timestamp",
                "change it, or show a view in which it is one",
            )
        return stamp

    def _bound(self, moment: datetime) -> datetime | str:
        """A moment as the database compares it."""
        if self._aware and not self._sqlite:
            return moment
        local = moment.astimezone(self._zone).replace(tzinfo=None)
        return local.isoformat(" ", "milliseconds") if self._sqlite else local

    def undated(self, connection: "sa.Connection") -> tuple[int, Sequence[Sequence[Any]]]:
        """How many rows have no moment, or one that no calendar has, and the first keys of them.

        They are in no slice. PostgreSQL has infinite moments and years before Christ, MySQL the day 0000-00-00.
        """
        import sqlalchemy as sa

        lost = self._cursor.is_(None)
        if self._sqlite:
            is_text = sa.func.typeof(self._stamp) == "text"
            lost = sa.or_(lost, sa.not_(is_text), sa.not_(self._begins_with_year()))
        if self._bounded:
            lost = sa.or_(lost, self._cursor < FIRST_MOMENT, self._cursor >= LAST_MOMENT)
        count = connection.execute(
            sa.select(sa.func.count()).select_from(self._table).where(lost)
        ).scalar_one()
        keys = sa.select(*self._key).where(lost).order_by(*self._key).limit(sa.literal_column("3"))
        return count, connection.execute(keys).all() if count else []


def readable(column: "sa.ColumnElement[Any]", kind: "sa.types.TypeEngine[Any]") -> Any:
    """A column of PostgreSQL as drivers can read it: they raise on infinite moments and years before Christ.

    Such a moment becomes the text `UNREADABLE_MOMENT`, any other its text in ISO 8601.
    """
    import sqlalchemy as sa

    if not isinstance(kind, sa.DateTime | sa.Date):
        return column
    is_aware = bool(getattr(kind, "timezone", False))
    moment = sa.func.timezone("UTC", column) if is_aware else column
    form = 'YYYY-MM-DD"T"HH24:MI:SS.US' + ('"+00:00"' if is_aware else "")
    written = sa.func.to_char(moment, form, type_=sa.String())
    return sa.case(
        (column.is_(None), sa.null()),
        (sa.and_(column >= FIRST_MOMENT, column < LAST_MOMENT), written),
        else_=UNREADABLE_MOMENT,
    ).label(column.name)


def column_types(
    connection: "sa.Connection", stream: Stream, schema: str | None
) -> dict[str, "sa.types.TypeEngine[Any]"]:
    """The types of the stream's columns. Raises `Rejected`, naming it, when one is missing."""
    import sqlalchemy as sa

    try:
        types = listed_types(connection, stream.name, schema) or reflected_types(
            connection, stream.name, schema
        )
    except sa.exc.NoSuchTableError:
        raise Rejected(
            f"the database has no table or view {stream.name!r}",
            f"make a view of that name with the columns {', '.join(stream.schema.names)}, "
            "or set DATABASE_SCHEMA to where it is",
        ) from None
    missing = [name for name in stream.schema.names if name not in types]
    if missing:
        raise Rejected(
            f"{stream.name} has no column {', '.join(missing)}",
            "add it, or show a view in which it has that name",
        )
    return types


def reflected_types(
    connection: "sa.Connection", table: str, schema: str | None
) -> dict[str, "sa.types.TypeEngine[Any]"]:
    """The types of the columns of a table or view, by SQLAlchemy's inspection."""
    import sqlalchemy as sa

    columns = sa.inspect(connection).get_columns(table, schema)
    return {column["name"]: column["type"] for column in columns}


def listed_types(
    connection: "sa.Connection", table: str, schema: str | None
) -> dict[str, "sa.types.TypeEngine[Any]"]:
    """On MySQL the columns, with the types of those that hold moments; nothing elsewhere, or without access to any.

    SQLAlchemy's inspection of a view needs its definition, for which the right to SELECT is not enough.
    """
    import sqlalchemy as sa

    if connection.dialect.name not in MYSQL:
        return {}
    query = sa.text(
        "SELECT column_name, data_type FROM information_schema.columns "
        "WHERE table_schema = coalesce(:schema, database()) AND table_name = :table"
    )
    moments: dict[str, type[sa.types.TypeEngine[Any]]] = {
        "timestamp": sa.TIMESTAMP,
        "datetime": sa.DateTime,
    }
    return {
        str(name): moments.get(str(kind).lower(), sa.types.NullType)()
        for name, kind in connection.execute(query, {"schema": schema, "table": table}).all()
    }


def moment(value: Any, zone: ZoneInfo) -> Any:
    """A timestamp or date, or the text of one, in UTC; without a zone of its own it is in `zone`. None for MySQL's date
    of zeros, and anything else as it is.
    """
    if isinstance(value, str):
        if value.startswith(ZERO_DATE):
            return None
        text, days = MIDNIGHT_AS_24.subn("00", value) if "24:00" in value else (value, 0)
        try:
            value = datetime.fromisoformat(text) + timedelta(days)
        except (ValueError, OverflowError):
            return value
    if not isinstance(value, date):
        return value
    if not isinstance(value, datetime):
        value = datetime.combine(value, time.min)
    if not FIRST_MOMENT <= value.replace(tzinfo=None) < LAST_MOMENT:
        return UNREADABLE_MOMENT  # psycopg2 gives the last moment of all for infinity
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)
