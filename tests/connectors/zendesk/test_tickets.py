"""Tickets come by the cursor of the export, each in the window of its last change."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

from connectors.sandbox.zendesk_export import EXPORT
from connectors.sandbox.zendesk_objects import GROUP, SUBJECT, merged, ticket_row
from connectors.sdk.windows import Range

FIRST_OF_MARCH = Range(date(2026, 3, 1), date(2026, 3, 1))
MARCH = Range(date(2026, 3, 1), date(2026, 3, 31))
NINE = datetime(2026, 3, 1, 9, tzinfo=UTC)


def test_a_ticket_is_stored_without_a_word_of_what_it_says(account) -> None:
    solved = NINE + timedelta(hours=5)
    rows = [ticket_row(7, NINE, updated=solved, status="solved", channel="web", group_id=GROUP + 1)]
    account.pulled(account.serve(rows, solved={7: solved}), "tickets", FIRST_OF_MARCH)
    assert account.rows("tickets", FIRST_OF_MARCH) == [
        {
            "id": "7",
            "created_at": NINE,
            "updated_at": solved,
            "generated_at": solved,
            "status": "solved",
            "channel": "web",
            "group_id": "360011000001",
            "group_name": "Product questions",
            "brand_id": "360002000001",
            "solved_at": solved,
            "support_type": "agent",
            "has_merge_tag": False,
            "follow_up_of": None,
            "first_reply_minutes": 150,
            "first_reply_business_minutes": 50,
            "first_reply_seconds": None,
        }
    ]
    written = b"".join(path.read_bytes() for path in account.lake.root.rglob("*") if path.is_file())
    for private in (SUBJECT, "red widget", "360500000007"):  # what it says, and who wrote it
        assert private.encode() not in written


def test_a_change_that_zendesk_makes_by_itself_is_found_though_updated_at_stays(account) -> None:
    touched = ticket_row(7, NINE - timedelta(days=90), generated=NINE, status="closed")
    server = account.serve([touched])
    report = account.pulled(server, "tickets", FIRST_OF_MARCH)
    assert report.error is None
    (row,) = account.rows("tickets", FIRST_OF_MARCH)
    assert (row["id"], row["generated_at"]) == ("7", NINE)
    assert row["updated_at"] == NINE - timedelta(days=90)


def test_tickets_of_one_second_are_all_there_where_a_page_ends_among_them(account) -> None:
    rows = [
        ticket_row(n, NINE, generated=NINE + timedelta(seconds=max(0, n - 1_500)))
        for n in range(1, 2_301)
    ]
    assert sum(row["generated_timestamp"] == NINE.timestamp() for row in rows) == 1_500
    server = account.serve(rows)
    account.pulled(server, "tickets", MARCH)
    ids = Counter(row["id"] for row in account.rows("tickets", MARCH))
    assert ids == Counter(str(n) for n in range(1, 2_301))
    assert len(server.asked_for(EXPORT)) == 3


def test_the_first_page_is_asked_for_by_time_and_the_others_by_cursor(account) -> None:
    rows = [ticket_row(n, NINE + timedelta(seconds=n)) for n in range(1, 1_501)]
    server = account.serve(rows)
    account.pulled(server, "tickets", MARCH)
    first, second = [request.params for request in server.asked_for(EXPORT)]
    assert first["start_time"] == str(int(datetime(2026, 3, 1, tzinfo=UTC).timestamp()))
    assert "cursor" not in first
    assert "start_time" not in second
    assert second["cursor"]


def test_a_slice_of_the_past_ends_with_the_page_that_passes_its_end(account) -> None:
    rows = [ticket_row(n, NINE + timedelta(hours=n)) for n in range(4_000)]
    server = account.serve(rows)
    report = account.pulled(server, "tickets", FIRST_OF_MARCH)
    assert report.rows == 15  # nine o'clock to midnight
    assert len(server.asked_for(EXPORT)) == 1


def test_the_second_at_midnight_is_the_next_day_s(account) -> None:
    midnight = datetime(2026, 3, 2, tzinfo=UTC)
    rows = [ticket_row(1, midnight - timedelta(seconds=1)), ticket_row(2, midnight)]
    account.pulled(account.serve(rows), "tickets", Range(date(2026, 3, 1), date(2026, 3, 2)))
    assert account.ids("tickets", date(2026, 3, 1)) == ["1"]
    assert account.ids("tickets", date(2026, 3, 2)) == ["2"]


def test_days_are_the_account_s_own(account) -> None:
    february_in_new_york = datetime(2026, 3, 1, 4, 59, 59, tzinfo=UTC)
    rows = [
        ticket_row(1, february_in_new_york),
        ticket_row(2, february_in_new_york + timedelta(seconds=1)),
    ]
    server = account.serve(rows, timezone="America/New_York")
    account.pulled(server, "tickets", Range(date(2026, 2, 28), date(2026, 3, 1)))
    assert account.ids("tickets", date(2026, 2, 28)) == ["1"]
    assert account.ids("tickets", date(2026, 3, 1)) == ["2"]


def test_a_ticket_that_changes_while_pages_are_read_is_met_again(account) -> None:
    days = Range(date(2026, 11, 1), date(2026, 11, 23))
    start = datetime(2026, 11, 2, 9, tzinfo=UTC)
    rows = [ticket_row(n, start + timedelta(minutes=n)) for n in range(1, 1_501)]

    def close_two() -> None:
        for number in (3, 1_400):  # one that was read already, one that was not
            at = datetime(2026, 11, 24, 8, tzinfo=UTC)
            created = start + timedelta(minutes=number)
            server.tickets[number] = ticket_row(number, created, updated=at, status="closed")

    server = account.serve(rows, before={2: close_two})
    report = account.pulled(server, "tickets", days)
    assert report.error is None
    seen: dict[object, list[object]] = {}
    for row in account.rows("tickets", days):
        seen.setdefault(row["id"], []).append(row["status"])
    assert len(seen) == 1_500
    assert seen["3"] == ["open", "closed"]
    assert seen["1400"] == ["closed"]


def test_what_changed_in_the_last_minute_comes_with_the_next_run(account) -> None:
    yesterday = Range(date(2026, 11, 23), date(2026, 11, 23))
    created = datetime(2026, 11, 23, 9, tzinfo=UTC)
    server = account.serve([])
    just_now = server.now - timedelta(seconds=30)
    server.tickets[1] = ticket_row(1, created, updated=just_now, status="pending")
    account.pulled(server, "tickets", yesterday)
    assert account.rows("tickets", yesterday) == []
    server.now += timedelta(days=1)
    noon = datetime(2026, 11, 25, 12, tzinfo=UTC)
    account.pulled(server, "tickets", Range(date(2026, 11, 23), date(2026, 11, 24)), now=noon)
    assert account.ids("tickets", date(2026, 11, 24)) == ["1"]


def test_the_newest_slice_goes_on_to_whatever_has_changed_by_now(account) -> None:
    yesterday = Range(date(2026, 11, 23), date(2026, 11, 23))
    created, today = datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 24, 1, tzinfo=UTC)
    rows = [
        ticket_row(n, created, updated=today + timedelta(seconds=n), status="solved")
        for n in range(1, 1_201)
    ]
    server = account.serve(rows)
    account.pulled(server, "tickets", yesterday)
    assert len(account.ids("tickets", date(2026, 11, 23))) == 1_200
    assert len(server.asked_for(EXPORT)) == 2


def test_a_deleted_ticket_comes_as_deleted_and_without_a_time_of_solving(account) -> None:
    rows = [ticket_row(1, NINE, status="deleted")]
    account.pulled(account.serve(rows), "tickets", FIRST_OF_MARCH)
    (row,) = account.rows("tickets", FIRST_OF_MARCH)
    assert (row["status"], row["solved_at"]) == ("deleted", None)


def test_a_channel_may_be_a_number_and_a_ticket_may_have_no_group(account) -> None:
    rows = [ticket_row(1, NINE, channel=29, group_id=None)]
    account.pulled(account.serve(rows), "tickets", FIRST_OF_MARCH)
    (row,) = account.rows("tickets", FIRST_OF_MARCH)
    assert (row["channel"], row["group_id"], row["group_name"]) == ("29", None, None)


def test_a_conversation_that_an_ai_agent_handled_alone_is_a_ticket_of_its_own_type(account) -> None:
    rows = [
        ticket_row(1, NINE),
        ticket_row(2, NINE, support_type="ai_agent"),
        ticket_row(3, NINE, support_type=None),
    ]
    server = account.serve(rows)
    account.pulled(server, "tickets", FIRST_OF_MARCH)
    types = {row["id"]: row["support_type"] for row in account.rows("tickets", FIRST_OF_MARCH)}
    assert types == {"1": "agent", "2": "ai_agent", "3": None}
    (asked,) = server.asked_for(EXPORT)
    assert asked.params["support_type_scope"] == "all"


def test_a_merged_ticket_is_stored_with_its_tag_and_no_other_tag_is(account) -> None:
    rows = [
        ticket_row(7, NINE, tags=["vip", "merged"]),
        merged(ticket_row(8, NINE, tags=["vip"]), NINE + timedelta(hours=1)),
        ticket_row(9, NINE, tags=["vip", "closed_by_merge"], follow_up_of=8),
    ]
    account.pulled(account.serve(rows), "tickets", FIRST_OF_MARCH)
    stored = {row["id"]: row for row in account.rows("tickets", FIRST_OF_MARCH)}
    assert {number: row["has_merge_tag"] for number, row in stored.items()} == {
        "7": False,
        "8": True,
        "9": True,
    }
    assert [stored[number]["follow_up_of"] for number in ("7", "8", "9")] == [None, None, "8"]
    written = b"".join(path.read_bytes() for path in account.lake.root.rglob("*") if path.is_file())
    assert b"vip" not in written


def test_the_time_to_the_first_reply_is_missing_and_not_0_where_there_was_none(account) -> None:
    server = account.serve([ticket_row(n, NINE) for n in range(1, 5)])
    server.metrics = {
        1: {"reply_time_in_minutes": {"calendar": 150, "business": 40}},
        2: {"reply_time_in_minutes": {"calendar": None, "business": None}},
        3: {"reply_time_in_minutes": {"calendar": 0, "business": 0}},
        4: {"reply_time_in_minutes": {}, "reply_time_in_seconds": {"calendar": 45}},
    }
    account.pulled(server, "tickets", FIRST_OF_MARCH)
    names = ("first_reply_minutes", "first_reply_business_minutes", "first_reply_seconds")
    stored = {
        row["id"]: tuple(row[name] for name in names)
        for row in account.rows("tickets", FIRST_OF_MARCH)
    }
    assert stored == {
        "1": (150, 40, None),
        "2": (None, None, None),
        "3": (0, 0, None),
        "4": (None, None, 45),
    }


def test_two_years_of_a_small_account_are_eight_exports_and_a_usual_day_is_one(account) -> None:
    server = account.serve()
    report = account.pulled(server, "tickets", Range(date(2024, 12, 1), date(2026, 11, 22)),
                            now=datetime(2026, 11, 23, 12, tzinfo=UTC))  # fmt: skip
    assert report.error is None
    assert len(server.asked_for(EXPORT)) == 8
    assert account.waits == []
    server.asked.clear()
    account.pulled(server, "tickets", Range(date(2024, 12, 1), date(2026, 11, 23)))
    assert len(server.asked_for(EXPORT)) == 1
    newest = {
        row["id"]: row
        for row in account.rows("tickets", Range(date(2024, 12, 1), date(2026, 11, 23)))
    }
    exportable = {
        str(number): row["status"]
        for number, row in server.tickets.items()
        if row["generated_timestamp"] <= server.now.timestamp() - 60
    }
    assert {number: row["status"] for number, row in newest.items()} == exportable
