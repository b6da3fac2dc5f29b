"""The jobs of what comes after the pulls."""

import dagster as dg

from pipelines import settings as okra_settings


@dg.definitions
def jobs() -> dg.Definitions:
    """The report, which begins with the models, and the one that begins with the scores."""
    pulled = [[f"raw_{name}"] for name in okra_settings.load().streams_in_lake]
    report = dg.define_asset_job(
        "report",
        selection=dg.AssetSelection.all() - dg.AssetSelection.key_prefixes(*pulled),
        description="Models what is in the lake, scores every objective and publishes",
    )
    rescore = dg.define_asset_job(
        "rescore",
        selection=dg.AssetSelection.key_prefixes(["okr"], ["published"]),
        description="Scores every objective on the existing KPI tables, and publishes",
    )
    return dg.Definitions(jobs=[report, rescore])
