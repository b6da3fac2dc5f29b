"""Models raw windows into dated KPIs: each dbt model is an asset, each dbt test a check."""

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from typing import Any

import dagster as dg
from dagster_dbt import (
    DagsterDbtTranslator,
    DbtCliInvocation,
    DbtCliResource,
    DbtProject,
    dbt_assets,
)
from packaging.version import Version

from pipelines import settings as okra_settings
from pipelines.orchestration.day import DayResource
from pipelines.orchestration.ownership import owners_of
from pipelines.settings import BUILT_IN
from pipelines.steps.model import ModelBuild, ModelsFailedError, prepare_models
from pipelines.tables.locks import warehouse_lock
from pipelines.warehouse.build_results import Graph, NodeResult, node_results
from pipelines.warehouse.project import (
    PROJECT_NAME,
    ComposedProject,
    dbt_program,
    ensure_manifest,
    project_of,
)

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


class Dbt(DbtCliResource):
    """The dbt of this interpreter's environment. Reads its version without starting dbt, which takes seconds."""

    @property
    def _cli_version(self) -> Version:
        return Version(version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> Any:
        """No adapter of Dagster's own, whose start takes seconds: only columns and row counts are read through it."""
        return None


def results_of(building: DbtCliInvocation) -> list[NodeResult]:
    """How each node of a build ended. Raises dbt's own error where it did not come to build anything."""
    path = building.target_path / "run_results.json"
    if not path.exists():
        raise building.get_error() or RuntimeError(f"dbt wrote no {path.name}")
    results = node_results(building.get_artifact("run_results.json"))
    if not any(result.failed for result in results):
        # dbt's artifacts of a run are tens of megabytes; those of a failed run stay for debugging
        shutil.rmtree(building.target_path, ignore_errors=True)
    return results


def once(events: Iterable[Any], seen: set[object]) -> Iterator[Any]:
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


@dg.definitions
def transformation() -> dg.Definitions:
    """The dbt project as assets."""
    settings = okra_settings.load()
    composed = project_of(settings)
    manifest = ensure_manifest(composed, os.environ)
    folder = composed.folder
    project = DbtProject(folder, target_path=composed.target, profiles_dir=BUILT_IN)
    translator = Translator(composed)

    @dbt_assets(
        manifest=manifest,
        project=project,
        name="models",
        pool="warehouse",
        dagster_dbt_translator=translator,
    )
    def models(
        context: dg.AssetExecutionContext, dbt: DbtCliResource, day: DayResource
    ) -> Iterator[Any]:
        played = day.read()
        # what was parsed, whatever was written since
        run = ModelBuild(played, Graph(manifest, composed.composition), composed.left_out)
        with warehouse_lock(played.settings):
            os.environ.update(prepare_models(played, composed))
            building = dbt.cli(["build"], context=context, raise_on_error=False)
            seen: set[object] = set()
            yield from once(building.stream(), seen)
            while run.take(results_of(building)):
                os.environ.update(run.environment)
                # without the context, which would select everything again
                building = dbt.cli(run.arguments, manifest=manifest, raise_on_error=False)
                for event in building.stream_raw_events():
                    events = event.to_default_asset_events(
                        manifest, translator, context, building.target_path, project
                    )
                    yield from once(events, seen)
            for finding in run.findings:
                context.log.error(finding.message)
            try:
                run.finish()
            except ModelsFailedError as error:
                raise dg.Failure(description=str(error), allow_retries=False) from None

    return dg.Definitions(
        assets=[models],
        resources={
            # not the dbt that is first in PATH
            "dbt": Dbt(
                project_dir=str(folder),
                profiles_dir=str(BUILT_IN),
                dbt_executable=str(dbt_program(settings)),
            ),
            "day": DayResource(),
        },
    )
