"""A day's run of the sample company, step by step in the tests' process."""

import shutil
from datetime import date
from pathlib import Path

from pipelines.inputs.day import Day
from pipelines.settings import BUILT_IN, Settings
from pipelines.steps.factors import write_factors
from pipelines.steps.model import prepare_models
from pipelines.steps.publish import publish_report
from pipelines.steps.pull import due, pull_source
from pipelines.steps.score import write_scores
from pipelines.warehouse.project import project_of
from pipelines.warehouse.project_folder import make_folder
from tests.models.dbt_process import PARSED, run_dbt


def play(settings: Settings, as_of: date, parsed: Path) -> None:
    """Pull, model, score, find the factors and publish.

    `parsed`: the target folder of a run of dbt that has parsed the project.
    """
    for source in settings.instances.values():
        reports = pull_source(settings, source, due(settings), run_id="test")
        assert [report.error for report in reports if report.error] == []
    home = settings.home
    target = home / "target"
    project = project_of(settings)
    folder = project.folder_without([])
    if folder != BUILT_IN:
        # the manifest is that of the whole: dbt parses what differs
        make_folder(project.composition, folder)
        target.mkdir(exist_ok=True)
        shutil.copy(parsed / PARSED, target)
    done = run_dbt(
        *("build", "--resource-type", "model", "--resource-type", "seed"),
        project=folder,
        folder=home,
        environment=prepare_models(Day(settings, as_of), project)
        | {"DBT_TARGET_PATH": str(target), "DBT_LOG_PATH": str(home / "logs")},
        parsed=parsed if folder == BUILT_IN else None,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    day = Day(settings, as_of)
    write_scores(day, "test")
    write_factors(day)
    publish_report(day)
