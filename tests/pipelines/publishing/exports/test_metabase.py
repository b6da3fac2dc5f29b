"""The export for Metabase: its metrics are right over any rows of their models, and its ids stay the same."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from pipelines.publishing.exports.datasets import Dataset
from pipelines.publishing.exports.metabase import metabase_files

Documents = Mapping[str, Any]


@pytest.fixture(scope="module")
def documents(published: Path, datasets: Mapping[str, Dataset]) -> Documents:
    """Each file of the export, without the folders and the ending."""
    files = metabase_files(list(datasets.values()), published)
    return {Path(place).stem: yaml.safe_load(text) for place, text in files.items()}


def sql(clause: Any) -> str:
    """A clause of Metabase's query language as SQL, as its documentation describes the operators."""
    if not isinstance(clause, list):
        return f"'{clause}'" if isinstance(clause, str) else str(clause)
    operator, _, *arguments = clause
    if operator == "field":
        [name] = arguments
        return name if isinstance(name, str) else str(name[-1])
    if operator == "case":
        [[[condition, figure]]] = arguments
        return f"case when {sql(condition)} then {sql(figure)} end"
    if operator == "distinct-where":
        return f"count(distinct case when {sql(arguments[1])} then {sql(arguments[0])} end)"
    words = [sql(argument) for argument in arguments]
    return {
        "sum": "sum({0})",
        "max": "max({0})",
        "distinct": "count(distinct {0})",
        "not-null": "{0} is not null",
        "=": "({0} = {1})",
        "*": "({0} * {1})",
        "/": "({0} / nullif({1}, 0))",
    }[operator].format(*words)


@pytest.mark.parametrize(
    ("kpi", "where", "figure"),
    [
        ("sales", "true", 15),  # 10 + 5
        ("rate", "true", 0.125),  # 5 in 40, and not 1/2 + 4/38
        ("rate", "color = 'red'", 0.5),
        ("per_head", "true", 6),  # 30 by an average of 5, and not by 10
        ("team", "month_start = '2026-01-01'", 10),  # 7 + 3 on the last day
        ("team", "true", None),  # levels of two months do not add up
        ("visitors", "month_start = '2026-01-01'", 900),
        ("visitors", "true", None),  # counts of two months do not either
    ],
)
def test_a_metric_is_right_over_any_rows_of_its_model(
    published: Path, documents: Documents, kpi: str, where: str, figure: float | None
) -> None:
    metric, model = documents[kpi], documents[f"{kpi}-rows"]
    [stage], [rows] = (card["dataset_query"]["stages"] for card in (metric, model))
    assert stage["source-card"] == model["entity_id"]
    [aggregation] = stage["aggregation"]
    conditions = " and ".join([where, *(sql(clause) for clause in rows.get("filters", []))])
    query = f"select {sql(aggregation)} from {rows['source-table'][-1]} where {conditions}"
    with duckdb.connect(str(published), read_only=True) as connection:
        assert connection.execute(query).fetchall() == [(figure,)]


def test_each_kpi_has_a_model_and_a_metric_in_one_collection(documents: Documents) -> None:
    cards = {name: card for name, card in documents.items() if name != "okra"}
    assert {name: card["type"] for name, card in cards.items()} == {
        f"{kpi}{end}": kind
        for kpi in ("sales", "rate", "per_head", "team", "visitors")
        for end, kind in (("", "metric"), ("-rows", "model"))
    }
    assert {card["collection_id"] for card in cards.values()} == {documents["okra"]["entity_id"]}
    assert cards["visitors-rows"]["dataset_query"]["stages"][0]["source-table"] == [
        "Okra",
        "main",
        "kpi_monthly",
    ]
    ids = [document["entity_id"] for document in documents.values()]
    assert len(set(ids)) == 11
    assert all(re.fullmatch("[A-Za-z0-9_-]{21}", entity) for entity in ids)


def test_ids_are_those_of_the_published_file(
    published: Path, datasets: Mapping[str, Dataset]
) -> None:
    chosen = list(datasets.values())
    assert metabase_files(chosen, published) == metabase_files(chosen, published)
    other = metabase_files(chosen, published.with_name("other.duckdb"))
    assert other.keys() == metabase_files(chosen, published).keys()
    assert other != metabase_files(chosen, published)
