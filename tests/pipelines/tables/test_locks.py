"""A lock holds between processes, and no longer than its holder lives."""

import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.tables.locks import LockedError, exclusive

HOLD = """
import sys
from pathlib import Path
from pipelines.tables.locks import exclusive
with exclusive(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    return tmp_path / "state" / "run.lock"


def test_the_refusal_names_the_holder_and_a_killed_holder_holds_nothing(lock: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(lock)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        said = f"process {holder.pid} is at work in {lock.parent}"
        with pytest.raises(LockedError, match=said), exclusive(lock, wait=0.3):
            pass
        holder.kill()
    with exclusive(lock):
        assert lock.read_text() != str(holder.pid)


def test_a_lock_is_free_after_an_error_of_its_holder(lock: Path) -> None:
    with pytest.raises(ZeroDivisionError), exclusive(lock):
        _ = 1 / 0
    with exclusive(lock):
        pass
