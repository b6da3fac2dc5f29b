"""`okra backtest` as it is typed: on a file, on the KPIs of the warehouse, and when it cannot."""

import json
import math
import os
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.settings import Settings

START = date(2024, 1, 1)
DAYS = [START + timedelta(days=n) for n in range(200)]  # to 18 July: one whole quarter has a past


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in os.environ:
        if name.startswith("OKRA_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("OKRA_HOME", str(tmp_path))
    monkeypatch.setenv("OKRA_ENV_FILE", str(tmp_path / "no.env"))
    return tmp_path


@pytest.fixture
def line(tmp_path: Path) -> Path:
    """A stock that rises by one a day: what comes is sure, and more than where it stands."""
    path = tmp_path / "line.csv"
    rows = [f"likes,{day},{n}" for n, day in enumerate(DAYS)]
    path.write_text("\n".join(("series,date,value", *rows)) + "\n", encoding="utf-8")
    return path


def warehouse() -> None:
    """The KPI tables of a warehouse in which the page's followers rise by one a day."""
    path = Settings(_env_file=None).warehouse_path
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("""
            create schema reporting;
            create table reporting.kpi_days as
                select
                    'page_followers' as kpi, day, map {}::map(varchar, varchar) as dimensions,
                    (day - date '2024-01-01')::decimal(18, 2) as value,
                    null::decimal(18, 2) as numerator, null::decimal(18, 2) as denominator,
                    null::decimal(18, 2) as own_value, null::decimal(18, 2) as own_numerator,
                    null::decimal(18, 2) as own_denominator, 1 as rate
                from (select unnest(range(date '2024-01-01', date '2024-07-19', interval 1 day))::date as day);
            create table reporting.kpi_coverage as
                select kpi, day, true as delivered, []::varchar[] as flags from reporting.kpi_days;
            create table reporting.kpi_distinct (
                kpi varchar, period varchar, period_start date, dimension varchar, member varchar,
                value decimal(18, 2), data_through date
            );
            create table reporting.kpis as
                select 'page_followers' as kpi, date '2024-07-18' as data_through,
                    []::varchar[] as standing_flags;
        """)


def okra(*arguments: str):
    return CliRunner().invoke(app, ["backtest", *arguments])


def assert_as_by_hand(document: dict) -> None:
    """Three cuts, one at each share, so the targets of each are what came of it: 181, met.

    The third cut is the later half. The pace rule looks at where a stock stands, below 181, and says no.
    """
    assert (document["cases"], document["period"]) == (3, "quarter")
    assert (document["first_cut"], document["last_cut"]) == ("2024-04-23", "2024-06-07")
    grades = {grade["method"]: grade for grade in document["methods"]}
    pace = grades["pace rule"]
    assert (pace["brier"], pace["calibration_error"]) == (1, 1)
    assert pace["log_loss"] == pytest.approx(-math.log(0.005)), "odds of 0 count as 0.5 %"
    base = grades["base rate"]  # both earlier cuts met theirs
    assert base["brier"] == 0
    assert base["log_loss"] == pytest.approx(-math.log(0.995))
    run_rate = grades["run-rate"]  # one a day, never more or less: sure, and right
    assert run_rate["brier"] == pytest.approx(0, abs=1e-6)
    assert (run_rate["coverage"], run_rate["crps"]) == (1, pytest.approx(0, abs=1e-9))
    assert {"okra", "okra, shipped curve", "okra, own curve", "seasonal naive"} <= grades.keys()


def test_a_file_is_graded_as_by_hand(line, tmp_path):
    out = tmp_path / "grades.json"
    done = okra(str(line), "--kind", "stock", "--period", "quarter", "--json", "--output", str(out))
    assert done.exit_code == 0, done.stderr
    document = json.loads(done.stdout)
    assert_as_by_hand(document)
    assert json.loads(out.read_text()) == document
    assert [series["series"] for series in document["series"]] == ["likes"]


def test_people_get_tables_with_a_key(line):
    done = okra(str(line), "--kind", "stock")
    assert done.exit_code == 0, done.stderr
    assert "Goals of a quarter: 3 cuts of 1 series, 2024-04-23 to 2024-06-07" in done.stdout
    (pace,) = [row for row in done.stdout.splitlines() if row.startswith("pace rule")]
    assert pace.split() == ["pace", "rule", "1.0000", "5.2983", "1.0000"]
    assert "lower is better" in done.stdout


def test_without_a_file_it_replays_the_kpis_of_the_warehouse(home):
    warehouse()
    done = okra("--json")
    assert done.exit_code == 0, done.stderr
    document = json.loads(done.stdout)
    assert_as_by_hand(document)
    assert [series["series"] for series in document["series"]] == ["page_followers"]
    left_out = {kpi["kpi"]: kpi["why"] for kpi in document["left_out"]}
    assert left_out["units_sold"] == "has no data"
    assert "page_followers" not in left_out


def test_without_any_history_it_says_what_to_do(home):
    done = okra()
    assert done.exit_code == 2
    assert "okra run" in done.stderr
    warehouse()
    done = okra("--period", "year")
    assert done.exit_code == 2
    assert "no KPI has a whole year" in done.stderr
    assert "--period" in done.stderr


def test_help_shows_how_it_is_used():
    done = okra("--help")
    assert "okra backtest history.csv --kind stock --period month" in " ".join(done.stdout.split())
