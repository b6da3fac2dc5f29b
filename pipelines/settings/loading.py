"""Read the settings of the environment and of `.env`, and refuse those that cannot be right."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from connectors.sdk.errors import Rejected
from connectors.sdk.inner_network import allow_inside
from connectors.sdk.project import PROJECT_FILE, ProjectError, current_project
from connectors.sdk.trust import trust_only
from pipelines.okr.definition.yaml_tree import TreeError
from pipelines.settings.configured_sources import SOURCES_FILE
from pipelines.settings.declared_settings import SettingsError, env_file
from pipelines.settings.installation import Settings
from pipelines.settings.project_file import SECRET_FIELDS, ProjectFile, read_project_file
from pipelines.settings.secret_files import faults_of_files, from_files, secrets
from pipelines.settings.sources_file import read_sources
from pipelines.settings.variables import PREFIX, SUFFIX, read_env_file, unknown_settings


def load() -> Settings:
    """Read the settings, and have this process trust their authorities.

    Raises `SettingsError`, with a line for each variable that is wrong and what it should be.
    """
    from pydantic import ValidationError

    try:
        project = current_project()
    except ProjectError as error:
        raise SettingsError(str(error)) from None
    # pydantic reads the file again, and its reader would log what is told below with its line
    logging.getLogger("dotenv").setLevel(logging.CRITICAL)
    file = env_file(project)
    in_file = read_env_file(file, shown(file))
    own = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    in_sources = variables_of_sources(project)
    in_files = secrets(in_sources)
    own |= in_sources | {f"{name}{SUFFIX}" for name in in_files}
    in_project = read_project_file(project, Settings.model_fields)
    faults = [
        *map(str, in_project.faults),
        *in_file.faults,
        *unknown_settings(in_file, os.environ, own, shown(file), project),
    ]
    variables = {**in_file.values, **{name: value for name, value in os.environ.items() if value}}
    faults += faults_of_files(variables, in_files, project)
    set_elsewhere = {name.upper() for x in (in_file.values, os.environ) for name in x if x[name]}
    written: dict[str, Any] = {
        name: value
        for name, value in in_project.values.items()
        if f"{PREFIX}{name.upper()}" not in set_elsewhere
    }
    of_files = from_files(variables, in_files, project)
    written |= {x: of_files[y] for x in SECRET_FIELDS if (y := f"{PREFIX}{x.upper()}") in of_files}
    try:
        settings = Settings(_env_file=file, **written)
    except ValidationError as error:
        for fault in error.errors():
            field = str(fault["loc"][0])
            place = place_of(field, in_project) if field in {*in_project.lines} & {*written} else ""
            message = fault["msg"].removeprefix("Value error, ")
            faults.append(f"{place or f'{PREFIX}{field.upper()}'}: {message}")
    except (UnicodeDecodeError, OSError):  # which is a fault of the file already
        pass
    else:
        faults += contradictions(settings)
        if not faults:
            return trusting(settings)
    raise SettingsError("\n".join(faults))


def place_of(field: str, file: ProjectFile) -> str:
    """Where the project's file sets a field, for a message."""
    return f"{PROJECT_FILE}:{file.lines[field]}: {field}"


def variables_of_sources(project: Path) -> frozenset[str]:
    """The variables that `sources.yml` takes values from."""
    try:
        return read_sources((project / SOURCES_FILE).read_bytes(), SOURCES_FILE).variables
    except (OSError, TreeError):  # which is a fault of the file
        return frozenset()


def trusting(settings: Settings) -> Settings:
    """`settings`, with their authorities trusted by this process, and files read from where they allow it.

    Raises `SettingsError` where the file has no authorities.
    """
    allow_inside(settings.internal_files)
    if settings.ca_file:
        try:
            trust_only((settings.project_path / settings.ca_file).resolve(), "OKRA_CA_FILE")
        except Rejected as fault:
            raise SettingsError(str(fault)) from None
    return settings


def contradictions(settings: Settings) -> Iterator[str]:
    """A line for each setting that is well written and yet cannot be right."""
    if settings.off_track_below >= settings.on_track_from:
        below, above = settings.off_track_below, settings.on_track_from
        yield f"OKRA_OFF_TRACK_BELOW: {below} is not below OKRA_ON_TRACK_FROM ({above}); write a lower share"
    try:
        if settings.start_date > settings.today():
            day = settings.start_date
            yield f"OKRA_START_DATE: {day} is after today; write the first day to pull"
        _ = settings.instances
    except SettingsError as error:
        yield str(error)


def shown(path: Path) -> str:
    r"""A path as a person would type it: from the project, where it is inside.

    Bytes of the name that are not UTF-8, and characters that cannot be seen, are escaped: `caf\xe9.yml`.
    """
    try:
        project = current_project()
    except ProjectError:
        project = Path.cwd()
    place = os.path.relpath(path, project) if path.is_relative_to(project) else str(path)
    text = os.fsencode(place).decode("utf-8", errors="backslashreplace")
    return "".join(x if x.isprintable() else repr(x)[1:-1] for x in text)
