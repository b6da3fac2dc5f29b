"""Builds one KPI alone, in a warehouse of its own: nothing that is published, or that a run has built, changes."""

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from contextlib import redirect_stdout
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

from pipelines.errors import OkraError
from pipelines.inputs.composition import KPI_FOLDER, KPI_PREFIX, Composition
from pipelines.inputs.declarations import DeclaredKpis
from pipelines.okr.kpi.kpi import Kpi
from pipelines.settings import Settings
from pipelines.warehouse.build_results import (
    MODELS,
    RATE_MODELS,
    SHEET_MODELS,
    NodeResult,
)
from pipelines.warehouse.dbt_build import DbtFailedError, build
from pipelines.warehouse.dbt_environment import dbt_environment
from pipelines.warehouse.dbt_parse import ensure_manifest
from pipelines.warehouse.project import catalog_lake, project_of

TABLES = ("kpis", "kpi_days", "kpi_coverage", "kpi_distinct")
"""The published tables that the figures of a KPI are read from."""
CORE_FOLDERS = ("models/reporting/", "models/staging/lake/")
COMPARISONS = "models/comparisons/"

Node = Mapping[str, Any]


class KpiNotBuiltError(OkraError):
    """A model of the KPI does not build; the text says which, why and what to mend."""


def build_kpi(settings: Settings, declared: DeclaredKpis, kpi: Kpi, as_of: date) -> Path:
    """Build the KPI as of a day from what is in the lake. Returns the warehouse that has its tables.

    Raises `KpiNotBuiltError`.
    """
    settings = settings.model_copy(update={"engine": "duckdb"})
    project = project_of(settings, declared)
    catalog_lake(settings, declared)
    manifest = ensure_manifest(project, os.environ)
    nodes: Mapping[str, Node] = json.loads(manifest.read_bytes())["nodes"]
    selected = selected_nodes(nodes, kpi)
    warehouse = settings.state_path / "one-kpi" / "warehouse.duckdb"
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    names = {str(nodes[node]["name"]) for node in selected}
    others = sorted({str(x["name"]) for x in nodes.values() if is_model(x)} - names)
    environment = dbt_environment(project, as_of, "") | {
        "OKRA_WAREHOUSE": str(warehouse),
        "OKRA_KPIS_BY_ACCOUNT": kpi.name if kpi.by_account else "",
        "OKRA_BROKEN_MODELS": ",".join(others),
        "OKRA_BROKEN_KPIS": ",".join(sorted(other_kpis(nodes, declared, kpi))),
    }
    selection = " ".join(map(selector, selected_of(nodes, selected)))
    try:
        # what dbt prints is no part of the command's answer
        with redirect_stdout(StringIO()):
            built = build(
                project, ["--indirect-selection", "empty", "--select", selection], environment
            )
    except DbtFailedError as error:
        raise KpiNotBuiltError(f"{kpi.name}: {error}") from None
    shutil.rmtree(built.folder, ignore_errors=True)
    for result in built.results:
        if result.failed:
            raise KpiNotBuiltError(fault_of(nodes[result.node], result, project.composition))
    return warehouse


def fault_of(node: Node, result: NodeResult, project: Composition) -> str:
    """Why a model or a test fails, and which file a person has to mend."""
    model = node["name"] if is_model(node) else str(node.get("attached_node")).rpartition(".")[2]
    place = project.shown(project.models.get(str(model), place_of(node)))
    verb = "does not build" if is_model(node) else "fails"
    reason = result.sentence if result.status != "fail" else f"{result.rows or 0:,} rows"
    return f"{node['name']} {verb}: {reason}; mend {place}"


def selected_nodes(nodes: Mapping[str, Node], kpi: Kpi) -> Set[str]:
    """The models that a KPI and its days are read from, and what puts its figures in doubt."""
    ids = {str(node["name"]): name for name, node in nodes.items() if is_model(node)}
    own = {kpi.model}
    if kpi.conversion:
        own |= RATE_MODELS
    if kpi.sheet_parts or kpi.model in SHEET_MODELS:
        own |= SHEET_MODELS
    below = {x for name in own & ids.keys() for x in ancestors(nodes, ids[name])}
    streams = streams_of(nodes, below)
    doubts: set[str] = set()
    for name, node in nodes.items():
        if is_model(node) and place_of(node).startswith(COMPARISONS):
            chain = {*ancestors(nodes, name)}
            if streams_of(nodes, chain) <= streams:
                doubts |= chain

    def is_core(name: str) -> bool:
        return place_of(nodes[name]).startswith(CORE_FOLDERS)

    core = {x for name in TABLES for x in ancestors(nodes, ids[name], is_core)}
    return below | doubts | core


def selected_of(nodes: Mapping[str, Node], models: Iterable[str]) -> Iterator[Node]:
    """The models to build, and the tests that are about the KPI's own model."""
    kpi_models = {x for x in models if place_of(nodes[x]).startswith("models/kpis/")}
    for name, node in nodes.items():
        if name in models or node.get("attached_node") in kpi_models:
            yield node


def ancestors(
    nodes: Mapping[str, Node], start: str, is_wanted: Callable[[str], bool] = lambda _: True
) -> Iterator[str]:
    """A model and every model that it reads, by itself or through others, as far as they are wanted."""
    waiting, seen = [start], set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen or name not in nodes or not is_wanted(name):
            continue
        seen.add(name)
        yield name
        waiting += nodes[name].get("depends_on", {}).get("nodes", [])


def streams_of(nodes: Mapping[str, Node], models: Iterable[str]) -> set[str]:
    """The streams that models read themselves, by dbt's ids; not the lake's own catalog."""
    parents = {x for name in models for x in nodes[name].get("depends_on", {}).get("nodes", [])}
    return {x for x in parents if x.startswith("source.") and x.split(".")[2] != "lake"}


def other_kpis(nodes: Mapping[str, Node], declared: DeclaredKpis, kpi: Kpi) -> set[str]:
    """Every KPI but this one, sound or not."""
    with_models = {
        str(node["name"]).removeprefix(KPI_PREFIX)
        for node in nodes.values()
        if is_model(node) and place_of(node).startswith(f"{KPI_FOLDER}/{KPI_PREFIX}")
    }
    return (with_models | declared.kpis.keys()) - {kpi.name}


def is_model(node: Node) -> bool:
    """Whether a node makes a table."""
    return str(node["resource_type"]) in MODELS


def place_of(node: Node) -> str:
    """The file of a node, below the project."""
    return str(node["original_file_path"])


def selector(node: Node) -> str:
    """What selects the node alone."""
    return f"fqn:{'.'.join(node['fqn'])}"
