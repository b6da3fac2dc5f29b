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


CHANGE = {"is_proration": True, "subscription_item_id": None}
"""What a line of a change within a period has: it does not say of which part."""
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
    # a year of 1,200 is cancelled after four weeks, and what is left of it is given back
    line("f1", "fay", date(2026, 2, 10), date(2027, 2, 10), 1200_00, price_id="year"),
    line("f2", "fay", date(2026, 3, 10), date(2027, 2, 10), -1107_95, price_id="year", **CHANGE),
    # ten seats of a year at 120 become a hundred, billed at once: 337 of 365 days are 11,079.45
    line("g1", "gus", date(2026, 2, 10), date(2027, 2, 10), 1200_00, price_id="year", quantity=10),
    line("g2", "gus", date(2026, 3, 10), date(2027, 2, 10), -1107_95, price_id="year", quantity=10,
         **CHANGE),
    line("g3", "gus", date(2026, 3, 10), date(2027, 2, 10), 11079_45, price_id="year",
         quantity=100, **CHANGE),
    # half of February is left when two seats at 15 less a third become three, and the next bill has three
    line("h1", "hal", date(2026, 2, 1), date(2026, 3, 1), 30_00, price_id="seat", quantity=2,
         discount_minor=10_00),
    line("h2", "hal", date(2026, 2, 15), date(2026, 3, 1), -10_00, price_id="seat", quantity=2,
         **CHANGE),
    line("h3", "hal", date(2026, 2, 15), date(2026, 3, 1), 15_00, price_id="seat", quantity=3,
         **CHANGE),
    line("h4", "hal", date(2026, 3, 1), date(2026, 4, 1), 45_00, price_id="seat", quantity=3,
         discount_minor=15_00),
    # another plan, never billed whole: 20.55 for 21 of 31 days are 30.34 for all (30.335714)
    line("i1", "ida", date(2026, 3, 1), date(2026, 4, 1), 10_00, price_id="old"),
    line("i2", "ida", date(2026, 3, 11), date(2026, 4, 1), -6_77, price_id="old", **CHANGE),
    line("i3", "ida", date(2026, 3, 11), date(2026, 4, 1), 20_55, price_id="new", **CHANGE),
    # 121 with 21 of tax inside
    line("j", "joe", date(2026, 2, 1), date(2026, 3, 1), 121_00, tax_inside_minor=21_00),
    # use is billed when its month is over
    line("k", "kim", date(2026, 2, 1), date(2026, 3, 1), 70_00,
         invoice_created_at=datetime(2026, 3, 1, 9, tzinfo=UTC)),
    # what is no recurring revenue
    line("x1", "anna", date(2026, 2, 15), date(2026, 3, 5), 9_00, is_proration=True),
    line("x2", "zoe", date(2026, 2, 1), date(2026, 3, 1), 99_00, invoice_status="void"),
    line("x3", "zoe", date(2026, 3, 1), date(2026, 4, 1), 99_00, invoice_status="draft"),
    line("x4", "zoe", date(2026, 4, 1), date(2026, 5, 1), 99_00, subscription_item_id=None),
]  # fmt: skip


@pytest.fixture(scope="module")
def warehouse(warehouse_in: Any) -> Any:
    """The company's first half-year, on the first of July."""
    made = warehouse_in("mrr")
    made.lake.empty("stripe", "invoice_lines", FIRST, date(2026, 6, 30))
    by_day: dict[date, list[dict[str, Any]]] = {}
    for billed in LINES:
        by_day.setdefault(billed["invoice_created_at"].date(), []).append(billed)
    for day, rows in by_day.items():
        made.lake.window("stripe", "invoice_lines", day, rows)
    # `build` also runs the test that the movements of each month sum to the change in MRR
    made.build(AS_OF, "--select", "+kpi_mrr", "+kpi_mrr_movements")
    return made


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


def test_what_is_given_back_ends_what_was_billed(warehouse: Any) -> None:
    # 1,200 a year are 100 a month
    assert movements(warehouse, "fay") == [
        (date(2026, 2, 10), "new", Decimal(100)),
        (date(2026, 3, 10), "churn", Decimal(-100)),
    ]


def test_more_seats_count_from_the_day_of_the_change_to_the_cent(warehouse: Any) -> None:
    # 100 seats at 120 a year are 1,000 a month
    assert movements(warehouse, "gus") == [
        (date(2026, 2, 10), "new", Decimal(100)),
        (date(2026, 3, 10), "expansion", Decimal(900)),
    ]
    # three seats at 15 less a third are 30 a month, before the next bill as after it
    assert movements(warehouse, "hal") == [
        (date(2026, 2, 1), "new", Decimal(20)),
        (date(2026, 2, 15), "expansion", Decimal(10)),
        (date(2026, 4, 1), "churn", Decimal(-30)),
    ]


def test_another_plan_counts_what_its_rest_of_the_period_costs(warehouse: Any) -> None:
    assert movements(warehouse, "ida") == [
        (date(2026, 3, 1), "new", Decimal(10)),
        (date(2026, 3, 11), "expansion", Decimal("20.34")),
        (date(2026, 4, 1), "churn", Decimal("-30.34")),
    ]


def test_tax_inside_is_taken_out_and_use_is_left_out(warehouse: Any) -> None:
    assert movements(warehouse, "joe")[0] == (date(2026, 2, 1), "new", Decimal(100))
    assert movements(warehouse, "kim") == []


def test_drafts_and_what_was_taken_back_or_is_for_no_subscription_do_not_count(
    warehouse: Any,
) -> None:
    assert movements(warehouse, "zoe") == []


@pytest.mark.parametrize(
    ("day", "currency", "value"),
    [
        (date(2026, 1, 5), "USD", 50),
        # anna 50, hal 20, joe 100
        (date(2026, 2, 9), "USD", 170),
        # and ben 80, fay 100, gus 100
        (date(2026, 2, 10), "USD", 450),
        # anna 80, ben 80, eva 20, fay 100, gus 100, hal 30, ida 10
        (date(2026, 3, 5), "USD", 420),
        # anna 80, ben 80, eva 10, gus 1,000
        (date(2026, 4, 4), "USD", 1170),
        # ben, eva and gus
        (date(2026, 5, 31), "USD", 1090),
        # anna 60 and cleo 30.416667 too
        (date(2026, 6, 30), "USD", Decimal("1180.416667")),
        (date(2026, 3, 31), "JPY", 3500),
        (date(2026, 4, 1), "JPY", 0),
        (date(2026, 6, 30), "JPY", 0),
    ],
)
def test_mrr_of_a_day_is_what_is_billed_on_it(
    warehouse: Any, day: date, currency: str, value: Decimal
) -> None:
    values = warehouse.rows(
        f"select value from kpis.kpi_mrr where day = '{day}' and currency = '{currency}'"
    )
    assert values == [(Decimal(value),)]


def test_mrr_is_known_for_each_day_since_the_first_subscription(warehouse: Any) -> None:
    assert warehouse.rows(
        "select currency, min(day), max(day), count(*) from kpis.kpi_mrr group by currency order by 1"
    ) == [
        ("JPY", date(2026, 3, 1), date(2026, 6, 30), 122),
        ("USD", date(2026, 1, 5), date(2026, 6, 30), 177),
    ]
