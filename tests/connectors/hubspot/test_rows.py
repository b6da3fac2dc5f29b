from datetime import UTC, date, datetime, timedelta

import pytest

from connectors.sdk.windows import Range
from tests.connectors.set_aside import set_aside

FIRST_OF_MARCH = Range(date(2026, 3, 1), date(2026, 3, 1))
NINE = datetime(2026, 3, 1, 9, tzinfo=UTC)


def test_a_deal_is_stored_under_declared_names_and_nothing_else_of_it(account, deal) -> None:
    server = account.serve(deals=[deal(7, NINE + timedelta(milliseconds=417))])
    assert account.pulled("deals", server, FIRST_OF_MARCH).error is None
    assert account.rows("deals", FIRST_OF_MARCH) == [
        {
            "deal_id": "7",
            "pipeline_id": "default",
            "stage_id": "closedwon",
            "owner_id": "61040011",
            "amount": "1500",
            "currency": "USD",
            "amount_in_company_currency": None,
            "company_currency": "USD",
            "is_closed": True,
            "is_won": True,
            "created_at": datetime(2026, 2, 1, tzinfo=UTC),
            "closed_at": NINE,
            "close_day": None,
            "properties": None,
            "merged_into": None,
            "archived_at": None,
            "changed_at": NINE + timedelta(milliseconds=417),
        }
    ]
    asked = b"".join(request.body for request in server.asked)
    assert b"dealname" not in asked
    held = b"".join(path.read_bytes() for path in account.lake.root.rglob("*") if path.is_file())
    assert b"Smith" not in held


@pytest.mark.parametrize(
    ("given", "kept"),
    [("1500", "1500"), ("0.1", "0.1"), ("1.5E7", "15000000"), ("-20.50", "-20.50"), ("", None)],
)
def test_an_amount_is_kept_to_the_last_digit(account, deal, given: str, kept: str | None) -> None:
    server = account.serve(deals=[deal(7, NINE, amount=given)])
    assert account.pulled("deals", server, FIRST_OF_MARCH).error is None
    assert [row["amount"] for row in account.rows("deals", FIRST_OF_MARCH)] == [kept]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"amount": "a lot"}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"hs_is_closed_won": "maybe"}, "is_won"),
        ({"closedate": "tomorrow"}, "closed_at"),
        ({"hs_is_closed": ["true"]}, "is_closed"),
    ],
)
def test_a_property_of_another_kind_sets_its_deal_aside(account, deal, change, named) -> None:
    server = account.serve(deals=[deal(7, NINE, **change), deal(8, NINE)])
    report = account.pulled("deals", server, FIRST_OF_MARCH)
    assert [name for _, name in set_aside(report)] == [named]
    assert [row["deal_id"] for row in account.rows("deals", FIRST_OF_MARCH)] == ["8"]


def test_a_deal_without_an_owner_an_amount_or_a_currency_is_a_deal(account, deal) -> None:
    bare = deal(7, NINE, hubspot_owner_id=None, amount=None, deal_currency_code=None)
    assert account.pulled("deals", account.serve(deals=[bare]), FIRST_OF_MARCH).error is None
    (row,) = account.rows("deals", FIRST_OF_MARCH)
    assert (row["owner_id"], row["amount"], row["currency"]) == (None, None, None)


def test_a_deal_that_is_edited_comes_again_in_the_window_of_the_edit(account, deal) -> None:
    both = Range(date(2026, 11, 23), date(2026, 11, 24))
    monday = datetime(2026, 11, 23, 9, tzinfo=UTC)
    server = account.serve(deals=[deal(7, monday)])
    account.pulled("deals", server, both, now=datetime(2026, 11, 24, 12, tzinfo=UTC))
    server.objects["deals"][7] = deal(7, monday + timedelta(days=1), amount="1750")
    account.pulled("deals", server, both)
    assert [row["amount"] for row in account.rows("deals", both)] == ["1500", "1750"]
    assert account.newest("deals", both)["7"]["amount"] == "1750"


def test_an_archived_deal_is_gone_from_search_and_is_found_in_the_bin(account, deal) -> None:
    both = Range(date(2026, 11, 23), date(2026, 11, 24))
    monday, tuesday = (datetime(2026, 11, day, 9, tzinfo=UTC) for day in (23, 24))
    server = account.serve(deals=[deal(7, monday), deal(8, monday)])
    account.pulled("deals", server, both, now=datetime(2026, 11, 24, 12, tzinfo=UTC))
    server.objects["deals"][7] = deal(7, monday, archived=tuesday)
    account.pulled("deals", server, both)
    deals = account.newest("deals", both)
    assert (deals["7"]["archived_at"], deals["7"]["changed_at"]) == (tuesday, tuesday)
    assert deals["8"]["archived_at"] is None


def test_the_bin_is_looked_into_once_and_to_its_end(account, deal) -> None:
    year = Range(date(2026, 1, 1), date(2026, 11, 24))
    gone = datetime(2026, 11, 20, 9, tzinfo=UTC)
    server = account.serve(deals=[deal(n, NINE, archived=gone) for n in range(1, 251)])
    assert account.pulled("deals", server, year).rows == 250
    lists = [request.params for request in server.asked if request.path.endswith("/deals")]
    assert [params.get("after") for params in lists] == [None, "101", "201"]
    assert {params["archived"] for params in lists} == {"true"}


def test_a_call_comes_with_its_contacts_and_one_without_any_is_none_the_less_a_call(
    account, call
) -> None:
    server = account.serve(calls=[call(1, NINE, 902, 901), call(2, NINE)])
    assert account.pulled("calls", server, FIRST_OF_MARCH).error is None
    rows = {row["call_id"]: row for row in account.rows("calls", FIRST_OF_MARCH)}
    assert rows["1"] == {
        "call_id": "1",
        "called_at": NINE + timedelta(milliseconds=250),
        "direction": "OUTBOUND",
        "status": "COMPLETED",
        "owner_id": "61040011",
        "contact_ids": ["901", "902"],
        "merged_into": None,
        "archived_at": None,
        "changed_at": NINE,
    }
    assert rows["2"]["contact_ids"] == []
    assert b"hs_call_body" not in b"".join(request.body for request in server.asked)


def test_all_the_contacts_of_a_conference_are_read(account, call) -> None:
    everyone = range(1_000, 2_200)
    server = account.serve(calls=[call(1, NINE, *everyone), call(2, NINE, 5)])
    assert account.pulled("calls", server, FIRST_OF_MARCH).error is None
    rows = {row["call_id"]: row["contact_ids"] for row in account.rows("calls", FIRST_OF_MARCH)}
    assert rows == {"1": [str(n) for n in everyone], "2": ["5"]}


def test_a_contact_that_is_added_to_a_call_in_the_week_after_is_read(account, call) -> None:
    friday = Range(date(2026, 11, 20), date(2026, 11, 20))
    at = datetime(2026, 11, 20, 9, tzinfo=UTC)
    server = account.serve(calls=[call(1, at)])
    account.pulled("calls", server, friday, now=datetime(2026, 11, 21, 12, tzinfo=UTC))
    server.objects["calls"][1] = call(1, at, 901)  # which changes nothing of the call itself
    account.pulled("calls", server, friday)
    assert [row["contact_ids"] for row in account.rows("calls", friday)] == [["901"]]


def test_owners_are_listed_for_each_slice_with_those_who_have_left(account) -> None:
    server = account.serve(owners=None)
    tuesday = Range(date(2026, 11, 24), date(2026, 11, 24))
    assert account.pulled("owners", server, tuesday).error is None
    rows = {row["name"]: row for row in account.rows("owners", tuesday)}
    assert len(rows) == 17
    lena = rows["Lena Novak"]
    assert (lena["is_archived"], lena["updated_at"].date()) == (True, date(2026, 4, 30))
    assert rows["Nadia Rahman"]["created_at"].date() == date(2026, 5, 1)
    assert rows["Support"]["kind"] == "QUEUE"
    assert {row["listed_on"] for row in rows.values()} == {tuesday.first}
    held = b"".join(path.read_bytes() for path in account.lake.root.rglob("*.parquet"))
    assert b"example.com" not in held


def test_an_owner_without_a_name_has_none(account) -> None:
    nameless = {"id": "5", "type": "PERSON", "archived": False} | dict.fromkeys(
        ("createdAt", "updatedAt"), "2026-01-01T09:00:00Z"
    )
    tuesday = Range(date(2026, 11, 24), date(2026, 11, 24))
    assert account.pulled("owners", account.serve(owners=[nameless]), tuesday).error is None
    assert [row["name"] for row in account.rows("owners", tuesday)] == [None]


def test_pipelines_come_with_what_people_call_them(account) -> None:
    tuesday = Range(date(2026, 11, 24), date(2026, 11, 24))
    assert account.pulled("pipelines", account.serve(), tuesday).error is None
    labels = {row["pipeline_id"]: row["label"] for row in account.rows("pipelines", tuesday)}
    assert labels["default"] == "Sales Pipeline"
    assert sorted(labels.values()) == ["Online Shop", "Sales Pipeline"]


def test_calls_have_their_contacts_whatever_look_back_is_set(account, call) -> None:
    server = account.serve(calls=[call(1, NINE, 901)])
    account.pulled("calls", server, FIRST_OF_MARCH, HUBSPOT_RESTATES_DAYS="calls:14")
    assert [row["contact_ids"] for row in account.rows("calls", FIRST_OF_MARCH)] == [["901"]]
