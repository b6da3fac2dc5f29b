"""The models run over all KPIs or not at all."""

import re
from datetime import date

from connectors.lake.catalog import write_catalog
from pipelines.warehouse.kpi_declarations import write_kpis
from tests.models.conftest import dbt


def test_a_kpi_in_sql_that_is_not_declared_stops_the_models_with_the_remedy(warehouse_in) -> None:
    warehouse = warehouse_in("undeclared")
    write_catalog(warehouse.lake.lake, ())
    write_kpis(warehouse.lake.lake, ())
    done = dbt(warehouse, date(2026, 1, 1), "compile", "--select", "stg_lake__kpis")
    assert done.returncode != 0
    told = " ".join(done.stdout.split())
    assert re.search(r"kpis.parquet in the lake does not name \w+; run `okra score`", told)
