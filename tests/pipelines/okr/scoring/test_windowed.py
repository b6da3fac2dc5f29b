"""A goal per window: met ÷ elapsed, the open one apart, one without data not counted."""

from datetime import date, timedelta
from decimal import Decimal

from pipelines.okr.kpi.facts import DistinctFact, KpiFacts
from pipelines.okr.kpi.numbers import chance
from pipelines.okr.kpi.status import Policy

START = date(2026, 7, 1)
DEALS = "- id: it\n  kpi: deals\n  at_least: {}\n  per: month"


def monthly(past, *per_day):
    """July, August, … with this many deals on each of their days."""
    days = [31, 31, 30, 31, 30, 31]
    amounts = [n for n, count in zip(per_day, days, strict=False) for _ in range(count)]
    return past.daily("deals", START, amounts)


def test_met_windows_over_elapsed_windows(past, play):
    card = play(DEALS.format(60), monthly(past, 2, 1, 3), date(2026, 10, 1), period="2026-H2")
    head, *windows = card.key_results
    assert (head.raw_attainment, head.score, head.status) == (Decimal("0.666667"),) * 2 + (
        "missed",
    )
    assert [(row.window, row.status) for row in windows] == [
        ("2026-07", "achieved"),
        ("2026-08", "missed"),
        ("2026-09", "achieved"),
    ]
    assert head.goal == "at least 60 deals per month"
    assert (head.required_rate, head.current_rate, head.actual) == (60, Decimal("61.0"), 90)
    assert windows[0].period_start == START
    assert windows[0].deadline == date(2026, 7, 31)


def test_the_open_window_stands_apart_by_its_own_pace(past, play):
    facts = past.daily("deals", START, [2] * 31 + [1] * 15)
    head, july, august = play(
        DEALS.format(60), facts, date(2026, 8, 16), period="2026-H2"
    ).key_results
    assert (head.raw_attainment, head.status) == (1, "off_track"), "August is heading for 31"
    assert head.probability <= Decimal("0.01")
    assert head.why == (
        "1 of 1 month met the goal of at least 60 deals; all 6 are needed. 2026-08 is open with 15 deals so far. "
        f"The odds of meeting it are {chance(head.probability)}."
    )
    assert july.status == "achieved"
    assert (august.status, august.expected) == ("off_track", Decimal("0.483871"))


def test_before_a_window_is_over_there_is_a_status_but_no_score(past, play):
    facts = past.daily("deals", START, [2] * 10)
    head = play(DEALS.format(60), facts, date(2026, 7, 11), period="2026-H2").key_results[0]
    assert (head.score, head.raw_attainment, head.status) == (None, None, "on_track")


def test_a_window_without_data_is_no_data_and_not_missed(past, play):
    facts = past.daily("deals", START, [2] * 31 + [None] * 31 + [2] * 30)
    head, *windows = play(DEALS.format(60), facts, date(2026, 10, 1), period="2026-H2").key_results
    assert (head.raw_attainment, head.status) == (1, "on_track")
    assert [row.status for row in windows] == ["achieved", "no_data", "achieved"]


def test_after_the_deadline_one_missed_window_is_missed(past, play):
    facts = monthly(past, 2, 2, 1)
    card = play(DEALS.format(60), facts, date(2026, 10, 1), period="2026-Q3")
    assert card.key_results[0].status == "missed"
    assert card.objectives[0].score == Decimal("0.666667")


def test_a_band_is_the_share_of_elapsed_windows_inside_it(past, play):
    body = "- id: it\n  kpi: deals\n  between: [31, 62]\n  over: month"
    card = play(body, monthly(past, 1, 2, 3), date(2026, 10, 1), period="2026-Q3")
    head, *windows = card.key_results
    assert (head.raw_attainment, head.status) == (Decimal("0.666667"), "missed")
    assert [row.status for row in windows] == ["achieved", "achieved", "missed"]


def test_iso_week_53_is_a_window(past, play):
    facts = past.daily("deals", date(2026, 12, 1), [1] * 40)
    body = "- id: it\n  kpi: deals\n  at_least: 7\n  per: week"
    card = play(body, facts, date(2027, 1, 10), period="{start: 2026-12-21, end: 2027-01-03}")
    assert [row.window for row in card.key_results] == ["total", "2026-W52", "2026-W53"]
    assert card.key_results[0].status == "achieved"


def test_a_distinct_count_is_held_month_by_month(kpis, play):
    reported = [
        DistinctFact("month", date(2026, month, 1), "total", "total", Decimal(value), through)
        for month, value, through in (
            (7, 150_000, date(2026, 7, 31)),
            (8, 149_999, date(2026, 8, 31)),
            (9, 90_000, date(2026, 9, 15)),
        )
    ]
    facts = KpiFacts(kpis["visitors"], (), frozenset(), date(2026, 9, 15), reported)
    body = "- id: it\n  kpi: visitors\n  at_least: 150_000\n  per: month"
    head, *windows = play(body, facts, date(2026, 9, 16), period="2026-H2").key_results
    assert [row.status for row in windows] == ["achieved", "missed", "on_track"]
    assert (head.raw_attainment, head.actual) == (Decimal("0.5"), 149_999)
    assert windows[1].score == Decimal("0.999993")


def test_whole_windows_only(past, play):
    facts = past.daily("deals", date(2026, 7, 15), [2] * 60)
    period = "{start: 2026-07-15, end: 2026-08-31}"
    card = play(DEALS.format(60), facts, date(2026, 9, 1), period=period)
    assert [row.window for row in card.key_results] == ["total", "2026-08"]
    early = play(DEALS.format(60), facts, date(2026, 7, 20), period=period).key_results
    words = "It starts on 2026-08-01. No odds: 5 days of history are not enough."
    assert [(row.status, row.why) for row in early] == [("not_started", words)]


def test_daylight_saving_days_make_no_window_shorter(past, play):
    facts = past.daily("deals", date(2026, 10, 19), [1] * 14)
    body = "- id: it\n  kpi: deals\n  at_least: 7\n  per: week"
    period = "{start: 2026-10-19, end: 2026-11-01}"
    card = play(body, facts, date(2026, 11, 2), period=period)
    assert [row.status for row in card.key_results] == ["achieved"] * 3
    assert all(
        (row.deadline - row.period_start) in (timedelta(6), timedelta(13))
        for row in card.key_results
    )


def test_the_policy_says_how_many_windows_are_needed_where_the_file_does_not(past, play):
    """July to December are 6 months: 0.9 × 6 = 5.4 and 0.7 × 6 = 4.2, rounded up; 0.5 × 6 = 3."""
    half = Policy(committed_met_in=Decimal("0.5"), aspirational_met_in=Decimal("0.5"))
    facts, day = monthly(past, 2), date(2026, 8, 1)

    def needed(lines="", policy=None, **frame):
        body = DEALS.format(60) + lines
        return (
            play(body, facts, day, period="2026-H2", policy=policy, **frame)
            .key_results[0]
            .windows_needed
        )

    assert (needed(), needed(head="commitment: aspirational")) == (6, 5)
    assert (needed(policy=half), needed(policy=half, head="commitment: aspirational")) == (3, 3)
    assert needed("\n  met_in: 4", policy=half) == 4, "the file says it"
