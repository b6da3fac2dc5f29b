"""A Stripe account in which each subscription is a case of its own: every status, price, discount and tax.

For tests; the sample company has none of them. All are in dollars, and began on 10 February 2026 unless they say so.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connectors.sandbox.balance_transactions import Row, identifier
from connectors.sandbox.invoices import invoice_lines, invoice_row, seconds
from connectors.sandbox.stripe import Billing
from connectors.sandbox.subscribers import Subscription, Term, months_later
from connectors.sandbox.subscription_objects import subscription_row

BEGAN = datetime(2026, 2, 10, 9, tzinfo=UTC)
CHANGED = datetime(2026, 3, 10, 9, tzinfo=UTC)
TAX_RATE = {
    "id": "txr_inside", "object": "tax_rate", "active": True, "country": "NL", "created": seconds(BEGAN),
    "description": None, "display_name": "VAT", "effective_percentage": None, "flat_amount": None,
    "inclusive": True, "jurisdiction": "NL", "jurisdiction_level": "country", "livemode": False, "metadata": {},
    "percentage": 21, "rate_type": "percentage", "state": None, "tax_type": "vat",
}  # fmt: skip
TIERS = [
    {
        "flat_amount": None, "flat_amount_decimal": None, "unit_amount": 1000,
        "unit_amount_decimal": "1000", "up_to": 5,
    },
    {
        "flat_amount": 2000, "flat_amount_decimal": "2000", "unit_amount": 800,
        "unit_amount_decimal": "800", "up_to": None,
    },
]  # fmt: skip


@dataclass
class Account:
    """The rows of the account, as the cases add to them."""

    now: datetime
    invoices: list[Row] = field(default_factory=list)
    subscriptions: list[Row] = field(default_factory=list)
    prices: list[Row] = field(default_factory=list)
    coupons: list[Row] = field(default_factory=list)

    def add(
        self, name: str, quantity: int = 1, interval: str = "month", **changes: Any
    ) -> tuple[Row, Subscription]:
        """A subscription to the plan `team` (49.00 a month, 490.00 a year), and what it was drawn from."""
        ends = months_later(BEGAN, 12 if interval == "year" else 1)
        drawn = Subscription(
            name, name, "usd", "team", interval, 0, (Term(BEGAN, ends, (quantity,)),)
        )
        row = subscription_row(drawn, self.now) | changes
        self.subscriptions.append(row)
        return row, drawn

    def bill(self, name: str, drawn: Subscription, *lines: Row, at: datetime = BEGAN) -> None:
        """An invoice with these lines, paid."""
        row = invoice_row(name, drawn, Term(at, at, ()), list(lines), "paid")
        self.invoices.append(row)

    def price(self, row: Row, **changes: Any) -> Row:
        """Give the only part another price. A part has neither the tiers nor the other currencies of its price."""
        (item,) = row["items"]["data"]
        price: Row = item["price"] | {"id": identifier("price", row["customer"])} | changes
        hidden = ("tiers", "currency_options")
        item["price"] = {name: value for name, value in price.items() if name not in hidden}
        self.prices.append(price)
        shown: Row = item["price"]
        return shown

    def coupon(self, name: str, **terms: Any) -> Row:
        """A coupon for ever, unless its terms say otherwise."""
        row = {
            "id": name, "object": "coupon", "amount_off": None, "created": seconds(BEGAN), "currency": None,
            "duration": "forever", "duration_in_months": None, "livemode": False, "max_redemptions": None,
            "metadata": {}, "name": name, "percent_off": None, "redeem_by": None, "times_redeemed": 1, "valid": True,
        } | terms  # fmt: skip
        self.coupons.append(row)
        return row


def billing_cases(now: datetime) -> Billing:
    """All cases as they stand at `now`."""
    account = Account(now)
    for case in (statuses, cancelled, prices, discounts, taxes):
        case(account)
    newest_last = sorted(account.invoices, key=lambda row: row["created"])
    return Billing(newest_last, account.subscriptions, account.prices, account.coupons)


def statuses(account: Account) -> None:
    """A subscription of each status, and one whose collection is paused."""
    for status in ("active", "past_due", "unpaid", "incomplete", "incomplete_expired"):
        account.add(status, status=status)
    detail = {"subscription": {"type": "pause_requested"}, "type": "subscription"}
    paused = detail | {"transitioned_at": seconds(CHANGED)}
    account.add("paused", status="paused", status_details={"paused": paused})
    account.add("free", pause_collection={"behavior": "void", "resumes_at": None})
    ends = seconds(months_later(account.now, 1))
    account.add("trialing", status="trialing", trial_start=seconds(BEGAN), trial_end=ends)


def cancelled(account: Account) -> None:
    """A year that is cancelled after four weeks: 337 of its 365 days are given back."""
    ended = seconds(CHANGED)
    row, drawn = account.add(
        "cancelled", interval="year", status="canceled", ended_at=ended, canceled_at=ended
    )
    (line,) = invoice_lines(drawn, 0, drawn.terms[0])
    account.bill("year", drawn, line)
    credit = line | {"id": identifier("il", "credit"), "amount": -452_41, "subtotal": -452_41}
    account.bill("credit", drawn, as_change(credit, row, [line]), at=CHANGED)
    row, drawn = account.add("more seats", 10, "year")
    (line,) = invoice_lines(drawn, 0, drawn.terms[0])
    account.bill("ten seats", drawn, line)
    old = line | {"id": identifier("il", "old"), "amount": -4524_11, "subtotal": -4524_11}
    new = line | {
        "id": identifier("il", "new"), "amount": 45241_10, "subtotal": 45241_10, "quantity": 100,
        "quantity_decimal": "100",
    }  # fmt: skip
    changes = [as_change(old, row, [line]), as_change(new, row, [])]
    account.bill("hundred seats", drawn, *changes, at=CHANGED)
    row["items"]["data"][0]["quantity"] = 100


def as_change(line: Row, row: Row, credited: list[Row]) -> Row:
    """A line for the rest of its period, which is what Stripe makes of a change within it."""
    items = [x["id"] for x in credited]
    invoice = identifier("in", "year" if "cancelled" in row["customer"] else "ten seats")
    credited_items = {"invoice": invoice, "invoice_line_items": items} if items else None
    return line | {
        "discountable": False,
        "period": line["period"] | {"start": seconds(CHANGED)},
        "parent": {
            "type": "invoice_item_details",
            "invoice_item_details": {
                "invoice_item": identifier("ii", line["id"]),
                "proration": True,
                "proration_details": {"credited_items": credited_items},
                "subscription": row["id"],
            },
            "subscription_item_details": None,
        },
    }


def prices(account: Account) -> None:
    """Tiers of both kinds, fractions of a cent, packages, three months at once, and use."""
    for mode in ("graduated", "volume"):
        row, _ = account.add(mode, 8)
        account.price(
            row, billing_scheme="tiered", tiers_mode=mode, tiers=TIERS, unit_amount=None,
            unit_amount_decimal=None,
        )  # fmt: skip
    row, _ = account.add("fraction", 1001)
    account.price(row, unit_amount=None, unit_amount_decimal="2.5")
    row, _ = account.add("package", 7)
    account.price(row, transform_quantity={"divide_by": 5, "round": "up"})
    row, _ = account.add("euros", 2, currency="eur")
    euros = {
        "custom_unit_amount": None, "tax_behavior": "unspecified", "unit_amount": 45_00,
        "unit_amount_decimal": "4500",
    }  # fmt: skip
    account.price(row, currency_options={"eur": euros})
    row, _ = account.add("quarter")
    price = account.price(row)
    price["recurring"] = price["recurring"] | {"interval_count": 3}
    row, drawn = account.add("use")
    price = account.price(row)
    price["recurring"] = price["recurring"] | {"usage_type": "metered", "meter": "mtr_use"}
    del row["items"]["data"][0]["quantity"]
    (line,) = invoice_lines(drawn, 0, drawn.terms[0])
    line["pricing"]["price_details"]["price"] = price["id"]
    account.bill("use", drawn, line, at=CHANGED)


def discounts(account: Account) -> None:
    """A share and an amount off a subscription, a share off a part, and coupons that do not last."""
    account.coupon("tenth", percent_off=10)
    account.coupon("ten", amount_off=10_00, currency="usd")
    account.coupon("first", percent_off=100, duration="once")
    account.coupon("other product", percent_off=50, applies_to={"products": ["prod_other"]})
    account.add("share", discounts=[discount("tenth")])
    account.add("amount", discounts=[discount("ten")])
    account.add("once", discounts=[discount("first")])
    account.add("elsewhere", discounts=[discount("other product")])
    account.add("deleted", discounts=[discount("deleted")])
    account.add("over", discounts=[discount("tenth", end=seconds(CHANGED))])
    row, _ = account.add("part", discounts=[discount("ten")])
    row["items"]["data"][0]["discounts"] = [discount("tenth")]


def discount(coupon: str, end: int | None = None) -> Row:
    """A coupon that is redeemed."""
    return {
        "id": identifier("di", coupon), "object": "discount", "checkout_session": None, "customer": None,
        "customer_account": None, "end": end, "invoice": None, "invoice_item": None, "promotion_code": None,
        "source": {"coupon": coupon, "type": "coupon"}, "start": seconds(BEGAN), "subscription": None,
        "subscription_item": None,
    }  # fmt: skip


def taxes(account: Account) -> None:
    """21 % of tax that a price of 121.00 includes, by a rate of one's own and by Stripe."""
    for name in ("own rate", "automatic"):
        row, drawn = account.add(name)
        account.price(
            row, tax_behavior="inclusive", unit_amount=121_00, unit_amount_decimal="12100"
        )
        if name == "own rate":
            row["default_tax_rates"] = [TAX_RATE]
        else:
            row["automatic_tax"] = row["automatic_tax"] | {"enabled": True}
        (line,) = invoice_lines(drawn, 0, drawn.terms[0])
        taxed = {"amount": 121_00, "subtotal": 121_00, "taxes": [tax(21_00, "inclusive")]}
        account.bill(name, drawn, line | taxed)
    row, drawn = account.add("on top")
    (line,) = invoice_lines(drawn, 0, drawn.terms[0])
    account.bill("on top", drawn, line | {"taxes": [tax(10_29, "exclusive")]})


def tax(amount: int, behavior: str) -> Row:
    """Tax of a line."""
    return {
        "amount": amount, "tax_behavior": behavior, "tax_rate_details": {"tax_rate": TAX_RATE["id"]},
        "taxability_reason": "standard_rated", "taxable_amount": None, "type": "tax_rate_details",
    }  # fmt: skip
