"""Two GA4 properties, one of which fails, and two Stripe accounts, one of them without a name; told on 6 March 2026.

google_analytics@de    1 to 5 March: 10, 20, 30, 40, 50 sessions; 500 visitors in February, 120 in March to the 5th
google_analytics@fr    1 to 3 March: 1, 2, 3 sessions; 300 visitors in February, 40 in March to the 3rd; fails since
stripe                 1 to 5 March: 100 dollars on the 1st
stripe@us              1 to 5 March: 10 dollars on the 1st; a row of the 2nd was set aside
"""

from datetime import UTC, date, datetime

import pytest

from connectors.lake.manifest import Finding

MARCH, FEBRUARY = date(2026, 3, 1), date(2026, 2, 1)
ASKED = datetime(2026, 3, 6, 6, tzinfo=UTC)
SESSIONS = {"de": (10, 20, 30, 40, 50), "fr": (1, 2, 3)}
VISITORS = {"de": (500, 120, date(2026, 3, 5)), "fr": (300, 40, date(2026, 3, 3))}
DOLLARS = {"stripe": 100, "stripe@us": 10}


def fill(lake) -> None:
    for account, sessions in SESSIONS.items():
        source = f"google_analytics@{account}"
        for number, count in enumerate(sessions):
            day = date(2026, 3, number + 1)
            row = {"date": day, "channel": "Organic", "sessions": count, "engaged_sessions": 1}
            lake.window(source, "traffic_by_channel", day, [row])
        in_february, in_march, through = VISITORS[account]
        row = {"month": FEBRUARY, "visitors": in_february}
        lake.window(source, "visitors_by_month", FEBRUARY, [row])
        row = {"month": MARCH, "visitors": in_march}
        lake.window(source, "visitors_by_month", MARCH, [row], data_through=through, settled=False)
        for stream in ("traffic_by_channel", "visitors_by_day", "visitors_by_month"):
            lake.attempt(source, stream, "ok" if account == "de" else "unavailable", ASKED)
    for source, dollars in DOLLARS.items():
        for number in range(1, 6):
            day = date(2026, 3, number)
            sale = {
                "id": "txn_1",  # ids are unique within an account only
                "created_at": datetime(2026, 3, number, 12, tzinfo=UTC),
                "reporting_category": "charge",
                "currency": "usd",
                "amount_minor": dollars * 100,
                "fee_minor": 0,
                "net_minor": dollars * 100,
            }
            is_in_doubt = (source, number) == ("stripe@us", 2)
            lake.window(
                source,
                "balance_transactions",
                day,
                [sale] if number == 1 else [],
                findings=(Finding(what="no_day", message=""),) if is_in_doubt else (),
            )
        lake.attempt(source, "balance_transactions", "ok", ASKED)


@pytest.fixture(scope="session")
def accounts(built, empty):
    def make(warehouse) -> None:
        fill(warehouse.lake)
        warehouse.build_over(empty, date(2026, 3, 6), ["google_analytics", "stripe"])

    return built("accounts", make)


def test_a_total_is_that_of_all_accounts_and_each_account_has_its_own(accounts) -> None:
    months = accounts.periods("net_revenue", "month")
    assert months[MARCH].value == 110
    by_account = accounts.periods("net_revenue", "month", "account")
    assert by_account.of(MARCH, "main").value == 100
    assert by_account.of(MARCH, "us").value == 10


def test_a_day_is_delivered_when_every_account_has_delivered_it(accounts) -> None:
    coverage = accounts.rows(
        "select day, delivered from reporting.kpi_coverage where kpi = 'sessions' order by day"
    )
    assert [(day.day, delivered) for day, delivered in coverage] == [
        (1, True), (2, True), (3, True), (4, False), (5, False),
    ]  # fmt: skip
    # 10 + 20 + 30 and 1 + 2 + 3: the days of one property alone would look like those of both
    march = accounts.periods("sessions", "month")[MARCH]
    assert (march.value, march.data_through) == (66, date(2026, 3, 3))


def test_the_account_that_fails_is_named_and_the_others_are_not(accounts) -> None:
    trust = dict(accounts.rows("select kpi, trust from reporting.kpis"))
    assert trust["sessions"] == "source_failed:google_analytics@fr"
    assert trust["net_revenue"] == "ok"
    march = accounts.periods("sessions", "month")[MARCH]
    assert march.trust == "source_failed:google_analytics@fr"


def test_a_finding_names_its_account_on_its_day(accounts) -> None:
    flags = dict(
        accounts.rows(
            "select day, flags from reporting.kpi_coverage "
            "where kpi = 'net_revenue' and len(flags) > 0"
        )
    )
    assert flags == {date(2026, 3, 2): ["set_aside:stripe@us"]}


def test_whom_two_properties_count_is_never_added_up(accounts) -> None:
    assert accounts.periods("site_visitors", "month").starts == []
    by_account = accounts.periods("site_visitors", "month", "account")
    february = {x: by_account.of(FEBRUARY, x) for x in ("de", "fr")}
    assert {x: (row.value, row.status, row.trust) for x, row in february.items()} == {
        "de": (500, "complete", "ok"),
        "fr": (300, "complete", "ok"),
    }


def test_a_property_that_fails_leaves_the_counts_of_the_other_alone(accounts) -> None:
    by_account = accounts.periods("site_visitors", "month", "account")
    march = {x: by_account.of(MARCH, x) for x in ("de", "fr")}
    assert {x: (row.value, row.data_through.day, row.trust) for x, row in march.items()} == {
        "de": (120, 5, "ok"),
        "fr": (40, 3, "source_failed:google_analytics@fr"),
    }


def test_the_published_windows_and_attempts_name_the_account(accounts) -> None:
    assert accounts.rows(
        "select source, account, count(*) from reporting.windows "
        "where stream in ('balance_transactions', 'traffic_by_channel') group by all order by all"
    ) == [
        ("google_analytics", "de", 5),
        ("google_analytics", "fr", 3),
        ("stripe", "main", 5),
        ("stripe", "us", 5),
    ]
    assert accounts.rows(
        "select distinct account, outcome from reporting.attempts where source = 'google_analytics' order by all"
    ) == [("de", "ok"), ("fr", "unavailable")]
