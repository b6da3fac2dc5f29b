"""The project for tests: as dbt reads it, a part of it, and a copy of the checkout."""

import shutil
import subprocess
from pathlib import Path

from pipelines.inputs.composing import files_below
from pipelines.inputs.composition import Composition
from pipelines.settings import BUILT_IN

OKRA = Composition(files_below(BUILT_IN))


def project_of_kpis(folder: Path) -> Composition:
    """A project of the KPIs in `folder`."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return Composition(
        {f"models/kpis/{path.relative_to(folder).as_posix()}": path for path in files}
    )


def copy_checkout(folder: Path) -> None:
    """Copy every file that is, or is about to be, in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=BUILT_IN,
        capture_output=True,
        text=True,
        check=True,
    )
    for place in listed.stdout.splitlines():
        if (BUILT_IN / place).is_file():
            (folder / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(BUILT_IN / place, folder / place)
