"""What is kept from run to run equals what is worked out from nothing, whatever happened to the lake in between.

HISTORIES=500 plays so many random histories instead of a few.
"""

import os
import shutil
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

import pytest

FIRST = date(2026, 1, 28)
HISTORIES = int(os.environ.get("HISTORIES", "2"))
MOVEMENTS, TICKETS = "balance_transactions", "tickets"
STREAMS = {"stripe": MOVEMENTS, "stripe@us": MOVEMENTS, "zendesk": TICKETS}
"""By account: movements never change, and of tickets the newest version counts."""
STREAM = "stg_stripe__balance_transactions"
SELECTED = ("--select", "staging.lake+", "calendar+", f"{STREAM}+", "base_zendesk__tickets+")
ZONES = ("UTC", "America/New_York", "Pacific/Auckland")


def movements(random: Random, instance: str, day: date) -> list[dict[str, Any]]:
    """Up to four movements of a day, at any time of it."""
    return [
        {
            "id": f"{instance} {day} {random.randrange(10**9)}",
            "created_at": datetime.combine(day, time(random.randrange(24), 30), UTC),
            "reporting_category": random.choice(["charge", "refund", "fee", "payout"]),
            "currency": random.choice(["usd", "eur"]),
            "amount_minor": (amount := random.randrange(-5_000, 50_000)),
            "fee_minor": 30,
            "net_minor": amount - 30,
        }
        for _ in range(random.randrange(5))
    ]


def tickets(random: Random, day: date) -> list[dict[str, Any]]:
    """Some tickets as they changed on a day: opened, solved, opened again or deleted, most of them known before."""
    changed = random.sample(range(12), random.randrange(6))
    moments = [datetime.combine(day, time(random.randrange(24), 30), UTC) for _ in changed]
    return [
        {
            "id": str(number),
            "created_at": datetime.combine(FIRST + timedelta(days=2 * number), time(9), UTC),
            "updated_at": moment,
            "generated_at": moment,
            "status": random.choice(["new", "open", "solved", "solved", "closed", "deleted"]),
            "channel": random.choice(["email", "web"]),
            "solved_at": moment if random.random() < 0.7 else None,
            "has_merge_tag": random.random() < 0.2,
            "follow_up_of": str(random.randrange(12)) if random.random() < 0.2 else None,
            "first_reply_minutes": random.choice([None, 10, 600]),
        }
        for number, moment in zip(changed, moments, strict=True)
    ]


class History:
    """A lake that changes as lakes do, and a warehouse that follows it from run to run."""

    def __init__(self, seed: int, warehouse: Any) -> None:
        self.random, self.warehouse = Random(seed), warehouse
        self.last = FIRST
        self.committed: set[tuple[str, date]] = set()
        self.settings: dict[str, str] = {"timezone": "UTC", "macros": ""}

    def play(self) -> None:
        """Some runs, each after a few changes. Now and then one breaks off after it has read the lake."""
        self.last += timedelta(days=5)
        for instance in STREAMS:
            self.pull_from(instance)
        for _ in range(self.random.randrange(3, 6)):
            self.last += timedelta(days=self.random.choice([1, 1, 1, 2, 40]))
            for _ in range(self.random.randrange(1, 6)):
                self.change()
            if self.random.random() < 0.3:
                self.build(self.warehouse, "--select", STREAM)
                self.change()
            self.build(self.warehouse, *SELECTED)

    def build(self, warehouse: Any, *arguments: str) -> None:
        only = ("--exclude-resource-type", "test")
        warehouse.build(self.last + timedelta(days=1), *arguments, *only, **self.settings)

    def change(self) -> None:
        kinds = [self.pull, self.pull, self.pull, self.restate, self.remove, self.set_otherwise]
        self.random.choice(kinds)()

    def pull(self) -> None:
        self.pull_from(self.random.choice(sorted(STREAMS)))

    def pull_from(self, instance: str) -> None:
        """The days of an account that came since, with a gap here and there."""
        for number in range((self.last - FIRST).days + 1):
            day = FIRST + timedelta(days=number)
            if (instance, day) not in self.committed and self.random.random() < 0.8:
                self.write(instance, day)

    def restate(self) -> None:
        if self.committed:
            self.write(*self.random.choice(sorted(self.committed)))

    def remove(self) -> None:
        if self.committed:
            instance, day = self.random.choice(sorted(self.committed))
            self.warehouse.lake.remove(instance, STREAMS[instance], day)
            self.committed.remove((instance, day))

    def set_otherwise(self) -> None:
        """Another zone, or another text of the macros."""
        if self.random.random() < 0.3:
            self.settings["timezone"] = self.random.choice(ZONES)
        elif self.random.random() < 0.3:
            self.settings["macros"] = str(self.random.random())

    def write(self, instance: str, day: date) -> None:
        stream = STREAMS[instance]
        of_day = {
            MOVEMENTS: lambda: movements(self.random, instance, day),
            TICKETS: lambda: tickets(self.random, day),
        }
        rows, settled = of_day[stream](), self.random.random() < 0.7
        self.warehouse.lake.window(instance, stream, day, rows, settled=settled)
        self.committed.add((instance, day))


def built_history(seed: int, warehouse: Any, empty: Any, *, days: int) -> History:
    """The history of one account over so many days, after its first run."""
    shutil.copy(empty.path, warehouse.path)
    history = History(seed, warehouse)
    for number in range(days):
        history.write("stripe", FIRST + timedelta(days=number))
    history.last = FIRST + timedelta(days=days)
    history.build(warehouse, *SELECTED)
    return history


def tables(warehouse: Any) -> dict[str, list[str]]:
    """The rows of each table of the streams and below them, in order."""
    names = warehouse.column(
        "select table_schema || '.' || table_name from information_schema.tables where "
        "table_schema in ('reporting', 'reporting_steps') or table_name like '%balance%movement%' "
        f"or table_name like '%ticket%' or table_name = '{STREAM}'"
    )
    return {
        name: sorted(
            map(str, warehouse.rows(f"select columns(lambda c: c <> '_loaded_by') from {name}"))
        )
        for name in names
    }


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_kept_rows_equal_those_worked_out_from_nothing(seed, warehouse_in, empty) -> None:
    kept, from_nothing = warehouse_in(f"kept{seed}"), warehouse_in(f"anew{seed}")
    shutil.copy(empty.path, kept.path)
    history = History(seed, kept)
    history.play()
    shutil.copy(empty.path, from_nothing.path)
    from_nothing.lake.root.parent.mkdir(exist_ok=True)
    shutil.copytree(kept.lake.root, from_nothing.lake.root, dirs_exist_ok=True)
    history.build(from_nothing, *SELECTED)
    kept_tables, tables_anew = tables(kept), tables(from_nothing)
    assert kept_tables.keys() == tables_anew.keys()
    differing = [name for name, rows in kept_tables.items() if rows != tables_anew[name]]
    assert differing == []
    # all tickets of a short history may have been deleted
    assert any(kept_tables[f"marts.fct_{name}"] for name in ("balance_movements", "tickets"))


def test_a_day_whose_window_stays_is_not_worked_out_again(warehouse_in, empty) -> None:
    warehouse = warehouse_in("one_day_more")
    history = built_history(0, warehouse, empty, days=20)
    # behind dbt's back, so that it shows which days are worked out again
    warehouse.alter("update reporting_steps.kept_kpi_rows set value = 0, numerator = 0")
    warehouse.alter("update marts.fct_balance_movement_days set currency = 'XXX'")
    history.write("stripe", FIRST + timedelta(days=20))
    history.build(warehouse, *SELECTED)
    changed = warehouse.column(
        "select distinct day from reporting_steps.kept_kpi_rows where value <> 0 order by 1"
    )
    # a day of the source is a day of the business, give or take one: zones lie up to 26 hours apart
    assert changed
    assert set(changed) <= {FIRST + timedelta(days=n) for n in range(18, 23)}
    taken = warehouse.column(
        "select distinct _window from marts.fct_balance_movement_days where currency <> 'XXX'"
    )
    assert set(taken) == {FIRST + timedelta(days=20)}


def test_a_period_whose_days_stay_is_not_worked_out_again(warehouse_in, empty) -> None:
    warehouse = warehouse_in("periods")
    history = built_history(0, warehouse, empty, days=33)
    # behind dbt's back, so that it shows which periods are worked out again
    warehouse.alter("update reporting.kpi_periods set value = 0, status = 'complete'")
    history.write("stripe", FIRST + timedelta(days=33))
    history.last += timedelta(days=1)
    history.build(warehouse, *SELECTED)
    zero = "kpi = 'processing_fees' and dimension = 'total' and value = 0"
    assert warehouse.column(f"select count(*) from reporting.kpi_periods where {zero}")[0] > 30
    # the day, its week and month, the quarter and the year, and no others
    added = FIRST + timedelta(days=33)
    due = warehouse.rows(
        "select distinct period, period_start from reporting.kpi_periods "
        "where kpi = 'processing_fees' and value <> 0"
    )
    assert {period for period, _ in due} == {"day", "week", "month", "quarter", "half", "year"}
    assert all(start <= added for _, start in due)
    of_days = [start for period, start in due if period == "day"]
    assert min(of_days) >= added - timedelta(days=3)


def test_tables_of_an_earlier_version_are_made_again(warehouse_in, empty) -> None:
    warehouse = warehouse_in("earlier_version")
    history = built_history(1, warehouse, empty, days=5)
    before = tables(warehouse)
    # rows were copied once, and a mart had no windows
    for place in (f"staging.{STREAM}", "marts.fct_balance_movements"):
        warehouse.alter(f"create table copied as select * from {place} limit 1")
        warehouse.alter(f"drop view {place}")
        warehouse.alter(f"create table {place} as from copied")
        warehouse.alter("drop table copied")
    warehouse.alter("alter table marts.fct_balance_movement_days drop column _window")
    warehouse.alter("alter table marts.fct_balance_movement_days drop column _loaded_by")
    warehouse.alter(
        "delete from lake_state.taken_windows where taken_by = 'fct_balance_movement_days'"
    )
    history.build(warehouse, *SELECTED)
    assert len(before["marts.fct_balance_movements"]) > 1
    assert tables(warehouse) == before


def test_rows_that_move_to_another_file_are_still_read(warehouse_in, empty) -> None:
    warehouse = warehouse_in("compacted")
    history = built_history(3, warehouse, empty, days=33)
    before = tables(warehouse)[f"staging.{STREAM}"]
    lake = warehouse.lake.lake
    lake.compact(lake.survey())
    committed = lake.manifests("stripe", "balance_transactions").values()
    places = {place for manifest in committed for place in manifest.files}
    folder = warehouse.lake.root / "raw/stripe/balance_transactions"
    left = [x for x in folder.glob("*=*/*.parquet") if str(x.relative_to(folder)) not in places]
    assert len(left) > 0
    for file in left:
        file.unlink()
    history.build(warehouse, *SELECTED)
    assert len(before) > 0
    assert tables(warehouse)[f"staging.{STREAM}"] == before


def test_a_build_of_everything_works_all_days_out_again(warehouse_in, empty) -> None:
    warehouse = warehouse_in("everything")
    history = built_history(2, warehouse, empty, days=5)
    before = tables(warehouse)
    warehouse.alter("update reporting_steps.kept_kpi_rows set value = 0, numerator = 0")
    history.settings["scope"] = "everything"
    history.build(warehouse, *SELECTED)
    assert tables(warehouse) == before


def test_a_build_of_everything_gives_kept_tables_the_declared_columns_alone(
    warehouse_in, empty
) -> None:
    warehouse = warehouse_in("columns")
    history = built_history(2, warehouse, empty, days=5)
    before = tables(warehouse)
    # as a version would leave them that had a column which is no longer declared, and lacked one that is
    for table in ("reporting.kpi_periods", "reporting_steps.kept_kpi_rows"):
        warehouse.alter(f"alter table {table} add column gone integer")
        warehouse.alter(f"alter table {table} drop column numerator")
    history.settings["scope"] = "everything"
    history.build(warehouse, *SELECTED)
    assert tables(warehouse) == before
