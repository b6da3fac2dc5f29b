"""What Dagster loads: everything in `pipelines/defs/`."""

import pkgutil
import warnings
from collections.abc import Iterator
from importlib import import_module

from dagster import (
    BetaWarning,
    Definitions,
    PreviewWarning,
    SupersessionWarning,
    definitions,
    in_process_executor,
    load_definitions_from_module,
    with_source_code_references,
)
from dagster.components.definitions import LazyDefinitions
from dagster_shared.record import copy

from pipelines import settings as okra_settings
from pipelines.errors import OkraError
from pipelines.file_modes import keep_private
from pipelines.garbage import collect_rarely
from pipelines.orchestration.ownership import answered_for, freshness_in
from pipelines.orchestration.structured_log import write_as

FOLDER = "pipelines.defs"
"""The package of the definitions. It is in a layer above this module, so it is named here and not imported."""


def reason_of(error: BaseException) -> BaseException:
    """The fault that a person can mend, out of Dagster's account of where it came up; else that account."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, OkraError):
        cause = cause.__cause__ or cause.__context__
    return cause or error


def loaded() -> Iterator[Definitions]:
    """The definitions of each module. `load_from_defs_folder` would need a pyproject.toml, which a wheel has not."""
    for module in pkgutil.iter_modules(import_module(FOLDER).__path__):
        content = import_module(f"{FOLDER}.{module.name}")
        declared = [x for x in vars(content).values() if isinstance(x, LazyDefinitions)]
        yield from (x() for x in declared)
        if not declared:
            yield load_definitions_from_module(content)


@definitions
def defs() -> Definitions:
    """Assets, checks, jobs, schedules and sensors of Okra."""
    collect_rarely()
    keep_private()
    # what Dagster says of its own functions is no news to who runs a command
    for of_dagster in (BetaWarning, PreviewWarning, SupersessionWarning):
        warnings.simplefilter("ignore", of_dagster)
    try:
        of_modules = Definitions.merge(*loaded())
    except Exception as error:
        raise reason_of(error) from None
    settings = okra_settings.load()
    write_as(settings.log)
    freshness = freshness_in(settings.timezone)
    owned = of_modules.map_asset_specs(func=lambda spec: answered_for(spec, freshness))
    linked = copy(owned, assets=with_source_code_references(list(owned.assets or [])))
    # in one process: a process a step costs seconds of imports each
    return Definitions.merge(linked, Definitions(executor=in_process_executor))
