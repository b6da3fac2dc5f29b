"""Asks the engine that has run the models which KPIs are in the rows that fail a test, and which cannot be read."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from pipelines.connections import connect
from pipelines.settings import Settings


@dataclass(frozen=True)
class Answer:
    """The first column of a query's rows, or what the engine says where it fails."""

    values: Sequence[str] = ()
    error: str = ""


def answers(settings: Settings, queries: Mapping[str, str]) -> dict[str, Answer]:
    """The answer to each query, by its name."""
    if not queries:
        return {}
    ask = ask_spark if settings.engine == "spark" else ask_duckdb
    return ask(settings, queries)


def ask_duckdb(settings: Settings, queries: Mapping[str, str]) -> dict[str, Answer]:
    """The answers of the warehouse."""
    given: dict[str, Answer] = {}
    with connect(settings.warehouse_path, read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for name, query in queries.items():
            try:
                rows = connection.execute(query).fetchall()
            except duckdb.Error as error:
                given[name] = Answer(error=str(error))
            else:
                given[name] = Answer([str(row[0]) for row in rows])
    return given


def ask_spark(settings: Settings, queries: Mapping[str, str]) -> dict[str, Answer]:
    """The answers of Spark, from a session in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.warehouse.spark.asking"],
        input=json.dumps(dict(queries)),
        env=dict(os.environ),
        cwd=settings.state_path,
        capture_output=True,
        text=True,
        check=True,
    )
    given = json.loads(done.stdout.splitlines()[-1])
    return {name: Answer(**answer) for name, answer in given.items()}
