"""Checks the files of deploy/, as far as that is possible without systemd, Docker and Kubernetes."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from pipelines.settings import BUILT_IN

DEPLOY = BUILT_IN / "deploy"
UNITS = sorted(DEPLOY.glob("systemd/*.service"))


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_the_systemd_units_are_valid(tmp_path: Path) -> None:
    assert len(UNITS) == 3
    for unit in UNITS:
        # adapted to this checkout and to a user of this machine
        text = unit.read_text().replace("/opt/okra/.venv/bin", str(Path(sys.executable).parent))
        text = text.replace("/opt/okra", str(BUILT_IN)).replace("User=okra", "User=root")
        (tmp_path / unit.name).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *sorted(map(str, tmp_path.glob("*.service")))],
        capture_output=True,
        text=True,
        check=False,
    )
    faults = [line for line in done.stderr.splitlines() if "okra-" in line]
    assert (done.returncode, faults) == (0, []), done.stderr


def test_units_and_containers_run_the_same_three_services() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    [default] = [
        line for line in (DEPLOY / "Dockerfile").read_text().splitlines() if line.startswith("CMD")
    ]
    containers = {
        name: service.get("command") or yaml.safe_load(default.removeprefix("CMD "))
        for name, service in services.items()
        if name != "postgres"
    }
    units = {}
    for unit in UNITS:
        [start] = [line for line in unit.read_text().splitlines() if line.startswith("ExecStart=")]
        units[unit.stem.removeprefix("okra-")] = start.rsplit("/bin/", 1)[1].split()
    programs = {name: command[0] for name, command in units.items()}
    assert {name: command[0] for name, command in containers.items()} == programs
    for program in programs.values():
        assert Path(sys.executable).with_name(program).exists()


def test_the_containers_keep_their_data_in_volumes() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    assert set(compose["volumes"]) == {"okra", "postgres"}
    for name, service in compose["services"].items():
        assert service["volumes"], name
        # no service listens to other machines
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ())), name


def test_docker_ignores_what_git_ignores() -> None:
    """So secrets in .env and a company's figures in data/ stay out of an image."""
    ignored = {
        name: {
            line.removeprefix("**/").rstrip("/")
            for line in (BUILT_IN / name).read_text().splitlines()
            if line and not line.startswith("#")
        }
        for name in (".gitignore", ".dockerignore")
    }
    assert {".env", "data"} <= ignored[".gitignore"]
    assert ignored[".gitignore"] <= ignored[".dockerignore"]


def test_the_chart_has_the_pools_and_telemetry_of_dagster_yaml() -> None:
    values = yaml.safe_load((DEPLOY / "kubernetes" / "values.yaml").read_text())
    instance = yaml.safe_load((DEPLOY / "dagster.yaml").read_text())
    pools = instance["concurrency"]["pools"]
    assert pools == {"default_limit": 1, "granularity": "run"}
    assert values["concurrency"]["enabled"]
    assert values["concurrency"]["pools"] == {"defaultLimit": 1, "granularity": "run"}
    assert values["telemetry"] == instance["telemetry"] == {"enabled": False}
