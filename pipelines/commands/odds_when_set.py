"""Which goals were trivial or hopeless when they were set, for `okra check`."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import duckdb

from pipelines.history.predictions import graded_before
from pipelines.inputs.day import Day
from pipelines.inputs.facts import NoFactsError, read_facts
from pipelines.okr.definition.definitions import KeyResult, Objective
from pipelines.okr.definition.fingerprints import key_result_fingerprint
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.series import index_facts
from pipelines.okr.scoring.evidence import Evidence
from pipelines.okr.scoring.scoring import score
from pipelines.publishing.language.figures import Figures
from pipelines.publishing.published import NothingPublishedError, opened

TRIVIAL, HOPELESS = Decimal("0.95"), Decimal("0.05")
_LATEST_SHARE = 10
"""Odds are those of the setting of a goal up to a tenth of its days; later ones say how it went."""
_FIRST_ODDS = """
    select goal_id, definition_hash, issued_on, probability from predictions
    where kind = 'key_result' and probability is not null
    qualify row_number() over (partition by goal_id, definition_hash order by issued_on) = 1
"""


@dataclass(frozen=True, slots=True)
class DoubtfulGoal:
    """A goal with odds that leave little to do, or little hope, on the day on which it was set."""

    key_result: str
    kpi: str
    odds: Decimal
    set_on: date

    def warning(self, language: Figures) -> str:
        """One line with the remedy."""
        likely = "almost sure" if self.odds >= TRIVIAL else "almost out of reach"
        return (
            f"{self.key_result}: on {self.set_on} its odds were {language.odds(self.odds)}, so it is {likely}; "
            f"`okra target {self.kpi}` shows what is possible, or say why with `because:`"
        )


def doubtful_goals(day: Day, files: Collection[str]) -> Iterator[DoubtfulGoal]:
    """The goals of `files` that are not over and whose odds were at least 95 % or at most 5 % when they were set.

    The odds are those that were published first. A goal that was not scored yet is scored on the last run's figures.
    """
    known = _published_odds(day)
    for objective in day.loaded.objectives:
        if day.loaded.files[objective.id].name not in files:
            continue
        asked = [x for x in objective.key_results if x.kpi and not x.because]
        missing = [
            x for x in asked if _key(objective, x) not in known and is_new(objective, x, day.as_of)
        ]
        known |= _odds_now(day, objective, missing)
        for result in asked:
            set_on, odds = known.get(_key(objective, result), (None, None))
            if set_on is None or odds is None or not is_new(objective, result, set_on):
                continue
            if objective.deadline(result) >= day.as_of and not HOPELESS < odds < TRIVIAL:
                yield DoubtfulGoal(objective.key_result_id(result), result.kpi or "", odds, set_on)


def is_new(objective: Objective, result: KeyResult, day: date) -> bool:
    """Whether at most a tenth of the days of a goal are over."""
    start, end = objective.period.start, objective.deadline(result)
    return (day - start).days * _LATEST_SHARE <= (end - start).days + 1


Odds = dict[tuple[str, str], tuple[date, Decimal]]


def _key(objective: Objective, result: KeyResult) -> tuple[str, str]:
    return objective.key_result_id(result), key_result_fingerprint(objective, result)


def _published_odds(day: Day) -> Odds:
    try:
        with opened(day.settings.published_path) as file:
            rows = file.rows(_FIRST_ODDS)
    except (NothingPublishedError, duckdb.CatalogException):
        return {}
    return {
        (row["goal_id"], row["definition_hash"]): (row["issued_on"], row["probability"])
        for row in rows
    }


def _odds_now(day: Day, objective: Objective, results: list[KeyResult]) -> Odds:
    if not results:
        return {}
    names = {name for result in results for name in _kpis_of(result)}
    kpis: Mapping[str, Kpi] = {name: day.kpis[name] for name in names if name in day.kpis}
    try:
        indexes = index_facts(read_facts(day.settings.warehouse_path, kpis))
    except (NoFactsError, duckdb.Error):
        return {}  # `okra check` says that there are no figures
    narrowed = objective.model_copy(update={"key_results": tuple(results)})
    record = graded_before(day.settings.history_path, day.as_of, day.settings.timezone)
    evidence = Evidence(indexes, day.as_of, day.settings.policy, record)
    rows = score([narrowed], evidence).key_results
    by_id = {row.key_result_id: row.probability for row in rows if row.is_headline}
    odds: Odds = {}
    for result in results:
        key = _key(objective, result)
        probability = by_id.get(key[0])
        if probability is not None:
            odds[key] = day.as_of, probability
    return odds


def _kpis_of(result: KeyResult) -> Iterator[str]:
    yield result.kpi or ""
    for target in result.kpi_targets:
        yield target.kpi
