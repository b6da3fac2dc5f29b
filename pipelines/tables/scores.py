"""The tables of a day's scoring in the warehouse: scores, definitions, courses, levers, and the runs themselves."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pipelines.okr.columns import AsOf
from pipelines.okr.definition.definitions import Objective
from pipelines.okr.definition.lineage import contributions
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.numbers import ZERO
from pipelines.okr.levers.lever import Lever
from pipelines.okr.scoring.courses import CoursePoint
from pipelines.okr.scoring.scorecard import KeyResultScore, ObjectiveScore, Scorecard
from pipelines.tables.definitions import KEY_RESULTS, OBJECTIVES, key_result_row, objective_row
from pipelines.tables.table import Table, columns_of, transaction

RunId = Annotated[
    str, "Fingerprint of everything that went in; the table runs says who worked under it"
]


@dataclass(frozen=True, slots=True)
class Run:
    """One scoring."""

    run_id: RunId
    as_of: AsOf
    scored_at: Annotated[datetime, "When the scores were written"]
    dagster_run_id: Annotated[str, "The run in Dagster's UI"]
    sample_company: Annotated[bool, "True when the figures are the sample company's"]
    version: Annotated[str, "Version of Okra"]
    failed_sources: Annotated[
        Sequence[str], "Sources whose last pull failed; their KPIs keep older values"
    ]
    broken_definitions: Annotated[
        Sequence[str], "OKR and KPI files with a fault; what is at fault in them is left out"
    ]


KEY_RESULT_SCORES = Table(
    "key_result_scores",
    "Each key result on each day it was scored: as a whole (window and member are total), and by window and member",
    columns_of(KeyResultScore, run_id=RunId),
    key=("as_of", "key_result_id", "window", "member"),
)
OBJECTIVE_SCORES = Table(
    "objective_scores",
    "Each objective on each day it was scored, rolled up by weight from its key results and its children",
    columns_of(ObjectiveScore, run_id=RunId),
    key=("as_of", "objective_id"),
)
KEY_RESULT_COURSES = Table(
    "key_result_courses",
    "The course of each key result by day, for charts: where it stood, where its pace would have it, and where its "
    "futures lead. At most 60 days each, the last is the deadline. What is scored by windows or members has none: "
    "they are rows of key_result_scores",
    columns_of(CoursePoint, run_id=RunId),
    key=("key_result_id", "day"),
)
KEY_RESULT_LEVERS = Table(
    "key_result_levers",
    "What would bring each key result back that is at risk or off track: the smallest change of one driver, all else "
    "as it is forecast, with which its odds count as on track, or how far that driver can go. Arithmetic on a "
    "forecast: how much, not how",
    columns_of(Lever, run_id=RunId),
    key=("key_result_id", "window", "asked_member", "driver", "dimension", "member"),
)
RUNS = Table(
    "runs",
    "Who worked out which figures, and when: one row a scoring",
    columns_of(Run),
    key=("dagster_run_id",),
)
TABLES = (KEY_RESULT_SCORES, OBJECTIVE_SCORES, KEY_RESULTS, OBJECTIVES, RUNS)


def store_scores(
    warehouse: Path,
    scored: Iterable[tuple[Scorecard, Sequence[Lever]]],
    objectives: Sequence[Objective],
    kpis: Mapping[str, Kpi],
    run: Run,
) -> None:
    """Write the scores of a day with its definitions, courses and levers, in one transaction.

    `scored` are the parts of the scorecard, each with its levers; each is stored before the next is asked for.
    Scores of other days are kept. Definitions, courses and levers are replaced as a whole.
    Raises `duckdb.Error`, with the tables left as they were.
    """
    with transaction(warehouse) as connection:
        run_id = run.run_id
        KEY_RESULT_SCORES.replace_partition(connection, "as_of", run.as_of, ())
        OBJECTIVE_SCORES.replace_partition(connection, "as_of", run.as_of, ())
        KEY_RESULT_COURSES.replace(connection, ())
        KEY_RESULT_LEVERS.replace(connection, ())
        for scorecard, levers in scored:
            KEY_RESULT_SCORES.append(connection, scorecard.key_results, run_id=run_id)
            OBJECTIVE_SCORES.append(connection, scorecard.objectives, run_id=run_id)
            KEY_RESULT_COURSES.append(connection, scorecard.courses, run_id=run_id)
            KEY_RESULT_LEVERS.append(connection, levers, run_id=run_id)
            del scorecard, levers  # before the next part is made, which is as large
        key_results = [
            key_result_row(objective, key_result, kpis)
            for objective in objectives
            for key_result in objective.key_results
        ]
        KEY_RESULTS.replace(connection, key_results)
        weights = contributions(objectives)
        rows = [
            objective_row(objective, weights.get(objective.id, ZERO)) for objective in objectives
        ]
        OBJECTIVES.replace(connection, rows)
        RUNS.replace_partition(connection, "dagster_run_id", run.dagster_run_id, [run])
