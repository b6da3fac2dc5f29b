"""Scores every objective on the KPI tables, and stores the scores with their courses and levers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version

from connectors.lake.manifest import Attempt
from pipelines.history.check_ins import write_check_ins
from pipelines.history.predictions import first_final_scores, graded_before, write_predictions
from pipelines.history.recording import record_scores
from pipelines.history.restoring import ensure_history
from pipelines.inputs.day import Day
from pipelines.inputs.lake import open_lake
from pipelines.okr.definition.definitions import Objective
from pipelines.okr.leads.in_the_odds import changes_by_leads
from pipelines.okr.leads.result import LeadResult
from pipelines.okr.leads.testing import judge_leads, leads_of
from pipelines.okr.levers.lever import Lever
from pipelines.okr.levers.search import find_levers
from pipelines.okr.measures.if_it_works import with_odds_if_measures_work
from pipelines.okr.measures.judging import judge_measures
from pipelines.okr.measures.result import MeasureResult
from pipelines.okr.odds.changed_futures import FuturesChange
from pipelines.okr.scoring import wording
from pipelines.okr.scoring.evidence import Evidence
from pipelines.okr.scoring.final_scores import with_restatements
from pipelines.okr.scoring.scorecard import Scorecard
from pipelines.okr.scoring.scoring import combined, score, score_in_batches
from pipelines.okr.targets.of_kpis import possible_targets_of
from pipelines.okr.targets.possible import PossibleTarget
from pipelines.steps.pull import failed_pulls
from pipelines.tables.kept_rows import kept_rows, write_kept_rows
from pipelines.tables.leads import LEADS
from pipelines.tables.measures import MEASURES
from pipelines.tables.scores import Run, store_scores
from pipelines.tables.targets import TARGETS


@dataclass(frozen=True)
class Report:
    """The headlines of a day, how many rows of key results and points of courses were stored, and the streams that were
    not pulled.
    """

    scorecard: Scorecard
    rows_of_key_results: int
    points_of_courses: int
    failed: tuple[Attempt, ...]


def faulty_kpis(day: Day) -> Mapping[str, str]:
    """Why the KPIs that are broken, or that nothing computes, have no figures. Raises `NoDefinitionsError`."""
    lacking = {name: wording.lacking_kpi(what) for name, what in day.loaded.lacking_kpis.items()}
    return lacking | {
        name: wording.broken_kpi(name, file) for name, file in day.declared.broken.items()
    }


def write_scores(day: Day, dagster_run_id: str) -> Report:
    """Score every sound objective, store the scores with levers, measures and targets, and keep them in the history.

    To be called with the warehouse's lock. Raises `NoFactsError`, `NoDefinitionsError`, `HistoryError`.
    """
    settings, as_of, objectives = day.settings, day.as_of, day.loaded.objectives
    warehouse, history = settings.warehouse_path, settings.history_path
    lake = open_lake(settings).store
    ensure_history(history, settings.published_path, settings.now(), lake)
    record = graded_before(history, as_of, settings.timezone)
    tested = kept_rows(warehouse, LEADS, LeadResult) if leads_of(objectives) else {}
    leads = judge_leads(objectives, day.indexes, as_of, tested)
    foreseen = changes_by_leads(objectives, day.indexes, as_of, leads)

    evidence = Evidence(day.indexes, as_of, settings.policy, record, faulty_kpis(day), foreseen)

    def scored(some: Sequence[Objective], changes: Sequence[FuturesChange]) -> Scorecard:
        return score(some, replace(evidence, changes=[*foreseen, *changes]))

    kept = (
        kept_rows(warehouse, MEASURES, MeasureResult) if any(x.measures for x in objectives) else {}
    )
    measures = judge_measures(objectives, day.indexes, as_of, kept)
    given = kept_rows(warehouse, TARGETS, PossibleTarget)
    targets = possible_targets_of(evidence, settings.fiscal_year, given)
    finals = first_final_scores(history, as_of)
    headlines: list[Scorecard] = []
    rows = points = 0

    def parts() -> Iterator[tuple[Scorecard, Sequence[Lever]]]:
        nonlocal rows, points
        for part in score_in_batches(objectives, evidence):
            told = with_restatements(part, finals)
            told = with_odds_if_measures_work(told, objectives, measures, scored)
            rows, points = rows + len(told.key_results), points + len(told.courses)
            own = tuple(row for row in told.key_results if row.is_headline)
            headlines.append(Scorecard(own, told.objectives))
            yield told, find_levers(told, evidence.policy)
            # the courses and futures of two batches would take twice the memory
            del part, told

    failed = failed_pulls(settings)
    run = Run(
        run_id=day.run_id,
        as_of=as_of,
        scored_at=datetime.now(UTC),
        dagster_run_id=dagster_run_id,
        sample_company=settings.sample_company,
        version=version("okra"),
        failed_sources=sorted({attempt.source for attempt in failed}),
        broken_definitions=sorted({fault.file for fault in day.faults}),
    )
    store_scores(warehouse, parts(), objectives, day.kpis, run)
    record_scores(history, warehouse, as_of, settings.now(), settings.timezone, lake)
    write_predictions(history, warehouse, settings.timezone)
    write_check_ins(warehouse, day.check_ins)
    write_kept_rows(warehouse, [(MEASURES, measures), (LEADS, leads), (TARGETS, targets)])
    return Report(combined(headlines), rows, points, failed)
