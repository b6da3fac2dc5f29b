"""KPIs that are worked out from others: what an expression means, and what is refused."""

from datetime import date

import pytest

from pipelines.inputs.yaml_kpis.expressions import ExpressionError, derived, parsed
from pipelines.okr.kpi.conversion import Conversion
from pipelines.okr.kpi.kpi import Kpi

VALUE = frozenset({"value"})
KPIS = {
    kpi.name: kpi
    for kpi in (
        Kpi("net_sales", "flow", "money", precision=2, dimensions=("store", "channel")),
        Kpi("costs", "flow", "money", dimensions=("store",)),
        Kpi("orders", "flow", "orders"),
        Kpi("returning", "flow", "customers"),
        Kpi("customers", "flow", "customers"),
        Kpi("stock", "stock", "pieces"),
        Kpi("basket", "ratio", "money"),
        Kpi("buyers", "distinct", "customers"),
        Kpi("budget", "flow", "money", every="month"),
        Kpi("weekly", "flow", "money", every="week"),
        Kpi("booked", "flow", "money", dimensions=("currency",), conversion=Conversion("booking", VALUE)),
        Kpi("fixed", "flow", "money", dimensions=("currency",),
            conversion=Conversion("constant", VALUE, date(2025, 12, 31))),
    )
}  # fmt: skip


def given(text: str) -> dict[str, object]:
    expression = parsed(text)
    return derived(expression, {name: KPIS[name] for name in expression.names})


def test_a_minus_before_a_parenthesis_takes_off_each_part() -> None:
    terms = parsed("net_sales - (costs - orders)").numerator
    assert [(x.sign, x.kpi) for x in terms] == [(1, "net_sales"), (-1, "costs"), (1, "orders")]


def test_a_difference_of_money_is_money_by_the_dimensions_that_both_have() -> None:
    assert given("net_sales - costs") == {
        "kind": "flow",
        "every": "day",
        "dimensions": ["store"],
        "unit": "money",
        "precision": 2,
    }


def test_numbers_of_days_and_of_months_make_numbers_of_months() -> None:
    assert given("net_sales - budget")["every"] == "month"
    assert given("weekly - costs")["every"] == "week"


def test_a_quotient_of_flows_is_a_ratio_whose_unit_is_not_guessed() -> None:
    declared = given("returning / customers")
    assert declared["kind"] == "ratio"
    assert "unit" not in declared


def test_a_converted_part_hands_on_its_conversion() -> None:
    declared = given("booked - costs")
    assert (declared["conversion"], declared["dimensions"]) == ("booking", ["currency"])


@pytest.mark.parametrize(("text", "said"), [
    ("net_sales - orders", "a sum of money and orders"),
    ("basket + basket", "`basket` is a ratio"),
    ("buyers - customers", "`buyers` is a distinct"),
    ("net_sales / stock", "a quotient with a stock"),
    ("stock - orders", "a sum of a flow and a stock"),
    ("weekly - budget", "of weeks and of months"),
    ("booked - fixed", "converted in two ways"),
    ("net_sales * costs", "is no KPI and no sum"),
    ("2 * net_sales", "is no KPI and no sum"),
    ("costs / (net_sales / orders)", "is no KPI and no sum"),
    ("sum(net_sales)", "is no KPI and no sum"),
    ("net_sales -", "is no expression"),
])  # fmt: skip
def test_what_means_nothing_is_refused(text: str, said: str) -> None:
    with pytest.raises(ExpressionError) as error:
        given(text)
    assert said in str(error.value)
