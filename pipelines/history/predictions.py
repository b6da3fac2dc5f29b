"""The track record: every prediction that was issued, and, once its goal has come due, how good it was.

A prediction is the odds of a goal as they were first worked out for a day, on that day: a past day that is
played again tells what is known today, so that it predicts nothing. Odds of 0 and 1 say what is settled, and
are no predictions either. It is graded by the first final score of the same goal; where the goal was changed in
between, it stays ungraded.
"""

from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb

from pipelines.okr.forecast.recalibration import Graded
from pipelines.tables.okr_tables import SHARE, ScoreTable
from pipelines.tables.scores import SCHEMA, make_anew
from pipelines.tables.sql_text import literal

_KIND = ("varchar not null", "key_result or objective")
_LOG_LOSS = "Surprise in nats, -ln of the odds that were given to what came; odds surer than 0.5 % count as 0.5 %"

PREDICTIONS = ScoreTable(
    "predictions",
    "Each day's odds of each goal as they were issued on that day, graded once the goal has come due",
    {
        "kind": _KIND,
        "goal_id": ("varchar not null", "key_result_id or objective_id"),
        "issued_on": ("date not null", "The day the odds were given"),
        "deadline": ("date not null", "Last day that counts for the goal"),
        "days_left": ("integer not null", "Days from issued_on to the deadline, both included"),
        "probability": (SHARE + " not null", "How likely the goal was said to be met"),
        "probability_uncorrected": (
            SHARE,
            "The same before the record of earlier predictions corrects it",
        ),
        "definition_hash": ("varchar not null", "Fingerprint of the goal as it was set then"),
        "standing": (
            "varchar not null",
            "open; graded; or superseded: the goal was changed or taken away before it came due",
        ),
        "met": ("boolean", "Whether the goal was met; NULL while that is not graded"),
        "graded_on": ("date", "The day of the first final score"),
        "brier": (
            SHARE,
            "(probability - met) squared: 0 is perfect, 0.25 is what saying 50 % earns",
        ),
        "log_loss": (SHARE, _LOG_LOSS),
        "teaches": (
            "boolean not null",
            "True for the one prediction of a goal, nearest to its middle, by which later odds are corrected",
        ),
    },
    key=("kind", "goal_id", "issued_on"),
)
CALIBRATION = ScoreTable(
    "calibration",
    "How good the graded predictions were: by tenths of odds how often the goals were in fact met. Each goal weighs "
    "as much as another, whatever the number of days it was predicted on",
    {
        "kind": _KIND,
        "tenth": ("varchar not null", "Odds from and below (0.7-0.8), or all"),
        "predictions": ("bigint not null", "Graded predictions"),
        "goals": ("bigint not null", "Goals they were of"),
        "probability": (SHARE + " not null", "Mean of the odds that were given"),
        "met": (SHARE + " not null", "Share of the goals that were in fact met"),
        "brier": (SHARE + " not null", "Mean of (probability - met) squared"),
        "base_rate_brier": (
            SHARE + " not null",
            "The same for one who says the share of the met ones each time: what the odds must beat",
        ),
        "log_loss": (SHARE + " not null", "Mean of the surprise in nats"),
    },
    key=("kind", "tenth"),
)

_SCORES = """
    select
        'key_result' as kind, key_result_id as goal_id, as_of, period_start, deadline, probability,
        probability_uncorrected, status, data_through, definition_hash, known_from, known_to
    from history.key_result_score_history
    where "window" = 'total' and member = 'total'
    union all
    select
        'objective', objective_id, as_of, period_start, deadline, probability, null, status,
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
            and status in ('on_track', 'at_risk', 'off_track')
            and as_of <= deadline
            and cast(known_from at time zone $zone as date) = as_of
    ),

    finals as (
        select kind, goal_id, definition_hash, as_of as graded_on, status = 'achieved' as met
        from scores
        where
            status in ('achieved', 'missed') and as_of > deadline and data_through >= deadline
        qualify row_number() over (
            partition by kind, goal_id, definition_hash order by known_from, as_of
        ) = 1
    ),

    graded as (
        select
            issued.*,
            finals.graded_on,
            finals.met,
            goals.goal_id is not null as in_force,
            abs(cast(issued.probability as decimal(9, 6)) - cast(cast(finals.met as integer) as decimal(9, 6)))
                as missed_by
        from issued
        left join finals using (kind, goal_id, definition_hash)
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
        cast(missed_by * missed_by as {SHARE}) as brier,
        case when met is not null then cast(-ln(greatest(1 - missed_by, 0.005)) as {SHARE}) end as log_loss,
        teaches
    from graded
"""
_CALIBRATION = f"""
    with graded as (
        select
            *,
            cast(met as integer) as outcome,
            least(cast(floor(probability * 10) as integer), 9) as tenth,
            1 / count(*) over (partition by kind, goal_id, definition_hash) as weight
        from {SCHEMA}.predictions
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


def keep_record(history: Path, warehouse: Path, zone: str) -> None:
    """Put both tables into the warehouse, from the whole of the history. `zone`: the business zone.

    Raises `duckdb.Error`, with the tables left as they were.
    """
    with closing(duckdb.connect(str(warehouse))) as connection:
        # one thread, so that equal rows add up to equal figures
        connection.execute("set threads = 1")
        connection.execute(f"attach {literal(str(history))} as history (read_only)")
        connection.execute("begin")
        for table, query, values in (
            (PREDICTIONS, _PREDICTIONS, {"zone": zone}),
            (CALIBRATION, _CALIBRATION, None),
        ):
            place = make_anew(connection, table)
            connection.execute(f"insert into {place} {query} order by all", values)
        connection.execute("commit")


def graded_before(history: Path, as_of: date, zone: str) -> Sequence[Graded]:
    """What the goals that had come due before `as_of` teach, one prediction a goal; nothing without a history."""
    if not history.exists():
        return ()
    query = f"""
        select probability_uncorrected, met from ({_PREDICTIONS})
        where kind = 'key_result' and teaches and graded_on < $before and probability_uncorrected is not null
        order by goal_id, definition_hash
    """
    with closing(duckdb.connect()) as connection:
        connection.execute(f"attach {literal(str(history))} as history (read_only)")
        try:
            found = connection.execute(query, {"zone": zone, "before": as_of}).fetchall()
        except duckdb.CatalogException:  # nothing has been scored here yet
            return ()
    return [Graded(float(odds), met) for odds, met in found]
