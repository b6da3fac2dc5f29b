"""The history of KPI figures, by the time they were known, and the log of restatements."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from pipelines.history.restatements import RESTATEMENTS
from pipelines.history.versions import KPI_PERIOD_VERSIONS
from pipelines.orchestration.day import DayResource
from pipelines.orchestration.ui_metadata import column_schema
from pipelines.steps.remember import write_kpi_history
from pipelines.tables.locks import warehouse_lock

HISTORY = dg.AssetKey(["okr", KPI_PERIOD_VERSIONS.name])
LOG = dg.AssetKey(["okr", RESTATEMENTS.name])


@dg.multi_asset(
    name="kpi_history",
    description="Stores the KPI rows with the time from which they were known, and logs restatements",
    specs=[
        dg.AssetSpec(
            HISTORY,
            description=KPI_PERIOD_VERSIONS.comment,
            group_name="okr",
            kinds={"duckdb", "python"},
            deps=[dg.AssetKey(["reporting", "kpi_periods"])],
            metadata=column_schema(KPI_PERIOD_VERSIONS),
        ),
        dg.AssetSpec(
            LOG,
            description=RESTATEMENTS.comment,
            group_name="okr",
            kinds={"duckdb", "python"},
            deps=[HISTORY],
            metadata=column_schema(RESTATEMENTS),
        ),
    ],
    pool="warehouse",
)
def kpi_history(context: dg.AssetExecutionContext, day: DayResource) -> Iterator[Any]:
    played = day.read()
    with warehouse_lock(played.settings):
        restatements = write_kpi_history(played)
    if restatements is None:
        context.log.info(f"{played.as_of} is a past day: the history of the KPIs is unchanged")
    yield dg.MaterializeResult(asset_key=HISTORY, metadata={"as of": played.as_of.isoformat()})
    logged = {} if restatements is None else {"dagster/row_count": restatements}
    yield dg.MaterializeResult(asset_key=LOG, metadata=logged)
