"""DuckDB's own clients, from the oldest that can read the storage version: all give the same answers."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.bi.conftest import Answers, Clients
from tests.bi.expected import QUESTIONS, REVENUE, UNITS
from tests.end_to_end.recipes import MIXED_MONTH, NOTHING_YET, REVENUE_BY_MONTH, queries

VERSIONS = ["1.2.0", "1.2.*", "1.3.*", "1.4.*", "1.5.*", "2.*"]
"""The oldest that reads storage version v1.2.0, and the newest release of each line since."""


@pytest.fixture(scope="module", params=[*VERSIONS, "node"])
def answers(request: pytest.FixtureRequest, clients: Clients, published: Path) -> Answers:
    """One client's answers about the published file."""
    if request.param == "node":
        ask = clients.node("node_api.mjs", "@duckdb/node-api@latest")
    else:
        # before 2.0 it needs pytz to fetch timestamps with a time zone, and does not install it
        ask = clients.python("duckdb_package.py", f"duckdb=={request.param}", "pytz")
    answered = ask(published, QUESTIONS | queries())
    version = answered["version"].removeprefix("v")
    assert request.param == "node" or version.startswith(request.param.removesuffix("*"))
    return answered


def test_each_table_has_its_comment(answers: Answers, manifest: dict[str, Any]) -> None:
    assert [name for name, _ in answers["tables"]] == sorted(manifest["tables"])
    assert all(comment for _, comment in answers["tables"])


def test_each_column_has_its_comment(answers: Answers, manifest: dict[str, Any]) -> None:
    assert {table for table, _, _ in answers["columns"]} == set(manifest["tables"])
    assert [row for row in answers["columns"] if not row[2]] == []
    assert answers["columns_of_views"] != []
    assert [row for row in answers["columns_of_views"] if not row[2]] == []


def test_all_rows_are_there(answers: Answers, manifest: dict[str, Any]) -> None:
    assert answers["rows"] == [[manifest["tables"]["kpi_periods"]["rows"]]]


def test_net_revenue_of_each_month_is_exact(answers: Answers) -> None:
    assert {month: Decimal(value) * 100 for month, value in answers["revenue"]} == REVENUE


def test_a_map_is_filtered_by_its_key(answers: Answers) -> None:
    assert {product: Decimal(value) for product, value in answers["units"]} == UNITS


def test_a_map_a_day_and_a_decimal_keep_their_types(answers: Answers) -> None:
    [[day, dimensions, value]] = answers["days"]
    assert day == "2026-09-30"
    assert dimensions == {"product": "thingamajig", "color": "blue"}
    assert Decimal(value) > 0
    assert isinstance(value, str)


def test_a_list_keeps_its_type(answers: Answers) -> None:
    assert answers["lists"] == [[["currency", "platform"]]]


def test_a_timestamp_is_the_same_instant(answers: Answers) -> None:
    [[known_from, microseconds]] = answers["instants"]
    # Node's timestamps have milliseconds
    expected = datetime.fromtimestamp(microseconds // 1000 / 1000, UTC)
    instant = datetime.fromisoformat(known_from)
    assert abs((instant - expected).total_seconds()) < 0.001
    assert instant.utcoffset() == expected.utcoffset()


def test_the_queries_of_the_page_return_rows(answers: Answers) -> None:
    month, value, *_ = answers["A KPI by month, and its change"][-2]
    assert (month, Decimal(value) * 100) == ("2026-10-01", REVENUE["2026-10"])
    unanswered = {title for title in queries() if not answers[title]}
    assert unanswered <= NOTHING_YET


def test_the_amounts_of_the_months_are_those_of_the_books(answers: Answers) -> None:
    months = {month: amount for month, amount, *_ in answers[REVENUE_BY_MONTH]}
    books = {month: cents for month, cents in REVENUE.items() if month != MIXED_MONTH}
    assert {month: round(months[f"{month}-01"] * 100) for month in books} == books
