"""What the sample company's sales come to, counted from what HubSpot would tell."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import pytest

from connectors.sandbox.crm_objects import CrmObject
from connectors.sandbox.sales import deals_at
from connectors.sandbox.sales_calls import calls_at
from connectors.sandbox.sales_team import REPS, owners_at

NEW_YEAR = datetime(2027, 1, 5, 9, tzinfo=UTC)
TODAY = datetime(2026, 11, 25, 9, tzinfo=UTC)
DAY = timedelta(days=1)
Q2 = [date(2026, 4, 1) + DAY * n for n in range(91)]


def won(now: datetime) -> list[CrmObject]:
    """The deals that are won, as far as nobody has archived them."""
    return [
        deal
        for deal in deals_at(now)
        if deal.properties["hs_is_closed_won"] == "true" and deal.archived is None
    ]


def closed_in(deals: Iterable[CrmObject], *months: str) -> list[CrmObject]:
    return [deal for deal in deals if (deal.properties["closedate"] or "").startswith(months)]


def test_9482_deals_are_closed_in_2026() -> None:
    assert len(closed_in(won(NEW_YEAR), "2026")) == 9_482


@pytest.mark.parametrize("now", [datetime(2026, 7, 1, 9, tzinfo=UTC), TODAY, NEW_YEAR])
def test_ten_deals_are_closed_per_member_of_the_team_in_the_second_quarter(now: datetime) -> None:
    quarter = closed_in(won(now), "2026-04", "2026-05", "2026-06")
    owned = [deal for deal in quarter if deal.properties["hubspot_owner_id"]]
    heads = [sum(rep.present(day) for rep in REPS) for day in Q2]
    assert set(heads) == {12}
    assert len(owned) == 120
    assert {deal.properties["pipeline"] for deal in owned} == {"default"}


def test_a_member_closes_about_three_deals_a_month_and_never_seven() -> None:
    owned = [deal for deal in closed_in(won(TODAY), "2026") if deal.properties["hubspot_owner_id"]]
    deals_of_member = Counter(
        (deal.properties["hubspot_owner_id"], (deal.properties["closedate"] or "")[:7])
        for deal in owned
        if not (deal.properties["closedate"] or "").startswith("2026-11")
    )
    assert 2.8 < sum(deals_of_member.values()) / len(deals_of_member) < 3.4
    assert max(deals_of_member.values()) < 7


def test_nobody_closes_a_deal_before_joining_or_after_leaving() -> None:
    team = {rep.owner_id: rep for rep in REPS}
    for deal in deals_at(TODAY):
        owner = deal.properties["hubspot_owner_id"]
        if owner and deal.properties["hs_is_closed"] == "true":
            day = date.fromisoformat((deal.properties["closedate"] or "")[:10])
            assert team[owner].present(day)


def test_prospects_called_are_above_95_in_some_quarters_and_below_in_others() -> None:
    first: dict[int, str] = {}
    for call in sorted(calls_at(NEW_YEAR), key=lambda x: x.properties["hs_timestamp"] or ""):
        outcome = (call.properties["hs_call_direction"], call.properties["hs_call_status"])
        if outcome == ("OUTBOUND", "COMPLETED"):
            for contact in call.contacts:
                first.setdefault(contact, (call.properties["hs_timestamp"] or "")[:7])
    quarters = Counter(
        (int(month[5:]) + 2) // 3 for month in first.values() if month.startswith("2026")
    )
    assert quarters == {1: 91, 2: 97, 3: 102, 4: 88}


def test_a_day_is_the_same_whatever_day_it_is_looked_at() -> None:
    march = datetime(2026, 3, 10, 9, tzinfo=UTC)
    for at in (deals_at, calls_at):
        in_march, now = at(march), {x.number: x for x in at(TODAY)}
        assert {x.number for x in in_march} == {
            number for number, x in now.items() if x.created <= march
        }
        for x in in_march:
            assert x.modified <= march
            assert now[x.number].modified >= x.modified


def test_deals_are_edited_corrected_and_archived() -> None:
    march, deals = datetime(2026, 3, 10, 9, tzinfo=UTC), deals_at(TODAY)
    in_march = {deal.number: deal for deal in deals_at(march)}
    later = {deal.number: deal for deal in deals}
    changed = [
        number for number in in_march if later[number].properties != in_march[number].properties
    ]
    assert len(changed) > 50
    assert any(in_march[n].properties["hs_is_closed"] == "true" for n in changed), (
        "after it was closed"
    )
    assert sum(deal.archived is not None for deal in deals) > 50
    assert sum(deal.properties["hs_is_closed"] == "false" for deal in deals) > 50
    assert any("." in (deal.properties["amount"] or "") for deal in deals)


def test_ids_are_given_once() -> None:
    for objects in (deals_at(NEW_YEAR), calls_at(NEW_YEAR)):
        assert len({x.number for x in objects}) == len(objects)


def test_owners_join_and_leave() -> None:
    in_april = {owner["id"]: owner for owner in owners_at(datetime(2026, 4, 30, 17, tzinfo=UTC))}
    now = {owner["id"]: owner for owner in owners_at(datetime(2026, 5, 1, 9, tzinfo=UTC))}
    lena, nadia = "61040022", "61040024"
    assert not in_april[lena]["archived"]
    assert nadia not in in_april
    assert now[lena]["archived"]
    assert now[nadia]["createdAt"] == "2026-05-01T07:00:00Z"
