"""The files of deploy/ say what they should, as far as that can be told without the systems they are for."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from pipelines.settings import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("systemd/*.service"))


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    assert len(UNITS) == 3
    for unit in UNITS:
        # where this checkout is, and a user that is here
        here = unit.read_text().replace("/opt/okra/.venv/bin", str(Path(sys.executable).parent))
        here = here.replace("/opt/okra", str(ROOT)).replace("User=okra", "User=root")
        (tmp_path / unit.name).write_text(here)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *sorted(map(str, tmp_path.glob("*.service")))],
        capture_output=True,
        text=True,
        check=False,
    )
    told = [line for line in done.stderr.splitlines() if "okra-" in line]
    assert (done.returncode, told) == (0, []), done.stderr


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


def test_the_containers_data_outlive_them() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    assert set(compose["volumes"]) == {"okra", "postgres"}
    for name, service in compose["services"].items():
        assert service["volumes"], name
        # no service listens to other machines
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ())), name


def test_an_image_holds_nothing_that_is_not_committed() -> None:
    """Secrets in .env, a company's figures in data/: what git leaves out, Docker leaves out."""
    ignored = {
        name: {
            line.removeprefix("**/").rstrip("/")
            for line in (ROOT / name).read_text().splitlines()
            if line and not line.startswith("#")
        }
        for name in (".gitignore", ".dockerignore")
    }
    assert {".env", "data"} <= ignored[".gitignore"]
    assert ignored[".gitignore"] <= ignored[".dockerignore"]


def test_the_chart_has_one_writer_and_tells_nobody_as_dagster_yaml_does() -> None:
    values = yaml.safe_load((DEPLOY / "kubernetes" / "values.yaml").read_text())
    instance = yaml.safe_load((DEPLOY / "dagster.yaml").read_text())
    pools = instance["concurrency"]["pools"]
    assert pools == {"default_limit": 1, "granularity": "run"}
    assert values["concurrency"]["enabled"]
    assert values["concurrency"]["pools"] == {"defaultLimit": 1, "granularity": "run"}
    assert values["telemetry"] == instance["telemetry"] == {"enabled": False}
