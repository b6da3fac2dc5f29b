"""Where a period's fingerprint is the same, its factors are: over random pasts that change at random."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from pipelines.okr.factors.amounts import KpiAmounts
from pipelines.okr.factors.factor import Factor
from pipelines.okr.factors.fingerprints import PeriodFingerprints
from pipelines.okr.factors.own_currencies import own_currencies
from pipelines.okr.factors.periods_compared import factors_of_period, reported_periods
from pipelines.okr.kpi.conversion import Conversion
from pipelines.okr.kpi.facts import TOTAL, DayFact, DistinctFact, KpiFacts, Own
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.periods import CALENDAR_YEAR, Period
from pipelines.okr.kpi.series import KpiIndex

FIRST, LAST = date(2025, 10, 1), date(2026, 3, 20)
DAY = timedelta(days=1)
CONVERTED = Conversion("booking", frozenset({"value"}))
KPIS = (
    Kpi("sales", "flow", "pieces", dimensions=("color", "shop")),
    Kpi("likes", "stock", "likes", dimensions=("page",)),
    Kpi("rate", "ratio", "percent", precision=4, dimensions=("shop",)),
    Kpi("per_head", "ratio", "deals", precision=2, dimensions=("rep",), denominator="level"),
    Kpi("revenue", "flow", "USD", dimensions=("currency",), conversion=CONVERTED),
    Kpi("visitors", "distinct", "visitors"),
)
Key = tuple[str, date]


@dataclass(frozen=True)
class Past:
    """What is known of a KPI on a day."""

    facts: KpiFacts
    last: date = LAST
    flags: Mapping[Key, frozenset[str]] = field(default_factory=dict)

    def factors(self, period: Period) -> list[Factor]:
        index = KpiIndex(self.facts)
        own = own_currencies(self.facts)
        return list(factors_of_period(KpiAmounts(index), own, self.trust, period, self.last))

    def fingerprints(self) -> PeriodFingerprints:
        index, converts = KpiIndex(self.facts), own_currencies(self.facts) is not None
        return PeriodFingerprints("", index, self.trust, self.last, {}, converts)

    def trust(self, kpi: str, cadence: str, start: date) -> frozenset[str]:
        return self.flags.get((cadence, start), frozenset())


def days(random: Random, kpi: Kpi) -> list[DayFact]:
    """Some days of some members, from one year to the next."""
    facts = []
    for number in range((LAST - FIRST).days + 1):
        for member in ("a", "b"):
            if random.random() < 0.7:
                facts.append(fact(random, kpi, FIRST + DAY * number, member))
    return facts


def fact(random: Random, kpi: Kpi, day: date, member: str) -> DayFact:
    members = {name: random.choice((member, "c")) for name in kpi.dimensions}
    amount, lower = Decimal(random.randint(-5, 50)), Decimal(random.randint(1, 9))
    if kpi.behaviour.is_quotient:
        return DayFact(day, members, None, amount, lower)
    own = Own(amount / random.choice((1, 2))) if kpi.conversion else None
    return DayFact(day, members, amount, own=own)


def past(random: Random, kpi: Kpi) -> Past:
    delivered = {FIRST + DAY * n for n in range((LAST - FIRST).days + 1)}
    counts = [
        DistinctFact("month", date(2026, n, 1), TOTAL, TOTAL, Decimal(100 * n), LAST)
        for n in (1, 2)
    ]
    if kpi.behaviour.reported_by_period:
        return Past(KpiFacts(kpi, (), delivered, LAST, counts))
    return Past(KpiFacts(kpi, days(random, kpi), delivered, LAST))


def another_day(random: Random, past: Past) -> Past:
    last = past.last + DAY
    more = [fact(random, past.facts.kpi, last, "a")]
    delivered = past.facts.delivered | {last}
    facts = replace(past.facts, days=[*past.facts.days, *more], delivered=delivered)
    return replace(past, facts=facts, last=last)


def a_row_that_goes(random: Random, past: Past) -> Past:
    rows = list(past.facts.days)
    if rows:
        rows.pop(random.randrange(len(rows)))
    return replace(past, facts=replace(past.facts, days=rows))


def a_row_that_changes(random: Random, past: Past) -> Past:
    rows = list(past.facts.days)
    if rows:
        place = random.randrange(len(rows))
        rows[place] = fact(random, past.facts.kpi, rows[place].day, "b")
    return replace(past, facts=replace(past.facts, days=rows))


def a_row_of_another_member(random: Random, past: Past) -> Past:
    return _with_last_row(
        past, lambda row: replace(row, dimensions=dict.fromkeys(row.dimensions, "d"))
    )


def a_row_of_another_day(random: Random, past: Past) -> Past:
    return _with_last_row(past, lambda row: replace(row, day=row.day - 7 * DAY))


def _with_last_row(past: Past, change: Callable[[DayFact], DayFact]) -> Past:
    rows = list(past.facts.days)
    return replace(
        past, facts=replace(past.facts, days=[*rows[:-1], *(change(row) for row in rows[-1:])])
    )


def a_day_that_is_missing(random: Random, past: Past) -> Past:
    missing = FIRST + DAY * random.randrange((LAST - FIRST).days)
    facts = replace(past.facts, delivered=past.facts.delivered - {missing})
    return replace(past, facts=facts)


def a_flag(random: Random, past: Past) -> Past:
    periods = [x for x in reported_periods(past.last, CALENDAR_YEAR) if x.start > FIRST]
    period = random.choice(periods)
    key = period.cadence or "", period.start
    return replace(past, flags={**past.flags, key: frozenset({"late"})})


def a_count_that_changes(random: Random, past: Past) -> Past:
    counts = [
        replace(x, value=Decimal(random.randint(1, 300))) for x in past.facts.distinct_periods
    ]
    return replace(past, facts=replace(past.facts, distinct_periods=counts[: random.randint(0, 2)]))


def another_declaration(random: Random, past: Past) -> Past:
    kpi = replace(past.facts.kpi, precision=random.randint(0, 2), unit="things")
    return replace(past, facts=replace(past.facts, kpi=kpi))


def another_order(random: Random, past: Past) -> Past:
    rows = list(past.facts.days)
    random.shuffle(rows)
    return replace(past, facts=replace(past.facts, days=rows))


CHANGES: tuple[Callable[[Random, Past], Past], ...] = (
    another_day,
    a_row_that_goes,
    a_row_that_changes,
    a_row_of_another_member,
    a_row_of_another_day,
    a_day_that_is_missing,
    a_flag,
    a_count_that_changes,
    another_declaration,
    another_order,
)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("seed", range(12))
def test_a_period_with_the_same_fingerprint_has_the_same_factors(
    change: Callable[[Random, Past], Past], seed: int
) -> None:
    random = Random(seed)
    before = past(random, KPIS[seed % len(KPIS)])
    after = change(random, before)
    earlier, now = before.fingerprints(), after.fingerprints()
    for period in reported_periods(after.last, CALENDAR_YEAR):
        if earlier.of(period) == now.of(period):
            assert before.factors(period) == after.factors(period)


def test_another_day_changes_the_open_periods_alone() -> None:
    before = past(Random(1), KPIS[0])
    after = another_day(Random(2), before)
    earlier, now = before.fingerprints(), after.fingerprints()
    changed = {
        (period.cadence, period.start)
        for period in reported_periods(after.last, CALENDAR_YEAR)
        if earlier.of(period) != now.of(period)
    }
    year = date(2026, 1, 1)
    assert changed == {
        ("month", date(2026, 3, 1)),
        ("quarter", year),
        ("half", year),
        ("year", year),
    }


def test_a_day_of_october_changes_the_periods_that_hold_it_and_those_compared_with_them() -> None:
    before = past(Random(1), KPIS[0])
    rows = [*before.facts.days, DayFact(date(2025, 10, 7), {"color": "a", "shop": "a"}, Decimal(1))]
    after = replace(before, facts=replace(before.facts, days=rows))
    earlier, now = before.fingerprints(), after.fingerprints()
    changed = [
        f"{period.cadence} {period.start:%Y-%m}"
        for period in reported_periods(after.last, CALENDAR_YEAR)
        if earlier.of(period) != now.of(period)
    ]
    # not the open half: it is compared with the first 79 days of the half before, which end in September
    assert changed == [
        "month 2025-10",
        "month 2025-11",
        "quarter 2025-10",
        "quarter 2026-01",
        "half 2025-07",
        "year 2025-01",
    ]
