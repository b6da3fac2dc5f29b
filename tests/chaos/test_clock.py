"""A clock that is set back, and right again: what was believed stays, in the order in which it came to be believed."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from connectors.lake.catalog import write_catalog
from connectors.lake.lake import Lake
from pipelines.history.restatements import log_restatements
from pipelines.inputs.day import Day
from pipelines.settings import Settings
from pipelines.steps.findings import write_findings
from tests.pipelines.history.conftest import GOAL, Believer, at, november

TICK = timedelta(microseconds=1)
SENTENCE = (
    "the clock of this machine says 2026-11-25 12:00, and figures were kept at 2026-11-26 11:00 before: "
    "set the clock; nothing that was believed is lost, and what is new follows right after it"
)


@pytest.fixture
def believer(tmp_path: Path) -> Believer:
    return Believer(tmp_path)


def test_beliefs_of_a_clock_set_back_follow_those_before(believer: Believer) -> None:
    believer.kpis(at("2026-11-10"), {"value": 1})
    believer.kpis(at("2026-11-11"), {"value": 2})
    believer.kpis(at("2026-11-10", 13), {"value": 3})
    believer.kpis(at("2026-11-10", 14), {"value": 4})
    believer.kpis(at("2026-11-12"), {"value": 5})
    versions = "select value, known_from, known_to from kpi_period_history order by known_from"
    second = at("2026-11-11")
    assert believer.rows(versions) == [
        (Decimal(1), at("2026-11-10"), second),
        (Decimal(2), second, second + TICK),
        (Decimal(3), second + TICK, second + 2 * TICK),
        (Decimal(4), second + 2 * TICK, at("2026-11-12")),
        (Decimal(5), at("2026-11-12"), None),
    ]
    assert log_restatements(believer.history, believer.warehouse) == 4


def test_a_row_that_goes_while_the_clock_is_back_was_believed_all_the_same(
    believer: Believer,
) -> None:
    both = {"value": 1}, {"value": 2, "kpi": "units_sold"}
    believer.kpis(at("2026-11-11"), *both)
    believer.kpis(at("2026-11-10"), both[0])
    believer.kpis(at("2026-11-12"), *both)
    versions = "select known_from, known_to from kpi_period_history where kpi = 'units_sold' order by known_from"
    assert believer.rows(versions) == [
        (at("2026-11-11"), at("2026-11-11") + TICK),
        (at("2026-11-12"), None),
    ]


def test_scores_and_goals_are_kept_as_figures_are(believer: Believer) -> None:
    for now, target in ((at("2026-11-11"), 50), (at("2026-11-10"), 60), (at("2026-11-12"), 70)):
        believer.scores(now, GOAL.format(target=target), november(10), date(2026, 11, 11))
    for table in ("key_result_score_history", "objective_score_history", "key_result_history"):
        periods = believer.rows(f"select known_from, known_to from {table} order by known_from")
        assert {start for start, _ in periods} == {
            at("2026-11-11"),
            at("2026-11-11") + TICK,
            at("2026-11-12"),
        }, table
        assert all(end is None or start < end for start, end in periods)
        assert believer.rows(
            f"select count(*) from {table} as a inner join {table} as b on a.definition_hash <> b.definition_hash "
            "and a.known_from < b.known_from and coalesce(a.known_to, timestamptz '9999-01-01') > b.known_from"
        ) == [(0,)], "two versions of one goal were never believed at once"


@pytest.mark.parametrize(
    ("kept_at", "is_told"), [("2026-11-25", False), ("2026-11-26", True)], ids=["now", "later"]
)
def test_a_clock_that_is_behind_is_told(tmp_path: Path, kept_at: str, is_told: bool) -> None:
    (tmp_path / "okrs").mkdir()
    settings = Settings(
        _env_file=None,
        home=tmp_path,
        sandbox_today=date(2026, 11, 25),
        okr_definitions=tmp_path / "okrs",
        timezone="Europe/Berlin",
    )
    write_catalog(Lake(settings.lake_location), {})
    kept = Believer(tmp_path / "kept")
    kept.path.mkdir()
    kept.kpis(at(kept_at, 10), {"value": 1})
    settings.warehouse_path.parent.mkdir(parents=True, exist_ok=True)
    kept.history.rename(settings.history_path)
    with duckdb.connect(str(settings.warehouse_path)) as connection:
        connection.execute("create schema reporting")
        connection.execute(
            "create table reporting.kpis (kpi varchar, sources varchar, model varchar)"
        )
        connection.execute(
            "create table reporting.kpi_coverage (kpi varchar, day date, flags varchar[])"
        )
    told = [
        row.message
        for row in write_findings(Day(settings, settings.today()))
        if row.what == "clock_behind"
    ]
    assert told == [SENTENCE][: int(is_told)]
