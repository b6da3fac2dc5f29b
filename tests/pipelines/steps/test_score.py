"""The scores of a day, from the figures in the warehouse to the tables of scores."""

from datetime import date, timedelta
from pathlib import Path

import duckdb

from connectors.lake.catalog import write_catalog
from pipelines.inputs.day import Day
from pipelines.inputs.lake import open_lake
from pipelines.settings import Settings
from pipelines.steps.score import write_scores

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


def statuses(home: Path, **thresholds: object) -> dict[str, str]:
    """The statuses with a level at 600 of 1,000 after 24 of 30 days, and too few days for odds."""
    settings = Settings(_env_file=None, home=home, okr_definitions=home / "okrs", sandbox_today=TODAY,
                        **thresholds)  # fmt: skip
    settings.definitions_path.mkdir(parents=True)
    (settings.definitions_path / "liked.yml").write_text(OKR)
    settings.warehouse_path.parent.mkdir(parents=True)
    write_catalog(open_lake(settings), [])
    last = TODAY - timedelta(1)
    with duckdb.connect(str(settings.warehouse_path)) as connection:
        connection.execute("""
            create schema reporting;
            create table reporting.kpi_days (
                kpi varchar, day date, dimensions map(varchar, varchar), value decimal(38, 6),
                numerator decimal(38, 6), denominator decimal(38, 6), own_value decimal(38, 6),
                own_numerator decimal(38, 6), own_denominator decimal(38, 6), rate decimal(38, 6));
            create table reporting.kpi_coverage (kpi varchar, day date, delivered boolean, flags varchar[]);
            create table reporting.kpi_distinct (kpi varchar, period varchar, period_start date, dimension varchar,
                member varchar, value decimal(38, 6), data_through date);
            create table reporting.kpis (kpi varchar, data_through date, standing_flags varchar[]);
        """)
        connection.execute(
            "insert into reporting.kpi_days values ('page_likes', ?, map {}, 600, null, null, null, null, null, 1)",
            [last],
        )
        connection.execute(
            "insert into reporting.kpi_coverage values ('page_likes', ?, true, [])", [last]
        )
        connection.execute("insert into reporting.kpis values ('page_likes', ?, [])", [last])
    report = write_scores(Day(settings, TODAY), "test")
    rows = {row.key_result_id: str(row.status) for row in report.scorecard.key_results}
    return rows | {row.objective_id: str(row.status) for row in report.scorecard.objectives}


def test_a_days_statuses_follow_the_thresholds_of_the_settings(tmp_path: Path) -> None:
    # 24 of 30 days are over: the pace is 800, and 600 is 75 % of it
    assert statuses(tmp_path / "usual")["liked/likes"] == "at_risk"
    stricter = statuses(tmp_path / "stricter", at_risk_from_pace="80 %")
    assert stricter["liked/likes"] == "off_track"
