"""A production setup on this machine: PostgreSQL, Dagster's daemon, its code server and its web server.

A separate suite, because it waits for minutes:

    make deploy
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest
import requests

from connectors.lake.lake import Lake
from pipelines.settings import BUILT_IN
from tests.connectors.sql_database.servers import PASSWORD, PostgreSql
from tests.end_to_end.conftest import Home

TIMEOUT_SECONDS = 420.0
"""How long to wait for an event. The machine may be busy."""
T = TypeVar("T")


def until(poll: Callable[[], T | None], what: str) -> T:
    """The first true result of `poll`, called repeatedly."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        answer = poll()
        if answer:
            return answer
        time.sleep(0.5)
    raise AssertionError(f"{what} did not happen in {TIMEOUT_SECONDS:.0f} s")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Production:
    """Okra as deploy/ sets it up, with the sample company as its sources."""

    home: Home
    server: PostgreSql
    port: int = field(default_factory=free_port)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def lake(self) -> Path:
        return self.home.path / "sample" / "lake"

    @property
    def logs(self) -> Path:
        return self.home.path / "services.log"

    def start(self) -> None:
        """Start the three services of deploy/systemd on free ports."""
        self.home.path.mkdir(parents=True)
        code = free_port()
        workspace = self.home.path / "workspace.yaml"
        workspace.write_text(
            f"load_from: [{{grpc_server: {{host: 127.0.0.1, port: {code}, location_name: okra}}}}]"
        )
        on_port = ("-h", "127.0.0.1", "-p")
        self.spawn(
            "dagster", "code-server", "start", *on_port, str(code), "-m", "pipelines.definitions"
        )
        until(lambda: self.listens(code), "the code server")
        self.spawn("dagster-daemon", "run", "-w", str(workspace))
        own = ("python", "-m", "pipelines.orchestration.web_server")
        self.spawn(*own, "-w", str(workspace), *on_port, str(self.port))
        until(lambda: self.listens(self.port), "the web server")

    def spawn(self, program: str, *arguments: str) -> None:
        with self.logs.open("ab") as log:
            process = subprocess.Popen(
                [str(Path(sys.executable).with_name(program)), *arguments],
                env=self.home.environment,
                cwd=BUILT_IN,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(process)

    def stop(self) -> None:
        """Stop the services and their child processes."""
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def listens(self, port: int) -> bool:
        assert all(process.poll() is None for process in self.processes), self.logs.read_text()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    def ask(self, query: str, **variables: object) -> Mapping[str, Any]:
        """Dagster's answer to a GraphQL query, as its UI sends it."""

        def answered() -> Mapping[str, Any] | None:
            said = requests.post(
                f"http://127.0.0.1:{self.port}/graphql",
                json={"query": query, "variables": variables},
                timeout=60,
            ).json()
            # the web server keeps a connection, and notices only with the next query that it is lost
            if "closed the connection" in str(said.get("errors")):
                return None
            assert not said.get("errors"), json.dumps(said["errors"])[:2000]
            data: Mapping[str, Any] = said["data"]
            return data

        return until(answered, "an answer")

    def backfill(self, source: str, stream: str, days: Sequence[str]) -> str:
        """Launch a backfill of a stream, as the UI does. Returns its id."""
        launched = self.ask(
            """
            mutation ($of: LaunchBackfillParams!) {
              launchPartitionBackfill(backfillParams: $of) {
                __typename
                ... on LaunchBackfillSuccess { backfillId }
                ... on PythonError { message }
              }
            }
            """,
            of={
                "assetSelection": [{"path": [f"raw_{source}", stream]}],
                "partitionNames": list(days),
                "tags": [{"key": "okra/test", "value": source}],
            },
        )["launchPartitionBackfill"]
        assert launched["__typename"] == "LaunchBackfillSuccess", launched
        name: str = launched["backfillId"]
        return name

    def runs(self, **filters: object) -> list[Mapping[str, Any]]:
        """The runs that match, the newest first."""
        matching: list[Mapping[str, Any]] = self.ask(
            """
            query ($filters: RunsFilter!) {
              runsOrError(filter: $filters) {
                ... on Runs { results { runId jobName status startTime endTime tags { key value } } }
              }
            }
            """,
            filters=filters,
        )["runsOrError"]["results"]
        return matching

    def run_of(self, backfill: str, *statuses: str) -> Mapping[str, Any] | None:
        """The newest run of a backfill, if it has one of these statuses."""
        matching = self.runs(tags=[{"key": "dagster/backfill", "value": backfill}])
        return matching[0] if matching and matching[0]["status"] in statuses else None

    def ended(self, backfill: str) -> Mapping[str, Any]:
        """The run of a backfill, once it has succeeded."""

        def done() -> Mapping[str, Any] | None:
            run = self.run_of(backfill, "SUCCESS", "FAILURE", "CANCELED")
            # the run of a lost worker is retried
            return run if run and run["status"] == "SUCCESS" else None

        return until(done, f"the end of backfill {backfill}")

    def windows(self, source: str, stream: str) -> dict[str, tuple[int, str]]:
        """Rows and checksum of each committed window of a stream."""
        return windows_of(self.lake, source, stream)

    def materialized(self, source: str, stream: str) -> set[str]:
        """The partitions that Dagster has recorded as materialized."""
        node = self.ask(
            """
            query ($key: AssetKeyInput!) {
              assetNodeOrError(assetKey: $key) {
                ... on AssetNode {
                  assetMaterializations(limit: 2000) { partition }
                }
              }
            }
            """,
            key={"path": [f"raw_{source}", stream]},
        )["assetNodeOrError"]
        return {event["partition"] for event in node["assetMaterializations"]}


def windows_of(lake: Path, source: str, stream: str) -> dict[str, tuple[int, str]]:
    """Rows and checksum of each committed window of a stream."""
    return {
        str(window): (manifest.rows, manifest.checksum)
        for window, manifest in Lake(lake).manifests(source, stream).items()
    }


@pytest.fixture
def production(tmp_path: Path) -> Iterator[Production]:
    server = PostgreSql()
    try:
        server.run("CREATE DATABASE dagster")
        storage = tmp_path / "home" / "dagster"
        home = Home(
            tmp_path / "home",
            {
                "OKRA_SANDBOX_TODAY": "2026-11-25",
                "OKRA_SOURCES": "stripe,zendesk",
                "OKRA_DAGSTER_HOME": "deploy",
                "OKRA_DAGSTER_POSTGRES": f"postgresql://root:{PASSWORD}@/dagster?host={server.folder}",
                "OKRA_DAGSTER_STORAGE": str(storage),
                "DAGSTER_HOME": str(BUILT_IN / "deploy"),
            },
        )
        made = Production(home, server)
        try:
            made.start()
            yield made
        finally:
            made.stop()
    finally:
        server.close()
