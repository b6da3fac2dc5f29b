"""An import bundle of Apache Superset: the database, and a dataset per KPI with its metric.

Files and keys are those of `ImportV1DatasetSchema` and `ImportV1DatabaseSchema` (apache/superset,
superset/datasets/schemas.py and superset/databases/schemas.py), version 1.0.0.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, UUID, uuid5

import yaml

from pipelines.publishing.exports.datasets import FIGURES, Column, Dataset

_VERSION = "1.0.0"
_DATABASE = "Okra"
_LAST_DAY = "list_sum([x[2] for x in list(row(day, level)) if x[1] = max(day)])"
"""The levels of the last day of each group, whatever the chart groups by; DuckDB has no shorter way."""


def superset_files(datasets: Sequence[Dataset], published: Path) -> Mapping[str, str]:
    """The files of the bundle by their place in it; `published` is the path that Superset opens."""
    uri = f"duckdb:///{quote(str(published))}?access_mode=read_only"
    database = uuid5(NAMESPACE_URL, uri)
    documents: dict[str, Any] = {
        # an import compares no times, and the same export is the same file
        "metadata.yaml": {
            "version": _VERSION,
            "type": "SqlaTable",
            "timestamp": "2026-01-01T00:00:00+00:00",
        },
        "databases/Okra.yaml": {
            "database_name": _DATABASE,
            "sqlalchemy_uri": uri,
            "cache_timeout": None,
            "expose_in_sqllab": True,
            "allow_run_async": False,
            "allow_ctas": False,
            "allow_cvas": False,
            "allow_dml": False,
            "extra": {},
            "uuid": str(database),
            "version": _VERSION,
        },
    }
    for dataset in datasets:
        documents[f"datasets/{_DATABASE}/{dataset.name}.yaml"] = _document(dataset, database)
    return {
        place: yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
        for place, document in documents.items()
    }


def expression(dataset: Dataset) -> str:
    """The SQL of the metric, which is right over any days and members that a chart chooses."""
    if dataset.kind == "flow":
        return "SUM(amount)"
    if dataset.kind == "stock":
        return _LAST_DAY
    if dataset.kind == "distinct":
        return "CASE WHEN COUNT(DISTINCT month_start) = 1 THEN MAX(level) END"
    if dataset.lower == "denominator_level":
        days = "COUNT(DISTINCT CASE WHEN denominator_level IS NOT NULL THEN day END)"
        return f"SUM(numerator) * {days} / NULLIF(SUM(denominator_level), 0)"
    return "SUM(numerator) / NULLIF(SUM(denominator), 0)"


def _document(dataset: Dataset, database: UUID) -> Mapping[str, Any]:
    return {
        "table_name": dataset.name,
        "main_dttm_col": dataset.day,
        "description": " ".join(filter(None, [dataset.description, dataset.how_to_read])),
        "default_endpoint": None,
        "offset": 0,
        "cache_timeout": None,
        "schema": "main",
        "sql": None if dataset.is_view else dataset.query.format(table=dataset.table),
        "params": None,
        "template_params": None,
        "filter_select_enabled": True,
        "fetch_values_predicate": None,
        "extra": None,
        "uuid": str(uuid5(database, dataset.name)),
        "metrics": [
            {
                "metric_name": dataset.kpi,
                "verbose_name": dataset.label,
                "metric_type": None,
                "expression": expression(dataset),
                "description": f"{dataset.how_to_read} Unit: {dataset.unit}.",
                "d3format": _format(dataset),
                "extra": {},
                "warning_text": None,
            }
        ],
        "columns": [_column(column, dataset.day) for column in dataset.columns],
        "version": _VERSION,
        "database_uuid": str(database),
    }


def _column(column: Column, day: str) -> Mapping[str, Any]:
    return {
        "column_name": column.name,
        "verbose_name": None,
        "is_dttm": column.name == day,
        "is_active": True,
        "type": column.type,
        "groupby": column.name not in FIGURES,
        "filterable": True,
        "expression": None,
        "description": column.description,
        "python_date_format": None,
    }


def _format(dataset: Dataset) -> str:
    if dataset.unit == "fraction":
        return f",.{max(dataset.precision - 2, 0)}%"
    return f",.{dataset.precision}f"
