"""What a part of a Stripe subscription costs: its price by its scheme, less discounts, and the tax that is inside.

Amounts are in the currency's smallest unit, as exact decimals until they are rounded half up, as on an invoice.

Prices are `per_unit` or `tiered`, with tiers that are `graduated` (each unit costs what its tier says) or by `volume`
(all units cost what the tier of the whole quantity says); see docs.stripe.com/products-prices/pricing-models. Neither
tiers nor the products of a coupon come with a list of subscriptions: an expansion is at most four levels deep
(docs.stripe.com/expand), and `data.items.data.price.tiers` has five. So both are requested one by one.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote

from connectors.sdk.contract import Finding
from connectors.sdk.errors import PermissionDenied, Rejected

PRICES, COUPONS = "/v1/prices", "/v1/coupons"
Object = Mapping[str, Any]
ONE = Decimal(1)


class Catalogue:
    """The tiers of prices, and the coupons. Each is asked for once; what cannot be read is unknown."""

    def __init__(self, ask: Callable[[str, list[str]], Object]) -> None:
        """`ask` gives the object at a path, with some of its fields expanded."""
        self._ask = ask
        self._objects: dict[tuple[str, ...], Object | None] = {}
        self._denied: set[str] = set()

    def tiers(self, price: Object) -> Sequence[Object] | None:
        """The tiers of a price, the lowest first; None where they are unknown."""
        known = price if price.get("tiers") else self._object(PRICES, price["id"], "tiers")
        return known["tiers"] if known else None

    def in_currency(self, price: Object, currency: str) -> Object | None:
        """A price as it is in one of its further currencies, which do not come with it; None where it is unknown."""
        fields = ["currency_options", f"currency_options.{currency}.tiers"]
        is_tiered = price.get("billing_scheme") == "tiered"
        known = self._object(PRICES, price["id"], *fields[: 1 + is_tiered])
        option = ((known or {}).get("currency_options") or {}).get(currency)
        return {**price, **option, "currency": currency} if option else None

    def coupon(self, discount: Any) -> Object | None:
        """The coupon of a discount, which is given as an object; None where it is unknown."""
        coupon = discount["source"]["coupon"] if isinstance(discount, Mapping) else None
        name = coupon["id"] if isinstance(coupon, Mapping) else coupon
        return self._object(COUPONS, name, "applies_to") if name else None

    def _object(self, kind: str, name: str, *expanded: str) -> Object | None:
        path = f"{kind}/{quote(name, safe='')}"  # a coupon can have any name
        key = (path, *expanded)
        if key not in self._objects:
            try:
                self._objects[key] = self._ask(path, list(expanded))
            except PermissionDenied:
                self._objects[key] = None
                self._denied.add(path)
            except Rejected:  # a deleted coupon is not there any more
                self._objects[key] = None
        return self._objects[key]

    def findings(self, day: date) -> Iterator[Finding]:
        """One for the prices, and one for the coupons, that the key may not read."""
        for kind, what in ((PRICES, "price"), (COUPONS, "discount")):
            if denied := {path for path in self._denied if path.startswith(kind)}:
                yield Finding(
                    what=f"unknown_{what}",
                    message=f"GET {kind} does not give a {what} of subscriptions: let the key read {kind[4:]}; until "
                    "then their recurring revenue is what was last billed",
                    rows=len(denied),
                    is_set_aside=False,
                    day=day,
                )


@dataclass(frozen=True)
class Part:
    """What a part of a subscription costs for one period."""

    amount: int | None
    """By its price, before discounts; None where use is metered or the price is unknown."""
    discount: int | None
    """What the discounts that last take off it; None where one is unknown."""
    tax_inside: int | None
    """The tax that the rest includes; None where it is unknown."""


def parts_of(
    subscription: Object, items: Sequence[Object], catalogue: Catalogue, now: int
) -> Iterator[Part]:
    """What each of the items costs for one period. Raises KeyError and TypeError for objects of another shape."""
    currency = subscription["currency"]
    amounts = [amount_of(x["price"], x.get("quantity"), currency, catalogue) for x in items]
    discounts = discounts_of(subscription, items, amounts, catalogue, now)
    for item, amount, discount in zip(items, amounts, discounts, strict=True):
        if amount is None:
            yield Part(None, None, None)
            continue
        rest = amount - (discount or 0)
        yield Part(
            rounded(amount),
            None if discount is None else rounded(discount),
            tax_inside(subscription, item, rest),
        )


def amount_of(
    price: Object, quantity: int | None, currency: str, catalogue: Catalogue
) -> Decimal | None:
    """What a quantity costs for one period; None where it is metered, chosen by the customer or unknown.

    A price can have several currencies (`currency_options` in docs.stripe.com/api/prices/object): a subscription has
    one of them, and the price comes in its first.
    """
    if quantity is None or (price.get("recurring") or {}).get("usage_type") == "metered":
        return None
    if price["currency"] != currency:
        other = catalogue.in_currency(price, currency)
        return amount_of(other, quantity, currency, catalogue) if other else None
    if price.get("billing_scheme") == "tiered":
        tiers = catalogue.tiers(price)
        return tiered(tiers, price["tiers_mode"], quantity) if tiers else None
    unit = amount_in(price, "unit_amount")
    return None if unit is None else unit * transformed(quantity, price.get("transform_quantity"))


def transformed(quantity: int, transform: Object | None) -> Decimal:
    """A quantity in packages, where it is sold in such."""
    if not transform:
        return Decimal(quantity)
    towards = ROUND_CEILING if transform["round"] == "up" else ROUND_FLOOR
    return (Decimal(quantity) / Decimal(transform["divide_by"])).to_integral_value(towards)


def tiered(tiers: Sequence[Object], mode: str, quantity: int) -> Decimal:
    """What a quantity costs by tiers. The flat amount of the first tier is due for a quantity of 0 too."""
    total, below = Decimal(0), 0
    for tier in tiers:
        up_to = tier["up_to"]
        is_last = up_to is None or quantity <= up_to
        unit = amount_in(tier, "unit_amount") or Decimal(0)
        flat = amount_in(tier, "flat_amount") or Decimal(0)
        if mode == "volume":
            if is_last:
                return unit * quantity + flat
        else:
            total += unit * ((quantity if is_last else up_to) - below) + flat
            if is_last:
                return total
            below = up_to
    return total


def amount_in(holder: Object, name: str) -> Decimal | None:
    """An amount that is given with up to twelve decimals, or else as a whole number."""
    given = holder.get(f"{name}_decimal")
    given = holder.get(name) if given is None else given
    try:
        return None if given is None else Decimal(given)
    except InvalidOperation:
        raise TypeError(name) from None


def discounts_of(
    subscription: Object,
    items: Sequence[Object],
    amounts: Sequence[Decimal | None],
    catalogue: Catalogue,
    now: int,
) -> list[Decimal | None]:
    """What the discounts take off each item: those of the item first, then those of the subscription."""
    unknown = [False] * len(items)
    rests = [amount or Decimal(0) for amount in amounts]
    currency = subscription["currency"]
    for place, item in enumerate(items):
        for discount in lasting(item.get("discounts") or (), now):
            unknown[place] |= not take_off(rests, [place], catalogue.coupon(discount), currency)
    products = [x["price"]["product"] for x in items]
    for discount in lasting(subscription.get("discounts") or (), now):
        coupon = catalogue.coupon(discount)
        discounted = ((coupon or {}).get("applies_to") or {}).get("products")
        places = [
            n for n, product in enumerate(products) if discounted is None or product in discounted
        ]
        is_known = take_off(rests, places, coupon, currency)
        for place in places:
            unknown[place] |= not is_known
    return [
        None if is_unknown else (amount or 0) - rest
        for amount, rest, is_unknown in zip(amounts, rests, unknown, strict=True)
    ]


def lasting(discounts: Sequence[Any], now: int) -> Iterator[Any]:
    """The discounts that have not ended."""
    for discount in discounts:
        ends = discount.get("end") if isinstance(discount, Mapping) else None
        if ends is None or ends > now:
            yield discount


def take_off(
    rests: list[Decimal], places: Sequence[int], coupon: Object | None, currency: str
) -> bool:
    """Take a coupon off what is left of some items; whether it is known what it takes off.

    A coupon for one invoice only takes nothing off what recurs. An amount is shared by the items in proportion.
    """
    if coupon is None:
        return False
    if coupon["duration"] == "once":
        return True
    total = sum((rests[n] for n in places), Decimal(0))
    if coupon.get("percent_off") is not None:
        share = Decimal(str(coupon["percent_off"])) / 100
    elif coupon.get("currency") != currency:
        return False
    else:
        share = min(ONE, Decimal(coupon["amount_off"]) / total) if total else Decimal(0)
    for place in places:
        rests[place] *= ONE - share
    return True


def tax_inside(subscription: Object, item: Object, rest: Decimal) -> int | None:
    """The tax that an amount includes; None where Stripe reckons it only when it bills (docs.stripe.com/tax)."""
    if (subscription.get("automatic_tax") or {}).get("enabled"):
        return 0 if item["price"].get("tax_behavior") == "exclusive" else None
    rates = item.get("tax_rates") or subscription.get("default_tax_rates") or ()
    percent = sum((Decimal(str(x["percentage"])) for x in rates if x["inclusive"]), Decimal(0))
    return rounded(rest * percent / (100 + percent))


def rounded(amount: Decimal) -> int:
    """The nearest whole number; half away from zero."""
    return int(amount.to_integral_value(ROUND_HALF_UP))
