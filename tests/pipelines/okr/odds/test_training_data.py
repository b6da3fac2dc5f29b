"""What is learnt from: which steps there are, which of them were seen, and from how many on."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from pipelines.okr.kpi.facts import KpiFacts
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.periods import CALENDAR_YEAR, Cadence
from pipelines.okr.kpi.readings import KpiView
from pipelines.okr.kpi.series import KpiIndex
from pipelines.okr.odds.coming_steps import ComingPeriods
from pipelines.okr.odds.periodic_data import periodic_data
from pipelines.okr.odds.training_data import TrainingData, declared_cadence, training_data
from tests.pipelines.okr.conftest import KPIS

DAY = timedelta(days=1)
MONDAY = date(2026, 6, 1)


def learnt(facts: KpiFacts, cut: date | None = None) -> TrainingData:
    through = cut or facts.data_through
    assert through is not None
    return training_data(KpiView(KpiIndex(facts), {}, CALENDAR_YEAR), through)


def test_without_a_day_there_is_no_history(past):
    facts = past.daily("deals", MONDAY, [1] * 10)
    assert learnt(facts, MONDAY - DAY).no_odds_because == "there is no history"
    assert learnt(facts, MONDAY).no_odds_because == "1 days of history are not enough"


def test_days_from_the_first_one_to_the_cut_are_steps(past):
    """The one after the cut is not looked at; the third was delivered without a row, the fifth not at all."""
    facts = past.daily("deals", MONDAY, [5, 7, None, 9, None, *[3] * 10])
    facts = replace(facts, delivered=facts.delivered | {MONDAY + 2 * DAY})
    data = learnt(facts, MONDAY + 13 * DAY)
    [series] = data.sides
    assert len(series.values) == 14
    assert series.values[:4].tolist() == [5, 7, 0, 9]
    assert data.seen.tolist() == [True] * 4 + [False] + [True] * 9
    assert series.observed == 13
    assert (series.season, series.whole, series.level) == (7, True, False)
    assert series.end == (MONDAY + 13 * DAY).toordinal()
    # from the fourth to the sixth day one is missing, and on that day alone
    assert data.missing(MONDAY + 3 * DAY, MONDAY + 5 * DAY) == 1
    assert data.missing(MONDAY + 4 * DAY, MONDAY + 4 * DAY) == 1
    assert data.missing(MONDAY + 5 * DAY, MONDAY + 13 * DAY) == 0


@pytest.mark.parametrize(("seen", "why"), [(10, ""), (9, "only 9 of the latest 20 days have data")])
def test_half_of_the_latest_days_have_to_be_there(past, seen, why):
    """A level that was read on the first and the last of twenty days, and on some between them."""
    levels = [50 if n in (0, 19) or (n % 2 and n < 2 * (seen - 2)) else None for n in range(20)]
    assert sum(level is not None for level in levels) == seen
    assert learnt(past.daily("likes", MONDAY, levels)).no_odds_because == why


def long_past(past, missing: int, days: int = 600) -> TrainingData:
    """So many days, of which some near the beginning were not delivered."""
    return learnt(past.daily("deals", MONDAY, [5, *[None] * missing, *[5] * (days - 1 - missing)]))


def test_years_of_which_a_tenth_is_missing_are_learnt_from_and_of_more_the_latest_57_weeks(past):
    assert len(long_past(past, 60).sides[0].values) == 600
    assert len(long_past(past, 61).sides[0].values) == 57 * 7


def test_at_most_four_years_are_learnt_from(past):
    assert len(long_past(past, 0, 1464).sides[0].values) == 1464
    assert len(long_past(past, 0, 1465).sides[0].values) == 1464


@pytest.mark.parametrize(
    ("name", "sides", "is_share"),
    [
        ("csat", [(3, 6), (6, 6)], True),
        ("csat", [(3, 6), (7, 6)], False),
        ("roas", [(3, 6), (6, 6)], True),
        # one head may bring two on a day, whether or not it ever has
        ("deals_per_rep", [(3, 6), (6, 6)], False),
    ],
)
def test_a_share_is_a_ratio_whose_numerator_was_never_more_than_its_denominator(
    past, name: str, sides: Sequence[tuple[int, int]], is_share: bool
):
    days = {MONDAY + n * DAY: sides[n % 2] for n in range(14)}
    assert learnt(past.ratio(name, days)).is_share == is_share


def test_a_declared_proportion_is_a_share_whatever_it_was(past):
    facts = past.ratio("csat", {MONDAY + n * DAY: (7, 6) for n in range(14)})
    proportion = replace(facts, kpi=replace(KPIS["csat"], is_proportion=True))
    assert learnt(proportion).is_share


@pytest.mark.parametrize(
    ("name", "amount", "is_whole"),
    [("deals", "5", True), ("deals", "5.5", False), ("revenue", "5", False), ("likes", "5", True)],
)
def test_counts_come_in_whole_numbers_and_money_does_not(past, name, amount, is_whole):
    [series] = learnt(past.daily(name, MONDAY, [amount] * 14)).sides
    assert series.whole == is_whole


def test_sides_of_a_ratio_are_counts_where_all_their_numbers_are_whole(past):
    days = {MONDAY + n * DAY: ("2.5", 6) for n in range(14)}
    assert [side.whole for side in learnt(past.ratio("csat", days)).sides] == [False, True]


def test_of_working_days_a_week_has_five_steps_and_the_last_is_counted_so(past):
    """Friday, 28 August is the 65th working day since Monday, 1 June."""
    amounts = [5 if n % 7 < 5 else 0 for n in range(91)]
    data = learnt(past.daily("deals", MONDAY, amounts))
    [series] = data.sides
    assert (len(series.values), series.season) == (65, 5)
    assert series.year == pytest.approx(365.2425 * 5 / 7)
    assert series.end == data.coming.number(MONDAY + 90 * DAY)


def cadence(past, name: str, days: Sequence[int], cut: int = 400) -> Cadence | None:
    amounts = {MONDAY + n * DAY: 5 for n in days}
    rows = past.on(name, amounts, delivered=(MONDAY, MONDAY))
    facts = replace(rows, delivered=frozenset(amounts))
    return declared_cadence(KpiView(KpiIndex(facts), {}, CALENDAR_YEAR), MONDAY + cut * DAY)


def test_how_far_apart_numbers_are_is_told_by_their_days(past):
    assert cadence(past, "deals", range(0, 70, 7)) == "week"
    assert cadence(past, "deals", range(0, 300, 30)) == "month"
    assert cadence(past, "deals", range(10)) is None
    # of the days up to the cut
    assert cadence(past, "deals", [0, 7, 8, 9, 10], cut=7) == "week"
    assert cadence(past, "deals", [7], cut=6) is None


def test_days_that_were_delivered_empty_are_days_of_a_flow_and_none_of_a_level(past):
    for name, expected in (("deals", None), ("likes", "week")):
        weekly = past.on(
            name, {MONDAY + 7 * n * DAY: 5 for n in range(9)}, delivered=(MONDAY, MONDAY + 60 * DAY)
        )
        view = KpiView(KpiIndex(weekly), {}, CALENDAR_YEAR)
        assert declared_cadence(view, MONDAY + 60 * DAY) == expected


def test_what_is_declared_needs_no_days(past):
    facts = past.daily("deals", MONDAY, [1] * 10)
    monthly = replace(facts, kpi=replace(KPIS["deals"], every="month"))
    view = KpiView(KpiIndex(monthly), {}, CALENDAR_YEAR)
    assert declared_cadence(view, MONDAY - DAY) == "month"


def months(
    past, amounts: Sequence[object], kpi: Kpi | None = None, day: int = 1, cut: date | None = None
) -> TrainingData:
    """A number on a day of each month from January 2025 on."""
    days = [date(2025 + n // 12, n % 12 + 1, day) for n in range(len(amounts))]
    known = {x: amount for x, amount in zip(days, amounts, strict=True) if amount is not None}
    rows = past.on((kpi or KPIS["deals"]).name, known, delivered=(days[0], days[0]))
    facts = replace(rows, delivered=frozenset(known), kpi=kpi or KPIS["deals"])
    view = KpiView(KpiIndex(facts), {}, CALENDAR_YEAR)
    return periodic_data(view, cut or days[-1].replace(day=28), "month")


def test_a_month_with_its_number_is_a_step_also_before_it_is_over(past):
    data = months(past, range(1, 13))
    [series] = data.sides
    assert series.values.tolist() == list(range(1, 13))
    assert (series.season, series.year, series.observed) == (12, 0.0, 12)
    assert isinstance(data.coming, ComingPeriods)
    assert (data.coming.last.label, data.coming.from_start) == ("2025-12", 0)
    # before the number of December is there, December is to come
    earlier = months(past, [*range(1, 12), None], cut=date(2025, 12, 20))
    assert earlier.sides[0].values.tolist() == list(range(1, 12))
    assert earlier.coming.last.label == "2025-11"


def test_of_several_numbers_a_month_the_open_one_is_not_all_there(past):
    """Two a month: of a flow they are added, and the month under way waits for its end."""
    days = [date(2025, month, day) for month in range(1, 13) for day in (5, 20)]
    rows = past.on("deals", dict.fromkeys(days, 4), delivered=(days[0], days[0]))
    for name, value in (("deals", 8), ("likes", 4)):
        facts = replace(rows, delivered=frozenset(days), kpi=KPIS[name])
        view = KpiView(KpiIndex(facts), {}, CALENDAR_YEAR)
        for cut, count in ((date(2025, 12, 30), 11), (date(2025, 12, 31), 12)):
            [series] = periodic_data(view, cut, "month").sides
            assert series.values.tolist() == [value] * count


@pytest.mark.parametrize(
    ("missing", "why"), [(8, ""), (9, "only 7 of the latest 16 months have data")]
)
def test_half_of_the_months_have_to_be_there(past, missing, why):
    amounts = [5, *[None] * missing, *[5] * (15 - missing)]
    assert months(past, amounts).no_odds_because == why


def test_a_month_that_is_missing_is_filled_in_and_was_not_seen(past):
    data = months(past, [5, 7, None, *[9] * 9], replace(KPIS["likes"], every="month"))
    [series] = data.sides
    assert series.values[:4].tolist() == [5, 7, 7, 9]
    assert (series.observed, data.seen.tolist()[:4]) == (11, [True, True, False, True])


def test_eight_months_are_enough(past):
    assert months(past, [5] * 7).no_odds_because == "7 months of history are not enough"
    assert months(past, [5] * 8).no_odds_because == ""
    before = months(past, [5] * 8, cut=date(2024, 12, 31))
    assert before.no_odds_because == "there is no history"
    twice = past.on("deals", {date(2025, 1, 5): 1, date(2025, 1, 9): 1}, delivered=(MONDAY, MONDAY))
    view = KpiView(KpiIndex(replace(twice, delivered=frozenset())), {}, CALENDAR_YEAR)
    open_one = periodic_data(view, date(2025, 1, 20), "month")
    assert open_one.no_odds_because == "0 months of history are not enough"


def test_of_a_ratio_both_sides_are_added_month_by_month(past):
    days = [date(2025, month, day) for month in range(1, 13) for day in (5, 20)]
    facts = past.ratio("csat", {day: (day.month, 20) for day in days})
    view = KpiView(KpiIndex(facts), {}, CALENDAR_YEAR)
    top, bottom = periodic_data(view, date(2025, 12, 31), "month").sides
    assert top.values.tolist() == [2 * month for month in range(1, 13)]
    assert bottom.values.tolist() == [40] * 12
    quarters = periodic_data(view, date(2025, 12, 31), "quarter")
    assert quarters.sides[0].values.tolist() == [12, 30, 48, 66]
    assert quarters.sides[0].season == 4


def test_a_week_has_no_season_of_weeks_and_a_year_of_52(past):
    facts = past.on(
        "deals", {MONDAY + 7 * n * DAY: n for n in range(12)}, delivered=(MONDAY, MONDAY)
    )
    view = KpiView(KpiIndex(facts), {}, CALENDAR_YEAR)
    [series] = periodic_data(view, MONDAY + 83 * DAY, "week").sides
    assert series.values.tolist() == list(range(12))
    assert (series.season, series.frequency) == (1, "week")
    assert series.year == pytest.approx(52.1775)
    assert np.isinf(series.next_between).all()
