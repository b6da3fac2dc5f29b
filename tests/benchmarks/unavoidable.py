"""What no run can do without, measured as Okra starts it: a job of Dagster, in which dbt has nothing to build."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import runs
from tests.benchmarks.runs import Cost


@dataclass(frozen=True)
class Start:
    """A job of one asset that does nothing, and one whose asset has dbt build a project without models."""

    empty: Cost
    with_dbt: Cost

    @property
    def dagster(self) -> float:
        """The CPU seconds of Dagster's import, and of the job with its records."""
        return self.empty.cpu

    @property
    def dbt(self) -> float:
        """The CPU seconds of dbt's import and of a build, in the process of the job."""
        return self.with_dbt.cpu - self.empty.cpu


def start(folder: Path) -> Start:
    """Measure both in processes of their own. The first call in a folder prepares it."""
    home, project = folder / "dagster", folder / "empty-project"
    if not home.exists():
        home.mkdir(parents=True)
        (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n", "utf-8")
        make_project(project)
    command = [sys.executable, "-m", "tests.benchmarks.unavoidable"]
    settings = {
        "DAGSTER_HOME": str(home),
        "DO_NOT_TRACK": "1",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    return Start(runs.run(command, settings), runs.run([*command, str(project)], settings))


def make_project(folder: Path) -> None:
    """A dbt project without models on a DuckDB file, parsed by a first build."""
    folder.mkdir()
    (folder / "dbt_project.yml").write_text("name: empty\nprofile: empty\n", "utf-8")
    output = f"{{type: duckdb, path: {folder / 'warehouse.duckdb'}}}"
    (folder / "profiles.yml").write_text(
        f"empty: {{target: warehouse, outputs: {{warehouse: {output}}}}}\n", "utf-8"
    )
    dbt = Path(sys.executable).with_name("dbt")
    subprocess.run([dbt, "build"], cwd=folder, check=True, capture_output=True)


def run_job(project: str | None) -> None:
    """Run the job in this process; with a dbt project, have its asset build it."""
    import dagster as dg

    @dg.asset
    def built() -> None:
        if project:
            from dbt.cli.main import dbtRunner

            flags = (
                "--quiet",
                "--no-write-json",
                "--log-level",
                "none",
                "--log-level-file",
                "none",
            )
            folders = ("--project-dir", project, "--profiles-dir", project)
            assert dbtRunner().invoke([*flags, "build", *folders]).success

    with dg.DagsterInstance.get() as instance:
        job = dg.Definitions(
            assets=[built],
            jobs=[dg.define_asset_job("job", [built])],
            executor=dg.in_process_executor,
        ).resolve_job_def("job")
        quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        assert job.execute_in_process(run_config=quiet, instance=instance).success


if __name__ == "__main__":
    run_job(next(iter(sys.argv[1:]), None))
