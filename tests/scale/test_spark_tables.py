"""A stream's table on Spark always holds exactly the committed rows, and a table of KPI days what comes of them."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.lake.catalog import write_catalog
from connectors.sdk import catalog
from pipelines.inputs.kpi_files import in_currency, read_kpis
from pipelines.warehouse.kpi_declarations import write_kpis
from tests.models.conftest import NO_SHEET_KPIS, ROOT, RowLake
from tests.projects import OKRA

VISITORS = "stg_google_analytics__visitors_by_day"
VALUES = "stg_spreadsheet__kpi_values"
OCTOBER, NOVEMBER, LATE_NOVEMBER = date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 30)
EARLY_OCTOBER = date(2026, 10, 1)

MOVEMENTS = "stg_stripe__balance_transactions"
DAYS_OF_MOVEMENTS = "okra_marts.db/fct_balance_movement_days"
KEPT_DAYS = "okra_reporting_steps.db/kept_kpi_rows"
AUCKLAND = "Pacific/Auckland"
KEPT_KPIS = {
    *("average_transaction_value", "gross_revenue", "net_revenue", "processing_fees"),
    "refunds_and_disputes",
}
LEFT_OUT = (
    *("deals_without_close_date", "fct_exchange_rates", "fct_monthly_exchange_rates"),
    *("order_lines_without_order", "sheet_kpi_days", "sheet_kpi_given_days", "sheet_plan_days"),
    *("subscription_differences", "tickets_without_solution_date"),
)
"""What the published tables can do without."""
DAYS_OF_KPIS = ("seeds", f"{MOVEMENTS}+1", "fct_balance_movement_days+1", "kept_kpi_rows")
PUBLISHED = (*DAYS_OF_KPIS, "staging.lake", "reporting")


class Spark:
    """Spark with one core in its own process, on a lake that the test fills."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lake = RowLake(folder / "lake")

    def dbt(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run dbt on Spark. `settings` by the end of their name: `timezone="UTC"`."""
        write_catalog(self.lake.lake, catalog.sources().values())
        declared = read_kpis(OKRA, NO_SHEET_KPIS).kpis.values()
        write_kpis(self.lake.lake, in_currency(declared, "USD"))
        return self.run("dbt", "--quiet", *arguments, **settings)

    def run(
        self, program: str, *arguments: str, asked: str = "", **settings: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a program of `pipelines.warehouse.spark`. `asked`: its standard input."""
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("OKRA_")},
            "OKRA_ENV_FILE": str(self.folder / "no.env"),
            "OKRA_HOME": str(self.folder),
            "OKRA_LAKE": str(self.lake.root),
            "OKRA_ENGINE": "spark",
            "OKRA_SPARK_MASTER": "local[1]",
            "OKRA_SPARK_WAREHOUSE": str(self.tables),
            "OKRA_AS_OF": "2026-12-01",
            "OKRA_KPIS": ",".join(sorted(OKRA.kpi_sql)),
            "DBT_TARGET_PATH": str(self.folder / "target"),
            "DBT_LOG_PATH": str(self.folder / "logs"),
            "SPARK_LOCAL_IP": "127.0.0.1",
            **{f"OKRA_{name.upper()}": value for name, value in settings.items()},
        }
        return subprocess.run(
            [sys.executable, "-m", f"pipelines.warehouse.spark.{program}", *arguments], input=asked,
            env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600,
        )  # fmt: skip

    def load(self, *models: str) -> None:
        """Build the models. Fails with dbt's output."""
        done = self.dbt("run", "--select", *models)
        assert done.returncode == 0, done.stdout + done.stderr

    def build(self, *models: str, lost: Iterable[str] = (), **settings: str) -> None:
        """Build the models of movements as a run does, all but those of the KPIs that are `lost` too."""
        others = {kpi for kpi in OKRA.kpi_sql if kpi not in KEPT_KPIS}
        done = self.dbt(
            *("build", "--exclude-resource-type", "test", "--select", *models),
            broken_models=",".join(LEFT_OUT),
            broken_kpis=",".join(sorted(others.union(lost))),
            **settings,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def ask(self, query: str) -> None:
        """Run a statement on Spark."""
        done = self.run("asking", asked=json.dumps({"it": query}))
        assert json.loads(done.stdout)["it"] == {"values": []}, done.stdout + done.stderr

    @property
    def tables(self) -> Path:
        """The folder of Spark's tables."""
        return self.folder / "tables"

    def rows(self, model: str, columns: str) -> list[tuple[Any, ...]]:
        """The rows in the files of a staging table."""
        files = f"{self.tables}/okra_staging.db/{model}/**/*.parquet"
        return duckdb.execute(
            f"select {columns} from read_parquet('{files}', hive_partitioning = false) order by all"
        ).fetchall()

    def files(self, model: str) -> set[Path]:
        """The files of a staging table."""
        return set((self.tables / "okra_staging.db" / model).rglob("*.parquet"))

    def published(self) -> dict[str, list[str]]:
        """The rows of each table that is copied for later steps, in order."""
        [warehouse] = self.folder.glob("*/warehouse.duckdb")
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            names = connection.execute(
                "select table_name from duckdb_tables() where schema_name = 'reporting'"
            ).fetchall()
            return {
                name: sorted(map(str, connection.table(f"reporting.{name}").fetchall()))
                for (name,) in names
            }

    def partitions(self, table: str) -> dict[str, set[Path]]:
        """The files of each partition by its name, without what it is made from."""
        partitions: dict[str, set[Path]] = {}
        for file in (self.tables / table).rglob("*.parquet"):
            name = str(file.relative_to(self.tables / table).parents[1])
            partitions.setdefault(name, set()).add(file)
        return partitions

    def sales(self, day: date, *amounts: int) -> None:
        """Commit the window of a day with sales at its noon, in cents, and a refund; without sales, an empty one."""
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        kinds = [("charge", x) for x in amounts] + [("refund", -x // 100) for x in amounts[:1]]
        rows = [
            {
                "id": f"{day} {number}",
                "created_at": noon,
                "reporting_category": kind,
                "currency": "usd",
                "amount_minor": amount,
                "fee_minor": 30,
                "net_minor": amount - 30,
            }
            for number, (kind, amount) in enumerate(kinds)
        ]
        self.lake.window("stripe", "balance_transactions", day, rows)

    def visitors(self, day: date, counts: Iterable[int]) -> None:
        """Commit the window of a day."""
        self.lake.window(
            "google_analytics",
            "visitors_by_day",
            day,
            [{"date": day, "visitors": count} for count in counts],
        )


@pytest.fixture
def spark(tmp_path: Path) -> Spark:
    return Spark(tmp_path)


def test_a_table_holds_exactly_the_committed_windows(spark: Spark) -> None:
    for day, count in ((EARLY_OCTOBER, 0), (OCTOBER, 1), (NOVEMBER, 2), (LATE_NOVEMBER, 3)):
        spark.visitors(day, [count])

    spark.load(VISITORS)

    # the windows of October share a file
    assert [*spark.lake.root.rglob("month=2026-10/*.parquet")]
    loaded = spark.rows(VISITORS, "visited_on, visitors")
    assert loaded == [(EARLY_OCTOBER, 0), (OCTOBER, 1), (NOVEMBER, 2), (LATE_NOVEMBER, 3)]
    october = {path for path in spark.files(VISITORS) if "_month=2026-10-01" in str(path)}
    assert october

    spark.visitors(NOVEMBER, [20])  # replaced
    spark.load(VISITORS)

    assert spark.rows(VISITORS, "visited_on, visitors") == [
        (EARLY_OCTOBER, 0),
        (OCTOBER, 1),
        (NOVEMBER, 20),
        (LATE_NOVEMBER, 3),
    ]
    assert october < spark.files(VISITORS), "a month in which nothing changed is not written again"

    spark.lake.remove("google_analytics", "visitors_by_day", OCTOBER)
    spark.visitors(NOVEMBER, [])  # the window is empty now
    leftover = spark.tables / "okra_staging.db" / VALUES / "part-of-a-killed-run.parquet"
    leftover.parent.mkdir()
    leftover.write_bytes(b"no table has it")
    spark.load(VISITORS, VALUES)

    assert spark.rows(VISITORS, "visited_on, visitors") == [(EARLY_OCTOBER, 0), (LATE_NOVEMBER, 3)]
    assert not leftover.exists()


def test_a_text_that_is_not_a_number_stops_the_run(spark: Spark) -> None:
    row = {"kpi": "headcount", "date": NOVEMBER, "dimensions": "{}", "value": "twelve"}
    spark.lake.window("spreadsheet", "kpi_values", NOVEMBER, [row])

    done = spark.dbt("run", "--select", VALUES)

    assert done.returncode == 1
    assert "CAST_INVALID_INPUT" in done.stdout


def changed(before: dict[str, set[Path]], after: dict[str, set[Path]]) -> set[str]:
    """The partitions that came, went or were written again."""
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def test_days_of_kpis_are_worked_out_again_in_the_months_of_changed_windows(
    spark: Spark, tmp_path: Path
) -> None:
    august, september, november = date(2026, 8, 15), date(2026, 9, 15), date(2026, 11, 10)
    for day in (august, september, OCTOBER, november):
        spark.sales(day, 1000, 2000)
    for day in (date(2026, 9, 16), NOVEMBER):
        spark.sales(day)
    spark.build(*DAYS_OF_KPIS)
    in_utc = spark.partitions(KEPT_DAYS)
    months = [f"_month=2026-{month:02}-01" for month in (8, 9, 10, 11)]
    assert in_utc.keys() == {f"kpi={kpi}/{month}" for kpi in KEPT_KPIS for month in months}

    # a setting changed: in Auckland, what was sold at noon of October's last day is of November
    spark.build(*DAYS_OF_KPIS, timezone=AUCKLAND)
    in_auckland = spark.partitions(KEPT_DAYS)
    assert changed(in_utc, in_auckland) == in_utc.keys()
    assert f"kpi=net_revenue/{months[2]}" not in in_auckland
    movements = spark.partitions(DAYS_OF_MOVEMENTS)
    assert movements.keys() == set(months)

    # the next day: a window came, one was restated, one is gone
    spark.sales(date(2026, 11, 11), 500)
    spark.sales(OCTOBER, 1000, 7000)
    spark.lake.remove("stripe", "balance_transactions", august)
    spark.build(*DAYS_OF_KPIS, timezone=AUCKLAND)
    next_day = spark.partitions(KEPT_DAYS)
    assert changed(movements, spark.partitions(DAYS_OF_MOVEMENTS)) == set(months) - {months[1]}
    assert changed(in_auckland, next_day) == {
        f"kpi={kpi}/{month}" for kpi in KEPT_KPIS for month in (months[0], months[3])
    }
    assert f"kpi=net_revenue/{months[0]}" not in next_day

    # one run was killed after it had dropped a partition, one while it wrote another; and a KPI is no longer kept
    spark.ask(
        "alter table okra_reporting_steps.kept_kpi_rows "
        "drop partition (kpi = 'net_revenue', _month = '2026-09-01')"
    )
    spark.sales(OCTOBER, 1000, 2000)
    spark.sales(date(2026, 11, 11))
    [half] = in_auckland[f"kpi=gross_revenue/{months[3]}"]
    half.parent.mkdir(parents=True)
    shutil.copy(*next_day[f"kpi=gross_revenue/{months[3]}"], half)
    spark.build(*PUBLISHED, timezone=AUCKLAND, lost=["processing_fees"])
    last = spark.partitions(KEPT_DAYS)
    kpis = KEPT_KPIS - {"processing_fees"}
    assert last.keys() == {f"kpi={kpi}/{months[n]}" for kpi in kpis for n in (1, 3)}
    assert changed(next_day, last) == {
        *(f"kpi={kpi}/{months[3]}" for kpi in KEPT_KPIS),
        *(f"kpi={kpi}/{months[1]}" for kpi in ("net_revenue", "processing_fees")),
    }

    anew = Spark(tmp_path / "anew")
    shutil.copytree(spark.lake.root, anew.lake.root)
    anew.build(*PUBLISHED, timezone=AUCKLAND, lost=["processing_fees"])
    kept = spark.published()
    assert kept == anew.published()
    assert len(kept["kpi_days"]) == 3 * len(kpis)
