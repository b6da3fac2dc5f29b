"""Commands where the shell has closed what they write to, knows no characters but ASCII, or stands nowhere."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.end_to_end.conftest import OKRA, Done, Home
from tests.limits import HANG_SECONDS

OBJECTIVE = """\
objective: Ship more
id: ship
owner: kim@example.com
period: 2026-H2
key_results:
  - {id: orders, kpi: net_orders, at_least: 50}
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "okrs").mkdir()
    (tmp_path / "okrs" / "ship.yml").write_text(OBJECTIVE, encoding="utf-8")
    return Home(tmp_path / "home", {"OKRA_OKR_DEFINITIONS": str(tmp_path / "okrs")})


def shell(home: Home, line: str, **settings: str) -> Done:
    """Run a line of a shell in which `okra` is found."""
    path = f"{OKRA.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", line],
        env={**home.environment, "PATH": path, **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=HANG_SECONDS,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_closed_streams_are_no_fault(home: Home, closed: str) -> None:
    done = shell(home, f"okra status {closed}")
    assert done.code == 2, "nothing is published yet"
    assert done.err in ("", "okra: nothing is published yet; run `okra run` first\n")


def test_a_reader_that_goes_away_ends_the_command_without_a_word(home: Home) -> None:
    done = shell(home, "okra sources | head -n 1")
    assert len(done.out.splitlines()) == 1
    assert done.err == ""


def test_what_ascii_does_not_know_is_written_with_its_number(home: Home) -> None:
    done = shell(home, "okra run --help", PYTHONIOENCODING="ascii")
    assert done.code == 0, done.err
    assert "\\xb7" in done.out, "the dots between examples"
    assert done.err == ""


def test_a_folder_that_was_removed_is_told(home: Home, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    done = shell(home, f"mkdir {gone} && cd {gone} && rmdir {gone} && okra status")
    assert done.code == 2
    assert done.err == (
        "okra: the folder that you are in was removed; change to another, such as by `cd`\n"
    )


def test_a_line_of_env_that_is_no_setting_is_told_once(home: Home, tmp_path: Path) -> None:
    (tmp_path / "my.env").write_text("OKRA_CURRENCY='EUR\n", encoding="utf-8")
    done = shell(home, "okra status", OKRA_ENV_FILE=str(tmp_path / "my.env"))
    assert done.code == 2
    assert done.err.splitlines() == [
        f"okra: {tmp_path}/my.env:1: no setting; write NAME=value, quotes closed"
    ]


def test_a_name_that_is_too_long_is_told(home: Home) -> None:
    place = f"/tmp/{'x' * 300}"
    done = shell(home, "okra verify", OKRA_HOME=place)
    assert done.code == 2
    assert done.err.splitlines()[-1].startswith(f"okra: {place}")
    assert "the name is too long for the disk; choose a shorter one" in done.err
