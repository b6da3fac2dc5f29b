"""The odds of key results and objectives, where they can be told without a computer, and where there are none."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest

from pipelines.okr.definition.loading import load
from pipelines.okr.forecast.recalibration import Curve, Graded
from pipelines.okr.forecast.simulation import PATHS
from pipelines.okr.kpi.facts import DayFact, DistinctFact, KpiFacts
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.numbers import ONE, ZERO
from pipelines.okr.kpi.series import index_facts
from pipelines.okr.kpi.status import Policy
from pipelines.okr.odds.open_goals import NoOdds, Settled
from pipelines.okr.odds.results import SimulatedGoal, share_met
from pipelines.okr.scoring.evidence import Evidence
from pipelines.okr.scoring.scoring import score

DAY = timedelta(days=1)
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
MIDDLE = date(2026, 11, 16)
BEGINNING = date(2026, 1, 1)
HISTORY = (MIDDLE - BEGINNING).days


def busy(days: int = HISTORY, mean: float = 10, seed: int = 0) -> list[int]:
    """Deals a day, about ten."""
    return [int(n) for n in np.random.default_rng(seed).poisson(mean, days)]


@pytest.fixture
def deals(past) -> KpiFacts:
    return past.daily("deals", BEGINNING, busy())


def in_november(facts: KpiFacts) -> int:
    return int(sum(row.value or 0 for row in facts.days if FIRST <= row.day < MIDDLE))


def test_the_forecast_adds_what_may_come_to_what_is_known(deals, headline):
    known = in_november(deals)
    row = headline(f"kpi: deals\nat_least: {known + 150}", deals, MIDDLE)
    # fifteen more days of ten, each with a spread of √10: 150 ± 12
    assert abs(row.forecast_p50 - (known + 150)) <= 12
    assert 20 <= row.forecast_p90 - row.forecast_p10 <= 50
    assert row.forecast_p50 == int(row.forecast_p50), "deals are whole"
    assert Decimal("0.2") < row.probability < Decimal("0.8")
    assert row.status == "at_risk"


def test_the_harder_the_goal_the_lower_the_odds(deals, headline):
    known = in_november(deals)
    odds = [
        headline(f"kpi: deals\nat_least: {known + more}", deals, MIDDLE).probability
        for more in range(90, 220, 10)
    ]
    assert all(easier >= harder for easier, harder in pairwise(odds))
    assert odds[0] > Decimal("0.95")
    assert odds[-1] < Decimal("0.05")


def test_a_target_and_the_budget_one_below_it_share_the_futures_between_them(deals, headline):
    known = in_november(deals)
    spend = replace(deals, kpi=replace(deals.kpi, name="deals"))
    reach = headline(f"kpi: deals\nat_least: {known + 150}", spend, MIDDLE)
    stay = headline(f"kpi: deals\nat_most: {known + 149}", spend, MIDDLE)
    band = headline(f"kpi: deals\nbetween: [0, {known + 149}]", spend, MIDDLE)
    assert stay.probability == band.probability
    assert reach.probability + stay.probability == pytest.approx(Decimal(1), abs=Decimal("0.1"))


def test_the_status_follows_the_odds_and_the_thresholds_are_settings(deals, headline):
    lines = f"kpi: deals\nat_least: {in_november(deals) + 150}"
    assert headline(lines, deals, MIDDLE).status == "at_risk"
    hopeful = Policy(likely=Decimal("0.1"))
    assert headline(lines, deals, MIDDLE, policy=hopeful).status == "on_track"
    strict = Policy(unlikely=Decimal("0.9"), likely=Decimal("0.99"))
    assert headline(lines, deals, MIDDLE, policy=strict).status == "off_track"


def test_a_flow_that_has_its_target_has_it_for_sure(deals, headline):
    row = headline(f"kpi: deals\nat_least: {in_november(deals)}", deals, MIDDLE)
    assert (row.probability, row.status) == (1, "achieved")


def test_a_total_that_is_reached_on_the_way_and_lost_is_not_met(past, headline):
    """10 a day and −50 on Mondays: the total is 50 on Sunday 29 November, and 0 on Monday, when it is due."""
    days = [BEGINNING + DAY * n for n in range(HISTORY)]
    facts = past.daily("revenue", BEGINNING, [-50 if day.weekday() == 0 else 10 for day in days])
    for deadline, likely in ((LAST, False), (LAST - DAY, True)):
        row = headline(f"kpi: revenue\nat_least: 45\nby: {deadline}", facts, MIDDLE)
        assert (row.probability > Decimal("0.9")) is likely
        assert (row.probability < Decimal("0.1")) is not likely


def test_after_the_deadline_the_odds_are_zero_or_one(past, headline):
    facts = past.daily("deals", BEGINNING, busy((LAST - BEGINNING).days + 1))
    total = int(sum(row.value for row in facts.days if row.day >= FIRST))
    for target, sure in ((total, 1), (total + 1, 0)):
        row = headline(f"kpi: deals\nat_least: {target}", facts, LAST + DAY)
        assert row.probability == sure
        assert row.status == ("achieved" if sure else "missed")
        assert "odds" not in row.why


def test_a_week_of_history_has_no_odds_and_says_so(past, headline):
    row = headline("kpi: deals\nat_least: 90", past.daily("deals", FIRST, [3] * 7), FIRST + 7 * DAY)
    assert (row.probability, row.forecast_p50, row.status) == (None, None, "on_track")
    assert row.why.endswith("No odds: 7 days of history are not enough.")


def test_a_kpi_that_has_data_on_few_days_only_has_no_odds(past, headline):
    now_and_then = past.daily("likes", BEGINNING, ([100, 100, 100] + [None] * 7) * 31)
    row = headline("kpi: likes\nat_least: 120", now_and_then, MIDDLE, period="2026-Q4")
    assert row.probability is None
    assert "days have data" in row.why


def test_a_stock_is_judged_where_it_ends(past, headline):
    likes = past.daily("likes", BEGINNING, [30_000 + 10 * n for n in range(HISTORY)])
    stands = 30_000 + 10 * (HISTORY - 1)
    near = headline(f"kpi: likes\nat_least: {stands + 100}", likes, MIDDLE)
    far = headline(f"kpi: likes\nat_least: {stands + 400}", likes, MIDDLE)
    assert near.status == "on_track"
    assert far.status == "off_track"
    assert abs(near.forecast_p50 - (stands + 150)) <= 30


def ratio_of(past, top: int, bottom: int, days: int = HISTORY) -> KpiFacts:
    noise = np.random.default_rng(1).integers(-3, 4, days)
    return past.ratio(
        "csat", {BEGINNING + DAY * n: (top + int(noise[n]), bottom) for n in range(days)}
    )


def test_a_ratio_keeps_its_numerator_within_its_denominator(past, headline):
    row = headline("kpi: csat\nat_least: 90 %", ratio_of(past, 97, 100), MIDDLE)
    assert row.forecast_p90 <= 1
    assert row.status == "on_track"
    assert abs(row.forecast_p50 - Decimal("0.97")) < Decimal("0.01")
    assert (
        headline("kpi: csat\nat_least: 99 %", ratio_of(past, 97, 100), MIDDLE).status == "off_track"
    )


def test_a_missed_window_cannot_be_made_up_for_by_a_committed_objective(past, play):
    facts = past.daily("deals", date(2026, 7, 1), [2] * 31 + [1] * 31 + [2] * 15)
    body = "- id: it\n  kpi: deals\n  at_least: 55\n  per: month"
    committed = play(body, facts, date(2026, 9, 16), period="2026-Q3").key_results[0]
    assert (committed.probability, committed.status) == (0, "missed")
    assert committed.why.endswith("It can no longer be met.")
    head = "commitment: aspirational"
    hopeful = play(body, facts, date(2026, 9, 16), period="2026-H2", head=head).key_results[0]
    assert hopeful.probability > 0, "five of six months are more than seven tenths"


def test_each_open_window_has_odds_of_its_own_and_the_whole_goal_no_better_ones(past, play):
    facts = past.daily("deals", date(2026, 1, 1), busy((MIDDLE - date(2026, 1, 1)).days))
    body = "- id: it\n  kpi: deals\n  at_least: 285\n  per: month"
    head, november = play(
        body, facts, MIDDLE, period="{start: 2026-11-01, end: 2027-02-28}"
    ).key_results
    assert november.window == "2026-11"
    assert 0 < head.probability < november.probability < 1


def team(kpis: Mapping[str, Kpi], **means: float) -> KpiFacts:
    rows = [
        DayFact(BEGINNING + DAY * n, {"rep": rep}, Decimal(count))
        for seed, (rep, mean) in enumerate(means.items())
        for n, count in enumerate(busy(mean=mean, seed=seed))
    ]
    days = frozenset(BEGINNING + DAY * n for n in range(HISTORY))
    return KpiFacts(kpis["deals"], rows, days, max(days))


def test_all_members_together_are_no_likelier_than_the_least_likely(kpis, play):
    body = "- id: it\n  kpi: deals\n  at_least: 300\n  for_each: rep"
    card = play(body, team(kpis, kim=11, lee=10.3, max=10), MIDDLE)
    head, *members = card.key_results
    assert len(members) == 3
    assert 0 < head.probability <= min(member.probability for member in members)


def test_a_member_who_can_no_longer_meet_it_settles_it_though_another_has_no_history(kpis, play):
    body = "- id: it\n  kpi: deals\n  at_least: 20\n  per: month\n  for_each: rep\n"
    facts = team(kpis, kim=11)
    # dee has brought nothing, in October neither: of the open months there is nothing to foresee
    card = play(body + "  members: [dee, kim]", facts, MIDDLE, period="2026-Q4")
    head, dee = (
        next(row for row in card.key_results if (row.member, row.window) == (member, "total"))
        for member in ("total", "dee")
    )
    assert (dee.probability, head.probability) == (0, 0)
    assert head.status == "missed"
    assert head.why.endswith("It can no longer be met.")
    # before the first month is over, nothing is decided
    begun = play(body + "  members: [dee, kim]", facts, MIDDLE, period="2026-11").key_results[0]
    assert begun.probability is None
    assert "No odds: there is no history." in begun.why


MISSED, MET, UNKNOWN = Settled(False, ZERO), Settled(True, ONE), NoOdds("there is no history")
OPEN = SimulatedGoal(np.ones(PATHS, dtype=bool), np.ones(PATHS, np.float32), Curve())


@pytest.mark.parametrize(
    ("parts", "needed", "settled_at"),
    [
        # of two, both are asked, and at most one is met
        ([MISSED, UNKNOWN], 2, "0.5"),
        ([UNKNOWN, MISSED], 2, "0.5"),
        # of four, three are asked, and at most two are met
        ([MISSED, OPEN, MISSED, UNKNOWN], 3, "0.5"),
        # of three, two are asked, and two may be met
        ([MISSED, UNKNOWN, MET], 2, None),
        ([MISSED, UNKNOWN, OPEN], 2, None),
    ],
)
def test_parts_without_odds_matter_only_where_they_could_make_it_enough(parts, needed, settled_at):
    result = share_met(parts, needed)
    lost = None if settled_at is None else Settled(False, Decimal(settled_at), ZERO, UNKNOWN.why)
    assert result == (lost or UNKNOWN)


def test_two_key_results_on_one_kpi_share_its_futures(deals, play):
    known = in_november(deals)
    easy, hard = (f"  kpi: deals\n  at_least: {known + more}" for more in (140, 155))
    card = play(f"- id: a\n{easy}\n- id: b\n{hard}", deals, MIDDLE)
    assert card.objectives[0].probability_all_met == card.key_results[1].probability, (
        "not multiplied"
    )
    of_two_goals = f"- id: a\n{hard}\n- id: b\n  kpi: deals\n  at_most: {known + 150}"
    assert play(of_two_goals, deals, MIDDLE).objectives[0].probability_all_met <= Decimal("0.01")


def test_an_objective_with_a_part_without_odds_has_none_unless_it_is_lost(deals, play):
    page = "- id: page\n  milestone: {done: false, due: 2026-11-30}"
    reach = f"- id: it\n  kpi: deals\n  at_least: {in_november(deals) + 150}"
    (objective,) = play(f"{reach}\n{page}", deals, MIDDLE).objectives
    assert objective.probability is None
    assert "No odds, as “page” has none: a milestone is kept by hand." in objective.why
    spent = f"- id: lost\n  kpi: deals\n  at_least: {in_november(deals)}\n  by: 2026-11-10"
    (lost,) = play(f"{spent}\n{page}", deals, MIDDLE).objectives
    assert (lost.probability, lost.status) == (0, "missed")


def test_a_parent_has_the_odds_of_all_below_it(deals, kpis):
    known = in_november(deals)
    texts = [
        f"objective: O\nid: {name}\nperiod: 2026-11\n{parent}key_results:\n"
        f"  - id: kr\n    kpi: deals\n    at_least: {known + more}\n"
        for name, parent, more in (("top", "", 140), ("low", "parent: top\ncontributes: 1\n", 155))
    ]
    loaded = load({f"{n}.yml": text for n, text in enumerate(texts)}, kpis)
    scores = {
        row.objective_id: row
        for row in score(
            loaded.objectives, Evidence(index_facts({"deals": deals}), MIDDLE)
        ).objectives
    }
    assert scores["top"].probability_all_met == scores["low"].probability_all_met


def test_a_distinct_count_under_way_only_grows(kpis, play):
    def visitors(*values: int, now: int) -> KpiFacts:
        months = [date(2026, month, 1) for month in range(1, 11)]
        ends = [start.replace(day=28) + 4 * DAY for start in months]
        facts = [
            DistinctFact("month", start, "total", "total", Decimal(n), end.replace(day=1) - DAY)
            for start, end, n in zip(months, ends, values, strict=True)
        ]
        through = MIDDLE - DAY
        open_month = DistinctFact("month", FIRST, "total", "total", Decimal(now), through)
        return KpiFacts(kpis["visitors"], (), frozenset(), through, [*facts, open_month])

    body = "- id: it\n  kpi: visitors\n  at_least: 100\n  per: month"
    usual = [90, 95, 105, 110, 92, 98, 101, 107, 99, 103]
    month = play(body, visitors(*usual, now=60), MIDDLE).key_results[1]
    assert 0 < month.probability < 1
    assert 90 <= month.forecast_p50 <= 110
    ahead = play(body, visitors(*usual, now=99), MIDDLE).key_results[1]
    assert ahead.forecast_p10 >= 99


def test_the_odds_learn_from_the_organisations_own_record(deals, kpis):
    text = (
        "objective: Grow\nid: grow\nperiod: 2026-11\nkey_results:\n"
        f"  - id: it\n    kpi: deals\n    at_least: {in_november(deals) + 150}\n"
    )
    objectives = load({"grow.yml": text}, kpis).objectives
    plain = score(objectives, Evidence(index_facts({"deals": deals}), MIDDLE)).key_results[0]
    assert plain.probability == plain.probability_uncorrected
    gloomy = [Graded(0.7, n % 10 == 0) for n in range(300)]
    corrected = score(
        objectives, Evidence(index_facts({"deals": deals}), MIDDLE, graded=gloomy)
    ).key_results[0]
    assert corrected.probability_uncorrected == plain.probability
    assert corrected.probability < plain.probability


def test_what_others_ask_changes_nobodys_odds(deals, play):
    known = in_november(deals)
    own = f"- id: a\n  kpi: deals\n  at_least: {known + 150}"
    by_itself = play(own, deals, MIDDLE, period="2026-11").key_results[0]
    others = "- id: b\n  kpi: deals\n  at_least: 5_000\n  by: 2027-03-31"
    among = play(
        f"{own}\n  by: 2026-11-30\n{others}", deals, MIDDLE,
        period="{start: 2026-11-01, end: 2027-03-31}",
    ).key_results[0]  # fmt: skip
    assert among.probability == by_itself.probability


def test_deals_per_head_divide_by_the_average_team_to_come(kpis, play):
    """Ten deals a day by five people: 2 a head and day, so 60 in November, ± √300 ÷ 5 ≈ 3.5."""
    per_head = next(kpi for kpi in kpis.values() if kpi.denominator == "level")
    rows = [
        DayFact(BEGINNING + DAY * n, {}, None, Decimal(count), Decimal(5))
        for n, count in enumerate(busy())
    ]
    facts = KpiFacts(per_head, rows, frozenset(row.day for row in rows), rows[-1].day)
    body = f"- id: it\n  kpi: {per_head.name}\n  at_least: 40"
    row = play(body, facts, MIDDLE).key_results[0]
    assert 54 <= row.forecast_p10 < row.forecast_p50 < row.forecast_p90 <= 68
    assert row.status == "on_track"
