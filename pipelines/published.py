"""The published file, read back: what a command shows is what everyone else reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipelines.errors import OkraError

Row = dict[str, Any]

_OBJECTIVES = "select * from objective_scores where as_of = $1 order by objective_id"
_KEY_RESULTS = """
    select * from key_result_scores
    where as_of = $1 and "window" = 'total' and member = 'total'
    order by objective_id, key_result_id
"""


class NothingPublishedError(OkraError):
    """There is no published file, or it holds no score of the day."""


@dataclass(frozen=True)
class PublishedScorecard:
    """The headlines of one day: a row an objective, a row a key result, by the columns' names."""

    as_of: date
    objectives: Sequence[Row]
    key_results: Sequence[Row]


def read_scorecard(path: Path, as_of: date) -> PublishedScorecard:
    """The scorecard of `as_of`. Raises `NothingPublishedError`."""
    if not path.exists():
        raise NothingPublishedError("nothing is published yet; run `okra run` first")
    with duckdb.connect(str(path), read_only=True) as connection:
        objectives = rows(connection, _OBJECTIVES, as_of)
        key_results = rows(connection, _KEY_RESULTS, as_of)
    if not objectives:
        raise NothingPublishedError(
            f"no score of {as_of} is published; run `okra score --as-of {as_of}`"
        )
    return PublishedScorecard(as_of, objectives, key_results)


def rows(connection: duckdb.DuckDBPyConnection, query: str, as_of: date) -> list[Row]:
    """The rows of `query` by column."""
    found = connection.execute(query, [as_of])
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
