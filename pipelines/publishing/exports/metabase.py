"""Metabase's serialization: a collection with a model and a metric per KPI, for its own import.

Files and keys are those of the Metabase Representation Format 1.0.0 (github.com/metabase/representations, `core-spec`),
which metabase.com/docs/latest/installation-and-operation/serialization names as the format of its import.
"""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from pipelines.publishing.exports.datasets import MONTHLY, Dataset

DATABASE = "Okra"
"""What the database has to be called in Metabase: its import finds databases by their name."""
_COLLECTION = "okra"
_CREATOR = "internal@metabase.com"
"""Metabase's own user for what no person made."""
Clause = list[Any]
"""An expression of Metabase's query language: operator, options, arguments."""


def metabase_files(datasets: Sequence[Dataset], published: Path) -> Mapping[str, str]:
    """The files of the export by their place in it. The same `published` path gives the same ids."""
    collection = _id(published, "Collection", _COLLECTION)
    documents: dict[str, Any] = {
        f"collections/main/{_COLLECTION}.yaml": {
            "name": DATABASE,
            "description": "KPIs as Okra publishes them: start from their metrics",
            "entity_id": collection,
            "slug": _COLLECTION,
            "serdes/meta": _meta("Collection", collection, _COLLECTION),
        }
    }
    for dataset in datasets:
        # a KPI has no hyphen in its name, so no KPI is called as the rows of another
        model, metric = f"{dataset.kpi}-rows", dataset.kpi
        rows = _id(published, "Card", model)
        grain = "months" if is_monthly(dataset) else "days"
        cards = {
            model: _card(dataset, f"{dataset.label}: {grain}", "model", "table", _rows(dataset)),
            metric: _card(dataset, dataset.label, "metric", "line", _figure(dataset, rows)),
        }
        for name, card in cards.items():
            entity = _id(published, "Card", name)
            documents[f"collections/main/{_COLLECTION}/{name}.yaml"] = {
                **card,
                "entity_id": entity,
                "collection_id": collection,
                "serdes/meta": _meta("Card", entity, name),
            }
    return {
        place: yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
        for place, document in documents.items()
    }


def is_monthly(dataset: Dataset) -> bool:
    """Whether its metric is of months: the language has no level of the last day of a group."""
    return dataset.kind in {"distinct", "stock"}


def aggregation(dataset: Dataset) -> Clause:
    """The metric over the rows of the model, right over any of them that a question chooses."""
    if is_monthly(dataset):
        months: Clause = ["distinct", {}, _field("month_start", "type/Date")]
        level: Clause = ["max", {}, _field("level")]
        return ["case", {}, [[["=", {}, months, 1], level]]]
    if dataset.kind == "flow":
        return ["sum", {}, _field("amount")]
    upper: Clause = ["sum", {}, _field("numerator")]
    lower: Clause = ["sum", {}, _field(dataset.lower)]
    if dataset.lower == "denominator_level":
        known: Clause = ["not-null", {}, _field("denominator_level")]
        days: Clause = ["distinct-where", {}, _field("day", "type/Date"), known]
        return ["/", {}, ["*", {}, upper, days], lower]
    return ["/", {}, upper, lower]


def _rows(dataset: Dataset) -> Mapping[str, Any]:
    """The query of the model: the view of days, or the KPI's rows of `kpi_monthly`."""
    if not is_monthly(dataset):
        return {"source-table": [DATABASE, "main", dataset.table]}
    place = [DATABASE, "main", MONTHLY]

    def column(name: str) -> Clause:
        return ["field", {}, [*place, name]]

    return {
        "source-table": place,
        "fields": [column(name) for name in ("month_start", "status", "trust", "level", "unit")],
        "filters": [["=", {}, column("kpi"), dataset.kpi]],
    }


def _figure(dataset: Dataset, rows: str) -> Mapping[str, Any]:
    """The query of the metric, over the model with the id `rows`."""
    time = "month_start" if is_monthly(dataset) else "day"
    by_month = {"base-type": "type/Date", "temporal-unit": "month"}
    return {
        "source-card": rows,
        "aggregation": [aggregation(dataset)],
        "breakout": [["field", by_month, time]],
    }


def _card(
    dataset: Dataset, name: str, kind: str, display: str, stage: Mapping[str, Any]
) -> dict[str, Any]:
    how_to_read = (
        "The level at the end of one month. Levels of several months do not add up, so they have none."
        if dataset.kind == "stock"
        else dataset.how_to_read
    )
    texts = [dataset.description, how_to_read, f"Unit: {dataset.unit}."]
    return {
        "name": name,
        "description": " ".join(filter(None, texts)),
        "type": kind,
        "display": display,
        "creator_id": _CREATOR,
        "dataset_query": {
            "lib/type": "mbql/query",
            "database": DATABASE,
            "stages": [{"lib/type": "mbql.stage/mbql", **stage}],
        },
        "visualization_settings": {},
        "parameters": [],
        "parameter_mappings": [],
    }


def _field(name: str, kind: str = "type/Float") -> Clause:
    """A column of the model, which the language knows by its name."""
    return ["field", {"base-type": kind}, name]


def _id(published: Path, model: str, name: str) -> str:
    """21 characters of Metabase's alphabet for ids, always the same for one thing of one published file."""
    digest = hashlib.sha256(f"{published}\n{model}\n{name}".encode()).digest()
    return urlsafe_b64encode(digest).decode()[:21]


def _meta(model: str, entity: str, label: str) -> list[Mapping[str, str]]:
    return [{"id": entity, "label": label, "model": model}]
