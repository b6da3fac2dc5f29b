"""What Dagster loads: everything, with an empty environment, connected from each API to each score."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml

from connectors.sdk import catalog
from pipelines.settings import BUILT_IN, Settings

SCRIPT = """
import json
from pipelines.definitions import defs

def freshness(policy):
    return policy and [policy.deadline_cron, policy.lower_bound_delta.total_seconds(), policy.timezone]


loaded = defs()
graph = loaded.resolve_asset_graph()
keys = graph.get_all_asset_keys()
print(json.dumps({
    "assets": {
        key.to_user_string(): {
            "parents": sorted(parent.to_user_string() for parent in graph.get(key).parent_keys),
            "group": graph.get(key).group_name,
            "described": bool(graph.get(key).description),
            "owners": list(graph.get(key).owners),
            "fresh": freshness(graph.get(key).freshness_policy),
            "partitioned": graph.get(key).partitions_def is not None,
        }
        for key in keys
        if graph.get(key).is_materializable
    },
    "checks": len(graph.asset_check_keys),
    "objectives": sorted(
        check.name for check in graph.asset_check_keys if check.name.startswith("objective_")
    ),
    "blocking": sorted(
        check.name for key in graph.asset_check_keys if (check := graph.get_check_spec(key)).blocking
    ),
    "jobs": sorted(job.name for job in loaded.resolve_all_job_defs()),
    "schedules": {s.name: s.default_status.value for s in loaded.schedules},
    "sensors": {s.name: s.default_status.value for s in loaded.sensors},
}))
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What another process with an empty environment loads: no credential, no home folder, no network."""
    return load(tmp_path_factory.mktemp("empty"))


def load(folder: Path, **settings: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(BUILT_IN),
            "OKRA_ENV_FILE": str(folder / "no.env"),
            "OKRA_HOME": str(folder),
            **settings,
        },
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def ancestors(assets: dict[str, Any], key: str) -> set[str]:
    above: set[str] = set()
    waiting = [key]
    while waiting:
        for parent in assets.get(waiting.pop(), {"parents": []})["parents"]:
            if parent not in above:
                above.add(parent)
                waiting.append(parent)
    return above


def test_each_stream_of_each_source_is_an_asset_with_a_partition_a_day(loaded: Any) -> None:
    for source in catalog.sources().values():
        for stream in source.streams if source.has_figures else ():
            asset = loaded["assets"][f"raw_{source.name}/{stream.name}"]
            assert asset["partitioned"]
            assert asset["described"]
            assert asset["group"] == source.name


def test_the_lineage_leads_from_each_stream_that_a_kpi_reads_to_the_published_file(
    loaded: Any,
) -> None:
    behind = ancestors(loaded["assets"], "published/okra")
    assert {"okr/key_result_scores", "okr/objective_scores", "reporting/kpi_periods"} <= behind
    for key in (
        "raw_stripe/balance_transactions",
        "raw_google_analytics/visitors_by_month",
        "raw_facebook_pages/page_snapshot",
        "raw_sql_database/orders",
        "raw_hubspot/deals",
        "raw_zendesk/satisfaction_ratings",
        "raw_meta_ads/campaign_days",
        "raw_spreadsheet/kpi_values",
    ):
        assert key in behind, key
        assert key in ancestors(loaded["assets"], "okr/key_result_scores"), key


@pytest.mark.large  # which models it has is tested in tests/pipelines/inputs/test_composition.py
def test_the_lineage_of_two_sources_holds_nothing_of_the_others(tmp_path: Path) -> None:
    assets = load(tmp_path, OKRA_SOURCES="stripe,google_analytics")["assets"]
    every = {name for name, x in catalog.sources_of_environment().items() if x.has_figures}
    others = every - {"stripe", "google_analytics"}
    assert not [key for key in assets if any(source in key for source in others)]
    assert {asset["group"] for asset in assets.values()} & others == set()
    assert {key for key in assets if key.startswith("kpis/")} == {
        f"kpis/kpi_{name}"
        for name in (
            *("average_transaction_value", "gross_revenue", "mrr", "mrr_movements", "net_revenue"),
            *("processing_fees", "refunds_and_disputes"),
            *("engagement_rate", "sessions", "site_visitors"),
        )
    }
    lost = {parent for asset in assets.values() for parent in asset["parents"]} - assets.keys()
    assert lost == {key for key in lost if key.startswith("lake/")}, "each parent is there"


@pytest.mark.large
def test_a_source_without_a_stream_is_no_fault_of_the_others(tmp_path: Path) -> None:
    (tmp_path / "okra.yml").write_text("")
    (tmp_path / "sources.yml").write_text("shop: {connector: sql_database, url: {env: SHOP_URL}}")
    assets = load(tmp_path, OKRA_PROJECT=str(tmp_path), OKRA_HOME=str(tmp_path / "data"))["assets"]
    assert not [key for key in assets if key.startswith("raw_")]
    assert "published/okra" in assets


def test_nothing_is_left_undescribed(loaded: Any) -> None:
    undescribed = [key for key, asset in loaded["assets"].items() if not asset["described"]]
    assert undescribed == []


def test_each_asset_has_an_owner(loaded: Any) -> None:
    owners = {key: asset["owners"] for key, asset in loaded["assets"].items()}
    assert [key for key, names in owners.items() if not names] == []
    assert owners["kpis/kpi_units_sold"] == ["sales@example.com"]
    assert owners["raw_stripe/balance_transactions"] == ["team:data"]
    assert owners["published/okra"] == ["team:data"]


def test_an_owner_without_an_address_is_a_team() -> None:
    from pipelines.orchestration.ownership import owners_of

    assert owners_of("ana@example.com") == ["ana@example.com"]
    assert owners_of("Field sales") == ["team:Field sales"]
    assert owners_of("") == owners_of(None) == ["team:data"]


def test_kpis_and_the_published_file_are_made_anew_between_midnight_and_nine(loaded: Any) -> None:
    fresh = {key for key, asset in loaded["assets"].items() if asset["fresh"]}
    kpis = {key for key in loaded["assets"] if key.startswith("kpis/kpi_")}
    assert kpis
    assert {*kpis, "published/okra"} <= fresh
    assert {key.partition("/")[0] for key in fresh} == {"kpis", "published"}
    zone = Settings(_env_file=None).timezone
    assert loaded["assets"]["published/okra"]["fresh"] == ["0 9 * * *", 9 * 3600, zone]


def test_inner_steps_have_a_group_of_their_own(loaded: Any) -> None:
    groups = {key: asset["group"] for key, asset in loaded["assets"].items()}
    assert groups["reporting/kpi_periods"] == "reporting"
    steps = {path.stem for path in (BUILT_IN / "models" / "reporting" / "steps").glob("*.sql")}
    inner = {key.rpartition("/")[2] for key, name in groups.items() if name == "reporting_steps"}
    assert steps == inner


def test_the_schedule_and_its_sensors_are_on_by_default(loaded: Any) -> None:
    assert loaded["schedules"] == {"daily": "RUNNING"}
    assert set(loaded["sensors"].values()) == {"RUNNING"}
    assert "report_when_ingested" in loaded["sensors"]
    assert {"ingest", "report", "rescore"} <= set(loaded["jobs"])


def test_no_check_stops_what_is_after_it(loaded: Any) -> None:
    # what goes on where a test fails is decided when the models are built
    assert loaded["blocking"] == []


def test_no_score_waits_for_a_roster(loaded: Any) -> None:
    # Dagster would skip it, and what is published, where a roster is not built
    waiting = {
        name
        for name, asset in loaded["assets"].items()
        if asset["group"] in ("okr", "published")
        and any(parent.startswith("reporting/roster_") for parent in asset["parents"])
    }
    assert waiting == set()


def test_dbts_tests_and_freshness_are_asset_checks(loaded: Any) -> None:
    streams = sum(len(source.streams) for source in catalog.sources().values())
    assert loaded["checks"] > streams + 50


def test_each_objective_is_an_asset_check(loaded: Any) -> None:
    files = (BUILT_IN / "okr_definitions").glob("*.yml")
    ids = [yaml.safe_load(path.read_text())["id"] for path in files]
    assert loaded["objectives"] == sorted(f"objective_{name.replace('-', '_')}" for name in ids)


def test_each_morning_each_source_gets_a_run_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from pipelines.defs.schedules import requests
    from pipelines.settings import Settings

    settings = Settings(
        _env_file=None,
        home=tmp_path,
        sandbox_today=date(2026, 11, 25),
        sources=("stripe", "zendesk"),
    )
    asked = list(requests(settings))
    assert [request.run_key for request in asked] == ["2026-11-25:stripe", "2026-11-25:zendesk"]
    assert {request.partition_key for request in asked} == {"2026-11-24"}
    assert asked[0].asset_selection == [
        dg.AssetKey(["raw_stripe", stream.name]) for stream in catalog.sources()["stripe"].streams
    ]
