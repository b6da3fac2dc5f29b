"""Ten sources, a bad row in every stream, one source away, a KPI that does not compile, an OKR file that is broken."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from connectors.sdk import catalog
from pipelines.settings import BUILT_IN, Settings
from tests.company import play
from tests.end_to_end.conftest import TODAY, Done, Home
from tests.end_to_end.disturbed_run import AWAY
from tests.end_to_end.test_broken_definitions import BROKEN, SOUND
from tests.limits import HANG_SECONDS

FIRST_DAY = date(2026, 10, 30)
"""A Friday: on a weekend there would be no exchange rates yet, which is a finding too."""
BROKEN_KPI = "calls_made"
OF_THE_SHOP = {
    *("average_order_value", "customer_lifetime_value", "customer_sales"),
    *("units_sold", "units_shipped"),
}
"""The KPIs of the database that is away."""
CHECKOUT = ("connectors", "pipelines", "models", "macros", "tests/models", "tests/end_to_end")
FILES = ("dbt_project.yml", "profiles.yml", "dagster.yaml", "pyproject.toml")
PERIODS = "select kpi, period, period_start, dimension, member, value, status from kpi_periods"


@pytest.fixture
def undisturbed(tmp_path: Path, parsed: Path) -> Path:
    """What is published where nothing is wrong."""
    settings = Settings(
        _env_file=None,
        home=tmp_path / "undisturbed",
        sandbox_today=TODAY,
        start_date=FIRST_DAY,
        sandbox_limits=False,
    )
    play(settings, TODAY, parsed)
    return settings.published_path


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the project in which the SQL of a KPI has a typo."""
    copy = tmp_path / "checkout"
    for name in CHECKOUT:
        shutil.copytree(BUILT_IN / name, copy / name)
    for name in FILES:
        shutil.copy(BUILT_IN / name, copy / name)
    sql = copy / "models" / "kpis" / f"kpi_{BROKEN_KPI}.sql"
    sql.write_text(sql.read_text("utf-8").replace('ref("fct_calls")', 'ref("fct_cals")'), "utf-8")
    return copy


def disturbed(home: Home, checkout: Path) -> Done:
    done = subprocess.run(
        [sys.executable, "-P", str(checkout / "tests/end_to_end/disturbed_run.py"), "run"],
        env={**home.environment, "PYTHONPATH": str(checkout)},
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
        timeout=HANG_SECONDS,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.mark.large
def test_every_fault_is_told_once_and_takes_nothing_else_down(
    undisturbed: Path, checkout: Path, new_home: Callable[..., Home], tmp_path: Path
) -> None:
    okrs = tmp_path / "okrs"
    okrs.mkdir()
    (okrs / "a-sound.yml").write_text(
        SOUND.replace("units_sold", "sessions").replace("    where: {product: widget}\n", "")
    )
    (okrs / "broken.yml").write_text(BROKEN["without a deadline"][0])
    home = new_home(
        OKRA_SANDBOX_TODAY=TODAY.isoformat(),
        OKRA_START_DATE=FIRST_DAY.isoformat(),
        OKRA_OKR_DEFINITIONS=str(okrs),
    )
    done = disturbed(home, checkout)
    assert done.code == 1, done.err

    with_bad_row = {
        (source.name, stream.name)
        for source in catalog.sources().values()
        if source.name != AWAY and source.has_figures
        for stream in source.streams
    } - {("spreadsheet", "kpi_plans")}  # the sample company keeps no plan
    told = home.rows("select what, source, stream, rows, is_set_aside, is_fault from findings")
    assert f"{len(told)} findings" in done.err
    # the history begins on a Sunday, of which there are no exchange rates
    faults = [row for row in told if row[0] != "no_exchange_rate"]
    aside = [(source, stream) for _, source, stream, _, is_aside, _ in faults if is_aside]
    assert sorted(aside) == sorted(with_bad_row)
    assert {rows for _, _, _, rows, is_aside, _ in faults if is_aside} == {1}
    others = sorted(what for what, _, _, _, is_aside, _ in faults if not is_aside)
    assert others == ["broken_okr", "does_not_parse", "pull_failed"]
    assert all(is_fault for *_, is_fault in faults)

    [(place, message, kpis)] = home.rows(
        "select place, message, kpis from findings where what = 'does_not_parse'"
    )
    assert place == f"models/kpis/kpi_{BROKEN_KPI}.sql:2"
    assert "depends on a node named 'fct_cals' which was not found" in message
    assert kpis == [BROKEN_KPI]
    [(shop,)] = home.rows("select kpis from findings where what = 'pull_failed'")
    assert set(shop) == OF_THE_SHOP

    left_out = {BROKEN_KPI, *OF_THE_SHOP}
    with duckdb.connect(str(undisturbed), read_only=True) as connection:
        before = [row for row in connection.execute(PERIODS).fetchall() if row[0] not in left_out]
    after = [row for row in home.rows(PERIODS) if row[0] not in left_out]
    # a window with a finding does not settle, so its figures are not final; they are the same
    assert sorted(row[:-1] for row in after) == sorted(row[:-1] for row in before)
    assert len({row[0] for row in after}) > 15
    assert home.rows("select kpi from kpis where trust like '%model_failed%'") == [(BROKEN_KPI,)]
    assert home.rows("select distinct objective_id from objective_scores") == [("sound",)]
