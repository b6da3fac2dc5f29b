"""A goal for each member: who meets it, who is furthest behind, who came and who left."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from pipelines.okr.kpi.facts import DayFact, KpiFacts
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.roster import Stay

DAY = timedelta(days=1)
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
AFTER = LAST + DAY
BODY = "- id: it\n  kpi: deals\n  at_least: {}\n  for_each: rep"


def team(kpis: Mapping[str, Kpi], start: date = FIRST, **amounts: list[int]) -> KpiFacts:
    """Deals of each rep, day by day from the start; every day up to the longest is delivered."""
    rows = [
        DayFact(start + DAY * n, {"rep": rep}, Decimal(amount))
        for rep, listed in amounts.items()
        for n, amount in enumerate(listed)
        if amount
    ]
    longest = max(len(listed) for listed in amounts.values())
    days = frozenset(start + DAY * n for n in range(longest))
    return KpiFacts(kpis["deals"], rows, days, max(days))


def test_the_share_of_members_that_meet_it_and_the_worst_by_name(kpis, play):
    facts = team(kpis, kim=[1] * 30, lee=[2] * 30, max=[1] * 20 + [0] * 10)
    head, *members = play(BODY.format(30), facts, AFTER).key_results
    assert (head.raw_attainment, head.status) == (Decimal("0.666667"), "missed")
    assert head.why == (
        "2 of 3 members of rep meet it; the furthest behind is max with 20 deals (goal 30 deals)."
    )
    assert [(row.member, row.status) for row in members] == [
        ("kim", "achieved"),
        ("lee", "achieved"),
        ("max", "missed"),
    ]
    assert head.goal == "at least 30 deals for each rep"


def test_a_member_that_is_called_total_is_not_taken_for_the_whole(kpis, play):
    facts = team(kpis, kim=[1] * 30, total=[2] * 30)
    [head] = play(BODY.format(30), facts, AFTER).key_results
    assert (head.member, head.status, head.actual, head.score) == ("total", "no_data", None, None)
    assert head.why == (
        "A member of rep is called `total`, which stands for the whole in the published tables; "
        "rename it at the source."
    )
    [whole] = play("- id: it\n  kpi: deals\n  at_least: 90", facts, AFTER).key_results
    assert (whole.actual, whole.status) == (90, "achieved")
    [named] = play(
        "- id: it\n  kpi: deals\n  at_least: 60\n  where: {rep: total}", facts, AFTER
    ).key_results
    assert (named.actual, named.status) == (60, "achieved")


def test_under_way_a_member_meets_it_by_its_own_pace(kpis, play):
    facts = team(kpis, kim=[1] * 15, lee=[1] + [0] * 14)
    head = play(BODY.format(30), facts, date(2026, 11, 16)).key_results[0]
    assert (head.raw_attainment, head.expected, head.status) == (Decimal("0.5"), 1, "off_track")
    assert head.why.startswith(
        "1 of 2 members of rep are on pace; the furthest behind is lee with 1 (goal 30 deals)."
    )


def test_before_the_deadline_nobody_is_said_to_have_met_a_total_or_a_level_for_good(kpis, play):
    """In mid-November each rep has 15 of 30 deals, and one of two pages the 100 likes that it should end with."""
    everyone = play(BODY.format(30), team(kpis, kim=[1] * 15, lee=[1] * 15), date(2026, 11, 16))
    assert everyone.key_results[0].why.startswith("Every member of rep (2) is on pace.")
    likes = [
        DayFact(FIRST + DAY * n, {"page": page}, Decimal(amount))
        for page, amount in (("de", 100), ("us", 90))
        for n in range(15)
    ]
    days = frozenset(row.day for row in likes)
    levels = KpiFacts(kpis["likes"], likes, days, max(days))
    level = "- id: it\n  kpi: likes\n  at_least: 100\n  from: 0\n  for_each: page"
    said = [
        play(level, levels, date(2026, 11, 16)).key_results[0].why,
        play(level.replace("100", "90"), levels, date(2026, 11, 16)).key_results[0].why,
    ]
    assert [why.partition(" so far")[0] for why in said] == [
        "1 of 2 members of page meet it",
        "Every member of page (2) meets it",
    ]


def test_a_member_who_joins_in_the_middle_is_asked_for_its_share_of_the_days(kpis, play):
    facts = team(kpis, kim=[1] * 30, new=[0] * 15 + [1] * 15)
    rows = {row.member: row for row in play(BODY.format(30), facts, AFTER).key_results}
    assert (rows["new"].target, rows["new"].actual, rows["new"].status) == (15, 15, "achieved")
    assert rows["new"].period_start == date(2026, 11, 16)
    assert rows["kim"].target == 30
    assert rows["total"].raw_attainment == 1


def test_a_member_with_data_before_the_start_is_present_from_the_start(kpis, play):
    early = team(kpis, date(2026, 10, 1), kim=[1] + [0] * 45 + [1] * 15)
    rows = {row.member: row for row in play(BODY.format(30), early, AFTER).key_results}
    assert (rows["kim"].target, rows["kim"].status) == (30, "missed")


def test_a_member_who_leaves_is_asked_for_the_days_until_then(kpis, play):
    amounts = {"kim": [1] * 92, "gone": [1] * 40 + [0] * 52}
    roster = [Stay("kim"), Stay("gone", None, date(2026, 11, 9))]
    facts = replace(team(kpis, date(2026, 10, 1), **amounts), rosters={"rep": roster})
    card = play(BODY.format(92), facts, date(2027, 1, 1), period="2026-Q4")
    rows = {row.member: row for row in card.key_results}
    assert (rows["gone"].target, rows["gone"].deadline) == (40, date(2026, 11, 9))
    assert rows["gone"].status == "achieved"
    later = play(BODY.format(90), facts, date(2027, 3, 1), period="2027-Q1")
    assert [row.member for row in later.key_results] == ["total", "kim"]


def test_a_quiet_time_is_not_leaving(kpis, play):
    facts = team(kpis, kim=[1] * 30, lee=[1] * 10 + [0] * 20)
    rows = {row.member: row for row in play(BODY.format(30), facts, AFTER).key_results}
    assert (rows["lee"].target, rows["lee"].status) == (30, "missed")


def test_each_member_in_each_month(kpis, play):
    facts = team(
        kpis, date(2026, 10, 1), kim=[1] * 61, lee=[1] * 31 + [0] * 30, new=[0] * 46 + [1] * 15
    )
    body = BODY.format(30) + "\n  per: month"
    period = "{start: 2026-10-01, end: 2026-11-30}"
    card = play(body, facts, AFTER, period=period)
    rows = {(row.window, row.member): row for row in card.key_results}
    assert rows["total", "total"].raw_attainment == Decimal("0.666667")
    assert rows["total", "lee"].raw_attainment == Decimal("0.5")
    assert rows["total", "new"].raw_attainment == 1
    assert rows["2026-10", "total"].raw_attainment == 1, "new was not there yet"
    assert rows["2026-11", "total"].raw_attainment == Decimal("0.666667")
    assert rows["2026-11", "total"].status == "missed"
    assert rows["total", "total"].goal == "at least 30 deals per month for each rep"


def test_a_level_for_each_member_is_met_where_it_should_end(kpis, play):
    rows = [
        DayFact(FIRST, {"region": region}, None, Decimal(top), Decimal(100))
        for region, top in (("north", 97), ("south", 90))
    ]
    facts = KpiFacts(kpis["csat"], rows, {FIRST}, FIRST)
    body = "- id: it\n  kpi: csat\n  at_least: 96 %\n  for_each: region"
    head = play(body, facts, FIRST + DAY).key_results[0]
    assert head.raw_attainment == Decimal("0.5")
    assert "south with 90 % (goal 96 %)" in head.why


def test_without_any_member_there_is_no_data(kpis, play):
    facts = replace(team(kpis, kim=[1]), days=())
    card = play(BODY.format(30), facts, date(2026, 11, 16))
    assert [(row.member, row.status) for row in card.key_results] == [("total", "no_data")]
    before = play(BODY.format(30), facts, FIRST)
    assert before.key_results[0].status == "not_started"


def test_nobody_is_seen_before_the_first_day_with_data(kpis, play):
    facts = team(kpis, kim=[1] * 30, new=[0] * 15 + [1] * 15)
    card = play(BODY.format(30), facts, date(2026, 11, 10))
    assert [row.member for row in card.key_results] == ["total", "kim"]


def test_a_name_that_the_roster_has_in_other_letters_is_flagged_and_not_where_nobody_is_named(
    kpis, play
):
    facts = replace(team(kpis, kim=[1] * 30, lee=[1] * 30), rosters={"rep": [Stay("Kim")]})
    head = play(BODY.format(30), facts, AFTER).key_results[0]
    assert (head.raw_attainment, head.trust) == (0, "unseen:rep=Kim")
    assert head.why.endswith("No `Kim` in rep, but the roster has it; did you mean `kim`?")
    hidden = play(BODY.format(30) + "\n  name_members: false", facts, AFTER).key_results[0]
    assert hidden.trust == "unseen:rep=…"
    assert "Kim" not in hidden.why
