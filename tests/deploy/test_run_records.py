"""Old runs go from PostgreSQL as they go from SQLite."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from pipelines.orchestration.run_records import remove_runs
from tests.connectors.sql_database.servers import PostgreSql
from tests.pipelines.orchestration.runs import MODELLED, PULLED, instance_at, now, run


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """An instance with the storage of deploy/dagster.yaml."""
    server = PostgreSql()
    database = server.new_database()
    # Dagster keeps moments in the server's zone; hours do not matter to days, but to this test
    server.run(f"ALTER DATABASE {database} SET timezone TO 'UTC'")
    storage = {
        "module": "pipelines.orchestration.postgres_storage",
        "class": "RetryingPostgresStorage",
        "config": {"postgres_url": server.admin(database)},
    }
    try:
        with instance_at(tmp_path, storage={"custom": storage}) as instance:
            yield instance
    finally:
        server.close()


def test_old_runs_go_and_what_is_newest_of_an_asset_stays(instance: dg.DagsterInstance) -> None:
    old = run(instance, "model")
    run(instance, "pull", "2026-11-03")
    pulled = run(instance, "pull", "2026-11-03")
    between = now()
    new = run(instance, "model")

    assert remove_runs(instance, between) == 3

    assert [record.run_id for record in instance.get_runs()] == [new]
    assert instance.all_logs(old) == []
    [materialization] = instance.fetch_materializations(PULLED, limit=10).records
    assert materialization.run_id == pulled
    assert instance.get_materialized_partitions(PULLED) == {"2026-11-03"}
    check = dg.AssetCheckKey(MODELLED, "sums")
    storage = instance.event_log_storage
    [record] = storage.get_latest_asset_check_execution_by_key([check]).values()
    assert record.run_id == new
    assert remove_runs(instance, between) == 0
