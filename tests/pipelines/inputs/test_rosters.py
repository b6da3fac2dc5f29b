"""The rosters that KPIs declare: what may be declared, and what of it reaches scoring."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.inputs.declarations import KpiDefinitionError
from pipelines.inputs.facts import read_facts, roster_row_faults
from pipelines.inputs.kpi_files import read_kpi
from pipelines.inputs.sheet_kpis import read_sheet_kpis
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.roster import Stay
from tests.projects import OKRA

DEALS = Kpi("deals", "flow", dimensions=("rep", "team"), rosters=(("rep", "roster_reps"),))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of KPIs, beside one of rosters that has `roster_reps`."""
    for name in ("kpis", "rosters"):
        (tmp_path / name).mkdir()
    (tmp_path / "rosters" / "roster_reps.sql").write_text("select 1")
    (tmp_path / "kpis" / "kpi_deals.sql").write_text("select 1")
    return tmp_path / "kpis"


def declared(folder: Path, rosters: str) -> Kpi:
    lines = ("kind: flow", "unit: deals", "direction: up", "owner: a@example.com")
    below = "".join(f"          {line}\n" for line in (*lines, "dimensions: [rep]", rosters))
    head = "models:\n  - name: kpi_deals\n    config:\n      meta:\n        kpi:\n"
    (folder / "kpi_deals.yml").write_text(head + below)
    return read_kpi(folder / "kpi_deals.sql", rosters=["roster_reps"])


def test_a_dimension_can_have_a_roster(folder: Path) -> None:
    assert declared(folder, "rosters: {rep: roster_reps}").rosters == (("rep", "roster_reps"),)


@pytest.mark.parametrize(("rosters", "told"), [
    ("{rap: roster_reps}", "a roster of `rap`, which is no dimension of it; did you mean `rep`?"),
    ("{rep: roster_rep}", "there is no roster `roster_rep`; did you mean `roster_reps`?"),
    ("{rep: people}", "there is no roster `people`; write models/rosters/people.sql"),
    ("{rep: 'drop table'}", "`drop table` is no name of a model"),
    ("roster_reps", "`rosters` is `roster_reps`, not"),
])  # fmt: skip
def test_a_roster_that_cannot_be_right_is_refused(folder: Path, rosters: str, told: str) -> None:
    with pytest.raises(KpiDefinitionError, match=r"kpi_deals.yml:\d+: ") as refused:
        declared(folder, f"rosters: {rosters}")
    assert told in str(refused.value)


def test_a_kpi_of_a_sheet_can_have_one_that_exists(tmp_path: Path) -> None:
    path = tmp_path / "sheet_kpis.yml"
    lines = (
        "kind: flow\n  unit: calls\n  direction: up\n  owner: a@example.com\n  dimensions: [rep]"
    )
    path.write_text(f"calls:\n  {lines}\n  rosters: {{rep: roster_sales_reps}}\n")
    assert read_sheet_kpis(path, "s.yml", rosters=OKRA.rosters).kpis["calls"].rosters == (
        ("rep", "roster_sales_reps"),
    )
    path.write_text(f"calls:\n  {lines}\n  rosters: {{rep: roster_sale_reps}}\n")
    assert [
        str(fault) for fault in read_sheet_kpis(path, "s.yml", rosters=OKRA.rosters).faults
    ] == [
        "s.yml:7: `calls`: there is no roster `roster_sale_reps`; did you mean `roster_sales_reps`?"
    ]


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """KPI tables without a row, and no roster yet."""
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("""
            create schema reporting;
            create table reporting.kpi_days (
                kpi varchar, day date, dimensions map(varchar, varchar), value decimal(38, 6),
                numerator decimal(38, 6), denominator decimal(38, 6), own_value decimal(38, 6),
                own_numerator decimal(38, 6), own_denominator decimal(38, 6), rate decimal(38, 6)
            );
            create table reporting.kpi_coverage (kpi varchar, day date, delivered boolean, flags varchar[]);
            create table reporting.kpi_distinct (
                kpi varchar, period varchar, period_start date, dimension varchar, member varchar,
                value decimal(38, 6), data_through date
            );
            create table reporting.kpis (kpi varchar, data_through date, standing_flags varchar[]);
        """)
    return path


def with_roster(warehouse: Path, *rows: str) -> Path:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "create table reporting.roster_reps (member varchar, first_day date, last_day date)"
        )
        for row in rows:
            connection.execute(f"insert into reporting.roster_reps values ({row})")
    return warehouse


def test_the_days_of_each_member_reach_scoring(warehouse: Path) -> None:
    with_roster(warehouse, "'kim', '2026-01-01', null", "'ada', null, '2026-06-30'")
    facts = read_facts(warehouse, {"deals": DEALS})["deals"]
    assert facts.rosters == {
        "rep": [Stay("ada", None, date(2026, 6, 30)), Stay("kim", date(2026, 1, 1))]
    }
    assert not facts.standing_flags


def test_a_row_without_a_member_is_nobody(warehouse: Path) -> None:
    with_roster(warehouse, "'kim', null, null", "null, '2026-01-01', null")
    assert read_facts(warehouse, {"deals": DEALS})["deals"].rosters == {"rep": [Stay("kim")]}


@pytest.mark.parametrize("rows", [None, ()])
def test_a_roster_that_is_missing_or_empty_is_told_and_nobody_is_dropped(
    warehouse: Path, rows: tuple[str, ...] | None
) -> None:
    if rows is not None:
        with_roster(warehouse, *rows)
    facts = read_facts(warehouse, {"deals": DEALS})["deals"]
    assert not facts.rosters
    assert facts.standing_flags == {"no_roster:rep"}


def test_a_roster_whose_days_are_no_days_is_told_and_nobody_is_dropped(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "create table reporting.roster_reps as select 'kim' as member, 'never' as first_day, null as last_day"
        )
        [(model, said)] = roster_row_faults(connection, [DEALS])
    assert model == "roster_reps"
    assert "invalid date" in said
    facts = read_facts(warehouse, {"deals": DEALS})["deals"]
    assert not facts.rosters
    assert facts.standing_flags == {"no_roster:rep"}


def test_a_roster_without_a_column_is_told_and_nobody_is_dropped(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create table reporting.roster_reps as select 'kim' as member")
        [(_, said)] = roster_row_faults(connection, [DEALS])
    assert "first_day" in said
    assert read_facts(warehouse, {"deals": DEALS})["deals"].standing_flags == {"no_roster:rep"}


def test_days_that_are_written_as_texts_are_days(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "create table reporting.roster_reps as "
            "select 7 as member, '2026-01-01' as first_day, cast(null as timestamp) as last_day"
        )
        assert list(roster_row_faults(connection, [DEALS])) == []
    facts = read_facts(warehouse, {"deals": DEALS})["deals"]
    assert facts.rosters == {"rep": [Stay("7", date(2026, 1, 1))]}


def test_a_stay_that_ends_before_it_begins_is_a_fault(warehouse: Path) -> None:
    row = "'kim', '2026-03-01', '2026-02-01'"
    with_roster(warehouse, row, "'ada', '2026-03-01', '2026-03-01'")
    with duckdb.connect(str(warehouse)) as connection:
        faults = list(roster_row_faults(connection, [DEALS]))
    assert faults == [("roster_reps", "rows with a last day before the first: 1")]
