"""The months, quarters, halves and years of a KPI against the period before and the year before."""

from collections.abc import Callable, Iterator, Set
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from pipelines.okr.factors.amounts import Amount, Amounts, total
from pipelines.okr.factors.currency import mean_rates, valued
from pipelines.okr.factors.decomposition import Compared
from pipelines.okr.factors.factor import Against, Comparison, Factor
from pipelines.okr.factors.history import Cut, History
from pipelines.okr.factors.own_currencies import OwnCurrencies, own_currencies
from pipelines.okr.factors.wording import days_called
from pipelines.okr.periods import Cadence, Period, cut_alike, previous, windows, year_before

CADENCES: tuple[Cadence, ...] = ("month", "quarter", "half", "year")
MONTHS_BACK = 24

Trust = Callable[[str, Cadence, date], Set[str]]
"""The flags of a KPI's period, by the KPI, the period's kind and its first day."""


def period_factors(
    history: History, trust: Trust, as_of: date, fiscal_year_start: int
) -> Iterator[Factor]:
    """The factors of every period of the last two years that can be compared, up to the day before `as_of`."""
    if history.data_through is None:
        return
    last = min(history.data_through, as_of - timedelta(days=1))
    own = own_currencies(history.facts)
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


def reported_periods(last: date, fiscal_year_start: int) -> Iterator[Period]:
    """The periods that touch the two years up to `last`, the shortest kind first."""
    months = last.year * 12 + last.month - MONTHS_BACK
    first = date(months // 12, months % 12 + 1, 1)
    for cadence in CADENCES:
        yield from windows(first, last, cadence, fiscal_year_start)


def _references(period: Period) -> Iterator[tuple[Against, Period]]:
    yield "previous", previous(period)
    if period.kind != "year":
        yield "last_year", year_before(period)


def _trust(trust: Trust, history: History, period: Period) -> Set[str]:
    assert period.kind is not None, "a named period"
    return trust(history.kpi.name, period.kind, period.start)


def _compared(
    history: History, period: Period, through: date, whole: Period, before: Period
) -> Compared | None:
    """Both sides, or None where one of them lacks a day: nothing is compared with a part."""
    if history.kpi.kind == "distinct":
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
    compared: Compared, history: History, own: OwnCurrencies, days: Period, before: Period
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


def both_sides(
    history: History, cut: Cut, now: Amounts, before: Amounts
) -> tuple[Amounts, Amounts]:
    """Both sides by member; a member of a flow without rows on delivered days had 0, and is told so."""
    if history.kpi.kind != "flow":
        return now, before
    none = dict.fromkeys({**now, **before}, Amount(Fraction()))
    return none | dict(now), none | dict(before)


def _distinct(history: History, period: Period, before: Period, through: date) -> Compared | None:
    """A distinct count as a whole: it has no members that add up to it, and no part can be compared."""
    now = history.reported(period.kind or "", period.start)
    then = history.reported(before.kind or "", before.start)
    if now is None or then is None or now.value is None or then.value is None:
        return None
    if through < period.end or now.data_through < period.end or then.data_through < before.end:
        return None
    return Compared(Fraction(now.value), Fraction(then.value), {})
