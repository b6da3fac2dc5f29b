"""Staging holds what is committed in the lake, however it came there."""

import re
import shutil
from datetime import UTC, date, datetime

import pytest

AS_OF = date(2026, 2, 1)
FIRST, SECOND, THIRD, FOURTH = (date(2026, 1, day) for day in (1, 2, 3, 4))


def sale(name: str, day: date, cents: int) -> dict[str, object]:
    """A movement of a balance at noon of a day."""
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return {"id": name, "created_at": at, "currency": "usd", "amount_minor": cents}


def order(name: str, status: str, day: date) -> dict[str, object]:
    """A version of an order, written at noon of a day."""
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return {"order_id": name, "status": status, "updated_at": at}


def likes(day: date, number: int) -> dict[str, object]:
    """A snapshot of a page."""
    return {"date": day, "page_id": "page", "likes": number, "followers": number}


def fill_at_first(lake) -> None:
    """Three days, as they are pulled first."""
    for day in (FIRST, SECOND, THIRD):
        rows = [sale(f"kept {day}", day, 100), sale(f"changed {day}", day, 200)]
        rows.append(sale(f"vanished {day}", day, 300))
        lake.window("stripe", "balance_transactions", day, rows)
        lake.window("facebook_pages", "page_snapshot", day, [likes(day, 1_000)])
    lake.window("sql_database", "orders", FIRST, [order("A", "placed", FIRST)])
    lake.window("sql_database", "orders", SECOND, [order("A", "cancelled", SECOND)])


def restate(lake) -> None:
    """What a later pull finds: a window replaced, one empty, two gone, one new."""
    rows = [sale(f"kept {SECOND}", SECOND, 100), sale(f"changed {SECOND}", SECOND, 999)]
    lake.window("stripe", "balance_transactions", SECOND, rows)
    lake.window("stripe", "balance_transactions", THIRD)
    lake.window("stripe", "balance_transactions", FOURTH, [sale("new", FOURTH, 400)])
    lake.remove("sql_database", "orders", SECOND)
    lake.window("facebook_pages", "page_snapshot", THIRD, [likes(THIRD, 2_000)])


def build(warehouse) -> None:
    """Run the staging models that read these windows."""
    sources = ("lake", "stripe", "sql_database", "facebook_pages")
    selected = [f"staging.{source}" for source in sources]
    warehouse.build(AS_OF, "--select", *selected, "--exclude", "test_type:data")


@pytest.fixture(scope="session")
def restated(built):
    """A warehouse that was built before and after the lake changed, and tampered with in between."""

    def make(warehouse) -> None:
        fill_at_first(warehouse.lake)
        build(warehouse)
        warehouse.alter(
            f"update staging.stg_facebook_pages__page_snapshot set likes = 7 where _window < '{THIRD}'"
        )
        restate(warehouse.lake)
        build(warehouse)

    return built("restated", make)


@pytest.fixture(scope="session")
def from_scratch(built):
    """A warehouse that was only built after the lake changed."""

    def make(warehouse) -> None:
        fill_at_first(warehouse.lake)
        restate(warehouse.lake)
        build(warehouse)

    return built("from_scratch", make)


TABLES = (
    "stg_stripe__balance_transactions",
    "base_sql_database__orders",
    "stg_sql_database__orders",
    "stg_lake__windows",
)


@pytest.mark.parametrize("table", TABLES)
def test_a_changed_lake_gives_the_tables_that_a_build_from_scratch_gives(
    restated, from_scratch, table
) -> None:
    assert shown(restated, table) == shown(from_scratch, table) != []


def shown(warehouse, table: str) -> list[str]:
    """The rows, but for what each lake has its own of: the second half of a file's name."""
    rows = warehouse.rows(f"select * from staging.{table}")
    return sorted(
        re.sub(r"(/[0-9a-f]{20})-[0-9a-f]{8}\.parquet", r"\1.parquet", str(row)) for row in rows
    )


def test_what_a_replaced_or_removed_window_no_longer_holds_is_gone(restated) -> None:
    rows = restated.rows(
        "select movement_id, amount_minor from staging.stg_stripe__balance_transactions"
    )
    assert dict(rows) == {
        f"kept {FIRST}": 100,
        f"changed {FIRST}": 200,
        f"vanished {FIRST}": 300,
        f"kept {SECOND}": 100,
        f"changed {SECOND}": 999,
        "new": 400,
    }
    assert len(rows) == 6
    # the cancellation was in the window that is gone
    assert restated.rows("select order_id, status from staging.stg_sql_database__orders") == [
        ("A", "placed")
    ]


def test_a_file_that_is_loaded_is_not_loaded_again(restated) -> None:
    rows = restated.rows(
        "select snapshot_on, likes from staging.stg_facebook_pages__page_snapshot order by 1"
    )
    # the first two were changed behind dbt's back and their files are still committed; the third was replaced
    assert rows == [(FIRST, 7), (SECOND, 7), (THIRD, 2_000)]


@pytest.fixture
def project(tmp_path, pytestconfig):
    """The dbt project once more, to be changed."""
    for name in ("models", "macros"):
        shutil.copytree(pytestconfig.rootpath / name, tmp_path / name)
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(pytestconfig.rootpath / name, tmp_path)
    return tmp_path


def test_a_model_that_has_changed_loads_all_files_again(restated, project, tmp_path) -> None:
    name = "stg_facebook_pages__page_snapshot"
    model = project / f"models/staging/facebook_pages/{name}.sql"
    model.write_text(model.read_text().replace("likes,", "likes, likes + 1 as and_mine,", 1))
    warehouse = restated.copy_to(tmp_path)
    warehouse.build(AS_OF, "--select", name, project=project)
    rows = warehouse.rows(f"select snapshot_on, likes, and_mine from staging.{name} order by 1")
    assert rows == [(FIRST, 1_000, 1_001), (SECOND, 1_000, 1_001), (THIRD, 2_000, 2_001)]


@pytest.mark.parametrize(
    ("windows", "fails"),
    [
        ({FIRST: ["twice", "a"], SECOND: ["twice", "b"]}, True),
        ({FIRST: ["a", "b"], SECOND: ["c", "d"]}, False),
    ],
)
def test_a_movement_of_two_windows_fails(warehouse_in, windows, fails) -> None:
    warehouse = warehouse_in(f"ids_{fails}")
    for day, ids in windows.items():
        rows = [sale("", day, 100) | {"id": name} for name in ids]
        warehouse.lake.window("stripe", "balance_transactions", day, rows)
    selected = ["stg_stripe__balance_transactions", "--indirect-selection", "cautious"]
    output = warehouse.run(AS_OF, "build", "--select", *selected).stdout
    assert ("Failure in test primary_key_stg_stripe__balance_transactions" in output) == fails


def test_rows_of_a_lake_in_a_bucket_are_copied(warehouse_in, project) -> None:
    warehouse = warehouse_in("copied")
    name = "stg_stripe__balance_transactions"
    for day in (FIRST, SECOND, THIRD):
        warehouse.lake.window("stripe", "balance_transactions", day, [sale(str(day), day, 100)])
        only = ("--exclude-resource-type", "test")
        # another project, so that dbt asks for the variable again
        warehouse.build(AS_OF, "--select", name, *only, project=project, lake_in_bucket="1")
    assert warehouse.rows(
        f"select table_type from information_schema.tables where table_name = '{name}'"
    ) == [("BASE TABLE",)]
    assert warehouse.rows(f"select movement_id from staging.{name} order by 1") == [
        (str(FIRST),),
        (str(SECOND),),
        (str(THIRD),),
    ]
