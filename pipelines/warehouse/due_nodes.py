"""Which models a build makes again, and which tests it runs.

A model is made from its text, the macros that it calls, its configuration, the variables of the build, the models that
it reads and the windows of its stream. A hash of all this is its fingerprint. A table is made again when it changed, as
is a view that names files of the lake; another view only when its text, or that of a model it reads, did.

Everything is made and tested where a week has passed, where a text changed, and until no test fails or warns. In the
builds between, a test runs where it guards what came in: the rows of a staging model or a mart, or a model that is not
Okra's own.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

import duckdb

from pipelines.connections import connect
from pipelines.inputs.composition import Composition
from pipelines.settings import BUILT_IN, Settings
from pipelines.tables.table import transaction
from pipelines.warehouse.build_results import Graph, NodeResult
from pipelines.warehouse.fingerprints import (
    MODELS,
    Fingerprint,
    ModelInputs,
    is_read_in_place,
)

TEST_EVERYTHING_EVERY = timedelta(days=7)
GUARDING_LAYERS = frozenset({"staging", "marts"})
"""The layers whose tests guard what came in. Those of other layers hold whatever came, unless a text is wrong."""
STATE = """
    create schema if not exists lake_state;
    create table if not exists lake_state.made_models (
        model varchar, place varchar, definition varchar, content varchar
    );
    create table if not exists lake_state.clean_tests (tested_on date, definitions varchar)
"""


@dataclass(frozen=True)
class Made:
    """What the warehouse knows of earlier builds."""

    models: Mapping[str, Fingerprint] = field(default_factory=dict)
    """By dbt's unique id; those whose table or view is no longer there are left out."""
    tested_on: date | None = None
    """The last day on which every test ran and none failed."""
    definitions: str = ""
    """A hash of the definitions of all models on that day."""


@dataclass(frozen=True)
class DueNodes:
    """What a build runs, by dbt's unique ids."""

    models: Set[str]
    tests: Set[str]
    renewed_views: Set[str]
    """The views that stay as they are, over tables that are made again."""
    is_everything: bool


def due_nodes(
    inputs: ModelInputs, composition: Composition, made: Made, as_of: date, *, everything: bool
) -> DueNodes:
    """What a build on the day `as_of` has to run. `everything`: whatever was made and tested before."""
    nodes = inputs.manifest["nodes"]
    tests = {name for name in nodes if not name.startswith(MODELS)}
    if (
        everything
        or made.definitions != inputs.definitions
        or made.tested_on is None
        or not made.tested_on <= as_of < made.tested_on + TEST_EVERYTHING_EVERY
    ):
        return DueNodes(set(inputs.fingerprints), tests, set(), is_everything=True)
    models, renewed_views = set[str](), set[str]()
    for name, fingerprint in inputs.fingerprints.items():
        before = made.models.get(name)
        if before is None or before.definition != fingerprint.definition:
            models.add(name)
        elif before.content != fingerprint.content:
            node = nodes[name]
            is_view = node["config"]["materialized"] == "view" and not is_read_in_place(node)
            (renewed_views if is_view else models).add(name)
    changed = models | renewed_views
    guarding = {test for test in tests if guards(test, inputs, composition, changed)}
    return DueNodes(models, guarding, renewed_views, is_everything=False)


def guards(test: str, inputs: ModelInputs, composition: Composition, changed: Set[str]) -> bool:
    """Whether a test guards what came into one of the changed models."""
    node = inputs.manifest["nodes"][test]
    tested = {node["attached_node"]} if node.get("attached_node") else set(inputs.parents(test))
    for name in tested & changed:
        model = inputs.manifest["nodes"][name]
        path = composition.written.get(model["original_file_path"])
        is_own = path is None or not path.is_relative_to(BUILT_IN)
        if is_own or GUARDING_LAYERS & set(model["fqn"][1:2]):
            return True
    return False


def read_made(settings: Settings) -> Made:
    """What the warehouse holds; nothing where there is no warehouse yet."""
    if not settings.warehouse_path.exists():
        return Made()
    with connect(settings.warehouse_path, read_only=True) as connection:
        existing = {
            name
            for (name,) in connection.execute(
                "select lower(table_schema || '.' || table_name) from information_schema.tables"
            ).fetchall()
        }
        if "lake_state.made_models" not in existing:
            return Made()
        rows = connection.execute(
            "select model, place, definition, content from lake_state.made_models"
        ).fetchall()
        tested = connection.execute(
            "select tested_on, definitions from lake_state.clean_tests"
        ).fetchall()
    models = {
        model: Fingerprint(definition, content)
        for model, place, definition, content in rows
        if place.lower() in existing
    }
    return Made(models, *(tested[0] if tested else ()))


@dataclass(frozen=True)
class BuildPlan:
    """What a run builds, and the note in the warehouse of what it has built."""

    settings: Settings
    graph: Graph
    inputs: ModelInputs
    due: DueNodes
    as_of: date

    @property
    def nodes(self) -> Set[str] | None:
        """The nodes that are built; None where it is everything."""
        return None if self.due.is_everything else self.due.models | self.due.tests

    @property
    def environment(self) -> Mapping[str, str]:
        """The variable that says whether kept days are worked out again, and tests look at rows that did not change."""
        return {"OKRA_SCOPE": "everything" if self.due.is_everything else "changes"}

    @cached_property
    def not_made(self) -> Sequence[str]:
        """The models that stay as they are, each after those that it reads."""
        # a fingerprint is worked out after those of the models that it covers
        return [name for name in self.inputs.fingerprints if name not in self.due.models]

    def above(self, node: str) -> Set[str]:
        """The models that a node reads, by itself and through others."""
        above, waiting = set[str](), list(self.inputs.parents(node))
        while waiting:
            name = waiting.pop()
            if name in self.inputs.fingerprints and name not in above:
                above.add(name)
                waiting += self.inputs.parents(name)
        return above

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to make and nothing to test."""
        return not (self.due.models or self.due.tests)

    def begin(self) -> None:
        """Note that the models are being made: should the build break off, they are made again."""
        with transaction(self.settings.warehouse_path) as connection:
            connection.execute(STATE)
            self._forget(connection, self.due.models)
            if self.due.is_everything:
                connection.execute("delete from lake_state.clean_tests")

    def finish(self, results: Sequence[NodeResult]) -> None:
        """Note what was made. `results`: those of the first build of the run.

        Where something failed, the core is built without it, and is due again in the next run.
        """
        is_clean = not any(result.failed or result.status == "warn" for result in results)
        made = {
            result.node
            for result in results
            if result.status == "success" and result.node.startswith(MODELS)
        }
        if not is_clean:
            made -= self.graph.core
        rows = [self._row(name) for name in sorted(made | self.due.renewed_views)]
        with transaction(self.settings.warehouse_path) as connection:
            self._forget(connection, made | self.due.renewed_views)
            if rows:
                connection.executemany(
                    "insert into lake_state.made_models values ($1, $2, $3, $4)", rows
                )
            if not is_clean:
                connection.execute("delete from lake_state.clean_tests")
            elif self.due.is_everything:
                tested = [self.as_of, self.inputs.definitions]
                connection.execute("insert into lake_state.clean_tests values ($1, $2)", tested)

    def _forget(self, connection: duckdb.DuckDBPyConnection, models: Set[str]) -> None:
        """Remove what is noted of models."""
        connection.execute(
            "delete from lake_state.made_models where list_contains($1, model)", [sorted(models)]
        )

    def _row(self, name: str) -> list[str]:
        node, fingerprint = self.inputs.manifest["nodes"][name], self.inputs.fingerprints[name]
        place = f"{node['schema']}.{node['alias']}"
        return [name, place, fingerprint.definition, fingerprint.content]
