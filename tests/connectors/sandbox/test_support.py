"""The sample company's support: its figures come out to the ticket and to the rating."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from connectors.sandbox.figures import SATISFACTION, TICKETS
from connectors.sandbox.support import Ticket, quarter_of, satisfaction, tickets_until

END = date(2026, 12, 31)


def last_words(tickets: list[Ticket]) -> Counter[tuple[tuple[int, int], str]]:
    """How many customers said what last, by the quarter in which they did."""
    answered = [ticket.answers[-1] for ticket in tickets if ticket.answers]
    return Counter((quarter_of(at), word) for at, word in answered)


def test_the_first_quarter_of_2026_is_satisfied_to_exactly_96_percent() -> None:
    words = last_words(tickets_until(END))
    good, bad = words[(2026, 1), "good"], words[(2026, 1), "bad"]
    assert (good, bad) == (144, 6)
    assert good * 100 == 96 * (good + bad)


def test_the_other_quarters_are_between_91_and_97_percent_and_below_the_96() -> None:
    words = last_words(tickets_until(END))
    for quarter in SATISFACTION:
        good, bad = words[quarter, "good"], words[quarter, "bad"]
        assert (good, bad) == SATISFACTION[quarter]
        if quarter != (2026, 1):
            assert 0.91 < good / (good + bad) < 0.96


def test_a_quarter_that_is_not_written_down_is_as_the_newest_of_its_kind() -> None:
    assert satisfaction((2028, 1)) == SATISFACTION[2026, 1]
    words = last_words(tickets_until(date(2027, 3, 31)))
    assert (words[(2027, 1), "good"], words[(2027, 1), "bad"]) == (144, 6)


def test_the_tickets_of_a_month_are_its_figure_and_some_spam() -> None:
    tickets = tickets_until(END)
    opened = Counter((x.created.year, x.created.month) for x in tickets if not x.deleted)
    spam = Counter((x.created.year, x.created.month) for x in tickets if x.deleted)
    for month, count in TICKETS.items():
        assert opened[month] == count
        assert spam[month] == count * 3 // 100
    assert opened[2025, 3] == round(221 / 1.18)


def test_what_happens_to_a_ticket_does_not_depend_on_the_day_it_is_looked_at() -> None:
    earlier, later = tickets_until(date(2026, 3, 31)), tickets_until(END)
    end = datetime(2026, 4, 1, tzinfo=UTC)
    assert earlier == [
        # whoever answers in the second quarter has not answered in the first
        replace(x, answers=x.answers if x.answers and x.answers[-1][0] < end else ())
        for x in later[: len(earlier)]
    ]


def test_numbers_follow_the_order_in_which_tickets_were_opened() -> None:
    tickets = tickets_until(END)
    assert [ticket.number for ticket in tickets] == list(range(1, len(tickets) + 1))
    created = [ticket.created for ticket in tickets]
    assert created == sorted(created)
    assert created[0].date() == date(2024, 12, 1)


def test_nobody_is_asked_before_the_ticket_is_solved_or_answers_after_it_is_closed() -> None:
    changed = 0
    for ticket in tickets_until(END):
        if ticket.deleted:
            assert ticket.created < ticket.deleted
            assert not ticket.solved
            assert not ticket.offered
            assert not ticket.answers
            continue
        assert ticket.solved
        assert ticket.closed == ticket.solved + timedelta(days=4)
        assert ticket.created < ticket.solved
        for at, _ in ticket.answers:
            assert ticket.offered == ticket.solved + timedelta(hours=24)
            assert ticket.offered < at < ticket.closed
        if len(ticket.answers) == 2:
            changed += 1
            (first, before), (last, after) = ticket.answers
            assert first < last
            assert {before, after} == {"good", "bad"}
        if ticket.touched:
            assert ticket.touched > ticket.closed + timedelta(days=39)
    assert 40 < changed < 130


def test_weekends_are_quieter() -> None:
    per_day = Counter(ticket.created.date() for ticket in tickets_until(END))
    weekend = [count for day, count in per_day.items() if day.weekday() >= 5]
    week = [count for day, count in per_day.items() if day.weekday() < 5]
    assert sum(weekend) / len(weekend) < 0.8 * sum(week) / len(week)
