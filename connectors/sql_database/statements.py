"""The statements that read a declared stream: its query or table, within the days that are asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from connectors.sdk.contract import ONE_DAY, Slice, midnight, window_of
from connectors.sdk.far_rows import EARLIEST, YEARS_AHEAD
from connectors.sql_database.columns import ResultColumn
from connectors.sql_database.engine import MYSQL
from connectors.sql_database.forms import SqlForm
from connectors.sql_database.paging import readable
from connectors.sql_database.query_text import as_bound

if TYPE_CHECKING:
    import sqlalchemy as sa

SOME_HOURS = 7_200
"""In seconds: more than clocks are moved by."""
LAST_SECOND = 2**31 - 1
"""Since 1970: the last one that MySQL's `from_unixtime` knew."""
SOME_DAY = date(2000, 1, 1)
"""What a query is asked for when only its columns are wanted."""


@dataclass(frozen=True)
class Statements:
    """What is sent to a database for a declared stream."""

    form: SqlForm
    schema: str | None
    """The schema of its table, where it is not the user's own."""
    dialect: str
    zone: ZoneInfo
    """In which days are counted, and in which timestamps are that have no zone. MySQL's instants come as seconds."""
    columns: Sequence[ResultColumn] = ()
    """What the query gives; empty before that is known."""
    originals: Mapping[str, str] = field(default_factory=dict)
    """What the table calls its columns, by the names that they are stored under; those that are missing have these
    names."""

    def answer(self, first: date = SOME_DAY, last: date = SOME_DAY) -> "sa.Subquery":
        """The rows of the query or table, with `:from` and `:to` being these days."""
        import sqlalchemy as sa

        names: list[sa.ColumnClause[Any]] = [sa.column(column.original) for column in self.columns]
        if self.form.table:
            names = names or [
                sa.column(self.originals.get(name, name)) for name in self.form.columns
            ]
            schema = self.form.schema_name or self.schema
            return (
                sa.select(*names)
                .select_from(sa.table(self.form.table, schema=schema))
                .subquery("q")
            )
        text = sa.text(as_bound(self.form.statement) + "\n")  # its last line may be a comment
        if self.form.asks_by_day:
            days = {"okra_from": first, "okra_to": last}
            text = text.bindparams(*(self._day_parameter(name, day) for name, day in days.items()))
        return text.columns(*names).subquery("q")

    def _day_parameter(self, name: str, day: date) -> "sa.BindParameter[Any]":
        import sqlalchemy as sa

        if self.dialect == "sqlite":  # it has texts for days
            return sa.bindparam(name, day.isoformat(), sa.String())
        return sa.bindparam(name, day, sa.Date())

    def no_rows(self) -> "sa.Select[Any]":
        """All that the query gives, without a row."""
        import sqlalchemy as sa

        everything: sa.ColumnElement[Any] = sa.literal_column("*")
        return sa.select(everything).select_from(self.answer()).where(sa.literal_column("1 = 0"))

    def first_rows(self, today: date, number: int) -> "sa.Select[Any]":
        """The first rows of the query; of one with `:from` and `:to`, those of the last weeks."""
        import sqlalchemy as sa

        answer = self.answer(today - timedelta(days=31), today)
        names = [answer.c[column.original] for column in self.columns]
        return sa.select(*names).limit(sa.literal_column(str(number)))

    def rows(self, piece: Slice) -> "sa.Select[Any]":
        """The rows of a slice. On SQLite, and where the newest window is asked for, a few more."""
        import sqlalchemy as sa

        answer = self.answer(piece.first, piece.last_day)
        query = sa.select(*(self._readable(answer, column) for column in self.columns))
        if self.form.asks_by_day or self.form.snapshot:
            return query
        return query.where(self._is_of(answer, piece))

    def changed(self, since: datetime) -> "sa.Select[Any]":
        """The cursors of the rows that last changed at or after `since`, and are not gone. On SQLite, of a few more."""
        import sqlalchemy as sa

        answer = self.answer()
        placed = self._column(self.form.placed_by)
        query = sa.select(answer.c[placed.original])
        margin = ONE_DAY if self.dialect == "sqlite" else timedelta(0)
        bound = self._bound(placed, since, before=margin)
        query = query.where(answer.c[placed.original] >= bound)
        if self.form.gone:
            query = query.where(answer.c[self._column(self.form.gone).original].is_(None))
        return query

    def _column(self, name: str) -> ResultColumn:
        return next(column for column in self.columns if column.name == name)

    def _is_of(self, answer: "sa.Subquery", piece: Slice) -> "sa.ColumnElement[bool]":
        """The condition of being in a slice. Rows that no slice would have are those of the newest one."""
        import sqlalchemy as sa

        placed = self._column(self.form.placed_by)
        cursor = answer.c[placed.original]
        inside: sa.ColumnElement[bool] = cursor >= self._bound(placed, piece.since, before=ONE_DAY)
        through = piece.data_through
        is_newest = through is not None and piece.last == window_of(through, piece.stream.window)
        if not piece.reaches_now:
            end = self._bound(placed, piece.until, after=ONE_DAY)
            inside = sa.and_(inside, cursor < end)
        if through is None or not (is_newest or piece.reaches_now):
            return inside
        others = [inside, cursor < self._bound(placed, midnight(EARLIEST, self.zone))]
        if not piece.reaches_now:
            latest = midnight(date(through.year + YEARS_AHEAD + 1, 1, 1), self.zone)
            others.append(cursor >= self._bound(placed, latest))
        if not piece.stream.reread:  # a row without its day has not happened yet
            others.append(cursor.is_(None))
        if self.dialect == "sqlite":
            others.append(sa.func.typeof(cursor).not_in(("text", "null")))
        return sa.or_(*others)

    def _bound(
        self,
        column: ResultColumn,
        moment: datetime,
        *,
        before: timedelta = timedelta(0),
        after: timedelta = timedelta(0),
    ) -> "sa.ColumnElement[Any]":
        """A moment as the database compares the column with it.

        SQLite compares texts, which begin with a day, in any zone: `before` and `after` widen a range for it.
        """
        import sqlalchemy as sa

        if self.dialect == "sqlite":
            local = moment.astimezone(self.zone) - before + after
            return sa.literal(local.date().isoformat(), sa.String())
        local = moment.astimezone(self.zone).replace(tzinfo=None)
        if column.kind == "date":
            return sa.literal(local.date(), sa.Date())
        if column.kind == "instant" and self.dialect in MYSQL:
            # whatever the session's zone; in it an hour may be repeated or missing, so a range is wider by some
            seconds = moment.timestamp() - SOME_HOURS * bool(before) + SOME_HOURS * bool(after)
            if 0 < seconds < LAST_SECOND:
                return sa.func.from_unixtime(sa.literal_column(repr(seconds)))
            return sa.literal(moment.astimezone(UTC).replace(tzinfo=None), sa.DateTime())
        if column.kind == "instant":
            return sa.literal(moment, sa.DateTime(timezone=True))
        return sa.literal(local, sa.DateTime())

    def _readable(self, answer: "sa.Subquery", column: ResultColumn) -> "sa.ColumnElement[Any]":
        """A column as its driver can read it, and Arrow can take it."""
        import sqlalchemy as sa

        value: sa.ColumnElement[Any] = answer.c[column.original]
        if column.kind == "instant" and self.dialect in MYSQL:
            return sa.func.unix_timestamp(value).label(column.original)
        if self.dialect != "postgresql":
            return value
        moments: Mapping[str, sa.types.TypeEngine[Any]] = {
            "date": sa.Date(),
            "timestamp": sa.DateTime(),
            "instant": sa.DateTime(timezone=True),
        }
        if kind := moments.get(column.kind):
            return readable(value, kind)  # type: ignore[no-any-return]
        if column.kind == "array":
            return sa.cast(sa.func.to_json(value), sa.Text())
        if column.kind == "money":
            return sa.cast(value, sa.Numeric())
        as_text = column.kind in ("text", "json") or self.form.types.get(column.name) == "text"
        return sa.cast(value, sa.Text()) if as_text else value


def counted(query: "sa.Select[Any]") -> "sa.Select[Any]":
    """The query of how many rows a query gives."""
    import sqlalchemy as sa

    return sa.select(sa.func.count()).select_from(query.subquery("counted"))
