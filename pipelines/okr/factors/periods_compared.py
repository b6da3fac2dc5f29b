"""The months, quarters, halves and years of a KPI against the period before and the year before.

Where the period before has been restated since it was published, also against its original version. Then a part of
the change came before this period, and is told apart:

    now − original = (now − as known today) + (as known today − original)

The second part is split over the members as a change is: by their own amounts, and of a ratio by what they have in
the whole.

A key result that counts some members alone has factors of its own, of these members.
"""

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType

from pipelines.okr.factors.amounts import Amount, Amounts, KpiAmounts, total
from pipelines.okr.factors.currency import mean_rates, valued
from pipelines.okr.factors.decomposition import ComparedAmounts
from pipelines.okr.factors.factor import Against, Comparison, Factor
from pipelines.okr.factors.own_currencies import OwnCurrencies, own_currencies
from pipelines.okr.factors.wording import days_text
from pipelines.okr.kpi.facts import TOTAL
from pipelines.okr.kpi.periods import (
    Cadence,
    FiscalYear,
    Period,
    containing,
    cut_alike,
    previous,
    windows,
    year_before,
)
from pipelines.okr.kpi.series import KpiIndex

CADENCES: tuple[Cadence, ...] = ("month", "quarter", "half", "year")
MONTHS_BACK = 24
_OF_GOAL: Mapping[Against, Against] = {
    "previous": "goal_previous",
    "last_year": "goal_last_year",
}

Trust = Callable[[str, Cadence, date], Set[str]]
"""The flags of a KPI's period, by the KPI, the period's cadence and its first day."""
Original = Mapping[str, KpiAmounts]
"""A KPI as it was when a period was first published whole: as a whole (`total`), and by one dimension at a time."""
Originals = Mapping[tuple[str, date], Original]
"""The original versions of the periods that have been restated since, by cadence and first day."""


def period_factors(
    amounts: KpiAmounts,
    trust: Trust,
    as_of: date,
    fiscal_year: FiscalYear,
    originals: Originals = MappingProxyType({}),
) -> Iterator[Factor]:
    """The factors of every period of the last two years that can be compared, up to the day before `as_of`."""
    last = last_day(amounts.index, as_of)
    if last is None:
        return
    own = own_currencies(amounts.index.facts)
    for period in reported_periods(last, fiscal_year):
        yield from factors_of_period(amounts, own, trust, period, last, originals)


def last_day(index: KpiIndex, as_of: date) -> date | None:
    """The last day that counts; None without any data."""
    through = index.data_through
    return None if through is None else min(through, as_of - timedelta(days=1))


def factors_of_period(
    amounts: KpiAmounts,
    own: OwnCurrencies | None,
    trust: Trust,
    period: Period,
    last: date,
    originals: Originals = MappingProxyType({}),
) -> Iterator[Factor]:
    """The factors of one period, up to `last`. What they are worked out from is in `fingerprints`."""
    kpi = amounts.kpi
    for comparison, compared in _comparisons(amounts, own, trust, period, last):
        yield from comparison.factors(compared, kpi.precision)
        before = comparison.before
        if comparison.against != "previous" or before is None:
            continue
        original = originals.get((period.cadence or "", before.start))
        if original is None:
            continue
        restated = _with_original(compared, amounts, original, before)
        if restated is not None:
            text = f"{comparison.reference_text} as first published"
            published = replace(comparison, against="published", reference_text=text)
            yield from published.factors(restated, kpi.precision)


def periods_of(period: Period) -> list[Period]:
    """The period, and those that it is compared with."""
    return [period, *(whole for _, whole in _references(period))]


def goal_factors(
    key_result_id: str,
    amounts: KpiAmounts,
    trust: Trust,
    as_of: date,
    fiscal_year: FiscalYear,
    cadence: Cadence,
) -> Iterator[Factor]:
    """The factors of the members that a key result counts, of the open period and the one before it.

    `amounts` are those under its filter. A count of people has none: its source does not count some of them alone.
    """
    last = last_day(amounts.index, as_of)
    if last is None or amounts.kpi.behaviour.reported_by_period:
        return
    own = own_currencies(amounts.index.facts, amounts.where)
    open_period = containing(last, cadence, fiscal_year)
    for period in (previous(open_period), open_period):
        for comparison, compared in _comparisons(amounts, own, trust, period, last):
            of_goal = replace(
                comparison, against=_OF_GOAL[comparison.against], reference=key_result_id
            )
            yield from of_goal.factors(compared, amounts.kpi.precision)


def _comparisons(
    amounts: KpiAmounts, own: OwnCurrencies | None, trust: Trust, period: Period, last: date
) -> Iterator[tuple[Comparison, ComparedAmounts]]:
    """A period up to `last` against the one before it and the year before, where both sides are known."""
    kpi, days = amounts.kpi, cut_alike(period, period, last)
    for against, whole in _references(period):
        before = cut_alike(whole, period, last)
        compared = _compared(amounts, days, before)
        if compared is None:
            continue
        if own is not None:
            compared = _with_mean_rates(compared, amounts, own, days, before)
        comparison = Comparison(
            kpi=kpi,
            period=period,
            through=days.end,
            against=against,
            reference=before.label,
            reference_text=days_text(kpi, whole, before, period),
            before=before,
            trust=trust_of(trust, kpi.name, period) | trust_of(trust, kpi.name, whole),
        )
        yield comparison, compared


def reported_periods(last: date, fiscal_year: FiscalYear) -> Iterator[Period]:
    """The periods that touch the two years up to `last`, the shortest cadence first."""
    months = last.year * 12 + last.month - MONTHS_BACK
    first = date(months // 12, months % 12 + 1, 1)
    for cadence in CADENCES:
        yield from windows(first, last, cadence, fiscal_year)


def _references(period: Period) -> Iterator[tuple[Against, Period]]:
    yield "previous", previous(period)
    if period.cadence != "year":
        yield "last_year", year_before(period)


def trust_of(trust: Trust, kpi: str, period: Period) -> Set[str]:
    """The flags of a KPI's period."""
    assert period.cadence is not None, "a named period"
    return trust(kpi, period.cadence, period.start)


def _compared(amounts: KpiAmounts, days: Period, before: Period) -> ComparedAmounts | None:
    """Both sides; None where one of them is not known, or lacks a day."""
    now, earlier = amounts.whole(days), amounts.whole(before)
    value, previous_value = now.value if now else None, earlier.value if earlier else None
    if value is None or previous_value is None:
        return None
    members = {
        breakdown: amounts.aligned(
            amounts.by_member(breakdown, days), amounts.by_member(breakdown, before)
        )
        for breakdown in amounts.breakdowns
    }
    return ComparedAmounts(value, previous_value, members)


def _with_mean_rates(
    compared: ComparedAmounts, amounts: KpiAmounts, own: OwnCurrencies, days: Period, before: Period
) -> ComparedAmounts:
    """The comparison with the members of both sides at the mean of their exchange rates too."""
    now, earlier = own.rates(days), own.rates(before)
    rates = mean_rates(now, earlier)
    at_mean_rates = {
        breakdown: amounts.aligned(
            valued(own.by_member(breakdown, days), rates, own.sides),
            valued(own.by_member(breakdown, before), rates, own.sides),
        )
        for breakdown in amounts.breakdowns
    }
    wholes = [total(side) for sides in at_mean_rates.values() for side in sides]
    if any(whole is None or whole.value is None for whole in wholes):
        return compared  # denominators of both signs may sum to 0 at one rate, and not at another
    return replace(compared, at_mean_rates=at_mean_rates, rates=(now, earlier))


def _with_original(
    compared: ComparedAmounts, amounts: KpiAmounts, original: Original, before: Period
) -> ComparedAmounts | None:
    """The comparison with the original version of the days before; None where that was the same."""
    whole = original[TOTAL].whole(before) if TOTAL in original else None
    original_value = whole.value if whole else None
    if original_value is None or original_value == compared.previous_value:
        return None
    sides = compared.members or {
        (): ({(): Amount(compared.value)}, {(): Amount(compared.previous_value)})
    }
    members, known_today = {}, {}
    for breakdown, (now, known) in sides.items():
        if not breakdown:
            old: Amounts = {(): Amount(original_value)}
        elif len(breakdown) == 1 and breakdown[0] in original:
            old = original[breakdown[0]].by_member(breakdown, before)
        else:
            continue  # an original is kept by one dimension at a time
        members[breakdown], known_today[breakdown] = amounts.aligned(now, old), known
    return replace(
        compared, previous_value=original_value, members=members, known_today=known_today
    )
