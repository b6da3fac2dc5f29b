"""The published table of check-ins."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from pipelines.history.check_ins import write_check_ins
from pipelines.okr.definition.check_ins import CheckIn, PulledCheckIn


def test_a_check_in_stands_beside_the_odds_of_its_day_and_is_graded_like_them(
    tmp_path: Path,
) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("""
            create schema okr;
            create table okr.predictions as
            select * from (values
                ('key_result', 'sell/deals', date '2026-11-02', 0.4::decimal(18, 6), true),
                ('key_result', 'sell/deals', date '2026-11-09', 0.7::decimal(18, 6), true),
                ('key_result', 'sell/revenue', date '2026-11-02', 0.5::decimal(18, 6), null)
            ) as predictions (kind, goal_id, issued_on, probability, met)
        """)
    said = [
        CheckIn(key_result="sell/deals", day=date(2026, 11, 1), note="early"),
        CheckIn(key_result="sell/deals", day=date(2026, 11, 8), confidence="90 %", by="ana"),
        CheckIn(key_result="sell/revenue", day=date(2026, 11, 8), confidence="50 %"),
    ]
    write_check_ins(warehouse, said)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            "select key_result_id, probability, met, brier, odds_brier from okr.check_ins order by key_result_id, day"
        ).fetchall()
    assert rows == [
        ("sell/deals", None, None, None, None),
        # (0.9 − 1)² and (0.4 − 1)²
        ("sell/deals", Decimal("0.4"), True, Decimal("0.01"), Decimal("0.36")),
        ("sell/revenue", Decimal("0.5"), None, None, None),
    ]


def test_a_check_in_of_a_sheet_has_the_day_on_which_the_sheet_was_read(tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("""
            create schema okr;
            create table okr.predictions (
                kind varchar, goal_id varchar, issued_on date, probability decimal(18, 6), met boolean
            )
        """)
    monday, friday = date(2026, 11, 2), date(2026, 11, 6)
    said = {"key_result": "sell/deals", "note": "early"}
    write_check_ins(
        warehouse, [CheckIn(**said, day=monday), PulledCheckIn(**said, day=friday, read_on=friday)]
    )
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute("select day, read_on from okr.check_ins order by day").fetchall()
    assert rows == [(monday, None), (friday, friday)]
