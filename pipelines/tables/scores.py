"""The score tables of the warehouse, in its schema `okr`: written in one transaction, so all or none.

Scores are kept by the day they are `as_of`; scoring a day again replaces that day. The definitions are those
of the latest scoring.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipelines.history.tables import SCORES
from pipelines.okr.definition.definitions import KeyResult, Objective
from pipelines.okr.definition.goals import goal_in_words, goal_of
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.scoring.scorecard import Scorecard
from pipelines.tables.okr_tables import (
    KEY_RESULT_SCORES,
    KEY_RESULTS,
    OBJECTIVE_SCORES,
    OBJECTIVES,
    RUNS,
    TABLES,
    ScoreTable,
)
from pipelines.tables.sql_text import comments, literal, meanings, quoted, typed

SCHEMA = "okr"


def store(
    warehouse: Path,
    history: Path,
    scorecard: Scorecard,
    objectives: Sequence[Objective],
    kpis: Mapping[str, Kpi],
    run: Mapping[str, Any],
) -> None:
    """Write the scores of one day and the definitions behind them. `run` is the row of `runs`.

    Days that the `history` has scores of and the warehouse lacks, since it was made anew, come back from there.
    Raises `duckdb.Error`, with the tables left as they were.
    """
    named = {"run_id": run["run_id"]}
    rows = {
        KEY_RESULT_SCORES.name: [row_of(one) | named for one in scorecard.key_results],
        OBJECTIVE_SCORES.name: [row_of(one) | named for one in scorecard.objectives],
        KEY_RESULTS.name: list(key_result_rows(objectives, kpis)),
        OBJECTIVES.name: [objective_row(one) for one in objectives],
        RUNS.name: [dict(run)],
    }
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        if history.exists():
            connection.execute(f"attach {literal(str(history))} as history (read_only)")
        connection.execute("begin")
        connection.execute(f"create schema if not exists {SCHEMA}")
        for table in TABLES:
            replace_rows(connection, table, rows[table.name], run["as_of"])
            bring_back(connection, table, run["as_of"])
        connection.execute("commit")


def row_of(score: object) -> dict[str, Any]:
    """A score as a row: its fields are the table's columns."""
    return {name: getattr(score, name) for name in type(score).__dataclass_fields__}  # type: ignore[attr-defined]


def key_result_rows(
    objectives: Iterable[Objective], kpis: Mapping[str, Kpi]
) -> Iterable[dict[str, Any]]:
    """The definitions of the key results."""
    for objective in objectives:
        for result in objective.key_results:
            unit = kpis[result.kpi].unit if result.kpi else ""
            yield {
                "objective_id": objective.id,
                "key_result_id": f"{objective.id}/{result.id}",
                "name": result.name or result.id,
                "kpi": result.kpi,
                "goal": goal_in_words(result, unit),
                "period_start": objective.period.start,
                "deadline": objective.deadline(result),
                "weight": result.weight,
                **goal_columns(result),
                "definition_hash": objective.key_result_hash(result),
                "definition": as_json(result.canonical),
            }


def goal_columns(result: KeyResult) -> dict[str, Any]:
    """The goal of a key result for machines, which `goal` has in words."""
    goal = None if result.milestone is not None else goal_of(result)
    return {
        "comparison": goal and goal.comparison,
        "low": goal and goal.low,
        "high": goal and goal.high,
        "per": result.per,
        "over": result.over,
        "for_each": result.for_each,
        "where": ", ".join(result.where.values()) or None,
    }


def objective_row(objective: Objective) -> dict[str, Any]:
    """The definition of an objective."""
    return {
        "objective_id": objective.id,
        "name": objective.objective,
        "owner": objective.owner,
        "period_start": objective.period.start,
        "deadline": objective.period.end,
        "parent_id": objective.parent,
        "commitment": objective.commitment,
        "weight": objective.weight,
        "definition_hash": objective.definition_hash,
        "definition": as_json(objective.canonical),
    }


def as_json(canonical: Mapping[str, Any]) -> str:
    """A definition in a form that is the same however its file is written."""
    return json.dumps(canonical, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def replace_rows(
    connection: duckdb.DuckDBPyConnection,
    table: ScoreTable,
    rows: Sequence[Mapping[str, Any]],
    as_of: date,
) -> None:
    """Put `rows` in the place of the table's rows of the same day, or of all of them where it keeps no days."""
    place = f"{SCHEMA}.{table.name}"
    connection.execute(
        f"create table if not exists {place} ({typed(table.columns)}, {key_of(table)})"
    )
    for name, (kind, _) in table.columns.items():
        # a table that an earlier version made gets the columns that have been added since
        added = kind.removesuffix(" not null")
        connection.execute(f'alter table {place} add column if not exists "{name}" {added}')
    comment(connection, table, place)
    if table is RUNS:
        connection.execute(
            f"delete from {place} where dagster_run_id = $1", [rows[0]["dagster_run_id"]]
        )
    elif "as_of" in table.key:
        connection.execute(f"delete from {place} where as_of = $1", [as_of])
    else:
        connection.execute(f"delete from {place}")
    names = list(table.columns)
    holes = ", ".join("?" for _ in names)
    if rows:
        connection.executemany(
            f"insert into {place} ({', '.join(map(quoted, names))}) values ({holes})",
            [[row[name] for name in names] for row in rows],
        )


def bring_back(connection: duckdb.DuckDBPyConnection, table: ScoreTable, as_of: date) -> None:
    """Put back the scores of other days than `as_of` from the history, where the table has none of them."""
    versioned = SCORES.get(table.name)
    if versioned is None:
        return
    kept = connection.execute(
        "select column_name from duckdb_columns() where database_name = 'history' and table_name = $1",
        [versioned.table.name],
    ).fetchall()
    names = ", ".join(quoted(name) for (name,) in kept if name in table.columns)
    if names:
        connection.execute(
            f"insert into {SCHEMA}.{table.name} ({names}) select {names} from history.{versioned.table.name} "
            f"where known_to is null and as_of <> $1 and as_of not in (select as_of from {SCHEMA}.{table.name})",
            [as_of],
        )


def comment(connection: duckdb.DuckDBPyConnection, table: ScoreTable, place: str) -> None:
    """Describe the table and its columns inside the database."""
    for statement in comments(place, table.comment, meanings(table.columns)):
        connection.execute(statement)


def make_anew(
    connection: duckdb.DuckDBPyConnection, table: ScoreTable, *, keyed: bool = False
) -> str:
    """Make the table, empty and described, in the place of what was there. Returns its place."""
    place = f"{SCHEMA}.{table.name}"
    key = f", {key_of(table)}" if keyed else ""
    connection.execute(f"create schema if not exists {SCHEMA}")
    connection.execute(f"create or replace table {place} ({typed(table.columns)}{key})")
    comment(connection, table, place)
    return place


def key_of(table: ScoreTable) -> str:
    """The table's key, as a constraint."""
    return f"primary key ({', '.join(map(quoted, table.key))})"
