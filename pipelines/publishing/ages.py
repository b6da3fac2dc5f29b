"""How old the figures of the published file are: the last run, and each stream's newest day and last pull."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from pipelines.publishing.published import INSTANCE, WITH_ACCOUNT, Row, opened

_RUN = """
    select run_id, as_of, scored_at, failed_sources from runs order by scored_at desc limit 1
"""
_STREAMS = f"""
    with delivered as (
        select source, stream, coalesce(account, 'main') as account, max(data_through) as data_through
        from {WITH_ACCOUNT.format("windows")}
        group by all
    ),

    attempted as (
        select
            source,
            stream,
            coalesce(account, 'main') as account,
            max_by(outcome, attempted_at) as outcome,
            max_by(message, attempted_at) as message,
            max(attempted_at) as attempted_at
        from {WITH_ACCOUNT.format("attempts")}
        group by all
    )

    select {INSTANCE} as source, stream, data_through, attempted_at, outcome, message
    from delivered full join attempted using (source, stream, account)
    order by 1, 2
"""


@dataclass(frozen=True)
class Ages:
    """When the file was published, the run that did it, and a row a stream that was ever asked for."""

    published_at: datetime
    run: Row
    streams: Sequence[Row]
    """`source` (as in `stripe@eu`), `stream`, `data_through`, `attempted_at`, `outcome`, `message`."""

    def of_source(self, instance: str) -> Sequence[Row]:
        """The streams of one account."""
        return [row for row in self.streams if row["source"] == instance]


def oldest_day(rows: Sequence[Row]) -> date | None:
    """The day up to which all of some streams have data; None where one has none."""
    days = [row["data_through"] for row in rows]
    return None if None in days or not days else min(days)


def read_ages(path: Path) -> Ages:
    """What the published file says. Raises `NothingPublishedError` or `duckdb.Error`."""
    with opened(path) as file:
        published_at = file.value("select published_at from schema_version")
        return Ages(published_at, file.first(_RUN), file.rows(_STREAMS))
