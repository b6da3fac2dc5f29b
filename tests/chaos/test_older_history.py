"""A history that an earlier version wrote, before a column was there, goes on: no belief ends because of it."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.history.predictions import graded_before
from pipelines.history.restoring import ensure_history
from pipelines.history.versions import VERSIONED_TABLES
from tests.pipelines.history.conftest import GOAL, Believer, at, november

GOAL_50 = GOAL.format(target=50)
TODAY = date(2026, 11, 11)


@pytest.fixture
def believer(tmp_path: Path) -> Believer:
    """A home with one day's beliefs."""
    made = Believer(tmp_path)
    made.kpis(at("2026-11-10"), {"value": 1, "numerator": 3}, {"value": 2, "kpi": "units_sold"})
    made.scores(at("2026-11-10"), GOAL_50, november(10), TODAY, odds="0.4")
    return made


def drop(believer: Believer, table: str, *columns: str) -> None:
    with duckdb.connect(str(believer.history)) as connection:
        for column in columns:
            connection.execute(f"alter table {table} drop column {column}")


def upgrade(believer: Believer) -> None:
    ensure_history(believer.history, believer.path / "okra.duckdb", at("2026-11-12"))


def versions(believer: Believer, table: str, *columns: str) -> Sequence[tuple[Any, ...]]:
    return believer.rows(
        f"select {', '.join([*columns, 'known_from', 'known_to'])} from {table} order by all"
    )


def test_a_belief_that_lacks_a_column_goes_on_and_gets_it(believer: Believer) -> None:
    drop(believer, "kpi_period_history", "numerator", "trust")
    upgrade(believer)
    rows = {"value": 1, "numerator": 3}, {"value": 2, "kpi": "units_sold"}
    believer.kpis(at("2026-11-12"), *rows)
    believer.kpis(at("2026-11-13"), *rows)
    assert versions(believer, "kpi_period_history", "kpi", "numerator", "trust") == [
        ("net_revenue", Decimal(3), "ok", at("2026-11-10"), None),
        ("units_sold", None, "ok", at("2026-11-10"), None),
    ]


def test_a_belief_that_changed_meanwhile_ends_as_ever(believer: Believer) -> None:
    drop(believer, "kpi_period_history", "numerator")
    upgrade(believer)
    believer.kpis(at("2026-11-12"), {"value": 5, "numerator": 7}, {"value": 2, "kpi": "units_sold"})
    believer.kpis(at("2026-11-13"), {"value": 5, "numerator": 8}, {"value": 2, "kpi": "units_sold"})
    assert versions(believer, "kpi_period_history", "kpi", "value", "numerator") == [
        ("net_revenue", Decimal(1), None, at("2026-11-10"), at("2026-11-12")),
        ("net_revenue", Decimal(5), Decimal(7), at("2026-11-12"), at("2026-11-13")),
        ("net_revenue", Decimal(5), Decimal(8), at("2026-11-13"), None),
        ("units_sold", Decimal(2), None, at("2026-11-10"), None),
    ]


def test_a_kpi_that_failed_at_first_is_not_dated_anew_either(believer: Believer) -> None:
    drop(believer, "kpi_period_history", "trust")
    upgrade(believer)
    net = {"value": 1, "numerator": 3}
    believer.kpis(at("2026-11-12"), net, failed=["units_sold"])
    believer.kpis(at("2026-11-13"), net, {"value": 2, "kpi": "units_sold"})
    assert versions(believer, "kpi_period_history", "kpi", "trust") == [
        ("net_revenue", "ok", at("2026-11-10"), None),
        ("units_sold", "ok", at("2026-11-10"), None),
    ]


def test_scores_that_lack_a_column_are_read_and_go_on(believer: Believer) -> None:
    drop(believer, "key_result_score_history", "probability_uncorrected", "trust")
    upgrade(believer)
    assert graded_before(believer.history, TODAY, "UTC") == []
    believer.scores(at("2026-11-12"), GOAL_50, november(10), TODAY, odds="0.4")
    [(odds, since, until)] = versions(
        believer, "key_result_score_history", "probability_uncorrected"
    )
    assert (odds, since, until) == (Decimal("0.4"), at("2026-11-10"), None)


@pytest.mark.parametrize("table", VERSIONED_TABLES, ids=lambda table: table.name)
def test_each_column_may_be_one_that_an_earlier_version_did_not_have(
    believer: Believer, table
) -> None:
    before = versions(believer, table.name)
    assert before
    for column in table.compared:
        if column not in {*table.source.key, "as_of", "definition_hash"}:
            drop(believer, table.name, f'"{column}"')
    upgrade(believer)
    believer.kpis(at("2026-11-12"), {"value": 1, "numerator": 3}, {"value": 2, "kpi": "units_sold"})
    believer.scores(at("2026-11-12"), GOAL_50, november(10), TODAY, odds="0.4")
    assert versions(believer, table.name) == before
