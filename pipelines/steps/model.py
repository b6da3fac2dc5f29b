"""Before the models run: the lake's catalog, and what dbt has to know."""

from pipelines.inputs.day import Day
from pipelines.warehouse.project import catalog_lake, dbt_environment


def prepare_models(day: Day) -> dict[str, str]:
    """Catalog the lake and return the variables that dbt needs to play the day."""
    catalog_lake(day.settings)
    return dbt_environment(day.settings, day.as_of, day.run_id)
