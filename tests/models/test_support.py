"""Support: tickets as they stand, each customer's last word, and the KPIs made of them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

SUNDAY = date(2026, 3, 1)
MONDAY, TUESDAY, WEDNESDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4)
THURSDAY, FRIDAY = date(2026, 3, 5), date(2026, 3, 6)
"""Of Wednesday and Thursday are the tickets from 7 on: those that are merged, and those with a first reply."""


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def ticket(
    number: int,
    created: datetime,
    changed: datetime,
    status: str,
    *,
    solved: datetime | None = None,
    group: tuple[str, str] = ("1", "Orders"),
    channel: str = "email",
    **more: Any,
) -> Mapping[str, Any]:
    return {
        "id": str(number),
        "created_at": created,
        "updated_at": changed,
        "generated_at": changed,
        "status": status,
        "channel": channel,
        "group_id": group[0],
        "group_name": group[1],
        "solved_at": solved,
    } | more


def rating(
    name: str, ticket_id: str | None, created: datetime, score: str, group_id: str | None = "1"
) -> Mapping[str, Any]:
    return {
        "id": name,
        "created_at": created,
        "updated_at": created,
        "score": score,
        "ticket_id": ticket_id,
        "group_id": group_id,
    }


def opened(number: int, hour: int = 9, minute: int = 0, **more: Any) -> Mapping[str, Any]:
    """A ticket that was opened on Wednesday, as it stood then."""
    created = at(WEDNESDAY, hour, minute)
    return ticket(number, created, created, "open", **more)


def ended(
    before: Mapping[str, Any], status: str, *, tagged: bool | None = False, **more: Any
) -> Mapping[str, Any]:
    """The same ticket after it was solved, closed or deleted on Thursday at noon."""
    noon = at(THURSDAY, 12)
    changed = {"status": status, "updated_at": noon, "generated_at": noon, "solved_at": noon}
    return {**before, **changed, "has_merge_tag": tagged, **more}


SEVEN, EIGHT = opened(7, first_reply_minutes=150), opened(8, minute=5, first_reply_minutes=10)
TEN, ELEVEN, TWELVE = opened(10), opened(11), opened(12)
LATE = opened(13, 23, 30, first_reply_minutes=45)
TAGGED_OPEN = opened(14, has_merge_tag=True, first_reply_minutes=0)
MESSAGING = opened(15, channel="native_messaging", first_reply_minutes=1, first_reply_seconds=90)
OPENED = (opened(n) for n in (16, 17, 18, 19, 20, 21))
FOLLOW_UP, MERGED_FOLLOW_UP, EIGHTEEN, NINETEEN, SPAM, OLD = OPENED
BY_AI, ESCALATED = opened(22, support_type="ai_agent"), opened(23, support_type="ai_agent")
ON_WEDNESDAY = [
    SEVEN, EIGHT, TEN, ELEVEN, TWELVE, LATE, TAGGED_OPEN, MESSAGING, FOLLOW_UP, MERGED_FOLLOW_UP, EIGHTEEN,
    NINETEEN, SPAM, OLD, BY_AI, ESCALATED,
]  # fmt: skip
ON_THURSDAY = [
    ended(SEVEN, "solved"),
    ended(EIGHT, "closed", tagged=True),  # merged into 7
    ended(TEN, "solved"),
    ended(ELEVEN, "closed", tagged=True, solved_at=None),  # both merged into 10
    ended(TWELVE, "closed", tagged=True, solved_at=None),
    ended(LATE, "closed"),
    ended(MESSAGING, "solved", tagged=True),  # tagged by hand: a merged ticket is closed
    ended(FOLLOW_UP, "closed", tagged=True, follow_up_of="8"),  # has the tags of 8
    ended(MERGED_FOLLOW_UP, "closed", tagged=True, follow_up_of="13"),  # its tag is its own
    ended(EIGHTEEN, "closed", tagged=True),  # 19 was merged into 18, and 18 into 7
    ended(NINETEEN, "closed", tagged=True),
    ended(SPAM, "deleted", tagged=True, first_reply_minutes=5),
    ended(OLD, "closed", tagged=None),  # pulled by a version that stored no tags
    ended(BY_AI, "closed"),
    ended(ESCALATED, "open", support_type="agent", solved_at=None),  # taken over by a person
]


@pytest.fixture(scope="module")
def support(warehouse_in, empty):
    warehouse = warehouse_in("support")
    billing, invoices = ("2", "Billing"), ("2", "Invoices")
    solved = at(TUESDAY, 2)
    warehouse.lake.window(
        "zendesk",
        "tickets",
        MONDAY,
        [
            ticket(1, at(MONDAY, 9), at(MONDAY, 9), "new", group=billing),
            ticket(2, at(MONDAY, 10), at(MONDAY, 10), "open", channel="chat"),
            ticket(3, at(MONDAY, 11), at(MONDAY, 11), "open"),
            ticket(4, at(MONDAY, 12), at(MONDAY, 12), "new"),
        ],
    )
    warehouse.lake.window(
        "zendesk",
        "tickets",
        TUESDAY,
        [
            ticket(1, at(MONDAY, 9), at(TUESDAY, 2), "solved", solved=solved, group=invoices),
            ticket(2, at(MONDAY, 10), at(TUESDAY, 10), "closed", solved=solved, channel="chat"),
            ticket(3, at(MONDAY, 11), at(TUESDAY, 11), "open", solved=solved),  # opened again
            ticket(4, at(MONDAY, 12), at(TUESDAY, 12), "deleted"),
            ticket(5, at(TUESDAY, 3), at(TUESDAY, 3), "new", group=invoices),
            # Zendesk does not tell when it was solved; the tag is by hand, as a merged one is closed
            ticket(6, at(SUNDAY, 3), at(TUESDAY, 3), "solved", has_merge_tag=True),
        ],
    )
    warehouse.lake.window(
        "zendesk",
        "satisfaction_ratings",
        MONDAY,
        [
            rating("11", "1", at(MONDAY, 20), "bad"),  # and later good
            rating("21", "2", at(MONDAY, 20), "good", "9"),  # of a group that is gone
            rating("31", "3", at(MONDAY, 20), "offered"),
            rating("71", "70", at(MONDAY, 21), "bad"),  # of a ticket that changed before the lake
        ],
    )
    warehouse.lake.window(
        "zendesk",
        "satisfaction_ratings",
        TUESDAY,
        [
            rating("12", "1", at(TUESDAY, 20), "good"),
            rating("22", "2", at(TUESDAY, 20), "offered"),  # asked again, said nothing
            rating("81", None, at(TUESDAY, 20), "neutral", None),
            rating("82", None, at(TUESDAY, 21), "good", None),
        ],
    )
    for day, changed in ((WEDNESDAY, ON_WEDNESDAY), (THURSDAY, ON_THURSDAY)):
        warehouse.lake.window("zendesk", "tickets", day, changed)
        warehouse.lake.window("zendesk", "satisfaction_ratings", day)
    warehouse.build_over(empty, FRIDAY, ["zendesk"])
    return warehouse


def test_a_ticket_is_as_its_newest_version_has_it(support) -> None:
    tickets = support.rows(
        """
        select ticket_id, status from marts.fct_tickets where opened_on < date '2026-03-04'
        order by ticket_id
        """
    )
    assert tickets == [
        ("1", "solved"),
        ("2", "closed"),
        ("3", "open"),
        ("4", "deleted"),
        ("5", "new"),
        ("6", "solved"),
    ]


def test_deleted_tickets_do_not_count_as_created(support) -> None:
    created = support.rows(
        """
        select day, sum(value) from kpis.kpi_tickets_created where day < date '2026-03-04'
        group by day order by day
        """
    )
    assert created == [(SUNDAY, 1), (MONDAY, 3), (TUESDAY, 1)]


def test_a_ticket_that_is_opened_again_is_not_solved(support) -> None:
    solved = support.rows(
        """
        select day, channel, value from kpis.kpi_tickets_solved where day < date '2026-03-04'
        order by channel
        """
    )
    assert solved == [(TUESDAY, "chat", 1), (TUESDAY, "email", 1)]


def test_a_solved_ticket_without_a_time_counts_on_no_day_and_flags_that_of_its_last_change(
    support,
) -> None:
    assert support.rows(
        "select * exclude (account) from comparisons.tickets_without_solution_date"
    ) == [("zendesk", "tickets", TUESDAY, 1)]
    days = support.periods("tickets_solved", "day")
    assert (days[MONDAY].trust, days[TUESDAY].trust) == ("ok", "set_aside:zendesk")


def test_a_group_has_one_name_the_newest(support) -> None:
    groups = support.rows("select * exclude (account) from marts.dim_support_groups order by 1")
    assert groups == [("1", "Orders"), ("2", "Invoices")]


def test_each_ticket_counts_once_as_its_customer_said_last(support) -> None:
    ratings = support.rows(
        "select rating_id, day, score from marts.fct_satisfaction_ratings order by rating_id"
    )
    assert ratings == [
        ("12", TUESDAY, "good"),  # first bad
        ("21", MONDAY, "good"),  # being asked again takes nothing back
        ("31", MONDAY, "offered"),
        ("71", MONDAY, "bad"),
        ("81", TUESDAY, "neutral"),
        ("82", TUESDAY, "good"),
    ]


def test_satisfaction_is_the_good_among_those_who_answered(support) -> None:
    satisfaction = support.rows(
        """
        select day, channel, support_group, numerator, denominator
        from kpis.kpi_customer_satisfaction
        order by day, channel nulls last
        """
    )
    assert satisfaction == [
        (MONDAY, "chat", "Orders", 1, 1),  # its group is gone: that of the ticket
        (MONDAY, None, "Orders", 0, 1),  # its ticket is not in the lake: the channel is not known
        (TUESDAY, "email", "Orders", 1, 1),  # the group that had it when it was rated
        (TUESDAY, None, None, 1, 2),
    ]


def test_the_share_of_a_month_is_that_of_its_sums_and_not_of_its_days(support) -> None:
    ((value, numerator, denominator),) = support.rows(
        """
        select value, numerator, denominator from reporting.kpi_periods
        where kpi = 'customer_satisfaction' and period = 'month' and dimension = 'total'
        """
    )
    assert (value, numerator, denominator) == (Decimal("0.600000"), 3, 5)


def test_ticket_8_that_was_merged_into_7_counts_neither_as_created_nor_as_solved(support) -> None:
    tickets = support.rows(
        """
        select ticket_id, is_merged, is_solved, solved_on
        from marts.fct_tickets where ticket_id in ('7', '8') order by ticket_id
        """
    )
    # created 1 and solved 1, and not 2 and 2
    assert tickets == [("7", False, True, THURSDAY), ("8", True, False, None)]


def test_each_merged_ticket_counts_once_whenever_and_into_whatever_it_was_merged(support) -> None:
    ((merged,),) = support.rows(
        "select list(ticket_id order by ticket_id) from marts.fct_tickets where is_merged"
    )
    # three merged into one, a chain of merges, a follow-up that was merged itself
    assert merged == ["11", "12", "17", "18", "19", "8"]


def test_the_tickets_that_are_left_are_counted(support) -> None:
    created = support.rows(
        """
        select day, support_type, sum(value) from kpis.kpi_tickets_created
        where day >= date '2026-03-04' group by day, support_type order by support_type
        """
    )
    # 16 were opened: less 6 merged and 1 deleted; of the 9, one was left to an AI agent
    assert created == [(WEDNESDAY, "agent", 8), (WEDNESDAY, "ai_agent", 1)]
    solved = support.rows(
        """
        select day, support_type, sum(value) from kpis.kpi_tickets_solved
        where day >= date '2026-03-04' group by day, support_type order by support_type
        """
    )
    # 7, 10, 13, 15, 16 and 21; 14 and 23 are open still
    assert solved == [(THURSDAY, "agent", 6), (THURSDAY, "ai_agent", 1)]


def test_first_reply_time_is_of_the_tickets_that_had_a_reply_on_the_day_they_had_it(
    support,
) -> None:
    replies = support.rows(
        """
        select day, sum(numerator), sum(denominator) from kpis.kpi_first_reply_time
        group by day order by day
        """
    )
    # Wednesday: 150 minutes of 7, 0 of 14, and 90 seconds of 15; not 8 (merged), 20 (deleted), or those without.
    # Thursday: 45 minutes of 13, from half past eleven at night.
    assert replies == [(WEDNESDAY, Decimal("151.500000"), 3), (THURSDAY, Decimal("45.000000"), 1)]
    ((value,),) = support.rows(
        """
        select value from reporting.kpi_periods
        where kpi = 'first_reply_time' and period = 'month' and dimension = 'total'
        """
    )
    assert value == Decimal(
        "49.125000"
    )  # 196.5 minutes of 4 tickets, and not the mean of 50.5 and 45


def test_two_accounts_with_the_same_ids_have_each_their_own_tickets(support, tmp_path) -> None:
    kpis = ("tickets_created", "tickets_solved", "first_reply_time", "customer_satisfaction")
    doubled = support.in_two_accounts(tmp_path, FRIDAY, *kpis)
    for kpi in kpis:
        assert len(support.kpi_rows(kpi)) > 1, kpi
        for account in ("eu", "us"):
            assert doubled.kpi_rows(kpi, account) == support.kpi_rows(kpi), kpi
