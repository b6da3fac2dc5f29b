"""The declared KPIs as data for dbt: `kpis.parquet` beside the lake's catalog, one row a KPI.

They are checked when they are read (pipelines/inputs/kpi_files.py), so that no model repeats a rule.
"""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import pyarrow as pa

from connectors.lake.lake import Lake
from pipelines.okr.kpi.kpi import Kpi

KPIS = pa.schema(
    [
        ("kpi", pa.string()),
        ("label", pa.string()),
        ("description", pa.string()),
        ("kind", pa.string()),
        ("unit", pa.string()),
        ("denominator", pa.string()),
        ("is_proportion", pa.bool_()),
        ("direction", pa.string()),
        ("precision", pa.int32()),
        ("dimensions", pa.list_(pa.string())),
        ("owner", pa.string()),
        ("model", pa.string()),
        ("every", pa.string()),
        ("conversion", pa.string()),
        ("constant_rate_day", pa.date32()),
        ("numerator_is_money", pa.bool_()),
        ("denominator_is_money", pa.bool_()),
        ("is_plan", pa.bool_()),
        ("account", pa.string()),
        ("sheet_parts", pa.list_(pa.string())),
    ]
)


def write_kpis(lake: Lake, kpis: Iterable[Kpi]) -> None:
    """Write the file, in one step."""
    rows = [row_of(kpi) for kpi in kpis]
    lake.write_table("kpis.parquet", pa.Table.from_pylist(rows, schema=KPIS))


def row_of(kpi: Kpi) -> dict[str, Any]:
    """A KPI as a row; what the schema does not name is left out."""
    conversion = kpi.conversion
    sides = conversion.sides if conversion else ()
    return asdict(kpi) | {
        "kpi": kpi.name,
        "conversion": conversion and conversion.policy,
        "constant_rate_day": conversion and conversion.day,
        "numerator_is_money": "numerator" in sides,
        "denominator_is_money": "denominator" in sides,
        "sheet_parts": kpi.sheet_parts or None,
    }
