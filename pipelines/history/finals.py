"""The first final scores, as they are kept: what a later restatement is told against."""

from collections.abc import Mapping
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb

from pipelines.okr.scoring.finality import Final
from pipelines.tables.sql_text import literal

_FIRST_FINALS = """
    select key_result_id, as_of, actual, status, definition_hash
    from history.key_result_score_history
    where
        "window" = 'total' and member = 'total' and status in ('achieved', 'missed')
        and as_of > deadline and as_of < $1 and data_through >= deadline
    qualify row_number() over (
        partition by key_result_id, definition_hash order by known_from, as_of
    ) = 1
    order by known_from, as_of
"""


def first_finals(history: Path, as_of: date) -> Mapping[str, Final]:
    """The first final score of each key result of a day before `as_of`; of one that was set anew, the latest goal's."""
    if not history.exists():
        return {}
    with closing(duckdb.connect()) as connection:
        connection.execute(f"attach {literal(str(history))} as history (read_only)")
        try:
            found = connection.execute(_FIRST_FINALS, [as_of]).fetchall()
        except duckdb.CatalogException:  # nothing has been scored here yet
            return {}
    return {name: Final(*rest) for name, *rest in found}
