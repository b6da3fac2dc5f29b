"""The first final score of each key result: what a later restatement is compared with."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from pipelines.history.versions import read_history
from pipelines.okr.scoring.finality import Final

_FIRST_FINAL_SCORES = """
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


def first_final_scores(history: Path, as_of: date) -> Mapping[str, Final]:
    """The first final score of each key result before `as_of`; where its goal was changed, that of the latest goal."""
    rows = read_history(history, _FIRST_FINAL_SCORES, [as_of])
    return {name: Final(*rest) for name, *rest in rows}
