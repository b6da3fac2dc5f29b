"""The track record: the odds that were issued each day, and how good they were once the goal has come due.

A prediction is the odds that were first worked out for a day, on that day. A past day that is played again knows more
than that day did, so its odds are no prediction; neither are odds of 0 and 1, which state what is settled. A
prediction is graded by the first final score of the same goal; if the goal is changed before, it is not graded.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

from pipelines.history.noted_settings import zone_of_belief
from pipelines.history.versions import read_history
from pipelines.okr.columns import Share, SqlType
from pipelines.okr.forecast.recalibration import Graded
from pipelines.okr.scoring.final_scores import FinalScore
from pipelines.tables.table import Table, columns_of, transaction

BigInt = Annotated[int, SqlType("bigint")]
GoalKind = Annotated[str, "key_result or objective"]


class Prediction:
    """The odds of a goal on a day; made by SQL."""

    kind: GoalKind
    goal_id: Annotated[str, "key_result_id or objective_id"]
    issued_on: Annotated[date, "The day the odds were given"]
    deadline: Annotated[date, "Last day that counts for the goal"]
    days_left: Annotated[int, "Days from issued_on to the deadline, both included"]
    probability: Annotated[Share, "How likely the goal was said to be met"]
    probability_uncorrected: Annotated[
        Share | None, "The same before the record of earlier predictions corrects it"
    ]
    definition_hash: Annotated[str, "Fingerprint of the goal as it was set then"]
    standing: Annotated[
        str, "open; graded; or superseded: the goal was changed or taken away before it came due"
    ]
    met: Annotated[bool | None, "Whether the goal was met; NULL while that is not graded"]
    graded_on: Annotated[date | None, "The day of the first final score"]
    brier: Annotated[
        Share | None, "(probability - met) squared: 0 is perfect, 0.25 is what saying 50 % earns"
    ]
    log_loss: Annotated[
        Share | None,
        "Surprise in nats, -ln of the odds that were given to what came; odds surer than 0.5 % count as 0.5 %",
    ]
    teaches: Annotated[
        bool,
        "True for the one prediction of a goal, nearest to its middle, by which later odds are corrected",
    ]


class CalibrationRow:
    """The graded predictions of one kind of goal, with odds in one tenth; made by SQL."""

    kind: GoalKind
    tenth: Annotated[str, "Odds from and below (0.7-0.8), or all"]
    predictions: Annotated[BigInt, "Graded predictions"]
    goals: Annotated[BigInt, "Goals they were of"]
    probability: Annotated[Share, "Mean of the odds that were given"]
    met: Annotated[Share, "Share of the goals that were in fact met"]
    brier: Annotated[Share, "Mean of (probability - met) squared"]
    base_rate_brier: Annotated[
        Share,
        "The same for one who says the share of the met ones each time: what the odds must beat",
    ]
    log_loss: Annotated[Share, "Mean of the surprise in nats"]


PREDICTIONS = Table(
    "predictions",
    "Each day's odds of each goal as they were issued on that day, graded once the goal has come due",
    columns_of(Prediction),
)
CALIBRATION = Table(
    "calibration",
    "How good the graded predictions were: by tenths of odds how often the goals were in fact met. Each goal weighs "
    "as much as another, whatever the number of days it was predicted on",
    columns_of(CalibrationRow),
)

_SCORES = """
    select
        'key_result' as kind, key_result_id as goal_id, as_of, period_start, deadline, probability,
        probability_uncorrected, actual, target, status, data_through, definition_hash, known_from, known_to
    from history.key_result_score_history
    where "window" = 'total' and member = 'total'
    union all
    select
        'objective', objective_id, as_of, period_start, deadline, probability, null, null, null, status,
        deadline, definition_hash, known_from, known_to
    from history.objective_score_history
"""
_GOALS = """
    select 'key_result' as kind, key_result_id as goal_id, definition_hash
    from history.key_result_history where known_to is null
    union all
    select 'objective', objective_id, definition_hash
    from history.objective_history where known_to is null
"""
_FIRST_FINAL_SCORES = """
    select *
    from scores
    where
        status in ('achieved', 'missed') and as_of > deadline and data_through >= deadline and {}
    qualify row_number() over (
        partition by kind, goal_id, definition_hash order by known_from, as_of
    ) = 1
"""
_PREDICTIONS = f"""
    with scores as ({_SCORES}),

    goals as ({_GOALS}),

    first_of_a_day as (
        select *
        from scores
        qualify row_number() over (partition by kind, goal_id, as_of order by known_from) = 1
    ),

    issued as (
        select
            *,
            row_number() over (
                partition by kind, goal_id, definition_hash
                order by abs(2 * (as_of - period_start) - (deadline - period_start)), as_of
            ) = 1 as teaches
        from first_of_a_day
        where
            probability > 0 and probability < 1
            and status in ('not_started', 'on_track', 'at_risk', 'off_track')
            and as_of <= deadline
            and cast(known_from at time zone $zone as date) = as_of
    ),

    first_final_scores as ({_FIRST_FINAL_SCORES.format("true")}),

    graded as (
        select
            issued.*,
            first_final_scores.as_of as graded_on,
            first_final_scores.status = 'achieved' as met,
            goals.goal_id is not null as in_force,
            abs(
                cast(issued.probability as decimal(9, 6))
                - cast(cast(met as integer) as decimal(9, 6))
            ) as missed_by
        from issued
        left join first_final_scores using (kind, goal_id, definition_hash)
        left join goals using (kind, goal_id, definition_hash)
    )

    select
        kind,
        goal_id,
        as_of as issued_on,
        deadline,
        deadline - as_of + 1 as days_left,
        probability,
        probability_uncorrected,
        definition_hash,
        case when met is not null then 'graded' when in_force then 'open' else 'superseded' end as standing,
        met,
        graded_on,
        cast(missed_by * missed_by as decimal(18, 6)) as brier,
        case when met is not null then cast(-ln(greatest(1 - missed_by, 0.005)) as decimal(18, 6)) end as log_loss,
        teaches
    from graded
"""
_CALIBRATION = """
    with graded as (
        select
            *,
            cast(met as integer) as outcome,
            least(cast(floor(probability * 10) as integer), 9) as tenth,
            1 / count(*) over (partition by kind, goal_id, definition_hash) as weight
        from okr.predictions
        where met is not null
    ),

    rows_of as (
        select 'all' as label, * from graded
        union all
        select (tenth / 10)::decimal(2, 1) || '-' || ((tenth + 1) / 10)::decimal(2, 1), * from graded
    )

    select
        kind,
        label as tenth,
        count(*) as predictions,
        count(distinct goal_id || definition_hash) as goals,
        sum(weight * probability) / sum(weight) as probability,
        sum(weight * outcome) / sum(weight) as met,
        sum(weight * brier) / sum(weight) as brier,
        sum(weight * outcome) / sum(weight) * (1 - sum(weight * outcome) / sum(weight)) as base_rate_brier,
        sum(weight * log_loss) / sum(weight) as log_loss
    from rows_of
    group by kind, label
"""


def _predictions(history: Path, zone: str) -> str:
    """The query of the predictions. `zone`: the business zone of now, in which they were issued unless noted."""
    return _PREDICTIONS.replace("$zone", f"({zone_of_belief(history, zone)})")


def write_predictions(history: Path, warehouse: Path, zone: str) -> None:
    """Write both tables into the warehouse, from the whole history. `zone`: the business zone.

    Raises `duckdb.Error`, with the tables left as they were.
    """
    issued = _predictions(history, zone)
    with transaction(warehouse, history=history) as connection:
        # one thread, so that equal rows add up to equal figures
        connection.execute("set threads = 1")
        PREDICTIONS.replace_by_query(connection, f"{issued} order by all")
        CALIBRATION.replace_by_query(connection, f"{_CALIBRATION} order by all")


def graded_before(history: Path, as_of: date, zone: str) -> Sequence[Graded]:
    """The graded predictions, one a goal, of the goals that came due before `as_of`: what later odds learn from."""
    query = f"""
        select probability_uncorrected, met from ({_predictions(history, zone)})
        where kind = 'key_result' and teaches and graded_on < $before and probability_uncorrected is not null
        order by goal_id, definition_hash
    """
    rows = read_history(history, query, {"before": as_of})
    return [Graded(float(odds), met) for odds, met in rows]


def first_final_scores(history: Path, as_of: date) -> Mapping[str, FinalScore]:
    """The first final score of each key result before `as_of`; where its goal was changed, that of the latest goal."""
    query = f"""
        with scores as ({_SCORES}),

        final as ({_FIRST_FINAL_SCORES.format("kind = 'key_result' and as_of < $1")})

        select goal_id, as_of, actual, status, definition_hash, target from final order by known_from, as_of
    """
    return {name: FinalScore(*rest) for name, *rest in read_history(history, query, [as_of])}
