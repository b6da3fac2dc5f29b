"""The sample company's MRR, pulled and modelled, against what its customers' stories come to."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from connectors.sandbox.stripe import serve
from connectors.sandbox.subscribers import Subscription, Term, subscriptions_until
from connectors.sdk.engine import pull
from connectors.sdk.windows import Range
from connectors.stripe.source import SOURCE

FIRST, TODAY = date(2024, 12, 1), date(2026, 11, 24)
RUNS = (date(2025, 7, 3), date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 17), TODAY)
"""The days on which Okra ran, with weeks and months between them."""
DECIMALS = {"usd": 2, "jpy": 0, "kwd": 3}


@pytest.fixture(scope="module")
def warehouse(warehouse_in: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    made = warehouse_in("mrr_of_the_sample_company")
    lake = made.lake.lake
    for today in RUNS:
        served = serve(today, tmp_path_factory.mktemp("stripe"))
        noon = datetime.combine(today, time(12), tzinfo=UTC)
        days = Range(FIRST if today == TODAY else today, today - timedelta(days=today == TODAY))
        streams = ["invoice_lines", "subscriptions"][today != TODAY :]
        for report in pull(
            SOURCE, served.values, lake, days, now=lambda noon=noon: noon, only=streams
        ):
            assert report.error is None
        served.close()
    models = ["+kpi_mrr", "+kpi_mrr_movements", "stg_stripe__subscriptions"]
    made.build(TODAY, "--select", *models)
    return made


def monthly(subscription: Subscription, term: Term) -> Iterator[Decimal]:
    """What each part of the subscription comes to a month, in the currency."""
    for quantity in term.quantities:
        amount = quantity * subscription.unit_amount
        amount -= amount * subscription.discount // 100
        whole = Decimal(amount).scaleb(-DECIMALS[subscription.currency])
        months = 12 if subscription.interval == "year" else 1
        yield (whole / months).quantize(Decimal("0.000001"), ROUND_HALF_UP)


def mrr_by_customer(day: date) -> dict[tuple[str, str], Decimal]:
    """By customer and currency, at the end of a day."""
    amounts: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for subscription in subscriptions_until(datetime.combine(TODAY, time(9), tzinfo=UTC)):
        for term in subscription.terms:
            if term.start.date() <= day < term.end.date():
                amounts[subscription.customer, subscription.currency.upper()] += sum(
                    monthly(subscription, term)
                )
    return amounts


@pytest.mark.parametrize(
    "day", [date(2024, 12, 31), date(2025, 8, 17), date(2026, 2, 28), date(2026, 11, 23)]
)
def test_mrr_is_what_the_customers_of_the_day_are_billed_a_month(warehouse: Any, day: date) -> None:
    expected: dict[str, Decimal] = defaultdict(Decimal)
    for (_, currency), amount in mrr_by_customer(day).items():
        expected[currency] += amount
    modelled = dict(
        warehouse.rows(
            f"select currency, value from kpis.kpi_mrr where day = '{day}' and value <> 0"
        )
    )
    assert modelled == expected


def test_october_s_movements_are_those_of_its_customers(warehouse: Any) -> None:
    expected: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    seen = {
        key
        for n in range((date(2026, 10, 1) - FIRST).days)
        for key in mrr_by_customer(FIRST + timedelta(days=n))
    }
    before = mrr_by_customer(date(2026, 9, 30))
    for n in range(31):
        after = mrr_by_customer(date(2026, 10, 1) + timedelta(days=n))
        for key in before.keys() | after.keys():
            was, is_now = before.get(key, Decimal(0)), after.get(key, Decimal(0))
            if was == is_now:
                continue
            if not was:
                movement = "reactivation" if key in seen else "new"
            elif not is_now:
                movement = "churn"
            else:
                movement = "expansion" if is_now > was else "contraction"
            expected[movement, key[1]] += is_now - was
        seen |= after.keys()
        before = after
    movements = warehouse.rows(
        "select movement, currency, sum(value) from kpis.kpi_mrr_movements "
        "where day between '2026-10-01' and '2026-10-31' group by movement, currency"
    )
    assert {(movement, currency): value for movement, currency, value in movements} == expected
    assert {movement for movement, _ in expected} == {
        "new", "reactivation", "expansion", "contraction", "churn"
    }  # fmt: skip


def test_the_snapshot_of_subscriptions_tells_the_same_as_the_invoices(warehouse: Any) -> None:
    # price by quantity of what runs is what was last billed, before discounts, of all but this morning's renewals
    ((of_the_snapshot,),) = warehouse.rows(
        "select sum(quantity * unit_amount_minor) from staging.stg_stripe__subscriptions "
        "where price_interval = 'month' and currency = 'USD' and status = 'active' "
        "and snapshot_on = '2026-11-24'"
    )
    ((of_the_invoices,),) = warehouse.rows(
        """
        select sum(lines.amount_minor)
        from staging.stg_stripe__invoice_lines as lines
        where
            not lines.is_proration and lines.invoice_status <> 'void' and lines.currency = 'USD'
            and lines.period_ended_at > '2026-11-24 09:00:00+00'
            and lines.period_ended_at < lines.period_started_at + interval 40 days
        """
    )
    assert of_the_invoices > 0
    ((begun_this_morning,),) = warehouse.rows(
        """
        select coalesce(sum(quantity * unit_amount_minor), 0)
        from staging.stg_stripe__subscriptions
        where
            price_interval = 'month' and currency = 'USD' and status = 'active'
            and snapshot_on = '2026-11-24'
            and subscription_item_id not in (
                select subscription_item_id from staging.stg_stripe__invoice_lines
                where not is_proration and period_ended_at > '2026-11-24 09:00:00+00'
            )
        """
    )
    assert of_the_snapshot - begun_this_morning == of_the_invoices
