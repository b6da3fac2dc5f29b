"""`okra` with a bad row in every stream of the sample company, and with its database away.

    python -P tests/end_to_end/disturbed_run.py run

The bad row is a copy of a row without what names it, in the first slice of the stream that has a row.
"""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, ClassVar

from connectors.sandbox.company import SampleCompany
from connectors.sdk.contract import Connection, Page, Slice, Stream
from connectors.sdk.job import Job
from pipelines.cli import main

AWAY = "sql_database"
values = SampleCompany.values
run = Job.run


class Disturbed:
    """A source whose answers have one row more."""

    first: ClassVar[dict[str, date]] = {}
    lock = threading.Lock()

    def __init__(self, source: str, connection: Connection) -> None:
        self._source = source
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def pages(self, piece: Slice) -> Iterator[Page]:
        waits = True
        for page in self._connection.pages(piece):
            inside = [row for row in page.rows if is_inside(piece, row)]
            if waits and inside and self.has_bad_row(piece):
                bad = {**inside[0], named_by(piece.stream): None}
                yield replace(page, rows=[*page.rows, bad])
                waits = False
            else:
                yield page

    def has_bad_row(self, piece: Slice) -> bool:
        """Whether it is the slice that has the row, or a part of it that is asked for again."""
        name = f"{self._source}.{piece.stream.name}"
        with self.lock:
            return self.first.setdefault(name, piece.first) == piece.first


def is_inside(piece: Slice, row: Mapping[str, Any]) -> bool:
    """Whether the slice's windows have the row; a source may give others beside them."""
    at = row[piece.stream.cursor]
    if isinstance(at, datetime):
        return piece.since <= at < piece.until
    return piece.first <= at <= piece.last_day


def named_by(stream: Stream) -> str:
    """The column that a row cannot do without: not its day, where there is another."""
    return next((key for key in stream.key if key != stream.cursor), stream.cursor)


def disturbed_values(company: SampleCompany, source: str) -> Mapping[str, str] | None:
    options = values(company, source)
    if options is None or source != AWAY:
        return options
    return {**options, "DATABASE_URL": "postgresql+psycopg://okra@127.0.0.1:9/shop"}


def disturbed_run(job: Job, *arguments: Any) -> Any:
    job.connection = Disturbed(job.source.name, job.connection)  # type: ignore[assignment]
    return run(job, *arguments)


if __name__ == "__main__":
    SampleCompany.values = disturbed_values  # type: ignore[method-assign]
    Job.run = disturbed_run  # type: ignore[method-assign]
    main()
