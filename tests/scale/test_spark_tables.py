"""A stream's table on Spark always holds exactly the committed rows."""

import os
import subprocess
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.lake.catalog import write_catalog
from connectors.sdk import catalog
from pipelines.warehouse.kpi_declarations import write_kpis
from tests.models.conftest import ROOT, RowLake
from tests.projects import OKRA

VISITORS = "stg_google_analytics__visitors_by_day"
VALUES = "stg_spreadsheet__kpi_values"
OCTOBER, NOVEMBER, LATE_NOVEMBER = date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 30)
EARLY_OCTOBER = date(2026, 10, 1)


class Spark:
    """Spark with one core in its own process, on a lake that the test fills."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lake = RowLake(folder / "lake")

    def dbt(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run dbt on Spark."""
        write_catalog(self.lake.lake, catalog.sources().values())
        write_kpis(self.lake.lake, ())
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
        }
        return subprocess.run(
            [sys.executable, "-m", "pipelines.warehouse.spark.dbt", "--quiet", *arguments],
            env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600,
        )  # fmt: skip

    def load(self, *models: str) -> None:
        """Build the models. Fails with dbt's output."""
        done = self.dbt("run", "--select", *models)
        assert done.returncode == 0, done.stdout + done.stderr

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
