"""What a build of dbt came to, and which models and KPIs stand below what failed."""

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pipelines.inputs.composition import Composition
from pipelines.okr.kpi.kpi import Kpi
from pipelines.warehouse.core_models import core_files
from pipelines.warehouse.dbt_messages import sentence_of

MODELS = ("model", "seed", "snapshot")
FAILED = ("error", "fail", "runtime error")
READ_SCHEMAS = ("reporting", "comparisons")
"""The schemas that the steps after the models read: what is published, and what streams differ by."""
SHEET_MODELS = frozenset({"sheet_kpi_days", "sheet_kpi_given_days", "sheet_plan_days"})
"""The models of all KPIs that are kept in sheets."""
RATE_MODELS = frozenset({"fct_exchange_rates", "fct_monthly_exchange_rates"})
"""The models that money in other currencies is converted by."""
_DETAILS = re.compile(r"\n\s*(?:LINE \d+:|compiled code at)|\s+SQLSTATE:")
"""What begins the part of a message that shows the SQL, or Spark's plan."""
_VALUE_IN_ERROR = re.compile(
    r"(?:Conversion|Invalid Input|Out of Range) Error|\[(?:CAST|CANNOT_PARSE|INVALID|NUMERIC)_"
)
"""Errors of DuckDB and Spark that cite a value, which can be private."""


def sentence_without_values(message: str) -> str:
    """What a message of dbt, DuckDB or Spark says, in one line, without a value that it may cite."""
    text = sentence_of(_DETAILS.split(message)[0])
    return re.sub(r"'[^']*'|\"[^\"]*\"", "'…'", text) if _VALUE_IN_ERROR.search(text) else text


@dataclass(frozen=True)
class NodeResult:
    """How one model or test ended. `rows` are those that fail a test; `sql` is what ran."""

    node: str
    status: str
    message: str
    rows: int | None
    sql: str

    @property
    def failed(self) -> bool:
        return self.status in FAILED

    @property
    def sentence(self) -> str:
        """What the database or dbt says, as `sentence_without_values` tells it."""
        return sentence_without_values(self.message)


def node_results(artifact: Mapping[str, Any]) -> list[NodeResult]:
    """The results in dbt's `run_results.json`."""
    return [
        NodeResult(
            row["unique_id"],
            row["status"],
            row["message"] or "",
            row.get("failures"),
            row.get("compiled_code") or "",
        )
        for row in artifact["results"]
        if not row["unique_id"].startswith("operation.")  # a hook of the whole run
    ]


@dataclass(frozen=True)
class Graph:
    """The models and tests of dbt's manifest. Nodes are dbt's unique ids."""

    manifest: Mapping[str, Any]
    project: Composition
    """The files that it was parsed from."""

    @cached_property
    def core(self) -> Set[str]:
        """The models that every published figure stands on."""
        files = core_files(self.project)
        nodes = self.manifest["nodes"]
        return {name for name, node in nodes.items() if node["original_file_path"] in files}

    def is_core(self, node: str) -> bool:
        """Whether a node is one of the core's models, or a test of one."""
        return not self.core.isdisjoint(self.tested(node) if self.is_test(node) else {node})

    def read_table(self, node: str) -> tuple[str, str] | None:
        """Schema and name of a table that the steps after the models read; None for any other node."""
        properties = self._properties(node)
        schema = properties["config"].get("schema")
        is_read = schema in READ_SCHEMAS and not self.is_test(node)
        return (schema, properties["name"]) if is_read else None

    def is_test(self, node: str) -> bool:
        return not node.startswith(MODELS)

    def name(self, node: str) -> str:
        return str(self._properties(node)["name"])

    def file(self, node: str) -> str:
        """The file to mend, as a person would type it."""
        return self.project.shown(str(self._properties(node)["original_file_path"]))

    def tested(self, test: str) -> Set[str]:
        """The models that a test is about: the one it is attached to, or all that it reads."""
        node = self._properties(test)
        attached = node.get("attached_node")
        return (
            {attached}
            if attached
            else {parent for parent in node["depends_on"]["nodes"] if parent in self._models}
        )

    def test_in_words(self, test: str) -> str:
        """`accepted_values of status in fct_orders`; the name of a test that has its own file."""
        node = self._properties(test)
        generic = node.get("test_metadata")
        if not generic:
            return f"the test {node['name']}"
        column = f" of {node['column_name']}" if node.get("column_name") else ""
        models = ", ".join(sorted(self.name(model) for model in self.tested(test)))
        return f"the test {generic['name']}{column} in {models}"

    def below(self, nodes: Iterable[str]) -> Set[str]:
        """The nodes and the models below them, as far as the core, which goes on without them."""
        waiting, below = [node for node in nodes if node not in self.core], set[str]()
        while waiting:
            node = waiting.pop()
            if node not in below:
                below.add(node)
                children = self.manifest["child_map"].get(node, ())
                waiting += [
                    child for child in children if child in self._models and child not in self.core
                ]
        return below

    def stands_on(self, node: str, broken: Set[str]) -> bool:
        """Whether a node is one of those that failed, or a test that reads one."""
        if not self.is_test(node):
            return node in broken
        return not broken.isdisjoint(self._properties(node)["depends_on"]["nodes"])

    def core_tests(self) -> Set[str]:
        """The tests of the core's models."""
        tests = (node for node in self.manifest["nodes"] if self.is_test(node))
        return {test for test in tests if self.tested(test) & self.core}

    def kpi_queries(self, node: str, kpis: Mapping[str, Kpi]) -> Iterator[tuple[str, str]]:
        """Each KPI whose model `node` reads itself, with a query that reads all its rows as `node` does."""
        parents = {
            self.name(parent): parent
            for parent in self._properties(node)["depends_on"]["nodes"]
            if parent in self._models
        }
        for kpi in kpis.values():
            if kpi.model in parents and kpi.model not in SHEET_MODELS:
                columns, is_reported = kpi.behaviour.columns, kpi.behaviour.reported_by_period
                day = "period_start" if is_reported else "day"
                names = ["period"] if is_reported else []
                # an aggregate of each, so that no engine can leave a column out; beyond 10^18, figures overflow;
                # after the name of the table, a dimension may be a reserved word
                read = ", ".join(
                    [
                        f"max(cast(kpi.{day} as date))",
                        *(
                            f"cast(sum(abs(cast(kpi.{column} as decimal(38, 6)))) as decimal(24, 6))"
                            for column in columns
                        ),
                        *(
                            f"max(cast(kpi.{column} as string))"
                            for column in [*names, *kpi.dimensions]
                        ),
                    ]
                )
                relation = self._properties(parents[kpi.model])["relation_name"]
                yield kpi.name, f"select {read} from {relation} as kpi"

    @cached_property
    def _models(self) -> Set[str]:
        return {node for node in self.manifest["nodes"] if node.startswith(MODELS)}

    def _properties(self, node: str) -> Mapping[str, Any]:
        for kind in ("nodes", "unit_tests"):
            if node in self.manifest.get(kind, {}):
                properties: Mapping[str, Any] = self.manifest[kind][node]
                return properties
        raise KeyError(node)


def kpis_below(models: Set[str], kpis: Mapping[str, Kpi]) -> Set[str]:
    """The KPIs that cannot be worked out without these models, given by their names."""
    return {
        name
        for name, kpi in kpis.items()
        if kpi.model in models
        or ((kpi.sheet_parts or kpi.model in SHEET_MODELS) and models & SHEET_MODELS)
        or (kpi.conversion is not None and models & RATE_MODELS)
    }


def kpis_asking(models: Set[str], kpis: Mapping[str, Kpi]) -> Set[str]:
    """The KPIs that take one of these models, given by their names, as the roster of a dimension."""
    return {
        name for name, kpi in kpis.items() if any(roster in models for _, roster in kpi.rosters)
    }
