"""Whether the newest windows are about as large as usual: a broken API may answer with no rows instead of an error."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from pipelines.connections import connect

MIN_SHARE, MAX_SHARE = Decimal("0.3"), Decimal(3)
"""Bounds of a usual window, as shares of the median of the same weekday."""
WEEKS_COMPARED = 8
MIN_USUAL_ROWS = 20
"""Streams whose usual window has fewer rows are not checked: chance alone explains large changes."""

_NEWEST = """
    with windows as (
        select
            source || coalesce('@' || nullif(account, 'main'), '') || '.' || stream as stream,
            window_start,
            row_count
        from reporting.windows
        where data_through = window_start
    ),

    newest as (
        select * from windows
        qualify row_number() over (partition by stream order by window_start desc) = 1
    ),

    usual as (
        select newest.stream, median(windows.row_count) as rows, count(*) as weeks
        from newest
        inner join windows
            on
                newest.stream = windows.stream
                and windows.window_start < newest.window_start
                and windows.window_start >= newest.window_start - 7 * $weeks
                and dayofweek(windows.window_start) = dayofweek(newest.window_start)
        group by newest.stream
    )

    select newest.stream, newest.window_start, newest.row_count, cast(usual.rows as decimal(18, 1))
    from newest
    inner join usual using (stream)
    where
        usual.weeks >= $weeks / 2 and usual.rows >= $min_rows
        and (newest.row_count < $min_share * usual.rows or newest.row_count > $max_share * usual.rows)
    order by newest.stream
"""


@dataclass(frozen=True)
class Unusual:
    """A stream's newest window, where it is much smaller or larger than those of the same weekday."""

    stream: str
    window: date
    rows: int
    usual: Decimal

    def __str__(self) -> str:
        return f"{self.stream}: {self.rows:,} rows on {self.window}, usually about {self.usual:,.0f} on that weekday"


def unusual_windows(warehouse: Path) -> list[Unusual]:
    """The newest window of each stream that is not as large as usual; empty where all are."""
    with connect(warehouse, read_only=True) as connection:
        rows = connection.execute(
            _NEWEST,
            {
                "weeks": WEEKS_COMPARED,
                "min_rows": MIN_USUAL_ROWS,
                "min_share": MIN_SHARE,
                "max_share": MAX_SHARE,
            },
        ).fetchall()
    return [Unusual(*row) for row in rows]
