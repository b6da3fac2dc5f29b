"""The published table of check-ins, beside the odds of their day, and graded like them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pipelines.okr.columns import KeyResultId, Share
from pipelines.okr.definition.check_ins import CheckIn, PulledCheckIn
from pipelines.okr.kpi.numbers import rounded
from pipelines.tables.table import Table, columns_of, transaction

_ODDS = """
    select goal_id, issued_on, probability, met
    from okr.predictions where kind = 'key_result' order by goal_id, issued_on
"""
_BRIER_PLACES = 6


@dataclass(frozen=True, slots=True)
class CheckInRow:
    """What a person said of a key result on a day; it changes no score."""

    key_result_id: KeyResultId
    day: Annotated[date, "The day on which it was said"]
    person: Annotated[str | None, "Who said it"]
    confidence: Annotated[Share | None, "How sure the person was that it is met, from 0 to 1"]
    note: Annotated[str | None, "How it stood, in the person's words"]
    decision: Annotated[str | None, "What was decided, in the person's words"]
    probability: Annotated[
        Share | None,
        "The latest odds that had been published by that day; NULL where there were none",
    ]
    met: Annotated[bool | None, "Whether the goal was met; NULL while that is not graded"]
    brier: Annotated[
        Share | None, "(confidence - met) squared: 0 is perfect, 0.25 is what saying 50 % earns"
    ]
    odds_brier: Annotated[Share | None, "The same of the odds"]
    read_on: Annotated[
        date | None,
        "The day on which the sheet that it stands in was last read; NULL of one that stands in a file of the project",
    ] = None


CHECK_INS = Table(
    "check_ins",
    "What people say of the key results, beside the odds of the day and graded like them once the goal has come due",
    columns_of(CheckInRow),
)


def write_check_ins(warehouse: Path, check_ins: Sequence[CheckIn]) -> None:
    """Write the table, after that of the predictions. Raises `duckdb.Error`, with the table left as it was."""
    with transaction(warehouse) as connection:
        odds: dict[str, list[tuple[date, Decimal, bool | None]]] = {}
        if check_ins:
            for goal, *issued in connection.execute(_ODDS).fetchall():
                odds.setdefault(goal, []).append((issued[0], issued[1], issued[2]))
        rows = [_row(check_in, odds.get(check_in.key_result, [])) for check_in in check_ins]
        CHECK_INS.replace(connection, rows)


def _row(check_in: CheckIn, issued: Sequence[tuple[date, Decimal, bool | None]]) -> CheckInRow:
    earlier = [(odds, met) for day, odds, met in issued if day <= check_in.day]
    probability, met = earlier[-1] if earlier else (None, None)
    return CheckInRow(
        key_result_id=check_in.key_result,
        day=check_in.day,
        person=check_in.by,
        confidence=check_in.confidence,
        note=check_in.note,
        decision=check_in.decision,
        probability=probability,
        met=met,
        brier=_brier(check_in.confidence, met),
        odds_brier=_brier(probability, met),
        read_on=check_in.read_on if isinstance(check_in, PulledCheckIn) else None,
    )


def _brier(said: Decimal | None, met: bool | None) -> Decimal | None:
    return None if said is None or met is None else rounded((said - int(met)) ** 2, _BRIER_PLACES)
