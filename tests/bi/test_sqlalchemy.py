"""SQLAlchemy, which Superset and many programs use: reflection, rows and comments with both DuckDB dialects."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.bi.conftest import Answers, Clients
from tests.bi.expected import REVENUE
from tests.end_to_end.recipes import MIXED_MONTH, NOTHING_YET, REVENUE_BY_MONTH, queries

STACKS = {
    "duckdb-sqlalchemy": ["duckdb-sqlalchemy", "sqlalchemy>=2.1", "duckdb==2.*"],
    # the requirements of apache-superset[duckdb] 6.1, which needs SQLAlchemy 1.4
    "superset": ["duckdb-engine>=0.17", "sqlalchemy>=1.4,<2", "duckdb>=1.4.2,<2", "pytz"],
}


@pytest.fixture(scope="module", params=STACKS)
def answers(request: pytest.FixtureRequest, clients: Clients, published: Path) -> Answers:
    """One dialect's answers about the published file."""
    return clients.python("sqlalchemy_reflection.py", *STACKS[request.param])(published, queries())


def test_all_tables_are_reflected_with_their_comments(
    answers: Answers, manifest: dict[str, Any]
) -> None:
    assert set(answers["tables"]) == set(manifest["tables"])
    without_comment = [
        (table, column)
        for table, (comment, columns) in answers["tables"].items()
        for column, text in {"": comment, **columns}.items()
        if not text
    ]
    assert without_comment == []


def test_columns_have_the_types_that_a_bi_tool_needs(answers: Answers) -> None:
    types = {
        name: answers["types"][name] for name in ("kpi", "period_start", "value", "known_from")
    }
    assert types == {
        "kpi": "STRING",
        "period_start": "DATE",
        "value": "NUMERIC",
        "known_from": "TIMESTAMP",
    }
    assert answers["types"]["complete"] == "BOOLEAN"


def test_net_revenue_of_each_month_is_exact(answers: Answers) -> None:
    cents = {month: Decimal(value) * 100 for month, value in answers["revenue"].items()}
    assert {month: cents[month] for month in REVENUE} == REVENUE


def test_a_map_and_a_timestamp_keep_their_types(answers: Answers) -> None:
    assert answers["dimensions"] == {"currency": "USD", "platform": "google_ads"}
    assert round(answers["moment"] * 1_000_000) == answers["microseconds"]


def test_the_file_is_read_only(answers: Answers) -> None:
    assert "read-only" in answers["refusal"]


def test_the_queries_of_the_page_return_rows(answers: Answers) -> None:
    assert {title for title, rows in answers["questions"].items() if not rows} <= NOTHING_YET
    months = dict(row[:2] for row in answers["questions"][REVENUE_BY_MONTH])
    books = {month: cents for month, cents in REVENUE.items() if month != MIXED_MONTH}
    assert {month: round(float(months[f"{month}-01"]) * 100) for month in books} == books
