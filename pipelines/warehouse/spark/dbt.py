"""dbt on Spark: in a process that has a session with the lake in it, and that carries the published tables back.

`python -m pipelines.warehouse.spark.dbt build` takes the arguments of `dbt`, and ends with its exit code.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from connectors.sdk import catalog
from pipelines import settings as okra_settings
from pipelines.errors import OkraError
from pipelines.settings import ROOT
from pipelines.warehouse.spark.carrying import carry, published_models, rows_of
from pipelines.warehouse.spark.lake_views import register
from pipelines.warehouse.spark.requirements import require_spark
from pipelines.warehouse.spark.session import open_session, remove_leftovers

WITHOUT_TABLES = {"parse", "clean", "deps", "ls", "list"}
"""What dbt does without a look at any table."""


def stay_strict() -> None:
    """Keep Spark in its ANSI mode, in which a cast that fails is an error.

    dbt-spark switches that off before every statement; a wrong figure would come out as a missing one.
    """
    from dbt.adapters.spark import Plugin
    from dbt.adapters.spark.connections import SparkCredentials

    def strict(credentials: Any) -> None:
        SparkCredentials.__post_init__(credentials)
        credentials.server_side_parameters["spark.sql.ansi.enabled"] = "true"

    Plugin.credentials = type("StrictCredentials", (SparkCredentials,), {"__post_init__": strict})


def run(arguments: Sequence[str]) -> int:
    """Run dbt, and carry the published tables where it built all that it was asked for. Returns dbt's exit code."""
    require_spark()
    stay_strict()
    if WITHOUT_TABLES & set(arguments):
        return dbt(arguments)
    settings = okra_settings.load()
    spark = open_session(settings)
    remove_leftovers(spark)
    # what S3's own tools call s3:// is s3a:// to Hadoop
    lake = str(settings.lake_location).replace("s3://", "s3a://", 1)
    register(spark, lake, catalog.sources().values())
    code = dbt(arguments)
    if code == 0 and "build" in arguments:
        tables = published_models(target_folder() / "manifest.json")
        carry(
            ((table, rows_of(spark, table.name)) for table in tables),
            settings.warehouse_path,
            settings.storage_version,
        )
    return code


def dbt(arguments: Sequence[str]) -> int:
    """Dbt's command line in this process. Returns its exit code."""
    from dbt.cli.main import cli

    try:
        cli(list(arguments))
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def target_folder() -> Path:
    """Where dbt has just written what it made."""
    return Path(os.environ.get("DBT_TARGET_PATH", ROOT / "target"))


def main() -> None:
    """The command."""
    try:
        sys.exit(run(sys.argv[1:]))
    except OkraError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
