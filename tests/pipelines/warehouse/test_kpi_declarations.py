"""What dbt is told of each KPI: the file that its models read the declarations from."""

from datetime import date
from pathlib import Path

import pytest

from connectors.lake.catalog import read_catalog
from connectors.lake.lake import Lake
from pipelines.okr.kpi.conversion import Conversion
from pipelines.okr.kpi.kpi import Kpi
from pipelines.warehouse.kpi_declarations import KPIS, write_kpis

HEADCOUNT = Kpi(
    name="headcount",
    kind="stock",
    unit="people",
    direction="up",
    dimensions=("team", "site"),
    owner="people@example.com",
    description="People employed",
    label="Headcount",
    every="month",
    model="sheet_kpi_days",
    sheet_parts=("headcount",),
    account="finance",
)


def told(folder: Path, *kpis: Kpi) -> list[dict[str, object]]:
    lake = Lake(folder)
    write_kpis(lake, kpis)
    return read_catalog(lake, "kpis", KPIS.names).to_pylist()


def test_the_models_are_told_what_was_declared(tmp_path: Path) -> None:
    calls = Kpi("answered_calls", "flow")
    rows = told(tmp_path, HEADCOUNT, calls)
    assert [row["kpi"] for row in rows] == ["headcount", "answered_calls"]
    assert rows[0] == {
        "kpi": "headcount",
        "label": "Headcount",
        "description": "People employed",
        "kind": "stock",
        "unit": "people",
        "denominator": "sum",
        "is_proportion": False,
        "direction": "up",
        "precision": 0,
        "dimensions": ["team", "site"],
        "owner": "people@example.com",
        "model": "sheet_kpi_days",
        "every": "month",
        "conversion": None,
        "constant_rate_day": None,
        "numerator_is_money": False,
        "denominator_is_money": False,
        "is_plan": False,
        "sheet_parts": ["headcount"],
        "account": "finance",
    }


@pytest.mark.parametrize(("conversion", "expected"), [
    (None, (None, None, False, False)),
    (Conversion("booking", frozenset({"value"})), ("booking", None, False, False)),
    (Conversion("constant", frozenset({"numerator"}), date(2025, 12, 31)),
     ("constant", date(2025, 12, 31), True, False)),
    (Conversion("average", frozenset({"numerator", "denominator"})), ("average", None, True, True)),
])  # fmt: skip
def test_the_models_are_told_how_a_kpi_converts(tmp_path: Path, conversion, expected) -> None:
    (row,) = told(tmp_path, Kpi("it", "ratio", conversion=conversion))
    columns = ("conversion", "constant_rate_day", "numerator_is_money", "denominator_is_money")
    assert tuple(row[name] for name in columns) == expected
