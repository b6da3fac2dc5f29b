"""`okra new kpi`: a KPI in YAML, which runs as it is written."""

import pyarrow as pa
import pytest
import yaml

from connectors.sdk.contract import Stream
from pipelines.commands.scaffolding import ScaffoldError
from pipelines.commands.yaml_kpi import NewYamlKpi, yaml_kpi

TYPES = {"id": pa.int64(), "net": pa.decimal128(38, 9), "currency": pa.string()}
MOMENT = pa.timestamp("us", "UTC")


def stream(cursor: str, *, mutable: bool = False) -> Stream:
    columns = {**TYPES, "updated_at": MOMENT, "ordered_at": MOMENT, "taken_on": pa.date32()}
    return Stream(
        name="orders",
        description="",
        schema=pa.schema([pa.field(*x) for x in columns.items()]),
        key=("id",),
        cursor=cursor,
        mutable=mutable,
    )


STREAMS = {"shop.orders": stream("updated_at", mutable=True), "shop.visits": stream("taken_on")}


def declared(**options: object) -> dict[str, object]:
    """What is written of the KPI."""
    made = yaml_kpi(NewYamlKpi(name="sales", **options), STREAMS)  # type: ignore[arg-type]
    written: dict[str, dict[str, object]] = yaml.safe_load(made.files["kpis/sales.yml"])
    return written["sales"]


def test_a_sum_of_money_has_its_currency_as_a_dimension() -> None:
    assert declared(source="shop.orders", summed="net", unit="money", day="ordered_at") == {
        "label": "Sales",
        "from": "shop.orders",
        "day": "ordered_at",
        "value": "sum(net)",
        "dimensions": ["currency"],
        "kind": "flow",
        "unit": "money",
        "direction": "up",
        "owner": "owner@example.com",
    }


def test_rows_count_on_the_day_they_are_about_and_not_on_that_of_a_change() -> None:
    assert declared(source="shop.orders")["day"] == "ordered_at"
    assert declared(source="shop.visits")["day"] == "taken_on"
    assert declared(source="shop.visits")["value"] == "count(*)"


def test_kind_and_unit_of_a_sum_of_kpis_follow_from_those() -> None:
    assert declared(expr="net_sales - costs").keys() == {"label", "expr", "direction", "owner"}
    assert declared(expr="net_sales / orders", unit="money")["unit"] == "money"


@pytest.mark.parametrize(("options", "said"), [
    ({}, "say which stream it is from, such as --from shop.orders"),
    ({"source": "shop.order"}, "there is no stream shop.order; did you mean `shop.orders`"),
    ({"source": "shop.orders", "summed": "nett"}, "shop.orders has no column `nett`; did you mean `net`"),
    ({"source": "shop.orders", "by": ("chanel",)}, "shop.orders has no column `chanel`"),
    ({"source": "shop.orders", "expr": "a - b"}, "leave --from or --expr out"),
    ({"expr": "a / b"}, "say what the quotient counts: --unit"),
])  # fmt: skip
def test_what_cannot_be_written_is_said(options: dict[str, object], said: str) -> None:
    with pytest.raises(ScaffoldError) as error:
        declared(**options)
    assert said in str(error.value)
