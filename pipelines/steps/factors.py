"""The table `kpi_factors`: why each KPI moved, worked out from the warehouse's KPI tables where these changed.

It reads the facts that scoring reads, since a part of a period, a filter and the members of a ratio need
the days, and the scores of the day, whose targets it splits.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import date
from hashlib import blake2b
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import duckdb

from pipelines import okr
from pipelines.connections import connect
from pipelines.history import original_versions as versions_stored
from pipelines.history.original_versions import original_versions
from pipelines.inputs.day import Day
from pipelines.okr.definition.definitions import KeyResult, Objective
from pipelines.okr.factors.amounts import KpiAmounts
from pipelines.okr.factors.factor import Factor
from pipelines.okr.factors.fingerprints import PeriodFingerprints
from pipelines.okr.factors.own_currencies import own_currencies
from pipelines.okr.factors.periods_compared import (
    CADENCES,
    Originals,
    Trust,
    factors_of_period,
    goal_factors,
    last_day,
    reported_periods,
)
from pipelines.okr.factors.targets import Gap, gap_factors
from pipelines.okr.kpi.facts import TOTAL
from pipelines.okr.kpi.periods import Cadence, Period, containing
from pipelines.okr.scoring.scorecard import trust_flags
from pipelines.tables.compared_periods import Key, compared_before, replace_factors
from pipelines.tables.table import transaction

_TRUST = """
    select kpi, period, period_start, trust from reporting.kpi_periods
    where dimension = 'total' and period in (select unnest($1))
"""
_SCORED = """
    select key_result_id, "window", period_start, deadline, data_through, target, actual, expected, trust
    from okr.key_result_scores
    where as_of = $1 and member = 'total' and target is not null and actual is not null
        and expected is not null
    order by all
"""


def write_factors(day: Day) -> Counter[str]:
    """Work out the factors of the day, with its scores, and store them. To be called with the warehouse's lock.

    The factors of a period are kept where all that they were worked out from is the same. Returns how many others
    there are, by what they are compared with.
    Raises `NoFactsError`, `NoDefinitionsError`, `duckdb.Error`.
    """
    settings, as_of = day.settings, day.as_of
    trust, scored = read_trust_and_scores(settings.warehouse_path, as_of)
    originals = original_versions(settings.history_path, settings.warehouse_path, day.kpis)
    fiscal = settings.fiscal_year
    before = compared_before(settings.warehouse_path)
    basis = code_fingerprint()
    compared: dict[Key, str] = {}
    changed: list[tuple[str, Period]] = []
    for name, index in day.indexes.items():
        last = last_day(index, as_of)
        if last is None:
            continue
        versions = {key: version.fingerprint for key, version in originals.get(name, {}).items()}
        converts = own_currencies(index.facts) is not None
        contents = PeriodFingerprints(basis, index, trust, last, versions, converts)
        for period in reported_periods(last, fiscal):
            key = name, period.cadence or "", period.start
            compared[key] = contents.of(period)
            if before.get(key) != compared[key]:
                changed.append((name, period))
    count: Counter[str] = Counter()

    def rows() -> Iterator[Factor]:
        for factor in chain(
            _of_periods(changed, day, trust, originals), _of_goals(day, trust, scored)
        ):
            count[factor.compared_with] += 1
            yield factor

    kept = [key for key, content in compared.items() if before.get(key) == content]
    with transaction(settings.warehouse_path) as connection:
        replace_factors(connection, rows(), kept, compared, as_of, day.run_id)
    return count


def _of_periods(
    changed: Iterable[tuple[str, Period]],
    day: Day,
    trust: Trust,
    originals: Mapping[str, Originals],
) -> Iterator[Factor]:
    """The factors of periods, each with its KPI."""
    for name, periods in groupby(changed, key=itemgetter(0)):
        index, of_kpi = day.indexes[name], originals.get(name, {})
        own, last = own_currencies(index.facts), last_day(index, day.as_of)
        assert last is not None, "without data there is no period"
        for _, period in periods:
            yield from factors_of_period(KpiAmounts(index), own, trust, period, last, of_kpi)


def _of_goals(day: Day, trust: Trust, scored: Sequence[tuple[Any, ...]]) -> Iterator[Factor]:
    """The factors of key results: those of their gaps, and of the members that some of them count alone."""
    fiscal = day.settings.fiscal_year
    for gap, kpi in gaps(day.loaded.objectives, scored):
        yield from gap_factors(gap, KpiAmounts(day.indexes[kpi], gap.where))
    for name, result in _filtered(day.loaded.objectives):
        if result.kpi in day.indexes:
            amounts = KpiAmounts(day.indexes[result.kpi], result.where)
            cadence: Cadence = next(
                (x for x in CADENCES if x in (result.per, result.over)), "month"
            )
            yield from goal_factors(name, amounts, trust, day.as_of, fiscal, cadence)


def code_fingerprint() -> str:
    """A hash of the code that factors are worked out with."""
    content = blake2b(digest_size=16)
    code = sorted(Path(okr.__file__).parent.rglob("*.py"))
    for path in (*code, Path(versions_stored.__file__)):
        content.update(path.read_bytes())
    return content.hexdigest()


def _filtered(objectives: Sequence[Objective]) -> Iterator[tuple[str, KeyResult]]:
    """The key results that count some members of their KPI alone, by id."""
    for objective in objectives:
        for result in objective.key_results:
            if result.where:
                yield objective.key_result_id(result), result


def read_trust_and_scores(warehouse: Path, as_of: date) -> tuple[Trust, list[tuple[Any, ...]]]:
    """How far each period is to be trusted, and the scores of `as_of` that have a target and an actual."""
    with connect(warehouse, read_only=True) as connection:
        trusted = connection.execute(_TRUST, [list(CADENCES)]).fetchall()
        try:
            scored = connection.execute(_SCORED, [as_of]).fetchall()
        except duckdb.CatalogException:  # nothing has been scored here yet
            scored = []
    flags = {(kpi, period, start): trust_flags(trust) for kpi, period, start, trust in trusted}

    def trust(kpi: str, period: Cadence, start: date) -> Set[str]:
        return flags.get((kpi, period, start), frozenset())

    return trust, scored


def gaps(
    objectives: Sequence[Objective], scored: Sequence[tuple[Any, ...]]
) -> Iterator[tuple[Gap, str]]:
    """The gap of each scored key result that is a number against a number, and its KPI."""
    defined: Mapping[str, tuple[Objective, KeyResult]] = {
        objective.key_result_id(result): (objective, result)
        for objective in objectives
        for result in objective.key_results
    }
    for name, window, start, deadline, through, target, actual, expected, trust in scored:
        objective, result = defined.get(name, (None, None))
        if objective is None or result is None or result.kpi is None or through is None:
            continue
        # what is scored by windows or by members is a share of them, and no amount against the target
        if result.for_each is not None or (result.per is not None) != (window != TOTAL):
            continue
        fiscal = objective.period.fiscal_year
        if result.per is None:
            course = Period(None, objective.period.label, start, deadline, fiscal)
        else:
            course = containing(start, result.per, fiscal)
        gap = Gap(
            key_result_id=name,
            course=course,
            through=min(through, deadline),
            target=target,
            actual=actual,
            due=expected,
            where=result.where,
            over=result.over,
            trust=trust_flags(trust),
        )
        yield gap, result.kpi
