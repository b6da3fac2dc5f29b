"""Key results from definition to row, worked out by hand."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal, localcontext

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.okr.kpi.facts import DayFact, KpiFacts
from pipelines.okr.kpi.numbers import chance
from pipelines.okr.kpi.periods import FiscalYear

DAY = timedelta(days=1)
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
MIDDLE = date(2026, 11, 16)  # half of November lies behind it
AFTER = LAST + DAY


def test_a_flow_is_totalled_over_the_period_and_paced_by_the_days(past, headline):
    row = headline("kpi: deals\nat_least: 90", past.daily("deals", FIRST, [2] * 15), MIDDLE)
    assert (row.actual, row.raw_attainment, row.expected) == (
        30,
        Decimal("0.333333"),
        Decimal("0.5"),
    )
    assert (row.required_rate, row.current_rate) == (4, Decimal("2.0"))
    assert (row.status, row.trust, row.data_through) == ("off_track", "ok", date(2026, 11, 15))
    assert row.probability <= Decimal("0.01")
    assert row.why == (
        "30 deals by 2026-11-15, the goal is at least 90 deals by 2026-11-30: 33 %, where the "
        "pace is 50 %; 4 deals a day needed from here, 2 a day so far. "
        f"The odds of meeting it are {chance(row.probability)}: it is heading for 60 deals."
    )


def test_the_row_says_what_was_asked(past, headline):
    facts = past.daily("deals", FIRST, [2] * 15, rep="kim")
    row = headline(
        "name: Close deals\nkpi: deals\nat_least: 1_090\nwhere: {rep: kim}", facts, MIDDLE
    )
    assert (row.objective_id, row.key_result_id, row.name) == ("grow", "grow/it", "Close deals")
    assert row.goal == "at least 1,090 deals (rep kim)"
    assert (row.window, row.member, row.kpi, row.unit) == ("total", "total", "deals", "deals")
    assert (row.period_start, row.deadline, row.target) == (FIRST, LAST, 1090)
    assert (row.forecast_p10, row.forecast_p50, row.forecast_p90) == (60, 60, 60)
    assert 0 < row.probability <= Decimal("0.01"), "0 is for what is settled"


def test_a_kpi_whose_model_failed_has_no_data_and_says_why(past, headline):
    nothing = past.daily("deals", FIRST, [])
    failed = replace(nothing, standing_flags=frozenset({"model_failed"}))
    row = headline("kpi: deals\nat_least: 90", failed, MIDDLE)
    assert (row.status, row.score, row.actual, row.trust) == ("no_data", None, None, "model_failed")
    assert row.why == (
        "No figure of deals, as a model that it stands on failed; the table findings says why."
    )


def test_it_is_not_started_until_the_day_after_the_start(past, headline):
    facts = past.daily("deals", date(2026, 10, 1), [2] * 61)
    row = headline("kpi: deals\nat_least: 90", facts, FIRST)
    assert (row.status, row.score, row.expected) == ("not_started", None, 0)
    assert headline("kpi: deals\nat_least: 90", facts, FIRST + DAY).status != "not_started"


def test_data_of_the_day_itself_and_later_are_not_looked_at(past, headline):
    facts = past.daily("deals", FIRST, [2] * 30)
    assert headline("kpi: deals\nat_least: 90", facts, MIDDLE).actual == 30


def test_no_data_at_all(past, headline, play):
    facts = KpiFacts(past.daily("deals", FIRST, [1]).kpi)
    row = headline("kpi: deals\nat_least: 90", facts, MIDDLE)
    assert (row.status, row.score, row.data_through) == ("no_data", None, None)
    card = play("- id: it\n  kpi: deals\n  at_least: 90", [], MIDDLE)
    assert card.key_results[0].status == "no_data"
    assert (card.objectives[0].status, card.objectives[0].score) == ("no_data", None)
    assert card.objectives[0].coverage == 0


def test_deadline_passed_and_hitting_the_target_exactly_is_achieved(past, headline):
    facts = past.daily("deals", FIRST, [3] * 40)
    row = headline("kpi: deals\nat_least: 90", facts, AFTER + DAY)
    assert (row.status, row.score, row.actual) == ("achieved", 1, 90)
    assert row.data_through == LAST, "what comes after the deadline does not count"
    missed = headline("kpi: deals\nat_least: 91", facts, AFTER)
    assert (missed.status, missed.required_rate) == ("missed", None)
    assert missed.why == "90 deals by 2026-11-30; the goal was at least 91 deals."


def test_over_achievement_is_stored_raw_and_clamped_in_the_score(past, headline):
    row = headline("kpi: deals\nat_least: 40", past.daily("deals", FIRST, [2] * 25), AFTER)
    assert (row.raw_attainment, row.score) == (Decimal("1.25"), 1)


def test_negative_values_and_wrong_way_movement_are_stored_raw(past, headline):
    refunds = past.daily("revenue", FIRST, ["-2.50"] * 10)
    row = headline("kpi: revenue\nat_least: 100", refunds, FIRST + 10 * DAY)
    assert (row.raw_attainment, row.score) == (Decimal("-0.25"), 0)
    likes = past.daily("likes", FIRST - DAY, [100, 95])
    row = headline("kpi: likes\nfrom: measured\nat_least: 120", likes, FIRST + DAY)
    assert (row.baseline, row.raw_attainment, row.score) == (100, Decimal("-0.25"), 0)


def test_a_target_of_zero(past, headline):
    none = past.on("spend", {}, delivered=(FIRST, LAST))
    assert headline("kpi: spend\nat_most: 0", none, AFTER).status == "achieved"
    some = past.on("spend", {FIRST: "0.01"}, delivered=(FIRST, LAST))
    row = headline("kpi: spend\nat_most: 0", some, AFTER)
    assert (row.status, row.score) == ("missed", 0)


def test_a_tenth_and_two_tenths_meet_three_tenths(past, headline):
    exact = past.daily("revenue", FIRST, ["0.1", "0.2"], through=LAST)
    assert headline("kpi: revenue\nat_least: 0.3", exact, AFTER).status == "achieved"
    a_sliver_short = past.daily("revenue", FIRST, ["0.299999"], through=LAST)
    row = headline("kpi: revenue\nat_least: 0.3", a_sliver_short, AFTER)
    assert (row.status, row.actual) == ("missed", Decimal("0.299999"))


def test_a_target_finer_than_the_precision_is_not_rounded_away(past, headline):
    six = past.daily("deals", FIRST, [6], through=LAST)
    assert headline("kpi: deals\nat_least: 6.5", six, AFTER).status == "missed"


def test_decreasing_goals_with_and_without_a_baseline(past, headline):
    facts = past.ratio("churn", {FIRST: (8, 100)})
    row = headline("kpi: churn\nfrom: 10 %\nat_most: 5 %", facts, FIRST + DAY)
    assert (row.raw_attainment, row.baseline) == (Decimal("0.4"), Decimal("0.1"))
    row = headline("kpi: churn\nat_most: 5 %", facts, FIRST + DAY)
    assert row.raw_attainment == Decimal("0.4"), "2 − 8/5"
    assert headline("kpi: churn\nat_most: 8 %", facts, FIRST + DAY).score == 1
    assert row.goal == "at most 5 %"


def test_t_equal_to_a_measured_s_becomes_hold_the_level(past, headline):
    facts = past.daily("likes", FIRST - DAY, [100] + [100] * 10 + [90] * 20)
    held = headline("kpi: likes\nfrom: measured\nat_least: 100", facts, FIRST + 5 * DAY)
    assert (held.raw_attainment, held.expected, held.status) == (1, 1, "on_track")
    slipped = headline("kpi: likes\nfrom: measured\nat_least: 100", facts, MIDDLE)
    assert slipped.raw_attainment == Decimal("0.9")
    assert slipped.status == "off_track", "no day of its past has brought it up"


def test_data_only_after_the_start_starts_from_a_baseline_of_zero(past, headline):
    facts = past.daily("likes", FIRST + 5 * DAY, [100] * 5)
    row = headline("kpi: likes\nfrom: measured\nat_least: 120", facts, MIDDLE)
    # (100 − 0) ÷ (120 − 0), of which half is due
    assert (row.baseline, row.score, row.expected) == (0, Decimal("0.833333"), Decimal("0.333333"))
    assert "There are no data from before the start on 2026-11-01, so the baseline is 0." in row.why
    row = headline("kpi: likes\nat_least: 125", facts, MIDDLE)
    assert row.raw_attainment == Decimal("0.8")


def test_reached_early_then_fell_back_a_flow_is_missed(past, headline):
    facts = past.daily("revenue", FIRST, ["60", "50", "-20"], through=LAST)
    row = headline("kpi: revenue\nat_least: 100", facts, AFTER)
    assert (row.status, row.score, row.raw_attainment) == ("missed", Decimal("0.9"), Decimal("0.9"))
    assert (
        row.why == "The target of 100 USD was reached on 2026-11-02; it has fallen to 90 USD since."
    )


def test_reached_early_then_fell_back_a_level_is_judged_at_the_deadline(past, headline):
    facts = past.daily("likes", FIRST, [100] * 20 + [80] * 10)
    assert headline("kpi: likes\nat_least: 100", facts, FIRST + 15 * DAY).score == 1
    row = headline("kpi: likes\nat_least: 100", facts, AFTER)
    assert (row.status, row.score) == ("missed", Decimal("0.8"))


def test_a_budget_is_met_so_far_and_its_pace_is_at_stake(past, headline):
    in_step = headline("kpi: spend\nat_most: 300", past.daily("spend", FIRST, [10] * 15), MIDDLE)
    assert (in_step.raw_attainment, in_step.status) == (1, "on_track")
    assert in_step.required_rate == Decimal("10.00"), "what is left for each day"
    fast = headline("kpi: spend\nat_most: 300", past.daily("spend", FIRST, [12] * 15), MIDDLE)
    assert (fast.raw_attainment, fast.score) == (1, 1)
    assert fast.status == "off_track", "it is heading for 360"
    assert fast.why == (
        "180 USD by 2026-11-15, the goal is at most 300 USD by 2026-11-30: 60 % is used, where "
        "the pace is 50 %; 8 USD left for each day, 12 a day so far. "
        f"The odds of meeting it are {chance(fast.probability)}: it is heading for 360 USD."
    )
    young = headline(
        "kpi: spend\nat_most: 300", past.daily("spend", FIRST, [12] * 5), FIRST + 5 * DAY
    )
    assert (young.status, young.probability) == ("at_risk", None), "five days have a pace, no odds"
    faster = headline("kpi: spend\nat_most: 300", past.daily("spend", FIRST, [19] * 15), MIDDLE)
    assert (faster.score, faster.status) == (1, "off_track")
    over = headline("kpi: spend\nat_most: 300", past.daily("spend", FIRST, [11] * 30), AFTER)
    assert (over.raw_attainment, over.status) == (Decimal("0.9"), "missed")


def test_until_data_covers_the_deadline_the_status_is_provisional(past, headline):
    late = past.daily("deals", FIRST, [2] * 28)
    row = headline("kpi: deals\nat_least: 60", late, AFTER)
    assert (row.status, row.data_through) == ("on_track", date(2026, 11, 28))
    assert "2 days of data are missing, so this is not final." in row.why
    assert headline("kpi: deals\nat_least: 56", late, AFTER).status == "achieved", "it is known"
    budget = past.daily("spend", FIRST, [2] * 28)
    assert headline("kpi: spend\nat_most: 60", budget, AFTER).status == "on_track"
    assert headline("kpi: spend\nat_most: 50", budget, AFTER).status == "missed", "it is known"


def test_a_quarter_whose_first_month_is_missing(past, headline):
    facts = past.daily("deals", date(2026, 10, 1), [None] * 31 + [1] * 61)
    row = headline("kpi: deals\nat_least: 90", facts, date(2027, 1, 1), period="2026-Q4")
    assert (row.actual, row.status, row.trust) == (61, "off_track", "missing_days:31")
    assert "31 days of data are missing, so this is not final" in row.why
    met = headline("kpi: deals\nat_least: 61", facts, date(2027, 1, 1), period="2026-Q4")
    assert met.status == "achieved"
    by_month = headline(
        "kpi: deals\nat_least: 30\nper: month", facts, date(2027, 1, 1), period="2026-Q4"
    )
    assert (by_month.raw_attainment, by_month.status) == (1, "achieved"), "no_data is not missed"


def test_a_band_without_windows_is_read_as_it_is(past, headline):
    likes = past.daily("likes", FIRST, [100] * 30)
    for low, high, status in ((100, 120, "achieved"), (80, 100, "achieved"), (101, 120, "missed")):
        row = headline(f"kpi: likes\nbetween: [{low}, {high}]", likes, AFTER)
        assert (row.status, row.target) == (status, None)
    flow = past.daily("deals", FIRST, [2] * 30)
    under_way = headline("kpi: deals\nbetween: [50, 60]", flow, MIDDLE)
    assert (under_way.raw_attainment, under_way.status) == (Decimal("0.6"), "on_track")
    assert headline("kpi: deals\nbetween: [50, 60]", flow, AFTER).status == "achieved"


def test_a_milestone_is_due_on_its_day_and_not_before(play):
    text = "- id: it\n  milestone: {{done: {}, due: 2026-11-20}}"
    before = play(text.format("false"), [], date(2026, 11, 20)).key_results[0]
    assert (before.status, before.score, before.expected, before.goal) == ("on_track", 0, 0, "done")
    after = play(text.format("false"), [], date(2026, 11, 21)).key_results[0]
    assert (after.status, after.why) == ("missed", "Not done by 2026-11-20.")
    assert play(text.format("true"), [], date(2026, 11, 21)).key_results[0].status == "achieved"


def test_an_aspirational_objective_counts_seven_tenths_as_achieved(past, headline):
    facts = past.daily("deals", FIRST, [7] * 10, through=LAST)
    head = "commitment: aspirational"
    assert headline("kpi: deals\nat_least: 100", facts, AFTER, head=head).status == "achieved"
    assert headline("kpi: deals\nat_least: 101", facts, AFTER, head=head).status == "missed"
    assert headline("kpi: deals\nat_least: 100", facts, AFTER).status == "missed"


def test_a_leap_day_counts(past, headline):
    facts = past.daily("deals", date(2028, 2, 1), [1] * 29)
    row = headline("kpi: deals\nat_least: 29", facts, date(2028, 3, 1), period="2028-02")
    assert (row.status, row.deadline) == ("achieved", date(2028, 2, 29))


def test_a_fiscal_year_from_february(past, headline):
    facts = past.daily("deals", date(2026, 2, 1), [1] * 365)
    fiscal_year = FiscalYear(2)
    row = headline(
        "kpi: deals\nat_least: 365", facts, date(2027, 2, 1), period="2027", fiscal_year=fiscal_year
    )
    assert (row.period_start, row.deadline) == (date(2026, 2, 1), date(2027, 1, 31))
    assert (row.actual, row.status) == (365, "achieved")


def test_two_currencies_are_apart_under_a_filter_and_together_without(past, headline):
    rows = [DayFact(FIRST, {"currency": c}, Decimal(n)) for c, n in (("USD", 60), ("EUR", 40))]
    facts = replace(past.on("revenue", {}, delivered=(FIRST, LAST)), days=rows)
    assert headline("kpi: revenue\nat_least: 100", facts, AFTER).status == "achieved"
    usd = headline("kpi: revenue\nat_least: 100\nwhere: {currency: USD}", facts, AFTER)
    assert (usd.actual, usd.status) == (60, "missed")


def test_two_key_results_on_one_kpi(past, play):
    body = "- id: a\n  kpi: deals\n  at_least: 30\n- id: b\n  kpi: deals\n  at_most: 20"
    card = play(body, past.daily("deals", FIRST, [1] * 30), AFTER)
    assert [row.status for row in card.key_results] == ["achieved", "missed"]
    assert card.objectives[0].score == Decimal("0.75"), "(1 + (2 − 30/20)) ÷ 2"


def test_small_counts_are_required_in_parts_of_a_unit(past, headline):
    row = headline(
        "kpi: deals\nat_least: 7", past.daily("deals", FIRST, [1, 0, 0, 0]), FIRST + 4 * DAY
    )
    assert row.required_rate == Decimal("0.24"), "6 ÷ 26 = 0.2308"


def test_flags_of_days_and_of_sources_reach_the_score(past, headline, play):
    facts = replace(
        past.daily("deals", FIRST, [1] * 15),
        flags_by_day={FIRST: {"sampled"}, LAST: {"thresholded"}},
        standing_flags={"late:stripe"},
    )
    assert headline("kpi: deals\nat_least: 9", facts, MIDDLE).trust == "late:stripe,sampled"
    card = play("- id: it\n  kpi: deals\n  at_least: 9", facts, MIDDLE)
    assert card.objectives[0].trust == "late:stripe,sampled"


def test_over_a_flow_becomes_a_level_with_a_baseline(past, headline):
    facts = past.daily("deals", date(2026, 8, 1), [1] * 92 + [2] * 30)
    row = headline(
        "kpi: deals\nfrom: measured\nat_least: 89\nover: month", facts, date(2026, 12, 2),
        period="{start: 2026-11-01, end: 2027-01-31}",
    )  # fmt: skip
    assert (row.baseline, row.actual, row.raw_attainment) == (31, 60, Decimal("0.5"))


def test_a_stock_grows_by_a_rate(past, headline):
    facts = past.daily("likes", FIRST - DAY, [100] + [110 + n for n in range(15)])
    row = headline("kpi: likes\nfrom: measured\nat_least: 200", facts, MIDDLE)
    assert (row.actual, row.required_rate, row.current_rate) == (
        124,
        Decimal("5.1"),
        Decimal("1.6"),
    )


def test_the_result_does_not_depend_on_the_arithmetic_of_the_thread(past, headline):
    facts = past.daily("revenue", FIRST, ["33333.33"] * 15)
    lines = "kpi: revenue\nat_least: 1_000_000"
    usual = headline(lines, facts, MIDDLE)
    with localcontext() as context:
        context.prec = 3
        assert headline(lines, facts, MIDDLE) == usual


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=20,
    deadline=None,
)
@given(st.lists(st.integers(-5, 9), min_size=1, max_size=30), st.randoms())
def test_the_same_facts_in_any_order_give_the_same_card(past, play, amounts, random):
    facts = past.daily("deals", FIRST, amounts, rep="kim")
    body = (
        "- id: a\n  kpi: deals\n  at_least: 30\n- id: b\n  kpi: deals\n  at_least: 3\n  per: week"
    )
    card = play(body, facts, AFTER)
    shuffled = list(facts.days)
    random.shuffle(shuffled)
    assert play(body, replace(facts, days=shuffled), AFTER) == card
    assert all(row.score is None or 0 <= row.score <= 1 for row in card.key_results)
