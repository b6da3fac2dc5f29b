"""Checks that Spark and DuckDB produce the same figures: `python -m tests.scale.engines`.

    --since DAY        start the sample company on this day (default: all its 24 months)
    --local            run Spark in one process, not as a master with two workers
    --folder FOLDER    keep both homes in this folder (default: a temporary one)

DuckDB runs the sample company. A Spark cluster (a master and two workers, separate processes on loopback) then
models the same lake with dbt's tests, and the same commands score and publish it. Every published table is compared
by rows and types. Only the columns that identify the run that wrote a row, or the time, may differ.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from pipelines.history.log import FOLDER
from tests.end_to_end.conftest import Home
from tests.scale.cluster import standalone

TODAY = "2026-11-25"
TIMEOUT = 3600.0
RUN_COLUMNS = {"runs": {"scored_at", "dagster_run_id"}, "schema_version": {"published_at"}}
"""Columns that hold the time of writing, or the Dagster run."""
CONF = """
spark.driver.host 127.0.0.1
spark.driver.bindAddress 127.0.0.1
spark.driver.memory 2g
spark.executor.memory 1g
spark.sql.shuffle.partitions 4
"""


@dataclass(frozen=True)
class Compared:
    """The comparison of one published table. `differences` is empty when both files have the same."""

    table: str
    rows: int
    differences: tuple[str, ...]


def compare(duckdb_file: Path, spark_file: Path) -> list[Compared]:
    """Compare each table that either file has."""
    with duckdb.connect() as connection:
        for name, path in (("one", duckdb_file), ("other", spark_file)):
            connection.execute(f"attach '{path}' as {name} (read_only)")
        tables = connection.execute(
            "select distinct table_name from duckdb_tables() "
            "where database_name in ('one', 'other') order by 1"
        ).fetchall()
        return [compare_table(connection, table) for (table,) in tables]


def compare_table(connection: duckdb.DuckDBPyConnection, table: str) -> Compared:
    """Compare one table: columns with types and comments, then rows as a multiset."""
    columns = [columns_of(connection, file, table) for file in ("one", "other")]
    if columns[0] != columns[1]:
        differences = set(columns[0]) ^ set(columns[1])
        return Compared(
            table, 0, tuple(f"column {difference}" for difference in sorted(map(str, differences)))
        )
    names = [
        f'"{column[0]}"' for column in columns[0] if column[0] not in RUN_COLUMNS.get(table, ())
    ]
    wanted = ", ".join(names)
    differences = tuple(
        f"only {whose}: {row}"
        for whose, wanted_in, missing_in in (("DuckDB", "one", "other"), ("Spark", "other", "one"))
        for row in connection.execute(
            f"select {wanted} from {wanted_in}.{table} except all select {wanted} from {missing_in}.{table} "
            "order by all limit 5"
        ).fetchall()
    )
    [(rows,)] = connection.execute(f"select count(*) from one.{table}").fetchall()
    return Compared(table, rows, differences)


def columns_of(
    connection: duckdb.DuckDBPyConnection, file: str, table: str
) -> Sequence[tuple[str, str, str]]:
    """Name, type and comment of each column, in order."""
    return connection.execute(
        "select column_name, data_type, comment from duckdb_columns() "
        "where database_name = $1 and table_name = $2 order by column_index",
        [file, table],
    ).fetchall()


def run_duckdb(folder: Path, company: Mapping[str, str]) -> Home:
    """Run the sample company with DuckDB, unless `folder` has that run already."""
    home = Home(folder / "duckdb", company)
    if not home.published.exists():
        timed("DuckDB, with the pull", home, "run")
    return home


def run_spark(folder: Path, company: Mapping[str, str], lake: Path, master: str) -> Home:
    """Model the same raw rows with Spark, score and publish.

    In a copy of the lake without the log of what was believed, which would bring back the other home's history.
    """
    raw = folder / "lake"
    shutil.copytree(lake, raw, ignore=lambda place, _: {FOLDER} if place == str(lake) else set())
    conf = folder / "conf"
    conf.mkdir(parents=True, exist_ok=True)
    (conf / "spark-defaults.conf").write_text(CONF)
    settings = {
        **company,
        "OKRA_LAKE": str(raw),
        "OKRA_ENGINE": "spark",
        "OKRA_SPARK_MASTER": master,
        "SPARK_CONF_DIR": str(conf),
        "SPARK_LOCAL_IP": "127.0.0.1",
    }
    home = Home(folder / "spark", settings)
    timed(f"Spark on {master}", home, "score")
    return home


def timed(what: str, home: Home, command: str) -> None:
    """Run a command and print how long it took. Exits when it fails."""
    begun = time.monotonic()
    done = home.okra(command, timeout=TIMEOUT)
    if done.code:
        sys.exit(f"{what} failed:\n{done.out}\n{done.err}")
    print(f"{what}: {time.monotonic() - begun:.0f} s", flush=True)


def spark_in(folder: Path, *, local: bool) -> AbstractContextManager[str]:
    """A master with two workers; with `local`, Spark inside the process that models."""
    return nullcontext("local[2]") if local else standalone(2, "2g", folder)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--since", type=date.fromisoformat)
    parser.add_argument("--local", action="store_true")
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    company = {"OKRA_SANDBOX_TODAY": TODAY}
    if options.since:
        company["OKRA_START_DATE"] = options.since.isoformat()
    with tempfile.TemporaryDirectory(prefix="okra-engines.") as temporary:
        folder: Path = options.folder or Path(temporary)
        by_duckdb = run_duckdb(folder, company)
        with spark_in(folder / "cluster", local=options.local) as master:
            lake = by_duckdb.path / "sample" / "lake"
            by_spark = run_spark(folder, company, lake, master)
        tables = compare(by_duckdb.published, by_spark.published)
    for table in tables:
        verdict = "DIFFERS" if table.differences else "equal"
        print(f"  {table.table:28} {table.rows:>9,} rows  {verdict}")
        for difference in table.differences:
            print(f"      {difference}")
    different = [table for table in tables if table.differences]
    if different or not tables:
        sys.exit(f"{len(different)} of {len(tables)} published tables differ")
    print(f"all {len(tables)} published tables equal")


if __name__ == "__main__":
    main()
