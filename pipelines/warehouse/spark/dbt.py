"""Runs dbt on Spark: makes a session with views of the lake, and copies the published tables into DuckDB afterwards.

`python -m pipelines.warehouse.spark.dbt build` takes the arguments of `dbt`, and ends with its exit code.
"""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipelines import settings as okra_settings
from pipelines.errors import OkraError
from pipelines.inputs.composition import Composition
from pipelines.settings import BUILT_IN
from pipelines.warehouse.build_results import Graph, node_results
from pipelines.warehouse.dbt_command import take_lists
from pipelines.warehouse.project import project_of
from pipelines.warehouse.spark.lake_views import register
from pipelines.warehouse.spark.published_tables import (
    copied_models,
    exists,
    replace_tables,
    rows_of,
)
from pipelines.warehouse.spark.requirements import require_spark
from pipelines.warehouse.spark.session import open_session, remove_leftovers

COMMANDS_WITHOUT_TABLES = {"parse", "clean", "deps", "ls", "list"}
"""The commands of dbt that need no session, as they look at no table."""


def keep_ansi_mode() -> None:
    """Keep Spark in ANSI mode, in which a cast that fails is an error.

    dbt-spark switches it off before every statement, which would turn a wrong figure into a missing one.
    """
    from dbt.adapters.spark import Plugin
    from dbt.adapters.spark.connections import SparkCredentials

    def set_ansi(credentials: Any) -> None:
        SparkCredentials.__post_init__(credentials)
        credentials.server_side_parameters["spark.sql.ansi.enabled"] = "true"

    Plugin.credentials = type("AnsiCredentials", (SparkCredentials,), {"__post_init__": set_ansi})


def run(arguments: Sequence[str]) -> int:
    """Run dbt, and copy the published tables after a build that made all of them. Returns dbt's exit code."""
    require_spark()
    keep_ansi_mode()
    if COMMANDS_WITHOUT_TABLES & set(arguments):
        return dbt(arguments)
    settings = okra_settings.load()
    spark = open_session(settings)
    remove_leftovers(spark)
    # Hadoop's scheme for S3 is s3a://
    lake = str(settings.lake_location).replace("s3://", "s3a://", 1)
    register(spark, lake, settings.streams_in_lake)
    code = dbt(arguments)
    if "build" in arguments and is_publishable(target_folder(), project_of(settings).composition):
        tables = copied_models(target_folder() / "manifest.json")
        replace_tables(
            ((table, rows_of(spark, table)) for table in tables if exists(spark, table)),
            settings.warehouse_path,
            settings.storage_version,
        )
    return code


def is_publishable(target: Path, project: Composition) -> bool:
    """Whether a build ended, and nothing that every published figure stands on failed in it."""
    if not (target / "run_results.json").exists():
        return False
    graph = Graph(json.loads((target / "manifest.json").read_bytes()), project)
    results = node_results(json.loads((target / "run_results.json").read_bytes()))
    undone = [result.node for result in results if result.failed or result.status == "skipped"]
    return not any(graph.is_core(node) for node in undone)


def dbt(arguments: Sequence[str]) -> int:
    """Dbt's command line in this process. Returns its exit code."""
    # not before: Spark's own process, which is started first, would get the lists too
    take_lists()
    from dbt.cli.main import cli

    try:
        cli(list(arguments))
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def target_folder() -> Path:
    """The folder that dbt has just written its artifacts to."""
    return Path(os.environ.get("DBT_TARGET_PATH", BUILT_IN / "target"))


def main() -> None:
    """The command."""
    try:
        sys.exit(run(sys.argv[1:]))
    except OkraError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
