"""The scores of a day, from the figures in the warehouse to the tables of scores."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from connectors.lake.catalog import write_catalog
from pipelines.inputs.day import Day
from pipelines.inputs.lake import open_lake
from pipelines.settings import Settings
from pipelines.steps.score import write_scores
from tests.pipelines.fact_tables import create_fact_tables, insert_day

TODAY = date(2026, 11, 25)
OKR = """\
objective: Be liked
id: liked
period: 2026-11
key_results:
  - id: likes
    kpi: page_likes
    from: 0
    at_least: 1_000
"""


def settings_of(home: Path, **thresholds: object) -> Settings:
    """A home with a level at 600 of 1,000 after 24 of 30 days, and too few days for odds."""
    settings = Settings(_env_file=None, home=home, okr_definitions=home / "okrs", sandbox_today=TODAY,
                        **thresholds)  # fmt: skip
    settings.definitions_path.mkdir(parents=True)
    (settings.definitions_path / "liked.yml").write_text(OKR)
    settings.warehouse_path.parent.mkdir(parents=True)
    write_catalog(open_lake(settings), [])
    last = TODAY - timedelta(1)
    with duckdb.connect(str(settings.warehouse_path)) as connection:
        create_fact_tables(connection)
        insert_day(connection, "page_likes", last, 600, {})
        connection.execute("insert into reporting.kpis values ('page_likes', ?, [])", [last])
    return settings


def statuses(home: Path, **thresholds: object) -> dict[str, str]:
    report = write_scores(Day(settings_of(home, **thresholds), TODAY), "test")
    rows = {row.key_result_id: str(row.status) for row in report.scorecard.key_results}
    return rows | {row.objective_id: str(row.status) for row in report.scorecard.objectives}


def test_a_days_statuses_follow_the_thresholds_of_the_settings(tmp_path: Path) -> None:
    # 24 of 30 days are over: the pace is 800, and 600 is 75 % of it
    assert statuses(tmp_path / "usual")["liked/likes"] == "at_risk"
    stricter = statuses(tmp_path / "stricter", at_risk_from_pace="80 %")
    assert stricter["liked/likes"] == "off_track"


SAID = {
    "2026.yml": "- {key_result: liked/likes, day: 2026-11-20, confidence: 5 %, note: Hopeless}\n",
    "weekly.csv": "Key result;Day;Confidence;Note\nliked/likes;2026-11-20;5 %;Hopeless\n",
}


@pytest.mark.parametrize("file", SAID)
def test_check_ins_change_no_score(tmp_path: Path, file: str) -> None:
    settings = settings_of(tmp_path)
    without = write_scores(Day(settings, TODAY), "test").scorecard, Day(settings, TODAY).run_id
    settings.check_ins_path.mkdir()
    (settings.check_ins_path / file).write_text(SAID[file])
    day = Day(settings, TODAY)
    assert [check_in.note for check_in in day.check_ins] == ["Hopeless"]
    assert (write_scores(day, "test").scorecard, day.run_id) == without
    with duckdb.connect(str(settings.warehouse_path), read_only=True) as connection:
        stored = connection.execute(
            "select key_result_id, confidence, note from okr.check_ins"
        ).fetchall()
    assert stored == [("liked/likes", Decimal("0.05"), "Hopeless")]
    scores = scores_in(settings)
    (settings.check_ins_path / file).unlink()
    write_scores(Day(settings, TODAY), "test")
    assert scores_in(settings) == scores, "byte for byte"


def scores_in(settings: Settings) -> list[bytes]:
    """Every row of every table of scores."""
    with duckdb.connect(str(settings.warehouse_path), read_only=True) as connection:
        tables = (
            "key_result_scores",
            "objective_scores",
            "key_result_courses",
            "key_result_levers",
        )
        return [
            str(row).encode()
            for table in tables
            for row in connection.execute(f"select * from okr.{table} order by all").fetchall()
        ]


def test_measures_and_leads_are_stored_and_change_no_score(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    without = write_scores(Day(settings, TODAY), "test").scorecard
    leading = OKR.replace("    from: 0", "    leads: {kpi: deals_closed}\n    from: 0")
    measure = "measures:\n  - {what: More posts, kpi: page_likes, start: 2026-11-24}\n"
    (settings.definitions_path / "liked.yml").write_text(leading + measure)
    for _ in range(2):  # the second run keeps what the first one worked out
        day = Day(settings, TODAY)
        assert not day.loaded.faults
        assert write_scores(day, "test").scorecard == without
    with duckdb.connect(str(settings.warehouse_path), read_only=True) as connection:
        measures = connection.execute(
            "select measure, verdict, reason from okr.measures"
        ).fetchall()
        leads = connection.execute("select key_result_id, leads, verdict from okr.leads").fetchall()
    assert measures == [("More posts", "cannot_tell", "too_early")]
    assert leads == [("liked/likes", "deals_closed", "cannot_tell")]
