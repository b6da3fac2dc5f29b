"""A flow per head: a ratio whose denominator is a level, averaged over the days and not summed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from pipelines.okr.definition.loading import load
from pipelines.okr.factors.amounts import KpiAmounts
from pipelines.okr.kpi.facts import DayFact, KpiFacts
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.periods import Period, parse_period
from pipelines.okr.kpi.readings import KpiView, read, read_baseline
from pipelines.okr.kpi.series import KpiIndex
from pipelines.okr.odds.training_data import training_data

DAY = timedelta(days=1)
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
AFTER = LAST + DAY


def team(kpis: Mapping[str, Kpi], **deals: list[int | None]) -> KpiFacts:
    """Deals of each rep day by day from the first; None on a day on which the rep is not there."""
    rows = [
        DayFact(FIRST + DAY * n, {"rep": rep}, None, Decimal(count), Decimal(1))
        for rep, listed in deals.items()
        for n, count in enumerate(listed)
        if count is not None
    ]
    longest = max(len(listed) for listed in deals.values())
    days = frozenset(FIRST + DAY * n for n in range(longest))
    return KpiFacts(kpis["deals_per_rep"], rows, days, max(days))


def value(facts: KpiFacts, start: date, end: date, **where: str) -> Decimal | None:
    return read(KpiView(KpiIndex(facts), where), start, end).value


def test_heads_are_averaged_and_deals_are_summed(kpis):
    facts = team(kpis, kim=[1, 0, 2, 1], lee=[2, 3, 0, 1], new=[None, None, 2, 0])
    assert value(facts, FIRST, FIRST + DAY) == Decimal(6) / 2
    assert value(facts, FIRST, FIRST + 3 * DAY) == Decimal(12) / Decimal("2.5")
    assert value(facts, FIRST, FIRST) == Decimal(3) / 2


def test_its_change_is_explained_by_the_same_averages(kpis):
    facts = team(kpis, kim=[1, 0, 2, 1], lee=[2, 3, 0, 1], new=[None, None, 2, 0])
    amounts = KpiAmounts(KpiIndex(facts))
    days = Period(None, "", FIRST, FIRST + 3 * DAY)
    whole = amounts.whole(days)
    assert (whole.numerator, whole.denominator) == (12, Fraction(5, 2))
    members = amounts.by_member(("rep",), days)
    assert members[("new",)].denominator == Fraction(1, 2)
    assert sum(amount.denominator for amount in members.values()) == whole.denominator


def test_who_joins_in_the_middle_is_there_for_half_of_the_days(kpis):
    facts = team(kpis, kim=[1, 1, 1, 1], new=[None, None, 1, 1])
    assert value(facts, FIRST, FIRST + 3 * DAY, rep="kim") == 4
    assert value(facts, FIRST, FIRST + 3 * DAY, rep="new") == 2 / Decimal("0.5")


def test_a_delivered_day_with_nobody_there_counts_and_a_missing_one_does_not(kpis):
    facts = team(kpis, kim=[1, None, 1, 2])
    assert value(facts, FIRST, FIRST + 3 * DAY) == 4 / Decimal("0.75")
    gone = KpiFacts(facts.kpi, facts.days, facts.delivered - {FIRST + DAY}, facts.data_through)
    reading = read(KpiView(KpiIndex(gone), {}), FIRST, FIRST + 3 * DAY)
    assert (reading.value, reading.gaps) == (4, 1)


def test_nobody_at_all_is_no_value(kpis):
    facts = team(kpis, kim=[1, 1], lee=[None, None, None, 0])
    assert value(facts, FIRST + 2 * DAY, FIRST + 2 * DAY) is None


def test_it_grows_with_the_days_so_half_of_it_is_on_pace_half_way(kpis, headline):
    facts = team(kpis, kim=[1] * 15, lee=[1] * 15)
    row = headline("kpi: deals_per_rep\nat_least: 30", facts, date(2026, 11, 16))
    assert (row.actual, row.raw_attainment, row.expected) == (15, Decimal("0.5"), Decimal("0.5"))
    assert row.status == "on_track"
    assert (row.required_rate, row.current_rate) == (1, 1)


def test_it_is_not_decided_before_the_end_as_more_heads_can_undo_it(kpis, headline):
    goal = "kpi: deals_per_rep\nat_least: 20"
    early = team(kpis, kim=[1] * 25)
    row = headline(goal, early, date(2026, 11, 26))
    assert (row.actual, row.score, row.status) == (25, 1, "on_track")
    crowd = {f"new{n}": [None] * 25 + [0] * 5 for n in range(3)}
    late = team(kpis, kim=[1] * 25 + [0] * 5, **crowd)
    row = headline(goal, late, AFTER)
    assert row.actual == Decimal("16.67")  # 25 deals over an average of 1.5 heads
    assert row.status == "missed"


def test_a_member_who_joins_in_the_middle_is_asked_for_its_share_once(kpis, play):
    facts = team(kpis, kim=[1] * 30, new=[None] * 15 + [1] * 15, idle=[None] * 20 + [0] * 10)
    body = "- id: it\n  kpi: deals_per_rep\n  at_least: 30\n  for_each: rep"
    for per in ("", "\n  per: month"):
        card = play(body + per, facts, AFTER)
        rows = {row.member: row for row in card.key_results if row.window == "total"}
        assert (rows["new"].actual, rows["new"].target) == (15, 15)
        assert rows["total"].raw_attainment == Decimal("0.666667")
        assert "idle with 0 deals" in rows["total"].why
    windows = {row.member: row for row in card.key_results if row.window == "2026-11"}
    assert windows["total"].raw_attainment == Decimal("0.666667")


def test_what_a_head_brings_is_not_bounded_by_the_heads(kpis):
    facts = team(kpis, kim=[1] * 30, lee=[0] * 30)
    assert not training_data(KpiView(KpiIndex(facts), {}), LAST).is_share
    per_ticket = replace(facts, kpi=replace(facts.kpi, denominator="sum"))
    assert training_data(KpiView(KpiIndex(per_ticket), {}), LAST).is_share


def test_a_declared_proportion_is_bounded_though_a_day_once_was_not(past, kpis):
    days = {FIRST + DAY * n: (9 if n else 12, 10) for n in range(30)}
    facts = past.ratio("csat", days)
    assert not training_data(KpiView(KpiIndex(facts), {}), LAST).is_share
    declared = replace(facts, kpi=replace(facts.kpi, is_proportion=True))
    assert training_data(KpiView(KpiIndex(declared), {}), LAST).is_share


def test_a_window_that_lacks_a_day_is_no_baseline(kpis):
    whole = team(kpis, kim=[1] * 30)
    december = parse_period("2026-12")
    assert read_baseline(KpiView(KpiIndex(whole), {}), december, "month").value == 30
    days = [row for row in whole.days if row.day != FIRST]
    lacking = KpiFacts(whole.kpi, days, whole.delivered - {FIRST}, LAST)
    assert read_baseline(KpiView(KpiIndex(lacking), {}), december, "month").value is None


@pytest.mark.parametrize(("over", "faults"), [("", 1), ("    over: month\n", 0)])
def test_a_total_has_no_baseline_in_the_file(kpis, over: str, faults: int):
    text = (
        "objective: O\nid: o\nperiod: 2026\nkey_results:\n  - id: kr\n"
        f"    kpi: deals_per_rep\n    from: 2\n    at_least: 5\n{over}"
    )
    told = load({"o.yml": text}, kpis).faults
    assert len(told) == faults
    assert all("counts from 0" in str(fault) for fault in told)
