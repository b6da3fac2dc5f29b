"""The invoices of the sample company's subscriptions, in the shape of Stripe's own.

Their payments are not in the ledger one by one. The ledger's months are generated from the company's figures, of
which the care plan is a small part.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from connectors.sandbox.balance_transactions import Row, identifier
from connectors.sandbox.subscribers import Subscription, Term, subscriptions_until

DRAFT_PERIOD = timedelta(hours=1)
PAYMENT_DELAY = timedelta(hours=1, minutes=4)
NESTED_LIST_ROWS = 10
"""The most objects in a list within another object."""


@lru_cache(maxsize=4)
def invoices_until(now: datetime) -> tuple[Row, ...]:
    """Every invoice made before `now`, oldest first, each with all of its lines."""
    made = [
        row
        for subscription in subscriptions_until(now)
        for number, term in enumerate(subscription.terms)
        for row in invoices(subscription, number, term, now)
    ]
    return tuple(sorted(made, key=lambda row: (row["created"], row["id"])))


def invoices(subscription: Subscription, number: int, term: Term, now: datetime) -> Iterator[Row]:
    """The invoice of a term; for some terms also one that was created by mistake and voided."""
    name = f"{subscription.name}/{number}"
    given_up = term.is_last and number % 3 == 2
    status = "uncollectible" if given_up else "paid"
    status = "open" if now < term.start + PAYMENT_DELAY else status
    status = "draft" if now < term.start + DRAFT_PERIOD else status
    lines = invoice_lines(subscription, number, term)
    yield invoice_row(name, subscription, term, lines, status)
    if number == 4 and subscription.plan == "business":
        mistake = invoice_lines(subscription, number, term, "mistake")
        yield invoice_row(f"{name} mistake", subscription, term, mistake, "void")


def invoice_lines(subscription: Subscription, number: int, term: Term, note: str = "") -> list[Row]:
    """A line for each part of the subscription, and one for a seat that was added in the middle of the last term."""
    lines = []
    for place, quantity in enumerate(term.quantities):
        name = f"{subscription.name}/{number}/{place} {note}"
        amount = quantity * subscription.unit_amount
        lines.append(line_row(name, subscription, term, place, quantity, amount))
    if term.added:
        before = subscription.terms[number - 1]
        middle = before.start + (before.end - before.start) / 2
        name = f"{subscription.name}/{number} added {note}"
        row = line_row(name, subscription, term, 0, 1, subscription.unit_amount // 20 * 10)
        lines.append(
            row
            | {
                "description": "Remaining time of one more seat",
                "period": {"start": seconds(middle), "end": seconds(before.end)},
                "parent": {
                    "invoice_item_details": {
                        "invoice_item": identifier("ii", name),
                        "proration": True,
                        "proration_details": {"credited_items": None},
                        "subscription": identifier("sub", subscription.name),
                    },
                    "subscription_item_details": None,
                    "type": "invoice_item_details",
                },
            }
        )
    return lines


def line_row(
    name: str, subscription: Subscription, term: Term, place: int, quantity: int, amount: int
) -> Row:
    """A line of an invoice, without the invoice's id."""
    off = amount * subscription.discount // 100
    discount = identifier("di", subscription.customer)
    return {
        "id": identifier("il", name),
        "object": "line_item",
        "amount": amount,
        "currency": subscription.currency,
        "description": f"{quantity} seats, {subscription.plan}",
        "discount_amounts": [{"amount": off, "discount": discount}] if off else [],
        "discountable": True,
        "discounts": [discount] if off else [],
        "livemode": False,
        "metadata": {},
        "parent": {
            "invoice_item_details": None,
            "subscription_item_details": {
                "invoice_item": None,
                "proration": False,
                "proration_details": {"credited_items": None},
                "subscription": identifier("sub", subscription.name),
                "subscription_item": identifier("si", f"{subscription.name}/{place}"),
            },
            "type": "subscription_item_details",
        },
        "period": {"start": seconds(term.start), "end": seconds(term.end)},
        "pretax_credit_amounts": None,
        "pricing": {
            "price_details": {"price": price_id(subscription), "product": product_id(subscription)},
            "type": "price_details",
            "unit_amount_decimal": str(subscription.unit_amount),
        },
        "quantity": quantity,
        "quantity_decimal": str(quantity),
        "subscription": None,
        "subtotal": amount,
        "taxes": None,
    }


def invoice_row(
    name: str, subscription: Subscription, term: Term, lines: list[Row], status: str
) -> Row:
    """An invoice with every field that Stripe's has."""
    invoice_id = identifier("in", name)
    subtotal = sum(line["amount"] for line in lines)
    total = subtotal - sum(part["amount"] for line in lines for part in line["discount_amounts"])
    paid = total if status == "paid" else 0
    created = seconds(term.start)
    return dict.fromkeys(NULL_FIELDS.split()) | {
        "id": invoice_id,
        "object": "invoice",
        "account_country": "US",
        "account_name": "Sample company",
        "amount_due": total,
        "amount_overpaid": 0,
        "amount_paid": paid,
        "amount_remaining": total - paid,
        "amount_shipping": 0,
        "attempt_count": 0 if status == "draft" else 1,
        "attempted": status != "draft",
        "auto_advance": status in {"draft", "open"},
        "automatic_tax": {
            "disabled_reason": None, "enabled": False, "liability": None, "provider": None,
            "status": None,
        },
        "billing_reason": "subscription_cycle",
        "collection_method": "charge_automatically",
        "created": created,
        "currency": subscription.currency,
        "customer": identifier("cus", subscription.customer),
        "customer_tax_exempt": "none",
        "customer_tax_ids": [],
        "default_tax_rates": [],
        "discounts": [],
        "issuer": {"type": "self"},
        "lines": nested_list(
            [line | {"invoice": invoice_id} for line in lines], f"/v1/invoices/{invoice_id}/lines"
        ),
        "livemode": False,
        "metadata": {},
        "parent": {
            "quote_details": None,
            "subscription_details": {
                "metadata": {},
                "subscription": identifier("sub", subscription.name),
            },
            "type": "subscription_details",
        },
        "payment_settings": {
            "default_mandate": None, "payment_method_options": None, "payment_method_types": None,
        },
        "period_end": created,
        "period_start": created,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "starting_balance": 0,
        "status": status,
        "status_transitions": {
            "finalized_at": None if status == "draft" else created + 3600,
            "marked_uncollectible_at": created + 14 * 86_400 if status == "uncollectible" else None,
            "paid_at": created + 3840 if status == "paid" else None,
            "voided_at": created + 7200 if status == "void" else None,
        },
        "subtotal": subtotal,
        "subtotal_excluding_tax": subtotal,
        "total": total,
        "total_discount_amounts": [],
        "total_excluding_tax": total,
        "webhooks_delivered_at": created,
    }  # fmt: skip


NULL_FIELDS = """
    account_tax_ids application automatically_finalizes_at custom_fields customer_account
    customer_address customer_email customer_name customer_phone customer_shipping default_payment_method
    default_source description due_date effective_at ending_balance footer from_invoice hosted_invoice_url
    invoice_pdf last_finalization_error latest_revision next_payment_attempt number on_behalf_of
    receipt_number rendering shipping_cost shipping_details statement_descriptor
    test_clock total_pretax_credit_amounts total_taxes
"""
"""The fields of an invoice that are null in all of the company's."""


def nested_list(rows: list[Row], url: str) -> dict[str, Any]:
    """A list within another object, with all of its `data`. `cut_short` keeps the first ten."""
    return {"object": "list", "data": rows, "has_more": False, "url": url}


def cut_short(row: Row, name: str) -> Row:
    """An object as it is sent, with the first ten of its list `name`."""
    whole = row[name]
    has_more = len(whole["data"]) > NESTED_LIST_ROWS
    return row | {name: whole | {"data": whole["data"][:NESTED_LIST_ROWS], "has_more": has_more}}


def price_id(subscription: Subscription) -> str:
    """The id of the price that a subscription is at."""
    return identifier(
        "price", f"{subscription.currency} {subscription.plan} {subscription.interval}"
    )


def product_id(subscription: Subscription) -> str:
    """The id of the product that is sold."""
    return identifier("prod", subscription.plan)


def seconds(at: datetime) -> int:
    """A moment as Stripe writes it."""
    return int(at.timestamp())
