"""The sample company's subscriptions as they stand, in the shape of Stripe's own."""

from datetime import UTC, datetime
from functools import lru_cache

from connectors.sandbox.balance_transactions import Row, identifier
from connectors.sandbox.figures import FIRST_DAY
from connectors.sandbox.invoices import nested_list, price_id, product_id, seconds
from connectors.sandbox.subscribers import Subscription, subscriptions_until

PRICED = seconds(datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, tzinfo=UTC))
"""When the prices were made."""


@lru_cache(maxsize=4)
def subscriptions_at(now: datetime) -> tuple[Row, ...]:
    """Every subscription as it stands at `now`, oldest first, each with all of its items."""
    rows = [subscription_row(x, now) for x in subscriptions_until(now)]
    return tuple(sorted(rows, key=lambda row: (row["created"], row["id"])))


def subscription_row(subscription: Subscription, now: datetime) -> Row:
    """A subscription, with the fields of Stripe's that say what is paid, by whom and until when."""
    last = subscription.terms[-1]
    ends = seconds(last.end) if last.is_last else None
    has_ended = ends is not None and ends <= seconds(now)
    started = seconds(subscription.terms[0].start)
    subscription_id = identifier("sub", subscription.name)
    items = [
        item_row(subscription, place, quantity) for place, quantity in enumerate(last.quantities)
    ]
    return dict.fromkeys(NULL_FIELDS.split()) | {
        "id": subscription_id,
        "object": "subscription",
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": started,
        "billing_mode": {"flexible": None, "type": "classic"},
        "billing_schedules": [],
        "cancel_at": ends,
        "cancel_at_period_end": last.is_last,
        "canceled_at": seconds(last.start) if last.is_last else None,
        "cancellation_details": {
            "comment": None,
            "feedback": None,
            "reason": "cancellation_requested" if last.is_last else None,
        },
        "collection_method": "charge_automatically",
        "created": started,
        "currency": subscription.currency,
        "customer": identifier("cus", subscription.customer),
        "default_tax_rates": [],
        "discounts": [],
        "ended_at": ends if has_ended else None,
        "invoice_settings": {
            "account_tax_ids": None, "custom_fields": None, "description": None, "footer": None,
            "issuer": {"type": "self"},
        },
        "items": nested_list(items, f"/v1/subscription_items?subscription={subscription_id}"),
        "latest_invoice": identifier("in", f"{subscription.name}/{len(subscription.terms) - 1}"),
        "livemode": False,
        "managed_payments": {"enabled": False},
        "metadata": {},
        "payment_settings": {
            "payment_method_options": None, "payment_method_types": None,
            "save_default_payment_method": "off",
        },
        "start_date": started,
        "status": "canceled" if has_ended else "active",
        "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
    }  # fmt: skip


NULL_FIELDS = """
    application application_fee_percent billing_cycle_anchor_config billing_thresholds customer_account
    days_until_due default_payment_method default_source description next_pending_invoice_item_invoice
    on_behalf_of pause_collection pending_invoice_item_interval pending_setup_intent pending_update schedule
    test_clock transfer_data trial_end trial_start
"""
"""The fields of a subscription that are null in all of the company's."""


def item_row(subscription: Subscription, place: int, quantity: int) -> Row:
    """A part of a subscription: a price and how many of it."""
    last = subscription.terms[-1]
    return {
        "id": identifier("si", f"{subscription.name}/{place}"),
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": seconds(subscription.terms[0].start),
        "current_period_end": seconds(last.end),
        "current_period_start": seconds(last.start),
        "discounts": [],
        "metadata": {},
        "plan": plan_row(subscription),
        "price": price_row(subscription),
        "quantity": quantity,
        "subscription": identifier("sub", subscription.name),
        "tax_rates": [],
    }


def price_row(subscription: Subscription) -> Row:
    """The price that a subscription is at."""
    return {
        "id": price_id(subscription),
        "object": "price",
        "active": True,
        "billing_scheme": "per_unit",
        "created": PRICED,
        "currency": subscription.currency,
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "product": product_id(subscription),
        "recurring": {
            "interval": subscription.interval,
            "interval_count": 1,
            "meter": None,
            "trial_period_days": None,
            "usage_type": "licensed",
        },
        "tax_behavior": "unspecified",
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "recurring",
        "unit_amount": subscription.unit_amount,
        "unit_amount_decimal": str(subscription.unit_amount),
    }


def plan_row(subscription: Subscription) -> Row:
    """The same price in the form that Stripe had before prices, and still sends with each item."""
    return {
        "id": price_id(subscription),
        "object": "plan",
        "active": True,
        "amount": subscription.unit_amount,
        "amount_decimal": str(subscription.unit_amount),
        "billing_scheme": "per_unit",
        "created": PRICED,
        "currency": subscription.currency,
        "interval": subscription.interval,
        "interval_count": 1,
        "livemode": False,
        "metadata": {},
        "meter": None,
        "nickname": None,
        "product": product_id(subscription),
        "tiers_mode": None,
        "transform_usage": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }
