"""Support: tickets as they stand, each customer's last word, and the KPIs made of them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

SUNDAY = date(2026, 3, 1)
MONDAY, TUESDAY, WEDNESDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4)


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
    }


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
            ticket(6, at(SUNDAY, 3), at(TUESDAY, 3), "solved"),  # and Zendesk does not tell when
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
    warehouse.build_over(empty, WEDNESDAY, ["zendesk"])
    return warehouse


def test_a_ticket_is_as_its_newest_version_has_it(support) -> None:
    found = support.rows("select ticket_id, status from marts.fct_tickets order by ticket_id")
    assert found == [
        ("1", "solved"),
        ("2", "closed"),
        ("3", "open"),
        ("4", "deleted"),
        ("5", "new"),
        ("6", "solved"),
    ]


def test_deleted_tickets_do_not_count_as_created(support) -> None:
    found = support.rows(
        "select day, sum(value) from kpis.kpi_tickets_created group by 1 order by 1"
    )
    assert found == [(SUNDAY, 1), (MONDAY, 3), (TUESDAY, 1)]


def test_a_ticket_that_is_opened_again_is_not_solved(support) -> None:
    found = support.rows("select day, channel, value from kpis.kpi_tickets_solved order by 2")
    assert found == [(TUESDAY, "chat", 1), (TUESDAY, "email", 1)]


def test_a_solved_ticket_without_a_time_counts_on_no_day_and_flags_that_of_its_last_change(
    support,
) -> None:
    assert support.rows("select * from comparisons.tickets_without_solution_date") == [
        ("zendesk", "tickets", TUESDAY, 1)
    ]
    days = support.periods("tickets_solved", "day")
    assert (days[MONDAY].trust, days[TUESDAY].trust) == ("ok", "set_aside:zendesk")


def test_a_group_has_one_name_the_newest(support) -> None:
    found = support.rows("select * from marts.dim_support_groups order by 1")
    assert found == [("1", "Orders"), ("2", "Invoices")]


def test_each_ticket_counts_once_as_its_customer_said_last(support) -> None:
    found = support.rows(
        "select rating_id, day, score from marts.fct_satisfaction_ratings order by rating_id"
    )
    assert found == [
        ("12", TUESDAY, "good"),  # first bad
        ("21", MONDAY, "good"),  # being asked again takes nothing back
        ("31", MONDAY, "offered"),
        ("71", MONDAY, "bad"),
        ("81", TUESDAY, "neutral"),
        ("82", TUESDAY, "good"),
    ]


def test_satisfaction_is_the_good_among_those_who_answered(support) -> None:
    found = support.rows(
        """
        select day, channel, support_group, numerator, denominator
        from kpis.kpi_customer_satisfaction
        order by day, channel nulls last
        """
    )
    assert found == [
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
