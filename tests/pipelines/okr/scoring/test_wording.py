"""The sentences about a goal, from its figures alone."""

from datetime import date
from decimal import Decimal

import pytest

from pipelines.okr.definition.goals import Goal
from pipelines.okr.definition.unseen_members import UnseenMember
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.timeline import Timeline
from pipelines.okr.odds.odds import Odds
from pipelines.okr.scoring import wording

START, END = date(2026, 11, 1), date(2026, 11, 30)
DEALS = Kpi("deals", "flow", "deals")


def course(cut: date, yesterday: date | None = None) -> Timeline:
    return Timeline(START, END, cut, yesterday or cut)


def test_without_data_it_says_since_when():
    assert wording.no_data(course(date(2026, 10, 31)), "deals") == (
        "No data of deals since the start on 2026-11-01."
    )
    assert (
        wording.no_data(course(START), "deals") == "No data of deals from 2026-11-01 to 2026-11-01."
    )


def test_what_is_final_names_the_window_that_was_asked_for():
    assert wording.final("31 deals", "at least 30", course(END), "") == (
        "31 deals by 2026-11-30; the goal was at least 30."
    )
    assert wording.final("31 deals", "at least 30", course(END), "2026-W44") == (
        "31 deals in 2026-W44; the goal was at least 30."
    )


def test_rates_are_of_what_is_needed_or_of_what_is_left():
    least, most = Goal("at_least", low=Decimal(90)), Goal("at_most", high=Decimal(90))
    assert wording.rates(DEALS, least, Decimal(70), Decimal("62.1")) == (
        "; 70 deals a day needed from here, 62.1 a day so far"
    )
    assert wording.rates(DEALS, most, Decimal(3), Decimal(2)) == (
        "; 3 deals left for each day, 2 a day so far"
    )
    assert wording.rates(DEALS, least, None, Decimal(2)) == ""
    assert wording.rates(DEALS, least, Decimal(2), None) == ""


@pytest.mark.parametrize(
    ("gaps", "uncovered", "text"),
    [
        (0, 0, "It is so."),
        (1, 0, "It is so. 1 day of data is missing, so this is not final."),
        (0, 1, "It is so. 1 day of data is missing, so this is not final."),
        (2, 3, "It is so. 5 days of data are missing, so this is not final."),
    ],
)
def test_missing_days_are_counted(gaps, uncovered, text):
    assert wording.with_missing("It is so.", gaps, uncovered) == text


@pytest.mark.parametrize(
    ("met", "over", "needed", "in_all", "in_a_row", "text"),
    [
        (
            25,
            46,
            30,
            52,
            16,
            "25 of 46 weeks met the goal of 7, the last 16 in a row; 30 of 52 are needed.",
        ),
        (3, 3, 3, 3, 3, "3 of 3 weeks met the goal of 7; all 3 are needed."),
        (2, 3, 2, 3, 2, "2 of 3 weeks met the goal of 7, the last 2 in a row; 2 of 3 are needed."),
        (1, 3, 2, 3, 1, "1 of 3 weeks met the goal of 7; 2 of 3 are needed."),
        (0, 1, 1, 1, 0, "0 of 1 week met the goal of 7; all 1 is needed."),
    ],
)
def test_the_record_of_windows(met, over, needed, in_all, in_a_row, text):
    assert wording.windows_met(met, over, needed, in_all, in_a_row, "week", "7") == text


def test_halves_have_a_plural_of_their_own():
    assert wording.windows_met(1, 2, 2, 2, 0, "half", "7").startswith("1 of 2 halves met")


def test_the_first_window_is_not_over_or_lacks_data():
    assert wording.first_window("week", course(START)) == "The first week is not over"
    assert wording.first_window("week", course(START, END)) == "No week is final yet"


@pytest.mark.parametrize(
    ("met", "counted", "named", "comparison", "text"),
    [
        (
            2,
            3,
            "kim (4)",
            "at_least",
            "2 of 3 members of rep meet it; the furthest behind is kim (4).",
        ),
        (2, 3, "", "at_least", "2 of 3 members of rep meet it."),
        (3, 3, "kim (9)", "at_least", "Every member of rep (3) meets it; the lowest is kim (9)."),
        (3, 3, "kim (9)", "at_most", "Every member of rep (3) meets it; the highest is kim (9)."),
        (3, 3, "kim (9)", "between", "Every member of rep (3) meets it."),
        (3, 3, "", "at_least", "Every member of rep (3) meets it."),
    ],
)
def test_members_that_meet_it(met, counted, named, comparison, text):
    assert wording.members_meeting(met, counted, "rep", named, comparison) == text


def test_members_that_were_never_seen_are_told_at_the_end():
    told = UnseenMember("where", "rep", "kin", "no `kin` in rep", "did you mean `kim`?")
    other = UnseenMember("where", "rep", "x", "no `x` in rep", "its members: kim, lee")
    assert wording.with_unseen("So.", [told, other]) == (
        "So. No `kin` in rep; did you mean `kim`? No `x` in rep; its members: kim, lee."
    )
    assert wording.with_unseen("So.", []) == "So."


def test_members_without_a_target_are_named_up_to_six_or_counted():
    eight = [f"m{number}" for number in range(1, 9)]
    say = wording.with_untargeted
    assert say("So.", [], named=True) == "So."
    assert say("So.", eight[:6], named=True).endswith("not judged: m1, m2, m3, m4, m5, m6.")
    assert say("So.", eight, named=True).endswith("not judged: m1, m2, m3, m4, m5, m6 and 2 more.")
    assert say("So.", eight, named=False).endswith("not judged: 8 members.")
    assert say("So.", eight[:1], named=False).endswith("not judged: 1 member.")


@pytest.mark.parametrize(
    ("odds", "text"),
    [
        (Odds(why="it is new"), "So. No odds: it is new."),
        (Odds(Decimal(0)), "So. It can no longer be met."),
        (Odds(Decimal(1)), "So."),
        (Odds(Decimal("0.834")), "So. The odds of meeting it are 83 %."),
        (Odds(Decimal("0.834"), low=Decimal(5)), "So. The odds of meeting it are 83 %."),
        (
            Odds(Decimal("0.004"), low=Decimal(5), high=Decimal(9)),
            "So. The odds of meeting it are <1 %: 8 of 10 futures end between 5 deals and 9 deals.",
        ),
        (
            Odds(Decimal("0.999"), low=Decimal(5), high=Decimal(5)),
            "So. The odds of meeting it are >99 %: it is heading for 5 deals.",
        ),
    ],
)
def test_odds_and_where_it_is_heading(odds, text):
    assert wording.with_odds("So.", odds, "deals") == text


def test_what_was_reached_stands_or_has_fallen():
    assert wording.reached_on("30", START, "29", lost=True).endswith("it has fallen to 29 since.")
    assert wording.reached_on("30", START, "31", lost=False).endswith("it stands at 31.")
    assert wording.used_of_budget(Decimal("0.5"), Decimal("0.25")) == (
        "50 % is used, where the pace is 25 %"
    )
    assert wording.used_of_budget(Decimal("0.5"), Decimal("0.25"), "9") == (
        "50 % of 9 is used, where the pace is 25 %"
    )
