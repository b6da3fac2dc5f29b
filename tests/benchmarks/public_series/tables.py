"""Turns rows of a data set into series: tables with the columns series, date, value (or numerator, denominator)."""

from collections.abc import Sequence
from typing import Any

import pandas as pd


def each_day(
    table: pd.DataFrame, by: str, days: str, fewest: float = 1.0, shortest: int = 250, **sums: str
) -> pd.DataFrame:
    """A daily series of sums for each member, with 0 on the days between that have no row.

    Members with less than `shortest` days or a daily mean below `fewest` are left out.
    """
    parts = []
    for member, rows in table.groupby(by):
        amounts = pd.DataFrame({name: rows[column] for name, column in sums.items()})
        day = pd.to_datetime(rows[days]).dt.tz_localize(None).dt.normalize()
        part = amounts.groupby(day).sum().asfreq("D", fill_value=0)
        if part.iloc[:, 0].mean() >= fewest and len(part) >= shortest:
            parts.append(part.rename_axis("date").reset_index().assign(series=str(member)))
    return pd.concat(parts)


def weeks(table: pd.DataFrame) -> pd.DataFrame:
    """The sums of the whole weeks, from Monday to Sunday, of daily series."""
    return _summed(table, "W-MON")


def months(table: pd.DataFrame) -> pd.DataFrame:
    """The sums of the whole months of daily series."""
    return _summed(table, "MS")


def _summed(table: pd.DataFrame, step: str) -> pd.DataFrame:
    columns = [name for name in table.columns if name not in ("series", "date")]
    parts = []
    for member, rows in table.groupby("series"):
        sums = rows.resample(step, on="date", label="left", closed="left")[columns].sum()
        # the first and the last may be cut off
        parts.append(sums.iloc[1:-1].reset_index().assign(series=member))
    return pd.concat(parts)


def running_totals(table: pd.DataFrame) -> pd.DataFrame:
    """What the values of each series add up to so far: a stock."""
    ordered = table.sort_values(["series", "date"])
    return ordered.assign(value=ordered.groupby("series")["value"].cumsum())


def last_of_week(table: pd.DataFrame) -> pd.DataFrame:
    """Where a stock stood at the end of each whole week."""
    parts = []
    for member, rows in table.groupby("series"):
        levels = rows.resample("W-MON", on="date", label="left", closed="left")["value"].last()
        parts.append(levels.iloc[1:-1].ffill().reset_index().assign(series=member))
    return pd.concat(parts)


def named(series: Any, date: Any, value: Any) -> pd.DataFrame:
    return pd.DataFrame({"series": series, "date": date, "value": value}).dropna()


def side_by_side(table: pd.DataFrame, date: Any, columns: Sequence[str]) -> pd.DataFrame:
    """A series for each column."""
    long = table[list(columns)].assign(date=date).melt("date")
    return named(long["variable"], long["date"], pd.to_numeric(long["value"], errors="coerce"))


def from_months(text: Any) -> Any:
    """Dates from months as in `1990 Jan`."""
    return pd.to_datetime(text, format="%Y %b")


def from_month_numbers(times: Any) -> Any:
    """Dates from years with the month as a fraction, as R writes a monthly series."""
    number = (times * 12).round().astype(int)
    return pd.to_datetime({"year": number // 12, "month": number % 12 + 1, "day": 1})
