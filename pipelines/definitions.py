"""What Dagster loads: everything in `pipelines/defs/`."""

import warnings

from dagster import (
    BetaWarning,
    Definitions,
    definitions,
    in_process_executor,
    load_from_defs_folder,
    with_source_code_references,
)
from dagster_shared.record import copy

from pipelines.settings import ROOT


@definitions
def defs() -> Definitions:
    """Assets, checks, jobs, schedules and sensors of Okra."""
    # links to code are in beta, and no news to who runs a command
    warnings.simplefilter("ignore", BetaWarning)
    loaded = load_from_defs_folder(path_within_project=ROOT)
    linked = copy(loaded, assets=with_source_code_references(list(loaded.assets or [])))
    # in one process: a process a step costs seconds of imports each
    return Definitions.merge(linked, Definitions(executor=in_process_executor))
