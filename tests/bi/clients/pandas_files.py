"""pandas on the Parquet and CSV files beside the published file: types and sums."""

import json
import sys
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow as pa

home = Path(sys.argv[1]).parent
# a CSV has no types: an undeclared decimal becomes a float
DECIMAL = pd.ArrowDtype(pa.decimal128(38, 6))
CSV_TYPES = {"value": DECIMAL, "numerator": DECIMAL, "denominator": DECIMAL}


def revenue(days, currency):
    """Net revenue in US dollars by month."""
    chosen = days[(days["kpi"] == "net_revenue") & (currency == "USD")]
    by_month = chosen.groupby(chosen["day"].astype(str).str[:7])["value"].sum()
    assert all(isinstance(value, Decimal) for value in by_month)
    return {month: str(value) for month, value in by_month.items()}


days = pd.read_parquet(home / "parquet" / "kpi_days.parquet", dtype_backend="pyarrow")
periods = pd.read_parquet(home / "parquet" / "kpi_periods.parquet", dtype_backend="pyarrow")
kpis = pd.read_parquet(home / "parquet" / "kpis.parquet", dtype_backend="pyarrow")
csv = pd.read_csv(
    home / "csv" / "kpi_days.csv", engine="pyarrow", dtype=CSV_TYPES, parse_dates=["day"]
)
csv_periods = pd.read_csv(home / "csv" / "kpi_periods.csv", parse_dates=["known_from"])
csv_kpis = pd.read_csv(home / "csv" / "kpis.csv", converters={"dimensions": json.loads})

answers = {
    "version": pd.__version__,
    "types": {
        **{name: str(days[name].dtype) for name in ("day", "dimensions", "value")},
        **{name: str(periods[name].dtype) for name in ("known_from", "complete")},
        "lists": str(kpis["dimensions"].dtype),
    },
    "csv_types": {
        "day": str(csv["day"].dtype),
        "value": str(csv["value"].dtype),
        "known_from": str(csv_periods["known_from"].dtype),
    },
    "rows": [len(periods), len(csv_periods)],
    "revenue": revenue(days, days["dimensions"].map(lambda pairs: dict(pairs).get("currency"))),
    "csv_revenue": revenue(
        csv, csv["dimensions"].map(lambda text: json.loads(text).get("currency"))
    ),
    "list": kpis[kpis["kpi"] == "ad_spend"]["dimensions"].iloc[0],
    "csv_list": csv_kpis[csv_kpis["kpi"] == "ad_spend"]["dimensions"].iloc[0],
    "moments": [
        periods["known_from"].min().isoformat(),
        csv_periods["known_from"].min().isoformat(),
    ],
}
sys.stdout.write(json.dumps(answers))
