"""A merge makes one deal of two: the lake says of both old ones that they are gone, and HubSpot's count agrees."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from random import Random
from typing import Any

import pytest

from connectors.sandbox.crm_objects import MERGED_IDS, CrmObject
from connectors.sdk.windows import Range
from tests.connectors.hubspot.conftest import HubSpotAccount
from tests.connectors.set_aside import set_aside

NOVEMBER = Range(date(2026, 11, 1), date(2026, 11, 24))
THROUGH_25 = Range(NOVEMBER.first, date(2026, 11, 25))
NEXT_DAY = datetime(2026, 11, 26, 12, tzinfo=UTC)


def at(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def alive(account: HubSpotAccount, stream: str = "deals") -> list[str]:
    """The rows of the lake that count, by their newest version."""
    newest = account.newest(stream, THROUGH_25)
    return sorted((key for key, row in newest.items() if row["archived_at"] is None), key=int)


def findings(account: HubSpotAccount, stream: str = "deals") -> list[str]:
    manifests = account.lake.manifests("hubspot", stream).values()
    return [finding.message for manifest in manifests for finding in manifest.findings]


@pytest.mark.parametrize("into", [3, 9], ids=["into the first", "into a new one"])
def test_of_two_won_deals_that_are_merged_one_is_left(account, deal, into: int) -> None:
    server = account.serve(deals=[deal(3, at(3)), deal(4, at(4))])
    account.pulled("deals", server, NOVEMBER)
    assert alive(account) == ["3", "4"]
    server.merge("deals", 3, 4, into=into, at=at(25))
    account.pulled("deals", server, THROUGH_25, now=NEXT_DAY)
    assert alive(account) == [str(into)]
    gone = account.newest("deals", THROUGH_25)["4"]
    assert (gone["merged_into"], gone["archived_at"], gone["is_won"]) == (str(into), at(25), None)
    assert findings(account) == []


def test_a_chain_of_merges_leaves_the_last_deal(account, deal) -> None:
    """3 and 4 become 9 and are pulled; 9 and 5 become 10; 6 and 7 become 11, and 10 and 11 become 12 at once."""
    server = account.serve(deals=[deal(n, at(n)) for n in (3, 4, 5, 6, 7)])
    account.pulled("deals", server, NOVEMBER)
    server.merge("deals", 3, 4, into=9, at=at(25))
    account.pulled("deals", server, THROUGH_25, now=NEXT_DAY)
    assert alive(account) == ["5", "6", "7", "9"]
    server.merge("deals", 9, 5, into=10, at=at(25, 10))
    server.merge("deals", 6, 7, into=11, at=at(25, 11))
    server.merge("deals", 10, 11, into=12, at=at(25, 13))
    account.pulled("deals", server, THROUGH_25, now=NEXT_DAY)
    assert alive(account) == ["12"]
    newest = account.newest("deals", THROUGH_25)
    assert {row["merged_into"] for key, row in newest.items() if key != "12"} == {"12"}
    assert findings(account) == []


def test_a_first_pull_after_the_merge_has_one_deal(account, deal) -> None:
    server = account.serve(deals=[deal(3, at(3)), deal(4, at(4))])
    server.merge("deals", 3, 4, into=9, at=at(20))
    account.pulled("deals", server, NOVEMBER)
    assert alive(account) == ["9"]
    assert findings(account) == []


def test_a_merged_deal_that_is_deleted_takes_none_of_the_others_back(account, deal) -> None:
    server = account.serve(deals=[deal(3, at(3)), deal(4, at(4))])
    account.pulled("deals", server, NOVEMBER)
    merged = server.merge("deals", 3, 4, into=9, at=at(25))
    server.objects["deals"][9] = CrmObject(9, merged.properties, at(3), at(25), archived=at(25, 10))
    account.pulled("deals", server, THROUGH_25, now=NEXT_DAY)
    assert alive(account) == []
    assert findings(account) == []


def test_calls_that_are_merged_are_one_call_with_the_contacts_of_both(account, call) -> None:
    server = account.serve(calls=[call(3, at(3), 901), call(4, at(4), 902)])
    account.pulled("calls", server, NOVEMBER)
    server.merge("calls", 3, 4, into=9, at=at(25))
    account.pulled("calls", server, THROUGH_25, now=NEXT_DAY)
    assert alive(account, "calls") == ["9"]
    assert account.newest("calls", THROUGH_25)["9"]["contact_ids"] == ["901", "902"]
    assert findings(account, "calls") == []


def test_an_id_is_not_merged_into_itself(account, deal) -> None:
    merged = deal(3, at(3), **{MERGED_IDS: "3;4;4"})
    account.pulled("deals", account.serve(deals=[merged]), NOVEMBER)
    assert alive(account) == ["3"]


@pytest.mark.parametrize("text", ["3,4", "a", "4;b"])
def test_a_list_of_merged_ids_that_cannot_be_read_is_told(account, deal, text: Any) -> None:
    merged = deal(3, at(3), **{MERGED_IDS: text})
    report = account.pulled("deals", account.serve(deals=[merged, deal(7, at(7))]), NOVEMBER)
    assert [name for _, name in set_aside(report)] == ["merged_into"]
    assert alive(account) == ["7"]


def contact(number: int, modified: datetime, **more: str) -> CrmObject:
    properties = {"email": "ann@example.com", MERGED_IDS: None} | more
    return CrmObject(number, properties, at(1), modified, modified_name="lastmodifieddate")


def test_contacts_that_are_merged_are_read_and_nothing_else_of_them(account, call) -> None:
    """901 and 902 become 950 after the week in which calls are read again, so both calls keep their contact."""
    server = account.serve(
        calls=[call(1, at(3), 901), call(2, at(4), 902)],
        contacts=[contact(901, at(3)), contact(902, at(4)), contact(903, at(20))],
    )
    account.pulled("calls", server, NOVEMBER)
    server.merge("contacts", 901, 902, into=950, at=at(20))
    for stream in ("calls", "merged_contacts"):
        assert account.pulled(stream, server, NOVEMBER).error is None
    assert [row["contact_ids"] for row in account.rows("calls", NOVEMBER)] == [["901"], ["902"]]
    assert account.rows("merged_contacts", NOVEMBER) == [
        {"contact_id": old, "merged_into": "950", "changed_at": at(20)} for old in ("901", "902")
    ]
    held = b"".join(path.read_bytes() for path in account.lake.root.rglob("*") if path.is_file())
    assert b"ann@example.com" not in held


def test_a_chain_of_merged_contacts_leads_to_the_last(account) -> None:
    server = account.serve(contacts=[contact(n, at(3)) for n in (901, 902, 903)])
    server.merge("contacts", 901, 902, into=950, at=at(20))
    account.pulled("merged_contacts", server, NOVEMBER)
    server.merge("contacts", 950, 903, into=951, at=at(25))
    account.pulled("merged_contacts", server, THROUGH_25, now=NEXT_DAY)
    newest = account.newest("merged_contacts", THROUGH_25)
    assert {key: row["merged_into"] for key, row in newest.items()} == dict.fromkeys(
        ("901", "902", "903", "950"), "951"
    )


def test_merged_contacts_that_cannot_be_read_are_told(account) -> None:
    odd = contact(950, at(20), **{MERGED_IDS: "901:1700000000"})
    report = account.pulled("merged_contacts", account.serve(contacts=[odd]), NOVEMBER)
    assert [name for _, name in set_aside(report)] == ["contact_id"]


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_edited_merged_and_deleted_what_is_left_is_what_hubspot_has(
    account, deal, seed: int
) -> None:
    """Eight days on each of which some of twelve deals are edited, merged or deleted, in any order."""
    dice = Random(seed)
    server = account.serve(deals=[deal(n, at(1)) for n in range(1, 13)])
    ids = count(100)
    for day in range(2, 10):
        for hour in range(8, 8 + dice.randrange(4)):
            active = [n for n, x in server.objects["deals"].items() if not x.archived]
            deals, now = server.objects["deals"], at(day, hour)
            match dice.randrange(3):
                case 0 if len(active) > 1:
                    first, second = dice.sample(active, 2)
                    into = dice.choice([first, next(ids)])
                    server.merge("deals", first, second, into=into, at=now)
                case 1 if active:
                    deleted = deals[dice.choice(active)]
                    deals[deleted.number] = replace(deleted, archived=now)
                case _ if active:
                    edited = deals[dice.choice(active)]
                    deals[edited.number] = replace(edited, modified=now)
        if dice.random() < 0.7:  # on other days nobody pulls
            pulled = Range(NOVEMBER.first, date(2026, 11, day))
            account.pulled("deals", server, pulled, now=at(day + 1, 12))
    account.pulled("deals", server, THROUGH_25, now=NEXT_DAY)
    left = [n for n, x in server.objects["deals"].items() if not x.archived]
    assert alive(account) == [str(n) for n in sorted(left)]
    assert findings(account) == []
