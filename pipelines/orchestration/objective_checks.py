"""One asset check an objective: whether it is on track, with what the page says of it.

Dagster holds a check's declaration in each job, and its result in the record of each run. So there are `MAX_CHECKS` of
them at most.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict

import dagster as dg

from pipelines.inputs.kpi_files import declared_kpis
from pipelines.inputs.okr_files import NoDefinitionsError, read_objectives
from pipelines.okr.definition.definitions import Objective
from pipelines.okr.kpi.status import GOOD_STATUSES
from pipelines.okr.scoring.scorecard import ObjectiveScore, Scorecard
from pipelines.publishing.language.language import Language
from pipelines.publishing.language.sentences import objective_sentence
from pipelines.settings import Settings

MAX_CHECKS = 250
"""Checks of objectives; of more objectives, those of the upper floors of the tree have one."""
_FINE = (*GOOD_STATUSES, "not_started")


def sound_objectives(settings: Settings) -> Sequence[Objective]:
    """The objectives whose files are sound. The faults of the others are those of the run that scores them."""
    try:
        return read_objectives(settings, declared_kpis(settings)).objectives
    except NoDefinitionsError:
        return ()


def checked_objectives(objectives: Sequence[Objective]) -> Sequence[Objective]:
    """Those that have a check: as many whole floors of the tree from its roots as `MAX_CHECKS` allows."""
    if len(objectives) <= MAX_CHECKS:
        return objectives
    ids = {objective.id for objective in objectives}
    below: dict[str | None, list[Objective]] = {}
    for objective in objectives:
        below.setdefault(objective.parent if objective.parent in ids else None, []).append(
            objective
        )
    checked: list[Objective] = []
    floor = below.get(None, [])
    while floor and len(checked) + len(floor) <= MAX_CHECKS:
        checked += floor
        floor = [child for objective in floor for child in below.get(objective.id, ())]
    return checked or floor[:MAX_CHECKS]


def check_names(objectives: Iterable[Objective]) -> dict[str, str]:
    """The name of the check of each objective, by its id. Dagster allows letters, digits and underscores in it."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for objective in objectives:
        name = f"objective_{objective.id.replace('-', '_')}"
        while name in taken:  # a-b beside a_b
            name += "_"
        taken.add(name)
        names[objective.id] = name
    return names


def check_specs(objectives: Sequence[Objective], asset: dg.AssetKey) -> list[dg.AssetCheckSpec]:
    """The checks of the objectives, on the asset that holds their scores."""
    names = check_names(objectives)
    return [
        dg.AssetCheckSpec(
            names[objective.id],
            asset=asset,
            description=f"{objective.objective} is on track or achieved"
            + (f" ({objective.owner})" if objective.owner else ""),
        )
        for objective in objectives
    ]


def check_results(
    names: Mapping[str, str], scorecard: Scorecard, asset: dg.AssetKey, language: Language
) -> Iterator[dg.AssetCheckResult]:
    """The result of each check that was declared. A goal that is behind is a warning: the run is none the worse.

    `names`: see `check_names`. An objective that is not scored has lost its file since the definitions were loaded, or
    its file is broken now.
    """
    scores = {row.objective_id: row for row in scorecard.objectives}
    parts = {row.key_result_id: row.name for row in scorecard.key_results}
    parts |= {row.objective_id: row.name for row in scorecard.objectives}
    for objective, name in names.items():
        row = scores.get(objective)
        yield dg.AssetCheckResult(
            check_name=name,
            asset_key=asset,
            passed=row is not None and row.status in _FINE,
            severity=dg.AssetCheckSeverity.WARN,
            description=None if row is None else objective_sentence(asdict(row), language, parts),
            metadata={"scored": False} if row is None else metadata_of(row, language),
        )


def metadata_of(row: ObjectiveScore, language: Language) -> Mapping[str, str]:
    """An objective in figures."""
    score, pace = language.score_and_pace(row.score, row.expected)
    return {
        "objective": row.name,
        "owner": row.owner or "",
        "status": language.status(row.status),
        "score": score,
        "pace": pace,
        "odds": language.odds_of(asdict(row)),
        "as of": row.as_of.isoformat(),
    }
