"""A dbt package for MetricFlow: a model, a semantic model and metrics per KPI, and the days as time spine.

The YAML is the one that dbt-core 1.11 reads (dbt/contracts/graph/unparsed.py); docs.getdbt.com/docs/build explains it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from pipelines.publishing.exports.datasets import Dataset

_SOURCE = "okra"
_DAY, _MONTH = "business_day", "business_month"
"""Names of the time dimensions; `day` and `month` are reserved for granularities."""
_GRANULARITIES = frozenset({"day", "week", "month", "quarter", "year", "hour", "minute", "second"})
_SPINE = "okra_time_spine"


def metricflow_files(datasets: Sequence[Dataset]) -> Mapping[str, str]:
    """The files of the package by their place in it."""
    tables = sorted({dataset.table for dataset in datasets} | {"calendar"})
    documents: dict[str, Any] = {
        "dbt_project.yml": {
            "name": "okra_metrics",
            "version": "1.0.0",
            "config-version": 2,
            "profile": "okra",
            "model-paths": ["models"],
            "models": {"okra_metrics": {"+materialized": "view"}},
        },
        "models/sources.yml": {
            "version": 2,
            "sources": [
                {
                    "name": _SOURCE,
                    "description": "Okra's published file, attached read-only under this name",
                    "database": _SOURCE,
                    "schema": "main",
                    "tables": [{"name": table} for table in tables],
                }
            ],
        },
        "models/time_spine.yml": {
            "version": 2,
            "models": [
                {
                    "name": _SPINE,
                    "description": "One row a day",
                    "time_spine": {"standard_granularity_column": "day"},
                    "columns": [{"name": "day", "granularity": "day"}],
                }
            ],
        },
        "models/metrics.yml": {
            "version": 2,
            "semantic_models": [_semantic_model(dataset) for dataset in datasets],
            "metrics": [metric for dataset in datasets for metric in _metrics(dataset)],
        },
    }
    files = {
        place: yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
        for place, document in documents.items()
    }
    files[f"models/{_SPINE}.sql"] = f"select day from {_source('calendar')}\n"  # noqa: S608 - our own names
    for dataset in datasets:
        query = dataset.query.format(table=_source(dataset.table))
        files[f"models/{_model(dataset)}.sql"] = f"{query}\n"
    return files


def _source(table: str) -> str:
    return f"{{{{ source('{_SOURCE}', '{table}') }}}}"


def _model(dataset: Dataset) -> str:
    """Not the name of the published view, so that both can be in one database."""
    return f"okra_{dataset.name}"


def _semantic_model(dataset: Dataset) -> Mapping[str, Any]:
    time, grain = (_DAY, "day") if dataset.is_view else (_MONTH, "month")
    return {
        "name": dataset.name,
        "description": " ".join(filter(None, [dataset.description, dataset.how_to_read])),
        "model": f"ref('{_model(dataset)}')",
        "defaults": {"agg_time_dimension": time},
        "primary_entity": f"{dataset.kpi}_{grain}",
        "dimensions": [
            {
                "name": time,
                "type": "time",
                "expr": dataset.day,
                "type_params": {"time_granularity": grain},
            },
            *(
                {
                    "name": f"{column.name}_name" if column.name in _GRANULARITIES else column.name,
                    "type": "categorical",
                    "expr": column.name,
                    "description": column.description,
                }
                for column in dataset.members
            ),
        ],
        "measures": _measures(dataset),
    }


def _measures(dataset: Dataset) -> Sequence[Mapping[str, Any]]:
    def measure(suffix: str, agg: str, expr: str, **more: Any) -> Mapping[str, Any]:
        return {"name": f"{dataset.kpi}_{suffix}", "agg": agg, "expr": expr, **more}

    if dataset.kind == "flow":
        return [measure("amount", "sum", "amount")]
    if dataset.kind == "stock":
        last = {"name": _DAY, "window_choice": "max"}
        return [measure("level", "sum", "level", non_additive_dimension=last)]
    if dataset.kind == "distinct":
        return [
            measure("level", "max", "level"),
            measure("months", "count_distinct", "month_start"),
        ]
    measures = [
        measure("numerator", "sum", "numerator"),
        measure("denominator", "sum", dataset.lower),
    ]
    if dataset.lower == "denominator_level":
        known = "case when denominator_level is not null then day end"
        measures.append(measure("days", "count_distinct", known))
    return measures


def _metrics(dataset: Dataset) -> Sequence[Mapping[str, Any]]:
    """The metric of the KPI under its own name, last, after the ones that it is made of."""
    names = [measure["name"] for measure in _measures(dataset)]
    if len(names) == 1:
        return [_metric(dataset, "simple", {"measure": names[0]})]
    parts = [
        {
            "name": name,
            "label": f"{dataset.label}: {name.removeprefix(f'{dataset.kpi}_')}",
            "description": f"A part of {dataset.kpi}, which is the metric to show.",
            "type": "simple",
            "type_params": {"measure": name},
        }
        for name in names
    ]
    if dataset.kind == "distinct":
        level, months = names
        expr = f"case when {months} = 1 then {level} end"
    elif dataset.lower == "denominator_level":
        upper, lower, days = names
        expr = f"{upper} * {days} / nullif({lower}, 0)"
    else:
        upper, lower = names
        return [*parts, _metric(dataset, "ratio", {"numerator": upper, "denominator": lower})]
    inputs = [{"name": name} for name in names]
    return [*parts, _metric(dataset, "derived", {"expr": expr, "metrics": inputs})]


def _metric(dataset: Dataset, kind: str, type_params: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "name": dataset.kpi,
        "label": dataset.label,
        "description": f"{dataset.how_to_read} Unit: {dataset.unit}.",
        "type": kind,
        "type_params": dict(type_params),
    }
