"""The newest window of a stream beside those of its weekday."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from pipelines.steps.window_sizes import Unusual, unusual_windows

TUESDAY = date(2026, 11, 24)


def warehouse(folder: Path, newest: int, before: list[int], *, other_days: int = 1_000) -> Path:
    """Windows of one stream: the newest on a Tuesday, `before` on those before it, and other days."""
    path = folder / "warehouse.duckdb"
    rows = [(TUESDAY, newest)]
    for week, count in enumerate(before, 1):
        rows.append((TUESDAY - timedelta(weeks=week), count))
        rows.append((TUESDAY - timedelta(weeks=week, days=-1), other_days))
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema reporting")
        connection.execute(
            "create table reporting.windows "
            "(source varchar, stream varchar, window_start date, data_through date, row_count bigint, "
            "account varchar)"
        )
        connection.executemany(
            "insert into reporting.windows values ('stripe', 'charges', $1, $1, $2, 'main')", rows
        )
    return path


@pytest.mark.parametrize("newest", [30, 100, 300])
def test_what_is_about_as_large_as_usual_is_no_news(tmp_path: Path, newest: int) -> None:
    assert unusual_windows(warehouse(tmp_path, newest, [90, 100, 100, 110])) == []


@pytest.mark.parametrize("newest", [0, 29, 301])
def test_what_is_much_smaller_or_larger_than_on_that_weekday_is_told(
    tmp_path: Path, newest: int
) -> None:
    [unusual] = unusual_windows(warehouse(tmp_path, newest, [90, 100, 100, 110]))
    assert unusual == Unusual("stripe.charges", TUESDAY, newest, Decimal(100))
    assert "usually about 100 on that weekday" in str(unusual)


def test_small_streams_and_young_ones_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "small").mkdir()
    (tmp_path / "young").mkdir()
    assert unusual_windows(warehouse(tmp_path / "small", 0, [19, 19, 19, 19])) == []
    assert unusual_windows(warehouse(tmp_path / "young", 0, [100, 100, 100])) == []
