"""Evidence's DuckDB connector: JavaScript numbers, dates and types."""

from pathlib import Path

import pytest

from tests.bi.conftest import Answers, Clients
from tests.bi.expected import QUESTIONS, REVENUE, UNITS


@pytest.fixture(scope="module")
def answers(clients: Clients, published: Path) -> Answers:
    """The data that the connector gives to a page."""
    asked = ("revenue", "units", "days", "instants")
    ask = clients.node("evidence.mjs", "@evidence-dev/duckdb@latest")
    return ask(published, {name: QUESTIONS[name] for name in asked})


def test_net_revenue_of_each_month_is_a_number(answers: Answers) -> None:
    revenue = {row["month"]: row["revenue"] for row in answers["revenue"]["rows"]}
    assert {month: round(value * 100) for month, value in revenue.items()} == REVENUE
    assert answers["revenue"]["types"] == {"month": "string", "revenue": "number"}


def test_a_map_is_filtered_by_its_key(answers: Answers) -> None:
    assert {row["product"]: row["units"] for row in answers["units"]["rows"]} == UNITS


def test_days_and_timestamps_are_dates(answers: Answers) -> None:
    assert answers["days"]["types"]["day"] == "date"
    assert answers["days"]["rows"][0]["day"] == "2026-09-30T00:00:00.000Z"
    assert answers["instants"]["types"]["known_from"] == "date"
