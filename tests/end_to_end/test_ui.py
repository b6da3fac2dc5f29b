"""`okra ui`: Dagster's services on this machine, which no other site's page can reach."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from tests.end_to_end.conftest import OKRA, Home

STARTS_WITHIN = 240.0


@pytest.fixture
def address(new_home: Callable[..., Home], tmp_path: Path) -> Iterator[str]:
    """Where the UI of a new home is."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = new_home()
    log = tmp_path / "ui.log"
    with log.open("wb") as file:
        ui = subprocess.Popen(
            [str(OKRA), "ui", "--port", str(port)],
            env=home.environment,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    until = time.monotonic() + STARTS_WITHIN
    try:
        while time.monotonic() < until:
            assert ui.poll() is None, log.read_text()
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.5)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(ui.pid, signal.SIGTERM)
        try:
            ui.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(ui.pid, signal.SIGKILL)
            ui.wait()


@pytest.mark.large
def test_the_ui_answers_this_machine_and_no_other_name(address: str) -> None:
    asked = {"query": "{ version }"}
    own = requests.post(f"{address}/graphql", json=asked, timeout=60)
    assert own.json()["data"]["version"]
    for foreign in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
        refused = requests.post(f"{address}/graphql", json=asked, headers=foreign, timeout=60)
        assert refused.status_code == 403
        assert "OKRA_UI_HOSTS" in refused.text
