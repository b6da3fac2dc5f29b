"""dbt projects for tests: Okra's own, and one that has nothing but a folder of KPIs."""

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
