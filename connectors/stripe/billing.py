"""Stripe's billing: the lines of its invoices, and how the subscriptions stand today, as they are stored.

The lines say what a customer pays for which period, and from that the monthly recurring revenue (MRR) of any day
follows. An invoice can change while it is a draft, for about an hour (up to three days where a webhook does not
answer). After that its lines are final, and only its status changes: paid, uncollectible or void. Neither an
invoice nor a subscription has the date of its last change, and events are kept for 30 days only. So invoices are
read again for as long as customers are usually asked to pay, and subscriptions are a snapshot of the whole list, those
that have ended included: it says when each began and ended, and its past is in the invoices.

Shapes are those since API version 2025-03-31 (Basil): a line's subscription is in `parent`, its price in
`pricing`, and a subscription's current period is in its items.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pyarrow as pa

from connectors.sdk.contract import Slice, Stream, column
from connectors.sdk.fields import lenient, read_unix_seconds
from connectors.stripe.pricing import Catalogue, parts_of

MOMENT = pa.timestamp("us", "UTC")
Objects = Sequence[Mapping[str, Any]]
instant = lenient(read_unix_seconds)
Whole = Callable[[Mapping[str, Any]], Objects]
"""Returns every object of a list within an object, which holds the first ten: the others are requested."""

INVOICE_LINES = Stream(
    name="invoice_lines",
    description="What each invoice asks for, line by line, with the stretch of time it is for",
    schema=pa.schema(
        [
            column("id", pa.string(), "Stripe's id of the line (il_…)"),
            column("invoice_id", pa.string(), "The invoice it is on (in_…)"),
            column("invoice_created_at", MOMENT, "When the invoice was made"),
            column("invoice_status", pa.string(), "draft, open, paid, uncollectible or void",
                   null=True),
            column("customer_id", pa.string(), "Who is to pay (cus_…)", null=True),
            column("subscription_id", pa.string(), "The subscription it is for (sub_…)", null=True),
            column("subscription_item_id", pa.string(), "The part of the subscription (si_…)",
                   null=True),
            column("price_id", pa.string(), "The price it was reckoned by (price_…)", null=True),
            column("is_proration", pa.bool_(), "Whether it makes up for a change within a period"),
            column("quantity", pa.int64(), "How many of the price", null=True),
            column("currency", pa.string(), "Currency of the amounts, ISO 4217 in lower case",
                   values="ISO 4217"),
            column("amount_minor", pa.int64(), "Amount before discounts, tax on top not in it",
                   unit="smallest unit of the currency"),
            column("discount_minor", pa.int64(), "What discounts take off it",
                   unit="smallest unit of the currency"),
            column("tax_inside_minor", pa.int64(), "Tax that the amount includes, after discounts",
                   unit="smallest unit of the currency", null=True),
            column("period_start", MOMENT, "Since when it is for"),
            column("period_end", MOMENT, "Until when it is for, exclusive"),
        ]
    ),
    key=("id",),
    cursor="invoice_created_at",
    # after two hours no invoice that a subscription created is a draft any more
    arrives_within=timedelta(hours=2),
    # five weeks: Stripe's usual reminders and retries end by then
    restates_for=timedelta(days=35),
)  # fmt: skip

SUBSCRIPTIONS = Stream(
    name="subscriptions",
    description="The subscriptions, by their parts, as of the day they were asked for",
    schema=pa.schema(
        [
            column("date", pa.date32(), "Day on which they were asked for"),
            column("id", pa.string(), "Stripe's id of the part (si_…)"),
            column("subscription_id", pa.string(), "The subscription (sub_…)"),
            column("customer_id", pa.string(), "Whose it is (cus_…)"),
            column("status", pa.string(), "active, trialing, past_due, unpaid, paused, canceled, incomplete or "
                   "incomplete_expired"),
            column("started_at", MOMENT, "When the subscription began"),
            column("cancels_at", MOMENT, "When it will end; null when nobody has said so", null=True),
            column("price_id", pa.string(), "The price (price_…)"),
            column("unit_amount_minor", pa.int64(), "Price of one; null in tiers, another currency or a fraction",
                   unit="smallest unit of the currency", null=True),
            column("quantity", pa.int64(), "How many; null where use is metered", null=True),
            column("currency", pa.string(), "Currency that it is paid in, ISO 4217 in lower case",
                   values="ISO 4217"),
            column("price_interval", pa.string(), "What is paid for at once: day, week, month or year"),
            column("price_interval_count", pa.int64(), "How many of the interval"),
            column("usage_type", pa.string(), "licensed, or metered: billed by use, afterwards",
                   null=True),
            column("period_amount_minor", pa.int64(), "What the quantity costs for one period, before discounts; null "
                   "where use is metered or the price is unknown",
                   unit="smallest unit of the currency", null=True),
            column("period_discount_minor", pa.int64(), "What the discounts that last take off it; null where one is "
                   "unknown",
                   unit="smallest unit of the currency", null=True),
            column("period_tax_inside_minor", pa.int64(), "Tax that the rest includes; null where Stripe reckons it "
                   "only when it bills",
                   unit="smallest unit of the currency", null=True),
            column("item_created_at", MOMENT, "Since when the part is in the subscription", null=True),
            column("trial_ends_at", MOMENT, "When its trial ends or ended", null=True),
            column("ended_at", MOMENT, "When the subscription ended", null=True),
            column("current_period_start", MOMENT, "Since when it is billed for now", null=True),
            column("current_period_end", MOMENT, "Until when it is billed for now", null=True),
            column("paused_collection", pa.string(), "keep_as_draft, mark_uncollectible or void while nothing is "
                   "collected", null=True),
        ]
    ),
    key=("id",),
    cursor="date",
    snapshot=True,
)  # fmt: skip


def stored_lines(invoice: Mapping[str, Any], whole: Whole) -> Iterator[dict[str, Any]]:
    """The lines of an invoice. Raises KeyError, TypeError or AttributeError where it has another shape."""
    for line in whole(invoice["lines"]):
        parent = line["parent"] or {}
        detail = parent[parent["type"]] if parent else {}
        price = (line["pricing"] or {}).get("price_details") or {}
        yield {
            "id": line["id"],
            "invoice_id": invoice["id"],
            "invoice_created_at": instant(invoice["created"]),
            "invoice_status": invoice["status"],
            "customer_id": invoice["customer"],
            "subscription_id": detail.get("subscription"),
            "subscription_item_id": detail.get("subscription_item"),
            "price_id": price.get("price"),
            "is_proration": detail["proration"] if detail else False,
            "quantity": line["quantity"],
            "currency": line["currency"],
            "amount_minor": line["amount"],
            "discount_minor": sum(part["amount"] for part in line["discount_amounts"] or ()),
            "tax_inside_minor": sum(
                part["amount"]
                for part in line["taxes"] or ()
                if part["tax_behavior"] == "inclusive"
            ),
            "period_start": instant(line["period"]["start"]),
            "period_end": instant(line["period"]["end"]),
        }


def stored_items(
    subscription: Mapping[str, Any], whole: Whole, catalogue: Catalogue, piece: Slice
) -> Iterator[dict[str, Any]]:
    """The parts of a subscription on the day of the slice. Raises as `stored_lines` does."""
    items, currency = whole(subscription["items"]), subscription["currency"]
    parts = parts_of(subscription, items, catalogue, int(piece.since.timestamp()))
    for item, part in zip(items, parts, strict=True):
        price = item["price"]
        yield {
            "date": piece.last,
            "id": item["id"],
            "subscription_id": subscription["id"],
            "customer_id": subscription["customer"],
            "status": subscription["status"],
            "started_at": instant(subscription["start_date"]),
            "cancels_at": instant(subscription["cancel_at"]),
            "price_id": price["id"],
            "unit_amount_minor": price["unit_amount"] if price["currency"] == currency else None,
            "quantity": item.get("quantity"),
            "currency": currency,
            "price_interval": price["recurring"]["interval"],
            "price_interval_count": price["recurring"]["interval_count"],
            "usage_type": price["recurring"]["usage_type"],
            "period_amount_minor": part.amount,
            "period_discount_minor": part.discount,
            "period_tax_inside_minor": part.tax_inside,
            "item_created_at": instant(item["created"]),
            "trial_ends_at": instant(subscription["trial_end"]),
            "ended_at": instant(subscription["ended_at"]),
            "current_period_start": instant(item["current_period_start"]),
            "current_period_end": instant(item["current_period_end"]),
            "paused_collection": (subscription["pause_collection"] or {}).get("behavior"),
        }
