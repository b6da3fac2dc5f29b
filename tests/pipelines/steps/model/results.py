"""Results as dbt gives them, and what a build makes of them."""

from collections.abc import Mapping, Sequence

from pipelines.steps.model import ModelBuild
from pipelines.tables.findings import FindingRow
from pipelines.warehouse.build_results import Graph, NodeResult


def result(node: str, status: str, message: str = "", rows: int | None = None, sql: str = ""):
    unique_id = node if "." in node else f"model.okra.{node}"
    return NodeResult(unique_id, status, message, rows, sql)


def failing_test(graph: Graph, of: str, name: str) -> str:
    """The id of a test of a model."""
    [node] = [
        node
        for node, properties in graph.manifest["nodes"].items()
        if properties.get("attached_node") == f"model.okra.{of}"
        and properties["test_metadata"]["name"] == name
        and (properties.get("column_name") in (None, "status", "kind", "kpi"))
    ]
    return node


def skipped(*models: str) -> list[NodeResult]:
    return [result(name, "skipped") for name in models]


def named(environment: Mapping[str, str], variable: str) -> set[str]:
    return set(filter(None, environment[variable].split(",")))


def selected(build: ModelBuild) -> set[str]:
    """The names of what dbt is asked to build."""
    return {build.graph.name(node) for node in build.nodes or ()}


def stored(build: ModelBuild) -> Sequence[FindingRow]:
    build.finish()
    return build.findings
