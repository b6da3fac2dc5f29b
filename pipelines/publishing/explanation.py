"""One key result from its definition down to the windows that were pulled: all of it from the published file."""

import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.errors import OkraError
from pipelines.publishing.published import NothingPublishedError, Row, opened, rows

_SCORES = """
    select * from key_result_scores
    where key_result_id = $id and as_of = (select max(as_of) from key_result_scores where key_result_id = $id)
    order by "window" <> 'total' or member <> 'total', member, "window"
"""
_DEFINITIONS = """
    select goal, deadline, weight, definition, known_from, known_to from key_result_history
    where key_result_id = $id order by known_from
"""
_OBJECTIVE = "select * from objectives where objective_id = $objective"
_KPI = "select * from kpis where kpi = $kpi"
_MONTHS = """
    select period_start, value, status, data_through from kpi_periods
    where kpi = $kpi and period = 'month' and dimension = 'total' order by period_start desc limit 13
"""
_FACTORS = """
    with sentences as (
        select
            *,
            row_number() over (
                partition by compared_with order by period <> 'month', period_start desc
            ) as latest
        from kpi_factors
        where
            dimension = 'total' and kpi = $kpi
            and (compared_with <> 'target' or reference = $id)
    )

    select compared_with, period, period_start, data_through, why, trust
    from sentences where latest = 1
    order by compared_with = 'target' desc, compared_with desc
"""
_WINDOWS = """
    select
        source || '.' || stream as stream,
        count(*) as windows,
        sum(row_count)::bigint as rows,
        min(window_start) as first_window,
        max(data_through) as data_through,
        count(*) filter (where not is_settled) as open_windows,
        max(pulled_at) as pulled_at,
        max_by(checksum, window_start) as latest_checksum
    from windows
    where source || '.' || stream in (select unnest($streams))
    group by all
    order by stream
"""
_ATTEMPTS = """
    select source || '.' || stream as stream, attempted_at, outcome, message from attempts
    where source || '.' || stream in (select unnest($streams)) order by stream
"""
_RESTATEMENTS = """
    select restated_at, why from restatements
    where kpi = $kpi and dimension = 'total' and period_end >= $start
    order by restated_at desc, period_start desc limit 3
"""
_LEVERS = """
    select driver, dimension, member, why, possible, "window", asked_member from key_result_levers
    where key_result_id = $id and as_of = $as_of and (asked_member = 'total' or rank = 1)
    order by asked_member, rank limit 6
"""
_RUN = "select * from runs where run_id = $run order by scored_at desc limit 1"


class UnknownKeyResultError(OkraError):
    """No key result has that name; the text names those that are near."""


@dataclass(frozen=True)
class Explanation:
    """The chain of one key result. What has no KPI, as a milestone, ends with its score.

    `score` is its headline, `parts` are its windows and members; `definitions` are its versions, the first first;
    `levers` are what would bring it back, the smallest change first; `factors` are sentences against the target, the
    year before and the period before; `streams` are the raw streams behind the KPI with their windows, `attempts`
    the last pulls of them.
    """

    score: Row
    parts: Sequence[Row]
    objective: Row
    definitions: Sequence[Row]
    run: Row
    kpi: Row
    months: Sequence[Row]
    factors: Sequence[Row]
    levers: Sequence[Row]
    restatements: Sequence[Row]
    streams: Sequence[Row]
    attempts: Sequence[Row]

    @property
    def definition(self) -> Mapping[str, Any]:
        """The definition in force, as it was written but for its formatting."""
        return dict(json.loads(self.definitions[-1]["definition"])) if self.definitions else {}


def explain(path: Path, name: str) -> Explanation:
    """The chain of the key result `name` (objective/key-result; the latter alone, where only one has it).

    Raises `NothingPublishedError`, and `UnknownKeyResultError`.
    """
    with opened(path) as connection:
        known = full_name(connection, name)
        [score, *parts] = rows(connection, _SCORES, {"id": known})
        kpi = only(rows(connection, _KPI, {"kpi": score["kpi"]}))
        streams = {"streams": kpi["sources"].split(",") if kpi.get("sources") else []}
        of_kpi = {"kpi": score["kpi"]}
        return Explanation(
            score=score,
            parts=parts,
            objective=only(rows(connection, _OBJECTIVE, {"objective": score["objective_id"]})),
            definitions=rows(connection, _DEFINITIONS, {"id": known}),
            run=only(rows(connection, _RUN, {"run": score["run_id"]})),
            kpi=kpi,
            months=rows(connection, _MONTHS, of_kpi)[::-1],
            factors=rows(connection, _FACTORS, {**of_kpi, "id": known}),
            levers=rows(connection, _LEVERS, {"id": known, "as_of": score["as_of"]}),
            restatements=rows(
                connection, _RESTATEMENTS, {**of_kpi, "start": score["period_start"]}
            ),
            streams=rows(connection, _WINDOWS, streams),
            attempts=rows(connection, _ATTEMPTS, streams),
        )


def full_name(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    """The key result that is meant. Raises `UnknownKeyResultError`, and `NothingPublishedError` without any."""
    found = connection.execute("select distinct key_result_id from key_result_scores").fetchall()
    known = sorted(one for (one,) in found)
    if not known:
        raise NothingPublishedError("nothing is scored yet; run `okra run` first")
    meant = [one for one in known if one == name] or [
        one for one in known if one.partition("/")[2] == name
    ]
    if len(meant) == 1:
        return str(meant[0])
    if meant:
        raise UnknownKeyResultError(f"{name} may be {' or '.join(meant)}; write it whole")
    short = {one.partition("/")[2]: one for one in known}
    near = difflib.get_close_matches(name, known) or [
        short[one] for one in difflib.get_close_matches(name, short)
    ]
    rest = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(known)}"
    raise UnknownKeyResultError(f"no key result is called {name}; {rest}")


def only(found: Sequence[Row]) -> Row:
    """The one row; an empty one where there is none."""
    return found[0] if found else {}
