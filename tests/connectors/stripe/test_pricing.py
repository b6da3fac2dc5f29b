"""What a part of a subscription costs, by its price as Stripe gives it: every amount is worked out by hand."""

from typing import Any

import pytest

from connectors.sdk.errors import PermissionDenied
from connectors.stripe.pricing import Catalogue, Part, parts_of

NOW = 1_790_000_000
TIERS = [
    {"up_to": 5, "unit_amount_decimal": "1000", "flat_amount_decimal": None},
    {"up_to": 10, "unit_amount_decimal": "800", "flat_amount_decimal": "2000"},
    {"up_to": None, "unit_amount_decimal": "500.5", "flat_amount_decimal": None},
]
COUPONS = {
    "tenth": {"duration": "forever", "percent_off": 10.0, "amount_off": None},
    "half": {"duration": "repeating", "percent_off": 50.0, "amount_off": None},
    "first": {"duration": "once", "percent_off": 100.0, "amount_off": None},
    "thirty": {"duration": "forever", "percent_off": None, "amount_off": 30_00, "currency": "usd"},
    "euros": {"duration": "forever", "percent_off": None, "amount_off": 30_00, "currency": "eur"},
    "desks": {
        "duration": "forever", "percent_off": 50.0, "amount_off": None,
        "applies_to": {"products": ["desk"]},
    },
}  # fmt: skip


def ask(path: str, expanded: list[str]) -> dict[str, Any]:
    """The objects that the account lets be read."""
    _, _, kind, name = path.split("/")
    if expanded[0] == "currency_options":
        euros = {"unit_amount_decimal": "900", "tiers": TIERS[:1] if len(expanded) == 2 else None}
        return {"currency_options": {"eur": euros}}
    if kind == "prices" and name == "tiered":
        return {"tiers": TIERS}
    if kind == "coupons" and name in COUPONS:
        return COUPONS[name]
    raise PermissionDenied("not for this key")


def price(unit: Any = "1000", **more: Any) -> dict[str, Any]:
    return {
        "id": "price_1",
        "product": "seat",
        "currency": "usd",
        "billing_scheme": "per_unit",
        "unit_amount": None,
        "unit_amount_decimal": unit,
        "recurring": {"usage_type": "licensed"},
        "tax_behavior": "unspecified",
    } | more


def discount(coupon: str, ends: int | None = None) -> dict[str, Any]:
    return {"end": ends, "source": {"type": "coupon", "coupon": coupon}}


def item(quantity: int | None = 1, *discounts: Any, **more: Any) -> dict[str, Any]:
    return {"quantity": quantity, "discounts": discounts, "price": price(**more)}


def parts(*items: dict[str, Any], discounts: Any = (), **more: Any) -> list[Part]:
    subscription = {"currency": "usd", "discounts": discounts} | more
    return list(parts_of(subscription, items, Catalogue(ask), NOW))


@pytest.mark.parametrize(
    ("quantity", "more", "amount"),
    [
        (3, {}, 30_00),
        # 2.5 cents each: 7.5 cents are rounded up
        (3, {"unit": "2.5"}, 8),
        (3, {"unit": None, "unit_amount": 7_00}, 21_00),
        # in packages of five: two are needed for seven, or only one is full
        (7, {"transform_quantity": {"divide_by": 5, "round": "up"}}, 20_00),
        (7, {"transform_quantity": {"divide_by": 5, "round": "down"}}, 10_00),
        (None, {}, None),
        (3, {"recurring": {"usage_type": "metered"}}, None),
        # the customer says how much
        (1, {"unit": None}, None),
    ],
)
def test_a_quantity_costs_what_its_price_says(quantity: int, more: Any, amount: int) -> None:
    assert [x.amount for x in parts(item(quantity, **more))] == [amount]


@pytest.mark.parametrize(
    ("mode", "quantity", "amount"),
    [
        # 5 at 10.00
        ("graduated", 5, 50_00),
        # 5 at 10.00, 3 at 8.00 and 20.00 for the second tier
        ("graduated", 8, 50_00 + 24_00 + 20_00),
        # and 2 more at 5.005
        ("graduated", 12, 50_00 + 40_00 + 20_00 + 10_01),
        # all at the price of the tier that they reach
        ("volume", 5, 50_00),
        ("volume", 8, 64_00 + 20_00),
        ("volume", 12, 60_06),
    ],
)
def test_tiers_are_graduated_or_by_volume(mode: str, quantity: int, amount: int) -> None:
    tiered = {"id": "tiered", "billing_scheme": "tiered", "tiers_mode": mode, "unit": None}
    assert [x.amount for x in parts(item(quantity, **tiered))] == [amount]


def test_a_price_has_an_amount_in_each_of_its_currencies() -> None:
    # three at 9.00 euros; five at 10.00 by the tiers in euros; no francs
    tiered = {"id": "tiered", "billing_scheme": "tiered", "tiers_mode": "graduated"}
    priced = parts(item(3), item(5, **tiered), currency="eur")
    assert [x.amount for x in priced] == [27_00, 50_00]
    assert [x.amount for x in parts(item(3), currency="chf")] == [None]


@pytest.mark.parametrize(
    ("discounts", "taken"),
    [
        ([], 0),
        (["tenth"], 10_00),
        # a half, and a tenth of what is left
        (["half", "tenth"], 55_00),
        (["thirty"], 30_00),
        # what is for the first invoice only does not recur
        (["first"], 0),
        # an amount in another currency, and a coupon that cannot be read
        (["euros"], None),
        (["deleted"], None),
    ],
)
def test_discounts_that_last_are_taken_off_one_after_the_other(discounts: Any, taken: Any) -> None:
    given = [discount(name) for name in discounts]
    assert [x.discount for x in parts(item(10), discounts=given)] == [taken]


def test_a_discount_that_has_ended_takes_nothing_off() -> None:
    given = [discount("half", NOW), discount("tenth", NOW + 1)]
    assert [x.discount for x in parts(item(10), discounts=given)] == [10_00]


def test_the_discounts_of_a_part_come_first_and_an_amount_is_shared_in_proportion() -> None:
    # 100.00, less a half: 50.00; with the other 100.00 it is 150.00, of which 30.00 are a fifth
    priced = parts(item(10, discount("half")), item(10), item(None), discounts=[discount("thirty")])
    assert [x.discount for x in priced] == [60_00, 20_00, None]


def test_a_coupon_for_a_product_leaves_the_others_alone() -> None:
    priced = parts(item(10), item(10, product="desk"), discounts=[discount("desks")])
    assert [x.discount for x in priced] == [0, 50_00]


def test_tax_that_is_inside_is_taken_out_of_what_is_left() -> None:
    inside, on_top = ({"percentage": 21.0, "inclusive": x} for x in (True, False))
    # 121.00 less a tenth is 108.90, of which 18.90 are tax
    priced = parts(item(1, discount("tenth"), unit="12100"), default_tax_rates=[inside, on_top])
    assert priced == [Part(121_00, 12_10, 18_90)]


@pytest.mark.parametrize(("behavior", "tax"), [("exclusive", 0), ("inclusive", None)])
def test_automatic_tax_is_not_known_before_it_is_billed(behavior: str, tax: int | None) -> None:
    priced = parts(item(tax_behavior=behavior), automatic_tax={"enabled": True})
    assert [x.tax_inside for x in priced] == [tax]


def test_what_the_key_may_not_read_is_told_once_a_kind() -> None:
    catalogue = Catalogue(ask)
    hidden = {"id": "hidden", "billing_scheme": "tiered", "tiers_mode": "volume"}
    items = [item(3, discount("deleted"), **hidden), item(3, **hidden)]
    assert [x.amount for x in parts_of({"currency": "usd"}, items, catalogue, NOW)] == [None, None]
    findings = [(x.what, x.rows, x.is_set_aside) for x in catalogue.findings(None)]  # type: ignore[arg-type]
    assert findings == [("unknown_price", 1, False), ("unknown_discount", 1, False)]
