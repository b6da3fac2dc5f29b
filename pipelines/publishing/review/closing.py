"""From the published file to the review of a period: its scores, the course of the odds and how good they were."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.errors import OkraError
from pipelines.okr.kpi.numbers import rounded
from pipelines.okr.kpi.periods import Period
from pipelines.okr.kpi.status import SETTLED_STATUSES
from pipelines.publishing.language.language import Amounts, Language
from pipelines.publishing.language.measures import verdict
from pipelines.publishing.published import (
    NothingPublishedError,
    PublishedFile,
    Row,
    Rows,
    opened,
)
from pipelines.publishing.review.record import (
    ClosedKeyResult,
    ClosedMeasure,
    ClosedObjective,
    LastWord,
    Review,
)

_ISSUED = """
    select issued_on, probability, brier from predictions
    where kind = $kind and goal_id = $goal and definition_hash = $definition_hash
    order by issued_on
"""
_RESTATED = """
    select why from restatements
    where
        kpi = $kpi and dimension = 'total' and period in ('week', 'month', 'quarter', 'half', 'year')
        and period_start >= $start and period_end <= $end and restated_at >= $since
    order by restated_at, period_start, period
"""
_LATER = """
    select * from key_result_scores
    where
        key_result_id = $goal and definition_hash = $definition_hash
        and "window" = 'total' and member = 'total' and deadline < as_of
    order by as_of desc limit 1
"""
_FIRST_MISSING = """
    select min(day)
    from (select cast(unnest(generate_series($start, $deadline, interval 1 day)) as date) as day)
    where day not in (select day from kpi_coverage where kpi = $kpi and delivered)
"""
_RUN = "select run_id from runs where as_of = $as_of order by scored_at desc limit 1"
_UNIT = "select unit, precision from kpis where kpi = $kpi"
_QUARTERS = 4
_PLACES = 6


class NotClosedError(OkraError):
    """A period cannot be closed yet; the text says why."""


def review_of(
    path: Path,
    period: Period,
    today: date,
    zone: ZoneInfo,
    language: Language,
    *,
    with_open: bool = False,
) -> Review:
    """The review of the objectives that run for just this period, from the published file.

    Args:
        path: the published file.
        period: its name and days.
        today: the day on which it is closed.
        zone: the business zone, in which the period ends.
        language: that of the verdicts of measures.
        with_open: whether key results without all of their figures are taken as they stand.

    Raises:
        NotClosedError: where there is no such objective, or figures are still to come.
        NothingPublishedError: before the first run.
    """
    with opened(path) as file:
        as_of = file.value("select max(as_of) from runs")
        if as_of is None or as_of <= period.end:
            raise NotClosedError(
                f"{period.label} runs until {period.end}, and the last scores are of {as_of or 'no day'}; "
                "close it after a run of a later day"
            )
        objectives = [
            row
            for row in file.objectives(as_of)
            if (row["period_start"], row["deadline"]) == (period.start, period.end)
        ]
        if not objectives:
            raise NotClosedError(f"no objective runs from {period.start} to {period.end}")
        ids = {row["objective_id"] for row in objectives}
        results = [row for row in file.key_results(as_of) if row["objective_id"] in ids]
        lacking = [row for row in results if not is_final(row)]
        if lacking and not with_open:
            raise NotClosedError(
                f"{_what_is_lacking(file, lacking)}, or close with `--as-it-stands`"
            )
        said = _last_words(file, period, as_of)
        measures = _measures(file, period, as_of, language)
        closed: dict[str, list[ClosedKeyResult]] = {}
        for row in results:
            last_word = said.get(row["key_result_id"])
            result = _key_result(file, row, period, zone, last_word)
            closed.setdefault(row["objective_id"], []).append(result)
        return Review(
            period=period.label,
            start=period.start,
            end=period.end,
            closed_on=today,
            as_of=as_of,
            run_id=str(file.value(_RUN, as_of=as_of)),
            objectives=[
                _objective(file, row, closed.get(row["objective_id"], []), measures)
                for row in objectives
            ],
        )


def _what_is_lacking(file: PublishedFile, lacking: Rows) -> str:
    """What is waited for, and what to do: a day inside the delivered ones does not come by itself."""
    sentences = []
    to_come = [row for row in lacking if not has_gaps(row)]
    if to_come:
        names = ", ".join(row["key_result_id"] for row in to_come)
        sentences.append(f"figures of {names} are still to come; run `okra run` later")
    by_day: dict[tuple[str, date], list[str]] = {}
    for row in lacking:
        if has_gaps(row):
            days = {"kpi": row["kpi"], "start": row["period_start"], "deadline": row["deadline"]}
            first = file.value(_FIRST_MISSING, **days) or row["period_start"]
            by_day.setdefault((row["kpi"], first), []).append(row["key_result_id"])
    sentences += [
        f"{', '.join(names)} cannot be judged, as {kpi} lacks days, the first {first}; "
        "fill them in at the source, with 0 where there was nothing"
        for (kpi, first), names in by_day.items()
    ]
    return "; ".join(sentences)


def has_gaps(row: Row) -> bool:
    """Whether a score with data through its deadline lacks days before it."""
    through = row["data_through"]
    return (
        through is not None
        and through >= row["deadline"]
        and "missing_days" in (row["trust"] or "")
    )


def is_final(row: Row) -> bool:
    """Whether nothing of a key result is to come: it is judged, with all of its days, or all of them had nothing.

    Without a word on how far its data reach, nobody waits for it.
    """
    through = row["data_through"]
    has_all_days = through is None or through >= row["deadline"]
    return has_all_days and (row["status"] in SETTLED_STATUSES or row["status"] == "no_data")


def later_scores(path: Path, review: Review) -> Mapping[str, Row]:
    """The key results of which something else is known now than when they were closed, by their names."""
    later: dict[str, Row] = {}
    try:
        with opened(path) as file:
            for objective in review.objectives:
                for closed in objective.key_results:
                    row = file.first(_LATER, goal=closed.id, definition_hash=closed.definition_hash)
                    if row and _differs(closed, row):
                        later[closed.id] = row
    except NothingPublishedError:
        return {}
    return later


def _differs(closed: ClosedKeyResult, row: Row) -> bool:
    before = closed.actual, closed.score, closed.status
    return before != (row["actual"], row["score"], row["status"])


def _objective(
    file: PublishedFile,
    row: Row,
    results: Sequence[ClosedKeyResult],
    measures: Mapping[str, Sequence[ClosedMeasure]],
) -> ClosedObjective:
    odds, brier = _course(file, "objective", row["objective_id"], row["definition_hash"])
    return ClosedObjective(
        id=row["objective_id"],
        name=row["name"],
        owner=row["owner"],
        commitment=row["commitment"],
        score=row["score"],
        status=row["status"],
        odds=odds,
        brier=brier,
        key_results=results,
        measures=tuple(measures.get(row["objective_id"], ())),
    )


def _key_result(
    file: PublishedFile, row: Row, period: Period, zone: ZoneInfo, said: LastWord | None
) -> ClosedKeyResult:
    odds, brier = _course(file, "key_result", row["key_result_id"], row["definition_hash"])
    since = datetime.combine(period.end + timedelta(days=1), time(), tzinfo=zone)
    restated = (
        file.rows(_RESTATED, kpi=row["kpi"], start=period.start, end=period.end, since=since)
        if row["kpi"]
        else []
    )
    copied = ("name", "goal", "kpi", "unit", "target", "actual", "score", "status", "why", "trust")
    copied_values: dict[str, Any] = {name: row[name] for name in copied}
    return ClosedKeyResult(
        id=row["key_result_id"],
        **copied_values,
        definition_hash=row["definition_hash"],
        odds=odds,
        brier=brier,
        said=said,
        restated=tuple(str(line["why"]) for line in restated),
    )


def _course(
    file: PublishedFile, kind: str, goal: str, definition_hash: str
) -> tuple[dict[date, Decimal], Decimal | None]:
    """The odds on the first and the last day and between them in quarters, and their mean Brier score."""
    issued = file.rows(_ISSUED, kind=kind, goal=goal, definition_hash=definition_hash)
    if not issued:
        return {}, None
    last = len(issued) - 1
    places = sorted({last * part // _QUARTERS for part in range(_QUARTERS + 1)})
    odds = {issued[place]["issued_on"]: issued[place]["probability"] for place in places}
    graded = [row["brier"] for row in issued if row["brier"] is not None]
    brier = rounded(sum(graded, Decimal(0)) / len(graded), _PLACES) if graded else None
    return odds, brier


def _measures(
    file: PublishedFile, period: Period, as_of: date, language: Language
) -> Mapping[str, Sequence[ClosedMeasure]]:
    """The measures that had begun by the period's end, by objective, with what is known of their effects."""
    closed: dict[str, list[ClosedMeasure]] = {}
    for row in file.measures():
        if row["start"] > period.end:
            continue
        kpi = file.first(_UNIT, kpi=row["kpi"])
        amounts = Amounts(language, kpi.get("unit"), int(kpi.get("precision") or 0))
        closed.setdefault(row["objective_id"], []).append(
            ClosedMeasure(
                measure=row["measure"],
                kpi=row["kpi"],
                start=row["start"],
                verdict=row["verdict"],
                words=verdict(row, amounts, as_of),
            )
        )
    return closed


def _last_words(file: PublishedFile, period: Period, as_of: date) -> dict[str, LastWord]:
    """The last check-in of each key result on a day up to the period's end."""
    said: dict[str, LastWord] = {}
    for row in file.check_ins(as_of):
        if row["day"] <= period.end:
            said.setdefault(
                row["key_result_id"],
                LastWord(
                    day=row["day"],
                    by=row["person"],
                    confidence=row["confidence"],
                    note=row["note"],
                    brier=row["brier"],
                ),
            )
    return said
