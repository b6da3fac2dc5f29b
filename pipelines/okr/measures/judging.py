"""Whether a measure helped: what came, less the futures as they were known on the day before it started.

The interval is that of the futures, made as wide as the errors at the placebo dates ask for, and never narrower. It is
one of 90 % for all looks at a measure together: where nothing was done, it leaves out 0 at any of them one time in ten
at most, as far as the placebo dates are like the date of the measure. The verdict is that of the interval, and nothing
else.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

import numpy as np

from pipelines.okr.definition.definitions import Objective
from pipelines.okr.definition.measures import Measure
from pipelines.okr.forecast.training_series import (
    MIN_MONTHS_TO_SMOOTH,
    MIN_TO_SMOOTH,
    TrainingSeries,
)
from pipelines.okr.kpi.filters import members_in_words
from pipelines.okr.kpi.numbers import rounded
from pipelines.okr.kpi.periods import Cadence, FiscalYear
from pipelines.okr.kpi.readings import KpiView
from pipelines.okr.kpi.series import KpiIndex
from pipelines.okr.measures.at_work import Change, Taken, changes_beside, measures_of
from pipelines.okr.measures.looks import LOOKS, last_days_of_looks
from pipelines.okr.measures.placebos import LEAST_PLACEBOS, PlaceboErrors, planned_looks
from pipelines.okr.measures.result import MeasureResult, Reason, Verdict
from pipelines.okr.odds.estimates import Estimate, Stretch, estimates_by_look
from pipelines.okr.odds.known_steps import KnownSteps, cadence_of, known_steps

METHOD = "2"
"""Part of every fingerprint: results of another method are worked out anew."""
_LEAST_SEEN = 0.8
_PLACES = 6
_DAY = timedelta(days=1)


def judge_measures(
    objectives: Sequence[Objective],
    indexes: Mapping[str, KpiIndex],
    as_of: date,
    known: Mapping[str, MeasureResult] | None = None,
) -> list[MeasureResult]:
    """What came of each measure, by the data up to the day before `as_of`; in the order of their first days.

    `known` are earlier results by their fingerprints: one that nothing new can change is not worked out again.
    """
    every = measures_of(objectives)
    fiscal_years = {objective.id: objective.period.fiscal_year for objective in objectives}
    return [
        _Judgement(own, every, indexes.get(own.measure.kpi), as_of, fiscal_years[own.objective_id])
        .result(known or {})
        for own in every
    ]  # fmt: skip


@dataclass(frozen=True)
class _Judgement:
    own: Taken
    every: Sequence[Taken]
    index: KpiIndex | None
    as_of: date
    fiscal_year: FiscalYear

    @property
    def measure(self) -> Measure:
        return self.own.measure

    def result(self, known: Mapping[str, MeasureResult]) -> MeasureResult:
        """The result; an earlier one with the same fingerprint as it was."""
        if self.index is None or self._view.lacks_total:
            return self._unknown("no_data")
        if self.measure.start >= self.as_of:
            return self._unknown("not_started")
        if self.index.data_through is None or self._cadence is None or self._has_no_rows:
            return self._unknown("no_data")
        first = self.measure.visible_from
        looks = self._looks
        due = [day for day in looks if day <= self._through]
        if not due:
            after = next((day for day in looks if day > self._through), None)
            reason: Reason = "two_at_once" if self._is_disturbed(self._through) else "too_early"
            if not looks and self.measure.ends is not None:
                reason = "too_short"
            return replace(self._unknown(reason), first_day=first, next_look=after)
        undisturbed = [day for day in due[::-1] if not self._is_disturbed(day)]
        if not undisturbed:
            return replace(self._unknown("two_at_once"), first_day=first)
        # a shorter stretch has more placebo dates before it, where there are too few for a longer one
        results = (self._judged(day, looks, known) for day in undisturbed)
        result = next(results)
        while result.reason == "little_history":
            shorter = next(results, None)
            if shorter is None:
                break
            result = replace(shorter, next_look=None)
        return result

    @cached_property
    def _view(self) -> KpiView:
        assert self.index is not None, "without facts nothing is judged"
        return KpiView(self.index, self.measure.where, self.fiscal_year)

    @property
    def _has_no_rows(self) -> bool:
        """Whether its members have never had a row: most likely they are misspelt."""
        view = self._view
        return not view.kpi.behaviour.reported_by_period and view.series.first_day is None

    @property
    def _through(self) -> date:
        """The last day that can be judged."""
        assert self.index is not None and self.index.data_through is not None
        through = min(self.index.data_through, self.as_of - _DAY)
        return through if self.measure.ends is None else min(through, self.measure.ends)

    @cached_property
    def _cadence(self) -> Cadence | None:
        return cadence_of(self._view, self._through)

    @cached_property
    def _known(self) -> KnownSteps:
        assert self._cadence is not None, "there are steps"
        return known_steps(self._view, self._through, self._cadence)

    @cached_property
    def _looks(self) -> list[date]:
        first, cadence = self.measure.visible_from, self._cadence
        assert cadence is not None, "there are steps"
        lasts: list[date] = []
        if cadence != "day":
            known = self._known
            lasts = [date.fromordinal(day) for day in known.lasts[known.from_day(first) :].tolist()]
        return last_days_of_looks(first, cadence, lasts, self.measure.ends)

    @cached_property
    def _changes(self) -> list[Change]:
        return list(changes_beside(self.own, self.every, self.measure.where))

    def _is_disturbed(self, last: date) -> bool:
        """Whether something else moves the same rows between the start and the last judged day."""
        return any(
            change.first <= last and change.last >= self.measure.start for change in self._changes
        )

    def _unknown(self, reason: Reason) -> MeasureResult:
        measure = self.measure
        return MeasureResult(
            objective_id=self.own.objective_id,
            measure=measure.what,
            kpi=measure.kpi,
            where=members_in_words(measure.where) or None,
            start=measure.start,
            ends=measure.ends,
            owner=measure.owner,
            verdict="cannot_tell",
            reason=reason,
            expected=measure.expected,
            unit=None if self.index is None else self.index.kpi.unit,
        )

    def _judged(
        self, last: date, looks: Sequence[date], known: Mapping[str, MeasureResult]
    ) -> MeasureResult:
        """What is said by the days through `last`."""
        first = self.measure.visible_from
        after = next((day for day in looks if day > last), None)
        if after is not None and self._is_disturbed(after):
            after = None
        blank = replace(
            self._unknown("little_history"), first_day=first, last_day=last, next_look=after
        )
        assert self._cadence is not None, "there are steps"
        steps = known_steps(self._view, last, self._cadence)
        if steps.data.no_odds_because:
            return replace(blank, reason="missing_data")
        control = self._control(steps, last)
        blank = replace(
            blank,
            fingerprint=self._fingerprint(last, [*steps.data.sides, *control]),
            controls=members_in_words(self.measure.controls) if control else None,
        )
        earlier = known.get(blank.fingerprint)
        if earlier is not None:
            # what is called otherwise, or by when it is looked at again, is as it is now
            return replace(
                earlier, owner=blank.owner, next_look=blank.next_look, expected=blank.expected
            )
        origin, begins = steps.before(self.measure.start), steps.from_day(first)
        count = len(steps.firsts) - begins
        if count < 1 or steps.seen[begins:].mean() < _LEAST_SEEN:
            return replace(blank, reason="missing_data")
        stretch = Stretch(
            steps.data.sides,
            self._view.kpi.behaviour,
            begins - origin,
            count,
            steps.data.is_share,
            control,
        )
        months = steps.data.sides[0].frequency == "month"
        least = 2 * MIN_MONTHS_TO_SMOOTH if months else MIN_TO_SMOOTH
        changed = [
            (steps.before(change.first), steps.from_day(change.last + _DAY))
            for change in self._changes
        ]
        # one that is planned for later counts as much as this one
        asked = sorted({count, *self._planned(steps, last)})
        skipped = stretch.skipped
        planned = planned_looks(asked, origin, least, skipped=skipped, changed=changed)
        if planned is None or count not in planned.steps:
            return blank
        look = planned.steps.index(count)
        answers = dict(estimates_by_look(stretch, [origin, *planned.origins], planned.steps))
        estimate = answers.pop(0, [None] * len(planned.steps))[look]
        errors = PlaceboErrors(
            {planned.origins[place - 1]: row for place, row in answers.items()},
            skipped + planned.horizon,
        )
        if estimate is None or errors.dates < LEAST_PLACEBOS:
            return blank
        return self._told(blank, estimate, errors.widening(look), errors.dates, stretch)

    def _planned(self, steps: KnownSteps, last: date) -> Iterator[int]:
        """After how many judged steps it is looked at; of days by those that came before the measure."""
        first, start = self.measure.visible_from, self.measure.start
        if steps.cadence != "day":
            yield from LOOKS.get(steps.cadence, LOOKS["quarter"])
            return
        for day in self._looks:
            if day != last:
                before = start - ((day - first) + _DAY)
                yield steps.before(start) - steps.from_day(before)

    def _control(self, steps: KnownSteps, last: date) -> tuple[TrainingSeries, ...]:
        """The same steps of the members it does not touch; empty where there are none that can be used."""
        measure = self.measure
        if not measure.controls:
            return ()
        moved = changes_beside(self.own, self.every, measure.controls)
        if any(change.first <= last and change.last >= measure.start for change in moved):
            return ()
        view = KpiView(self._view.index, measure.controls, self.fiscal_year)
        other = known_steps(view, last, steps.cadence)
        length = len(steps.firsts)
        if len(other.firsts) < length or not np.array_equal(other.firsts[-length:], steps.firsts):
            return ()
        return tuple(
            replace(side, values=side.values[-length:], observed=None) for side in other.data.sides
        )

    def _fingerprint(self, last: date, sides: Sequence[TrainingSeries]) -> str:
        measure = self.measure
        days = [(change.first, change.last) for change in self._changes]
        said = (METHOD, self.own.objective_id, measure.what, measure.kpi, last, days)
        asked = (
            measure.start,
            measure.lag,
            measure.ramp,
            str(measure.where),
            str(measure.controls),
        )
        mark = hashlib.sha256(repr((said, asked, self._view.kpi.direction)).encode())
        for side in sides:
            mark.update(side.values.tobytes())
        return mark.hexdigest()[:16]

    def _told(
        self,
        blank: MeasureResult,
        estimate: Estimate,
        width: float,
        placebo_dates: int,
        stretch: Stretch,
    ) -> MeasureResult:
        """The result of an estimate, with an interval so many times as wide as that of the futures."""
        below = width * (estimate.middle - estimate.low)
        least = estimate.middle - below
        if all(side.values.min() >= 0 for side in stretch.sides):
            least = max(least, 0.0)
        low = estimate.effect - width * (estimate.high - estimate.middle)
        high = estimate.actual - least
        is_supported = abs(estimate.surprise) > width
        verdict: Verdict = "supported" if is_supported else "not_distinguishable"
        rises = estimate.effect > 0
        share = abs(estimate.middle)
        return replace(
            blank,
            verdict=verdict,
            reason=None,
            better=(rises == (self._view.kpi.direction == "up")) if is_supported else None,
            actual=self._shown(estimate.actual),
            without=self._shown(estimate.middle),
            effect=self._shown(estimate.effect),
            effect_low=self._shown(low),
            effect_high=self._shown(high),
            effect_share=_share(estimate.effect, share),
            effect_share_low=_share(low, share),
            effect_share_high=_share(high, share),
            placebo_dates=placebo_dates,
            widened=rounded(Decimal(repr(width)), _PLACES),
        )

    def _shown(self, value: float) -> Decimal:
        return rounded(Decimal(repr(value)), min(self._view.kpi.precision + 1, _PLACES))


def _share(part: float, whole: float) -> Decimal | None:
    return rounded(Decimal(repr(part / whole)), _PLACES) if whole else None
