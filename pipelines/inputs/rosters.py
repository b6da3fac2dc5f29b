"""The models that say who is meant by "each": one `models/rosters/<name>.sql` each, found by its name."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from pipelines.okr.definition.faults import Fault, suggestion
from pipelines.okr.definition.yaml_tree import Tree
from pipelines.settings import ROOT

ROSTER_FOLDER = ROOT / "models" / "rosters"


def roster_models(folder: Path = ROSTER_FOLDER) -> list[str]:
    """The names of the models, in order."""
    return sorted(path.stem for path in folder.glob("*.sql"))


def roster_faults(
    where: str, declared: Tree, rosters: Mapping[str, str], folder: Path = ROSTER_FOLDER
) -> Iterator[Fault]:
    """A fault for each roster that a KPI names and that does not exist. `declared` is the KPI's part of `where`."""
    known = roster_models(folder)
    for dimension, model in rosters.items():
        if model not in known:
            line = declared.line(("rosters", dimension))
            remedy = suggestion(model, known, f"write models/{folder.name}/{model}.sql")
            yield Fault(where, line, f"there is no roster `{model}`", remedy)
