"""Builds the models of one KPI and no other, without tests, to show its rows within seconds."""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.connections import connect
from pipelines.errors import OkraError
from pipelines.inputs.day import Day
from pipelines.inputs.sheet_kpis import SHEET_MODEL
from pipelines.settings import BUILT_IN
from pipelines.steps.model import ModelsFailedError, prepare_models
from pipelines.tables.locks import warehouse_lock
from pipelines.tables.table import quoted
from pipelines.warehouse.build_results import sentence_without_values
from pipelines.warehouse.dbt_messages import errors_in
from pipelines.warehouse.project import dbt_program, ensure_manifest, project_of


class OneKpiOnSparkError(OkraError):
    """One KPI cannot be built alone, as Spark has the tables; the text says what to do."""


@dataclass(frozen=True)
class KpiRows:
    """The rows of a KPI as its model gives them: an account, a day or a period, members, and what is measured."""

    columns: Sequence[str]
    rows: Sequence[tuple[Any, ...]]


def build_kpi(day: Day, name: str) -> KpiRows:
    """Build the model of a declared KPI and those above it, and return its rows, the newest first.

    Nothing is published. Raises `ModelsFailedError` with what dbt says where one of them fails.
    """
    if day.settings.engine == "spark":
        raise OneKpiOnSparkError(
            "one KPI is built in DuckDB only; unset OKRA_ENGINE, or run `okra score` and read kpi_days"
        )
    model = day.kpis[name].model
    project = project_of(day.settings, day.declared)
    ensure_manifest(project, os.environ)
    with warehouse_lock(day.settings):
        done = subprocess.run(  # noqa: S603 - our own dbt, arguments of our own
            [
                *(str(dbt_program(day.settings)), "--quiet", "--log-format", "json", "run"),
                *("--select", f"+{model}"),
                *("--project-dir", str(project.folder), "--profiles-dir", str(BUILT_IN)),
            ],
            env={**os.environ, **prepare_models(day, project)},
            cwd=BUILT_IN,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            said = " ".join(errors_in(done.stdout)) or done.stdout + done.stderr
            raise ModelsFailedError(f"{model} does not build: {sentence_without_values(said)}")
        with connect(day.settings.warehouse_path, read_only=True) as connection:
            return rows_of(connection, model, name)


def rows_of(connection: duckdb.DuckDBPyConnection, model: str, name: str) -> KpiRows:
    """All rows of a KPI, by its days or periods."""
    relation = connection.table(f"kpis.{model}")
    if model == SHEET_MODEL:
        relation = relation.filter(
            duckdb.ColumnExpression("kpi") == duckdb.ConstantExpression(name)
        )
    day = "period_start" if "period_start" in relation.columns else "day"
    others = ", ".join(quoted(column) for column in relation.columns)
    return KpiRows(relation.columns, relation.order(f"{day} desc, {others}").fetchall())
