"""What a KPI is by its declaration, and what follows from it."""

from decimal import Decimal

import pytest

from pipelines.okr.kpi.conversion import Conversion
from pipelines.okr.kpi.kpi import Kpi

LEAST = {"kind": "flow", "unit": "deals", "direction": "up", "owner": "ana@example.com"}


def declared(**meta: object) -> Kpi:
    return Kpi.declared("deals_closed", {**LEAST, **meta}, "kpi_deals_closed")


def test_what_is_not_declared_is_as_usual():
    assert declared() == Kpi(
        "deals_closed",
        "flow",
        "deals",
        owner="ana@example.com",
        label="deals closed",
        model="kpi_deals_closed",
    )


def test_what_is_declared_is_taken_as_it_is():
    kpi = declared(
        kind="ratio",
        unit="money",
        direction="down",
        precision=2,
        dimensions=["region", "currency"],
        description="Won\n  and   signed",
        label="Deals",
        every="month",
        denominator="level",
        proportion=True,
        conversion="average",
        rosters={"rep": "dim_reps", "region": "dim_regions"},
        plan=True,
        working_days=True,
    )
    assert (kpi.kind, kpi.unit, kpi.direction, kpi.precision) == ("ratio", "money", "down", 2)
    assert kpi.dimensions == kpi.declared_dimensions == ("region", "currency")
    assert (kpi.description, kpi.label, kpi.every) == ("Won and signed", "Deals", "month")
    assert (kpi.denominator, kpi.is_proportion, kpi.is_plan) == ("level", True, True)
    assert kpi.conversion == Conversion("average", frozenset({"numerator"}))
    assert kpi.rosters == (("region", "dim_regions"), ("rep", "dim_reps"))
    assert kpi.working_days is not None


@pytest.mark.parametrize(
    ("unit", "precision", "shown"),
    [("percent", 0, 2), ("percent", 2, 2), ("percent", 4, 4), ("deals", 0, 0), ("deals", 1, 1)],
)
def test_a_percentage_has_whole_percent_at_least(unit, precision, shown):
    assert declared(unit=unit, precision=precision).precision == shown


@pytest.mark.parametrize(
    ("kind", "dimensions", "has_total"),
    [
        ("flow", ("rep", "account"), True),
        # whom two accounts have counted would be in their sum twice
        ("distinct", ("account",), False),
    ],
)
def test_a_kpi_of_accounts_has_them_as_a_dimension(kind, dimensions, has_total):
    kpi = Kpi("deals", kind, dimensions=("rep",))
    of_accounts = kpi.of_accounts()
    assert (of_accounts.dimensions, of_accounts.by_account) == (dimensions, True)
    assert (kpi.has_total, of_accounts.has_total) == (True, has_total)
    assert of_accounts.of_accounts() is of_accounts


@pytest.mark.parametrize(
    ("kind", "precision", "whole"),
    [("flow", 0, True), ("stock", 0, True), ("flow", 1, False), ("ratio", 0, False)],
)
def test_amounts_without_decimals_are_counts(kind, precision, whole):
    assert Kpi("deals", kind, precision=precision).counts_whole_units == whole


@pytest.mark.parametrize(
    ("precision", "bounds", "places"),
    [
        (0, [], 0),
        (2, [None], 2),
        (0, ["0.5"], 1),
        (2, ["0.5"], 2),
        (0, ["1.25", "0.5"], 2),
        (0, ["0.50"], 1),
        (0, ["1E+3"], 0),
    ],
)
def test_a_number_that_is_finer_is_shown_as_fine(precision, bounds, places):
    numbers = [None if bound is None else Decimal(bound) for bound in bounds]
    assert Kpi("deals", "flow", precision=precision).places_for(*numbers) == places


def test_a_flow_per_head_grows_with_its_days_and_a_ratio_does_not():
    assert Kpi("a", "flow").accumulates
    assert Kpi("a", "ratio", denominator="level").accumulates
    assert not Kpi("a", "ratio").accumulates
    assert not Kpi("a", "stock").accumulates
