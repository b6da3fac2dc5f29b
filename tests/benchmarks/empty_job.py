"""A job of Dagster that does nothing but be recorded: what its start costs."""

import dagster as dg


@dg.asset
def nothing() -> None:
    pass


if __name__ == "__main__":
    with dg.DagsterInstance.get() as instance:
        job = dg.Definitions(
            assets=[nothing],
            jobs=[dg.define_asset_job("job", [nothing])],
            executor=dg.in_process_executor,
        ).resolve_job_def("job")
        quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        assert job.execute_in_process(run_config=quiet, instance=instance).success
