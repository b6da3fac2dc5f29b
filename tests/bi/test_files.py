"""The Parquet and CSV files, for tools without DuckDB: pandas and Polars read the same types and sums."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines.publishing.snapshot import export
from tests.bi.conftest import Answers, Clients
from tests.bi.expected import REVENUE


@pytest.fixture(scope="module")
def pandas(clients: Clients, published: Path) -> Answers:
    """pandas' answers about the files."""
    export(published, {}, csv=True)
    return clients.python("pandas_files.py", "pandas", "pyarrow")(published)


@pytest.fixture(scope="module")
def polars(clients: Clients, published: Path) -> Answers:
    """Polars' answers about the files."""
    return clients.python("polars_files.py", "polars>=2")(published)


def cents(revenue: Mapping[str, str]) -> dict[str, Decimal]:
    return {month: Decimal(revenue[month]) * 100 for month in REVENUE}


def test_pandas_reads_the_types_of_parquet(pandas: Answers) -> None:
    types = {name: kind.removesuffix("[pyarrow]") for name, kind in pandas["types"].items()}
    assert types["day"] == "date32[day]"
    assert types["value"] == "decimal128(38, 6)"
    assert types["known_from"] == "timestamp[us, tz=UTC]"
    assert types["complete"] == "bool"
    assert types["dimensions"].startswith("map<string, string")
    assert types["lists"].startswith("list<")


def test_polars_reads_the_types_of_parquet(polars: Answers) -> None:
    assert polars["types"] == {
        "day": "Date",
        "dimensions": "Map(String, String)",
        "value": "Decimal(precision=38, scale=6)",
        "known_from": "Datetime(time_unit='us', time_zone='UTC')",
        "complete": "Boolean",
        "lists": "List(String)",
    }


def test_a_csv_with_declared_types_has_days_decimals_and_timestamps(pandas: Answers) -> None:
    types = pandas["csv_types"]
    assert types["day"].startswith("datetime64[")
    assert types["value"] == "decimal128(38, 6)[pyarrow]"
    assert types["known_from"].endswith("UTC]")


def test_net_revenue_of_each_month_is_exact_in_every_format(
    pandas: Answers, polars: Answers
) -> None:
    assert cents(pandas["revenue"]) == REVENUE
    assert cents(pandas["csv_revenue"]) == REVENUE
    assert cents(polars["revenue"]) == REVENUE


def test_a_list_is_a_list_in_every_format(pandas: Answers, polars: Answers) -> None:
    assert pandas["list"] == pandas["csv_list"] == polars["list"] == ["currency", "platform"]


def test_every_format_has_all_rows_and_the_same_timestamp(
    pandas: Answers, polars: Answers, manifest: dict[str, Any]
) -> None:
    assert {*pandas["rows"], *polars["rows"]} == {manifest["tables"]["kpi_periods"]["rows"]}
    assert len({*pandas["moments"], *polars["moments"]}) == 1
