"""The Spark session in which dbt runs the models.

What the models mean must not depend on who runs Spark, so time zone, ANSI mode and how tables are written are set
here. The operator sets everything else (memory, cores, shuffles, the metastore, an object store) as with any Spark:
in `spark-defaults.conf` or `hive-site.xml` in `SPARK_CONF_DIR`.
"""

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from pipelines.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

REQUIRED_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    # a value that does not fit its type is an error and not NULL
    "spark.sql.ansi.enabled": "true",
    # "window" is a column, as everywhere else
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    # a month of a stream is replaced, the others stay
    "spark.sql.sources.partitionOverwriteMode": "dynamic",
    # timestamps that other readers of Parquet understand
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    # standard output is for dbt
    "spark.ui.showConsoleProgress": "false",
}
"""Settings that the operator cannot change."""

DEFAULT_SETTINGS = {
    "spark.ui.enabled": "false",
    # a lake has many small files: up to some thousands a stream, this process lists them faster than Spark tasks do
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "5000",
}
"""Settings that the operator can change."""

LOCAL_SETTINGS = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
"""Further defaults for a Spark inside this process, which no other machine needs to reach."""

UNITS = ("KiB", "MiB", "GiB", "TiB")
"""As DuckDB writes amounts of memory."""

SCHEMA_PREFIX = "okra_"
"""The prefix of our schemas in a metastore that others may use too."""


def open_session(settings: Settings) -> "SparkSession":
    """The session of this process, on the master that OKRA_SPARK_MASTER names."""
    from pyspark import SparkConf, SparkContext
    from pyspark.sql import SparkSession

    # spark.driver.memory in spark-defaults.conf wins over this variable
    os.environ.setdefault("SPARK_DRIVER_MEMORY", driver_memory(settings.memory))
    # SparkConf reads spark-defaults.conf only when the JVM is up
    SparkContext._ensure_initialized()
    keep_metastore_in(settings.spark_path)
    # dbt reports what failed; Spark would log both stack traces as well
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)
    conf = SparkConf().setMaster(settings.spark_master).setAppName("okra")
    local = settings.spark_master.startswith("local")
    for name, value in (DEFAULT_SETTINGS | (LOCAL_SETTINGS if local else {})).items():
        conf.setIfMissing(name, value)
    conf.set("spark.sql.warehouse.dir", settings.spark_warehouse_place)
    for name, value in REQUIRED_SETTINGS.items():
        conf.set(name, value)
    return SparkSession.builder.config(conf=conf).enableHiveSupport().getOrCreate()


def driver_memory(memory: str) -> str:
    """An amount of memory, or a share of the container's or machine's, as Java's options write it."""
    with duckdb.connect(config={"memory_limit": memory}) as connection:
        [(limit,)] = connection.execute(
            "select memory_limit from pragma_database_size()"
        ).fetchall()
    number, unit = limit.split()
    return f"{int(float(number) * 1024 ** (UNITS.index(unit) - UNITS.index('MiB')))}m"


def keep_metastore_in(folder: Path) -> None:
    """Put Derby's files into `folder`. Derby is the metastore unless `hive-site.xml` names another."""
    from pyspark import SparkContext

    folder.mkdir(parents=True, exist_ok=True)
    jvm = SparkContext._jvm
    assert jvm is not None, "the JVM is up"
    jvm.java.lang.System.setProperty("derby.system.home", str(folder))


def remove_leftovers(spark: "SparkSession") -> None:
    """Remove folders of our schemas that no table has. A killed run left them; where one is, Spark makes no table."""
    java = spark.sparkContext._jvm
    assert java is not None, "a session has a JVM"
    settings = spark.sparkContext._jsc.hadoopConfiguration()
    for schema in spark.catalog.listDatabases(f"{SCHEMA_PREFIX}*"):
        folder = java.org.apache.hadoop.fs.Path(schema.locationUri)
        file_system = folder.getFileSystem(settings)
        tables = {table.name for table in spark.catalog.listTables(schema.name)}
        for entry in file_system.listStatus(folder) if file_system.exists(folder) else ():
            if entry.getPath().getName() not in tables:
                file_system.delete(entry.getPath(), True)
