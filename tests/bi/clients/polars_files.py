"""Polars on the Parquet files beside the published file: types and sums."""

import json
import sys
from pathlib import Path

import polars as pl

folder = Path(sys.argv[1]).parent / "parquet"
days = pl.read_parquet(folder / "kpi_days.parquet")
periods = pl.read_parquet(folder / "kpi_periods.parquet")
kpis = pl.read_parquet(folder / "kpis.parquet")
revenue = (
    days.filter(pl.col("kpi") == "net_revenue", pl.col("dimensions").map.get("currency") == "USD")
    .group_by(pl.col("day").dt.strftime("%Y-%m").alias("month"))
    .agg(pl.col("value").sum())
)
answers = {
    "version": pl.__version__,
    "types": {
        **{name: str(days.schema[name]) for name in ("day", "dimensions", "value")},
        **{name: str(periods.schema[name]) for name in ("known_from", "complete")},
        "lists": str(kpis.schema["dimensions"]),
    },
    "rows": [len(periods)],
    "revenue": {month: str(value) for month, value in revenue.rows()},
    "list": kpis.filter(pl.col("kpi") == "ad_spend")["dimensions"].to_list()[0],
    "moments": [periods["known_from"].min().isoformat()],
}
sys.stdout.write(json.dumps(answers))
