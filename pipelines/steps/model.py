"""Builds the models with dbt, and builds on without the KPIs whose models fail."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from pipelines.errors import OkraError
from pipelines.inputs.composition import KPI_FOLDER, KPI_PREFIX, Composition, stem
from pipelines.inputs.day import Day
from pipelines.inputs.lake import open_lake
from pipelines.tables.findings import MODEL_FINDINGS, FindingRow
from pipelines.tables.table import quoted, transaction
from pipelines.warehouse.answers import answers
from pipelines.warehouse.build_results import (
    READ_SCHEMAS,
    Graph,
    NodeResult,
    kpis_asking,
    kpis_below,
    sentence_without_values,
)
from pipelines.warehouse.dbt_environment import dbt_environment
from pipelines.warehouse.due_nodes import BuildPlan, due_nodes, read_made
from pipelines.warehouse.fingerprints import model_inputs
from pipelines.warehouse.left_out import LeftOut
from pipelines.warehouse.project import ComposedProject, catalog_lake

MAX_BUILDS = 5
"""Builds after which a run gives up: each can fail at what the one before did not reach."""


class ModelsFailedError(OkraError):
    """A model or a test failed that every published figure stands on; the text says which, and why."""


def prepare_models(day: Day, project: ComposedProject) -> dict[str, str]:
    """Catalog the lake and return the variables that dbt needs to play the day."""
    catalog_lake(day.settings, day.declared)
    environment = dbt_environment(project, day.as_of, day.run_id)
    models = {model for fault in project.left_out for model in fault.models}
    by_account = sorted(name for name, kpi in day.kpis.items() if kpi.by_account)
    environment["OKRA_KPIS_BY_ACCOUNT"] = ",".join(by_account)
    if day.settings.engine == "spark" and day.settings.build_everything:
        # on Spark there is no plan of a build that would say so
        environment["OKRA_SCOPE"] = "everything"
    kpis = unusable_kpis(day, project.composition, models)
    return environment | broken_environment(models, kpis)


def plan_build(
    day: Day, project: ComposedProject, graph: Graph, environment: Mapping[str, str]
) -> BuildPlan | None:
    """What the day's build makes and tests.

    None on Spark: every model is built there, and its own macros find out what to keep.
    """
    if day.settings.engine == "spark":
        return None
    inputs = model_inputs(graph.manifest, environment, open_lake(day.settings))
    made = read_made(day.settings)
    due = due_nodes(
        inputs, project.composition, made, day.as_of, everything=day.settings.build_everything
    )
    return BuildPlan(day.settings, graph, inputs, due, day.as_of)


def broken_environment(models: Iterable[str], kpis: Iterable[str]) -> dict[str, str]:
    """The variables that name what a build goes on without."""
    return {
        "OKRA_BROKEN_MODELS": ",".join(sorted(models)),
        "OKRA_BROKEN_KPIS": ",".join(sorted(kpis)),
    }


def unusable_kpis(day: Day, composition: Composition, models: Set[str]) -> Set[str]:
    """The KPIs that stand on one of the models, and those that have SQL and no sound declaration."""
    files = (
        stem(x) for x in composition.places if x.startswith(f"{KPI_FOLDER}/") and x.endswith(".sql")
    )
    with_sql = {name.removeprefix(KPI_PREFIX) for name in files if name.startswith(KPI_PREFIX)}
    return kpis_below(models, day.kpis) | (with_sql - set(day.kpis))


@dataclass
class ModelBuild:
    """The builds of one run: `nodes` and `environment` are the next one's, and `take` takes its results."""

    day: Day
    graph: Graph
    left_out: Sequence[LeftOut] = ()
    """What could not be parsed."""
    findings: list[FindingRow] = field(default_factory=list)
    _broken: set[str] = field(default_factory=set)
    """The nodes that failed, and the models below them."""
    _missing: set[str] = field(default_factory=set)
    """The names of the models that are left out of the project."""
    _kpis: set[str] = field(default_factory=set)
    """The KPIs that failed by themselves, and not by a model above them."""
    _asked: Set[str] = field(default_factory=set)
    """The nodes of the first build."""
    _remaining: Set[str] = field(default_factory=set)
    _builds: int = 0
    _fatal: str = ""

    def __post_init__(self) -> None:
        for fault in self.left_out:
            self._missing |= set(fault.models)
            self._tell_left_out(fault)

    @property
    def broken(self) -> Set[str]:
        """The nodes that failed, and the models below them."""
        return self._broken

    @property
    def nodes(self) -> Set[str] | None:
        """The nodes that remain to be built; None is everything."""
        return self._remaining or None

    @property
    def environment(self) -> dict[str, str]:
        """The variables that say what the build goes on without."""
        models = self._missing | {self.graph.name(node) for node in self._broken}
        return broken_environment(
            models, self._kpis | unusable_kpis(self.day, self.graph.project, models)
        )

    def take(self, results: Sequence[NodeResult]) -> bool:
        """Note what failed, and find what can be built without it. Returns whether there is something to build."""
        self._builds += 1
        self._asked = self._asked or {result.node for result in results}
        failed = [result for result in results if result.failed]
        kpis_in_rows = self._kpis_in_rows(
            [result for result in failed if self.graph.is_test(result.node)]
        )
        before = len(self._kpis), len(self._broken)
        for result in failed:
            self._fail(result, kpis_in_rows.get(result.node, set()))
        for result in results:
            if result.status == "warn":
                self._tell_test(result, "test_warned", set(), is_fault=False)
        if failed and before == (len(self._kpis), len(self._broken)) and not self._fatal:
            self._fatal = self.findings[-1].message
        to_build = {result.node for result in results if result.status == "skipped"}
        to_build |= {result.node for result in failed if self.graph.is_core(result.node)}
        if any(self.graph.is_core(node) for node in kpis_in_rows):
            # the table that was tested has the KPI's rows, and so have those that were built from it
            to_build |= (self.graph.core | self.graph.core_tests()) & self._asked
        self._remaining = {
            node for node in to_build if not self.graph.stands_on(node, self._broken)
        }
        return bool(self._remaining) and not self._fatal and self._builds < MAX_BUILDS

    def finish(self) -> None:
        """Store the findings, and drop the tables of what failed.

        Raises `ModelsFailedError` where nothing can be published.
        """
        with transaction(self.day.settings.warehouse_path) as connection:
            MODEL_FINDINGS.replace(connection, self.findings)
            # an old table would look like today's
            old = set(filter(None, map(self.graph.read_table, self._broken)))
            gone = self._missing | self.graph.project.off.keys()
            old |= {(schema, name) for schema in READ_SCHEMAS for name in gone}
            for schema, name in sorted(old):
                connection.execute(f"drop table if exists {schema}.{quoted(name)}")
        if self._remaining and not self._fatal:
            self._fatal = f"models failed in each of {self._builds} builds"
        if self._fatal:
            raise ModelsFailedError(f"{self._fatal}; nothing is published")

    def _fail(self, result: NodeResult, kpis_in_rows: Set[str]) -> None:
        """Mark what fails with a model or a test, and add a finding."""
        node, graph = result.node, self.graph
        if graph.is_test(node):
            if kpis_in_rows:
                self._kpis |= kpis_in_rows
            elif graph.is_core(node):
                self._fatal = f"{graph.test_in_words(node)} fails: {result.sentence}"
            else:
                self._broken |= graph.below(graph.tested(node))
            self._tell_test(result, "test_failed", kpis_in_rows)
        elif node in graph.core:
            unread = self._unreadable_kpis(node)
            self._kpis |= unread.keys()
            for kpi, sentence in unread.items():
                model = self.day.kpis[kpi].model
                self._tell_model(model, self._file_of(kpi), sentence, {kpi})
            if not unread:
                self._fatal = f"{graph.name(node)} does not build: {result.sentence}"
        else:
            below = graph.below({node})
            self._broken |= below
            names = {graph.name(model) for model in below}
            kpis = kpis_below(names, self.day.kpis)
            asking = kpis_asking(names, self.day.kpis) - kpis
            self._tell_model(graph.name(node), graph.file(node), result.sentence, kpis, asking)

    def _kpis_in_rows(self, tests: Sequence[NodeResult]) -> Mapping[str, Set[str]]:
        """The KPIs that the rows name which fail a test, by the test; a test whose rows name none is left out."""
        queries = {
            test.node: f"select distinct cast(kpi as string) as kpi from ({test.sql}) as failing"
            for test in tests
            if test.sql and test.status == "fail"
        }
        given = answers(self.day.settings, queries)
        known = {node: set(answer.values) & set(self.day.kpis) for node, answer in given.items()}
        return {node: kpis for node, kpis in known.items() if kpis}

    def _unreadable_kpis(self, node: str) -> Mapping[str, str]:
        """The KPIs that a model of the core could not read, with the engine's sentence."""
        models = {self.graph.name(model) for model in self._broken}
        sound = (
            set(self.day.kpis)
            - self._kpis
            - unusable_kpis(self.day, self.graph.project, self._missing | models)
        )
        kpis = {name: kpi for name, kpi in self.day.kpis.items() if name in sound}
        given = answers(self.day.settings, dict(self.graph.kpi_queries(node, kpis)))
        return {
            name: sentence_without_values(answer.error)
            for name, answer in given.items()
            if answer.error
        }

    def _file_of(self, kpi: str) -> str:
        """The file that says how a KPI is worked out."""
        model = self.day.kpis[kpi].model
        place = self.graph.project.models.get(model, f"{KPI_FOLDER}/{model}.sql")
        return self.graph.project.shown(place)

    def _tell_left_out(self, fault: LeftOut) -> None:
        """A finding about what could not be parsed, unless the file's declaration has a finding already."""
        file = fault.place.partition(":")[0]
        if file in {declared.file for declared in self.day.declared.faults}:
            return
        models = {
            stem(file) for file in fault.files if file.startswith(f"{KPI_FOLDER}/{KPI_PREFIX}")
        }
        own = {model.removeprefix(KPI_PREFIX) for model in models}
        kpis = kpis_below(set(fault.models), self.day.kpis) | own
        asking = kpis_asking(set(fault.models), self.day.kpis) - kpis
        name = file.rpartition("/")[2].partition(".")[0]
        loss = loss_words(kpis, asking)
        message = f"{name} does not parse: {fault.sentence}; {loss}; mend {fault.place}"
        self._tell("does_not_parse", fault.place, message, kpis | asking)

    def _tell_model(
        self, name: str, file: str, sentence: str, kpis: Set[str], asking: Set[str] = frozenset()
    ) -> None:
        message = f"{name} does not build: {sentence}; {loss_words(kpis, asking)}; mend {file}"
        self._tell("does_not_build", file, message, kpis | asking)

    def _tell_test(
        self, result: NodeResult, what: str, kpis_in_rows: Set[str], *, is_fault: bool = True
    ) -> None:
        graph, node = self.graph, result.node
        below = graph.below(graph.tested(node)) if is_fault else set()
        names = {graph.name(model) for model in below}
        kpis = kpis_in_rows or kpis_below(names, self.day.kpis)
        asking = kpis_asking(names, self.day.kpis) - kpis
        files = {graph.file(model) for model in graph.tested(node)}
        if kpis_in_rows:
            # what is tested has the rows of all KPIs; those that fail come from the KPIs' own models
            files = {self._file_of(kpi) for kpi in kpis_in_rows}
        models = ", ".join(sorted(files))
        verb = "fails" if is_fault else "warns"
        why = result.sentence if result.status == "error" else f"{result.rows or 0:,} rows"
        left = f"; {loss_words(kpis, asking)}" if is_fault else ""
        message = f"{graph.test_in_words(node)} {verb}: {why}{left}; mend the rows, or {models}"
        rows = result.rows if result.status != "error" else None
        self._tell(what, graph.file(node), message, kpis | asking, rows=rows, is_fault=is_fault)

    def _tell(
        self,
        what: str,
        place: str,
        message: str,
        kpis: Set[str],
        *,
        rows: int | None = None,
        is_fault: bool = True,
    ) -> None:
        row = FindingRow(
            what=what,
            place=place,
            message=message,
            rows=rows,
            is_fault=is_fault,
            kpis=tuple(sorted(kpis)),
        )
        if row not in self.findings:
            self.findings.append(row)


def loss_words(kpis: Set[str], asking: Set[str]) -> str:
    """`left out: KPIs a, b; without its roster: KPI c`. `asking`: the KPIs that lack a roster."""
    losses = (("left out", kpis), ("without its roster", asking))
    words = [f"{loss}: {listed_kpis(names)}" for loss, names in losses if names]
    return "; ".join(words) or "no KPI stands on it"


def listed_kpis(names: Set[str]) -> str:
    """`KPIs a, b`."""
    return f"{'KPI' if len(names) == 1 else 'KPIs'} {', '.join(sorted(names))}"
