"""What a KPI says over some days, by its kind."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from pipelines.okr.kpi.facts import TOTAL, DayFact, DistinctFact, KpiFacts
from pipelines.okr.kpi.filters import MemberSet
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.periods import containing, parse_period
from pipelines.okr.kpi.readings import (
    NO_READING,
    KpiView,
    counted_period,
    read,
    read_baseline,
    read_latest_window,
    read_window,
    reported,
)
from pipelines.okr.kpi.series import KpiIndex

DAY = timedelta(days=1)
FIRST = date(2026, 11, 1)


def view_of(facts: KpiFacts, **where: str) -> KpiView:
    return KpiView(KpiIndex(facts), where)


def test_a_flow_is_summed_and_a_delivered_day_without_rows_is_zero(past):
    facts = past.on("deals", {FIRST: 3}, delivered=(FIRST, FIRST + 4 * DAY))
    reading = read(view_of(facts), FIRST, FIRST + 4 * DAY)
    assert (reading.value, reading.gaps, reading.trust) == (3, 0, frozenset())
    empty = read(view_of(facts), FIRST + DAY, FIRST + 2 * DAY)
    assert empty.value == 0


def test_missing_is_not_zero(past):
    facts = past.daily("deals", FIRST, [3, None, None, 4])
    reading = read(view_of(facts), FIRST, FIRST + 3 * DAY)
    assert (reading.value, reading.gaps) == (7, 2)
    assert reading.trust == {"missing_days:2"}
    nothing = read(view_of(facts), FIRST + DAY, FIRST + 2 * DAY)
    assert nothing.value is None


def test_a_stock_is_its_last_known_value_summed_across_members_and_never_over_time(past):
    rows = [
        DayFact(FIRST + DAY * n, {"page": page}, Decimal(amount))
        for n, amount in ((0, 10), (1, 20))
        for page in ("home", "shop")
    ]
    facts = KpiFacts(Kpi("likes", "stock"), rows, frozenset(), FIRST + 5 * DAY)
    assert read(view_of(facts), FIRST, FIRST + 5 * DAY).value == 40
    assert read(view_of(facts, page="home"), FIRST, FIRST).value == 10
    assert read(view_of(facts), FIRST + 2 * DAY, FIRST + 5 * DAY).value is None


def test_a_ratio_is_the_sum_of_numerators_over_the_sum_of_denominators(past):
    facts = past.ratio("csat", {FIRST: (1, 1), FIRST + DAY: (50, 100), FIRST + 2 * DAY: (0, 0)})
    assert read(view_of(facts), FIRST, FIRST + 2 * DAY).value == Decimal(51) / Decimal(101)
    assert read(view_of(facts), FIRST + 2 * DAY, FIRST + 2 * DAY).value is None, "not 0"


def distinct(*reported: tuple[str, str, int, str]) -> KpiFacts:
    facts = [
        DistinctFact(
            period, date.fromisoformat(start), "total", "total", Decimal(value),
            date.fromisoformat(through),
        )
        for period, start, value, through in reported
    ]  # fmt: skip
    latest = max(fact.data_through for fact in facts)
    return KpiFacts(Kpi("visitors", "distinct"), (), frozenset(), latest, facts)


def test_a_distinct_count_is_taken_as_reported_for_that_very_period():
    facts = distinct(
        ("month", "2026-10-01", 900, "2026-10-31"),
        ("month", "2026-11-01", 500, "2026-11-15"),
        ("week", "2026-10-26", 300, "2026-11-01"),
    )
    view, cut = view_of(facts), date(2026, 11, 15)
    assert read_window(view, parse_period("2026-10"), cut).value == 900
    november = read_window(view, parse_period("2026-11"), cut)
    assert (november.value, november.through) == (500, cut)
    assert read_window(view, parse_period("2026-Q4"), cut).value is None, "never summed"
    assert read(view, date(2026, 7, 1), cut).value == 900, "the longest kind, the latest whole one"


def test_a_distinct_count_of_days_to_come_is_not_looked_at():
    facts = distinct(("month", "2026-11-01", 500, "2026-11-15"))
    view = view_of(facts)
    assert read_window(view, parse_period("2026-11"), date(2026, 11, 10)).value is None


def test_over_compares_the_latest_complete_window(past):
    facts = past.daily("deals", date(2026, 9, 1), [1] * 30 + [2] * 31 + [9] * 10)
    view = view_of(facts)
    reading = read_latest_window(view, date(2026, 9, 1), date(2026, 11, 10), "month")
    assert (reading.value, reading.label) == (62, "2026-10")
    assert read_latest_window(view, FIRST, date(2026, 11, 10), "month").value is None


def test_a_window_of_a_flow_that_lacks_a_day_is_not_compared_as_a_level(past):
    facts = past.daily("deals", date(2026, 9, 1), [1] * 30 + [2] * 30 + [None] + [9] * 10)
    view = view_of(facts)
    latest = read_latest_window(view, date(2026, 9, 1), date(2026, 11, 10), "month")
    assert (latest.value, latest.label) == (30, "2026-09")
    assert read_baseline(view, parse_period("2026-11"), "month").value is None


def test_a_measured_baseline_is_the_kpi_in_the_comparable_window_before_the_start(past):
    stock = past.daily("likes", date(2026, 10, 1), range(100, 145))
    assert read_baseline(view_of(stock), parse_period("2026-11"), None).value == 130
    flow = past.daily("deals", date(2026, 10, 1), [1] * 31 + [5] * 10)
    assert read_baseline(view_of(flow), parse_period("2026-11"), "month").value == 31
    week = read_baseline(view_of(flow), parse_period("2026-11"), "week")
    assert (week.value, week.label) == (7, "2026-W43")


def test_the_flags_of_the_days_used_travel_with_the_value():
    rows = [DayFact(FIRST + DAY * n, {}, Decimal(1)) for n in range(3)]
    flags = {FIRST: {"sampled"}, FIRST + 2 * DAY: {"thresholded"}}
    facts = KpiFacts(Kpi("deals", "flow"), rows, {row.day for row in rows}, None, (), flags)
    assert read(view_of(facts), FIRST, FIRST + DAY).trust == {"sampled"}
    assert read(view_of(facts), FIRST, FIRST + 2 * DAY).trust == {"sampled", "thresholded"}


AMOUNTS = st.lists(st.decimals(-99, 99, places=2), min_size=1, max_size=60)


@given(AMOUNTS, st.randoms())
def test_windows_of_a_flow_add_up_to_the_whole_in_any_order_of_rows(amounts, random):
    rows = [DayFact(FIRST + DAY * n, {}, amount) for n, amount in enumerate(amounts)]
    delivered = {row.day for row in rows}
    random.shuffle(rows)
    end = FIRST + DAY * (len(rows) - 1)
    view = view_of(KpiFacts(Kpi("deals", "flow", precision=2), rows, delivered, end))
    by_week = []
    week = containing(FIRST, "week")
    while week.start <= end:
        by_week.append(read(view, max(week.start, FIRST), min(week.end, end)).value)
        week = containing(week.end + DAY, "week")
    assert sum(by_week) == read(view, FIRST, end).value == sum(amounts)


@given(AMOUNTS, st.decimals(-200, 200, places=2))
def test_the_day_a_total_was_first_reached_is_found_whether_or_not_it_falls(amounts, target):
    rows = [DayFact(FIRST + DAY * n, {}, amount) for n, amount in enumerate(amounts)]
    end = FIRST + DAY * (len(rows) - 1)
    series = KpiIndex(KpiFacts(Kpi("deals", "flow", precision=2), rows)).series({})
    totals = [sum(amounts[: n + 1]) for n in range(len(amounts))]
    expected = next((FIRST + DAY * n for n, total in enumerate(totals) if total >= target), None)
    assert series.first_reached(FIRST, end, target) == expected


MARCH = parse_period("2026-03")


def test_before_a_period_that_is_far_ahead_as_many_days_as_are_known_are_its_baseline(past):
    """Of February 28 days. On 20 February the 28 up to then, from 24 January on."""
    january = date(2026, 1, 1)
    view = KpiView(KpiIndex(past.daily("deals", january, [1] * 59)), {})
    assert read_baseline(view, MARCH, None).value == 28
    early = read_baseline(view, MARCH, None, date(2026, 2, 20))
    assert (early.value, early.through, early.gaps) == (28, date(2026, 2, 20), 0)
    # of a period that has begun the days before it, whatever is known
    later = read_baseline(view, MARCH, None, date(2026, 3, 20))
    assert (later.value, later.through) == (28, date(2026, 2, 28))


def test_over_a_window_the_latest_whole_one_before_is_the_baseline(past):
    january = date(2026, 1, 1)
    view = KpiView(KpiIndex(past.daily("deals", january, [1] * 59)), {})
    assert read_baseline(view, MARCH, "month").label == "2026-02"
    # on the last but one day of February that is January
    assert read_baseline(view, MARCH, "month", date(2026, 2, 27)).label == "2026-01"
    assert read_baseline(view, MARCH, "month", date(2026, 2, 28)).label == "2026-02"
    # a month has no whole quarter before it in its own time
    whole = KpiView(KpiIndex(past.daily("deals", date(2025, 10, 1), [1] * 151)), {})
    assert read_baseline(whole, MARCH, "quarter").label == "2025-Q4"


def test_a_window_starts_and_ends_within_the_days_that_are_asked(past):
    view = KpiView(KpiIndex(past.daily("deals", date(2026, 1, 1), [1] * 59)), {})
    assert read_latest_window(view, date(2026, 2, 1), date(2026, 2, 28), "month").value == 28
    assert read_latest_window(view, date(2026, 2, 2), date(2026, 2, 28), "month") == NO_READING
    assert read_latest_window(view, date(2026, 2, 1), date(2026, 2, 27), "month") == NO_READING
    # where the latest one is not known, one before it
    lacking = KpiView(
        KpiIndex(past.daily("deals", date(2026, 1, 1), [*[1] * 40, None, *[1] * 18])), {}
    )
    assert read_latest_window(lacking, date(2026, 1, 1), date(2026, 2, 28), "month").value == 31


def test_a_count_is_that_of_the_latest_whole_period_of_the_longest_kind():
    rows = [
        DistinctFact("month", date(2026, 2, 1), TOTAL, TOTAL, Decimal(20), date(2026, 2, 28)),
        DistinctFact("month", date(2026, 3, 1), TOTAL, TOTAL, Decimal(30), date(2026, 3, 31)),
        DistinctFact("quarter", date(2026, 1, 1), TOTAL, TOTAL, Decimal(70), date(2026, 3, 31)),
    ]
    facts = KpiFacts(Kpi("visitors", "distinct"), (), frozenset(), date(2026, 3, 31), rows)
    view = KpiView(KpiIndex(facts), {})
    assert read(view, date(2026, 1, 1), date(2026, 3, 31)).label == "2026-Q1"
    # the quarter does not lie within these
    assert read(view, date(2026, 1, 2), date(2026, 3, 31)).label == "2026-03"
    assert read(view, date(2026, 1, 1), date(2026, 3, 30)).label == "2026-02"
    assert read(view, date(2026, 2, 2), date(2026, 3, 30)) == NO_READING
    assert counted_period(view, date(2026, 1, 1), date(2026, 3, 31)).label == "2026-Q1"
    assert counted_period(view, date(2026, 3, 1), date(2026, 3, 31)).label == "2026-03"
    assert counted_period(view, date(2026, 1, 1), date(2026, 3, 30)) is None


def test_under_two_filters_or_a_list_of_members_no_source_reports_a_count():
    row = DistinctFact("month", date(2026, 2, 1), "country", "de", Decimal(20), date(2026, 2, 28))
    index = KpiIndex(KpiFacts(Kpi("visitors", "distinct"), (), frozenset(), None, [row]))
    assert reported(KpiView(index, {"country": "de"})) == [row]
    assert reported(KpiView(index, {"country": "de", "page": "home"})) == []
    assert reported(KpiView(index, {"country": MemberSet(("de", "fr"))})) == []
    assert reported(KpiView(index, {})) == []


def test_days_that_were_not_delivered_are_told_with_their_number(past):
    view = KpiView(KpiIndex(past.daily("deals", date(2026, 2, 1), [1, None, 1, None, 1])), {})
    reading = read(view, date(2026, 2, 1), date(2026, 2, 5))
    assert (reading.value, reading.gaps) == (3, 2)
    assert reading.trust == {"missing_days:2"}
    assert read(view, date(2026, 2, 1), date(2026, 2, 1)).trust == frozenset()
    assert read(view, date(2026, 2, 2), date(2026, 2, 1)) == NO_READING
