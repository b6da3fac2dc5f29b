"""Deals, calls and the team behind them, from HubSpot's rows to the KPIs.

Ann is on the team all the time, Bo from 16 June, and Cy until 15 June: two people on every day of June.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines.inputs.facts import read_facts
from pipelines.inputs.kpi_files import read_kpi
from pipelines.okr.kpi.readings import KpiView, read
from pipelines.okr.kpi.roster import Stay
from pipelines.okr.kpi.series import KpiIndex

KPIS = Path(__file__).resolve().parents[2] / "models/kpis"
AS_OF = date(2026, 7, 5)
FIRST, LAST = date(2026, 6, 1), date(2026, 7, 4)
LOST_DAY = date(2026, 7, 3)
"""The day of which the deals were not delivered."""
LOST_MERGES = date(2026, 6, 10)
"""The day of which it is not known which contacts were merged."""
ANN, BO, CY, JO, OTHER_JO, QUEUE, GONE = "11", "12", "13", "14", "15", "16", "99"
SALES, SHOP = "default", "75e2"
Row = Mapping[str, Any]


def at(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def june(day: int) -> date:
    return date(2026, 6, day)


def may(day: int) -> date:
    return date(2026, 5, day)


def owner(
    owner_id: str, name: str | None, joined: date, left: date | None = None, **more: Any
) -> Row:
    return {
        "listed_on": LAST,
        "owner_id": owner_id,
        "kind": "PERSON",
        "name": name,
        "is_archived": left is not None,
        "created_at": at(joined, 8),
        "updated_at": at(left or joined, 18),
    } | more


OWNERS = (
    owner(ANN, "Ann Lee", date(2026, 1, 5)),
    owner(BO, "Bo Chan", june(16)),
    owner(CY, "Cy Dunn", date(2025, 3, 3), left=june(15)),
    owner(JO, "Jo Ray", date(2025, 1, 1)),
    owner(OTHER_JO, "Jo Ray", date(2025, 1, 1)),
    owner(QUEUE, None, date(2025, 1, 1), kind="QUEUE"),
)


def deal(number: int, owner_id: str | None, closed: date, **more: Any) -> Row:
    return {
        "deal_id": str(number),
        "pipeline_id": SALES if owner_id else SHOP,
        "stage_id": "closedwon",
        "owner_id": owner_id,
        "amount": "1500.5",
        "currency": "usd",
        "is_closed": True,
        "is_won": True,
        "created_at": at(closed - timedelta(days=20)),
        "closed_at": at(closed),
        "changed_at": at(closed, 13),
    } | more


def merged(number: int, into: int, day: date) -> Row:
    """What is stored of a deal that was merged into another."""
    gone = {"merged_into": str(into), "archived_at": at(day), "changed_at": at(day)}
    return {"deal_id": str(number)} | gone


DEALS = (
    deal(1, ANN, june(10)),
    deal(2, CY, june(12)),
    deal(3, ANN, june(18)),
    deal(4, BO, june(17)),
    deal(5, BO, june(19)),
    deal(6, ANN, june(29)),
    deal(7, None, june(10)),
    deal(8, None, june(20)),
    # none of these is won: it was lost, it is open, it was deleted
    deal(20, ANN, june(11), is_won=False),
    deal(21, ANN, june(30), is_won=False, is_closed=False),
    deal(22, None, june(20)),
    deal(22, None, june(20), archived_at=at(june(22)), changed_at=at(june(22))),
    # edited: what it was before does not count
    deal(23, BO, june(5), is_won=False, is_closed=False),
    deal(23, BO, date(2026, 7, 1), amount="2000"),
    deal(24, QUEUE, june(23), pipeline_id="unlisted"),
    deal(25, GONE, june(24)),
    # somebody has cleared the date: won on no day
    deal(26, BO, june(25), closed_at=None),
    deal(27, BO, june(25), closed_at=None, is_won=False, is_closed=False),
    # closed in May: two that were merged into a third one, with what a pull stores of them
    deal(30, ANN, may(20), changed_at=at(june(1))),
    deal(31, ANN, may(21), changed_at=at(june(2))),
    deal(32, ANN, may(20), changed_at=at(june(25)), currency="gbp", company_currency="EUR",
         amount_in_company_currency="1725.5", properties='{"region": "North", "source": null}'),
    merged(30, 32, june(25)),
    merged(31, 32, june(25)),
    # with a date and no time of day, in an account whose zone is Tokyo's
    deal(33, ANN, may(31), changed_at=at(june(1)), closed_at=at(may(30), 15), close_day=may(31),
         currency=None, company_currency="EUR"),
    # that nobody has put into a pipeline, and of which HubSpot does not say that it is closed
    deal(34, None, may(12), changed_at=at(june(1)), pipeline_id=None, stage_id=None,
         created_at=None, is_closed=None),
)  # fmt: skip


def call(number: int, owner_id: str | None, day: date, *contacts: str, **more: Any) -> Row:
    return {
        "call_id": str(number),
        "called_at": at(day),
        "direction": "OUTBOUND",
        "status": "COMPLETED",
        "owner_id": owner_id,
        "contact_ids": list(contacts),
        "changed_at": at(day, 13),
    } | more


CALLS = (
    call(1, ANN, june(2), "c1", status="NO_ANSWER"),
    call(2, ANN, june(3), "c1"),
    call(3, BO, june(20), "c1"),
    call(4, ANN, june(4), "c2", direction="INBOUND"),
    call(5, JO, june(9), "c2"),
    call(6, ANN, june(11), "c3", "c4"),
    call(7, ANN, june(12), "c5", archived_at=at(june(13))),
    call(8, None, june(13), "c6", direction=None, status=None),
    call(9, ANN, june(14)),
    # three contacts that are one by now: c7 and c8 became c20, and that and c9 became c21
    call(10, ANN, june(16), "c7"),
    call(11, BO, june(18), "c8"),
    call(12, BO, june(22), "c9", "c21"),
)
MERGED_CONTACTS = (
    {"contact_id": "c7", "merged_into": "c20", "changed_at": at(june(23))},
    {"contact_id": "c8", "merged_into": "c20", "changed_at": at(june(23))},
    {"contact_id": "c9", "merged_into": "c21", "changed_at": at(june(24))},
    {"contact_id": "c20", "merged_into": "c21", "changed_at": at(june(24))},
)


def commit(lake: Any, stream: str, rows: Iterable[Row], cursor: str, lost: date | None) -> None:
    """Each row in the window in which it last changed, and the empty windows too."""
    given = list(rows)
    for n in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(days=n)
        if day != lost:
            moved = [row for row in given if day_of(row[cursor]) == day]
            lake.window("hubspot", stream, day, moved)


def day_of(value: date | datetime) -> date:
    return value.date() if isinstance(value, datetime) else value


@pytest.fixture(scope="module")
def warehouse(warehouse_in: Any, empty: Any) -> Any:
    built = warehouse_in("sales")
    pipelines = [{"listed_on": LAST, "pipeline_id": SALES, "label": "Sales Pipeline"},
                 {"listed_on": LAST, "pipeline_id": SHOP, "label": "Online Shop"}]  # fmt: skip
    commit(built.lake, "deals", DEALS, "changed_at", LOST_DAY)
    commit(built.lake, "calls", CALLS, "changed_at", None)
    commit(built.lake, "merged_contacts", MERGED_CONTACTS, "changed_at", LOST_MERGES)
    commit(built.lake, "owners", OWNERS, "listed_on", None)
    commit(built.lake, "pipelines", pipelines, "listed_on", None)
    built.build_over(empty, AS_OF, ["hubspot"])
    return built


def periods(
    warehouse: Any, kpi: str, period: str, start: date, *columns: str
) -> dict[str, tuple[Any, ...]]:
    """The columns of a period, by member; the whole is `total`."""
    rows = warehouse.rows(
        f"select member, {', '.join(columns)} from reporting.kpi_periods "
        f"where kpi = '{kpi}' and period = '{period}' and period_start = date '{start}'"
    )
    return {row[0]: row[1:] for row in rows}


def test_deals_per_rep_is_deals_over_the_average_size_of_the_team(warehouse: Any) -> None:
    deals = periods(
        warehouse, "deals_per_rep", "month", june(1), "value", "numerator", "denominator"
    )
    assert deals == {
        "total": (3, 6, 2),
        "Ann Lee": (3, 3, 1),
        "Bo Chan": (4, 2, Decimal("0.5")),
        "Cy Dunn": (2, 1, Decimal("0.5")),
    }


def test_it_is_compared_with_the_average_of_the_period_before(warehouse: Any) -> None:
    week = june(15)
    of_week = periods(warehouse, "deals_per_rep", "week", week, "value", "previous_value", "change")
    assert of_week["total"] == (Decimal("1.5"), 1, Decimal("0.5"))
    assert of_week["Cy Dunn"] == (0, 1, -1)  # there on Monday only, and no deal


def test_a_day_that_was_not_delivered_is_no_day_without_a_team(warehouse: Any) -> None:
    columns = ("value", "numerator", "denominator", "status", "trust")
    deals = periods(warehouse, "deals_per_rep", "month", date(2026, 7, 1), *columns)
    assert deals["total"] == (Decimal("0.5"), 1, 2, "partial", "missing_days")


def test_scoring_reads_the_same_as_the_models(warehouse: Any) -> None:
    kpi = read_kpi(KPIS / "kpi_deals_per_rep.sql", rosters=["roster_sales_reps"])
    facts = read_facts(warehouse.path, {kpi.name: kpi})
    index = KpiIndex(facts[kpi.name])
    for start, end in ((june(1), june(30)), (date(2026, 7, 1), LAST)):
        for member, (value,) in periods(warehouse, kpi.name, "month", start, "value").items():
            where = {} if member == "total" else {"sales_rep": member}
            assert read(KpiView(index, where), start, end).value == value, member


def test_deals_closed_are_the_won_ones_in_their_newest_version(warehouse: Any) -> None:
    deals = periods(warehouse, "deals_closed", "month", june(1), "value")
    assert deals == {
        "total": (10,),
        "Sales Pipeline": (7,),
        "Online Shop": (2,),
        "unlisted": (1,),
        "Ann Lee": (3,),
        "Bo Chan": (2,),
        "Cy Dunn": (1,),
        "owner 16": (1,),
        "owner 99": (1,),
        "unknown": (2,),
    }
    assert periods(warehouse, "deals_closed", "month", date(2026, 7, 1), "value")["total"] == (1,)


def test_a_closed_deal_without_a_date_counts_on_no_day_and_flags_that_of_its_last_change(
    warehouse: Any,
) -> None:
    assert warehouse.rows(
        "select * exclude (account) from comparisons.deals_without_close_date"
    ) == [("hubspot", "deals", june(25), 1)]
    for kpi in ("deals_closed", "deal_win_rate", "deals_per_rep"):
        days = warehouse.periods(kpi, "day")
        assert days[june(25)].trust == "set_aside:hubspot", kpi
        assert days[june(24)].trust == "ok", kpi


def test_a_merged_deal_counts_once_and_one_without_a_pipeline_or_a_zone_on_its_day(
    warehouse: Any,
) -> None:
    """In May: deal 32 for 30 and 31, which it stands for, on the 20th; 33 on the 31st; 34 on the 12th."""
    query = """
        select day, sales_rep, pipeline, cast(value as integer) from kpis.kpi_deals_closed
        where day < '2026-06-01' and value > 0 order by day
    """
    assert warehouse.rows(query) == [
        (may(12), None, None, 1),
        (may(20), "Ann Lee", "Sales Pipeline", 1),
        (may(31), "Ann Lee", "Sales Pipeline", 1),
    ]


def test_a_deal_is_worth_its_amount_in_its_own_currency_and_in_the_company_s(
    warehouse: Any,
) -> None:
    query = """
        select amount, currency, amount_in_company_currency, company_currency, properties['region']
        from marts.fct_deals where deal_id in ('1', '32', '33') order by deal_id
    """
    amount, converted = Decimal("1500.5"), Decimal("1725.5")
    assert warehouse.rows(query) == [
        (amount, "USD", None, None, None),
        (amount, "GBP", converted, "EUR", "North"),
        (amount, "EUR", amount, "EUR", None),
    ]


def test_a_member_who_closed_nothing_has_closed_0_while_on_the_team(warehouse: Any) -> None:
    query = """
        select min(day), max(day), count(*), cast(sum(value) as integer) from reporting.kpi_days
        where kpi = 'deals_closed' and dimensions['sales_rep'] = '{}' and day < '2026-07-01'
    """
    assert warehouse.rows(query.format("Bo Chan")) == [(june(16), june(30), 15, 2)]
    assert warehouse.rows(query.format("Cy Dunn")) == [(june(1), june(15), 15, 1)]


def test_a_goal_for_each_sales_rep_is_asked_of_the_team_for_its_days(warehouse: Any) -> None:
    query = "select member, first_day, last_day from reporting.roster_sales_reps order by member"
    assert warehouse.rows(query) == [
        ("Ann Lee", date(2026, 1, 5), None),
        ("Bo Chan", june(16), None),
        ("Cy Dunn", date(2025, 3, 3), june(15)),
    ]
    kpi = read_kpi(KPIS / "kpi_deals_closed.sql", rosters=["roster_sales_reps"])
    [roster] = read_facts(warehouse.path, {kpi.name: kpi})[kpi.name].rosters.values()
    assert roster[-1] == Stay("Cy Dunn", date(2025, 3, 3), june(15))


def test_the_win_rate_is_won_over_closed(warehouse: Any) -> None:
    sides = periods(warehouse, "deal_win_rate", "month", june(1), "numerator", "denominator")
    assert sides["total"] == (10, 11)
    assert sides["Ann Lee"] == (3, 4)


def test_a_prospect_counts_once_on_the_day_of_the_first_call(warehouse: Any) -> None:
    query = """
        select day, dimensions['sales_rep'], cast(value as integer) from reporting.kpi_days
        where kpi = 'prospects_called' order by day
    """
    assert warehouse.rows(query) == [
        (june(3), "Ann Lee", 1),
        (june(9), "Jo Ray (14)", 1),
        (june(11), "Ann Lee", 2),
        (june(13), "unknown", 1),
        # whoever c7, c8 and c9 are today
        (june(16), "Ann Lee", 1),
    ]


def test_no_day_waits_for_what_merged_contacts_correct_and_its_faults_are_told(
    warehouse: Any,
) -> None:
    days = warehouse.periods("prospects_called", "day")
    assert [days[june(n)].trust for n in (9, 10, 11)] == ["ok"] * 3
    streams = "select stream from reporting_steps.{} where kpi = 'prospects_called' order by 1"
    waited_for = ["calls", "deals", "owners"]
    assert warehouse.column(streams.format("kpi_streams")) == waited_for
    assert warehouse.column(streams.format("kpi_traced_streams")) == sorted(
        [*waited_for, "merged_contacts"]
    )


def test_calls_made_are_those_that_were_completed(warehouse: Any) -> None:
    assert periods(warehouse, "calls_made", "month", june(1), "value") == {
        "total": (9,),
        "Ann Lee": (4,),
        "Bo Chan": (3,),
        "Jo Ray (14)": (1,),
        "unknown": (1,),
    }


def test_amounts_are_exact(warehouse: Any) -> None:
    query = "select amount, currency from marts.fct_deals where deal_id in ('1', '23') order by 1"
    assert warehouse.rows(query) == [(Decimal("1500.5"), "USD"), (Decimal("2000"), "USD")]


def test_two_accounts_with_the_same_ids_have_each_their_own_deals(
    warehouse: Any, tmp_path: Path
) -> None:
    kpis = ("deals_closed", "deals_per_rep", "deal_win_rate", "calls_made", "prospects_called")
    doubled = warehouse.in_two_accounts(tmp_path, AS_OF, *kpis)
    for kpi in kpis:
        assert len(warehouse.kpi_rows(kpi)) > 1, kpi
        for account in ("eu", "us"):
            assert doubled.kpi_rows(kpi, account) == warehouse.kpi_rows(kpi), kpi

    # the same name in two accounts is that of two people
    members = doubled.column("select sales_rep from marts.dim_sales_reps order by 1")
    assert members[:4] == ["Ann Lee (eu)", "Ann Lee (us)", "Bo Chan (eu)", "Bo Chan (us)"]
    assert {"Jo Ray (14, eu)", "Jo Ray (15, us)", "owner 16 (eu)"} <= {*members}
