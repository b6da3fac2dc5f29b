"""Levers worked out by hand, over histories whose days are all alike, so that every future is the same."""

from datetime import date, timedelta
from decimal import Decimal

from pipelines.okr.kpi.facts import DistinctFact, KpiFacts

DAY = timedelta(days=1)
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
MIDDLE = date(2026, 11, 16)  # half of November lies behind it


def shown(lever):
    return lever.current_rate, lever.needed_rate, lever.change, lever.change_pct


def the(levers, **asked):
    (lever,) = [
        lever for lever in levers if all(getattr(lever, key) == want for key, want in asked.items())
    ]
    return lever


def numbers(*texts):
    return tuple(Decimal(text) for text in texts)


def test_a_flow_needs_so_much_more_a_day(past, levers):
    """700 of 1,000 after 70 days at 10 a day; 20 days are left: 100 are missing, so 15 a day."""
    (lever,) = levers(
        "kpi: deals\nat_least: 1000",
        past.daily("deals", date(2026, 9, 1), [10] * 70),
        date(2026, 11, 10),
        period="{start: 2026-09-01, end: 2026-11-29}",
    )
    assert shown(lever) == numbers("10", "15", "100", "0.5")
    assert (lever.driver, lever.member, lever.possible, lever.rank) == ("rate", "total", True, 1)
    assert lever.probability >= Decimal("0.7")
    assert lever.why.startswith(
        "100 deals more by 2026-11-29, 15 a day instead of 10 (+50 %): then the odds are "
    )


def test_each_member_alone_has_the_same_to_bring_and_more_of_its_own(by_member, levers):
    """15 × 10 = 150 of 350, 150 more to come: 50 are missing. kim 6 a day: 50 ÷ 90; lee 4: 50 ÷ 60."""
    facts = by_member("deals", "rep", FIRST, 15, kim=6, lee=4)
    whole, kim, lee = levers("kpi: deals\nat_least: 350", facts, MIDDLE)
    assert shown(whole) == numbers("10", "13.34", "50", "0.333333")
    assert shown(kim) == numbers("6", "9.34", "50", "0.555556")
    assert shown(lee) == numbers("4", "7.34", "50", "0.833333")
    assert [(lever.driver, lever.dimension, lever.member) for lever in (kim, lee)] == [
        ("member", "rep", "kim"),
        ("member", "rep", "lee"),
    ]
    assert [lever.rank for lever in (whole, kim, lee)] == [1, 2, 3]


def test_who_brings_nothing_is_no_lever(by_member, levers):
    facts = by_member("deals", "rep", FIRST, 15, kim=10, idle=0)
    of_members = levers("kpi: deals\nat_least: 350", facts, MIDDLE)
    assert [lever.member for lever in of_members] == ["total", "kim"]


def test_who_brought_nothing_for_four_weeks_counts_by_three_months_only_where_all_did(
    by_member, levers
):
    """gone stopped on 1 October: of the latest 28 days all is kim's."""
    amounts = {"kim": 10, "gone": lambda n: 10 if n < 30 else 0}
    facts = by_member("deals", "rep", date(2026, 9, 1), 76, **amounts)
    of_members = levers("kpi: deals\nat_least: 350", facts, MIDDLE)
    assert [lever.member for lever in of_members] == ["total", "kim"]


def test_a_budget_needs_less_and_no_member_can_give_more_than_it_has(by_member, levers):
    """180 of 300 spent, 180 more to come: 60 have to go. kim brings 135 of them, lee 45."""
    facts = by_member("deals", "rep", FIRST, 15, kim=9, lee=3)
    whole, kim, lee = levers("kpi: deals\nat_most: 300", facts, MIDDLE)
    assert shown(whole) == numbers("12", "8", "-60", "-0.333333")
    assert shown(kim) == numbers("9", "5", "-60", "-0.444444")
    assert shown(lee) == numbers("3", "0", "-45", "-1")
    assert [lever.possible for lever in (whole, kim, lee)] == [True, True, False]
    assert lee.probability < Decimal("0.3")
    assert lee.why.startswith(
        "Even with nothing more of lee it would come to 315 deals: then the odds"
    )


def test_a_budget_that_is_used_up_cannot_be_brought_back(past, levers):
    assert not levers("kpi: spend\nat_most: 150", past.daily("spend", FIRST, [12] * 15), MIDDLE)


def test_a_stock_has_to_grow_by_so_much_more(by_member, levers):
    """1,140 and 10 more a day make 1,290 in 15 days: 150 are missing. us grows by 6, fr by 4."""
    facts = by_member(
        "likes", "page", FIRST, 15, us=lambda n: 600 + 6 * n, fr=lambda n: 400 + 4 * n
    )
    whole, us, fr = levers("kpi: likes\nat_least: 1_440", facts, MIDDLE)
    assert whole.why.startswith(f"{whole.change:,.0f} likes more than forecast by 2026-11-30: ")
    assert shown(whole) == numbers("10", "20", "150", "1")
    assert shown(us) == numbers("6", "16", "150", "1.666667")
    assert shown(fr) == numbers("4", "14", "150", "2.5")


def test_a_stock_can_lose_no_more_of_a_member_than_there_is(by_member, levers):
    facts = by_member("likes", "page", FIRST, 15, us=100, fr=20)
    whole, us, fr = levers("kpi: likes\nat_most: 60", facts, MIDDLE)
    assert shown(whole) == (0, -4, -60, None), "120 − 60, over 15 days; nothing comes anyway"
    assert (us.change, us.possible) == (-60, True)
    assert (fr.change, fr.possible) == (-20, False)
    assert fr.why.startswith("Even with nothing left of fr it would come to 100 likes")


def test_a_filter_leaves_the_members_it_is_held_to_out(by_member, levers):
    facts = by_member("deals", "rep", FIRST, 15, kim=6, lee=4)
    (lever,) = levers("kpi: deals\nat_least: 200\nwhere: {rep: kim}", facts, MIDDLE)
    assert shown(lever)[:3] == numbers("6", "7.34", "20"), "6 × 30 = 180"


def test_the_latest_month_is_the_one_to_move(past, levers):
    """October had 31; November has 15 and is heading for 30, and 60 are asked of the latest month."""
    (lever,) = levers(
        "kpi: deals\nat_least: 60\nover: month",
        past.daily("deals", date(2026, 10, 1), [1] * 46),
        MIDDLE,
        period="{start: 2026-10-01, end: 2026-11-30}",
    )
    assert (lever.window, *shown(lever)) == ("total", *numbers("1", "3", "30", "2"))


def test_a_ratio_by_its_rate_its_members_and_its_mix(by_member, levers):
    """1,350 of 1,500 each half: 60 more of 3,000 make 92 %. north 96 %, south 84 %, 750 to come each.

    The whole: 60 ÷ 1,500 = 4 points. south 60 ÷ 750 = 8 points; north would need 104 %: at 100 % it brings
    30, so 2,730 ÷ 3,000 = 91 %. A third of the 1,500, moved by 12 points, brings 60.
    """
    facts = by_member("csat", "region", FIRST, 15, north=(48, 50), south=(42, 50))
    of_ratio = levers("kpi: csat\nat_least: 92 %", facts, MIDDLE)
    assert shown(the(of_ratio, driver="rate")) == numbers("0.9", "0.94", "0.04", "0.044444")
    assert shown(the(of_ratio, member="south")) == numbers("0.84", "0.92", "0.08", "0.095238")
    north = the(of_ratio, member="north")
    assert (north.possible, north.needed_rate) == (False, 1)
    assert north.why.startswith("Even with 100 % of north from here on it would come to 91 %")
    mix = the(of_ratio, driver="mix")
    assert (mix.member, mix.unit, mix.possible) == ("south > north", "percent", True)
    assert shown(mix) == numbers("0.5", "0.1666", "-0.3334", "-0.6668")
    assert mix.why.startswith("33.34 % moved from south, which keeps 16.66 % of 50 %, to north")
    assert [lever.rank for lever in of_ratio] == [1, 2, 3, 4]
    assert not any(lever.driver == "denominator" for lever in of_ratio), (
        "ratings are a part of each other"
    )


def test_a_mix_cannot_move_more_than_there_is(by_member, levers):
    """All of south's half moved by 12 points brings 90 of 3,000: 93 %, and 94 % are asked."""
    facts = by_member("csat", "region", FIRST, 15, north=(48, 50), south=(42, 50))
    mix = the(levers("kpi: csat\nat_least: 94 %", facts, MIDDLE), driver="mix")
    assert (mix.possible, mix.needed_rate, mix.change) == (False, 0, Decimal("-0.5"))
    assert mix.why.startswith("Even with all of south moved to north it would come to 93 %")


def test_a_mix_moves_away_from_what_has_too_much(by_member, levers):
    """420 of 3,000 are 14 %, 360 are allowed: 60 less. north 20 %, south 8 %: 60 ÷ 0.12 of the 1,500."""
    facts = by_member("csat", "region", FIRST, 15, north=(10, 50), south=(4, 50))
    of_ratio = levers("kpi: csat\nat_most: 12 %", facts, MIDDLE)
    mix = the(of_ratio, driver="mix")
    assert (mix.member, *shown(mix)[:3]) == ("north > south", *numbers("0.5", "0.1666", "-0.3334"))
    assert shown(the(of_ratio, member="south"))[:3] == numbers("0.08", "0", "-0.08"), "all of it"
    assert shown(the(of_ratio, member="north"))[:3] == numbers("0.2", "0.12", "-0.08")
    (mix,) = [
        lever
        for lever in levers("kpi: csat\nat_most: 10 %", facts, MIDDLE)
        if lever.driver == "mix"
    ]
    assert mix.why.startswith("Even with all of north moved to south it would come to 11 %")


def test_a_ratio_that_has_to_fall(past, levers):
    """8 of 100 a day where 6 % are asked: 240 of 3,000 in the end, 60 less of the 120 to come: 4 %."""
    facts = past.ratio("churn", {FIRST + DAY * n: (8, 100) for n in range(15)})
    (lever,) = levers("kpi: churn\nat_most: 6 %", facts, MIDDLE)
    assert shown(lever) == numbers("0.08", "0.04", "-0.04", "-0.5")
    (lost,) = levers("kpi: churn\nat_most: 3 %", facts, MIDDLE)
    assert (lost.possible, lost.needed_rate) == (False, 0)
    assert lost.why.startswith("Even with nothing more it would come to 4 %")


def test_a_denominator_that_is_no_part_of_the_numerator(past, levers):
    """9,000 over 3,000 in the end. 4 times is 12,000, 3,000 ÷ 1,500 more; or 9,000 over 2,250, 750 less."""
    facts = past.ratio("roas", {FIRST + DAY * n: (300, 100) for n in range(15)})
    rate, denominator = levers("kpi: roas\nat_least: 4", facts, MIDDLE)
    assert shown(rate) == numbers("3", "5", "2", "0.666667")
    assert shown(denominator) == numbers("100", "50", "-750", "-0.5")
    assert (denominator.driver, denominator.rank) == ("denominator", 2)
    assert denominator.why.startswith(
        "750 less in the denominator by 2026-11-30, the same above it (-50 %)"
    )
    rate, denominator = levers("kpi: roas\nat_least: 7", facts, MIDDLE)
    assert (rate.possible, denominator.possible) == (True, False)
    assert denominator.why.startswith(
        "Even with nothing more to divide by it would come to 6 times"
    )


def test_a_ratio_falls_with_a_larger_denominator(past, levers):
    """900 over 300 in the end; at most 2 times: 900 over 450, 150 more than the 150 to come."""
    facts = past.ratio("roas", {FIRST + DAY * n: (30, 10) for n in range(15)})
    denominator = the(levers("kpi: roas\nat_most: 2", facts, MIDDLE), driver="denominator")
    assert shown(denominator) == numbers("10", "20", "150", "1")


def test_a_flow_per_head_is_a_rate_a_head_and_day(by_member, levers):
    """30 deals over 2 heads are 15, and 15 more make 30; 40 are asked: 10 × 2 heads ÷ 30 head-days."""
    facts = by_member("deals_per_rep", "rep", FIRST, 15, kim=(1, 1), lee=(1, 1))
    of_rate = levers("kpi: deals_per_rep\nat_least: 40", facts, MIDDLE)
    assert shown(of_rate[0]) == numbers("1", "1.67", "0.67", "0.67")
    assert "1.67 deals a head and day instead of 1" in of_rate[0].why
    assert shown(the(of_rate, member="kim")) == numbers("1", "2.34", "1.34", "1.34")
    assert not any(lever.driver in ("mix", "denominator") for lever in of_rate)


def test_a_goal_per_month_asks_for_the_open_month(past, levers):
    """October missed its 60; of November 15 × 1 are there, 15 to come, 30 are missing: 3 a day."""
    facts = past.daily("deals", date(2026, 10, 1), [1] * 46)
    goal = "kpi: deals\nat_least: 60\nper: month"
    (lever,) = levers(f"{goal}\nmet_in: 2", facts, MIDDLE, period="2026-Q4")
    # with all three asked for it is missed, and there is nothing to be done about it
    assert not levers(goal, facts, MIDDLE, period="2026-Q4")
    assert (lever.window, *shown(lever)) == ("2026-11", *numbers("1", "3", "30", "2"))


def test_a_goal_for_each_member_asks_those_who_miss_it(by_member, levers):
    """Half way kim has 15 of 30 and brings 15 more; lee 7 and 7 more come: 16 are missing."""
    amounts = {"kim": 1, "lee": lambda n: n % 2}
    facts = by_member("deals", "rep", date(2026, 10, 1), 46, **amounts)
    lee = the(levers("kpi: deals\nat_least: 30\nfor_each: rep", facts, MIDDLE), driver="rate")
    assert (lee.asked_member, lee.dimension) == ("lee", "total")
    assert lee.why.startswith("lee: ")
    assert lee.change >= 14


def test_without_odds_all_goes_on_as_so_far(past, levers):
    """Five days of 2 make 10 of 30; ten days are left and bring 20 at that pace; 40 are asked."""
    period = "{start: 2026-11-01, end: 2026-11-15}"
    facts = past.daily("deals", FIRST, [2] * 5)
    (lever,) = levers("kpi: deals\nat_least: 40", facts, FIRST + 5 * DAY, period=period)
    assert shown(lever) == numbers("2", "3", "10", "0.5")
    assert lever.probability is None
    assert lever.why == "10 deals more by 2026-11-15, 3 a day instead of 2 (+50 %)."
    assert not levers("kpi: deals\nat_least: 30", facts, FIRST + 5 * DAY, period=period)
    likes = past.daily("likes", FIRST, [100, 102, 104])
    goal = "kpi: likes\nfrom: 100\nat_least: 152"
    (lever,) = levers(goal, likes, FIRST + 3 * DAY, period=period)
    assert shown(lever) == numbers("1.33", "4", "32", "2"), "104 + 12 × 4 ÷ 3 = 120, and 32 more"


def test_an_aspirational_goal_needs_seven_tenths(past, levers):
    """15 × 2 and 15 × 2 make 60; 0.7 of 100 is 70: 10 more."""
    facts = past.daily("deals", FIRST, [2] * 15)
    head = "commitment: aspirational"
    (lever,) = levers("kpi: deals\nat_least: 100", facts, MIDDLE, head=head)
    assert lever.change == 10
    facts = past.daily("likes", FIRST, [100] * 15)
    (lever,) = levers("kpi: likes\nfrom: 100\nat_least: 200", facts, MIDDLE, head=head)
    assert lever.change == 70, "100 + 0.7 × (200 − 100)"


def test_a_band_asks_for_its_nearer_end(past, levers):
    facts = past.daily("deals", FIRST, [2] * 15)
    (more,) = levers("kpi: deals\nbetween: [75, 80]", facts, MIDDLE)
    (less,) = levers("kpi: deals\nbetween: [30, 45]", facts, MIDDLE)
    assert (more.change, less.change) == (15, -15), "it is heading for 60"


def test_what_is_on_track_done_or_unknown_has_no_levers(past, levers, kpis):
    facts = past.daily("deals", FIRST, [2] * 15)
    assert not levers("kpi: deals\nat_least: 60", facts, MIDDLE)
    assert not levers("kpi: deals\nat_least: 90", past.daily("deals", FIRST, [2] * 30), LAST + DAY)
    assert not levers("kpi: deals\nat_least: 90", KpiFacts(kpis["deals"]), MIDDLE)
    assert not levers("milestone: {done: false, due: 2026-11-20}", facts, MIDDLE)


def test_a_distinct_count_moves_as_a_whole_as_its_members_do_not_add_up(kpis, levers):
    months = [(date(2026, month, 1), date(2026, month + 1, 1) - DAY) for month in range(1, 11)]
    facts = [
        DistinctFact("month", start, dimension, member, Decimal(100), end)
        for start, end in months
        for dimension, member in (("total", "total"), ("country", "DE"))
    ]
    facts.append(DistinctFact("month", FIRST, "total", "total", Decimal(60), MIDDLE - DAY))
    known = KpiFacts(kpis["visitors"], (), frozenset(), MIDDLE - DAY, facts)
    (lever,) = levers("kpi: visitors\nat_least: 120\nper: month", known, MIDDLE)
    assert (lever.window, *shown(lever)) == ("2026-11", *numbers("100", "120", "20", "0.2"))
    assert lever.why.startswith("20 visitors more in 2026-11, 120 instead of 100")


def test_who_is_perfect_already_is_at_its_limit(by_member, levers):
    """north has 100 %, south 80 %: 2,700 of 3,000; 95 % are asked, and north can bring nothing more."""
    facts = by_member("csat", "region", FIRST, 15, north=(50, 50), south=(40, 50))
    north = the(levers("kpi: csat\nat_least: 95 %", facts, MIDDLE), member="north")
    assert (north.possible, north.change, north.needed_rate) == (False, 0, 1)
    assert north.why.startswith("Even with 100 % of north from here on it would come to 90 %")
    assert north.probability < Decimal("0.3")
