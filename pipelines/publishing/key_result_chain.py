"""One key result from its definition down to the windows that were pulled, read from the published file."""

import difflib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pipelines.errors import OkraError
from pipelines.okr.kpi.facts import TOTAL
from pipelines.publishing.factor_rows import (
    cadence_of,
    latest,
    latest_changes,
    members_of,
    of_goal,
)
from pipelines.publishing.named_members import names_dimension, shown_levers, shown_parts
from pipelines.publishing.published import (
    INSTANCE,
    WITH_ACCOUNT,
    NothingPublishedError,
    PublishedFile,
    Row,
    Rows,
    StreamWindows,
    opened,
)

_SCORES = """
    select * from key_result_scores
    where key_result_id = $id and as_of = (select max(as_of) from key_result_scores where key_result_id = $id)
    order by "window" <> 'total' or member <> 'total', member, "window"
"""
_NAMES = "select distinct key_result_id as id from key_result_scores order by 1"
_DEFINITIONS = """
    select goal, deadline, weight, definition, known_from, known_to from key_result_history
    where key_result_id = $id order by known_from
"""
_OBJECTIVE = "select * from objectives where objective_id = $objective"
_LAST_OBJECTIVE = """
    select * from objective_history where objective_id = $objective order by known_from desc limit 1
"""
_COLUMNS_DEFINED = """
    comparison, low, high, per, over, for_each, "where",
    cast(json_extract(definition, '$.where') as varchar) as where_stated
"""
_DEFINED = f"select {_COLUMNS_DEFINED} from key_results where key_result_id = $id"  # noqa: S608 - of our own constants
_LAST_DEFINED = f"""
    select {_COLUMNS_DEFINED} from key_result_history
    where key_result_id = $id order by known_from desc limit 1
"""  # noqa: S608 - of our own constants
_KPI = "select * from kpis where kpi = $kpi"
_MONTHS = """
    select period_start, value, status, data_through from kpi_periods
    where kpi = $kpi and period = 'month' and dimension = 'total' order by period_start desc limit 13
"""
_FACTORS = """
    select * from kpi_factors
    where
        kpi = $kpi and dimension_rank <= 1
        and (compared_with not in ('target', 'goal_previous', 'goal_last_year') or reference = $id)
    order by period_start desc, dimension_rank, rank, member, effect
"""
_ATTEMPTS = f"""
    select {INSTANCE} || '.' || stream as stream, attempted_at, outcome, message
    from {WITH_ACCOUNT.format("attempts")}
    where source || '.' || stream in (select unnest($streams)) order by 1
"""  # noqa: S608 - of our own constants
_RESTATEMENTS = """
    select * from restatements
    where kpi = $kpi and dimension = 'total' and period_end >= $start and period_start <= $deadline
    order by restated_at desc, period_start desc limit 3
"""
_LEVERS = """
    select * from key_result_levers
    where key_result_id = $id and as_of = $as_of and (asked_member = 'total' or rank = 1)
    order by asked_member, rank limit 6
"""
_RUN = "select * from runs where run_id = $run order by scored_at desc limit 1"


class UnknownKeyResultError(OkraError):
    """No key result has that name; the text names those that are near."""


@dataclass(frozen=True)
class KeyResultChain:
    """The chain of one key result. A milestone has no KPI, so its chain ends with its score.

    With `name_members: false` it names no member.

    `score` is its headline, `defined` what its file says now, or said last; `parts` are its windows and members;
    `definitions` are its versions, the oldest first; `levers` are the changes that would bring it back, the
    smallest first; `factors` are the changes against the target, the year before and the period before, and
    `factor_members` the members that each of them is made of; `streams` are the raw streams behind the KPI,
    `attempts` their last pulls; `check_ins` are what people said of it, the latest first; `measures` are what is done
    about its KPI by its objective; `lead` is whether its KPI helps to foresee the one that follows it.
    """

    score: Row
    parts: Sequence[Row]
    objective: Row
    definitions: Sequence[Row]
    run: Row
    kpi: Row
    months: Sequence[Row]
    factors: Sequence[Row]
    factor_members: Sequence[Rows]
    levers: Sequence[Row]
    restatements: Sequence[Row]
    streams: Sequence[StreamWindows]
    attempts: Sequence[Row]
    defined: Row
    check_ins: Sequence[Row] = ()
    measures: Sequence[Row] = ()
    lead: Row | None = None

    @property
    def ended_at(self) -> datetime | None:
        """Since when no OKR file that can be read has it; None while one does."""
        return self.definitions[-1]["known_to"] if self.definitions else None

    @property
    def headline(self) -> Row:
        """The key result's own row with what its definition and its KPI say of it."""
        newest = self.definitions[-1]["definition"] if self.definitions else "{}"
        return {
            **dict.fromkeys(("comparison", "low", "high", "per", "over", "for_each", "where")),
            **self.defined,
            **self.score,
            "precision": self.kpi.get("precision"),
            "kpi_kind": self.kpi.get("kind"),
            "kpi_denominator": self.kpi.get("denominator"),
            "names_members": json.loads(newest).get("name_members") is not False,
        }


def read_chain(path: Path, name: str) -> KeyResultChain:
    """The chain of the key result `name`: objective/key-result, or the latter alone where that is unique.

    Raises `NothingPublishedError`, and `UnknownKeyResultError`.
    """
    with opened(path) as file:
        key_result = full_name(file, name)
        [score, *parts] = file.rows(_SCORES, id=key_result)
        kpi = file.first(_KPI, kpi=score["kpi"])
        streams = kpi["sources"].split(",") if kpi.get("sources") else []
        chain = KeyResultChain(
            score=score,
            parts=parts,
            objective=file.first(_OBJECTIVE, objective=score["objective_id"])
            or file.first(_LAST_OBJECTIVE, objective=score["objective_id"]),
            definitions=file.rows(_DEFINITIONS, id=key_result),
            run=file.first(_RUN, run=score["run_id"]),
            kpi=kpi,
            months=file.rows(_MONTHS, kpi=score["kpi"])[::-1],
            factors=[],
            factor_members=[],
            levers=file.rows(_LEVERS, id=key_result, as_of=score["as_of"]),
            restatements=file.rows(
                _RESTATEMENTS,
                kpi=score["kpi"],
                start=score["period_start"],
                deadline=score["deadline"],
            ),
            streams=[windows for windows in file.streams().values() if windows.feeds in streams],
            attempts=file.rows(_ATTEMPTS, streams=streams),
            defined=file.first(_DEFINED, id=key_result) or file.first(_LAST_DEFINED, id=key_result),
            check_ins=[
                x for x in file.check_ins(score["as_of"]) if x["key_result_id"] == key_result
            ],
            lead=file.leads().get(key_result),
            measures=[
                x
                for x in file.measures()
                if (x["objective_id"], x["kpi"]) == (score["objective_id"], score["kpi"])
            ],
        )
        headline = chain.headline
        changes = _changes(headline, file.rows(_FACTORS, kpi=score["kpi"], id=key_result))
    return replace(
        chain,
        parts=shown_parts(headline, chain.parts),
        levers=shown_levers(headline, chain.levers),
        factors=[_with_names(headline, change[0]) for change in changes],
        factor_members=[members_of(change) for change in changes],
    )


def _changes(row: Row, factors: Rows) -> list[Rows]:
    """What moved it, as the card of the key result has it, and the same against what was first published."""

    def against(*compared_with: str) -> Rows:
        return [x for x in factors if x["compared_with"] in compared_with]

    gap = latest([x for x in against("target") if names_dimension(row, x["dimension"])])
    own = against("goal_previous", "goal_last_year")
    changes = latest_changes(of_goal(row, own, against("previous", "last_year")), cadence_of(row))
    shown = {(change[0]["period"], change[0]["period_start"]) for change in changes}
    published = latest(
        [
            x
            for x in of_goal(row, (), () if own else against("published"))
            if (x["period"], x["period_start"]) in shown
        ]
    )
    return [x for x in (gap, *changes, published) if x and x[0]["dimension"] == TOTAL]


def _with_names(row: Row, factor: Row) -> Row:
    """The change of the whole; its stored words name members, and are left out where nobody is to be named."""
    return factor if row["names_members"] else {**factor, "why": ""}


def full_name(file: PublishedFile, name: str) -> str:
    """The key result that `name` stands for. Raises `UnknownKeyResultError`, and `NothingPublishedError`."""
    names = [row["id"] for row in file.rows(_NAMES)]
    if not names:
        raise NothingPublishedError("nothing is scored yet; run `okra run` first")
    by_last_name: dict[str, list[str]] = {}
    for full in names:
        by_last_name.setdefault(full.partition("/")[2], []).append(full)
    matches = [name] if name in names else by_last_name.get(name, [])
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise UnknownKeyResultError(f"{name} may be {' or '.join(matches)}; write it whole")
    near = difflib.get_close_matches(name, names) or [
        by_last_name[last][-1] for last in difflib.get_close_matches(name, by_last_name)
    ]
    rest = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(names)}"
    raise UnknownKeyResultError(f"no key result is called {name}; {rest}")
