"""What Dagster loads: everything in `pipelines/defs/`."""

from dagster import Definitions, definitions, in_process_executor, load_from_defs_folder

from pipelines.settings import ROOT


@definitions
def defs() -> Definitions:
    """Assets, checks, jobs, schedules and sensors of Okra."""
    # in one process: a process a step costs seconds of imports each
    return Definitions.merge(
        load_from_defs_folder(path_within_project=ROOT), Definitions(executor=in_process_executor)
    )
