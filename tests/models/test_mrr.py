"""Monthly recurring revenue, from invoices a test writes itself."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

FIRST, AS_OF = date(2026, 1, 1), date(2026, 7, 1)


def line(
    name: str, customer: str, start: date, end: date, amount: int, **more: Any
) -> dict[str, Any]:
    """A line of an invoice that was made when its period began."""
    began = datetime(start.year, start.month, start.day, 9, tzinfo=UTC)
    return {
        "id": f"il_{name}",
        "invoice_id": f"in_{name}",
        "invoice_created_at": began,
        "invoice_status": "paid",
        "customer_id": customer,
        "subscription_id": f"sub_{customer}",
        "subscription_item_id": f"si_{customer}",
        "is_proration": False,
        "quantity": 1,
        "currency": "usd",
        "amount_minor": amount,
        "discount_minor": 0,
        "period_start": began,
        "period_end": datetime(end.year, end.month, end.day, 9, tzinfo=UTC),
    } | more


def months(name: str, customer: str, amounts: dict[int, int], **more: Any) -> list[dict[str, Any]]:
    """A line for each of these months of 2026, from the fifth to the fifth."""
    return [
        line(
            f"{name}{month}",
            customer,
            date(2026, month, 5),
            date(2026, month + 1, 5),
            cents,
            **more,
        )
        for month, cents in amounts.items()
    ]


LINES = [
    # new in January, grows in March, shrinks in April, is gone in May, is back in June
    *months("a", "anna", {1: 50_00, 2: 50_00, 3: 80_00, 4: 60_00, 6: 60_00}),
    # a year at once, a fifth off: 1,200 - 240 dollars are 80 a month
    line("b", "ben", date(2026, 2, 10), date(2027, 2, 10), 1200_00, discount_minor=240_00),
    # a week costs 7 dollars: 365 / 12 days of it cost 30.416667
    line("c", "cleo", date(2026, 6, 24), date(2026, 7, 1), 7_00),
    # two tiers of one price, in yen
    line("d1", "dan", date(2026, 3, 1), date(2026, 4, 1), 3_000, currency="jpy", invoice_id="in_d"),
    line("d2", "dan", date(2026, 3, 1), date(2026, 4, 1), 500, currency="jpy", invoice_id="in_d"),
    # changes from a month to a year in the middle of March: billed anew from the 20th
    line("e1", "eva", date(2026, 3, 5), date(2026, 4, 5), 20_00),
    line("e2", "eva", date(2026, 3, 20), date(2027, 3, 20), 120_00),
    # what is no recurring revenue
    line("x1", "anna", date(2026, 2, 15), date(2026, 3, 5), 9_00, is_proration=True),
    line("x2", "zoe", date(2026, 2, 1), date(2026, 3, 1), 99_00, invoice_status="void"),
    line("x3", "zoe", date(2026, 3, 1), date(2026, 4, 1), 99_00, invoice_status="draft"),
    line("x4", "zoe", date(2026, 4, 1), date(2026, 5, 1), 99_00, subscription_item_id=None),
]  # fmt: skip


def subscription(customer: str, day: date, **more: Any) -> dict[str, Any]:
    """A subscription as Stripe lists it on a day."""
    return {
        "date": day,
        "id": f"si_{customer}",
        "subscription_id": f"sub_{customer}",
        "customer_id": customer,
        "price_id": f"price_{customer}",
        "status": "active",
        "quantity": 1,
        "price_interval": "month",
        "price_interval_count": 1,
        "currency": "usd",
        "unit_amount_minor": 50_00,
        "started_at": datetime(2026, 1, 5, 9, tzinfo=UTC),
        "cancels_at": None,
    } | more


SNAPSHOTS = {
    # a period of anna's ends on the day, and the next invoice may still come
    date(2026, 5, 5): [("anna", {}), ("ben", {}), ("eva", {})],
    # anna is listed and not billed; eva has paid for a year and is gone; three that are not billed ahead
    date(2026, 5, 15): [
        ("anna", {}),
        ("ben", {}),
        ("fay", {"status": "trialing"}),
        ("gus", {"quantity": None}),
        ("hal", {"unit_amount_minor": None}),
    ],
    date(2026, 5, 16): [("ben", {}), ("eva", {"status": "past_due"})],
    # all are gone, of whom three have paid
    date(2026, 6, 10): [],
    # cleo begins on the day, after the snapshot
    date(2026, 6, 24): [("anna", {}), ("ben", {}), ("eva", {})],
    # the invoices of the day are not there yet
    date(2026, 7, 1): [],
}
"""Subscriptions by the day on which they were listed."""


@pytest.fixture(scope="module")
def warehouse(warehouse_in: Any) -> Any:
    """The company's first half-year, on the first of July."""
    found = warehouse_in("mrr")
    found.lake.empty("stripe", "invoice_lines", FIRST, date(2026, 6, 30))
    by_day: dict[date, list[dict[str, Any]]] = {}
    for each in LINES:
        by_day.setdefault(each["invoice_created_at"].date(), []).append(each)
    for day, rows in by_day.items():
        found.lake.window("stripe", "invoice_lines", day, rows)
    for day, listed in SNAPSHOTS.items():
        rows = [subscription(customer, day, **more) for customer, more in listed]
        found.lake.window("stripe", "subscriptions", day, rows)
    # `build` also runs the test that the movements of each month sum to the change in MRR
    found.build(AS_OF, "--select", "+kpi_mrr", "+kpi_mrr_movements", "+finding_days")
    return found


def movements(warehouse: Any, customer: str) -> list[tuple[Any, ...]]:
    return warehouse.rows(
        f"select day, movement, amount from marts.fct_mrr_movements where customer_id = '{customer}' "
        "order by day"
    )


def test_each_way_to_change_is_told_apart(warehouse: Any) -> None:
    assert movements(warehouse, "anna") == [
        (date(2026, 1, 5), "new", Decimal(50)),
        (date(2026, 3, 5), "expansion", Decimal(30)),
        (date(2026, 4, 5), "contraction", Decimal(-20)),
        (date(2026, 5, 5), "churn", Decimal(-60)),
        (date(2026, 6, 5), "reactivation", Decimal(60)),
    ]


def test_a_year_counts_a_twelfth_after_discounts_and_has_not_ended(warehouse: Any) -> None:
    assert movements(warehouse, "ben") == [(date(2026, 2, 10), "new", Decimal(80))]


def test_a_week_counts_by_its_days_and_its_end_is_not_known_before_it_is_over(
    warehouse: Any,
) -> None:
    assert movements(warehouse, "cleo") == [(date(2026, 6, 24), "new", Decimal("30.416667"))]


def test_tiers_of_one_price_are_one_period(warehouse: Any) -> None:
    assert movements(warehouse, "dan") == [
        (date(2026, 3, 1), "new", Decimal(3500)),
        (date(2026, 4, 1), "churn", Decimal(-3500)),
    ]


def test_what_is_billed_anew_ends_what_was_billed_before(warehouse: Any) -> None:
    assert movements(warehouse, "eva") == [
        (date(2026, 3, 5), "new", Decimal(20)),
        (date(2026, 3, 20), "contraction", Decimal(-10)),
    ]


def test_drafts_and_what_was_taken_back_or_is_for_no_subscription_do_not_count(
    warehouse: Any,
) -> None:
    assert movements(warehouse, "zoe") == []


@pytest.mark.parametrize(
    ("day", "currency", "value"),
    [
        (date(2026, 1, 5), "USD", 50),
        (date(2026, 2, 9), "USD", 50),
        (date(2026, 2, 10), "USD", 130),
        (date(2026, 3, 5), "USD", 180),
        (date(2026, 4, 4), "USD", 170),
        (date(2026, 5, 31), "USD", 90),
        (date(2026, 6, 30), "USD", Decimal("180.416667")),
        (date(2026, 3, 31), "JPY", 3500),
        (date(2026, 4, 1), "JPY", 0),
        (date(2026, 6, 30), "JPY", 0),
    ],
)
def test_mrr_of_a_day_is_what_is_billed_on_it(
    warehouse: Any, day: date, currency: str, value: Decimal
) -> None:
    found = warehouse.rows(
        f"select value from kpis.kpi_mrr where day = '{day}' and currency = '{currency}'"
    )
    assert found == [(Decimal(value),)]


def test_mrr_is_known_for_each_day_since_the_first_subscription(warehouse: Any) -> None:
    assert warehouse.rows(
        "select currency, min(day), max(day), count(*) from kpis.kpi_mrr group by currency order by 1"
    ) == [
        ("JPY", date(2026, 3, 1), date(2026, 6, 30), 122),
        ("USD", date(2026, 1, 5), date(2026, 6, 30), 177),
    ]


def test_what_stripe_lists_is_held_against_what_is_billed(warehouse: Any) -> None:
    assert warehouse.rows(
        "select day, difference, subscription_items from comparisons.subscription_differences "
        "order by day, difference"
    ) == [
        (date(2026, 5, 15), "ended", 1),
        (date(2026, 5, 15), "unbilled", 1),
        (date(2026, 6, 10), "ended", 3),
    ]


def test_the_days_on_which_subscriptions_differ_are_not_trusted(warehouse: Any) -> None:
    assert warehouse.rows(
        "select source, stream, kpi, day, code from reporting_steps.finding_days order by day"
    ) == [
        ("stripe", "invoice_lines", None, day, "differs_from_total:stripe")
        for day in (date(2026, 5, 15), date(2026, 6, 10))
    ]
