"""The targets that are published of every KPI."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random

import pytest

from pipelines.okr.kpi.facts import TOTAL, DistinctFact, KpiFacts
from pipelines.okr.kpi.periods import CALENDAR_YEAR, FiscalYear, containing
from pipelines.okr.kpi.series import index_facts
from pipelines.okr.scoring.evidence import Evidence
from pipelines.okr.targets.ladder import ladder
from pipelines.okr.targets.of_kpis import PossibleTarget, possible_targets_of
from pipelines.okr.targets.rungs import RUNGS
from tests.pipelines.okr.conftest import KPIS

DAY = timedelta(days=1)
FIRST, AS_OF = date(2025, 9, 1), date(2026, 11, 2)  # a Monday
DAYS = (AS_OF - FIRST).days
RUNNING, COMING = date(2026, 10, 1), date(2027, 1, 1)


def drawn(seed: int, most: int = 10) -> list[int]:
    random = Random(seed)
    return [random.randrange(most) for _ in range(DAYS)]


def of_kind(kind: str, past) -> KpiFacts:
    days = [FIRST + DAY * n for n in range(DAYS)]
    if kind == "level":
        steps, level = drawn(3), 0
        return past.daily("likes", FIRST, [level := level + step for step in steps])
    if kind == "ratio":
        return past.ratio("churn", {day: (n, 20) for day, n in zip(days, drawn(4, 6), strict=True)})
    if kind == "budget":
        return past.daily("spend", FIRST, [f"{n}.25" for n in drawn(5)])
    return past.daily("deals", FIRST, drawn(6))


def published(facts: KpiFacts, **calendar: FiscalYear) -> list[PossibleTarget]:
    indexes = index_facts({facts.kpi.name: facts})
    fiscal = calendar.get("fiscal_year", CALENDAR_YEAR)
    return possible_targets_of(Evidence(indexes, AS_OF), fiscal)


@pytest.mark.parametrize("kind", ["flow", "level", "ratio", "budget"])
def test_they_are_those_of_okra_target(define: Callable, past, kind):
    facts = of_kind(kind, past)
    rows = published(facts)
    for period, start in (("2026-Q4", RUNNING), ("2027-Q1", COMING)):
        own = [row for row in rows if row.period_start == start]
        unit = "1 %" if kind == "ratio" else "1"
        comparison = "at_least" if facts.kpi.direction == "up" else "at_most"
        [objective] = define(
            f"- id: it\n  kpi: {facts.kpi.name}\n  {comparison}: {unit}", period=period
        )
        rungs = ladder(objective, Evidence(index_facts({facts.kpi.name: facts}), AS_OF))
        assert [(row.odds, row.target, row.probability) for row in own] == [
            (rung.asked, rung.target, rung.probability) for rung in rungs
        ]
        assert {row.comparison for row in own} == {comparison}


def test_each_kpi_has_five_targets_for_the_running_and_for_the_coming_quarter(past):
    rows = published(of_kind("flow", past))
    assert [(row.period_start, row.odds) for row in rows] == [
        (start, odds) for start in (RUNNING, COMING) for odds in RUNGS
    ]
    assert {row.period_end for row in rows} == {date(2026, 12, 31), date(2027, 3, 31)}
    assert {row.data_through for row in rows} == {AS_OF - DAY}


def test_what_came_before_stands_beside_them(past):
    amounts = drawn(6)
    rows = published(of_kind("flow", past))
    running, coming = rows[0], rows[-1]

    def total(start: date, end: date) -> int:
        return sum(amounts[(start - FIRST).days : (end - FIRST).days + 1])

    quarters = [
        (date(2025, 10, 1), date(2025, 12, 31)),
        (date(2026, 1, 1), date(2026, 3, 31)),
        (date(2026, 4, 1), date(2026, 6, 30)),
        (date(2026, 7, 1), date(2026, 9, 30)),
    ]
    assert running.year_before == total(*quarters[0])
    assert coming.year_before == total(*quarters[1])
    assert (running.best, running.best_start) == max(
        (Decimal(total(start, end)), start) for start, end in quarters
    )
    latest = total(AS_OF - 91 * DAY, AS_OF - DAY)
    assert coming.present_rate == round(latest / 91 * 90)


def test_a_cost_is_asked_to_stay_below_and_the_harder_target_is_the_lower_one(past):
    targets = [row.target for row in published(of_kind("budget", past))[:5]]
    assert targets == sorted(targets, reverse=True)
    assert targets[0] > targets[-1]


@pytest.mark.parametrize(
    "name", ["plan_revenue", "property_visitors"], ids=["a plan", "a kpi without a total"]
)
def test_what_has_no_odds_as_a_whole_has_no_targets(past, name):
    if name == "plan_revenue":
        facts = past.daily(name, FIRST, drawn(7))
    else:
        facts = past.daily("deals", FIRST, drawn(7))
        facts = KpiFacts(KPIS[name], (), facts.delivered, facts.data_through)
    assert published(facts) == []


def test_a_kpi_of_a_few_days_has_none(past):
    assert published(past.daily("deals", AS_OF - 5 * DAY, [1, 2, 3, 4, 5])) == []


def test_one_without_data_has_none_and_takes_none_from_others(past):
    deals = of_kind("flow", past)
    targets = published(deals)
    empty = KpiFacts(KPIS["spend"], (), frozenset(), None)
    indexes = index_facts({"deals": deals, "spend": empty})
    assert possible_targets_of(Evidence(indexes, AS_OF), CALENDAR_YEAR) == targets


def month_end(start: date) -> date:
    return containing(start, "month").end


def test_people_counted_by_month_have_targets_for_the_last_month_of_the_quarter(past):
    months = [date(2024 + n // 12, n % 12 + 1, 1) for n in range(34)]
    rows = [
        DistinctFact("month", month, TOTAL, TOTAL, Decimal(1000 + 7 * n % 90), month_end(month))
        for n, month in enumerate(months)
    ]
    end = date(2026, 10, 31)
    facts = KpiFacts(KPIS["visitors"], (), past.span(months[0], end), end, rows)
    targets = published(facts)
    assert [row.odds for row in targets if row.period_start == COMING] == list(RUNGS)
    assert all(900 < row.target < 1200 for row in targets)
    # of a quarter its last month counts
    ends = [1000 + 7 * n % 90 for n in range(2, 33, 3)]
    assert targets[0].best == max(ends)


def test_quarters_are_those_of_the_fiscal_year(past):
    rows = published(of_kind("flow", past), fiscal_year=FiscalYear(first_month=2))
    assert {(row.period_start, row.period_end) for row in rows} == {
        (date(2026, 11, 1), date(2027, 1, 31)),
        (date(2027, 2, 1), date(2027, 4, 30)),
    }


def test_they_are_worked_out_once_a_week(past):
    """On Friday, with four days more, they are those of Monday; on the next Monday they are others."""
    facts = past.daily("deals", FIRST, [*drawn(6), 9, 9, 9, 9, 9, 9, 9])
    indexes = index_facts({"deals": facts})
    monday, friday, next_monday = (
        possible_targets_of(Evidence(indexes, AS_OF + n * DAY), CALENDAR_YEAR) for n in (0, 4, 7)
    )
    assert monday == friday
    assert {row.data_through for row in next_monday} == {AS_OF + 6 * DAY}
    assert next_monday[0].fingerprint != monday[0].fingerprint


def test_of_many_kpis_each_has_a_weekday_of_its_own(past):
    """In eight days each KPI's targets become others once, and not all of them on one day."""
    names = ("deals", "likes", "spend")
    indexes = index_facts({name: past.daily(name, FIRST, [*drawn(6), *[9] * 8]) for name in names})
    through = {name: [] for name in names}
    for n in range(8):
        evidence = Evidence(indexes, AS_OF + n * DAY)
        for row in possible_targets_of(evidence, CALENDAR_YEAR, on_one_day=2):
            if (row.period_start, row.odds) == (RUNNING, RUNGS[0]):
                through[row.kpi].append(row.data_through)
    changes = {
        name: [n for n, (day, next_day) in enumerate(pairwise(days)) if day != next_day]
        for name, days in through.items()
    }
    assert all(len(days) == 8 and len(changes[name]) == 1 for name, days in through.items())
    assert len({tuple(days) for days in changes.values()}) > 1


def test_a_quarter_has_its_own_from_its_first_day_on(past):
    """1 October 2026 is a Thursday."""
    facts = of_kind("flow", past)
    indexes = index_facts({"deals": facts})
    rows = possible_targets_of(Evidence(indexes, date(2026, 10, 2)), CALENDAR_YEAR)
    assert {row.period_start for row in rows} == {RUNNING, COMING}
    assert {row.data_through for row in rows} == {date(2026, 9, 30)}


def test_what_is_known_already_is_taken_as_it_is(past):
    indexes = index_facts({"deals": of_kind("flow", past)})
    evidence = Evidence(indexes, AS_OF)
    rows = possible_targets_of(evidence, CALENDAR_YEAR)
    marked = {row.fingerprint: replace(row, target=Decimal(7)) for row in rows}
    kept = possible_targets_of(evidence, CALENDAR_YEAR, marked)
    assert {row.target for row in kept} == {Decimal(7)}


def test_a_day_that_was_corrected_has_them_worked_out_anew(past):
    amounts = drawn(6)
    before = possible_targets_of(
        Evidence(index_facts({"deals": past.daily("deals", FIRST, amounts)}), AS_OF), CALENDAR_YEAR
    )
    known = {row.fingerprint: row for row in before}
    amounts[50] += 30
    evidence = Evidence(index_facts({"deals": past.daily("deals", FIRST, amounts)}), AS_OF)
    assert possible_targets_of(evidence, CALENDAR_YEAR, known) == possible_targets_of(
        evidence, CALENDAR_YEAR
    )
    assert possible_targets_of(evidence, CALENDAR_YEAR, known)[0].best != before[0].best
