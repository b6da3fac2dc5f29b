"""The two folders that files are read from: what Okra ships, and the project, which is a company's own.

The project is the folder that OKRA_PROJECT names, else the working directory or the nearest folder above it that has
an `okra.yml`, else Okra's own checkout, which is the project of the sample company.
"""

import os
from pathlib import Path

PROJECT_FILE = "okra.yml"
"""The file that makes a folder a project. It holds the settings."""
PACKAGES = Path(__file__).resolve().parents[2]
"""The folder of the packages `connectors` and `pipelines`: a checkout, or where a wheel was installed."""
IN_WHEEL = PACKAGES / "pipelines" / "built_in"
"""Where a wheel has what a checkout has at its root: models, macros, dbt_project.yml, profiles.yml, dagster.yaml."""
CHECKOUT: Path | None = None if IN_WHEEL.is_dir() else PACKAGES
"""Okra's own checkout; None where Okra was installed from a wheel."""
BUILT_IN: Path = CHECKOUT or IN_WHEEL
"""The folder of the models and configuration that Okra ships. Nothing is written into it but by a checkout."""


class ProjectError(Exception):
    """There is no project; the message says how to make one or how to name it."""


def current_project() -> Path:
    """The project's folder, absolute. Raises `ProjectError`."""
    named = os.environ.get("OKRA_PROJECT")
    if named:
        return named_project(Path(named).expanduser().resolve())
    folder = Path.cwd()
    around = next((x for x in (folder, *folder.parents) if (x / PROJECT_FILE).is_file()), CHECKOUT)
    if around is None:
        raise ProjectError(
            f"there is no {PROJECT_FILE} in {folder} or above it; `okra init acme` makes the folder acme, "
            "then `cd acme`"
        )
    return around


def named_project(folder: Path) -> Path:
    """The folder that was named as the project. Raises `ProjectError` where it is none."""
    if folder == CHECKOUT or (folder / PROJECT_FILE).is_file():
        return folder
    what = f"{folder} has no {PROJECT_FILE}" if folder.is_dir() else f"{folder} is no folder"
    raise ProjectError(f"{what}; name a project's folder, or make one by `okra init {folder}`")
