"""The course of a key result by day: behind the cut what was, after it what the very futures of the odds say."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from pipelines.okr.kpi.facts import DistinctFact, KpiFacts

DAY = timedelta(days=1)
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
MIDDLE = date(2026, 11, 16)
BEGINNING = date(2026, 1, 1)
YEAR_END = date(2026, 12, 31)


@pytest.fixture
def course(play):
    """The points of the only key result by day; its lines come without `- id:`."""

    def of(lines, facts, as_of, **options):
        body = "\n".join("  " + line for line in lines.splitlines())
        scorecard = play(f"- id: it\n{body}", facts, as_of, **options)
        assert all(point.key_result_id == "grow/it" for point in scorecard.courses)
        return {point.day: point for point in scorecard.courses}

    return of


@pytest.fixture
def deals(past) -> KpiFacts:
    counts = np.random.default_rng(0).poisson(10, (MIDDLE - BEGINNING).days)
    return past.daily("deals", BEGINNING, [int(count) for count in counts])


@pytest.fixture
def likes(past) -> KpiFacts:
    steps = np.random.default_rng(1).poisson(3, (MIDDLE - BEGINNING).days)
    return past.daily("likes", BEGINNING, [1000 + int(total) for total in steps.cumsum()])


@pytest.fixture
def churn(past) -> KpiFacts:
    lost = np.random.default_rng(2).poisson(4, (MIDDLE - BEGINNING).days)
    return past.ratio(
        "churn", {BEGINNING + DAY * n: (int(count), 100) for n, count in enumerate(lost)}
    )


def test_a_flow_is_cumulated_from_the_start(past, course):
    points = course(
        "kpi: deals\nat_least: 300", past.daily("deals", FIRST, [4, 0, 7]), FIRST + 3 * DAY
    )
    assert [points[FIRST + n * DAY].actual for n in range(4)] == [4, 4, 11, None]


def test_the_pace_of_a_young_flow_goes_by_the_days(past, course):
    points = course(
        "kpi: deals\nat_least: 300", past.daily("deals", FIRST, [4, 0, 7]), FIRST + 3 * DAY
    )
    assert [points[FIRST + n * DAY].pace for n in (0, 1, 29)] == [10, 20, 300]


def test_at_the_cut_the_pace_is_the_expected_share_of_the_target(deals, course, headline):
    lines = "kpi: deals\nat_least: 1000"
    row = headline(lines, deals, MIDDLE)
    assert row.expected != Decimal("0.5"), "the weekdays of deals are not all alike"
    assert abs(course(lines, deals, MIDDLE)[MIDDLE - DAY].pace - 1000 * row.expected) <= Decimal(
        "0.5"
    )


def test_a_level_is_where_it_stood_and_a_missed_day_keeps_the_last_one(past, course):
    facts = past.on("likes", {FIRST: 900, FIRST + 2 * DAY: 910}, delivered=(FIRST, FIRST + 2 * DAY))
    points = course("kpi: likes\nfrom: 900\nat_least: 1200", facts, FIRST + 3 * DAY)
    assert [points[FIRST + n * DAY].actual for n in range(3)] == [900, 900, 910]
    assert [points[FIRST + n * DAY].pace for n in (0, 29)] == [910, 1200], "from 900, 10 a day"


def test_a_ratio_is_taken_over_the_days_to_date(past, course):
    facts = past.ratio("csat", {FIRST: (9, 10), FIRST + DAY: (30, 30)})
    points = course("kpi: csat\nat_least: 96 %", facts, FIRST + 2 * DAY)
    assert points[FIRST].actual == Decimal("0.9")
    assert points[FIRST + DAY].actual == Decimal("0.975")


def test_a_level_to_stay_below_comes_down_to_its_target(past, course):
    facts = past.ratio("churn", {FIRST: (5, 100)})
    points = course("kpi: churn\nfrom: 8 %\nat_most: 4 %", facts, FIRST + DAY)
    # halfway from 8 % to 4 %
    assert points[FIRST + 14 * DAY].pace == Decimal("0.06")
    assert points[LAST].pace == Decimal("0.04")


def test_a_band_has_no_pace(past, course):
    points = course("kpi: deals\nbetween: [10, 20]", past.daily("deals", FIRST, [4]), FIRST + DAY)
    assert {point.pace for point in points.values()} == {None}
    assert points[FIRST].actual == 4


@pytest.mark.parametrize(
    ("name", "goal"),
    [
        ("deals", "kpi: deals\nat_least: 300"),
        ("likes", "kpi: likes\nat_least: 2000"),
        ("churn", "kpi: churn\nat_most: 5 %"),
    ],
)
def test_a_day_to_come_has_the_forecast_of_a_goal_that_is_due_on_it(
    name, goal, request, course, headline
):
    facts = request.getfixturevalue(name)
    points = course(goal, facts, MIDDLE)
    for day in (MIDDLE, MIDDLE + 6 * DAY, LAST):
        due = headline(f"{goal}\nby: {day}", facts, MIDDLE)
        point = points[day]
        spread = point.forecast_p10, point.forecast_p50, point.forecast_p90
        assert None not in spread
        assert spread == (due.forecast_p10, due.forecast_p50, due.forecast_p90)
        assert point.actual is None
    assert points[MIDDLE - DAY].forecast_p50 is None


def test_without_odds_only_the_pace_goes_on(past, course):
    points = course(
        "kpi: deals\nat_least: 300", past.daily("deals", FIRST, [4, 0, 7]), FIRST + 3 * DAY
    )
    assert {point.forecast_p50 for point in points.values()} == {None}
    assert points[LAST].pace == 300


def test_a_year_is_shown_by_sixty_days_at_most_the_cut_and_the_deadline_among_them(deals, course):
    points = course("kpi: deals\nat_least: 3000", deals, MIDDLE, period="2026")
    assert len(points) <= 60
    assert {BEGINNING, MIDDLE - DAY, YEAR_END} <= points.keys()
    assert list(points) == sorted(points)


def test_what_is_read_from_windows_is_shown_at_their_ends(deals, course, headline):
    lines = "kpi: deals\nover: month\nat_least: 300"
    points = course(lines, deals, MIDDLE, period="2026-H2")
    ends = {date(2026, month, last) for month, last in ((7, 31), (8, 31), (9, 30), (10, 31))}
    assert points.keys() == {*ends, MIDDLE - DAY, LAST, YEAR_END}
    july = sum(row.value for row in deals.days if row.day.month == 7)
    assert points[date(2026, 7, 31)].actual == july
    assert (
        points[LAST].forecast_p50
        == headline(f"{lines}\nby: {LAST}", deals, MIDDLE, period="2026-H2").forecast_p50
    )


def test_a_distinct_count_is_shown_by_the_periods_its_source_reports(course, kpis):
    facts = KpiFacts(
        kpis["visitors"],
        (),
        frozenset(),
        date(2026, 3, 31),
        [
            DistinctFact("month", date(2026, month, 1), "total", "total", Decimal(100 * month), end)
            for month, end in (
                (1, date(2026, 1, 31)),
                (2, date(2026, 2, 28)),
                (3, date(2026, 3, 31)),
            )
        ],
    )
    points = course("kpi: visitors\nat_least: 900", facts, date(2026, 4, 1), period="2026-H1")
    assert [point.actual for point in points.values()] == [100, 200, 300, None, None, None]


@pytest.mark.parametrize(
    "lines",
    [
        "kpi: deals\nat_least: 300\nper: month",
        "kpi: deals\nat_least: 30\nfor_each: rep",
        "name: Open the shop\nmilestone: {done: false, due: 2026-11-30}",
    ],
)
def test_what_is_not_one_number_over_its_course_has_none(lines, past, course):
    facts = past.daily("deals", FIRST, [4, 0, 7], rep="Ana")
    assert course(lines, facts, FIRST + 3 * DAY) == {}


def test_a_kpi_without_facts_has_none(play):
    scorecard = play("- id: it\n  kpi: deals\n  at_least: 300", [], MIDDLE)
    assert scorecard.courses == ()
