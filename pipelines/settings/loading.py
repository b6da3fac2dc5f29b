"""Read the settings of the environment and of `.env`, and refuse those that cannot be right."""

import os
from collections.abc import Iterator
from pathlib import Path

from connectors.sdk.errors import Rejected
from connectors.sdk.trust import trust_only
from pipelines.okr.definition.yaml_tree import TreeError
from pipelines.settings.installation import ROOT, SOURCES_FILE, Settings, SettingsError, env_file
from pipelines.settings.sources_file import read_sources
from pipelines.settings.variables import PREFIX, read_env_file, unknown_settings


def load() -> Settings:
    """Read the settings, and have this process trust their authorities.

    Raises `SettingsError`, with a line for each variable that is wrong and what it should be.
    """
    from pydantic import ValidationError

    name = shown(env_file())
    in_file = read_env_file(env_file(), name)
    own = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    own |= variables_of_sources()
    faults = [*in_file.faults, *unknown_settings(in_file, os.environ, own, name, ROOT)]
    try:
        settings = Settings(_env_file=env_file())
    except ValidationError as error:
        faults += [
            f"OKRA_{str(fault['loc'][0]).upper()}: {fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors()
        ]
    except (UnicodeDecodeError, OSError):  # which is a fault of the file already
        pass
    else:
        faults += contradictions(settings)
        if not faults:
            return trusting(settings)
    raise SettingsError("\n".join(faults))


def variables_of_sources() -> frozenset[str]:
    """The variables that `sources.yml` takes values from."""
    try:
        return read_sources((ROOT / SOURCES_FILE).read_bytes(), SOURCES_FILE).variables
    except (OSError, TreeError):  # which is a fault of the file
        return frozenset()


def trusting(settings: Settings) -> Settings:
    """`settings`, with their authorities trusted by this process. Raises `SettingsError` where the file has none."""
    if settings.ca_file:
        try:
            trust_only((ROOT / settings.ca_file).resolve(), "OKRA_CA_FILE")
        except Rejected as fault:
            raise SettingsError(str(fault)) from None
    return settings


def contradictions(settings: Settings) -> Iterator[str]:
    """A line for each setting that is well written and yet cannot be right."""
    try:
        if settings.start_date > settings.today():
            day = settings.start_date
            yield f"OKRA_START_DATE: {day} is after today; write the first day to pull"
        _ = settings.instances
    except SettingsError as error:
        yield str(error)


def shown(path: Path) -> str:
    """A path as a person would type it: from the project, where it is inside."""
    return os.path.relpath(path, ROOT) if path.is_relative_to(ROOT) else str(path)
