"""What was believed is kept with its time, and never overwritten."""

from datetime import date
from decimal import Decimal

import duckdb
import pytest

from pipelines.history import recording
from pipelines.history.recording import fill_known_from
from pipelines.history.restatements import log_restatements
from tests.pipelines.history.conftest import GOAL, KPI_PERIODS, Believer, at, november

VERSIONS = "select value, known_from, known_to from kpi_period_history order by known_from"
BELIEVED = "select value from kpi_period_history where known_from <= $1 and (known_to is null or known_to > $1)"


def test_a_row_that_says_the_same_again_stays_one_row(believer: Believer) -> None:
    believer.kpis(at("2026-11-01"), {"value": 295_000})
    believer.kpis(at("2026-11-02"), {"value": 295_000})
    assert believer.rows(VERSIONS) == [(Decimal(295_000), at("2026-11-01"), None)]


def test_a_changed_row_closes_the_old_one_at_the_instant_the_new_one_opens(
    believer: Believer,
) -> None:
    believer.kpis(at("2026-11-01"), {"value": 295_000})
    believer.kpis(at("2026-11-20"), {"value": 294_100})
    assert believer.rows(VERSIONS) == [
        (Decimal(295_000), at("2026-11-01"), at("2026-11-20")),
        (Decimal(294_100), at("2026-11-20"), None),
    ]


def test_what_was_believed_at_an_instant_is_a_query(believer: Believer) -> None:
    believer.kpis(at("2026-11-01"), {"value": 295_000})
    believer.kpis(at("2026-11-20"), {"value": 294_100})
    assert believer.rows(BELIEVED, at("2026-10-31")) == []
    assert believer.rows(BELIEVED, at("2026-11-19")) == [(Decimal(295_000),)]
    assert believer.rows(BELIEVED, at("2026-11-20")) == [(Decimal(294_100),)]


@pytest.mark.parametrize(
    ("column", "value"), [("status", "provisional"), ("trust", "late:stripe"), ("value", None)]
)
def test_a_change_of_status_or_trust_or_to_nothing_is_a_version(
    believer: Believer, column: str, value: object
) -> None:
    believer.kpis(at("2026-11-01"), {"value": 295_000})
    believer.kpis(at("2026-11-02"), {"value": 295_000} | {column: value})
    assert len(believer.rows(VERSIONS)) == 2


def test_another_run_alone_is_no_version(believer: Believer) -> None:
    believer.kpis(at("2026-11-01"), {"value": 295_000, "run_id": "2026-11-01-a"})
    believer.kpis(at("2026-11-02"), {"value": 295_000, "run_id": "2026-11-02-b"})
    assert believer.rows("select run_id from kpi_period_history") == [("2026-11-01-a",)]


def test_the_same_value_in_another_type_is_no_version(
    believer: Believer, monkeypatch: pytest.MonkeyPatch
) -> None:
    believer.kpis(at("2026-11-01"), {"value": 295_000})
    conftest = "tests.pipelines.history.conftest.KPI_PERIODS"
    monkeypatch.setattr(conftest, KPI_PERIODS.replace("decimal(38, 6)", "decimal(18, 2)"))
    believer.kpis(at("2026-11-02"), {"value": 295_000})
    assert believer.rows(VERSIONS) == [(Decimal(295_000), at("2026-11-01"), None)]
    believer.kpis(at("2026-11-03"), {"value": 294_100})
    assert len(believer.rows(VERSIONS)) == 2


def test_a_row_that_is_no_longer_there_closes_and_may_come_back(believer: Believer) -> None:
    believer.kpis(at("2026-11-01"), {"value": 1}, {"value": 2, "kpi": "units_sold"})
    believer.kpis(at("2026-11-02"), {"value": 1})
    believer.kpis(at("2026-11-03"), {"value": 1}, {"value": 2, "kpi": "units_sold"})
    assert believer.rows(
        "select known_from, known_to from kpi_period_history where kpi = 'units_sold' order by 1"
    ) == [(at("2026-11-01"), at("2026-11-02")), (at("2026-11-03"), None)]


def test_a_kpi_whose_model_failed_is_still_believed_and_goes_on_when_it_is_mended(
    believer: Believer,
) -> None:
    believer.kpis(at("2026-11-01"), {"value": 1}, {"value": 2, "kpi": "units_sold"})
    believer.kpis(at("2026-11-02"), {"value": 1}, failed=["units_sold"])
    same = {"value": 2, "kpi": "units_sold", "run_id": "2026-11-03-mended"}
    believer.kpis(at("2026-11-03"), {"value": 1}, same)
    versions = "select value, known_from, known_to, run_id from kpi_period_history where kpi = 'units_sold'"
    assert believer.rows(versions) == [(Decimal(2), at("2026-11-01"), None, "2026-11-01-run")]
    believer.kpis(at("2026-11-04"), {"value": 1}, failed=["units_sold"])
    believer.kpis(at("2026-11-05"), {"value": 1}, same | {"value": 3})
    assert believer.rows(f"{versions} order by known_from") == [
        (Decimal(2), at("2026-11-01"), at("2026-11-05"), "2026-11-01-run"),
        (Decimal(3), at("2026-11-05"), None, "2026-11-03-mended"),
    ]


def test_a_failed_model_invents_no_restatement(believer: Believer) -> None:
    believer.kpis(at("2026-11-01"), {"value": 1}, {"value": 2, "kpi": "units_sold"})
    believer.kpis(at("2026-11-02"), {"value": 1}, failed=["units_sold"])
    believer.kpis(at("2026-11-03"), {"value": 1}, {"value": 2, "kpi": "units_sold"})
    assert log_restatements(believer.history, believer.warehouse) == 0


def test_a_kpi_that_is_declared_no_more_is_closed_unless_a_declaration_is_broken(
    believer: Believer,
) -> None:
    believer.kpis(at("2026-11-01"), {"value": 1}, {"value": 2, "kpi": "units_sold"})
    believer.kpis(at("2026-11-02"), {"value": 1}, all_declared=False)
    closed = "select known_to from kpi_period_history where kpi = 'units_sold'"
    assert believer.rows(closed) == [(None,)]
    believer.kpis(at("2026-11-03"), {"value": 1})
    assert believer.rows(closed) == [(at("2026-11-03"),)]


def test_of_an_open_month_the_whole_and_its_days_by_member_are_kept(believer: Believer) -> None:
    part = {"status": "partial", "data_through": "2026-10-20", "value": 5}
    widget = {"dimension": "product", "member": "widget"}
    day = {"period": "day", "period_start": "2026-10-20", "period_end": "2026-10-20", "value": 5}
    believer.kpis(at("2026-10-21"), part, part | widget, day | widget)
    assert believer.rows("select period, member from kpi_period_history order by 1") == [
        ("day", "widget"),
        ("month", "total"),
    ]


def test_kpi_periods_tells_since_when_each_row_has_been_believed(believer: Believer) -> None:
    believer.kpis(at("2026-11-01"), {"value": 1}, {"value": 2, "kpi": "units_sold"})
    believer.kpis(at("2026-11-20"), {"value": 1}, {"value": 3, "kpi": "units_sold"})
    assert believer.rows(
        "select kpi, known_from from reporting.kpi_periods order by kpi", of="warehouse"
    ) == [("net_revenue", at("2026-11-01")), ("units_sold", at("2026-11-20"))]


def test_a_step_that_fails_leaves_the_history_as_it_was(
    believer: Believer, monkeypatch: pytest.MonkeyPatch
) -> None:
    believer.kpis(at("2026-11-01"), {"value": 295_000})
    monkeypatch.setattr(recording, "_KPI_PERIODS", "select * from warehouse.reporting.nowhere")
    with pytest.raises(duckdb.Error):
        believer.kpis(at("2026-11-20"), {"value": 294_100})
    assert believer.rows(VERSIONS) == [(Decimal(295_000), at("2026-11-01"), None)]


SCORED = "select target, score, known_from, known_to from key_result_score_history order by known_from, as_of"


def test_an_edited_target_leaves_the_score_of_its_day_as_it_was(believer: Believer) -> None:
    believer.scores(at("2026-11-10"), GOAL.format(target=36), november(9), date(2026, 11, 10))
    believer.scores(at("2026-11-11"), GOAL.format(target=72), november(9), date(2026, 11, 11))
    # 9 days of 2 deals are 18: half of 36, a quarter of 72
    assert believer.rows(SCORED) == [
        (Decimal(36), Decimal("0.5"), at("2026-11-10"), None),
        (Decimal(72), Decimal("0.25"), at("2026-11-11"), None),
    ]
    assert believer.rows(
        "select goal, known_from, known_to from key_result_history order by known_from"
    ) == [
        ("at least 36 deals", at("2026-11-10"), at("2026-11-11")),
        ("at least 72 deals", at("2026-11-11"), None),
    ]


def test_a_day_that_is_scored_again_gets_another_version_and_keeps_the_first(
    believer: Believer,
) -> None:
    believer.scores(at("2026-11-10"), GOAL.format(target=36), november(9), date(2026, 11, 10))
    believer.scores(at("2026-11-15"), GOAL.format(target=72), november(9), date(2026, 11, 10))
    assert believer.rows(SCORED) == [
        (Decimal(36), Decimal("0.5"), at("2026-11-10"), at("2026-11-15")),
        (Decimal(72), Decimal("0.25"), at("2026-11-15"), None),
    ]


def test_a_renamed_key_result_is_another_definition_of_the_same_goal(believer: Believer) -> None:
    named = GOAL.replace("{{id: deals,", "{{id: deals, name: Close them,")
    for day, text in (("2026-11-10", GOAL), ("2026-11-11", named)):
        believer.scores(at(day), text.format(target=36), november(9), date.fromisoformat(day))
    assert believer.rows("select name from key_result_history order by known_from") == [
        ("deals",),
        ("Close them",),
    ]
    assert believer.rows("select count(distinct definition_hash) from key_result_history") == [(1,)]


def test_scores_of_earlier_days_come_back_into_a_warehouse_made_anew(believer: Believer) -> None:
    believer.scores(at("2026-11-10"), GOAL.format(target=36), november(9), date(2026, 11, 10))
    believer.warehouse.unlink()
    believer.scores(at("2026-11-11"), GOAL.format(target=36), november(9), date(2026, 11, 11))
    assert believer.rows(
        "select as_of, score from okr.key_result_scores order by as_of", of="warehouse"
    ) == [(date(2026, 11, 10), Decimal("0.5")), (date(2026, 11, 11), Decimal("0.5"))]


def test_a_past_day_can_be_scored_before_the_kpis_of_any_day_are_kept(believer: Believer) -> None:
    believer.scores(at("2026-11-10"), GOAL.format(target=36), november(8), date(2026, 11, 9))
    with duckdb.connect(str(believer.warehouse)) as connection:
        connection.execute("create schema reporting")
        connection.execute(KPI_PERIODS)
    fill_known_from(believer.history, believer.warehouse)
    assert log_restatements(believer.history, believer.warehouse) == 0


def test_a_history_of_an_earlier_version_gets_the_columns_that_it_lacks(believer: Believer) -> None:
    believer.scores(at("2026-11-10"), GOAL.format(target=36), november(9), date(2026, 11, 10))
    with duckdb.connect(str(believer.history)) as connection:
        connection.execute("alter table key_result_score_history drop column weight")
        connection.execute("alter table key_result_history drop column low")
    believer.scores(at("2026-11-11"), GOAL.format(target=36), november(9), date(2026, 11, 11))
    assert believer.rows("select as_of, weight from key_result_score_history order by as_of") == [
        (date(2026, 11, 10), None),
        (date(2026, 11, 11), Decimal(1)),
    ]
    assert believer.rows("select low from key_result_history where known_to is null") == [
        (Decimal(36),)
    ]


def test_columns_that_an_earlier_version_lacks_date_no_old_score_anew(believer: Believer) -> None:
    believer.scores(at("2026-11-10"), GOAL.format(target=36), november(9), date(2026, 11, 10))
    with duckdb.connect(str(believer.history)) as connection:
        connection.execute("alter table key_result_score_history drop column gap")
        connection.execute("alter table key_result_score_history drop column windows_met")
    believer.scores(at("2026-11-11"), GOAL.format(target=36), november(9), date(2026, 11, 11))
    versions = (
        "select as_of, gap, known_from, known_to from key_result_score_history order by as_of"
    )
    # 9 days of 2 deals are 18 of 36
    assert believer.rows(versions) == [
        (date(2026, 11, 10), None, at("2026-11-10"), None),
        (date(2026, 11, 11), Decimal(18), at("2026-11-11"), None),
    ]
