"""The Spark session in which dbt runs the models.

What the models mean must not depend on who runs Spark: time zone, strictness and how tables are written are set
here. How large it runs (memory, cores, shuffles, the metastore, an object store) is the operator's, who says so in
`spark-defaults.conf` or `hive-site.xml` in `SPARK_CONF_DIR`, as with any Spark.
"""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

MEANING = {
    "spark.sql.session.timeZone": "UTC",
    # what does not fit or is no number is an error and not NULL
    "spark.sql.ansi.enabled": "true",
    # "window" is a column, as everywhere else
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    # a month of a stream is replaced, the others stay
    "spark.sql.sources.partitionOverwriteMode": "dynamic",
    # moments that other readers of Parquet understand
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    # standard output is for dbt
    "spark.ui.showConsoleProgress": "false",
}
"""What the operator cannot change."""

UNLESS_SAID = {
    "spark.ui.enabled": "false",
    # a lake has many small files, which this process finds faster than tasks of Spark's do, up to thousands a stream
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "5000",
}
"""What holds unless the operator says otherwise."""

LOOPBACK = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
"""The same for a Spark that is this process alone: nobody else need reach it."""


OURS = "okra_"
"""What the names of our schemas begin with."""


def open_session(settings: Settings) -> "SparkSession":
    """The session of this process, on the master that OKRA_SPARK_MASTER names."""
    from pyspark import SparkConf, SparkContext
    from pyspark.sql import SparkSession

    # the Java side is up before the settings are read, so that those of spark-defaults.conf are among them
    SparkContext._ensure_initialized()
    keep_metastore_in(settings.spark_path)
    # dbt says what failed; Spark's own log of it has the whole of both stacks
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)
    conf = SparkConf().setMaster(settings.spark_master).setAppName("okra")
    local = settings.spark_master.startswith("local")
    for name, value in (UNLESS_SAID | (LOOPBACK if local else {})).items():
        conf.setIfMissing(name, value)
    conf.set("spark.sql.warehouse.dir", settings.spark_warehouse_place)
    for name, value in MEANING.items():
        conf.set(name, value)
    return SparkSession.builder.config(conf=conf).enableHiveSupport().getOrCreate()


def keep_metastore_in(folder: Path) -> None:
    """Have Derby, which keeps the list of tables where no `hive-site.xml` names another metastore, work in `folder`."""
    from pyspark import SparkContext

    folder.mkdir(parents=True, exist_ok=True)
    jvm = SparkContext._jvm
    assert jvm is not None, "the Java side was started before"
    jvm.java.lang.System.setProperty("derby.system.home", str(folder))


def remove_leftovers(spark: "SparkSession") -> None:
    """Remove what a killed run left in our schemas: folders that no table has. Spark makes no table in such a one."""
    java = spark.sparkContext._jvm
    assert java is not None, "a session has its Java side"
    settings = spark.sparkContext._jsc.hadoopConfiguration()
    for schema in spark.catalog.listDatabases(f"{OURS}*"):
        place = java.org.apache.hadoop.fs.Path(schema.locationUri)
        files = place.getFileSystem(settings)
        tables = {table.name for table in spark.catalog.listTables(schema.name)}
        for found in files.listStatus(place) if files.exists(place) else ():
            if found.getPath().getName() not in tables:
                files.delete(found.getPath(), True)
