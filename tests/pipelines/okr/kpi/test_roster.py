"""The days on which a member of a roster is there."""

from datetime import date

from pipelines.okr.kpi.roster import Presence, Stay, presence_of

FIRST, MIDDLE, LAST = date(2026, 11, 1), date(2026, 11, 15), date(2026, 11, 30)


def test_open_ends_are_those_of_the_days_that_are_asked():
    assert presence_of([Stay("kim")], FIRST, LAST) == Presence(((FIRST, LAST),))
    assert presence_of([Stay("kim", MIDDLE)], FIRST, LAST) == Presence(((MIDDLE, LAST),))
    assert presence_of([Stay("kim", None, MIDDLE)], FIRST, LAST) == Presence(((FIRST, MIDDLE),))


def test_who_left_before_or_comes_later_is_not_there():
    assert presence_of([Stay("kim", None, date(2026, 10, 31))], FIRST, LAST) is None
    assert presence_of([Stay("kim", date(2026, 12, 1))], FIRST, LAST) is None
    assert presence_of([Stay("kim", LAST, FIRST)], FIRST, LAST) is None, (
        "its days are the wrong way"
    )


def test_stays_that_overlap_count_a_day_once():
    stays = [Stay("kim", MIDDLE), Stay("kim", None, date(2026, 11, 20))]
    assert presence_of(stays, FIRST, LAST) == Presence(((FIRST, LAST),))
    overlapping = [Stay("kim", None, MIDDLE), Stay("kim", date(2026, 11, 5), date(2026, 11, 10))]
    assert presence_of(overlapping, FIRST, LAST).days == 15


def test_a_stay_within_a_later_one_ends_it_no_sooner():
    days = [(1, 2), (10, 20), (12, 15)]
    stays = [Stay("kim", date(2026, 11, first), date(2026, 11, last)) for first, last in days]
    presence = presence_of(stays, FIRST, LAST)
    assert [(start.day, end.day) for start, end in presence.spans] == [(1, 2), (10, 20)]


def test_a_gap_between_two_stays_does_not_count():
    presence = presence_of([Stay("kim", None, date(2026, 11, 6)), Stay("kim", LAST)], FIRST, LAST)
    assert (presence.start, presence.end, presence.days) == (FIRST, LAST, 7)
    assert presence.within(date(2026, 11, 6), date(2026, 11, 29)).days == 1
    assert presence.within(date(2026, 11, 7), date(2026, 11, 29)) is None
