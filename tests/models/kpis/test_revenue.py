"""Revenue, from the movements of a Stripe balance: every amount here is worked out by hand."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import get_args

import pytest
from stripe import BalanceTransaction

from connectors.stripe.ledger import CATEGORIES

COLUMNS = ("day", "currency", "reporting_category", "amount_minor", "fee_minor", "type")
MOVEMENTS = [
    # a Monday of four currencies; Stripe counts yen whole, dinars in thousandths, krónur in hundredths
    (date(2026, 1, 5), "usd", "charge", 100_00, 3_20),
    (date(2026, 1, 5), "usd", "charge", 25_00, 1_03),
    (date(2026, 1, 5), "jpy", "charge", 5_000, 180),
    (date(2026, 1, 5), "kwd", "charge", 12_340, 360),
    (date(2026, 1, 5), "isk", "charge", 1_500_00, 54_00),
    # the company's own money on its way
    (date(2026, 1, 5), "usd", "payout", -90_00, 0),
    (date(2026, 1, 5), "usd", "payout_reversal", 10_00, 0),
    (date(2026, 1, 5), "usd", "topup", 70_00, 0),
    (date(2026, 1, 6), "usd", "payout", -40_00, 0),
    # a sale that is disputed, lost with a fee, and won back; Stripe keeps the fee
    (date(2026, 1, 7), "usd", "charge", 200_00, 6_10),
    (date(2026, 1, 20), "usd", "dispute", -200_00, 15_00),
    (date(2026, 2, 3), "usd", "dispute_reversal", 200_00, 0),
    # a sale that is refunded a year and a day later; Stripe keeps the fee
    (date(2025, 3, 1), "usd", "charge", 80_00, 2_62),
    (date(2026, 3, 2), "usd", "refund", -80_00, 0),
    # a refund that bounced, and a sale of which only a part was captured
    (date(2026, 3, 3), "usd", "refund", -30_00, 0),
    (date(2026, 3, 3), "usd", "refund_failure", 30_00, 0),
    (date(2026, 3, 4), "usd", "charge", 60_00, 2_04),
    (date(2026, 3, 4), "usd", "partial_capture_reversal", -20_00, -58),
    # fees that are billed apart, and what is neither sale nor fee
    (date(2026, 3, 5), "usd", "fee", -5_00, 0),
    (date(2026, 3, 5), "usd", "other_adjustment", 7_00, 0),
    # a platform: a sale of which a seller gets 90.00, and a share of a sale that the seller made
    (date(2026, 3, 10), "usd", "charge", 100_00, 3_20),
    (date(2026, 3, 10), "usd", "transfer", -90_00, 0),
    (date(2026, 3, 10), "usd", "platform_earning", 5_00, 0),
    # all of it is undone, and the balance of another seller is made up for
    (date(2026, 3, 11), "usd", "refund", -100_00, 0),
    (date(2026, 3, 11), "usd", "transfer_reversal", 90_00, 0),
    (date(2026, 3, 11), "usd", "platform_earning_refund", -5_00, 0),
    (date(2026, 3, 11), "usd", "connect_collection_transfer", -12_00, 0),
    # categories that are not known count by their type, or not at all
    (date(2026, 3, 12), "usd", "brand_new", 40_00, 1_46, "payment"),
    (date(2026, 3, 12), "usd", "brand_new", -9_00, 0, "brand_new_type"),
    # reserves and loans
    (date(2026, 3, 13), "usd", "risk_reserved_funds", -50_00, 0),
    (date(2026, 3, 13), "usd", "financing_payout", 500_00, 0),
    (date(2026, 3, 13), "usd", "anticipation_repayment", -20_00, 0),
]  # fmt: skip


@pytest.fixture(scope="session")
def stripe(built):
    """A warehouse with these movements."""

    def make(warehouse) -> None:
        by_day: dict[date, list[dict[str, object]]] = {}
        for number, values in enumerate(MOVEMENTS):
            row = dict(zip(COLUMNS, (*values, "")[: len(COLUMNS)], strict=True))
            at = datetime.combine(row.pop("day"), datetime.min.time(), tzinfo=UTC)
            net = row["amount_minor"] - row["fee_minor"]
            row |= {"id": f"txn_{number}", "created_at": at.replace(hour=12), "net_minor": net}
            by_day.setdefault(at.date(), []).append(row)
        for day, rows in by_day.items():
            warehouse.lake.window("stripe", "balance_transactions", day, rows)
        kpis = ["gross_revenue", "net_revenue", "refunds_and_disputes", "processing_fees"]
        selected = [f"+kpi_{kpi}" for kpi in (*kpis, "average_transaction_value")]
        warehouse.build(date(2026, 4, 1), "--select", *selected)

    return built("stripe", make)


def value(warehouse, kpi: str, day: date, currency: str = "USD") -> Decimal | None:
    """The KPI's value on a day; None when it has no row."""
    values = warehouse.column(
        f"select value from kpis.kpi_{kpi} where day = '{day}' and currency = '{currency}'"
    )
    return values[0] if values else None


def amounts(warehouse, day: date, currency: str = "USD") -> tuple[Decimal | None, ...]:
    """Gross revenue, what was taken back of it, fees, and net revenue."""
    kpis = ("gross_revenue", "refunds_and_disputes", "processing_fees", "net_revenue")
    return tuple(value(warehouse, kpi, day, currency) for kpi in kpis)


@pytest.mark.parametrize(
    ("currency", "gross", "fees", "net"),
    [
        # 100.00 + 25.00; 3.20 + 1.03; 96.80 + 23.97
        ("USD", "125", "4.23", "120.77"),
        ("JPY", "5000", "180", "4820"),
        ("KWD", "12.340", "0.360", "11.980"),
        ("ISK", "1500", "54", "1446"),
    ],
)
def test_each_currency_is_counted_in_its_own_decimals(stripe, currency, gross, fees, net) -> None:
    money = amounts(stripe, date(2026, 1, 5), currency)
    assert money == (Decimal(gross), None, Decimal(fees), Decimal(net))


def test_money_on_its_way_is_no_revenue(stripe) -> None:
    assert amounts(stripe, date(2026, 1, 6)) == (None, None, None, None)
    kinds = dict(
        stripe.rows("select kind, count(*) from marts.fct_balance_movements group by kind")
    )
    assert kinds == {
        "sale": 10, "platform_earning": 1, "refund": 6, "dispute": 2, "fee": 1, "seller_share": 3,
        "other": 2,
    }  # fmt: skip
    assert amounts(stripe, date(2026, 3, 13)) == (None, None, None, None)


def test_a_dispute_takes_the_sale_back_and_gives_it_back_when_it_is_won(stripe) -> None:
    # the sale: 200.00 less 6.10
    assert amounts(stripe, date(2026, 1, 7)) == (200, None, Decimal("6.10"), Decimal("193.90"))
    # lost for now: 200.00 and a fee of 15.00 go out
    assert amounts(stripe, date(2026, 1, 20)) == (None, 200, 15, -215)
    # won: the 200.00 come back
    assert amounts(stripe, date(2026, 2, 3)) == (None, -200, 0, 200)
    # what stays: 193.90 - 215.00 + 200.00
    net = stripe.column(
        "select sum(value) from kpis.kpi_net_revenue "
        "where day in ('2026-01-07', '2026-01-20', '2026-02-03')"
    )
    assert net == [Decimal("178.90")]


def test_a_refund_a_year_later_lowers_net_where_it_is_booked_and_leaves_gross(stripe) -> None:
    # 80.00 less 2.62, as it was
    assert amounts(stripe, date(2025, 3, 1)) == (80, None, Decimal("2.62"), Decimal("77.38"))
    assert amounts(stripe, date(2026, 3, 2)) == (None, 80, 0, -80)


def test_a_refund_that_bounces_is_none(stripe) -> None:
    assert amounts(stripe, date(2026, 3, 3)) == (None, 0, 0, 0)


def test_what_was_never_captured_is_taken_off_as_a_refund(stripe) -> None:
    # 60.00 gross, 20.00 of it never taken; fees 2.04 - 0.58; net 57.96 - 19.42
    money = amounts(stripe, date(2026, 3, 4))
    assert money == (60, 20, Decimal("1.46"), Decimal("38.54"))


def test_a_fee_that_is_billed_apart_is_a_fee(stripe) -> None:
    assert amounts(stripe, date(2026, 3, 5)) == (None, None, 5, -5), "and the 7.00 are no revenue"


def test_a_transaction_is_a_sale(stripe) -> None:
    movements = stripe.rows(
        "select currency, numerator, denominator from kpis.kpi_average_transaction_value "
        "where day = '2026-01-05' order by currency"
    )
    assert movements == [
        ("ISK", 1500, 1),
        ("JPY", 5000, 1),
        ("KWD", Decimal("12.34"), 1),
        ("USD", 125, 2),
    ]


def test_a_platform_keeps_what_its_sellers_do_not_get(stripe) -> None:
    # 100.00 + 5.00; fees 3.20; 100.00 - 3.20 - 90.00 + 5.00
    money = amounts(stripe, date(2026, 3, 10))
    assert money == (105, None, Decimal("3.20"), Decimal("11.80"))
    # back go 100.00 and 5.00, the seller gives back 90.00, and 12.00 are lost to another
    assert amounts(stripe, date(2026, 3, 11)) == (None, 105, 0, -27)


def test_a_movement_of_an_unknown_category_counts_by_its_type(stripe) -> None:
    money = amounts(stripe, date(2026, 3, 12))
    assert money == (40, None, Decimal("1.46"), Decimal("38.54"))


def test_each_type_of_the_library_and_each_known_category_has_a_kind(stripe) -> None:
    listed = get_args(BalanceTransaction.__annotations__["type"])
    types = {name for part in listed for name in get_args(part)}
    assert len(types) > 50
    known = set(stripe.column("select name from marts.stripe_movement_kinds"))
    assert (types | CATEGORIES) - known == set()


def test_gross_less_refunds_fees_and_sellers_shares_is_net_in_every_currency(stripe) -> None:
    differences = stripe.rows("""
        with parts as (
            select currency, value from kpis.kpi_gross_revenue
            union all select currency, -value from kpis.kpi_refunds_and_disputes
            union all select currency, -value from kpis.kpi_processing_fees
            union all
            select currency, amount from marts.fct_balance_movements where kind = 'seller_share'
            union all select currency, -value from kpis.kpi_net_revenue
        )
        select currency, sum(value) from parts group by currency order by currency
    """)
    assert differences == [("ISK", 0), ("JPY", 0), ("KWD", 0), ("USD", 0)]
