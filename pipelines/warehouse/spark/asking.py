"""Answers queries on Spark: a JSON object of queries by name on standard input, of answers on standard output.

`python -m pipelines.warehouse.spark.asking`; see `pipelines.warehouse.answers`.
"""

import json
import sys
from typing import Any

from pipelines import settings as okra_settings
from pipelines.warehouse.spark.lake_views import register
from pipelines.warehouse.spark.session import open_session


def main() -> None:
    """Answer each query with the first column of its rows, or with Spark's message."""
    settings = okra_settings.load()
    spark = open_session(settings)
    lake = str(settings.lake_location).replace("s3://", "s3a://", 1)
    register(spark, lake, settings.streams_in_lake)
    given: dict[str, dict[str, Any]] = {}
    for name, query in json.load(sys.stdin).items():
        try:
            given[name] = {"values": [str(row[0]) for row in spark.sql(query).collect()]}
        except Exception as error:
            # the first line says what is wrong, the others where in Spark
            given[name] = {"error": str(error).splitlines()[0]}
    sys.stdout.write(json.dumps(given) + "\n")


if __name__ == "__main__":
    main()
