"""What no run can do without, measured as Okra starts it: dbt with nothing to build, and Dagster with an empty job."""

import sys
from pathlib import Path

from tests.benchmarks import runs
from tests.benchmarks.runs import Cost

BUILD, JOB = "dbt builds an empty project", "Dagster runs an empty job"


def empty_build(folder: Path) -> Cost:
    """dbt's start, in a process of its own: it connects to a DuckDB file, and there is nothing to build.

    The second call in a folder finds what the first has parsed.
    """
    project = folder / "empty"
    project.mkdir(exist_ok=True)
    (project / "dbt_project.yml").write_text("name: empty\nprofile: empty\n", "utf-8")
    output = f"{{type: duckdb, path: {project / 'warehouse.duckdb'}}}"
    (project / "profiles.yml").write_text(
        f"empty: {{target: warehouse, outputs: {{warehouse: {output}}}}}\n", "utf-8"
    )
    quiet = {"DO_NOT_TRACK": "1", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    return runs.run([str(Path(sys.executable).with_name("dbt")), "build"], quiet, project)


def empty_job(folder: Path) -> Cost:
    """Dagster's start: its import, and a job of one asset, which is recorded in SQLite as Okra's are."""
    home = folder / "dagster"
    home.mkdir(exist_ok=True)
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n", "utf-8")
    command = [sys.executable, "-m", "tests.benchmarks.unavoidable"]
    return runs.run(command, {"DAGSTER_HOME": str(home)})


def run_job() -> None:
    import dagster as dg

    @dg.asset
    def nothing() -> None:
        pass

    with dg.DagsterInstance.get() as instance:
        job = dg.Definitions(
            assets=[nothing],
            jobs=[dg.define_asset_job("job", [nothing])],
            executor=dg.in_process_executor,
        ).resolve_job_def("job")
        quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        assert job.execute_in_process(run_config=quiet, instance=instance).success


if __name__ == "__main__":
    run_job()
