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

from pipelines.errors import OkraError
from pipelines.settings import ROOT


def reason_of(error: BaseException) -> BaseException:
    """The fault that a person can mend, out of Dagster's account of where it came up; else that account."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, OkraError):
        cause = cause.__cause__ or cause.__context__
    return cause or error


@definitions
def defs() -> Definitions:
    """Assets, checks, jobs, schedules and sensors of Okra."""
    # links to code are in beta, and no news to who runs a command
    warnings.simplefilter("ignore", BetaWarning)
    try:
        loaded = load_from_defs_folder(path_within_project=ROOT)
    except Exception as error:
        raise reason_of(error) from None
    linked = copy(loaded, assets=with_source_code_references(list(loaded.assets or [])))
    # in one process: a process a step costs seconds of imports each
    return Definitions.merge(linked, Definitions(executor=in_process_executor))
