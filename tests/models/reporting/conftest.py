"""A first quarter that is told on 16 March 2026, and holds one of each thing that can happen to a KPI.

sessions, engagement_rate    1 January to 15 March, not settled from 26 February on
    10 Jan   Organic 100 sessions, 40 engaged
    20 Jan   Organic 300, 60 and Paid 100, 60; sampled
    5 Feb    Organic 200, 100
    20 Feb   Organic 1 000, 500
    3 Mar    Organic 90, 45
site_visitors                40 a day; 500 in January, thresholded; 620 in February; 300 in March, to the 15th,
    where asking again for the month has failed
page_likes, page_followers   1 000 on 25 January and one more each day, to 15 March; no snapshot on 10 and 28 February
page_engagements             10 a day to 28 February, 10 February not pulled; 1 March pulled without a value; the
    source has failed since
net_revenue and the like     1 January to 13 March, last asked on the 14th
    10 Jan   100 dollars and 50 euros
    20 Feb   40 dollars
    1 Mar    60 euros
customer_sales, average_order_value    1 January to 1 March, asked for on the 16th; units_sold to 28 February
    27 Feb   25 dollars: 3 widgets in a colour that nobody noted, and 1 blue gadget
    1 Mar    10 dollars; the lines of orders were not pulled for that day
    14 Feb   50 widgets of an order that is not there
units_shipped                never pulled
What the connectors found in rows (FINDINGS)
    orders 10 Feb          two rows of that day set aside
    order_lines 12 Feb     a row that is kept, and in doubt
    visitors_by_day 5 Feb  the days' rows differ from the total
    page_snapshot 30 Jan   a row set aside that concerns page_followers alone
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest

from connectors.lake.manifest import Finding
from pipelines.okr.kpi.week_calendars import WeekCalendar

AS_OF = date(2026, 3, 16)
NEW_YEAR, YESTERDAY = date(2026, 1, 1), date(2026, 3, 15)
END_OF_LEAP_YEAR = date(2021, 1, 11)
ASKED_TODAY = datetime(2026, 3, 16, 6, tzinfo=UTC)

TRAFFIC: Mapping[date, Mapping[str, tuple[int, int]]] = {
    date(2026, 1, 10): {"Organic": (100, 40)},
    date(2026, 1, 20): {"Organic": (300, 60), "Paid": (100, 60)},
    date(2026, 2, 5): {"Organic": (200, 100)},
    date(2026, 2, 20): {"Organic": (1_000, 500)},
    date(2026, 3, 3): {"Organic": (90, 45)},
}
SALES: Mapping[date, Mapping[str, int]] = {
    date(2026, 1, 10): {"usd": 100_00, "eur": 50_00},
    date(2026, 2, 20): {"usd": 40_00},
    date(2026, 3, 1): {"eur": 60_00},
}
ORDERS: Mapping[date, tuple[int, ...]] = {date(2026, 2, 27): (25_00,), date(2026, 3, 1): (10_00,)}
LINES: Mapping[date, tuple[tuple[str, str | None, int], ...]] = {
    # there is no order of that day
    date(2026, 2, 14): (("widget", "red", 50),),
    date(2026, 2, 27): (("widget", None, 3), ("gadget", "blue", 1)),
}
FIRST_SNAPSHOT = date(2026, 1, 25)
MISSED_SNAPSHOTS = {date(2026, 2, 10), date(2026, 2, 28)}
NOT_PULLED = date(2026, 2, 10)
FINDINGS = {
    ("orders", date(2026, 2, 10)): Finding(
        what="not_allowed", message="", rows=2, day=date(2026, 2, 10)
    ),
    ("order_lines", date(2026, 2, 12)): Finding(what="odd", message="", is_set_aside=False),
    ("visitors_by_day", date(2026, 2, 5)): Finding(
        what="differs_from_total", message="", is_set_aside=False
    ),
    ("page_snapshot", date(2026, 1, 30)): Finding(
        what="not_a_number", message="", kpi="page_followers"
    ),
}


def findings(stream: str, day: date) -> tuple[Finding, ...]:
    """What was found in a window."""
    finding = FINDINGS.get((stream, day))
    return (finding,) if finding else ()


def fill_quarter(lake, days) -> None:
    """Commit the quarter's windows, in the order of `days`, a list of its days."""
    for day in days:
        fill_site(lake, day)
        fill_page(lake, day)
        if day <= date(2026, 3, 13):
            fill_money(lake, day, SALES.get(day, {}))
        fill_shop(lake, day)
    months = [(NEW_YEAR, 500, None), (date(2026, 2, 1), 620, None)]
    for month, visitors, through in [*months, (date(2026, 3, 1), 300, YESTERDAY)]:
        lake.window(
            "google_analytics",
            "visitors_by_month",
            month,
            [{"month": month, "visitors": visitors}],
            flags=("thresholded",) if month == NEW_YEAR else (),
            data_through=through,
            settled=month < date(2026, 3, 1),
        )
    for stream in ("traffic_by_channel", "visitors_by_day"):
        lake.attempt("google_analytics", stream, "ok", ASKED_TODAY)
    lake.attempt("google_analytics", "visitors_by_month", "unavailable", ASKED_TODAY)
    for stream in ("orders", "order_lines"):
        lake.attempt("sql_database", stream, "unavailable", ASKED_TODAY - timedelta(hours=1))
        lake.attempt("sql_database", stream, "ok", ASKED_TODAY)
    lake.attempt("facebook_pages", "page_snapshot", "ok", ASKED_TODAY)
    lake.attempt("facebook_pages", "page_insights", "unavailable", ASKED_TODAY)
    lake.attempt("stripe", "balance_transactions", "ok", datetime(2026, 3, 14, 6, tzinfo=UTC))


def fill_site(lake, day: date) -> None:
    traffic = [
        {"date": day, "channel": channel, "sessions": sessions, "engaged_sessions": engaged}
        for channel, (sessions, engaged) in TRAFFIC.get(day, {}).items()
    ]
    lake.window(
        "google_analytics",
        "traffic_by_channel",
        day,
        traffic,
        settled=day < date(2026, 2, 26),
        flags=("sampled",) if day == date(2026, 1, 20) else (),
    )
    lake.window(
        "google_analytics",
        "visitors_by_day",
        day,
        [{"date": day, "visitors": 40}],
        findings=findings("visitors_by_day", day),
    )


def fill_page(lake, day: date) -> None:
    if day >= FIRST_SNAPSHOT and day not in MISSED_SNAPSHOTS:
        likes = 1_000 + (day - FIRST_SNAPSHOT).days
        row = {"date": day, "page_id": "page", "likes": likes, "followers": likes}
        lake.window(
            "facebook_pages",
            "page_snapshot",
            day,
            [row],
            # as it was when it was taken
            settled=False,
            findings=findings("page_snapshot", day),
        )
    if day <= date(2026, 3, 1) and day != NOT_PULLED:
        value = 10 if day < date(2026, 3, 1) else None
        row = {"date": day, "metric": "page_post_engagements", "value": value}
        lake.window("facebook_pages", "page_insights", day, [row])


def fill_money(lake, day: date, sales: Mapping[str, int]) -> None:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    rows = [
        {
            "id": f"{day} {currency}",
            "created_at": noon,
            "reporting_category": "charge",
            "currency": currency,
            "amount_minor": cents,
            "fee_minor": 0,
            "net_minor": cents,
        }
        for currency, cents in sales.items()
    ]
    lake.window("stripe", "balance_transactions", day, rows)


def fill_shop(lake, day: date) -> None:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    if day <= date(2026, 3, 1):
        orders = [
            {
                "order_id": str(day),
                "customer_id": "ann",
                "ordered_at": noon,
                "updated_at": noon,
                "status": "paid",
                "currency": "USD",
                "total_minor": cents,
            }
            for cents in ORDERS.get(day, ())
        ]
        lake.window("sql_database", "orders", day, orders, findings=findings("orders", day))
    if day < date(2026, 3, 1):
        lines = [
            {
                "order_id": str(day),
                "line_number": number,
                "product": product,
                "color": color,
                "quantity": quantity,
                "updated_at": noon,
            }
            for number, (product, color, quantity) in enumerate(LINES.get(day, ()))
        ]
        lake.window(
            "sql_database", "order_lines", day, lines, findings=findings("order_lines", day)
        )


@pytest.fixture(scope="session")
def days_of_quarter() -> list[date]:
    """Every day of the quarter that has passed."""
    return [date.fromordinal(n) for n in range(NEW_YEAR.toordinal(), YESTERDAY.toordinal() + 1)]


@pytest.fixture(scope="session")
def quarter(built, days_of_quarter):
    """The quarter, as it is told on 16 March 2026."""

    def make(warehouse) -> None:
        fill_quarter(warehouse.lake, days_of_quarter)
        warehouse.build(AS_OF)

    return built("quarter", make)


@pytest.fixture(scope="session")
def quarter_again(built, days_of_quarter):
    """The same quarter, pulled in another order and built by another number of threads."""

    def make(warehouse) -> None:
        fill_quarter(warehouse.lake, days_of_quarter[::-1])
        warehouse.build(AS_OF, "--exclude", "test_type:data", threads="1")

    return built("quarter_again", make)


@pytest.fixture(scope="session")
def past(built, quarter):
    """The quarter's warehouse after 16 February 2026 is played in it, with what is known in March."""

    def make(warehouse) -> None:
        changed = quarter.copy_to(warehouse.folder)
        changed.build(date(2026, 2, 16), "--exclude", "test_type:generic")

    return built("past", make)


@pytest.fixture(scope="session")
def leap_year(built, empty):
    """2020 and ten days more, with one session a day and one sale in two currencies."""

    def make(warehouse) -> None:
        for number in range(date(2020, 1, 1).toordinal(), END_OF_LEAP_YEAR.toordinal()):
            day = date.fromordinal(number)
            row = {"date": day, "channel": "Direct", "sessions": 1, "engaged_sessions": 1}
            warehouse.lake.window("google_analytics", "traffic_by_channel", day, [row])
        fill_money(warehouse.lake, date(2020, 2, 29), {"usd": 30_00, "eur": 20_00})
        sources = ["google_analytics", "stripe"]
        warehouse.build_over(empty, END_OF_LEAP_YEAR, sources, "--exclude", "test_type:data")

    return built("leap_year", make)


@pytest.fixture(scope="session")
def euros_from_february(built, leap_year):
    """The same days of a business whose year begins in February, and which counts in euros."""

    def make(warehouse) -> None:
        changed = leap_year.copy_to(warehouse.folder)
        selected = ("calendar+", "stg_lake__kpis+", "fct_exchange_rates+")
        settings = {"fiscal_year_start": "2", "currency": "EUR"}
        changed.build(END_OF_LEAP_YEAR, "--select", *selected, **settings)

    return built("euros_from_february", make)


@pytest.fixture(scope="session")
def retail_year(built, leap_year):
    """The same days in a calendar of 4-5-4 weeks, whose year begins on the Sunday nearest to 1 February."""

    def make(warehouse) -> None:
        changed = leap_year.copy_to(warehouse.folder)
        weeks = WeekCalendar("4-5-4", 6, "nearest")
        lists = (",".join(map(str, weeks.weeks_by(name))) for name in ("month", "quarter", "half"))
        settings = {"fiscal_year_start": "2", "fiscal_weeks": f"3 6 {' '.join(lists)}"}
        changed.build(END_OF_LEAP_YEAR, "--select", "calendar+", "stg_lake__kpis+", **settings)

    return built("retail_year", make)
