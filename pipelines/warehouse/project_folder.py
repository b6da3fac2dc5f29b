"""The folder that dbt runs in: a link to each file that somebody wrote, and the files that are generated."""

import shutil
from collections.abc import Callable
from pathlib import Path

from pipelines.inputs.composition import FOLDERS, PACKAGES, Composition
from pipelines.settings import BUILT_IN

ROOT_FILES = ("dbt_project.yml", "profiles.yml")
"""The files at the root of Okra's own project."""
INSTALLED = "dbt_packages"
"""Where dbt installs the packages of a company's."""


def make_folder(composition: Composition, folder: Path) -> None:
    """Have `folder` hold the project. Only what differs is written, each file in one step.

    So a dbt that reads the folder meanwhile finds every file, and the next one reads again only what has changed.
    """
    links = {name: BUILT_IN / name for name in ROOT_FILES} | dict(composition.written)
    remove_others(folder, {*links, *composition.generated})
    for place, target in links.items():
        path = folder / place
        if not (path.is_symlink() and path.readlink() == target):
            put(path, Path.symlink_to, target)
    for place, text in composition.generated.items():
        path = folder / place
        if path.is_symlink() or not path.exists() or path.read_text("utf-8") != text:
            put(path, Path.write_text, text)


def put(path: Path, write: Callable[..., object], content: Path | str) -> None:
    """Have `write` make a temporary file or link beside `path`, and rename it to `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.unlink(missing_ok=True)
    write(temporary, content)
    temporary.replace(path)


def remove_others(folder: Path, places: set[str]) -> None:
    """Remove the files that are not in the project any more. What dbt installed stays while there are packages."""
    for name in FOLDERS:
        for path in (folder / name).rglob("*"):
            is_file = path.is_symlink() or not path.is_dir()
            if is_file and path.relative_to(folder).as_posix() not in places:
                path.unlink()
    if PACKAGES not in places:
        for name in (PACKAGES, "package-lock.yml"):
            (folder / name).unlink(missing_ok=True)
        shutil.rmtree(folder / INSTALLED, ignore_errors=True)
