"""The score tables of the schema `okr`: each column with its type and meaning, which the published file carries on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

SHARE = "decimal(18, 6)"
NUMBER = "decimal(38, 6)"


@dataclass(frozen=True)
class ScoreTable:
    """A table of the schema: what it is for, and each column with its type and meaning."""

    name: str
    comment: str
    columns: Mapping[str, tuple[str, str]]
    key: Sequence[str] = field(default=())
    """What names a row; `as_of` in it means that other days' rows are kept."""


_DAY = ("date not null", "The day that was played: data up to the day before it counts")
_OBJECTIVE_ID = ("varchar not null", "The objective's id, unique across all files")
_HASH = (
    "varchar not null",
    "Fingerprint of the goal that was scored, free of its formatting and of what it is called",
)
_DEFINITION = ("varchar", "The whole definition, as JSON free of its formatting")
_RUN = (
    "varchar not null",
    "Fingerprint of everything that went in; the table runs says who worked under it",
)
_TRUST = (
    "varchar not null",
    "ok, or what is not to be trusted, comma-separated (source_failed:stripe)",
)
_THROUGH = ("date", "The last day whose data was used")
_STATUS = (
    "varchar not null",
    "not_started, no_data, on_track, at_risk, off_track, achieved or missed",
)
_WHY = ("varchar not null", "The status in words")

KEY_RESULT_SCORES = ScoreTable(
    "key_result_scores",
    "Each key result on each day it was scored: as a whole (window and member are total), and by window and member",
    {
        "as_of": _DAY,
        "objective_id": _OBJECTIVE_ID,
        "key_result_id": ("varchar not null", "objective_id/id of the key result"),
        "name": ("varchar not null", "The key result in words"),
        "kpi": ("varchar", "The KPI it is measured by; NULL for a milestone"),
        "goal": ("varchar not null", "The goal in words"),
        "window": (
            "varchar not null",
            "The window of per or over that the row is about; total for the headline",
        ),
        "member": (
            "varchar not null",
            "The member of for_each that the row is about; total for the headline",
        ),
        "period_start": ("date not null", "First day that counts"),
        "deadline": ("date not null", "Last day that counts"),
        "baseline": (NUMBER, "Where the level started (from), in unit"),
        "target": (NUMBER, "The number to reach, in unit; NULL for a band, which has two"),
        "actual": (NUMBER, "What the KPI says, in unit; NULL where there is no data"),
        "raw_attainment": (SHARE, "Share of the goal attained, not cut at 0 and 1"),
        "score": (SHARE, "Share of the goal attained, from 0 to 1; NULL where there is no data"),
        "expected": (
            SHARE,
            "Where the score should stand by the KPI's own season, or by the days, from 0 to 1",
        ),
        "required_rate": (
            NUMBER,
            "What is needed a day (or a window of per) from here on, in unit",
        ),
        "current_rate": (NUMBER, "What came a day (or a window of per) so far, in unit"),
        "forecast_p10": (
            NUMBER,
            "Where it ends at the deadline, in unit: 1 in 10 futures end lower",
        ),
        "forecast_p50": (
            NUMBER,
            "Where it ends at the deadline, in unit: half of the futures end lower",
        ),
        "forecast_p90": (
            NUMBER,
            "Where it ends at the deadline, in unit: 1 in 10 futures end higher",
        ),
        "probability": (
            SHARE,
            "How likely the goal is met, counted over simulated futures; 0 and 1 only when it is settled, "
            "NULL where there are no odds (why says the reason)",
        ),
        "probability_uncorrected": (
            SHARE,
            "The same before the record of earlier predictions corrects it: what that record learns from",
        ),
        "status": _STATUS,
        "why": _WHY,
        "trust": _TRUST,
        "data_through": _THROUGH,
        "definition_hash": _HASH,
        "weight": (NUMBER + " not null", "Its weight in the objective"),
        "unit": ("varchar", "Unit of baseline, target, actual and the rates"),
        "run_id": _RUN,
    },
    key=("as_of", "key_result_id", "window", "member"),
)
OBJECTIVE_SCORES = ScoreTable(
    "objective_scores",
    "Each objective on each day it was scored, rolled up by weight from its key results and its children",
    {
        "as_of": _DAY,
        "objective_id": _OBJECTIVE_ID,
        "name": ("varchar not null", "The objective in words"),
        "owner": ("varchar", "Who answers for it"),
        "period_start": ("date not null", "First day of its period"),
        "deadline": ("date not null", "Last day of its period"),
        "parent_id": ("varchar", "The objective it serves"),
        "commitment": ("varchar not null", "committed, or aspirational: 0.7 of it is achieved"),
        "score": (
            SHARE,
            "Weighted mean of the scores below it, from 0 to 1; NULL where none has data",
        ),
        "expected": (SHARE, "Where the score should stand at a steady pace"),
        "coverage": (
            SHARE + " not null",
            "Share of the weights that has data behind it, from 0 to 1",
        ),
        "probability": (
            SHARE,
            "How likely it is achieved, counted over futures that all its parts share; NULL where one has no odds",
        ),
        "status": _STATUS,
        "why": _WHY,
        "trust": _TRUST,
        "data_through": _THROUGH,
        "definition_hash": _HASH,
        "run_id": _RUN,
    },
    key=("as_of", "objective_id"),
)
KEY_RESULTS = ScoreTable(
    "key_results",
    "The key results as they are defined now",
    {
        "objective_id": _OBJECTIVE_ID,
        "key_result_id": ("varchar not null", "objective_id/id of the key result"),
        "name": ("varchar not null", "The key result in words"),
        "kpi": ("varchar", "The KPI it is measured by; NULL for a milestone"),
        "goal": ("varchar not null", "The goal in words"),
        "period_start": ("date not null", "First day that counts"),
        "deadline": ("date not null", "Last day that counts"),
        "weight": (NUMBER + " not null", "Its weight in the objective"),
        "comparison": ("varchar", "at_least, at_most or between; NULL for a milestone"),
        "low": (NUMBER, "The least that is enough, in the KPI's unit; NULL where there is none"),
        "high": (NUMBER, "The most that is allowed, in the KPI's unit; NULL where there is none"),
        "per": ("varchar", "Each week, month, ... has to meet the goal; NULL where it need not"),
        "over": ("varchar", "The window that is compared, the latest whole one; NULL for none"),
        "for_each": ("varchar", "The dimension whose every member has to meet it; NULL for none"),
        "where": ("varchar", "The members it is held to (green, thingamajig); NULL for all"),
        "definition_hash": _HASH,
        "definition": _DEFINITION,
    },
    key=("key_result_id",),
)
OBJECTIVES = ScoreTable(
    "objectives",
    "The objectives as they are defined now",
    {
        "objective_id": _OBJECTIVE_ID,
        "name": ("varchar not null", "The objective in words"),
        "owner": ("varchar", "Who answers for it"),
        "period_start": ("date not null", "First day of its period"),
        "deadline": ("date not null", "Last day of its period"),
        "parent_id": ("varchar", "The objective it serves"),
        "commitment": ("varchar not null", "committed, or aspirational: 0.7 of it is achieved"),
        "weight": (NUMBER + " not null", "Its weight in its parent"),
        "definition_hash": _HASH,
        "definition": _DEFINITION,
    },
    key=("objective_id",),
)
RUNS = ScoreTable(
    "runs",
    "Who worked out which figures, and when: one row a scoring",
    {
        "run_id": _RUN,
        "as_of": _DAY,
        "scored_at": ("timestamp with time zone not null", "When the scores were written"),
        "dagster_run_id": ("varchar not null", "The run in Dagster's UI"),
        "sample_company": ("boolean not null", "True when the figures are the sample company's"),
        "version": ("varchar not null", "Version of Okra"),
        "failed_sources": (
            "varchar[] not null",
            "Sources whose last pull failed; their KPIs keep older values",
        ),
        "broken_definitions": (
            "varchar[] not null",
            "OKR files that were left out because of a fault",
        ),
    },
    key=("dagster_run_id",),
)
TABLES = (KEY_RESULT_SCORES, OBJECTIVE_SCORES, KEY_RESULTS, OBJECTIVES, RUNS)
