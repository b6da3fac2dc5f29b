"""A day's run of the sample company, step by step in the tests' process."""

from datetime import date
from pathlib import Path

from pipelines.inputs.day import Day
from pipelines.settings import ROOT, Settings
from pipelines.steps.factors import write_factors
from pipelines.steps.model import prepare_models
from pipelines.steps.publish import publish_report
from pipelines.steps.pull import due, pull_source
from pipelines.steps.score import write_scores
from pipelines.warehouse.project import project_of
from tests.models.dbt_process import run_dbt


def play(settings: Settings, as_of: date, parsed: Path) -> None:
    """Pull, model, score, find the factors and publish.

    `parsed`: the target folder of a run of dbt that has parsed the project.
    """
    for source in settings.instances.values():
        reports = pull_source(settings, source, due(settings), run_id="test")
        assert [report.error for report in reports if report.error] == []
    home = settings.home
    done = run_dbt(
        *("build", "--resource-type", "model", "--resource-type", "seed"),
        project=ROOT,
        folder=home,
        environment=prepare_models(Day(settings, as_of), project_of(settings))
        | {"DBT_TARGET_PATH": str(home / "target"), "DBT_LOG_PATH": str(home / "logs")},
        parsed=parsed,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    day = Day(settings, as_of)
    write_scores(day, "test")
    write_factors(day)
    publish_report(day)
