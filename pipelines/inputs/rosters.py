"""The models that say who is meant by "each": one `models/rosters/<name>.sql` each, found by its name."""

from collections.abc import Collection, Iterator, Mapping

from pipelines.okr.definition.faults import Fault, suggestion
from pipelines.okr.definition.yaml_tree import Tree


def roster_faults(
    where: str, declared: Tree, rosters: Mapping[str, str], known: Collection[str]
) -> Iterator[Fault]:
    """A fault for each roster that a KPI names and that does not exist. `declared` is the KPI's part of `where`."""
    for dimension, model in rosters.items():
        if model not in known:
            line = declared.line(("rosters", dimension))
            remedy = suggestion(model, known, f"write models/rosters/{model}.sql")
            yield Fault(where, line, f"there is no roster `{model}`", remedy)
