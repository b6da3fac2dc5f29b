"""Models raw windows into dated KPIs: each dbt model is an asset, each dbt test a check."""

import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from typing import Any

import dagster as dg
from dagster_dbt import (
    DagsterDbtTranslator,
    DagsterDbtTranslatorSettings,
    DbtCliResource,
    DbtProject,
    dbt_assets,
)
from packaging.version import Version

from pipelines import settings as okra_settings
from pipelines.orchestration.day import DayResource
from pipelines.settings import ROOT
from pipelines.steps.model import prepare_models
from pipelines.tables.locks import warehouse_lock
from pipelines.warehouse.project import dbt_program, ensure_manifest, target_folder

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


class Translator(DagsterDbtTranslator):
    """Groups the models by layer, and gives each KPI its declared owner."""

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str] | None:
        """The KPI's owner, if it is an e-mail address: Dagster accepts nothing else."""
        declared = dbt_resource_props.get("config", {}).get("meta", {}).get("kpi") or {}
        owner = str(declared.get("owner", ""))
        return [owner] if EMAIL.fullmatch(owner) else None

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The first folder below models/."""
        return str(dbt_resource_props["fqn"][1])


class Dbt(DbtCliResource):
    """The dbt of this interpreter's environment. Reads its version without starting dbt, which takes seconds."""

    @property
    def _cli_version(self) -> Version:
        return Version(version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> Any:
        """No adapter of Dagster's own, whose start takes seconds: only columns and row counts are read through it."""
        return None


@dg.definitions
def transformation() -> dg.Definitions:
    """The dbt project as assets."""
    settings = okra_settings.load()
    manifest = ensure_manifest(settings, os.environ)
    project = DbtProject(ROOT, target_path=target_folder(settings), profiles_dir=ROOT)

    @dbt_assets(
        manifest=manifest,
        project=project,
        name="models",
        pool="warehouse",
        # each model links to its SQL
        dagster_dbt_translator=Translator(
            DagsterDbtTranslatorSettings(enable_code_references=True)
        ),
    )
    def models(
        context: dg.AssetExecutionContext, dbt: DbtCliResource, day: DayResource
    ) -> Iterator[Any]:
        played = day.read()
        with warehouse_lock(played.settings):
            os.environ.update(prepare_models(played))
            building = dbt.cli(["build"], context=context)
            yield from building.stream()
            # dbt's artifacts of a run are tens of megabytes; those of a failed run stay for debugging
            shutil.rmtree(building.target_path, ignore_errors=True)

    return dg.Definitions(
        assets=[models],
        resources={
            # not the dbt that is first in PATH
            "dbt": Dbt(
                project_dir=str(ROOT),
                profiles_dir=str(ROOT),
                dbt_executable=str(dbt_program(settings)),
            ),
            "day": DayResource(),
        },
    )
