"""What Dagster knows of a stream that several accounts have."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pyarrow as pa
import pytest

from connectors.lake.lake import Lake
from connectors.lake.manifest import Finding, Manifest
from connectors.sdk import catalog
from connectors.sdk.engine import StreamReport
from pipelines import settings as okra_settings
from pipelines.orchestration.ui_metadata import materializations
from pipelines.settings import Settings

STREAM = catalog.sources()["stripe"].stream("balance_transactions")
FIRST, SECOND = date(2026, 4, 1), date(2026, 4, 2)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    (tmp_path / "okra.yml").write_text("")
    (tmp_path / "sources.yml").write_text(
        "stripe@eu: {api_key: {env: EU}}\nstripe@us: {api_key: {env: US}}\n"
    )
    monkeypatch.setenv("OKRA_PROJECT", str(tmp_path))
    monkeypatch.setenv("OKRA_HOME", str(tmp_path / "data"))
    return okra_settings.load()


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def pulled(settings: Settings, account: str, *days: date) -> StreamReport:
    """The report of a pull that committed the windows of an account, with a row and a finding each."""
    rows = pa.table({"id": ["txn_1"]})
    lake = Lake(settings.lake_location)
    windows = [
        lake.commit(
            Manifest(
                source=f"stripe@{account}", stream=STREAM.name, window=day, data_through=day,
                pulled_at=datetime(2026, 4, 3, tzinfo=UTC), rows=1, bytes=0, checksum="", schema_hash="",
                settled=True, flags=(), connector_version="1", run_id="", files=(),
                findings=(Finding(what="odd", message="a row is odd"),) if account == "us" else (),
            ),
            [rows],
        )
        for day in days
    ]  # fmt: skip
    return StreamReport(f"stripe@{account}", STREAM, committed=windows)


def test_a_day_is_materialized_when_all_accounts_have_it(settings, instance) -> None:
    reports = [pulled(settings, "eu", FIRST, SECOND), pulled(settings, "us", FIRST)]
    [event] = materializations(reports, settings, instance)
    assert event.partition == "2026-04-01"
    assert event.asset_key == dg.AssetKey(["raw_stripe", "balance_transactions"])
    assert event.metadata["rows"].value == 2
    assert event.metadata["findings"].value == "stripe@us: a row is odd (1 rows)"
    # the account that lacked the second day has it now, and is pulled alone
    later = [pulled(settings, "us", SECOND)]
    assert [x.partition for x in materializations(later, settings, instance)] == [
        "2026-04-01",
        "2026-04-02",
    ]
