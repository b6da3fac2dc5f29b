"""The months, quarters, halves and years of a KPI against the period before and the year before.

Where the period before has been restated since it was published, also against what was published of it.
"""

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from types import MappingProxyType

from pipelines.okr.factors.amounts import Amount, Amounts, Cut, KpiAmounts, total
from pipelines.okr.factors.currency import mean_rates, valued
from pipelines.okr.factors.decomposition import Compared
from pipelines.okr.factors.factor import Against, Comparison, Factor
from pipelines.okr.factors.own_currencies import OwnCurrencies, own_currencies
from pipelines.okr.factors.restatement import Believed
from pipelines.okr.factors.wording import days_called
from pipelines.okr.kpi.periods import Cadence, Period, cut_alike, previous, windows, year_before

CADENCES: tuple[Cadence, ...] = ("month", "quarter", "half", "year")
MONTHS_BACK = 24

Trust = Callable[[str, Cadence, date], Set[str]]
"""The flags of a KPI's period, by the KPI, the period's kind and its first day."""
Restated = Mapping[tuple[str, date], Believed]
"""What was first published of the periods that have been restated since, by kind and first day."""


def period_factors(
    history: KpiAmounts,
    trust: Trust,
    as_of: date,
    fiscal_year_start: int,
    restated: Restated = MappingProxyType({}),
) -> Iterator[Factor]:
    """The factors of every period of the last two years that can be compared, up to the day before `as_of`."""
    if history.index.data_through is None:
        return
    last = min(history.index.data_through, as_of - timedelta(days=1))
    own = own_currencies(history.index.facts)
    for period in reported_periods(last, fiscal_year_start):
        through = min(period.end, last)
        for against, whole in _references(period):
            before = cut_alike(whole, period, through)
            compared = _compared(history, period, through, whole, before)
            if compared is None:
                continue
            if own is not None:
                days = replace(period, end=through)
                compared = _revalued(compared, history, own, days, before)
            flags = _trust(trust, history, period) | _trust(trust, history, whole)
            comparison = Comparison(
                kpi=history.kpi,
                period=period,
                through=through,
                against=against,
                reference=before.label,
                called=days_called(history.kpi, whole, before, period),
                before=before,
                trust=flags,
            )
            yield from comparison.factors(compared, history.kpi.precision)
            believed = restated.get((whole.cadence or "", whole.start))
            if against != "previous" or believed is None:
                continue
            published = _published(compared, history, believed, whole, before)
            if published is not None:
                called = f"{comparison.called} as first published"
                old = replace(comparison, against="published", called=called)
                yield from old.factors(published, history.kpi.precision)


def reported_periods(last: date, fiscal_year_start: int) -> Iterator[Period]:
    """The periods that touch the two years up to `last`, the shortest kind first."""
    months = last.year * 12 + last.month - MONTHS_BACK
    first = date(months // 12, months % 12 + 1, 1)
    for cadence in CADENCES:
        yield from windows(first, last, cadence, fiscal_year_start)


def _references(period: Period) -> Iterator[tuple[Against, Period]]:
    yield "previous", previous(period)
    if period.cadence != "year":
        yield "last_year", year_before(period)


def _trust(trust: Trust, history: KpiAmounts, period: Period) -> Set[str]:
    assert period.cadence is not None, "a named period"
    return trust(history.kpi.name, period.cadence, period.start)


def _compared(
    history: KpiAmounts, period: Period, through: date, whole: Period, before: Period
) -> Compared | None:
    """Both sides, or None where one of them lacks a day: nothing is compared with a part."""
    if history.kpi.behaviour.reported_by_period:
        return _distinct(history, period, whole, through)
    if not history.covers(period.start, through) or not history.covers(before.start, before.end):
        return None
    now, then = history.whole(period.start, through), history.whole(before.start, before.end)
    value = now.value if now else None
    previous_value = then.value if then else None
    if value is None or previous_value is None:
        return None
    members = {
        cut: both_sides(
            history,
            cut,
            history.amounts(cut, period.start, through),
            history.amounts(cut, before.start, before.end),
        )
        for cut in history.cuts
    }
    return Compared(value, previous_value, members)


def _revalued(
    compared: Compared, history: KpiAmounts, own: OwnCurrencies, days: Period, before: Period
) -> Compared:
    """The comparison with the members of both sides at the mean of their exchange rates too."""
    now, then = own.rates(days.start, days.end), own.rates(before.start, before.end)
    rates = mean_rates(now, then)
    at_mean_rates = {
        cut: both_sides(
            history,
            cut,
            valued(own.amounts(cut, days.start, days.end), rates, own.sides),
            valued(own.amounts(cut, before.start, before.end), rates, own.sides),
        )
        for cut in history.cuts
    }
    wholes = [total(side) for sides in at_mean_rates.values() for side in sides]
    if any(whole is None or whole.value is None for whole in wholes):
        return compared  # what is paid and paid back may cancel out at one rate, and not at another
    return replace(compared, at_mean_rates=at_mean_rates, rates=(now, then))


def _published(
    compared: Compared, history: KpiAmounts, believed: Believed, whole: Period, before: Period
) -> Compared | None:
    """The comparison with what was first published of the days before; None where that was the same."""
    then = _then(history, believed, whole, before)
    if then is None or then == compared.previous_value:
        return None
    members, known_today = dict(compared.members), {}
    if not members:
        members[()] = {(): Amount(compared.value)}, {(): Amount(compared.previous_value)}
    for cut, (now, known) in tuple(members.items()):
        old = believed.amounts(cut, before.start, before.end) if cut else {(): Amount(then)}
        if old is None:
            del members[cut]
        else:
            members[cut], known_today[cut] = both_sides(history, cut, now, old), known
    return replace(compared, previous_value=then, members=members, known_today=known_today)


def _then(
    history: KpiAmounts, believed: Believed, whole: Period, before: Period
) -> Fraction | None:
    """What was first published of the KPI as a whole for the days before."""
    if history.kpi.behaviour.reported_by_period:
        reported = believed.reported(whole.cadence or "", whole.start)
        return None if reported is None or reported.value is None else Fraction(reported.value)
    amount = believed.whole(before.start, before.end)
    return amount.value if amount else None


def both_sides(
    history: KpiAmounts, cut: Cut, now: Amounts, before: Amounts
) -> tuple[Amounts, Amounts]:
    """Both sides by member; a member of a flow without rows on delivered days had 0, and is told so."""
    if not history.kpi.behaviour.absent_member_is_zero:
        return now, before
    none = dict.fromkeys({**now, **before}, Amount(Fraction()))
    return none | dict(now), none | dict(before)


def _distinct(
    history: KpiAmounts, period: Period, before: Period, through: date
) -> Compared | None:
    """A distinct count as a whole: it has no members that add up to it, and no part can be compared."""
    now = history.reported(period.cadence or "", period.start)
    then = history.reported(before.cadence or "", before.start)
    if now is None or then is None or now.value is None or then.value is None:
        return None
    if through < period.end or now.data_through < period.end or then.data_through < before.end:
        return None
    return Compared(Fraction(now.value), Fraction(then.value), {})
