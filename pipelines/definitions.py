"""What Dagster loads: everything in `pipelines/defs/`."""

from dagster import Definitions, definitions, load_from_defs_folder

from pipelines.settings import ROOT


@definitions
def defs() -> Definitions:
    """Assets, checks, jobs, schedules and sensors of Okra."""
    return load_from_defs_folder(path_within_project=ROOT)
