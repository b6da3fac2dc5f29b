"""The tables of the history: KPIs, scores and definitions, each with the time for which it was believed."""

from dataclasses import replace

from pipelines.history.versions import Versioned
from pipelines.tables.okr_tables import (
    KEY_RESULT_SCORES,
    KEY_RESULTS,
    NUMBER,
    OBJECTIVE_SCORES,
    OBJECTIVES,
    ScoreTable,
)

KPI_PERIODS = Versioned(
    ScoreTable(
        "kpi_period_history",
        "What was believed of each KPI and period, and when: a row is closed when another takes its place. "
        "Of a period that is still open only the whole is kept here, and its days by member",
        {
            "kpi": ("varchar not null", "Name of the KPI"),
            "period": (
                "varchar not null",
                "day, week (ISO), month, quarter, half or year (fiscal)",
            ),
            "period_start": ("date not null", "First day of the period"),
            "period_end": ("date not null", "Last day of the period"),
            "dimension": ("varchar not null", "Dimension, or total for the whole"),
            "member": ("varchar not null", "Member of the dimension, or total for the whole"),
            "value": (NUMBER, "The value that was believed; NULL over a denominator of 0"),
            "numerator": (NUMBER, "Upper side of a ratio"),
            "denominator": (NUMBER, "Lower side of a ratio"),
            "unit": ("varchar not null", "Unit of the values"),
            "kind": ("varchar not null", "flow, stock, ratio or distinct"),
            "status": ("varchar not null", "complete, partial or provisional, as it was believed"),
            "data_through": ("date", "Last delivered day that was counted"),
            "trust": ("varchar not null", "ok, or what was amiss, comma-separated"),
            "run_id": (
                "varchar not null",
                "Fingerprint of what the version's first run was made of",
            ),
        },
        key=("kpi", "period", "period_start", "dimension", "member"),
    ),
    compared=(
        "value",
        "numerator",
        "denominator",
        "unit",
        "kind",
        "status",
        "data_through",
        "trust",
    ),
)


def versions_of(table: ScoreTable, name: str, comment: str) -> Versioned:
    """The history of a table, in which every column but the run counts."""
    history = replace(table, name=name, comment=comment)
    compared = [one for one in table.columns if one not in (*table.key, "run_id")]
    return Versioned(history, compared)


KEY_RESULT_VERSIONS = versions_of(
    KEY_RESULT_SCORES,
    "key_result_score_history",
    "Each score of a key result as it was first worked out for its day, and as it was worked out again",
)
OBJECTIVE_VERSIONS = versions_of(
    OBJECTIVE_SCORES,
    "objective_score_history",
    "Each score of an objective as it was first worked out for its day, and as it was worked out again",
)
SCORES = {KEY_RESULT_SCORES.name: KEY_RESULT_VERSIONS, OBJECTIVE_SCORES.name: OBJECTIVE_VERSIONS}
DEFINITIONS = {
    KEY_RESULTS.name: versions_of(
        KEY_RESULTS,
        "key_result_history",
        "The key results as they were defined, and from when to when: an edited target is a row of its own",
    ),
    OBJECTIVES.name: versions_of(
        OBJECTIVES,
        "objective_history",
        "The objectives as they were defined, and from when to when",
    ),
}
HISTORIES = (KPI_PERIODS, *SCORES.values(), *DEFINITIONS.values())
