"""The ladder of every KPI for the running quarter and the next one: what is published of what is possible.

The targets are those of `ladder`. They are counted on the futures directly, which are simulated once for all KPIs:
a plain goal on a whole KPI is met where its final value reaches the target, and needs no scoring. They are worked out
once a week, by the data before it began: two thousand futures of four months are too much for each day.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal, localcontext
from functools import cached_property
from types import MappingProxyType
from zlib import crc32

import numpy as np

from pipelines.okr.definition.definitions import KeyResult, Objective
from pipelines.okr.definition.goals import Comparison, Goal
from pipelines.okr.definition.question import Question
from pipelines.okr.forecast.recalibration import Curve, own_curve
from pipelines.okr.forecast.training_series import Exact
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.numbers import EXACT, ONE, rounded
from pipelines.okr.kpi.periods import Cadence, FiscalYear, Period, containing
from pipelines.okr.kpi.readings import KpiView
from pipelines.okr.kpi.series import KpiIndex
from pipelines.okr.kpi.timeline import Timeline
from pipelines.okr.odds.forecast_bands import quantiles_of
from pipelines.okr.odds.odds import curve_of, published_each
from pipelines.okr.odds.open_goals import OpenGoal, outcome_of
from pipelines.okr.odds.results import share_of_futures
from pipelines.okr.odds.simulated_kpis import simulated, training_data_of
from pipelines.okr.scoring.evidence import Evidence
from pipelines.okr.targets.ladder import OUT_OF_REACH
from pipelines.okr.targets.possible import PossibleTarget
from pipelines.okr.targets.references import Reference, References
from pipelines.okr.targets.rungs import RUNGS, RungSearch

CADENCE: Cadence = "quarter"
"""The periods that targets are given for: goals are set by the quarter."""
ON_ONE_DAY = 250
"""KPIs up to which all targets are worked out on one day of the week; each takes some 70 ms."""
METHOD = "2"
"""Part of every fingerprint: targets of another method are worked out anew."""
_DAY = timedelta(days=1)
_NONE: Mapping[str, PossibleTarget] = MappingProxyType({})


def possible_targets_of(
    evidence: Evidence,
    fiscal_year: FiscalYear,
    known: Mapping[str, PossibleTarget] = _NONE,
    on_one_day: int = ON_ONE_DAY,
) -> list[PossibleTarget]:
    """The targets of all KPIs, by KPI, period and odds; without those of KPIs for which there are no odds.

    `known` are earlier targets by their fingerprints: they are taken as they are. Of more KPIs than `on_one_day`, a
    seventh has its week begin on each weekday.
    """
    own = own_curve(evidence.graded)
    begun = _begun_on_its_day if len(evidence.indexes) > on_one_day else _begun
    with localcontext(EXACT):
        periods = [
            period
            for index in evidence.indexes.values()
            for period in _asked(index, begun(index, evidence, fiscal_year), fiscal_year, own)
        ]
        rows = [row for period in periods for row in period.kept(known)]
        new = {period.goal: period for period in periods if not period.kept(known)}
        for goals, data, futures in simulated(new):
            if not data.no_odds_because:
                curve = curve_of(data)
                for goal in goals:
                    rows += new[goal].rows(goal.final_values(futures, data), curve)
    return sorted(rows, key=lambda row: (row.kpi, row.period_start, -row.odds))


def _begun(_: KpiIndex, evidence: Evidence, fiscal_year: FiscalYear) -> Evidence:
    """What was known as the week began, or the quarter where that began later."""
    week = containing(evidence.as_of, "week")
    running = containing(evidence.as_of, CADENCE, fiscal_year)
    return replace(evidence, as_of=max(week.start, running.start))


def _begun_on_its_day(index: KpiIndex, evidence: Evidence, _: FiscalYear) -> Evidence:
    """What was known on the latest day that is of the KPI's own weekday: its name decides which one."""
    own = crc32(index.kpi.name.encode()) % 7
    return replace(evidence, as_of=evidence.as_of - (evidence.as_of.weekday() - own) % 7 * _DAY)


def _asked(
    index: KpiIndex, evidence: Evidence, fiscal_year: FiscalYear, own: Curve
) -> Iterator["_Asked"]:
    """The periods to give targets for: of a KPI with data and a total, those whose end is open."""
    running = containing(evidence.as_of, CADENCE, fiscal_year)
    coming = containing(running.end + _DAY, CADENCE, fiscal_year)
    view = KpiView(index, {}, fiscal_year)
    if index.data_through is None or index.kpi.is_plan or view.lacks_total:
        return
    through = min(index.data_through, evidence.as_of - _DAY)
    goal = (
        Goal("at_least", low=OUT_OF_REACH)
        if index.kpi.direction == "up"
        else Goal("at_most", high=OUT_OF_REACH)
    )
    question = Question(view, goal, evidence.policy)
    for period in (running, coming):
        cut = min(through, period.end)
        course = Timeline(period.start, period.end, cut, evidence.as_of - _DAY)
        outcome = outcome_of(question, course)
        if isinstance(outcome, OpenGoal):
            yield _Asked(outcome, period, through, own)


@dataclass(frozen=True, eq=False)
class _Asked:
    """A period of a KPI, with what is asked of the futures: a goal with a target out of reach."""

    goal: OpenGoal
    period: Period
    through: date
    own: Curve

    @property
    def index(self) -> KpiIndex:
        return self.goal.question.view.index

    @property
    def comparison(self) -> Comparison:
        return self.goal.question.goal.comparison

    def kept(self, known: Mapping[str, PossibleTarget]) -> list[PossibleTarget]:
        """Its rows if they are known; else none."""
        rows = [known.get(self._fingerprint(odds)) for odds in RUNGS]
        return [row for row in rows if row is not None] if None not in rows else []

    def rows(self, final: Exact, shipped: Curve) -> Iterator[PossibleTarget]:
        """The rows by the final values (paths,) of the KPI in its futures; none where none has a value."""
        values = final[~np.isnan(final)]
        if not len(values):
            return
        kpi = self.index.kpi
        counted = _CountedOdds(self.goal, final, shipped, self.own)
        low, _, high = quantiles_of(self.goal, values, shipped)
        references = self._references
        before, best, rate = references.year_before(), references.best(), references.present_rate()
        for rung in RungSearch(counted.sign, ONE.scaleb(-kpi.precision), counted).rungs(low, high):
            yield PossibleTarget(
                kpi=kpi.name,
                period=CADENCE,
                period_start=self.period.start,
                period_end=self.period.end,
                comparison=self.comparison,
                odds=rung.asked,
                target=rung.target,
                probability=rung.probability,
                year_before=_shown(before, kpi),
                best=_shown(best, kpi),
                best_start=None if best is None else best.start,
                present_rate=_shown(rate, kpi),
                unit=kpi.unit,
                data_through=self.through,
                fingerprint=self._fingerprint(rung.asked),
            )

    @property
    def _references(self) -> References:
        kpi, question = self.index.kpi.name, self.goal.question
        result = KeyResult.model_validate({"id": "it", "kpi": kpi, self.comparison: OUT_OF_REACH})
        objective = Objective(
            objective="What is possible", id="possible", period=self.period, key_results=(result,)
        )
        return References(objective, self.index, self.through, question.policy)

    def _fingerprint(self, odds: Decimal) -> str:
        return f"{self._content}-{odds}"

    @cached_property
    def _content(self) -> str:
        """A hash of all that its rows are worked out from."""
        # the best period ever may lie before what is learnt from
        ever = self.goal.question.view.series.sums(date.min, self.through)
        said = (METHOD, self.index.kpi.as_text, self.period, self.through, self.own, ever)
        mark = hashlib.sha256(repr(said).encode())
        data = training_data_of(self.goal)
        for side in data.sides:
            mark.update(side.values.tobytes())
        if data.seen is not None:
            mark.update(data.seen.tobytes())
        return mark.hexdigest()[:16]


class _CountedOdds:
    """The odds of targets, counted over the final values (paths,) of the KPI: those without a value meet none."""

    def __init__(self, goal: OpenGoal, final: Exact, shipped: Curve, own: Curve) -> None:
        self.sign = 1 if goal.question.goal.comparison == "at_least" else -1
        values = final[~np.isnan(final)]
        # what counts as reaching a target is said by `OpenGoal.met`
        self._reached = np.sort(self.sign * values + goal.noise(values))
        self._paths = len(final)
        self._curves = shipped, own

    def __call__(self, targets: Sequence[Decimal]) -> list[Decimal]:
        asked = np.array([self.sign * float(target) for target in targets])
        met = (len(self._reached) - np.searchsorted(self._reached, asked)).tolist()
        shares = np.array([share_of_futures(count, self._paths) for count in met])
        return [odds for odds, _ in published_each(shares, *self._curves)]


def _shown(reference: Reference | None, kpi: Kpi) -> Decimal | None:
    return None if reference is None else rounded(reference.value, kpi.precision)
