"""Models raw windows into dated KPIs: each dbt model is an asset, each dbt test a check."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtProject, dbt_assets
from dagster_dbt.asset_utils import get_subset_selection_for_context
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage

from pipelines import settings as okra_settings
from pipelines.orchestration.day import DayResource
from pipelines.orchestration.event_log import stored_together
from pipelines.orchestration.ownership import owners_of
from pipelines.settings import BUILT_IN
from pipelines.steps.model import ModelBuild, ModelsFailedError, plan_build, prepare_models
from pipelines.tables.locks import warehouse_lock
from pipelines.warehouse.build_results import Graph, NodeResult
from pipelines.warehouse.dbt_build import build
from pipelines.warehouse.dbt_parse import PROJECT_NAME, ensure_manifest, manifest_of
from pipelines.warehouse.due_nodes import BuildPlan
from pipelines.warehouse.project import ComposedProject, project_of

STEPS = "steps"
"""The folder of the inner tables of a layer, which have a group of their own."""


class Translator(DagsterDbtTranslator):
    """Groups the models by layer, gives each KPI its declared owner, and links each model to the file that makes it."""

    def __init__(self, project: ComposedProject) -> None:
        super().__init__()
        self._project = project

    def get_metadata(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, Any]:
        """With a link to the file that a person wrote, where that is not the one dbt reads."""
        path, line = self._project.source_of(str(dbt_resource_props["original_file_path"]))
        reference = dg.LocalFileCodeReference(file_path=str(path), line_number=line)
        links = dg.CodeReferencesMetadataValue(code_references=[reference])
        return {**super().get_metadata(dbt_resource_props), "dagster/code_references": links}

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str] | None:
        """The KPI's owner."""
        declared = dbt_resource_props.get("config", {}).get("meta", {}).get("kpi") or {}
        return owners_of(declared.get("owner"))

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The first folder below models/, or the package. Inner steps of a layer are a group beside it."""
        package, *folders, _ = dbt_resource_props["fqn"]
        if package != PROJECT_NAME:
            return str(package)
        if STEPS in folders[1:]:
            return f"{folders[0]}_{STEPS}"
        return str(folders[0]) if folders else "models"

    def get_asset_check_spec(
        self,
        asset_spec: dg.AssetSpec,
        manifest: Mapping[str, Any],
        unique_id: str,
        project: DbtProject | None,
    ) -> dg.AssetCheckSpec | None:
        """The check of a test. It blocks nothing: `ModelBuild` decides what goes on where a test fails."""
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        return None if spec is None else spec._replace(blocking=False)


def without_repeats(events: Iterable[Any], seen: set[object]) -> Iterator[Any]:
    """The events without those of a model or a test that `seen` has. Adds the others to `seen`.

    Dagster takes each of them once, and a table that a KPI's rows are removed from is built twice.
    """
    for event in events:
        name = getattr(event, "output_name", None) or getattr(event, "check_name", None)
        key = (getattr(event, "asset_key", None), name)
        if name is not None and key in seen:
            continue
        seen.add(key)
        yield event


def selected(
    context: dg.AssetExecutionContext, manifest: Mapping[str, Any], translator: Translator
) -> Sequence[str]:
    """The arguments that select what was selected in the UI: none where it is everything."""
    selection, indirect = get_subset_selection_for_context(
        context,
        manifest,
        select=None,
        exclude=None,
        selector=None,
        dagster_dbt_translator=translator,
        current_dbt_indirect_selection_env=None,
    )
    return [*(("--indirect-selection", indirect) if indirect else ()), *selection]


class NotMade:
    """The events of the models that a build leaves as they are; without them, Dagster would skip what stands on them.

    Their data has the version of what it is made from, so that nothing looks out of date because of them.
    """

    def __init__(self, plan: BuildPlan | None, translator: Translator, project: DbtProject) -> None:
        """`plan`: None where everything is made."""
        self._plan, self._translator, self._project = plan, translator, project
        self._waiting = list(plan.not_made) if plan else []

    def above(self, node: str) -> Iterator[dg.Output[None]]:
        """Those that a node stands on, which Dagster wants to know of before it."""
        if self._plan and self._waiting:
            above = self._plan.above(node)
            yield from self._events([name for name in self._waiting if name in above])

    def rest(self, broken: Set[str]) -> Iterator[dg.Output[None]]:
        """All others, but those that stand on what failed."""
        yield from self._events([name for name in self._waiting if name not in broken])

    def _events(self, names: Sequence[str]) -> Iterator[dg.Output[None]]:
        assert self._plan
        for name in names:
            self._waiting.remove(name)
            spec = self._translator.get_asset_spec(self._plan.inputs.manifest, name, self._project)
            version = dg.DataVersion(self._plan.inputs.fingerprints[name].content)
            yield dg.Output(None, spec.key.to_python_identifier(), data_version=version)


@dg.definitions
def transformation() -> dg.Definitions:
    """The dbt project as assets."""
    settings = okra_settings.load()
    composed = project_of(settings)
    ensure_manifest(composed, os.environ)
    manifest = manifest_of(composed)
    project = DbtProject(composed.folder, target_path=composed.target, profiles_dir=BUILT_IN)
    translator = Translator(composed)

    @dbt_assets(
        manifest=manifest,
        project=project,
        name="models",
        pool="warehouse",
        dagster_dbt_translator=translator,
    )
    def models(context: dg.AssetExecutionContext, day: DayResource) -> Iterator[Any]:
        played = day.read()
        # what was parsed, whatever was written since
        graph = Graph(manifest, composed.composition)
        run = ModelBuild(played, graph, composed.left_out)
        seen: set[object] = set()
        with warehouse_lock(played.settings):
            environment = prepare_models(played, composed)
            arguments = selected(context, manifest, translator)
            plan = None if arguments else plan_build(played, composed, graph, environment)
            if plan:
                plan.begin()
                environment = {**environment, **plan.environment}
            nodes = plan.nodes if plan else None
            unmade = NotMade(plan, translator, project)
            first_results: Sequence[NodeResult] | None = None
            while plan is None or not plan.is_empty:
                built = build(composed, arguments, environment, nodes)
                first_results = built.results if first_results is None else first_results
                with stored_together(context):
                    for event in built.events:
                        yield from unmade.above(event["data"]["node_info"]["unique_id"])
                        message = DbtCoreCliEventMessage(dict(event), event_history_metadata={})
                        yield from without_repeats(
                            message.to_default_asset_events(
                                manifest, translator, context, built.folder, project
                            ),
                            seen,
                        )
                built.remove_artifacts()
                if not run.take(built.results):
                    break
                arguments, nodes = [], run.nodes
                environment = {**environment, **run.environment}
            if plan:
                plan.finish(first_results or ())
                with stored_together(context):
                    yield from unmade.rest(run.broken)
            for finding in run.findings:
                context.log.error(finding.message)
            try:
                run.finish()
            except ModelsFailedError as error:
                raise dg.Failure(description=str(error), allow_retries=False) from None

    return dg.Definitions(assets=[models], resources={"day": DayResource()})
