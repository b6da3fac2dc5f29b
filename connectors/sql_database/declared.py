"""Streams of a database that are declared in `sources.yml`: a query or a table, read in one statement a slice.

The statement sees one state of the database, so that no row is read twice or missed while others write.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from connectors.sdk.contract import Page, Slice, Stream
from connectors.sql_database.asking import Asked, fitting
from connectors.sql_database.engine import Database
from connectors.sql_database.forms import SqlForm
from connectors.sql_database.paging import moment
from connectors.sql_database.reading import Reading
from connectors.sql_database.statements import Statements, counted

if TYPE_CHECKING:
    import sqlalchemy as sa

T = TypeVar("T")
BATCH_ROWS = 10_000


class Asks(Protocol):
    """Makes one call of the database, again where that may help."""

    def __call__(self, call: Callable[[], T]) -> T:
        """The result of `call`."""


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
        query, in_utc = statements.rows(piece), statements.form.counts_zones_itself

        def begun() -> tuple[Iterator[Sequence[Any]], Sequence[Any] | None]:
            batches = self._database.batches(query, BATCH_ROWS, in_utc=in_utc)
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

        in_utc = statements.form.counts_zones_itself
        return self._ask(lambda: self._database.ask_reading(count, in_utc=in_utc))

    def _statements_of(self, stream: Stream) -> Statements:
        """What is sent for a stream, with its columns. Raises `Rejected` where they are not its own."""
        with self._lock:
            if stream.name not in self._statements:
                form = self._forms[stream.name]
                asked = Asked(stream.name, form, self._database, self._zone, self._schema)
                self._statements[stream.name] = fitting(stream, self._ask(asked.statements))
            return self._statements[stream.name]
