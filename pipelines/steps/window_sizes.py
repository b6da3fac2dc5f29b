"""Whether the newest windows are about as large as usual: an API that goes silent answers with nothing, no error."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

LEAST, MOST = Decimal("0.3"), Decimal(3)
"""A window is unusual below and above these shares of the median of the same weekday."""
WEEKS = 8
FEWEST = 20
"""Rows of a usual window below which chance alone explains much."""

_NEWEST = """
    with windows as (
        select source || '.' || stream as stream, window_start, row_count
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
        usual.weeks >= $weeks / 2 and usual.rows >= $fewest
        and (newest.row_count < $least * usual.rows or newest.row_count > $most * usual.rows)
    order by newest.stream
"""


@dataclass(frozen=True)
class Unusual:
    """A newest window that is much smaller or larger than those of its weekday."""

    stream: str
    window: date
    rows: int
    usual: Decimal

    def __str__(self) -> str:
        return f"{self.stream}: {self.rows:,} rows on {self.window}, usually about {self.usual:,.0f} on that weekday"


def unusual_windows(warehouse: Path) -> list[Unusual]:
    """The newest window of each stream that is not as large as usual; empty where all are."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.execute(
            _NEWEST, {"weeks": WEEKS, "fewest": FEWEST, "least": LEAST, "most": MOST}
        ).fetchall()
    return [Unusual(*row) for row in found]
